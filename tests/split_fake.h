// Items to split: datasets of subjects who each show every label a few times.
#ifndef FACET_TESTS_SPLIT_FAKE_H
#define FACET_TESTS_SPLIT_FAKE_H

#include "pipeline/items.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char *const fake_labels[] = {"anger", "happiness", "surprise"};

// subjects[d] subjects of dataset d, `repeats` rows a label each; a subject's rows do not follow one another.
static inline struct facet_items *fake_items(int n_datasets, const char *const *datasets, const int *subjects,
                                             int repeats) {
    struct facet_error error;
    struct facet_items *items = facet_items_create();
    assert_non_null(items);
    for (int d = 0; d < n_datasets; d++) {
        assert_int_equal(facet_items_begin_dataset(items, datasets[d], &error), FACET_OK);
        for (int i = 0; i < 3 * repeats * subjects[d]; i++) {
            char subject[16];
            snprintf(subject, sizeof subject, "s%02d", i % subjects[d]);
            const struct facet_item item = {
                .subject = subject, .label = fake_labels[i / subjects[d] % 3], .path = "", .sequence = i};
            assert_int_equal(facet_items_add(items, &item, &error), FACET_OK);
        }
    }
    return items;
}

static inline uint8_t *fake_valid(const struct facet_items *items) {
    uint8_t *valid = malloc((size_t)facet_items_count(items));
    assert_non_null(valid);
    memset(valid, 1, (size_t)facet_items_count(items));
    return valid;
}

#endif
