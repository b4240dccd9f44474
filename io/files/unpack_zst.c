// zstd: frames one after the other; each can be entered at its beginning.
#include "io/files/unpack.h"

#include <stdlib.h>
#include <zstd.h>

struct zst {
    ZSTD_DCtx *context;
    bool in_frame;
};

static int zst_create(struct unpack *unpack, struct facet_error *error) {
    struct zst *zst = unpack->state = calloc(1, sizeof *zst);
    if (zst) zst->context = ZSTD_createDCtx();
    if (zst && zst->context) return FACET_OK;
    return facet_error_set(error, FACET_ERROR_MEMORY, "%s: no memory for its decompression", unpack->path);
}

static void zst_destroy(struct unpack *unpack) {
    struct zst *zst = unpack->state;
    if (zst) ZSTD_freeDCtx(zst->context);
    free(zst);
}

// Mostly the window, which the archive chooses: up to 128 MiB.
static size_t zst_bytes(const struct unpack *unpack) {
    const struct zst *zst = unpack->state;
    return ZSTD_sizeof_DCtx(zst->context);
}

static int zst_begin(struct unpack *unpack, const struct unpack_point *point, struct facet_error *error) {
    struct zst *zst = unpack->state;
    (void)point, (void)error;
    ZSTD_DCtx_reset(zst->context, ZSTD_reset_session_only);
    zst->in_frame = false;
    return FACET_OK;
}

static void offer_point(struct unpack *unpack, int64_t out) {
    if (!unpack_points_want(unpack->points, unpack_place(unpack))) return;
    struct unpack_point *point = malloc(sizeof *point);
    if (!point) return;
    *point = (struct unpack_point){.in = unpack_place(unpack), .out = out};
    unpack_points_add(unpack->points, point);
}

static int at_end(struct unpack *unpack, const struct zst *zst, struct facet_error *error) {
    if (!zst->in_frame) return unpack->ended = true, FACET_OK;
    return facet_error_set(error, FACET_ERROR_IO, "%s: ends at byte %lld, in the middle of its compressed data",
                           unpack->path, (long long)unpack->in);
}

static int zst_step(struct unpack *unpack, void *to, size_t size, size_t *got, struct facet_error *error) {
    struct zst *zst = unpack->state;
    bool more;
    *got = 0;
    int code = unpack_fill(unpack, &more, error);
    if (code) return code;
    ZSTD_inBuffer in = {unpack->input, unpack->end, unpack->next};
    ZSTD_outBuffer out = {to, size, 0};
    size_t result = more || zst->in_frame ? ZSTD_decompressStream(zst->context, &out, &in) : 0;
    unpack->next = in.pos, *got = out.pos;
    if (ZSTD_isError(result))
        return facet_error_set(error, FACET_ERROR_DATA, "%s: byte %lld: broken compressed data (%s)", unpack->path,
                               (long long)unpack_place(unpack), ZSTD_getErrorName(result));
    if (more || out.pos) zst->in_frame = result != 0;
    if (!more && out.pos == 0) return at_end(unpack, zst, error);
    if (!zst->in_frame) offer_point(unpack, unpack->out + (int64_t)out.pos);
    return FACET_OK;
}

const struct unpack_ops unpack_zst = {
    .create = zst_create, .destroy = zst_destroy, .begin = zst_begin, .bytes = zst_bytes, .step = zst_step};
