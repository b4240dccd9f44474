// A training small enough for a test: made-up pictures of a few classes, and a model to match.
#ifndef FACET_TESTS_TRAIN_FAKE_H
#define FACET_TESTS_TRAIN_FAKE_H

#include "mpi/ranks.h"
#include "train/trainer_parts.h"

#include <facet/random.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { FAKE_ROWS = 22, FAKE_VIEWS = 3, FAKE_CHANNELS = 4, FAKE_SIZE = 16, FAKE_CLASSES = 3 };
enum { FAKE_PICTURE = FAKE_CHANNELS * FAKE_SIZE * FAKE_SIZE, FAKE_BYTES = FAKE_VIEWS * FAKE_PICTURE };

struct fake {
    uint8_t pictures[FAKE_ROWS][FAKE_BYTES];
    uint8_t masks[FAKE_ROWS][FAKE_VIEWS];
    int64_t row[FAKE_ROWS];
    int32_t labels[FAKE_ROWS];
    const uint8_t *pointers[FAKE_ROWS];
};

// Class c has a bright bar in another place; every fifth row misses a view.
static inline struct fake *fake_create(void) {
    struct fake *fake = calloc(1, sizeof *fake);
    assert_non_null(fake);
    for (int i = 0; i < FAKE_ROWS; i++) {
        fake->row[i] = i, fake->labels[i] = i % FAKE_CLASSES, fake->pointers[i] = fake->pictures[i];
        for (int v = 0; v < FAKE_VIEWS; v++) fake->masks[i][v] = !(i % 5 == 4 && v == i % FAKE_VIEWS);
        for (int j = 0; j < FAKE_BYTES; j++) {
            int y = j / FAKE_SIZE % FAKE_SIZE;
            uint32_t noise = (uint32_t)facet_random_u64(5, (uint32_t)i, (uint32_t)j, 0) % 60;
            fake->pictures[i][j] = (uint8_t)(60 + noise + (y / 4 == fake->labels[i] ? 120 : 0));
        }
    }
    return fake;
}

static inline struct batch fake_batch(const struct fake *fake, int64_t first, int64_t rows, uint32_t epoch) {
    return (struct batch){.epoch = epoch,
                          .rows = rows,
                          .row = fake->row + first,
                          .labels = fake->labels + first,
                          .pictures = fake->pointers + first,
                          .masks = fake->masks[0]};
}

static inline void fake_options(struct options *options) {
    static const char *const classes[] = {"anger", "happiness", "surprise"};
    static const char *const templates[] = {"a face showing {}", "{}: {face}"};
    struct facet_error error;
    *options = (struct options){.model = {.folds = 1,
                                          .views = FAKE_VIEWS,
                                          .channels = FAKE_CHANNELS,
                                          .size = FAKE_SIZE,
                                          .patch = 4,
                                          .width = 16,
                                          .depth = 1,
                                          .heads = 2,
                                          .text_width = 8,
                                          .text_depth = 1,
                                          .text_heads = 2,
                                          .context = 48,
                                          .embed = 12,
                                          .fusion_layers = 1,
                                          .fusion_heads = 2,
                                          .pool = NN_POOL_FLAT,
                                          .cvsa = true,
                                          .mtgf = true},
                                .objective = objective_find("facet"),
                                .loss = {.smoothing = 0.1f, .lambda_itc = 0.5f, .lambda_mvc = 0.3f, .mu = 1},
                                .augment = {.views = FAKE_VIEWS,
                                            .channels = FAKE_CHANNELS,
                                            .size = FAKE_SIZE,
                                            .depth = 0,
                                            .normal = 1,
                                            .on = true,
                                            .mirror = true,
                                            .rotate_deg = 10,
                                            .zoom = 0.1,
                                            .shift = 0.05,
                                            .erase = 0.3,
                                            .drop_view = 0.2,
                                            .gain = 0.1,
                                            .offset = 0.1,
                                            .noise = 0.1},
                                .epochs = 2,
                                .batch = FAKE_ROWS,
                                .micro = 4,
                                .warmup = 1,
                                .rate = 2e-3f,
                                .decay = 0.05f,
                                .clip = 1};
    assert_int_equal(nn_model_config_set_classes(&options->model, classes, FAKE_CLASSES, &error), FACET_OK);
    assert_int_equal(nn_model_config_set_templates(&options->model, templates, 2, &error), FACET_OK);
}

#endif
