#include "pipeline/command/command.h"

#include "mpi/ranks.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char usage[] =
    "usage: facet diff A.h5 B.h5\n"
    "Compares data, items and quarantine of two containers, whatever their units, ranks and clocks. Exit\n"
    "status 0: the same; 1: they differ, each dataset that does is named with its first differing row.\n";

static bool is_content(const char *name) {
    return strncmp(name, "data/", 5) == 0 || strncmp(name, "items/", 6) == 0 || strncmp(name, "quarantine/", 11) == 0;
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

static int compare(struct facet_container *a, struct facet_container *b, const struct facet_dataset *is, int *differ,
                   struct facet_error *error) {
    struct facet_dataset other;
    struct facet_hash x, y;
    if (!facet_container_has(b, is->name)) return ++*differ, printf("only in A: %s\n", is->name), FACET_OK;
    int code = facet_container_describe(b, is->name, &other, error);
    if (code != FACET_OK) return code;
    if (!same_shape(is, &other)) return ++*differ, printf("%s: other type or shape\n", is->name), FACET_OK;
    code = facet_container_hash(a, is, &x, error);
    if (code == FACET_OK) code = facet_container_hash(b, is, &y, error);
    if (code != FACET_OK || (x.low == y.low && x.high == y.high)) return code;
    int64_t row;
    ++*differ;
    code = first_difference(a, b, is, &row, error);
    if (code == FACET_OK) printf("%s: differs from row %lld on\n", is->name, (long long)row);
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
