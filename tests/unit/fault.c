// Faults on demand strike where they are asked for; and readers and writers of single files answer each with a sentence,
// leaving nothing behind.
#include "fault/fault.h"

#include <facet/image.h>
#include <facet/scan.h>
#include <facet/store.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static char folder[64] = "/tmp/facet-fault-XXXXXX";

static const char *in_folder(const char *name) {
    static char paths[4][128];
    static int next;
    char *path = paths[next++ % 4];
    snprintf(path, sizeof paths[0], "%s/%s", folder, name);
    return path;
}

static void arm(const char *wanted) {
    struct facet_error error = {0};
    if (facet_fault_arm(wanted, &error) != FACET_OK) fail_msg("%s", error.text);
}

static int disarm(void **state) {
    (void)state;
    arm(NULL);
    facet_fault_set_rank(0);
    return 0;
}

static void nothing_strikes_unasked(void **state) {
    (void)state;
    for (int i = 0; i < FAULT_POINTS; i++) assert_false(facet_fault((enum facet_fault_point)i));
}

static void the_nth_passing_strikes_on_its_rank(void **state) {
    (void)state;
    arm("h5.write@3:1,h5.read@1");
    assert_true(facet_fault(FAULT_H5_READ));
    assert_false(facet_fault(FAULT_H5_READ));
    for (int i = 0; i < 5; i++) assert_false(facet_fault(FAULT_H5_WRITE));
    arm("h5.write@3:1");
    facet_fault_set_rank(1);
    for (int i = 1; i <= 5; i++) assert_int_equal(facet_fault(FAULT_H5_WRITE), i == 3);
}

static int strikes_of_100(const char *wanted, int rank, char pattern[101]) {
    int strikes = 0;
    arm(wanted);
    facet_fault_set_rank(rank);
    for (int i = 0; i < 100; i++) {
        bool strikes_now = facet_fault(FAULT_MPI_BCAST);
        pattern[i] = strikes_now ? 'x' : '.';
        strikes += strikes_now;
    }
    pattern[100] = '\0';
    return strikes;
}

static void a_seed_strikes_the_same_way_again(void **state) {
    (void)state;
    char first[101], again[101], other[101];
    int strikes = strikes_of_100("seed:7:0.25", 0, first);
    assert_in_range(strikes, 10, 45);
    strikes_of_100("seed:7:0.25", 0, again);
    assert_string_equal(first, again);
    strikes_of_100("seed:8:0.25", 0, other);
    assert_string_not_equal(first, other);
    strikes_of_100("seed:7:0.25", 1, other);
    assert_string_not_equal(first, other);
    assert_int_equal(strikes_of_100("seed:7:0", 0, other), 0);
    assert_int_equal(strikes_of_100("seed:7:1", 0, other), 100);
}

static void unclear_wishes_are_refused(void **state) {
    (void)state;
    static const char *const unclear[] = {
        "h5.write",  "h5.writ@1", "h5.write@0", "h5.write@x", "h5.write@1:",  "h5.write@1x",  "seed:1",
        "seed::0.1", "seed:1:2",  "seed:1:x",   "count:",     "h5.read@1:-1", "h5.read@1:2:3"};
    struct facet_error error;
    for (size_t i = 0; i < sizeof unclear / sizeof *unclear; i++) {
        assert_int_equal(facet_fault_arm(unclear[i], &error), FACET_ERROR_USAGE);
        assert_non_null(strstr(error.text, unclear[i]));
        assert_false(facet_fault(FAULT_H5_WRITE));
    }
}

static void lines_tell_what_passed_and_failed(void **state) {
    (void)state;
    char wish[200], line[100];
    snprintf(wish, sizeof wish, "h5.list@2,count:%s", in_folder("counts"));
    arm(wish);
    for (int i = 0; i < 3; i++) facet_fault(FAULT_H5_LIST);
    facet_fault_report();
    FILE *file = fopen(in_folder("counts"), "r");
    assert_non_null(file);
    int found = 0, lines = 0;
    for (; fgets(line, sizeof line, file); lines++)
        found += strcmp(line, "failed 0 h5.list 2\n") == 0 || strcmp(line, "passed 0 h5.list 3\n") == 0;
    fclose(file);
    assert_int_equal(found, 2);
    assert_int_equal(lines, 1 + FAULT_POINTS);
}

// ---- files of one process -------------------------------------------------------------------------------------------

static int write_store(struct facet_error *error) {
    struct facet_store *store;
    float x[6] = {1, 2, 3, 4, 5, 6};
    struct facet_array array = {.type = FACET_F32, .rank = 2, .dims = {3, 2}, .data = x};
    int code = facet_store_create(in_folder("s.h5"), &store, error);
    if (code == FACET_OK) code = facet_store_write(store, "a/x", &array, error);
    if (code == FACET_OK) code = facet_store_write_string(store, "a/name", "vit", error);
    if (code == FACET_OK) code = facet_store_commit(store, error);
    facet_store_close(store);
    return code;
}

