#include "pipeline/command/command.h"

#include "mpi/ranks.h"
#include "pipeline/layout.h"
#include "pipeline/unit_data.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char usage[] =
    "usage: facet diff A.h5 B.h5\n"
    "Compares data, items and quarantine of two containers, whatever their units, ranks and clocks. Exit\n"
    "status 0: the same; 1: they differ, each dataset that does is named with its first differing row.\n";

static bool ends_with(const char *name, const char *end) {
    size_t a = strlen(name), b = strlen(end);
    return a >= b && strcmp(name + a - b, end) == 0;
}

// Where ragged rows lie, and how often a row was tried, is not content; texts of the ledger count only beside a code.
static bool is_content(const char *name) {
    if (strncmp(name, "data/", 5) == 0) return !ends_with(name, "_start");
    if (strcmp(name, "quarantine/tries") == 0) return false;
    return strncmp(name, "items/", 6) == 0 || strncmp(name, "quarantine/", 11) == 0;
}

static bool same_shape(const struct facet_dataset *a, const struct facet_dataset *b) {
    return a->type == b->type && a->width == b->width && a->rank == b->rank &&
           memcmp(a->dims, b->dims, sizeof a->dims) == 0;
}

static int first_difference(struct facet_container *a, struct facet_container *b, const struct facet_dataset *is,
                            int64_t *row, struct facet_error *error) {
    size_t bytes = facet_dataset_row_bytes(is);
    char *x = malloc(bytes + 1), *y = malloc(bytes + 1);
    int code = x && y ? FACET_OK : facet_error_set(error, FACET_ERROR_MEMORY, "out of memory");
    for (*row = 0; code == FACET_OK && *row < facet_dataset_rows(is); (*row)++) {
        code = facet_container_read(a, is->name, *row, 1, x, error);
        if (code == FACET_OK) code = facet_container_read(b, is->name, *row, 1, y, error);
        if (code == FACET_OK && memcmp(x, y, bytes) != 0) break;
    }
    free(x), free(y);
    return code;
}

// A dataset with one entry a row.
static int compare_plain(struct facet_container *a, struct facet_container *b, const struct facet_dataset *is,
                         int64_t *row, bool *differ, struct facet_error *error) {
    struct facet_hash x, y;
    int code = facet_container_hash(a, is, &x, error);
    if (code == FACET_OK) code = facet_container_hash(b, is, &y, error);
    *differ = code == FACET_OK && (x.low != y.low || x.high != y.high);
    return *differ ? first_difference(a, b, is, row, error) : code;
}

// Texts of rows that were set aside in A or B.
static int compare_texts(struct facet_container *a, struct facet_container *b, const struct facet_dataset *is,
                         int64_t *row, bool *differ, struct facet_error *error) {
    char x[512] = "", y[512] = "";
    int code = FACET_OK;
    for (*row = 0; code == FACET_OK && !*differ && *row < facet_dataset_rows(is); ++*row) {
        int32_t codes[2];
        code = facet_container_read(a, "quarantine/code", *row, 1, &codes[0], error);
        if (code == FACET_OK) code = facet_container_read(b, "quarantine/code", *row, 1, &codes[1], error);
        if (code != FACET_OK || (codes[0] == FACET_OK && codes[1] == FACET_OK)) continue;
        code = facet_container_read(a, is->name, *row, 1, x, error);
        if (code == FACET_OK) code = facet_container_read(b, is->name, *row, 1, y, error);
        *differ = code == FACET_OK && memcmp(x, y, is->width) != 0;
    }
    *row -= *differ;
    return code;
}

static bool same_ragged_row(const struct facet_column *x, const struct facet_column *y) {
    int64_t count = facet_column_count(x, 0);
    size_t bytes = (size_t)count * facet_field_step(facet_column_field(x));
    return count == facet_column_count(y, 0) &&
           (bytes == 0 || memcmp(facet_column_data(x, 0), facet_column_data(y, 0), bytes) == 0);
}

