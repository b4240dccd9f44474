#include "io/scan/inflate.h"

#include <libdeflate.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_ROOM = 1 << 16, HIGHEST_RATIO = 1032, SMALLEST = 18 }; // HIGHEST_RATIO: more, deflate cannot do

struct text {
    char *bytes;
    size_t length, room, most;
};

bool is_gzip(const char *bytes, size_t size) {
    return size >= 2 && memcmp(bytes, "\x1f\x8b", 2) == 0;
}

static int make_room(struct text *text, size_t room, struct facet_error *error) {
    if (text->room >= text->most)
        return facet_error_set(error, FACET_ERROR_DATA, "more than %zu bytes come out of the compressed file",
                               text->most);
    if (room > text->most) room = text->most;
    char *larger = realloc(text->bytes, room);
    if (!larger) return facet_error_set(error, FACET_ERROR_MEMORY, "no memory for %zu inflated bytes", room);
    text->bytes = larger, text->room = room;
    return FACET_OK;
}

// What the end of the file says of its length, as far as that can be.
static size_t first_room(const char *bytes, size_t size) {
    uint8_t last[4] = {0};
    if (size >= SMALLEST) memcpy(last, bytes + size - 4, 4);
    size_t told = last[0] | (size_t)last[1] << 8 | (size_t)last[2] << 16 | (size_t)last[3] << 24;
    size_t likely = told <= HIGHEST_RATIO * size ? told : 0;
    return likely > FIRST_ROOM ? likely : FIRST_ROOM;
}

// One member, from *at on; its checksum is compared.
static int inflate_member(struct libdeflate_decompressor *decompressor, const char *bytes, size_t size, size_t *at,
                          struct text *text, struct facet_error *error) {
    size_t in = 0, out = 0;
    enum libdeflate_result result = LIBDEFLATE_INSUFFICIENT_SPACE;
    while (result == LIBDEFLATE_INSUFFICIENT_SPACE) {
        result = libdeflate_gzip_decompress_ex(decompressor, bytes + *at, size - *at, text->bytes + text->length,
                                               text->room - text->length, &in, &out);
        int code = result == LIBDEFLATE_INSUFFICIENT_SPACE ? make_room(text, 4 * text->room, error) : FACET_OK;
        if (code) return code;
    }
    if (result != LIBDEFLATE_SUCCESS)
        return facet_error_set(error, FACET_ERROR_DATA, "the compressed data from byte %zu on are broken or end early",
                               *at);
    *at += in, text->length += out;
    return FACET_OK;
}

int inflate_gzip(const char *bytes, size_t size, size_t most, char **inflated, size_t *length,
                 struct facet_error *error) {
    struct text text = {.most = most};
    struct libdeflate_decompressor *decompressor = libdeflate_alloc_decompressor();
    size_t at = 0;
    int code = FACET_OK;
    *inflated = NULL, *length = 0;
    if (!decompressor) return facet_error_set(error, FACET_ERROR_MEMORY, "no memory for inflating");
    code = make_room(&text, first_room(bytes, size), error);
    do {
        if (!code) code = inflate_member(decompressor, bytes, size, &at, &text, error);
    } while (!code &&
             is_gzip(bytes + at, size - at)); // members follow each other; anything else behind them is padding
    libdeflate_free_decompressor(decompressor);
    if (code) return free(text.bytes), code;
    *inflated = text.bytes, *length = text.length;
    return FACET_OK;
}
