// Containers written by several ranks read back the same, and a damaged file gives a sentence.
// ranks: 1 2 3 4
// timeout: 60
#include "io/h5/container.h"
#include "mpi/ranks.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

enum { ROWS = 37, COLUMNS = 5 };
static struct facet_comm *world;
static char path[256];

static const struct facet_dataset layout[] = {
    {.name = "data/x", .type = FACET_F32, .rank = 2, .dims = {ROWS, COLUMNS}},
    {.name = "items/label", .width = 8, .rank = 1, .dims = {ROWS}},
    {.name = "units/hash", .type = FACET_I64, .rank = 2, .dims = {3, 2}},
};
static const struct facet_text_attribute attributes[] = {{"schema", "facet/2"}, {"config", ""}};

static void write_rows_in_turn(struct facet_container *container) {
    struct facet_error error;
    for (int64_t row = facet_comm_rank(world); row < ROWS; row += facet_comm_size(world)) {
        float x[COLUMNS];
        char label[8] = {0};
        for (int i = 0; i < COLUMNS; i++) x[i] = (float)(row * 10 + i);
        snprintf(label, sizeof label, "r%lld", (long long)row);
        assert_int_equal(facet_container_write(container, "data/x", row, 1, x, &error), FACET_OK);
        assert_int_equal(facet_container_write(container, "items/label", row, 1, label, &error), FACET_OK);
    }
}

static void rows_written_by_any_rank_read_back(void **state) {
    (void)state;
    struct facet_error error = {0};
    struct facet_container *container;
    MPI_Comm mpi = facet_comm_mpi(world);
    assert_int_equal(facet_container_create(mpi, path, layout, 3, attributes, 2, &container, &error), FACET_OK);
    write_rows_in_turn(container);
    assert_int_equal(facet_container_flush(container, &error), FACET_OK);
    assert_int_equal(facet_container_close(container, &error), FACET_OK);

    assert_int_equal(facet_container_open(mpi, path, false, &container, &error), FACET_OK);
    float x[ROWS][COLUMNS];
    assert_int_equal(facet_container_read(container, "data/x", 0, ROWS, x, &error), FACET_OK);
    assert_float_equal(x[36][4], 364.0f, 0);
    char *text;
    assert_int_equal(facet_container_attribute(container, "schema", &text, &error), FACET_OK);
    assert_string_equal(text, "facet/2");
    free(text);
    struct facet_dataset *datasets;
    int count;
    assert_int_equal(facet_container_list(container, &datasets, &count, &error), FACET_OK);
    assert_int_equal(count, 3);
    assert_string_equal(datasets[1].name, "items/label");
    assert_int_equal(datasets[1].width, 8);
    free(datasets);
    facet_container_close(container, &error);
}

static void a_changed_byte_changes_the_hash(void **state) {
    (void)state;
    struct facet_error error = {0};
    struct facet_container *container;
    struct facet_dataset x;
    struct facet_hash before, after;
    assert_int_equal(facet_container_open(facet_comm_mpi(world), path, true, &container, &error), FACET_OK);
    assert_int_equal(facet_container_describe(container, "data/x", &x, &error), FACET_OK);
    assert_int_equal(facet_container_hash(container, &x, &before, &error), FACET_OK);
    facet_comm_barrier(world, &error);
    float row[COLUMNS] = {0, 1, 2, 3, 4.0000005f};
    if (facet_comm_rank(world) == 0) facet_container_write(container, "data/x", 0, 1, row, &error);
    facet_container_flush(container, &error);
    facet_comm_barrier(world, &error);
    assert_int_equal(facet_container_hash(container, &x, &after, &error), FACET_OK);
    assert_true(before.low != after.low && before.high != after.high);
    facet_container_close(container, &error);
}

static void wrong_names_and_rows_are_refused(void **state) {
    (void)state;
    struct facet_error error = {0};
    struct facet_container *container;
    float x[COLUMNS];
    assert_int_equal(facet_container_open(facet_comm_mpi(world), path, false, &container, &error), FACET_OK);
    assert_int_equal(facet_container_read(container, "data/y", 0, 1, x, &error), FACET_ERROR_DATA);
    assert_non_null(strstr(error.text, "data/y"));
    assert_int_equal(facet_container_read(container, "data/x", ROWS, 1, x, &error), FACET_ERROR_DATA);
    facet_container_close(container, &error);
}

