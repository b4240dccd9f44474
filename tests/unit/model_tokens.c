// A model whose prompts went through merges: small, whole without the merges file, and another one than that of bytes.
#include "nn/model_tokens.h"
#include "nn/model.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

enum { CLASSES = 2, TEMPLATES = 2, PROMPTS = CLASSES * TEMPLATES, EMBED = 8 };
static char path[] = "model_tokens_XXXXXX";

static void write_merges(const char *text) {
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

// "a face" is start, a</w>, f, ac, e</w>, end; "x fear": start, x</w>, fe, a, r</w>, end.
static void write_small_merges(void) {
    write_merges("heading\nf e\na c\nq q\n");
}

static void fill_config(struct nn_model_config *config) {
    static const char *const classes[] = {"fear", "face"}, *const templates[] = {"a {}", "x {} {}"};
    struct facet_error error;
    *config = (struct nn_model_config){.folds = 1,
                                       .views = 2,
                                       .channels = 1,
                                       .size = 8,
                                       .patch = 4,
                                       .width = 8,
                                       .depth = 1,
                                       .heads = 2,
                                       .text_width = 8,
                                       .text_depth = 1,
                                       .text_heads = 2,
                                       .context = 16,
                                       .embed = EMBED,
                                       .fusion_layers = 1,
                                       .fusion_heads = 2};
    assert_int_equal(nn_model_config_set_classes(config, classes, CLASSES, &error), FACET_OK);
    assert_int_equal(nn_model_config_set_templates(config, templates, TEMPLATES, &error), FACET_OK);
}

static void tokenize(struct nn_model_config *config, const char *merges) {
    struct facet_error error = {0};
    fill_config(config);
    if (nn_model_config_tokenize(config, merges, &error)) fail_msg("%s", error.text);
}

static char *written(const struct nn_model_config *config) {
    struct facet_error error = {0};
    char *json;
    if (nn_model_config_write(config, &json, &error)) fail_msg("%s", error.text);
    return json;
}

// Prompt embeddings (PROMPTS, EMBED) of a fresh model. Returns the rows of its token table.
static int64_t embed(const struct nn_model_config *config, float *embeddings) {
    struct facet_error error = {0};
    struct nn_model *model;
    if (nn_model_create(config, &model, &error) || nn_model_init(model, 3, &error)) fail_msg("%s", error.text);
    struct nn_params *params = nn_model_params(model);
    struct nn_tape *tape = nn_tape_create(params, NULL);
    assert_non_null(tape);
    const struct nn_tensor *t = nn_model_prompts(model, tape);
    if (nn_tape_status(tape, &error)) fail_msg("%s", error.text);
    memcpy(embeddings, t->data, PROMPTS * EMBED * sizeof *embeddings);
    int64_t rows = nn_params_info(params, nn_params_find(params, "text.token")).dims[0];
    nn_tape_destroy(tape);
    nn_model_destroy(model);
    return rows;
}

static void only_ids_in_use_have_a_row(void **state) {
    (void)state;
    struct nn_model_config config;
    write_small_merges();
    tokenize(&config, path);
    const struct nn_tokens *tokens = config.tokens;
    assert_int_equal(tokens->vocabulary, 512 + 3 + 2);
    assert_int_equal(tokens->n_ids, 10); // a f; a e r x ending a word; fe ac; start end
    for (int64_t i = 1; i < tokens->n_ids; i++) assert_true(tokens->ids[i] > tokens->ids[i - 1]);
    assert_int_equal(tokens->n_prompts, PROMPTS);
    const int64_t face[] = {515, 'a' - '!' + 256, 'f' - '!', 513, 'e' - '!' + 256, 516};
    assert_int_equal(tokens->lengths[2], 6);
    for (int j = 0; j < 6; j++) assert_int_equal(tokens->ids[tokens->rows[2 * tokens->longest + j]], face[j]);
    nn_model_config_free(&config);
}

static void model_from_json_is_the_model_from_merges(void **state) {
    (void)state;
    struct nn_model_config config, again;
    struct facet_error error = {0};
    float made[PROMPTS * EMBED], reloaded[PROMPTS * EMBED];
    write_small_merges();
    tokenize(&config, path);
    assert_int_equal(embed(&config, made), 10);
    char *json = written(&config);
    assert_int_equal(unlink(path), 0);
    if (nn_model_config_read(json, &again, &error)) fail_msg("%s", error.text);
    char *second = written(&again);
    assert_string_equal(json, second);
    assert_int_equal(embed(&again, reloaded), 10);
    assert_memory_equal(made, reloaded, sizeof made);
    free(json);
    free(second);
    nn_model_config_free(&config);
    nn_model_config_free(&again);
}

static void merges_make_other_embeddings_than_bytes(void **state) {
    (void)state;
    struct nn_model_config config, bytes;
    float merged[PROMPTS * EMBED], plain[PROMPTS * EMBED];
    write_small_merges();
    tokenize(&config, path);
    tokenize(&bytes, "");
    assert_null(bytes.tokens);
    embed(&config, merged);
    assert_int_equal(embed(&bytes, plain), 514);
    assert_memory_not_equal(merged, plain, sizeof merged);
    char *json = written(&bytes);
    assert_null(strstr(json, "\"tokens\""));
    free(json);
    nn_model_config_free(&config);
    nn_model_config_free(&bytes);
}

static void unusable_merges_are_refused(void **state) {
    (void)state;
    static const char *const bad[][2] = {
        {"", "holds no merges"}, {"heading\n", "holds no merges"}, {"heading\nf e\nzz z\n", "line 3"}};
    struct nn_model_config config;
    struct facet_error error = {0};
    fill_config(&config);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        write_merges(bad[i][0]);
        assert_int_equal(nn_model_config_tokenize(&config, path, &error), FACET_ERROR_DATA);
        if (!strstr(error.text, bad[i][1])) fail_msg("\"%s\" does not say \"%s\"", error.text, bad[i][1]);
        assert_non_null(strstr(error.text, path));
    }
    assert_int_equal(nn_model_config_tokenize(&config, "no/such/file", &error), FACET_ERROR_IO);
    assert_non_null(strstr(error.text, "no/such/file"));
    assert_null(config.tokens);
    nn_model_config_free(&config);
}

