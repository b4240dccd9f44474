// A disk that fills up, at every point of a container's life: a sentence on all ranks, what was done stays readable,
// and the process ends as usual.
// ranks: 1 2 3
// timeout: 60
#include "io/h5/container.h"
#include "mpi/ranks.h"

#include <facet/random.h>
#include <facet/store.h>

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

enum { ROWS = 64, ROW = 60001 }; // 3.7 MiB in rows that end inside a page
static struct facet_comm *world;
static char disk[200];
static const struct facet_dataset rows_layout = {.name = "data/x", .type = FACET_U8, .rank = 2, .dims = {ROWS, ROW}};
static const char no_space[] = "No space left on device";

static void in_disk(char path[256], const char *name) {
    snprintf(path, 256, "%s/%s", disk, name);
}

static bool root(void) {
    return facet_comm_rank(world) == 0;
}

// Writes until nothing more fits, on rank 0.
static void fill_disk(void) {
    static const char zeros[4096];
    char path[256];
    in_disk(path, "fill");
    int file = root() ? open(path, O_WRONLY | O_CREAT | O_APPEND, 0600) : -1;
    while (file >= 0 && write(file, zeros, sizeof zeros) > 0) continue;
    if (file >= 0) close(file);
    assert_int_equal(facet_comm_barrier(world, NULL), FACET_OK);
}

static int empty_disk(void **state) {
    (void)state;
    static const char *const names[] = {"fill", "a.h5", "a.h5.part", "s.h5", "s.h5.part"};
    char path[256];
    facet_comm_barrier(world, NULL);
    for (size_t i = 0; root() && i < sizeof names / sizeof *names; i++) {
        in_disk(path, names[i]);
        unlink(path);
    }
    return facet_comm_barrier(world, NULL);
}

static struct facet_container *new_container(int expected, struct facet_error *error) {
    struct facet_container *container;
    char path[256];
    in_disk(path, "a.h5");
    int code = facet_container_create(facet_comm_mpi(world), path, &rows_layout, 1, NULL, 0, &container, error);
    assert_int_equal(code, expected);
    return container;
}

static void a_full_disk_refuses_a_new_container(void **state) {
    (void)state;
    struct facet_error error = {0};
    char path[256];
    fill_disk();
    assert_null(new_container(FACET_ERROR_IO, &error));
    assert_non_null(strstr(error.text, no_space));
    assert_non_null(strstr(error.text, "a.h5"));
    in_disk(path, "a.h5.part");
    assert_int_not_equal(access(path, F_OK), 0);
}

static void rows_written_before_the_disk_is_full_stay(void **state) {
    (void)state;
    struct facet_error error = {0};
    struct facet_container *container = new_container(FACET_OK, &error);
    static unsigned char row[ROW], back[ROW];
    int64_t written[ROWS] = {0}, failed = 0;
    for (int64_t i = facet_comm_rank(world); i < ROWS; i += facet_comm_size(world)) {
        memset(row, (int)i + 1, sizeof row);
        int code = facet_container_write(container, "data/x", i, 1, row, &error);
        written[i] = code == FACET_OK;
        if (code == FACET_OK) continue;
        failed++;
        assert_int_equal(code, FACET_ERROR_IO);
        assert_non_null(strstr(error.text, no_space));
        assert_non_null(strstr(error.text, "data/x"));
    }
    assert_int_equal(facet_comm_sum_i64(world, written, ROWS, &error), FACET_OK);
    assert_int_equal(facet_comm_sum_i64(world, &failed, 1, &error), FACET_OK);
    assert_true(failed > 0 && failed < ROWS);
    facet_container_flush(container, &error); // may say that the disk is full: it holds no room any more
    assert_int_equal(facet_container_close(container, &error), FACET_OK);

    char path[256];
    in_disk(path, "a.h5");
    assert_int_equal(facet_container_open(facet_comm_mpi(world), path, false, &container, &error), FACET_OK);
    for (int64_t i = 0; i < ROWS; i++) {
        assert_int_equal(facet_container_read(container, "data/x", i, 1, back, &error), FACET_OK);
        memset(row, (int)i + 1, sizeof row);
        if (written[i]) assert_memory_equal(row, back, sizeof row);
    }
    assert_int_equal(facet_container_close(container, &error), FACET_OK);
}

static void datasets_added_until_the_disk_is_full_stay(void **state) {
    (void)state;
    struct facet_error error = {0};
    struct facet_container *container = new_container(FACET_OK, &error);
    fill_disk();
    struct facet_dataset more = {.type = FACET_F32, .rank = 1, .dims = {3}}, *datasets;
    int code = FACET_OK, added = 0, count;
    while (code == FACET_OK && added < 1000) {
        snprintf(more.name, sizeof more.name, "data/model/p%d", added++);
        code = facet_container_add(container, &more, &error);
    }
    assert_int_equal(code, FACET_ERROR_IO);
    assert_non_null(strstr(error.text, no_space));
    assert_int_equal(facet_container_close(container, &error), FACET_OK);

    char path[256];
    in_disk(path, "a.h5");
    assert_int_equal(facet_container_open(facet_comm_mpi(world), path, false, &container, &error), FACET_OK);
    assert_int_equal(facet_container_list(container, &datasets, &count, &error), FACET_OK);
    assert_int_equal(count, added + 1);
    free(datasets);
    assert_int_equal(facet_container_close(container, &error), FACET_OK);
}

