// Containers compressed by several ranks: the same content in fewer bytes, the same file for any number of ranks, and the
// way back.
// ranks: 1 2 3 4
// timeout: 60
#include "io/h5/container.h"
#include "mpi/ranks.h"

#include <facet/random.h>

#include <hdf5.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

enum { ROWS = 50, WIDTH = 3000, SLOTS = 40000, UNIT_SLOTS = 8000, UNIT_USED = 900, NOISE = 5000 };
static struct facet_comm *world;
static char path[256], part[300];

static const struct facet_dataset layout[] = {
    {.name = "data/views", .type = FACET_U8, .rank = 2, .dims = {ROWS, WIDTH}},
    {.name = "data/mesh", .type = FACET_F32, .rank = 2, .dims = {SLOTS, 3}},
    {.name = "data/noise", .type = FACET_I32, .rank = 1, .dims = {NOISE}},
    {.name = "data/count", .type = FACET_I64, .rank = 1, .dims = {ROWS}},
    {.name = "items/label", .width = 8, .rank = 1, .dims = {ROWS}},
    {.name = "data/scale", .type = FACET_F64, .rank = 0},
};
enum { DATASETS = sizeof layout / sizeof *layout };
static const struct facet_text_attribute attributes[] = {{"schema", "facet/2"}, {"config", ""}};
static const int64_t used[][2] = {
    {0, UNIT_USED}, {UNIT_SLOTS, UNIT_SLOTS + UNIT_USED}, {4 * UNIT_SLOTS, 4 * UNIT_SLOTS + UNIT_USED}};
static const struct facet_chunking chunked[] = {
    {.name = "data/views", .chunk_rows = 7},
    {.name = "data/mesh", .chunk_rows = 1000, .used = used, .n_used = 3},
    {.name = "data/noise", .chunk_rows = 999},
};
enum { CHUNKED = sizeof chunked / sizeof *chunked };

static bool root(void) {
    return facet_comm_rank(world) == 0;
}

static void write_content(struct facet_container *container) {
    struct facet_error error = {0};
    static uint8_t views[ROWS][WIDTH];
    static float mesh[UNIT_USED][3];
    static int32_t noise[NOISE];
    double scale = 2.5;
    for (int row = 0; row < ROWS; row++)
        for (int i = 0; i < WIDTH; i++) views[row][i] = (uint8_t)(row + i / 100);
    for (int i = 0; i < UNIT_USED; i++)
        for (int k = 0; k < 3; k++) mesh[i][k] = (float)(i * 3 + k) * 0.25f;
    for (int i = 0; i < NOISE; i++) noise[i] = (int32_t)facet_random_u64(1, (uint32_t)i, 0, 0); // nothing shortens it
    assert_int_equal(facet_container_write(container, "data/views", 0, ROWS, views, &error), FACET_OK);
    for (int i = 0; i < 3; i++)
        assert_int_equal(facet_container_write(container, "data/mesh", used[i][0], UNIT_USED, mesh, &error), FACET_OK);
    assert_int_equal(facet_container_write(container, "data/noise", 0, NOISE, noise, &error), FACET_OK);
    assert_int_equal(facet_container_write(container, "items/label", 3, 1, "happy\0\0", &error), FACET_OK);
    assert_int_equal(facet_container_write(container, "data/scale", 0, 1, &scale, &error), FACET_OK);
}

static int make_container(void **state) {
    (void)state;
    struct facet_error error = {0};
    struct facet_container *container;
    int code = facet_container_create(facet_comm_mpi(world), path, layout, DATASETS, attributes, 2, &container, &error);
    if (code != FACET_OK) return code;
    if (root()) write_content(container);
    return facet_container_close(container, &error);
}

