#include "baseline/gram.h"

#include <stdlib.h>

#if defined(__x86_64__) && !defined(__clang__) // clang 14 gives clones a name that other files cannot call
#define GRAM_KERNEL __attribute__((target_clones("avx2", "default")))
#else
#define GRAM_KERNEL
#endif

enum { TILE = 32, EXACT = 1 << 15 }; // EXACT products of 255 * 255 stay below 2^31

GRAM_KERNEL int64_t gram_dot(const int16_t *x, const int16_t *y, int64_t n) {
    int64_t total = 0;
    for (int64_t first = 0; first < n; first += EXACT) {
        int64_t count = n - first < EXACT ? n - first : EXACT;
        int32_t sum = 0;
        for (int64_t i = first; i < first + count; i++) sum += (int32_t)x[i] * y[i];
        total += sum;
    }
    return total;
}

static int64_t lesser(int64_t a, int64_t b) {
    return a < b ? a : b;
}

// Tile `index` of the lower triangle, row by row: tile (r, c), c <= r, has index r (r + 1) / 2 + c.
static void tile_place(int64_t index, int64_t *row, int64_t *column) {
    *row = 0;
    while (index > *row) index -= ++*row;
    *column = index;
}

static void fill_tile(const int16_t *features, int64_t n, int64_t length, int64_t index, double *tile) {
    int64_t row, column;
    tile_place(index, &row, &column);
    for (int64_t i = row * TILE; i < lesser(n, (row + 1) * TILE); i++)
        for (int64_t j = column * TILE; j < lesser(n, (column + 1) * TILE); j++)
            tile[i % TILE * TILE + j % TILE] = (double)gram_dot(features + i * length, features + j * length, length);
}

static void place_tile(const double *tile, int64_t n, int64_t index, double *gram) {
    int64_t row, column;
    tile_place(index, &row, &column);
    for (int64_t i = row * TILE; i < lesser(n, (row + 1) * TILE); i++)
        for (int64_t j = column * TILE; j < lesser(n, (column + 1) * TILE); j++)
            gram[i * n + j] = gram[j * n + i] = tile[i % TILE * TILE + j % TILE];
}

int gram_matrix(struct facet_comm *comm, int threads, const int16_t *features, int64_t n, int64_t length, double *gram,
                struct facet_error *error) {
    int size = facet_comm_size(comm), rank = facet_comm_rank(comm);
    int64_t side = (n + TILE - 1) / TILE, n_tiles = side * (side + 1) / 2, area = TILE * TILE;
    int64_t from = facet_comm_shard(n_tiles, size, rank), to = facet_comm_shard(n_tiles, size, rank + 1);
    double *mine = calloc((size_t)((to - from) * area) + 1, sizeof *mine);
    double *all = malloc((size_t)(n_tiles * area) * sizeof *all + 1);
    size_t *counts = malloc((size_t)size * sizeof *counts);
    int code = FACET_OK;
    if (!mine || !all || !counts)
        code = facet_error_set(error, FACET_ERROR_MEMORY, "no memory for the products of %lld rows", (long long)n);
    code = facet_comm_agree(comm, code, error);
    if (!code) {
#pragma omp parallel for schedule(dynamic) num_threads(threads)
        for (int64_t t = from; t < to; t++) fill_tile(features, n, length, t, mine + (t - from) * area);
        for (int r = 0; r < size; r++)
            counts[r] = (size_t)((facet_comm_shard(n_tiles, size, r + 1) - facet_comm_shard(n_tiles, size, r)) * area) *
                        sizeof *mine;
        code = facet_comm_allgatherv(comm, mine, counts, all, error);
    }
    for (int64_t t = 0; t < n_tiles && !code; t++) place_tile(all + t * area, n, t, gram);
    free(counts);
    free(all);
    free(mine);
    return code;
}
