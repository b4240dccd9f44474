// Side files: what was written reads back, an uncommitted file leaves nothing, wrong requests give a sentence.
#include <facet/store.h>

#include <hdf5.h>

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

static void numbers_of_16_bits_stay_what_they_are(void **state) {
    (void)state;
    struct facet_error error = {0};
    struct facet_store *store;
    uint16_t codes[3] = {0, 32768, 65535};
    struct facet_array array = {.type = FACET_U16, .rank = 1, .dims = {3}, .data = codes}, back;
    char file[80];
    snprintf(file, sizeof file, "%s.u16", path);
    assert_string_equal(facet_type_name(FACET_U16), "u16");
    assert_int_equal(facet_store_create(file, &store, &error), FACET_OK);
    assert_int_equal(facet_store_write(store, "codes", &array, &error), FACET_OK);
    assert_int_equal(facet_store_commit(store, &error), FACET_OK);
    facet_store_close(store);
    assert_int_equal(facet_store_open(file, &store, &error), FACET_OK);
    assert_int_equal(facet_store_read(store, "codes", 0, &back, &error), FACET_OK);
    assert_int_equal(back.type, FACET_U16);
    assert_memory_equal(back.data, codes, sizeof codes);
    facet_array_free(&back);
    facet_store_close(store);
    unlink(file);
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

// A file as others make them: int16 values, strings of variable length, and a shape no memory holds.
static void make_foreign_file(const char *file) {
    const int16_t values[3] = {-5, 0, 32000};
    const char *const names[2] = {"neutral", "\xc3\xbc"};
    const hsize_t three = 3, two = 2, vast[2] = {(hsize_t)1 << 40, (hsize_t)1 << 40}, chunk[2] = {16, 16};
    hid_t h5 = H5Fcreate(file, H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT), text = H5Tcopy(H5T_C_S1);
    H5Tset_size(text, H5T_VARIABLE);
    H5Tset_cset(text, H5T_CSET_UTF8);
    hid_t space = H5Screate_simple(1, &three, NULL), set;
    set = H5Dcreate2(h5, "modes", H5T_STD_I16BE, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    assert_true(H5Dwrite(set, H5T_NATIVE_INT16, H5S_ALL, H5S_ALL, H5P_DEFAULT, values) >= 0);
    H5Dclose(set), H5Sclose(space);
    space = H5Screate_simple(1, &two, NULL);
    set = H5Dcreate2(h5, "names", text, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    assert_true(H5Dwrite(set, text, H5S_ALL, H5S_ALL, H5P_DEFAULT, names) >= 0);
    H5Dclose(set), H5Sclose(space);
    space = H5Screate(H5S_SCALAR);
    hid_t attribute = H5Acreate2(h5, "maker", text, space, H5P_DEFAULT, H5P_DEFAULT);
    assert_true(H5Awrite(attribute, text, &names[0]) >= 0);
    H5Aclose(attribute), H5Sclose(space), H5Tclose(text);
    hid_t layout = H5Pcreate(H5P_DATASET_CREATE);
    H5Pset_chunk(layout, 2, chunk);
    space = H5Screate_simple(2, vast, NULL);
    set = H5Dcreate2(h5, "vast", H5T_NATIVE_FLOAT, space, H5P_DEFAULT, layout, H5P_DEFAULT);
    assert_true(set >= 0);
    H5Dclose(set), H5Sclose(space), H5Pclose(layout);
    assert_true(H5Fclose(h5) >= 0);
}

static void files_made_by_others_read(void **state) {
    (void)state;
    struct facet_error error = {0};
    struct facet_store *store;
    struct facet_array array;
    char **strings, *text, file[80];
    int64_t count;
    snprintf(file, sizeof file, "%s.other", path);
    make_foreign_file(file);
    assert_int_equal(facet_store_open(file, &store, &error), FACET_OK);
    assert_int_equal(facet_store_read(store, "modes", 0, &array, &error), FACET_OK);
    assert_int_equal(array.type, FACET_I32);
    assert_int_equal(((int32_t *)array.data)[0], -5);
    assert_int_equal(((int32_t *)array.data)[2], 32000);
    facet_array_free(&array);
    assert_int_equal(facet_store_read_strings(store, "names", &strings, &count, &error), FACET_OK);
    assert_int_equal(count, 2);
    assert_string_equal(strings[1], "\xc3\xbc");
    free(strings);
    assert_int_equal(facet_store_read_attribute(store, "maker", &text, &error), FACET_OK);
    assert_string_equal(text, "neutral");
    free(text);
    assert_int_equal(facet_store_read_attribute(store, "none", &text, &error), FACET_ERROR_DATA);
    assert_int_equal(facet_store_read(store, "vast", 0, &array, &error), FACET_ERROR_DATA);
    assert_null(array.data);
    assert_non_null(strstr(error.text, "vast"));
    facet_store_close(store);
    unlink(file);
}

static void a_name_written_twice_cannot_be_committed(void **state) {
    (void)state;
    struct facet_error error = {0};
    struct facet_store *store;
    char file[80];
    snprintf(file, sizeof file, "%s.twice", path);
    assert_int_equal(facet_store_create(file, &store, &error), FACET_OK);
    assert_int_equal(facet_store_write_string(store, "name", "a", &error), FACET_OK);
    assert_int_equal(facet_store_write_string(store, "name", "b", &error), FACET_ERROR_IO);
    assert_non_null(strstr(error.text, "name already exists"));
    assert_int_equal(facet_store_commit(store, NULL), FACET_ERROR_IO);
    facet_store_close(store);
    assert_int_not_equal(access(file, F_OK), 0);
}

static void a_folder_that_is_not_there_is_named(void **state) {
    (void)state;
    struct facet_error error = {0};
    struct facet_store *store;
    assert_int_equal(facet_store_create("/nowhere/s.h5", &store, &error), FACET_ERROR_IO);
    assert_null(store);
    assert_non_null(strstr(error.text, "/nowhere/s.h5"));
    assert_non_null(strstr(error.text, "No such file"));
    assert_int_equal(facet_store_open("/nowhere/s.h5", &store, &error), FACET_ERROR_IO);
    assert_non_null(strstr(error.text, "No such file"));
}

static void a_truncated_file_is_refused(void **state) {
    (void)state;
    struct facet_error error = {0};
    struct facet_store *store;
    assert_int_equal(truncate(path, 200), 0);
    assert_int_equal(facet_store_open(path, &store, &error), FACET_ERROR_IO);
    assert_null(store);
    assert_non_null(strstr(error.text, path));
    assert_non_null(strstr(error.text, "truncated file"));
}

// The value 6 as it lies in the file: found nowhere else in it.
static void alter(const void *bytes, size_t size) {
    FILE *file = fopen(path, "r+b");
    assert_non_null(file);
    char all[1 << 16];
    size_t length = fread(all, 1, sizeof all, file);
    char *at = memmem(all, length, bytes, size);
    assert_non_null(at);
    assert_int_equal(fseek(file, at - all, SEEK_SET), 0);
    fputc(*at ^ 4, file);
    assert_int_equal(fclose(file), 0);
}

static void altered_bytes_are_refused(void **state) {
    (void)state;
    struct facet_error error = {0};
    struct facet_store *store;
    struct facet_array array;
    char **strings;
    int64_t count;
    const float six = 6;
    write_sample(true);
    alter(&six, sizeof six);
    alter("vit", 3);
    assert_int_equal(facet_store_open(path, &store, &error), FACET_OK);
    assert_int_equal(facet_store_read(store, "a/b/x", FACET_F32, &array, &error), FACET_ERROR_DATA);
    assert_null(array.data);
    assert_non_null(strstr(error.text, path));
    assert_non_null(strstr(error.text, "the bytes of a/b/x are not those that were written: the file is damaged"));
    assert_int_equal(facet_store_read_strings(store, "a/name", &strings, &count, &error), FACET_ERROR_DATA);
    assert_null(strings);
    assert_non_null(strstr(error.text, "the bytes of a/name are not"));
    facet_store_close(store);
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
        cmocka_unit_test(numbers_of_16_bits_stay_what_they_are),
        cmocka_unit_test(wrong_requests_give_a_sentence),
        cmocka_unit_test(files_made_by_others_read),
        cmocka_unit_test(a_name_written_twice_cannot_be_committed),
        cmocka_unit_test(a_folder_that_is_not_there_is_named),
        cmocka_unit_test(a_truncated_file_is_refused),
        cmocka_unit_test(altered_bytes_are_refused),
        cmocka_unit_test(an_uncommitted_file_leaves_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