static int read_store(struct facet_error *error) {
    struct facet_store *store;
    struct facet_array array = {0}, rows = {0};
    char **strings = NULL;
    int64_t count;
    int code = facet_store_open(in_folder("s.h5"), &store, error);
    if (code == FACET_OK) code = facet_store_read(store, "a/x", 0, &array, error);
    if (code == FACET_OK) code = facet_store_read_rows(store, "a/x", 0, 1, 2, &rows, error);
    if (code == FACET_OK) code = facet_store_read_strings(store, "a/name", &strings, &count, error);
    if (code == FACET_OK) assert_float_equal(((float *)rows.data)[0], 3, 0);
    free(strings);
    facet_array_free(&array), facet_array_free(&rows);
    facet_store_close(store);
    return code;
}

static int write_picture(struct facet_error *error) {
    struct facet_image image;
    int code = facet_image_create(&image, 4, 4, 9, error);
    if (code == FACET_OK) code = facet_image_write_png(in_folder("i.png"), &image, error);
    facet_image_free(&image);
    return code;
}

static int write_scan(struct facet_error *error) {
    float vertices[3][3] = {{0}, {1, 0, 0}, {0, 1, 0}};
    int32_t triangles[3] = {0, 1, 2};
    const struct facet_mesh mesh = {.vertices = vertices[0], .triangles = triangles, .n_vertices = 3, .n_triangles = 1};
    return facet_mesh_write(in_folder("m.ply"), FACET_MESH_PLY_BIG, &mesh, error);
}

static int read_scan(struct facet_error *error) {
    struct facet_mesh mesh;
    int code = facet_mesh_read(in_folder("m.ply"), &mesh, error);
    if (code == FACET_OK) assert_int_equal(mesh.n_triangles, 1);
    facet_mesh_free(&mesh);
    return code;
}

// Fails every passing of every point that `work` passes, one at a time, and then lets it succeed.
static void fail_everywhere(int (*work)(struct facet_error *error), const char *points, const char *leaves) {
    char list[512], wish[100], *rest;
    snprintf(list, sizeof list, "%s", points);
    for (char *point = strtok_r(list, " ", &rest); point; point = strtok_r(NULL, " ", &rest)) {
        int passings = 0, code;
        do {
            struct facet_error error = {0};
            snprintf(wish, sizeof wish, "%s@%d", point, ++passings);
            arm(wish);
            code = work(&error);
            if (code == FACET_OK) continue;
            assert_int_equal(code, strncmp(point, "memory", 6) == 0 ? FACET_ERROR_MEMORY : FACET_ERROR_IO);
            assert_int_equal(code, error.code);
            assert_true(strlen(error.text) > 10);
            if (leaves) assert_int_not_equal(access(in_folder(leaves), F_OK), 0);
        } while (code != FACET_OK);
        if (passings == 1) fail_msg("%s was never passed", point);
    }
}

static void a_store_that_fails_leaves_nothing(void **state) {
    (void)state;
    fail_everywhere(write_store,
                    "file.make file.ballast store.create store.write store.flush store.close file.sync file.rename "
                    "file.sync_folder memory.store memory.path",
                    "s.h5.part");
}

static void a_store_that_cannot_be_read_says_so(void **state) {
    (void)state;
    fail_everywhere(read_store,
                    "store.open store.dataset_open store.read memory.store memory.path memory.array memory.strings "
                    "memory.raw_strings",
                    NULL);
}

static void a_picture_that_fails_leaves_nothing(void **state) {
    (void)state;
    fail_everywhere(write_picture, "memory.image image.open image.write image.close image.rename", "i.png.part");
}

static void scans_that_fail_say_so(void **state) {
    (void)state;
    fail_everywhere(write_scan, "scan.write", NULL);
    fail_everywhere(read_scan, "scan.open scan.read memory.scan memory.mesh", NULL);
}

static int make_folder(void **state) {
    (void)state;
    return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state) {
    static const char *const files[] = {"counts", "s.h5", "s.h5.part", "i.png", "m.ply"};
    (void)state;
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) unlink(in_folder(files[i]));
    return rmdir(folder);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_strikes_unasked),
        cmocka_unit_test_teardown(the_nth_passing_strikes_on_its_rank, disarm),
        cmocka_unit_test_teardown(a_seed_strikes_the_same_way_again, disarm),
        cmocka_unit_test_teardown(unclear_wishes_are_refused, disarm),
        cmocka_unit_test_teardown(lines_tell_what_passed_and_failed, disarm),
        cmocka_unit_test_teardown(a_store_that_fails_leaves_nothing, disarm),
        cmocka_unit_test_teardown(a_store_that_cannot_be_read_says_so, disarm),
        cmocka_unit_test_teardown(a_picture_that_fails_leaves_nothing, disarm),
        cmocka_unit_test_teardown(scans_that_fail_say_so, disarm),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