static void a_container_on_a_full_disk_opens_to_read_but_not_to_write(void **state) {
    (void)state;
    struct facet_error error = {0};
    struct facet_container *container = new_container(FACET_OK, &error);
    assert_int_equal(facet_container_close(container, &error), FACET_OK);
    fill_disk();
    char path[256];
    in_disk(path, "a.h5");
    assert_int_equal(facet_container_open(facet_comm_mpi(world), path, true, &container, &error), FACET_ERROR_IO);
    assert_non_null(strstr(error.text, no_space));
    assert_int_equal(facet_container_open(facet_comm_mpi(world), path, false, &container, &error), FACET_OK);
    assert_int_equal(facet_container_close(container, &error), FACET_OK);
}

// The compressed file would be as large as the first, and there is no room for two.
static void a_container_that_cannot_be_compressed_stays(void **state) {
    (void)state;
    enum { WRITTEN = 28 };
    struct facet_error error = {0};
    struct facet_container *container = new_container(FACET_OK, &error);
    struct facet_hash before, after;
    static unsigned char row[ROW];
    for (int64_t i = 0; i < WRITTEN; i++) {
        for (int k = 0; k < ROW; k++) row[k] = (unsigned char)facet_random_u64(1, (uint32_t)i, (uint32_t)k, 0);
        if (root()) assert_int_equal(facet_container_write(container, "data/x", i, 1, row, &error), FACET_OK);
    }
    assert_int_equal(facet_container_close(container, &error), FACET_OK);
    for (int turn = 0; turn < 2; turn++) {
        char path[256], part[256];
        const struct facet_chunking chunked = {.name = "data/x", .chunk_rows = 3};
        in_disk(path, "a.h5"), in_disk(part, "a.h5.part");
        assert_int_equal(facet_container_open(facet_comm_mpi(world), path, false, &container, &error), FACET_OK);
        assert_int_equal(facet_container_hash(container, &rows_layout, turn ? &after : &before, &error), FACET_OK);
        assert_false(facet_container_compressed(container));
        assert_int_equal(facet_container_close(container, &error), FACET_OK);
        if (turn) break;
        assert_int_equal(facet_container_compress(facet_comm_mpi(world), path, &chunked, 1, 1, NULL, &error),
                         FACET_ERROR_IO);
        assert_non_null(strstr(error.text, no_space));
        assert_int_not_equal(access(part, F_OK), 0);
    }
    assert_memory_equal(&before, &after, sizeof before);
}

// A caller that overlooks the failed write cannot commit.
static void a_store_that_does_not_fit_leaves_nothing(void **state) {
    (void)state;
    if (!root()) return;
    static float big[2000000]; // 8 MB
    struct facet_error error = {0};
    struct facet_array array = {.type = FACET_F32, .rank = 1, .dims = {2000000}, .data = big};
    struct facet_store *store;
    char path[256], part[256];
    in_disk(path, "s.h5");
    in_disk(part, "s.h5.part");
    assert_int_equal(facet_store_create(path, &store, &error), FACET_OK);
    assert_int_equal(facet_store_write(store, "x", &array, &error), FACET_ERROR_IO);
    assert_non_null(strstr(error.text, no_space));
    error = (struct facet_error){0};
    assert_int_equal(facet_store_commit(store, &error), FACET_ERROR_IO);
    assert_non_null(strstr(error.text, no_space));
    facet_store_close(store);
    assert_int_not_equal(access(path, F_OK), 0);
    assert_int_not_equal(access(part, F_OK), 0);
}

static bool mount_small_disk(void) {
    const char *folder = getenv("TMPDIR");
    snprintf(disk, sizeof disk, "%s/facet-full-%s", folder ? folder : "/tmp", getenv("FACET_TEST_NAME"));
    bool mounted = false;
    if (root()) {
        umount2(disk, MNT_DETACH); // what a killed test left
        mkdir(disk, 0700);
        mounted = mount("none", disk, "tmpfs", 0, "size=3m") == 0;
        if (!mounted) rmdir(disk);
    }
    return facet_comm_any(world, mounted);
}

int main(int argc, char **argv) {
    struct facet_error error;
    if (facet_ranks_start(&argc, &argv, &world, &error) != FACET_OK) return 1;
    int result = 77;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(a_full_disk_refuses_a_new_container, empty_disk),
        cmocka_unit_test_teardown(rows_written_before_the_disk_is_full_stay, empty_disk),
        cmocka_unit_test_teardown(datasets_added_until_the_disk_is_full_stay, empty_disk),
        cmocka_unit_test_teardown(a_container_on_a_full_disk_opens_to_read_but_not_to_write, empty_disk),
        cmocka_unit_test_teardown(a_container_that_cannot_be_compressed_stays, empty_disk),
        cmocka_unit_test_teardown(a_store_that_does_not_fit_leaves_nothing, empty_disk),
    };
    if (mount_small_disk())
        result = cmocka_run_group_tests(tests, NULL, NULL);
    else if (root())
        puts("skipped: a small file system cannot be mounted here");
    facet_comm_barrier(world, NULL);
    if (root()) umount2(disk, MNT_DETACH), rmdir(disk);
    facet_ranks_stop(world);
    return result;
}
