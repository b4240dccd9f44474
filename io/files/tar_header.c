// Headers of tar members, and the texts before them that hold what a header has no room for.
#include "io/files/tar.h"

#include <stdlib.h>
#include <string.h>

// Where the parts of a header are: offset and size.
enum {
    NAME = 0,
    NAME_SIZE = 100,
    SIZE = 124,
    SIZE_SIZE = 12,
    SUM = 148,
    SUM_SIZE = 8,
    KIND = 156,
    MAGIC = 257,
    PREFIX = 345,
    PREFIX_SIZE = 155
};

// Octal text, or (GNU) a big-endian number after a byte with its highest bit set. -1: neither.
static int64_t read_number(const uint8_t *at, size_t size) {
    uint64_t value = 0;
    size_t i = 0;
    if (at[0] & 0x80) {
        value = at[0] & 0x7f;
        for (i = 1; i < size; i++) {
            if (value >> 55) return -1;
            value = value << 8 | at[i];
        }
        return (int64_t)value;
    }
    while (i < size && at[i] == ' ') i++;
    for (; i < size && at[i] >= '0' && at[i] <= '7'; i++) value = value << 3 | (uint64_t)(at[i] - '0');
    return i == size || at[i] == ' ' || at[i] == '\0' ? (int64_t)value : -1;
}

// Of all bytes, its own counted as blanks; old writers took them as signed.
static bool sum_is_right(const uint8_t *block) {
    int64_t as_unsigned = 0, as_signed = 0, told = read_number(block + SUM, SUM_SIZE);
    for (int i = 0; i < TAR_BLOCK; i++) {
        uint8_t byte = i >= SUM && i < SUM + SUM_SIZE ? ' ' : block[i];
        as_unsigned += byte, as_signed += (int8_t)byte;
    }
    return told >= 0 && (told == as_unsigned || told == as_signed);
}

bool tar_read_header(const uint8_t *block, struct tar_header *header) {
    const char *name = (const char *)block + NAME, *prefix = (const char *)block + PREFIX;
    size_t n = strnlen(name, NAME_SIZE), before = 0;
    if (!sum_is_right(block)) return false;
    header->kind = (char)block[KIND];
    header->bytes = read_number(block + SIZE, SIZE_SIZE);
    if (header->bytes < 0) return false;
    if (memcmp(block + MAGIC, "ustar", 6) == 0) before = strnlen(prefix, PREFIX_SIZE); // with its zero: not GNU's
    memcpy(header->name, prefix, before);
    if (before) header->name[before++] = '/';
    memcpy(header->name + before, name, n);
    header->name[before + n] = '\0';
    return true;
}

bool tar_is_text(const struct tar_header *header) {
    return header->kind && strchr("LKxg", header->kind);
}

bool tar_has_data(const struct tar_header *header) {
    return !header->kind || !strchr("123456", header->kind);
}

const char *tar_why_not(const struct tar_header *header) {
    switch (header->kind) {
    case '\0':
    case '0':
    case '5':
    case '7':
        return NULL;
    case '1':
    case '2':
        return "is a link";
    case '3':
    case '4':
    case '6':
        return "is a device";
    case 'S':
        return "has holes";
    default:
        return "is of an unknown kind";
    }
}

static int keep_name(struct tar_extra *extra, const uint8_t *text, size_t length, const char *archive,
                     struct facet_error *error) {
    char *name = malloc(length + 1);
    if (!name) return facet_error_set(error, FACET_ERROR_MEMORY, "%s: no memory for a name", archive);
    memcpy(name, text, length);
    name[length] = '\0';
    free(extra->name);
    extra->name = name, extra->length = length;
    return FACET_OK;
}

static int keep_size(struct tar_extra *extra, const uint8_t *text, size_t length, const char *archive, int64_t byte,
                     struct facet_error *error) {
    int64_t value = 0;
    size_t i = 0;
    for (; i < length && text[i] >= '0' && text[i] <= '9' && value < INT64_MAX / 16; i++)
        value = 10 * value + (text[i] - '0');
    if (i < length || length == 0)
        return facet_error_set(error, FACET_ERROR_DATA, "%s: byte %lld: a size that is no number", archive,
                               (long long)byte);
    extra->bytes = value, extra->has_size = true;
    return FACET_OK;
}

static int take_record(struct tar_extra *extra, const uint8_t *key, size_t key_size, const uint8_t *value, size_t size,
                       const char *archive, int64_t byte, struct facet_error *error) {
    if (key_size == 4 && memcmp(key, "path", 4) == 0) return keep_name(extra, value, size, archive, error);
    if (key_size == 4 && memcmp(key, "size", 4) == 0) return keep_size(extra, value, size, archive, byte, error);
    if (key_size > 11 && memcmp(key, "GNU.sparse.", 11) == 0) extra->is_sparse = true;
    return FACET_OK;
}

// Records "LENGTH KEY=VALUE\n"; LENGTH counts all of that.
static int take_pax(struct tar_extra *extra, const uint8_t *text, size_t size, const char *archive, int64_t byte,
                    struct facet_error *error) {
    int code = FACET_OK;
    for (size_t at = 0; !code && at < size;) {
        size_t length = 0, i = at;
        for (; i < size && text[i] >= '0' && text[i] <= '9' && length <= size; i++)
            length = 10 * length + (size_t)(text[i] - '0');
        const uint8_t *end = length <= size - at ? text + at + length : NULL, *key = text + i + 1, *equals = NULL;
        bool sound = end && i < size && text[i] == ' ' && key < end && end[-1] == '\n';
        if (sound) equals = memchr(key, '=', (size_t)(end - key));
        if (!equals)
            return facet_error_set(error, FACET_ERROR_DATA, "%s: byte %lld: expected LENGTH KEY=VALUE", archive,
                                   (long long)byte + (long long)at);
        code = take_record(extra, key, (size_t)(equals - key), equals + 1, (size_t)(end - 1 - (equals + 1)), archive,
                           byte + (int64_t)at, error);
        at += length;
    }
    return code;
}

int tar_extra_take(struct tar_extra *extra, const struct tar_header *header, const uint8_t *text, const char *archive,
                   int64_t byte, struct facet_error *error) {
    size_t size = (size_t)header->bytes;
    if (header->kind == 'L') return keep_name(extra, text, strnlen((const char *)text, size), archive, error);
    if (header->kind == 'x') return take_pax(extra, text, size, archive, byte, error);
    return FACET_OK; // the target of a link, or attributes for all members: nothing that counts here
}

void tar_extra_clear(struct tar_extra *extra) {
    free(extra->name);
    *extra = (struct tar_extra){0};
}
