// Content hashes: XXH3, 128 bits, chained over pieces.
#include "fault/fault.h"
#include "io/h5/container.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>
#if defined(__x86_64__)
#include <immintrin.h>
#include <xxh_x86dispatch.h> // the same numbers by the widest instructions there are

// The library leaves the upper halves of the wide registers in use, and then all scalar code after it takes half as long again on
// some processors, until something else clears them.
__attribute__((target("avx"))) static void clear_upper_halves(void) {
    _mm256_zeroupper();
}

static void leave_wide(void) {
    if (__builtin_cpu_supports("avx")) clear_upper_halves();
}
#else
static void leave_wide(void) {}
#endif

enum { PIECE = 4 << 20 }; // bytes read at once

struct facet_hash facet_hash_bytes(struct facet_hash before, const void *bytes, size_t size) {
    XXH128_hash_t piece = XXH3_128bits(bytes, size);
    uint64_t chain[5] = {before.low, before.high, piece.low64, piece.high64, size};
    XXH128_hash_t all = XXH3_128bits(chain, sizeof chain);
    leave_wide();
    return (struct facet_hash){all.low64, all.high64};
}

void facet_hash_text(struct facet_hash hash, char text[33]) {
    snprintf(text, 33, "%016llx%016llx", (unsigned long long)hash.high, (unsigned long long)hash.low);
}

struct facet_hash facet_dataset_hash_begin(const struct facet_dataset *dataset) {
    int64_t shape[3 + FACET_MAX_DIMS] = {(int64_t)dataset->type, (int64_t)dataset->width, dataset->rank};
    memcpy(shape + 3, dataset->dims, sizeof dataset->dims);
    struct facet_hash name = facet_hash_bytes((struct facet_hash){0}, dataset->name, strlen(dataset->name));
    return facet_hash_bytes(name, shape, sizeof shape);
}

int64_t facet_dataset_hash_rows(const struct facet_dataset *dataset) {
    size_t row = facet_dataset_row_bytes(dataset);
    int64_t rows = facet_dataset_rows(dataset), step = row ? PIECE / (int64_t)row : rows;
    if (step < 1) step = 1;
    return step < rows ? step : rows;
}

int facet_container_hash(struct facet_container *container, const struct facet_dataset *dataset,
                         struct facet_hash *hash, struct facet_error *error) {
    size_t row = facet_dataset_row_bytes(dataset);
    int64_t rows = facet_dataset_rows(dataset), step = facet_dataset_hash_rows(dataset);
    *hash = facet_dataset_hash_begin(dataset);
    char *piece = facet_fault(FAULT_MEMORY_HASH) ? NULL : malloc((size_t)step * row + 1);
    if (!piece) return facet_error_set(error, FACET_ERROR_MEMORY, "out of memory for hashing %s", dataset->name);
    int code = FACET_OK;
    for (int64_t first = 0; code == FACET_OK && first < rows; first += step) {
        int64_t count = rows - first < step ? rows - first : step;
        code = facet_container_read(container, dataset->name, first, count, piece, error);
        if (code == FACET_OK) *hash = facet_hash_bytes(*hash, piece, (size_t)count * row);
    }
    free(piece);
    return code;
}
