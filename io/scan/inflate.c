#include "io/scan/inflate.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <zlib.h>

enum { FIRST_ROOM = 1 << 16, GZIP_ONLY = 16 + MAX_WBITS };

bool is_gzip(const char *bytes, size_t size) {
    return size >= 2 && memcmp(bytes, "\x1f\x8b", 2) == 0;
}

static int grow(char **text, size_t *room, size_t most, struct facet_error *error) {
    if (*room >= most)
        return facet_error_set(error, FACET_ERROR_DATA, "more than %zu bytes come out of the compressed file", most);
    size_t more = *room ? 4 * *room : FIRST_ROOM;
    if (more > most) more = most;
    char *larger = realloc(*text, more);
    if (!larger) return facet_error_set(error, FACET_ERROR_MEMORY, "no memory for %zu inflated bytes", more);
    *text = larger, *room = more;
    return FACET_OK;
}

static int run(z_stream *stream, size_t size, size_t most, char **text, size_t *length, struct facet_error *error) {
    size_t room = 0;
    for (int status = Z_OK; status != Z_STREAM_END;) {
        if (stream->avail_out == 0) {
            size_t used = room;
            int code = grow(text, &room, most, error);
            if (code) return code;
            stream->next_out = (Bytef *)*text + used, stream->avail_out = (uInt)(room - used);
        }
        status = inflate(stream, Z_NO_FLUSH);
        *length = room - stream->avail_out;
        if (status == Z_OK && (stream->avail_in > 0 || stream->avail_out == 0)) continue;
        if (status != Z_STREAM_END)
            return facet_error_set(error, status == Z_MEM_ERROR ? FACET_ERROR_MEMORY : FACET_ERROR_DATA,
                                   "byte %zu: the compressed file is broken or ends: %s", size - stream->avail_in,
                                   stream->msg ? stream->msg : "more bytes expected");
    }
    return FACET_OK;
}

int inflate_gzip(const char *bytes, size_t size, size_t most, char **text, size_t *length, struct facet_error *error) {
    z_stream stream = {.next_in = (z_const Bytef *)bytes, .avail_in = (uInt)size};
    *text = NULL, *length = 0;
    if (size > UINT32_MAX) return facet_error_set(error, FACET_ERROR_DATA, "%zu compressed bytes are too many", size);
    if (inflateInit2(&stream, GZIP_ONLY) != Z_OK)
        return facet_error_set(error, FACET_ERROR_MEMORY, "no memory for inflating");
    int code = run(&stream, size, most, text, length, error);
    inflateEnd(&stream);
    if (code) free(*text), *text = NULL;
    return code;
}
