// gzip: members one after the other, each a deflate stream that can be entered at a block when the 32 KiB before are known.
#include "io/files/unpack.h"

#include <libdeflate.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

enum gz_state { GZ_HEAD, GZ_BODY, GZ_TAIL };

struct gz {
    z_stream z;
    bool made, is_first,
        is_whole; // is_whole: this member was unpacked from its beginning, so its checksum can be checked
    enum gz_state at;
    uint32_t crc, size;
};

static int gz_create(struct unpack *unpack, struct facet_error *error) {
    struct gz *gz = unpack->state = calloc(1, sizeof *gz);
    if (gz) gz->made = inflateInit2(&gz->z, -15) == Z_OK;
    if (gz && gz->made) return FACET_OK;
    return facet_error_set(error, FACET_ERROR_MEMORY, "%s: no memory for its decompression", unpack->path);
}

static void gz_destroy(struct unpack *unpack) {
    struct gz *gz = unpack->state;
    if (gz && gz->made) inflateEnd(&gz->z);
    free(gz);
}

static size_t gz_bytes(const struct unpack *unpack) {
    (void)unpack;
    return sizeof(struct gz) + UNPACK_WINDOW + (16 << 10); // zlib's window and tables
}

static void begin_member(struct gz *gz) {
    inflateReset(&gz->z);
    gz->at = GZ_HEAD, gz->is_whole = true, gz->crc = 0, gz->size = 0;
}

static int enter_block(struct unpack *unpack, struct gz *gz, const struct unpack_point *point,
                       struct facet_error *error) {
    uint8_t byte;
    int code = FACET_OK;
    gz->at = GZ_BODY, gz->is_whole = false;
    if (point->bits) {
        code = files_pread(unpack->file, &byte, 1, point->in - 1, unpack->path, error);
        if (!code) inflatePrime(&gz->z, point->bits, byte >> (8 - point->bits));
    }
    if (!code) inflateSetDictionary(&gz->z, point->window, point->window_size);
    return code;
}

static int gz_begin(struct unpack *unpack, const struct unpack_point *point, struct facet_error *error) {
    struct gz *gz = unpack->state;
    begin_member(gz);
    gz->is_first = !point;
    return point && point->window_size ? enter_block(unpack, gz, point, error) : FACET_OK;
}

static int ends_early(const struct unpack *unpack, struct facet_error *error) {
    return facet_error_set(error, FACET_ERROR_IO, "%s: ends at byte %lld, in the middle of its compressed data",
                           unpack->path, (long long)unpack->in);
}

static int next_byte(struct unpack *unpack, unsigned *byte, struct facet_error *error) {
    bool more;
    int code = unpack_fill(unpack, &more, error);
    if (!code && !more) code = ends_early(unpack, error);
    if (!code) *byte = unpack->input[unpack->next++];
    return code;
}

static int skip_bytes(struct unpack *unpack, unsigned count, struct facet_error *error) {
    unsigned byte;
    int code = FACET_OK;
    while (!code && count--) code = next_byte(unpack, &byte, error);
    return code;
}

static int skip_text(struct unpack *unpack, struct facet_error *error) {
    unsigned byte = 1;
    int code = FACET_OK;
    while (!code && byte) code = next_byte(unpack, &byte, error);
    return code;
}

// RFC 1952: after the magic come method, flags, time (4), two more; then what the flags say.
static int read_head(struct unpack *unpack, struct facet_error *error) {
    enum { CRC16 = 2, EXTRA = 4, NAME = 8, COMMENT = 16 };
    unsigned method = 0, flags = 0, low = 0, high = 0;
    int code = next_byte(unpack, &method, error);
    if (!code) code = next_byte(unpack, &flags, error);
    if (!code && (method != 8 || flags > 31))
        return facet_error_set(error, FACET_ERROR_DATA, "%s: byte %lld: is not the head of a gzip member", unpack->path,
                               (long long)unpack_place(unpack) - 1);
    if (!code) code = skip_bytes(unpack, 6, error);
    if (!code && flags & EXTRA) {
        code = next_byte(unpack, &low, error);
        if (!code) code = next_byte(unpack, &high, error);
        if (!code) code = skip_bytes(unpack, low | high << 8, error);
    }
    if (!code && flags & NAME) code = skip_text(unpack, error);
    if (!code && flags & COMMENT) code = skip_text(unpack, error);
    if (!code && flags & CRC16) code = skip_bytes(unpack, 2, error);
    return code;
}