// Opening fails on all ranks with the same sentence, which holds `words`.
static void expect_refusal(const char *file, const char *words) {
    struct facet_error error = {0};
    struct facet_container *container;
    char texts[8 * FACET_ERROR_TEXT];
    facet_comm_barrier(world, &error);
    assert_int_equal(facet_container_open(facet_comm_mpi(world), file, false, &container, &error), FACET_ERROR_IO);
    assert_null(container);
    if (!strstr(error.text, words) || !strstr(error.text, file)) fail_msg("%s: not '%s'", error.text, words);
    assert_int_equal(facet_comm_allgather(world, error.text, FACET_ERROR_TEXT, texts, NULL), FACET_OK);
    for (int r = 0; r < facet_comm_size(world); r++) assert_string_equal(texts + r * FACET_ERROR_TEXT, error.text);
}

static void flip_bit(long place) {
    FILE *file = fopen(path, "r+b");
    assert_non_null(file);
    assert_int_equal(fseek(file, place, SEEK_SET), 0);
    int byte = fgetc(file);
    assert_int_equal(fseek(file, place, SEEK_SET), 0);
    assert_int_not_equal(fputc(byte ^ 4, file), EOF);
    assert_int_equal(fclose(file), 0);
}

// Where the value of data/x[36][4] lies: found by its bytes, which occur once.
static long find_last_value(void) {
    const float wanted = 364.0f;
    float value;
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    long place = 0;
    do {
        assert_int_equal(fseek(file, place++, SEEK_SET), 0);
        assert_int_equal(fread(&value, sizeof value, 1, file), 1);
    } while (memcmp(&value, &wanted, sizeof value) != 0);
    fclose(file);
    return place - 1;
}

static struct facet_hash hash_of_x(void) {
    struct facet_error error = {0};
    struct facet_container *container;
    struct facet_dataset x;
    struct facet_hash hash;
    assert_int_equal(facet_container_open(facet_comm_mpi(world), path, false, &container, &error), FACET_OK);
    assert_int_equal(facet_container_describe(container, "data/x", &x, &error), FACET_OK);
    assert_int_equal(facet_container_hash(container, &x, &hash, &error), FACET_OK);
    assert_int_equal(facet_container_close(container, &error), FACET_OK);
    return hash;
}

static void a_flipped_bit_on_disk_changes_the_hash(void **state) {
    (void)state;
    struct facet_hash before = hash_of_x(), flipped;
    facet_comm_barrier(world, NULL);
    if (facet_comm_rank(world) == 0) flip_bit(find_last_value());
    facet_comm_barrier(world, NULL);
    flipped = hash_of_x();
    assert_true(before.low != flipped.low && before.high != flipped.high);
}

static void a_dataset_made_twice_leaves_no_file(void **state) {
    (void)state;
    struct facet_error error = {0};
    struct facet_container *container;
    struct facet_dataset twice[] = {layout[0], layout[0]};
    char other[300], part[320];
    snprintf(other, sizeof other, "%s.twice", path);
    snprintf(part, sizeof part, "%s.part", other);
    int code = facet_container_create(facet_comm_mpi(world), other, twice, 2, NULL, 0, &container, &error);
    assert_int_equal(code, FACET_ERROR_IO);
    assert_non_null(strstr(error.text, "name already exists"));
    assert_non_null(strstr(error.text, "data/x"));
    assert_int_not_equal(access(other, F_OK), 0);
    facet_comm_barrier(world, NULL);
    assert_int_not_equal(access(part, F_OK), 0);
    code = facet_container_create(facet_comm_mpi(world), "/nowhere/x.h5", layout, 3, NULL, 0, &container, &error);
    assert_int_equal(code, FACET_ERROR_IO);
    assert_non_null(strstr(error.text, "No such file"));
}

// The text of a long pipeline file is more than an HDF5 object header takes.
static void a_long_attribute_reads_back(void **state) {
    (void)state;
    enum { LENGTH = 300000 };
    struct facet_error error = {0};
    struct facet_container *container;
    char *text = malloc(LENGTH + 1), *back, other[300];
    assert_non_null(text);
    memset(text, 'x', LENGTH), text[LENGTH] = '\0';
    snprintf(other, sizeof other, "%s.long", path);
    const struct facet_text_attribute attribute = {"config", text};
    assert_int_equal(facet_container_create(facet_comm_mpi(world), other, layout, 3, &attribute, 1, &container, &error),
                     FACET_OK);
    assert_int_equal(facet_container_attribute(container, "config", &back, &error), FACET_OK);
    assert_string_equal(back, text);
    free(back), free(text);
    assert_int_equal(facet_container_close(container, &error), FACET_OK);
    facet_comm_barrier(world, &error);
    if (facet_comm_rank(world) == 0) unlink(other);
}

