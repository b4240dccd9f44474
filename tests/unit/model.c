// The model: its description, its prompts, and what its answer must not depend on.
#include "nn/model.h"
#include "nn/prompts.h"

#include <facet/random.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { VIEWS = 3, CLASSES = 3, EMBED = 8, PIXELS = VIEWS * 2 * 8 * 8 };

static void fill_config(struct nn_model_config *config) {
    static const char *const classes[] = {"anger", "fear", "my <own>"};
    static const char *const templates[] = {"a face showing {}", "{}: {face}"};
    struct facet_error error;
    *config = (struct nn_model_config){.folds = 2,
                                       .views = VIEWS,
                                       .channels = 2,
                                       .size = 8,
                                       .patch = 4,
                                       .width = 8,
                                       .depth = 1,
                                       .heads = 2,
                                       .text_width = 8,
                                       .text_depth = 1,
                                       .text_heads = 2,
                                       .context = 64,
                                       .embed = EMBED,
                                       .fusion_layers = 1,
                                       .fusion_heads = 2,
                                       .cvsa = true,
                                       .mtgf = true};
    assert_int_equal(nn_model_config_set_classes(config, classes, CLASSES, &error), FACET_OK);
    assert_int_equal(nn_model_config_set_templates(config, templates, 2, &error), FACET_OK);
}

static void description_survives_json(void **state) {
    (void)state;
    struct nn_model_config config, again;
    struct facet_error error = {0};
    char *json, *second;
    fill_config(&config);
    assert_int_equal(nn_model_config_write(&config, &json, &error), FACET_OK);
    assert_int_equal(nn_model_config_read(json, &again, &error), FACET_OK);
    assert_int_equal(nn_model_config_write(&again, &second, &error), FACET_OK);
    assert_string_equal(json, second);
    assert_string_equal(again.classes[2], "my <own>");
    assert_true(again.cvsa && again.pool == NN_POOL_FLAT && again.patch == 4);
    free(json);
    free(second);
    nn_model_config_free(&config);
    nn_model_config_free(&again);
}

static void damaged_description_gives_a_sentence(void **state) {
    (void)state;
    static const char *const bad[] = {"", "{", "[]", "{\"folds\": 1}", "{\"folds\": \"one\"}", "{\"folds\": -3}"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct nn_model_config config;
        struct facet_error error = {0};
        assert_int_equal(nn_model_config_read(bad[i], &config, &error), FACET_ERROR_DATA);
        assert_non_null(strstr(error.text, "description"));
        assert_null(config.classes);
    }
}

static void sizes_that_do_not_fit_are_refused(void **state) {
    (void)state;
    for (int which = 0; which < 4; which++) {
        struct nn_model_config config;
        struct nn_model *model;
        struct facet_error error = {0};
        fill_config(&config);
        if (which == 0) config.patch = 3;
        if (which == 1) config.heads = 3;
        if (which == 2) config.fusion_heads = 5;
        if (which == 3) config.n_templates = 0;
        assert_int_equal(nn_model_create(&config, &model, &error), FACET_ERROR_CONFIG);
        assert_null(model);
        config.n_templates = 2;
        nn_model_config_free(&config);
    }
}

static void prompts_are_filled_in(void **state) {
    (void)state;
    char text[64], tight[8];
    nn_prompt_write("{}: {face}{", "happiness", text, sizeof text);
    assert_string_equal(text, "happiness: lip corners pulled up, cheeks raised{");
    nn_prompt_write("{} {face}", "odd", text, sizeof text);
    assert_string_equal(text, "odd odd");
    assert_int_equal(nn_prompt_write("a face showing {}", "odd", tight, sizeof tight), 18);
    assert_string_equal(tight, "a face ");
}

static void patch_follows_the_picture(void **state) {
    (void)state;
    assert_int_equal(nn_model_patch(112), 16);
    assert_int_equal(nn_model_patch(64), 8);
    assert_int_equal(nn_model_patch(96), 12);
    assert_int_equal(nn_model_patch(224), 32);
    assert_int_equal(nn_model_patch(37), 0);
}

// Logits (1, C) of a fresh model for one row of pictures.
static void ask(const float *pixels, const uint8_t *mask, float *logits, float *attention) {
    struct nn_model_config config;
    struct nn_model *model;
    struct facet_error error = {0};
    struct nn_fusion fusion;
    fill_config(&config);
    if (nn_model_create(&config, &model, &error) || nn_model_init(model, 3, &error)) fail_msg("%s", error.text);
    struct nn_tape *tape = nn_tape_create(nn_model_params(model), NULL);
    assert_non_null(tape);
    struct nn_tensor *prompts = nn_model_prompts(model, tape), *t = nn_model_classes(model, tape, prompts);
    struct nn_tensor *z = nn_model_image(model, tape, pixels, VIEWS);
    assert_true(nn_model_fuse(model, tape, z, t, mask, 1, &fusion));
    memcpy(logits, fusion.logits->data, CLASSES * sizeof *logits);
    memcpy(attention, fusion.attention, CLASSES * VIEWS * sizeof *attention);
    nn_tape_destroy(tape);
    nn_model_destroy(model);
    nn_model_config_free(&config);
}

static void draw(float *pixels) {
    for (int i = 0; i < PIXELS; i++) pixels[i] = (float)(2 * facet_random_uniform(1, (uint32_t)i, 0, 0) - 1);
}

static void missing_view_cannot_be_heard(void **state) {
    (void)state;
    const uint8_t mask[] = {1, 0, 1}, all[] = {1, 1, 1};
    float pixels[PIXELS], before[CLASSES], after[CLASSES], full[CLASSES], attention[CLASSES * VIEWS];
    draw(pixels);
    ask(pixels, mask, before, attention);
    for (int c = 0; c < CLASSES; c++) {
        assert_float_equal(attention[c * VIEWS + 1], 0, 0);
        assert_float_equal(attention[c * VIEWS] + attention[c * VIEWS + 2], 1, 1e-5);
    }
    ask(pixels, all, full, attention);
    for (int i = PIXELS / VIEWS; i < 2 * PIXELS / VIEWS; i++) pixels[i] = -pixels[i];
    ask(pixels, mask, after, attention);
    assert_memory_equal(before, after, sizeof before);
    assert_memory_not_equal(before, full, sizeof before);
}

// s starts at 1/0.07 and a cosine is at most 1.
static void logits_are_scaled_cosines(void **state) {
    (void)state;
    const uint8_t all[] = {1, 1, 1};
    float pixels[PIXELS], logits[CLASSES], attention[CLASSES * VIEWS];
    draw(pixels);
    ask(pixels, all, logits, attention);
    for (int c = 0; c < CLASSES; c++) assert_true(fabsf(logits[c]) <= 1 / 0.07f + 1e-3f);
    assert_true(logits[0] != logits[1]);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(description_survives_json),         cmocka_unit_test(damaged_description_gives_a_sentence),
        cmocka_unit_test(sizes_that_do_not_fit_are_refused), cmocka_unit_test(prompts_are_filled_in),
        cmocka_unit_test(patch_follows_the_picture),         cmocka_unit_test(missing_view_cannot_be_heard),
        cmocka_unit_test(logits_are_scaled_cosines),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