static int compare_ragged(struct facet_container *a, struct facet_container *b, const struct facet_field fields[2],
                          int64_t rows, int64_t *row, bool *differ, struct facet_error *error) {
    struct facet_column *x = facet_column_create(&fields[0], 1), *y = facet_column_create(&fields[1], 1);
    int code = x && y ? FACET_OK : facet_error_set(error, FACET_ERROR_MEMORY, "out of memory");
    for (*row = 0; code == FACET_OK && !*differ && *row < rows; ++*row) {
        code = facet_field_read(a, &fields[0], *row, 1, x, error);
        if (code == FACET_OK) code = facet_field_read(b, &fields[1], *row, 1, y, error);
        *differ = code == FACET_OK && !same_ragged_row(x, y);
    }
    *row -= *differ;
    facet_column_destroy(x), facet_column_destroy(y);
    return code;
}

// The rows of a container; 0 when it has no item table.
static int64_t rows_of(struct facet_container *container) {
    struct facet_dataset valid;
    return facet_container_describe(container, "items/valid", &valid, NULL) == FACET_OK ? valid.dims[0] : 0;
}

static bool is_ragged(struct facet_container *container, const char *name, int64_t rows, struct facet_field *field) {
    return strncmp(name, "data/", 5) == 0 && rows > 0 &&
           facet_layout_field(container, name + 5, rows, field, NULL) == FACET_OK && field->ragged;
}

static int compare(struct facet_container *a, struct facet_container *b, const struct facet_dataset *is, int *differ,
                   struct facet_error *error) {
    struct facet_dataset other;
    struct facet_field fields[2];
    int64_t row = 0, rows = rows_of(a);
    bool here = false;
    if (!facet_container_has(b, is->name)) return ++*differ, printf("only in A: %s\n", is->name), FACET_OK;
    int code = facet_container_describe(b, is->name, &other, error);
    if (code != FACET_OK) return code;
    bool ragged = rows == rows_of(b) && is_ragged(a, is->name, rows, &fields[0]) &&
                  is_ragged(b, is->name, rows, &fields[1]) &&
                  facet_field_step(&fields[0]) == facet_field_step(&fields[1]);
    if (!ragged && !same_shape(is, &other)) return ++*differ, printf("%s: other type or shape\n", is->name), FACET_OK;
    if (ragged)
        code = compare_ragged(a, b, fields, rows, &row, &here, error);
    else if (strncmp(is->name, "quarantine/", 11) == 0 && !is->type)
        code = compare_texts(a, b, is, &row, &here, error);
    else
        code = compare_plain(a, b, is, &row, &here, error);
    if (code == FACET_OK && here) ++*differ, printf("%s: differs from row %lld on\n", is->name, (long long)row);
    return code;
}

static int compare_all(struct facet_container *a, struct facet_container *b, int *differ, struct facet_error *error) {
    struct facet_dataset *in_a = NULL, *in_b = NULL;
    int n_a = 0, n_b = 0;
    int code = facet_container_list(a, &in_a, &n_a, error);
    if (code == FACET_OK) code = facet_container_list(b, &in_b, &n_b, error);
    for (int i = 0; code == FACET_OK && i < n_a; i++)
        if (is_content(in_a[i].name)) code = compare(a, b, &in_a[i], differ, error);
    for (int i = 0; code == FACET_OK && i < n_b; i++)
        if (is_content(in_b[i].name) && !facet_container_has(a, in_b[i].name))
            ++*differ, printf("only in B: %s\n", in_b[i].name);
    free(in_a), free(in_b);
    return code;
}

int facet_command_diff(int argc, char **argv) {
    if (argc == 2 && strcmp(argv[1], "--help") == 0) return fputs(usage, stdout), 0;
    if (argc != 3) return facet_usage_error(usage, "expected two containers");
    struct facet_error error = {0};
    struct facet_comm *world;
    struct facet_container *a = NULL, *b = NULL;
    int differ = 0, code = facet_ranks_start(NULL, NULL, &world, &error);
    if (code != FACET_OK) return facet_complain(&error);
    code = facet_container_open(MPI_COMM_SELF, argv[1], false, &a, &error);
    if (code == FACET_OK) code = facet_container_open(MPI_COMM_SELF, argv[2], false, &b, &error);
    if (code == FACET_OK) code = compare_all(a, b, &differ, &error);
    facet_container_close(a, NULL);
    facet_container_close(b, NULL);
    facet_ranks_stop(world);
    if (code != FACET_OK) return facet_complain(&error);
    return differ ? 1 : 0;
}
