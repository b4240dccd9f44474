// The tokenizer gives the ids of CLIP's own, with CLIP's merges: needs bpe_simple_vocab_16e6.txt.gz in $FACET_DATA.
#include "nn/model.h"
#include "nn/model_tokens.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

enum { CONTEXT = 77, LONGEST = 12, START = 49406, STOP = 49407 };

static const struct {
    const char *text;
    int32_t ids[LONGEST]; // zero-terminated
} vectors[] = {
    {"a photo of a cat", {320, 1125, 539, 320, 2368}},
    {"a photo of a happy face", {320, 1125, 539, 320, 900, 1710}},
    {"a surprised face", {320, 8949, 1710}},
    {"an angry face", {550, 9054, 1710}},
    {"a person with a disgusted facial expression", {320, 2533, 593, 320, 41977, 11909, 11357}},
    {"a joyful expression of a young female", {320, 24139, 11357, 539, 320, 1888, 3970}},
    {"an older male smiling", {550, 7700, 2801, 9200}},
    {"a 3D scan of a fearful face, frontal view", {320, 274, 323, 11261, 539, 320, 8744, 857, 1710, 267, 35794, 1093}},
    {"It's a NEUTRAL face!!", {585, 568, 320, 17011, 1710, 748}},
    {"happy", {900}},
    {"sad", {3719}},
    {"angry", {9054}},
    {"fear", {5402}},
    {"disgust", {9793, 545}},
    {"surprise", {5099}},
    {"micro-expression", {11374, 268, 11357}},
};

static void ids_are_those_of_clip(void **state) {
    struct nn_tokenizer *tokenizer = NULL;
    struct facet_error error = {0};
    if (nn_tokenizer_create(*state, &tokenizer, &error)) fail_msg("%s", error.text);
    assert_int_equal(nn_tokenizer_vocabulary(tokenizer), 49408);
    for (size_t i = 0; i < sizeof vectors / sizeof *vectors; i++) {
        int32_t ids[CONTEXT];
        int64_t length = 0, n = 0;
        while (n < LONGEST && vectors[i].ids[n]) n++;
        assert_int_equal(nn_tokenizer_encode(tokenizer, vectors[i].text, CONTEXT, ids, &length, NULL), FACET_OK);
        assert_int_equal(length, n + 2);
        assert_int_equal(ids[0], START);
        assert_memory_equal(ids + 1, vectors[i].ids, (size_t)n * sizeof *ids);
        assert_int_equal(ids[n + 1], STOP);
        assert_int_equal(ids[CONTEXT - 1], STOP);
    }
    nn_tokenizer_destroy(tokenizer);
}

// A model takes the same ids for its prompts, and its token table holds no others.
static void model_takes_the_ids_of_clip(void **state) {
    static const char *const classes[] = {"happy", "sad"}, *const templates[] = {"a photo of a {} face"};
    static const int64_t happy[] = {START, 320, 1125, 539, 320, 900, 1710, STOP};
    enum { HAPPY = sizeof happy / sizeof *happy };
    struct nn_model_config config = {.folds = 1, .views = 2, .channels = 1, .size = 32, .patch = 4, .context = CONTEXT};
    struct facet_error error = {0};
    struct nn_model *model;
    assert_true(nn_model_preset("vit-micro", &config));
    assert_int_equal(nn_model_config_set_classes(&config, classes, 2, &error), FACET_OK);
    assert_int_equal(nn_model_config_set_templates(&config, templates, 1, &error), FACET_OK);
    if (nn_model_config_tokenize(&config, *state, &error)) fail_msg("%s", error.text);
    const struct nn_tokens *tokens = config.tokens;
    assert_int_equal(tokens->vocabulary, STOP + 1);
    assert_int_equal(tokens->lengths[0], HAPPY);
    for (int j = 0; j < HAPPY; j++) assert_int_equal(tokens->ids[tokens->rows[j]], happy[j]);
    assert_int_equal(tokens->n_ids, 8); // 7 of the happy face (320 comes twice), and "sad"
    if (nn_model_create(&config, &model, &error)) fail_msg("%s", error.text);
    const struct nn_params *params = nn_model_params(model);
    assert_int_equal(nn_params_info(params, nn_params_find(params, "text.token")).dims[0], 8);
    nn_model_destroy(model);
    nn_model_config_free(&config);
}

// The first folder of the colon-separated $FACET_DATA that has the file.
static bool find_merges(char *path, size_t size) {
    const char *folder = getenv("FACET_DATA");
    while (folder && *folder) {
        int length = (int)strcspn(folder, ":");
        snprintf(path, size, "%.*s/bpe_simple_vocab_16e6.txt.gz", length, folder);
        if (!access(path, R_OK)) return true;
        folder += length + (folder[length] == ':');
    }
    return false;
}

int main(void) {
    static char path[4096];
    if (!find_merges(path, sizeof path)) {
        puts("skipped: no bpe_simple_vocab_16e6.txt.gz in FACET_DATA");
        return 77;
    }
    const struct CMUnitTest tests[] = {cmocka_unit_test_prestate(ids_are_those_of_clip, path),
                                       cmocka_unit_test_prestate(model_takes_the_ids_of_clip, path)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
