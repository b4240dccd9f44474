// Archives made in memory, for tests: zip, tar, and tar compressed by gzip or zstd.
#ifndef FACET_TESTS_ARCHIVES_H
#define FACET_TESTS_ARCHIVES_H

#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

struct made {
    uint8_t *data;
    size_t size, room;
    struct made *table; // of contents, of a zip file
    int members;
};

static inline void made_put(struct made *made, const void *bytes, size_t size) {
    if (made->size + size > made->room) {
        made->room = 2 * (made->size + size) + 1024;
        made->data = realloc(made->data, made->room);
        if (!made->data) abort();
    }
    if (size) memcpy(made->data + made->size, bytes, size);
    made->size += size;
}

static inline void made_put_number(struct made *made, uint64_t value, int bytes) {
    for (int i = 0; i < bytes; i++) made_put(made, &(uint8_t){(uint8_t)(value >> 8 * i)}, 1);
}

static inline void made_free(struct made *made) {
    if (made->table) made_free(made->table);
    free(made->table);
    free(made->data);
    *made = (struct made){0};
}

static inline void made_write(const struct made *made, const char *path) {
    int file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (file < 0 || write(file, made->data, made->size) != (ssize_t)made->size || close(file) != 0) abort();
}

// ---- zip ----------------------------------------------------------------------------------------------------------------

static inline size_t deflated(const void *bytes, size_t size, uint8_t **packed) {
    z_stream z = {0};
    *packed = malloc(size + size / 8 + 64);
    if (!*packed || deflateInit2(&z, 6, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY) != Z_OK) abort();
    z.next_in = (Bytef *)(uintptr_t)bytes, z.avail_in = (uInt)size, z.next_out = *packed;
    z.avail_out = (uInt)(size + size / 8 + 64);
    if (deflate(&z, Z_FINISH) != Z_STREAM_END) abort();
    deflateEnd(&z);
    return z.total_out;
}

struct zip_lie { // what the headers say instead of the truth; 0: the truth
    uint64_t bytes, place;
    uint32_t attributes, crc;
    unsigned method, flags;
};

static inline void zip_common(struct made *to, const struct zip_lie *lie, int method, uint32_t crc, size_t packed,
                              uint64_t bytes, const char *name) {
    made_put_number(to, 20, 2);
    made_put_number(to, lie->flags, 2);
    made_put_number(to, lie->method ? lie->method : (unsigned)method, 2);
    made_put_number(to, 0, 4); // time
    made_put_number(to, lie->crc ? lie->crc : crc, 4);
    made_put_number(to, packed, 4);
    made_put_number(to, lie->bytes ? lie->bytes : bytes, 4);
    made_put_number(to, strlen(name), 2);
    made_put_number(to, 0, 2); // extra
}

static inline void zip_put_lying(struct made *zip, const char *name, const void *bytes, size_t size, int method,
                                 const struct zip_lie *lie) {
    uint8_t *packed = NULL;
    size_t packed_size = method ? deflated(bytes, size, &packed) : size, place = zip->size;
    uint32_t crc = (uint32_t)crc32(crc32(0, NULL, 0), bytes, (uInt)size);
    if (!zip->table) zip->table = calloc(1, sizeof *zip->table);
    if (!zip->table) abort();
    made_put(zip, "PK\3\4", 4);
    zip_common(zip, lie, method, crc, packed_size, size, name);
    made_put(zip, name, strlen(name));
    made_put(zip, method ? packed : bytes, packed_size);
    made_put(zip->table, "PK\1\2\24\3", 6);
    zip_common(zip->table, lie, method, crc, packed_size, size, name);
    made_put_number(zip->table, 0, 6); // comment, volume, internal attributes
    made_put_number(zip->table, lie->attributes, 4);
    made_put_number(zip->table, lie->place ? lie->place : place, 4);
    made_put(zip->table, name, strlen(name));
    zip->members++;
    free(packed);
}

static inline void zip_put(struct made *zip, const char *name, const void *bytes, size_t size, int method) {
    zip_put_lying(zip, name, bytes, size, method, &(struct zip_lie){0});
}

