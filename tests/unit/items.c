// Items and blocks: interning, class order, subjects across datasets; ragged rows, quarantine, shared columns.
#include "pipeline/items.h"
#include "pipeline/block.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct facet_items *two_datasets(void) {
    struct facet_error error;
    struct facet_items *items = facet_items_create();
    const char *labels[] = {"sadness", "anger", "", "happiness"};
    for (int d = 0; d < 2; d++) {
        assert_int_equal(facet_items_begin_dataset(items, d ? "wild" : "lab", &error), FACET_OK);
        for (int i = 0; i < 100; i++) {
            char subject[16], path[32];
            snprintf(subject, sizeof subject, "s%02d", i / 4);
            snprintf(path, sizeof path, "scan%d", i);
            struct facet_item item = {
                .subject = subject, .label = labels[i % 4], .path = path, .consent = "form 3", .sequence = i};
            assert_int_equal(facet_items_add(items, &item, &error), FACET_OK);
        }
    }
    return items;
}

static void rows_keep_what_they_were_given(void **state) {
    (void)state;
    struct facet_items *items = two_datasets();
    assert_int_equal(facet_items_count(items), 200);
    struct facet_item item = facet_items_get(items, 101);
    assert_string_equal(item.dataset, "wild");
    assert_string_equal(item.subject, "s00");
    assert_string_equal(item.label, "anger");
    assert_string_equal(item.path, "scan1");
    assert_string_equal(item.consent, "form 3");
    assert_string_equal(item.licence, "");
    assert_int_equal(item.sequence, 101); // sequences of a second dataset go on
    facet_items_destroy(items);
}

static void classes_are_sorted_and_subjects_belong_to_a_dataset(void **state) {
    (void)state;
    struct facet_items *items = two_datasets();
    assert_int_equal(facet_items_classes(items), 3);
    assert_string_equal(facet_items_class_name(items, 0), "anger");
    assert_string_equal(facet_items_class_name(items, 2), "sadness");
    assert_int_equal(facet_items_class_of(items, 0), 2);
    assert_int_equal(facet_items_class_of(items, 2), -1);
    assert_int_equal(facet_items_subjects(items), 50);
    assert_int_not_equal(facet_items_subject_of(items, 0), facet_items_subject_of(items, 100));
    facet_items_destroy(items);
}

static void a_source_may_say_something_of_itself(void **state) {
    (void)state;
    struct facet_items *items = two_datasets();
    assert_int_equal(facet_items_notes(items), 0);
    assert_int_equal(facet_items_note(items, NULL, "%d scans are missing", 3), FACET_OK);
    assert_int_equal(facet_items_note(items, NULL, "%d scans are missing", 3), FACET_OK);
    assert_int_equal(facet_items_notes(items), 1); // once
    assert_string_equal(facet_items_note_text(items, 0), "wild: 3 scans are missing");
    facet_items_destroy(items);
}

