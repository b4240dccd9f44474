// A folder as a list of files: order, links, filters, stamps, reading.
#include <facet/files.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static char root[] = "/tmp/facet-files-XXXXXX";

static const char *at(const char *name) {
    static char path[256];
    snprintf(path, sizeof path, "%s/%s", root, name);
    return path;
}

static void write_text(const char *name, const char *text) {
    FILE *file = fopen(at(name), "wb");
    assert_non_null(file);
    fputs(text, file);
    assert_int_equal(fclose(file), 0);
}

static int make_folder(void **state) {
    (void)state;
    if (!mkdtemp(root) || mkdir(at("b"), 0700) || mkdir(at("b/in"), 0700) || mkdir(at("no"), 0700)) return -1;
    write_text("b/two", "22");
    write_text("b/in/three", "333");
    write_text("b-1", "1");
    write_text("empty", "");
    write_text("no/x", "x");
    if (symlink("..", at("b/in/up")) || symlink("nowhere", at("lost")) || symlink("b/two", at("linked"))) return -1;
    return symlink("b/in", at("again"));
}

static int remove_folder(void **state) {
    char command[300];
    (void)state;
    snprintf(command, sizeof command, "rm -rf %s", root);
    return system(command);
}

static bool not_no(const void *context, const char *path) {
    return strcmp(path, context) != 0;
}

static struct facet_files *open_root(const struct facet_files_options *options) {
    struct facet_files *files;
    struct facet_error error = {0};
    assert_int_equal(facet_files_open(root, options, &files, &error), FACET_OK);
    return files;
}

static void lists_in_byte_order(void **state) {
    static const char *const expected[] = {"again/three", "again/up/two", "b-1",    "b/in/three",
                                           "b/two",       "empty",        "linked", "no/x"};
    (void)state;
    struct facet_files *files = open_root(NULL);
    assert_int_equal(facet_files_count(files), 8);
    for (int i = 0; i < 8; i++) {
        struct facet_file file = facet_files_get(files, i);
        assert_string_equal(file.path, expected[i]);
        assert_int_equal(facet_files_find(files, expected[i]), i);
        assert_true(file.stamp != 0);
    }
    assert_int_equal(facet_files_get(files, 4).bytes, 2);
    assert_int_equal(facet_files_find(files, "b/thre"), -1);
    facet_files_close(files);
}

static void tells_what_it_left_out(void **state) {
    (void)state;
    struct facet_files *files = open_root(NULL);
    assert_int_equal(facet_files_notes(files), 3); // b/in/up, again/up/in and lost
    int loops = 0, lost = 0;
    for (int i = 0; i < 3; i++) {
        loops += strstr(facet_files_note(files, i), "is a link to a folder that it lies in") != NULL;
        lost += strcmp(facet_files_note(files, i), "lost: is a link that leads nowhere") == 0;
    }
    assert_int_equal(loops, 2);
    assert_int_equal(lost, 1);
    facet_files_close(files);
}

static void does_not_enter_what_is_refused(void **state) {
    (void)state;
    struct facet_files *files = open_root(&(struct facet_files_options){.wanted = not_no, .context = "no/"});
    assert_int_equal(facet_files_count(files), 7);
    assert_int_equal(facet_files_find(files, "no/x"), -1);
    facet_files_close(files);
}

static void reads_with_the_same_buffer(void **state) {
    (void)state;
    struct facet_files *files = open_root(NULL);
    struct facet_bytes bytes = {0};
    assert_int_equal(facet_files_read(files, facet_files_find(files, "b/in/three"), &bytes, NULL), FACET_OK);
    assert_int_equal(bytes.size, 3);
    assert_memory_equal(bytes.data, "333", 3);
    const uint8_t *before = bytes.data;
    assert_int_equal(facet_files_read(files, facet_files_find(files, "empty"), &bytes, NULL), FACET_OK);
    assert_int_equal(bytes.size, 0);
    assert_int_equal(facet_files_read(files, facet_files_find(files, "linked"), &bytes, NULL), FACET_OK);
    assert_memory_equal(bytes.data, "22", 2);
    assert_ptr_equal(bytes.data, before);
    facet_bytes_free(&bytes);
    facet_files_close(files);
}

static void refuses_changed_and_large_files(void **state) {
    (void)state;
    struct facet_error error = {0};
    struct facet_bytes bytes = {0};
    struct facet_files *files = open_root(&(struct facet_files_options){.max_file_bytes = 2});
    assert_int_equal(facet_files_read(files, facet_files_find(files, "b/in/three"), &bytes, &error), FACET_ERROR_DATA);
    assert_non_null(strstr(error.text, "b/in/three has 3 bytes, and more than 2 are not read"));
    write_text("b-1", "changed");
    assert_int_equal(facet_files_read(files, facet_files_find(files, "b-1"), &bytes, &error), FACET_ERROR_IO);
    assert_non_null(strstr(error.text, "b-1: has changed since it was listed"));
    facet_files_close(files);
    facet_bytes_free(&bytes);
}

static void needs_a_folder(void **state) {
    (void)state;
    struct facet_files *files;
    struct facet_error error = {0};
    assert_int_equal(facet_files_open(at("none"), NULL, &files, &error), FACET_ERROR_IO);
    assert_non_null(strstr(error.text, "none: cannot be opened: No such file"));
    assert_null(files);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lists_in_byte_order),
        cmocka_unit_test(tells_what_it_left_out),
        cmocka_unit_test(does_not_enter_what_is_refused),
        cmocka_unit_test(reads_with_the_same_buffer),
        cmocka_unit_test(refuses_changed_and_large_files),
        cmocka_unit_test(needs_a_folder),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
