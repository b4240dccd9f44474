// Going forward in a compressed stream, and the points to begin from.
#include "io/files/unpack.h"

#include <stdlib.h>
#include <string.h>

struct unpack_points {
    pthread_mutex_t lock;
    int64_t spacing, count, room;
    struct unpack_point **list; // by place
};

struct unpack_points *unpack_points_create(int64_t spacing) {
    struct unpack_points *points = calloc(1, sizeof *points);
    if (!points) return NULL;
    points->spacing = spacing;
    pthread_mutex_init(&points->lock, NULL);
    return points;
}

void unpack_points_destroy(struct unpack_points *points) {
    if (!points) return;
    for (int64_t i = 0; i < points->count; i++) free(points->list[i]);
    free(points->list);
    pthread_mutex_destroy(&points->lock);
    free(points);
}

// How many points come before or at a place.
static int64_t before(const struct unpack_points *points, int64_t place, bool unpacked) {
    int64_t low = 0, high = points->count;
    while (low < high) {
        int64_t middle = low + (high - low) / 2;
        const struct unpack_point *point = points->list[middle];
        if ((unpacked ? point->out : point->in) <= place)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

const struct unpack_point *unpack_points_find(struct unpack_points *points, int64_t out, int64_t beyond) {
    const struct unpack_point *found = NULL;
    pthread_mutex_lock(&points->lock);
    int64_t n = before(points, out, true);
    if (n > 0 && points->list[n - 1]->out > beyond) found = points->list[n - 1];
    pthread_mutex_unlock(&points->lock);
    return found;
}

static bool is_far(const struct unpack_points *points, int64_t in, int64_t n) {
    int64_t last = n > 0 ? points->list[n - 1]->in : 0;
    if (in - last < points->spacing) return false;
    return n == points->count || points->list[n]->in - in >= points->spacing;
}

bool unpack_points_want(struct unpack_points *points, int64_t in) {
    pthread_mutex_lock(&points->lock);
    bool far = is_far(points, in, before(points, in, false));
    pthread_mutex_unlock(&points->lock);
    return far;
}

// A point that finds no room is no loss.
void unpack_points_add(struct unpack_points *points, struct unpack_point *point) {
    pthread_mutex_lock(&points->lock);
    int64_t n = before(points, point->in, false);
    bool added = is_far(points, point->in, n);
    if (added && points->count == points->room) {
        int64_t room = 2 * points->room + 16;
        struct unpack_point **list = realloc(points->list, (size_t)room * sizeof *list);
        added = list != NULL;
        if (list) points->list = list, points->room = room;
    }
    if (added) {
        memmove(points->list + n + 1, points->list + n, (size_t)(points->count - n) * sizeof(void *));
        points->list[n] = point;
        points->count++;
    }
    pthread_mutex_unlock(&points->lock);
    if (!added) free(point);
}

int64_t unpack_points_count(struct unpack_points *points) {
    return points->count;
}

const struct unpack_point *unpack_points_get(struct unpack_points *points, int64_t index) {
    return points->list[index];
}

int unpack_create(const struct files_archive *archive, struct unpack **unpack, struct facet_error *error) {
    struct unpack *made = *unpack = NULL;
    made = malloc(sizeof *made);
    if (!made) return facet_error_set(error, FACET_ERROR_MEMORY, "%s: no memory for its decompression", archive->whole);
    memset(made, 0, offsetof(struct unpack, input));
    made->next = made->end = 0, made->ended = false, made->state = NULL, made->idle = NULL;
    made->ops = archive->kind == FILES_TAR_GZ ? &unpack_gz : &unpack_zst;
    made->file = archive->file, made->path = archive->whole, made->points = archive->points;
    int code = made->ops->create(made, error);
    if (!code) code = made->ops->begin(made, NULL, error);
    if (code)
        unpack_destroy(made);
    else
        *unpack = made;
    return code;
}

void unpack_destroy(struct unpack *unpack) {
    if (!unpack) return;
    unpack->ops->destroy(unpack);
    free(unpack);
}

int unpack_fill(struct unpack *unpack, bool *more, struct facet_error *error) {
    int code = FACET_OK;
    if (unpack->next == unpack->end) {
        size_t got = 0;
        code = files_pread_some(unpack->file, unpack->input, UNPACK_INPUT, unpack->in, &got, unpack->path, error);
        unpack->next = 0, unpack->end = got, unpack->in += (int64_t)got;
    }
    *more = unpack->next < unpack->end;
    return code;
}

static int begin(struct unpack *unpack, const struct unpack_point *point, struct facet_error *error) {
    unpack->next = unpack->end = 0, unpack->ended = false;
    unpack->in = point ? point->in : 0, unpack->out = point ? point->out : 0;
    return unpack->ops->begin(unpack, point, error);
}

int unpack_read(struct unpack *unpack, void *to, size_t size, size_t *got, struct facet_error *error) {
    int code = FACET_OK;
    *got = 0;
    while (!code && *got < size && !unpack->ended) {
        size_t some = 0;
        code = unpack->ops->step(unpack, (uint8_t *)to + *got, size - *got, &some, error);
        *got += some, unpack->out += (int64_t)some;
        if (!code && files_is_bomb(unpack_place(unpack), unpack->out))
            code = facet_error_set(error, FACET_ERROR_DATA,
                                   "%s: its first %lld bytes unpack to more than 1000 times as many", unpack->path,
                                   (long long)unpack_place(unpack));
    }
    return code;
}

int unpack_seek(struct unpack *unpack, int64_t out, struct facet_error *error) {
    uint8_t skipped[16384];
    int code = FACET_OK;
    bool back = out < unpack->out;
    const struct unpack_point *point = unpack_points_find(unpack->points, out, back ? -1 : unpack->out);
    if (point || back) code = begin(unpack, point, error);
    while (!code && unpack->out < out && !unpack->ended) {
        size_t got, size = (size_t)(out - unpack->out);
        code = unpack_read(unpack, skipped, size < sizeof skipped ? size : sizeof skipped, &got, error);
    }
    return code;
}