// Tables inside the table grow many times on the way, and some texts are longer than a run of them.
static void a_hundred_thousand_rows_keep_what_they_were_given(void **state) {
    (void)state;
    enum { ROWS = 100000, PERSONS = 30000, LONG = 300000 };
    struct facet_error error = {0};
    struct facet_items *items = facet_items_create();
    char subject[32], path[64], *longest = malloc(LONG + 1);
    assert_non_null(longest);
    memset(longest, 'x', LONG), longest[LONG] = '\0';
    for (int i = 0; i < ROWS; i++) {
        if (i % (ROWS / 2) == 0)
            assert_int_equal(facet_items_begin_dataset(items, i ? "wild" : "lab", &error), FACET_OK);
        snprintf(subject, sizeof subject, "person %d", (i * 7) % PERSONS);
        snprintf(path, sizeof path, "folder/%d/scan_%d.ply", i % 13, i);
        struct facet_item item = {.subject = subject, .label = i % 3 ? "a" : "b", .path = path, .sequence = i / 4};
        if (i == ROWS / 3) item.path = longest;
        item.frame = i % 4, item.stamp = (uint64_t)i * 1000003u, item.intensity = (float)i;
        assert_int_equal(facet_items_add(items, &item, &error), FACET_OK);
    }
    assert_int_equal(facet_items_count(items), ROWS);
    assert_int_equal(facet_items_subjects(items), 2 * PERSONS);
    assert_int_equal(facet_items_widths(items).path, LONG);
    assert_int_equal(facet_items_widths(items).subject, strlen("person 29999"));
    for (int i = 0; i < ROWS; i++) {
        struct facet_item item = facet_items_get(items, i);
        snprintf(subject, sizeof subject, "person %d", (i * 7) % PERSONS);
        snprintf(path, sizeof path, "folder/%d/scan_%d.ply", i % 13, i);
        assert_string_equal(item.subject, subject);
        assert_string_equal(item.path, i == ROWS / 3 ? longest : path);
        assert_string_equal(item.dataset, i < ROWS / 2 ? "lab" : "wild");
        assert_int_equal(facet_items_dataset_of(items, i), i >= ROWS / 2);
        assert_int_equal(facet_items_class_of(items, i), i % 3 ? 0 : 1);
        assert_true(item.stamp == (uint64_t)i * 1000003u && item.intensity == (float)i && item.frame == i % 4);
    }
    assert_int_equal(facet_items_subject_of(items, 3), facet_items_subject_of(items, 3 + PERSONS));
    assert_int_not_equal(facet_items_subject_of(items, 0), facet_items_subject_of(items, 2 * PERSONS));
    free(longest);
    facet_items_destroy(items);
}

static void masked_people_lose_their_texts_and_nobody_their_place(void **state) {
    (void)state;
    struct facet_error error = {0};
    struct facet_items *items = two_datasets();
    uint8_t subjects[50] = {[1] = 1}; // s01 of lab: rows 4 to 7
    struct facet_item_widths before = facet_items_widths(items);
    assert_int_equal(facet_items_mask(items, subjects, &error), FACET_OK);
    for (int row = 4; row < 8; row++) {
        struct facet_item item = facet_items_get(items, row);
        assert_string_equal(item.dataset, "lab");
        assert_string_equal(item.subject, "");
        assert_string_equal(item.path, "");
        assert_string_equal(item.label, "");
        assert_string_equal(item.consent, "");
        assert_true(item.intensity != item.intensity);
        assert_int_equal(item.sequence, row);
        assert_int_equal(facet_items_class_of(items, row), -1);
        assert_int_equal(facet_items_subject_of(items, row), 1);
    }
    assert_string_equal(facet_items_get(items, 8).subject, "s02");
    assert_string_equal(facet_items_get(items, 104).subject, "s01");
    assert_int_equal(facet_items_subjects(items), 50);
    assert_int_equal(facet_items_classes(items), 3);
    struct facet_item_widths after = facet_items_widths(items);
    assert_memory_equal(&before, &after, sizeof before);
    facet_items_destroy(items);
}

static void ragged_rows_grow_to_their_capacity_and_no_further(void **state) {
    (void)state;
    struct facet_error error = {0};
    struct facet_items *items = two_datasets();
    struct facet_field field = {.name = "vertices", .type = FACET_F32, .rank = 2, .dims = {10, 3}, .ragged = true};
    struct facet_block *block;
    assert_int_equal(facet_block_create(&field, 1, items, 5, 2, &block, &error), FACET_OK);
    assert_int_equal(facet_block_resize(block, 0, 1, 10, &error), FACET_OK);
    ((float *)facet_block_data(block, 0, 1))[29] = 1.0f;
    assert_int_equal(facet_block_count(block, 0, 1), 10);
    assert_int_equal(facet_block_count(block, 0, 0), 0);
    assert_int_equal(facet_block_resize(block, 0, 0, 11, &error), FACET_ERROR_DATA);
    assert_non_null(strstr(error.text, "vertices has 11 entries"));
    facet_block_destroy(block);
    facet_items_destroy(items);
}

