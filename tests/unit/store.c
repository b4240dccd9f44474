// Side files: what was written reads back, an uncommitted file leaves nothing, wrong requests give a sentence.
#include <facet/store.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static char path[64] = "/tmp/facet-store-XXXXXX";

static void write_sample(bool commit) {
    struct facet_error error = {0};
    struct facet_store *store;
    float x[6] = {1, 2, 3, 4, 5, 6};
    struct facet_array array = {.type = FACET_F32, .rank = 2, .dims = {3, 2}, .data = x};
    assert_int_equal(facet_store_create(path, &store, &error), FACET_OK);
    assert_int_equal(facet_store_write(store, "a/b/x", &array, &error), FACET_OK);
    assert_int_equal(facet_store_write_string(store, "a/name", "vit", &error), FACET_OK);
    if (commit) assert_int_equal(facet_store_commit(store, &error), FACET_OK);
    facet_store_close(store);
}

static void what_was_written_reads_back(void **state) {
    (void)state;
    write_sample(true);
    struct facet_error error = {0};
    struct facet_store *store;
    struct facet_array array;
    assert_int_equal(facet_store_open(path, &store, &error), FACET_OK);
    assert_true(facet_store_has(store, "a/b/x"));
    assert_false(facet_store_has(store, "a/c/x"));
    assert_int_equal(facet_store_read(store, "a/b/x", FACET_F64, &array, &error), FACET_OK);
    assert_int_equal(array.dims[0], 3);
    assert_float_equal(((double *)array.data)[5], 6.0, 0);
    facet_array_free(&array);
    assert_int_equal(facet_store_read_rows(store, "a/b/x", 0, 1, 2, &array, &error), FACET_OK);
    assert_float_equal(((float *)array.data)[0], 3.0, 0);
    facet_array_free(&array);
    char **strings;
    int64_t count;
    assert_int_equal(facet_store_read_strings(store, "a/name", &strings, &count, &error), FACET_OK);
    assert_int_equal(count, 1);
    assert_string_equal(strings[0], "vit");
    free(strings);
    facet_store_close(store);
}

static void wrong_requests_give_a_sentence(void **state) {
    (void)state;
    struct facet_error error = {0};
    struct facet_store *store;
    struct facet_array array;
    assert_int_equal(facet_store_open(path, &store, &error), FACET_OK);
    assert_int_equal(facet_store_read(store, "a/none", 0, &array, &error), FACET_ERROR_DATA);
    assert_non_null(strstr(error.text, "a/none"));
    assert_int_equal(facet_store_read_rows(store, "a/b/x", 0, 2, 2, &array, &error), FACET_ERROR_DATA);
    assert_int_equal(facet_store_read(store, "a/name", 0, &array, &error), FACET_ERROR_DATA);
    facet_store_close(store);
}

static void a_truncated_file_is_refused(void **state) {
    (void)state;
    struct facet_error error = {0};
    struct facet_store *store;
    assert_int_equal(truncate(path, 200), 0);
    assert_int_equal(facet_store_open(path, &store, &error), FACET_ERROR_IO);
    assert_null(store);
    assert_non_null(strstr(error.text, path));
}

static void an_uncommitted_file_leaves_nothing(void **state) {
    (void)state;
    unlink(path);
    write_sample(false);
    assert_int_not_equal(access(path, F_OK), 0);
    char part[80];
    snprintf(part, sizeof part, "%s.part", path);
    assert_int_not_equal(access(part, F_OK), 0);
}

int main(void) {
    int file = mkstemp(path);
    if (file < 0) return 1;
    close(file);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_written_reads_back),
        cmocka_unit_test(wrong_requests_give_a_sentence),
        cmocka_unit_test(a_truncated_file_is_refused),
        cmocka_unit_test(an_uncommitted_file_leaves_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
