// A compressed stream as if it lay unpacked: a decompressor that goes forward, and places to begin anew from.
#ifndef FACET_IO_FILES_UNPACK_H
#define FACET_IO_FILES_UNPACK_H

#include "io/files/archive.h"

enum { UNPACK_WINDOW = 32768, UNPACK_INPUT = 65536 };

// A place where unpacking can begin. A gzip member or a zstd frame begins there, or (window_size > 0) a deflate block
// that looks back at the window.
struct unpack_point {
    int64_t in, out; // offset in the file, offset of what comes out
    int bits;        // of the byte before `in` that belong to the block
    uint32_t window_size;
    uint8_t window[]; // (window_size) what came out just before
};

struct unpack_points;
struct unpack_points *unpack_points_create(int64_t spacing); // in bytes of the file; NULL when out of memory
void unpack_points_destroy(struct unpack_points *points);
// The last one at or before `out` and after `beyond`, NULL: none. Points stay as long as the list does.
const struct unpack_point *unpack_points_find(struct unpack_points *points, int64_t out, int64_t beyond);
bool unpack_points_want(struct unpack_points *points, int64_t in);                // none is near
void unpack_points_add(struct unpack_points *points, struct unpack_point *point); // takes it
int64_t unpack_points_count(struct unpack_points *points);
const struct unpack_point *unpack_points_get(struct unpack_points *points, int64_t index);

struct unpack {
    const struct unpack_ops *ops;
    int file;
    const char *path;
    struct unpack_points *points;
    int64_t out; // place of the next byte that comes out
    int64_t in;  // offset in the file of the first byte after the input
    uint8_t input[UNPACK_INPUT];
    size_t next, end; // what is left of the input
    bool ended;
    void *state;         // of the format
    struct unpack *idle; // next in a list
    size_t held;         // bytes, while it is in that list
};

struct unpack_ops {
    int (*create)(struct unpack *unpack, struct facet_error *error);
    void (*destroy)(struct unpack *unpack);
    int (*begin)(struct unpack *unpack, const struct unpack_point *point,
                 struct facet_error *error);      // NULL: at the start
    size_t (*bytes)(const struct unpack *unpack); // of memory that it holds
    // Some bytes more, or none and `ended`.
    int (*step)(struct unpack *unpack, void *to, size_t size, size_t *got, struct facet_error *error);
};
extern const struct unpack_ops unpack_gz, unpack_zst;

int unpack_create(const struct files_archive *archive, struct unpack **unpack, struct facet_error *error);
void unpack_destroy(struct unpack *unpack); // NULL is fine
// To where byte `out` comes next, from where it stands or from the nearest point. Errors: IO (ends before), DATA, MEMORY.
int unpack_seek(struct unpack *unpack, int64_t out, struct facet_error *error);
// As many bytes as there are, up to size.
int unpack_read(struct unpack *unpack, void *to, size_t size, size_t *got, struct facet_error *error);

// For the formats: reads on when the input is used up; *more is false at the end of the file.
int unpack_fill(struct unpack *unpack, bool *more, struct facet_error *error);
static inline int64_t unpack_place(const struct unpack *unpack) { // of the next byte of the input
    return unpack->in - (int64_t)(unpack->end - unpack->next);
}

#endif
