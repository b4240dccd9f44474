// Any bytes taken for a model's description: one that fits together and writes itself out again, or a sentence.
#include "nn/model_config.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const struct nn_model_config *config) {
    struct facet_error error = {0};
    struct nn_model_config again = {0};
    char *json = NULL;
    if (nn_model_config_write(config, &json, &error) || nn_model_config_read(json, &again, &error)) abort();
    nn_model_config_free(&again);
    free(json);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct nn_model_config config = {0};
    struct facet_error error = {0};
    char *text = malloc(size + 1);
    if (!text) return 0;
    memcpy(text, data, size);
    text[size] = '\0';
    int code = nn_model_config_read(text, &config, &error);
    if (code && !*error.text) abort();
    if (!code && !nn_model_config_check(&config, &error)) check(&config);
    nn_model_config_free(&config);
    free(text);
    return 0;
}