static void the_first_reason_for_setting_a_row_aside_stands(void **state) {
    (void)state;
    struct facet_error error = {0};
    struct facet_items *items = two_datasets();
    struct facet_field field = {.name = "x", .type = FACET_F32, .rank = 1, .dims = {2}};
    struct facet_rows rows;
    struct facet_column *column = facet_column_create(&field, 4);
    assert_int_equal(facet_rows_create(4, &rows, &error), FACET_OK);
    rows.count = 4;
    memset(rows.valid, 1, 4);
    struct facet_block *a = facet_block_of(&column, 1, &rows, items, 1),
                       *b = facet_block_of(&column, 1, &rows, items, 2);
    facet_block_quarantine(a, 3, FACET_ERROR_DATA, "vertex %d is not finite", 17);
    facet_block_quarantine(b, 3, FACET_ERROR_IO, "later");
    assert_false(facet_block_valid(b, 3));
    assert_true(facet_block_valid(b, 2));
    assert_int_equal(rows.stage[3], 1);
    assert_string_equal(rows.message[3], "vertex 17 is not finite");
    facet_block_destroy(a), facet_block_destroy(b);
    facet_rows_destroy(&rows);
    facet_column_destroy(column);
    facet_items_destroy(items);
}

static void a_row_that_is_kept_may_have_a_note(void **state) {
    (void)state;
    struct facet_error error = {0};
    struct facet_items *items = two_datasets();
    struct facet_rows rows;
    char longer[2 * FACET_MESSAGE_MAX], expected[FACET_MESSAGE_MAX];
    assert_int_equal(facet_rows_create(4, &rows, &error), FACET_OK);
    rows.count = 4;
    memset(rows.valid, 1, 4);
    struct facet_block *a = facet_block_of(NULL, 0, &rows, items, 0), *b = facet_block_of(NULL, 0, &rows, items, 1);
    facet_block_note(a, 1, "kept without %s", "landmarks");
    facet_block_note(b, 1, "later");
    facet_block_note(a, 1, "nor a picture");
    assert_true(facet_block_valid(a, 1));
    assert_int_equal(rows.noted[1], 1);
    assert_string_equal(rows.note[1], "kept without landmarks; nor a picture");
    memset(longer, 'x', sizeof longer - 1), longer[sizeof longer - 1] = '\0';
    memcpy(expected, longer, sizeof expected - 1), expected[sizeof expected - 1] = '\0';
    for (int i = 0; i < 3; i++) facet_block_note(b, 2, "%s", longer);
    assert_string_equal(rows.note[2], expected);
    facet_block_quarantine(a, 3, FACET_ERROR_DATA, "broken");
    facet_block_note(a, 3, "of no use");
    assert_int_equal(rows.noted[3], 0);
    facet_block_quarantine(b, 1, FACET_ERROR_DATA, "after all"); // the note is not lost to the stages before
    assert_int_equal(rows.noted[1], 1);
    facet_block_destroy(a), facet_block_destroy(b);
    facet_rows_destroy(&rows);
    facet_items_destroy(items);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_keep_what_they_were_given),
        cmocka_unit_test(a_source_may_say_something_of_itself),
        cmocka_unit_test(classes_are_sorted_and_subjects_belong_to_a_dataset),
        cmocka_unit_test(a_hundred_thousand_rows_keep_what_they_were_given),
        cmocka_unit_test(masked_people_lose_their_texts_and_nobody_their_place),
        cmocka_unit_test(ragged_rows_grow_to_their_capacity_and_no_further),
        cmocka_unit_test(the_first_reason_for_setting_a_row_aside_stands),
        cmocka_unit_test(a_row_that_is_kept_may_have_a_note),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