static void hash_all(struct facet_hash hashes[DATASETS], bool *compressed) {
    struct facet_error error = {0};
    struct facet_container *container;
    char *text;
    assert_int_equal(facet_container_open(facet_comm_mpi(world), path, false, &container, &error), FACET_OK);
    for (int i = 0; i < DATASETS; i++)
        assert_int_equal(facet_container_hash(container, &layout[i], &hashes[i], &error), FACET_OK);
    *compressed = facet_container_compressed(container);
    assert_int_equal(facet_container_attribute(container, "schema", &text, &error), FACET_OK);
    assert_string_equal(text, "facet/2");
    free(text);
    assert_int_equal(facet_container_close(container, &error), FACET_OK);
}

static int64_t bytes(void) {
    struct stat is;
    assert_int_equal(facet_comm_barrier(world, NULL), FACET_OK);
    assert_int_equal(stat(path, &is), 0);
    return is.st_size;
}

enum { CHUNKS = 8 };
struct chunk {
    hsize_t size;
    haddr_t place;
    unsigned mask;
};

// Where the chunks of data/views lie. (Headers of groups carry the time of day; files are not the same byte by byte.)
static void places(struct chunk chunks[CHUNKS]) {
    hid_t file = H5Fopen(path, H5F_ACC_RDONLY, H5P_DEFAULT), views = H5Dopen2(file, "data/views", H5P_DEFAULT);
    memset(chunks, 0, CHUNKS * sizeof *chunks);
    for (int i = 0; i < CHUNKS; i++) {
        hsize_t at[2] = {(hsize_t)i * 7, 0};
        assert_true(H5Dget_chunk_info_by_coord(views, at, &chunks[i].mask, &chunks[i].place, &chunks[i].size) >= 0);
        assert_true(chunks[i].size > 0 && chunks[i].place > 0);
    }
    H5Dclose(views), H5Fclose(file);
}

static void compress_it(int threads) {
    struct facet_error error = {0};
    int code = facet_container_compress(facet_comm_mpi(world), path, chunked, CHUNKED, threads, NULL, &error);
    if (code != FACET_OK) print_message("%s\n", error.text);
    assert_int_equal(code, FACET_OK);
}

static void content_stays_and_bytes_go(void **state) {
    (void)state;
    struct facet_hash before[DATASETS], after[DATASETS];
    bool compressed;
    struct facet_error error = {0};
    int64_t size = bytes();
    hash_all(before, &compressed);
    assert_false(compressed);
    compress_it(2);
    hash_all(after, &compressed);
    assert_true(compressed);
    assert_memory_equal(before, after, sizeof before);
    assert_true(bytes() < size / 4);
    assert_int_not_equal(access(part, F_OK), 0);

    assert_int_equal(facet_container_expand(facet_comm_mpi(world), path, &error), FACET_OK);
    hash_all(after, &compressed);
    assert_false(compressed);
    assert_memory_equal(before, after, sizeof before);
}

static void chunks_lie_in_order_for_any_ranks(void **state) {
    (void)state;
    compress_it(1);
    struct chunk together[CHUNKS], one[CHUNKS];
    places(together);
    int64_t size = bytes();
    assert_int_equal(facet_comm_barrier(world, NULL), FACET_OK);
    assert_int_equal(make_container(NULL), FACET_OK);
    if (root()) {
        struct facet_error error = {0};
        assert_int_equal(facet_container_compress(MPI_COMM_SELF, path, chunked, CHUNKED, 3, NULL, &error), FACET_OK);
    }
    assert_int_equal(facet_comm_barrier(world, NULL), FACET_OK);
    places(one);
    assert_memory_equal(together, one, sizeof one);
    assert_int_equal(bytes(), size);
}

// Only what is used is stored; any HDF5 reads zeros from the rest.
static void holes_are_not_stored(void **state) {
    (void)state;
    compress_it(1);
    if (root()) {
        hid_t file = H5Fopen(path, H5F_ACC_RDONLY, H5P_DEFAULT), mesh = H5Dopen2(file, "data/mesh", H5P_DEFAULT);
        hid_t list = H5Dget_create_plist(mesh);
        static float back[SLOTS][3];
        assert_int_equal(H5Pget_nfilters(list), 2);
        assert_true(H5Dget_storage_size(mesh) < (hsize_t)3 * UNIT_USED * 12 / 2);
        memset(back, 1, sizeof back);
        assert_true(H5Dread(mesh, H5T_NATIVE_FLOAT, H5S_ALL, H5S_ALL, H5P_DEFAULT, back) >= 0);
        assert_float_equal(back[4 * UNIT_SLOTS + 899][2], (899 * 3 + 2) * 0.25, 0);
        for (int i = 2 * UNIT_SLOTS; i < 4 * UNIT_SLOTS; i++) assert_float_equal(back[i][1], 0, 0);
        H5Pclose(list), H5Dclose(mesh), H5Fclose(file);
    }
    assert_int_equal(facet_comm_barrier(world, NULL), FACET_OK);
}