static void offer_point(struct unpack *unpack, const uint8_t *window, uInt size, int bits, int64_t out) {
    int64_t in = unpack_place(unpack);
    if (!unpack_points_want(unpack->points, in)) return;
    struct unpack_point *point = malloc(sizeof *point + size);
    if (!point) return;
    *point = (struct unpack_point){.in = in, .out = out, .bits = bits, .window_size = size};
    memcpy(point->window, window, size);
    unpack_points_add(unpack->points, point);
}

// What follows the last member and begins no other is padding.
static int gz_head(struct unpack *unpack, struct gz *gz, struct facet_error *error) {
    unsigned one = 0, two = 0;
    bool more;
    int code = unpack_fill(unpack, &more, error);
    if (code) return code;
    if (!more && !gz->is_first) return unpack->ended = true, FACET_OK;
    if (!gz->is_first) offer_point(unpack, NULL, 0, 0, unpack->out);
    code = next_byte(unpack, &one, error);
    if (!code) code = next_byte(unpack, &two, error);
    if ((code == FACET_ERROR_IO || one != 0x1f || two != 0x8b) && !gz->is_first) return unpack->ended = true, FACET_OK;
    if (!code && (one != 0x1f || two != 0x8b))
        code = facet_error_set(error, FACET_ERROR_DATA, "%s: byte 0: is not gzip", unpack->path);
    if (!code) code = read_head(unpack, error);
    gz->at = GZ_BODY, gz->is_first = false;
    return code;
}

static int gz_tail(struct unpack *unpack, struct gz *gz, struct facet_error *error) {
    uint32_t value[2] = {0};
    int code = FACET_OK;
    for (int i = 0; !code && i < 8; i++) {
        unsigned byte = 0;
        code = next_byte(unpack, &byte, error);
        value[i / 4] |= (uint32_t)byte << 8 * (i % 4);
    }
    if (!code && gz->is_whole && (value[0] != gz->crc || value[1] != gz->size))
        return facet_error_set(error, FACET_ERROR_DATA,
                               "%s: byte %lld: the checksum is not that of the data: some before it are damaged",
                               unpack->path, (long long)unpack_place(unpack) - 8);
    if (!code) begin_member(gz);
    return code;
}

static void note_block(struct unpack *unpack, struct gz *gz, size_t got) {
    uint8_t window[UNPACK_WINDOW];
    uInt size = 0;
    bool is_boundary = (gz->z.data_type & 128) && !(gz->z.data_type & 64);
    if (!is_boundary || !unpack_points_want(unpack->points, unpack_place(unpack))) return;
    if (inflateGetDictionary(&gz->z, window, &size) == Z_OK && size)
        offer_point(unpack, window, size, gz->z.data_type & 7, unpack->out + (int64_t)got);
}

static int gz_body(struct unpack *unpack, struct gz *gz, void *to, size_t size, size_t *got,
                   struct facet_error *error) {
    bool more;
    int code = unpack_fill(unpack, &more, error);
    if (code) return code;
    uInt room = size < (1u << 30) ? (uInt)size : 1u << 30;
    gz->z.next_in = unpack->input + unpack->next, gz->z.avail_in = (uInt)(unpack->end - unpack->next);
    gz->z.next_out = to, gz->z.avail_out = room;
    int result = inflate(&gz->z, Z_BLOCK);
    unpack->next = unpack->end - gz->z.avail_in;
    *got = room - gz->z.avail_out;
    if (gz->is_whole) gz->crc = libdeflate_crc32(gz->crc, to, *got), gz->size += (uint32_t)*got;
    if (result == Z_STREAM_END) return gz->at = GZ_TAIL, FACET_OK;
    if (result == Z_MEM_ERROR) return facet_error_set(error, FACET_ERROR_MEMORY, "%s: no memory", unpack->path);
    if (result != Z_OK && result != Z_BUF_ERROR)
        return facet_error_set(error, FACET_ERROR_DATA, "%s: byte %lld: broken compressed data (%s)", unpack->path,
                               (long long)unpack_place(unpack), gz->z.msg ? gz->z.msg : "a dictionary is asked for");
    if (!more && *got == 0) return ends_early(unpack, error);
    note_block(unpack, gz, *got);
    return FACET_OK;
}

static int gz_step(struct unpack *unpack, void *to, size_t size, size_t *got, struct facet_error *error) {
    struct gz *gz = unpack->state;
    *got = 0;
    if (gz->at == GZ_HEAD) return gz_head(unpack, gz, error);
    if (gz->at == GZ_TAIL) return gz_tail(unpack, gz, error);
    return gz_body(unpack, gz, to, size, got, error);
}

const struct unpack_ops unpack_gz = {
    .create = gz_create, .destroy = gz_destroy, .begin = gz_begin, .bytes = gz_bytes, .step = gz_step};
