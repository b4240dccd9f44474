// One chunk as HDF5's shuffle and deflate filters would leave it.
#include "io/h5/repack.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

static bool all_zero(const char *bytes, size_t size) {
    return size == 0 || (bytes[0] == 0 && memcmp(bytes, bytes + 1, size - 1) == 0);
}

// The first bytes of all elements, then the second ones, ...
static void shuffle(const char *from, char *to, size_t size, size_t element) {
    size_t n = size / element;
    for (size_t byte = 0; byte < element; byte++)
        for (size_t i = 0; i < n; i++) *to++ = from[i * element + byte];
}

// What deflate cannot shorten stays as shuffling left it; the mask names the filter that was left out.
static bool deflate_into(struct h5_packed *packed, const char *from, size_t size, uint32_t mask_of_deflate) {
    uLongf length = compressBound((uLong)size);
    packed->bytes = malloc(length);
    if (!packed->bytes) return false;
    bool shorter =
        compress2((Bytef *)packed->bytes, &length, (const Bytef *)from, (uLong)size, H5_DEFLATE_LEVEL) == Z_OK &&
        length < size;
    packed->size = shorter ? length : size;
    packed->mask = shorter ? 0 : mask_of_deflate;
    if (!shorter) memcpy(packed->bytes, from, size);
    return true;
}

bool h5_pack_chunk(const char *raw, size_t size, size_t element, struct h5_packed *packed) {
    *packed = (struct h5_packed){0};
    if (all_zero(raw, size)) return true;
    if (element == 1) return deflate_into(packed, raw, size, 1u << 0);
    char *shuffled = malloc(size);
    if (!shuffled) return false;
    shuffle(raw, shuffled, size, element);
    bool good = deflate_into(packed, shuffled, size, 1u << 1);
    free(shuffled);
    return good;
}

bool h5_pack_plain(const char *raw, size_t size, struct h5_packed *packed) {
    *packed = (struct h5_packed){0};
    if (all_zero(raw, size)) return true;
    packed->bytes = malloc(size);
    if (!packed->bytes) return false;
    memcpy(packed->bytes, raw, size);
    packed->size = size;
    return true;
}