// is_zip64: 1: the old end leaves all to the zip64 end, 2: it tells the same, as writers to a pipe do.
static inline void zip_end(struct made *zip, int is_zip64) {
    size_t at = zip->size, size = zip->table ? zip->table->size : 0;
    if (size) made_put(zip, zip->table->data, size);
    size_t end = zip->size;
    if (is_zip64) {
        made_put(zip, "PK\6\6", 4);
        made_put_number(zip, 44, 8);
        made_put_number(zip, 45, 2), made_put_number(zip, 45, 2), made_put_number(zip, 0, 8);
        made_put_number(zip, (uint64_t)zip->members, 8), made_put_number(zip, (uint64_t)zip->members, 8);
        made_put_number(zip, size, 8), made_put_number(zip, at, 8);
        made_put(zip, "PK\6\7\0\0\0\0", 8);
        made_put_number(zip, end, 8), made_put_number(zip, 1, 4);
    }
    made_put(zip, "PK\5\6\0\0\0\0", 8);
    int is_mute = is_zip64 == 1;
    made_put_number(zip, is_mute ? 0xffff : (uint64_t)zip->members, 2);
    made_put_number(zip, is_mute ? 0xffff : (uint64_t)zip->members, 2);
    made_put_number(zip, is_mute ? 0xffffffff : size, 4), made_put_number(zip, is_mute ? 0xffffffff : at, 4);
    made_put_number(zip, 0, 2);
}

// ---- tar ----------------------------------------------------------------------------------------------------------------

static inline void tar_head(struct made *tar, const char *name, uint64_t size, char kind) {
    char head[512] = {0};
    unsigned sum = 0;
    snprintf(head, 100, "%s", name);
    snprintf(head + 100, 8, "%07o", 0644);
    snprintf(head + 124, 12, "%011llo", (unsigned long long)size);
    memcpy(head + 148, "        ", 8);
    head[156] = kind;
    memcpy(head + 257, "ustar\00000", 8);
    for (int i = 0; i < 512; i++) sum += (uint8_t)head[i];
    snprintf(head + 148, 8, "%06o", sum);
    made_put(tar, head, 512);
}

static inline void tar_put_kind(struct made *tar, const char *name, const void *bytes, size_t size, char kind) {
    static const uint8_t zeros[512];
    tar_head(tar, name, size, kind);
    made_put(tar, bytes, size);
    made_put(tar, zeros, (512 - size % 512) % 512);
}

static inline void tar_put(struct made *tar, const char *name, const void *bytes, size_t size) {
    tar_put_kind(tar, name, bytes, size, '0');
}

static inline void tar_end(struct made *tar) {
    static const uint8_t zeros[1024];
    made_put(tar, zeros, sizeof zeros);
}

// In so many gzip members or zstd frames.
static inline struct made gzipped(const struct made *from, int parts) {
    struct made to = {0};
    for (int i = 0; i < parts; i++) {
        size_t begin = from->size * (size_t)i / (size_t)parts, end = from->size * (size_t)(i + 1) / (size_t)parts;
        uint8_t *packed;
        size_t size = deflated(from->data + begin, end - begin, &packed);
        made_put(&to, "\x1f\x8b\x08\x08\0\0\0\0\0\3a name", 17); // with the zero of the name
        made_put(&to, packed, size);
        made_put_number(&to, crc32(crc32(0, NULL, 0), from->data + begin, (uInt)(end - begin)), 4);
        made_put_number(&to, end - begin, 4);
        free(packed);
    }
    return to;
}

static inline struct made zstandard(const struct made *from, int parts) {
    struct made to = {0};
    for (int i = 0; i < parts; i++) {
        size_t begin = from->size * (size_t)i / (size_t)parts, end = from->size * (size_t)(i + 1) / (size_t)parts;
        size_t room = ZSTD_compressBound(end - begin);
        uint8_t *packed = malloc(room);
        if (!packed) abort();
        size_t size = ZSTD_compress(packed, room, from->data + begin, end - begin, 3);
        if (ZSTD_isError(size)) abort();
        made_put(&to, packed, size);
        free(packed);
    }
    return to;
}

#endif
