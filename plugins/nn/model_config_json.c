#include "nn/model_config.h"
#include "nn/model_tokens.h"

#include <jansson.h>
#include <stddef.h>
#include <stdlib.h>

#define NUMBER(member)                                                                                                 \
    { #member, offsetof(struct nn_model_config, member) }
static const struct {
    const char *name;
    size_t offset;
} numbers[] =
    {
        NUMBER(folds),      NUMBER(pool),    NUMBER(views),         NUMBER(channels),
        NUMBER(size),       NUMBER(patch),   NUMBER(width),         NUMBER(depth),
        NUMBER(heads),      NUMBER(embed),   NUMBER(text_width),    NUMBER(text_depth),
        NUMBER(text_heads), NUMBER(context), NUMBER(fusion_layers), NUMBER(fusion_heads),
},
  switches[] = {
      NUMBER(cvsa),
      NUMBER(mtgf),
};
#undef NUMBER
enum { N_NUMBERS = sizeof numbers / sizeof *numbers, N_SWITCHES = sizeof switches / sizeof *switches };

static json_t *strings_to_json(char *const *strings, int64_t n) {
    json_t *list = json_array();
    for (int64_t i = 0; list && i < n; i++) {
        if (json_array_append_new(list, json_string(strings[i])) == 0) continue;
        json_decref(list);
        return NULL;
    }
    return list;
}

int nn_model_config_write(const struct nn_model_config *config, char **json, struct facet_error *error) {
    const char *base = (const char *)config;
    json_t *root = json_object();
    int bad = !root;
    for (int i = 0; i < N_NUMBERS && !bad; i++)
        bad = json_object_set_new(root, numbers[i].name, json_integer(*(const int64_t *)(base + numbers[i].offset)));
    for (int i = 0; i < N_SWITCHES && !bad; i++)
        bad = json_object_set_new(root, switches[i].name, json_boolean(*(const bool *)(base + switches[i].offset)));
    bad = bad || json_object_set_new(root, "classes", strings_to_json(config->classes, config->n_classes)) ||
          json_object_set_new(root, "templates", strings_to_json(config->templates, config->n_templates)) ||
          (config->tokens && json_object_set_new(root, "tokens", nn_tokens_to_json(config->tokens)));
    *json = bad ? NULL : json_dumps(root, JSON_INDENT(1) | JSON_PRESERVE_ORDER);
    json_decref(root);
    if (*json) return FACET_OK;
    return facet_error_set(error, FACET_ERROR_MEMORY,
                           "the model's description could not be put into JSON: a class "
                           "name or prompt is no valid UTF-8, or memory ran out");
}

static int missing(const char *name, const char *expected, struct facet_error *error) {
    return facet_error_set(error, FACET_ERROR_DATA, "the model's description has no %s \"%s\"", expected, name);
}

static int read_strings(const json_t *root, const char *name, struct nn_model_config *config,
                        int (*set)(struct nn_model_config *, const char *const *, int64_t, struct facet_error *),
                        struct facet_error *error) {
    const json_t *list = json_object_get(root, name);
    size_t n = json_array_size(list);
    if (n == 0) return missing(name, "list", error);
    const char **strings = calloc(n, sizeof *strings);
    if (!strings) return facet_error_set(error, FACET_ERROR_MEMORY, "no memory for the model's description");
    int code = FACET_OK;
    for (size_t i = 0; i < n && !code; i++)
        if (!(strings[i] = json_string_value(json_array_get(list, i)))) code = missing(name, "list of strings", error);
    if (!code) code = set(config, strings, (int64_t)n, error);
    free(strings);
    return code;
}

static int read_values(const json_t *root, struct nn_model_config *config, struct facet_error *error) {
    char *base = (char *)config;
    for (int i = 0; i < N_NUMBERS; i++) {
        const json_t *value = json_object_get(root, numbers[i].name);
        if (!json_is_integer(value) || json_integer_value(value) < 0 || json_integer_value(value) > INT32_MAX)
            return missing(numbers[i].name, "number", error);
        *(int64_t *)(base + numbers[i].offset) = json_integer_value(value);
    }
    for (int i = 0; i < N_SWITCHES; i++) {
        const json_t *value = json_object_get(root, switches[i].name);
        if (!json_is_boolean(value)) return missing(switches[i].name, "switch", error);
        *(bool *)(base + switches[i].offset) = json_is_true(value);
    }
    int code = read_strings(root, "classes", config, nn_model_config_set_classes, error);
    if (!code) code = read_strings(root, "templates", config, nn_model_config_set_templates, error);
    const json_t *tokens = json_object_get(root, "tokens");
    return code || !tokens ? code : nn_tokens_from_json(tokens, config, &config->tokens, error);
}

int nn_model_config_read(const char *json, struct nn_model_config *config, struct facet_error *error) {
    *config = (struct nn_model_config){0};
    json_error_t reason;
    json_t *root = json_loads(json, 0, &reason);
    if (!root)
        return facet_error_set(error, FACET_ERROR_DATA, "the model's description is no JSON: line %d: %s", reason.line,
                               reason.text);
    int code = read_values(root, config, error);
    if (code) nn_model_config_free(config);
    json_decref(root);
    return code;
}