// More datasets than a container keeps unwritten, and a scalar text among them.
static void added_datasets_read_back(void **state) {
    (void)state;
    enum { MANY = 150 };
    struct facet_error error = {0};
    struct facet_container *container;
    struct facet_dataset *datasets, text = {.name = "data/config", .width = 4}, one = {.type = FACET_F64, .rank = 1};
    int count;
    double x[2] = {0};
    assert_int_equal(facet_container_open(facet_comm_mpi(world), path, true, &container, &error), FACET_OK);
    assert_int_equal(facet_container_add(container, &text, &error), FACET_OK);
    one.dims[0] = 2;
    for (int i = 0; i < MANY; i++) {
        snprintf(one.name, sizeof one.name, "data/model/p%03d", i);
        assert_int_equal(facet_container_add(container, &one, &error), FACET_OK);
        x[1] = i;
        if (i % facet_comm_size(world) != facet_comm_rank(world)) continue;
        assert_int_equal(facet_container_write(container, one.name, 0, 2, x, &error), FACET_OK);
    }
    if (facet_comm_rank(world) == 0)
        assert_int_equal(facet_container_write(container, "data/config", 0, 1, "abc", &error), FACET_OK);
    assert_int_equal(facet_container_close(container, &error), FACET_OK);
    assert_int_equal(facet_container_open(facet_comm_mpi(world), path, false, &container, &error), FACET_OK);
    assert_int_equal(facet_container_list(container, &datasets, &count, &error), FACET_OK);
    assert_int_equal(count, 3 + 1 + MANY);
    free(datasets);
    for (int i = 0; i < MANY; i++) {
        snprintf(one.name, sizeof one.name, "data/model/p%03d", i);
        assert_int_equal(facet_container_read(container, one.name, 1, 1, x, &error), FACET_OK);
        assert_true(x[0] == i);
    }
    char back[4];
    assert_int_equal(facet_container_read(container, "data/config", 0, 1, back, &error), FACET_OK);
    assert_string_equal(back, "abc");
    assert_int_equal(facet_container_close(container, &error), FACET_OK);
}

static void damaged_files_give_a_sentence(void **state) {
    (void)state;
    struct stat is;
    bool root = facet_comm_rank(world) == 0;
    expect_refusal("/nowhere/x.h5", "No such file");
    expect_refusal("/tmp", "Is a directory");
    expect_refusal("/dev/null", "not a regular file");
    assert_int_equal(stat(path, &is), 0);
    facet_comm_barrier(world, NULL);
    if (root) assert_int_equal(truncate(path, is.st_size - 1), 0);
    expect_refusal(path, "truncated file");
    if (root) assert_int_equal(truncate(path, 300), 0);
    expect_refusal(path, "truncated file");
    if (root) flip_bit(0);
    expect_refusal(path, "signature not found");
    if (root) assert_int_equal(truncate(path, 0), 0);
    expect_refusal(path, "signature not found");
}

int main(int argc, char **argv) {
    struct facet_error error;
    if (facet_ranks_start(&argc, &argv, &world, &error) != FACET_OK) return 1;
    const char *folder = getenv("TMPDIR");
    snprintf(path, sizeof path, "%s/facet-container-%s.h5", folder ? folder : "/tmp", getenv("FACET_TEST_NAME"));
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_written_by_any_rank_read_back),
        cmocka_unit_test(a_changed_byte_changes_the_hash),
        cmocka_unit_test(wrong_names_and_rows_are_refused),
        cmocka_unit_test(a_flipped_bit_on_disk_changes_the_hash),
        cmocka_unit_test(a_dataset_made_twice_leaves_no_file),
        cmocka_unit_test(a_long_attribute_reads_back),
        cmocka_unit_test(added_datasets_read_back),
        cmocka_unit_test(damaged_files_give_a_sentence),
    };
    int failures = cmocka_run_group_tests(tests, NULL, NULL);
    if (facet_comm_rank(world) == 0) unlink(path);
    facet_ranks_stop(world);
    return failures;
}