// The description up to its tokens, then `tokens`.
static int read_with(const char *tokens, struct facet_error *error) {
    struct nn_model_config config, again;
    fill_config(&config);
    char *json = written(&config), *text = malloc(strlen(json) + strlen(tokens) + 32);
    assert_non_null(text);
    sprintf(text, "%.*s, \"tokens\": %s}", (int)strlen(json) - 1, json, tokens);
    int code = nn_model_config_read(text, &again, error);
    nn_model_config_free(&again);
    nn_model_config_free(&config);
    free(json);
    free(text);
    return code;
}

static void damaged_tokens_give_a_sentence(void **state) {
    (void)state;
#define REST "\"prompts\": [[0, 1], [0, 1], [0, 1], [0, 1]]}"
    static const char *const bad[][2] = {
        {"1", "vocabulary has no size"},
        {"{\"vocabulary\": -1, \"ids\": [3, 5], " REST, "vocabulary has no size"},
        {"{\"vocabulary\": 9, \"ids\": [5, 3], " REST, "do not rise"},
        {"{\"vocabulary\": 9, \"ids\": [3, 3], " REST, "do not rise"},
        {"{\"vocabulary\": 9, \"ids\": [3, 9], " REST, "below the vocabulary"},
        {"{\"vocabulary\": 9, \"ids\": [3], " REST, "places among the ids"},
        {"{\"vocabulary\": 9, \"ids\": [3, \"5\"], " REST, "do not rise"},
        {"{\"vocabulary\": 9, \"ids\": [3, 5], \"prompts\": [[0, 1]]}", "as many as"},
        {"{\"vocabulary\": 9, \"ids\": [3, 5], \"prompts\": [[0, 1], [0], [0, 1], [0, 1]]}", "long"},
        {"{\"vocabulary\": 9, \"ids\": [3, 5], \"prompts\": [[0, 1], 7, [0, 1], [0, 1]]}", "long"},
        {"{\"vocabulary\": 9, \"ids\": [3, 5], \"prompts\": [[0, 1], [0, -1], [0, 1], [0, 1]]}", "places"},
        {"{\"vocabulary\": 9, \"ids\": [3, 5], \"prompts\": [[0, 1], [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, "
         "1], "
         "[0, 1], [0, 1]]}",
         "long"},
    };
    struct facet_error error = {0};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_int_equal(read_with(bad[i][0], &error), FACET_ERROR_DATA);
        if (!strstr(error.text, bad[i][1])) fail_msg("%s: \"%s\"", bad[i][0], error.text);
    }
    assert_int_equal(read_with("{\"vocabulary\": 9, \"ids\": [3, 5], " REST, &error), FACET_OK);
}

static void tokens_of_other_prompts_are_refused(void **state) {
    (void)state;
    static const char *const more[] = {"fear", "face", "ace"};
    struct nn_model_config config;
    struct nn_model *model;
    struct facet_error error = {0};
    write_small_merges();
    tokenize(&config, path);
    assert_int_equal(nn_model_config_set_classes(&config, more, 3, &error), FACET_OK);
    assert_int_equal(nn_model_create(&config, &model, &error), FACET_ERROR_DATA);
    assert_non_null(strstr(error.text, "4 prompts are known, the model has 6"));
    nn_model_config_free(&config);
}

static int name_file(void **state) {
    (void)state;
    int file = mkstemp(path);
    return file < 0 ? -1 : close(file);
}

static int remove_file(void **state) {
    (void)state;
    return unlink(path);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_ids_in_use_have_a_row),
        cmocka_unit_test(model_from_json_is_the_model_from_merges),
        cmocka_unit_test(merges_make_other_embeddings_than_bytes),
        cmocka_unit_test(unusable_merges_are_refused),
        cmocka_unit_test(damaged_tokens_give_a_sentence),
        cmocka_unit_test(tokens_of_other_prompts_are_refused),
    };
    return cmocka_run_group_tests(tests, name_file, remove_file);
}