// One row is changed: the others stay, and the container can be written to like any.
static void opening_to_write_expands(void **state) {
    (void)state;
    struct facet_error error = {0};
    struct facet_hash before[DATASETS], after[DATASETS];
    struct facet_container *container;
    bool compressed;
    uint8_t row[WIDTH] = {9}, old[WIDTH];
    hash_all(before, &compressed);
    compress_it(1);
    for (int turn = 0; turn < 2; turn++) {
        assert_int_equal(facet_container_open(facet_comm_mpi(world), path, true, &container, &error), FACET_OK);
        if (root() && !turn)
            assert_int_equal(facet_container_read(container, "data/views", 5, 1, old, &error), FACET_OK);
        if (root())
            assert_int_equal(facet_container_write(container, "data/views", 5, 1, turn ? old : row, &error), FACET_OK);
        assert_int_equal(facet_container_close(container, &error), FACET_OK);
        hash_all(after, &compressed);
        assert_false(compressed);
        assert_int_equal(memcmp(before, after, sizeof before) == 0, turn == 1);
    }
}

static void a_failure_leaves_the_container(void **state) {
    (void)state;
    struct facet_error error = {0};
    struct facet_hash before[DATASETS], after[DATASETS];
    bool compressed;
    hash_all(before, &compressed);
    if (root()) assert_int_equal(mkdir(part, 0700), 0); // in the way of the new file
    assert_int_equal(facet_comm_barrier(world, NULL), FACET_OK);
    assert_int_equal(facet_container_compress(facet_comm_mpi(world), path, chunked, CHUNKED, 1, NULL, &error),
                     FACET_ERROR_IO);
    assert_non_null(strstr(error.text, part));
    if (root()) rmdir(part);
    hash_all(after, &compressed);
    assert_false(compressed);
    assert_memory_equal(before, after, sizeof before);
}

static bool at_once(void) {
    return true;
}

static void a_stop_leaves_the_container(void **state) {
    (void)state;
    struct facet_error error = {0};
    struct facet_hash hashes[DATASETS];
    bool compressed;
    int code = facet_container_compress(facet_comm_mpi(world), path, chunked, CHUNKED, 1, at_once, &error);
    assert_int_equal(code, FACET_INTERRUPTED);
    assert_int_not_equal(access(part, F_OK), 0);
    hash_all(hashes, &compressed);
    assert_false(compressed);
}

int main(int argc, char **argv) {
    struct facet_error error;
    if (facet_ranks_start(&argc, &argv, &world, &error) != FACET_OK) return 1;
    const char *folder = getenv("TMPDIR");
    snprintf(path, sizeof path, "%s/facet-compressed-%s.h5", folder ? folder : "/tmp", getenv("FACET_TEST_NAME"));
    snprintf(part, sizeof part, "%s.part", path);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(content_stays_and_bytes_go, make_container),
        cmocka_unit_test_setup(chunks_lie_in_order_for_any_ranks, make_container),
        cmocka_unit_test_setup(holes_are_not_stored, make_container),
        cmocka_unit_test_setup(opening_to_write_expands, make_container),
        cmocka_unit_test_setup(a_failure_leaves_the_container, make_container),
        cmocka_unit_test_setup(a_stop_leaves_the_container, make_container),
    };
    int failures = cmocka_run_group_tests(tests, NULL, NULL);
    if (root()) unlink(path);
    facet_ranks_stop(world);
    return failures;
}
