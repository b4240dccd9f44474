#include "train/feed.h"

#include <stdlib.h>

static int check_shape(struct facet_stage *stage, struct feed *feed, struct facet_error *error) {
    struct facet_field views, mask;
    int code = facet_stage_field(stage, "views", &views, error);
    if (!code) code = facet_stage_field(stage, "view_mask", &mask, error);
    if (code) return code;
    if (views.type != FACET_U8 || views.rank != 4 || views.dims[2] != views.dims[3])
        return facet_error_set(error, FACET_ERROR_CONFIG,
                               "views must be u8 (views, channels, size, size), they are %s of rank %d",
                               facet_type_name(views.type), views.rank);
    if (mask.type != FACET_U8 || mask.rank != 1 || mask.dims[0] != views.dims[0])
        return facet_error_set(error, FACET_ERROR_CONFIG, "view_mask must be u8 (%lld), one value a view",
                               (long long)views.dims[0]);
    feed->views = views.dims[0], feed->channels = views.dims[1], feed->size = views.dims[2];
    feed->row_bytes = (int64_t)facet_field_bytes(&views);
    return FACET_OK;
}

static int read_all(struct feed *feed, const char *need, int64_t row_bytes, uint8_t *out, struct facet_error *error) {
    int64_t step = (16 << 20) / row_bytes + 1;
    for (int64_t first = 0; first < feed->rows; first += step) {
        int64_t count = feed->rows - first < step ? feed->rows - first : step;
        int code = facet_stage_read_rows(feed->stage, need, first, count, out + first * row_bytes, error);
        if (code) return code;
    }
    return FACET_OK;
}

// Of the first row that nothing set aside; such rows are all alike.
static int read_planes(struct feed *feed, struct facet_error *error) {
    const uint8_t *valid = facet_stage_valid(feed->stage);
    struct facet_field field;
    int64_t row = 0;
    if (!facet_stage_has(feed->stage, "view_planes")) return FACET_OK;
    while (row < feed->rows && !valid[row]) row++;
    int code = facet_stage_field(feed->stage, "view_planes", &field, error);
    if (code || row == feed->rows) return code;
    if (field.type != FACET_U8 || (int64_t)facet_field_elements(&field) != feed->channels)
        return facet_error_set(error, FACET_ERROR_CONFIG, "view_planes must be u8 (%lld), one code a plane",
                               (long long)feed->channels);
    feed->planes = malloc((size_t)feed->channels);
    if (!feed->planes) return facet_error_set(error, FACET_ERROR_MEMORY, "no memory for the planes' codes");
    return facet_stage_read_rows(feed->stage, "view_planes", row, 1, feed->planes, error);
}

int feed_open(struct facet_stage *stage, int64_t cache_mb, struct feed *feed, struct facet_error *error) {
    *feed = (struct feed){.stage = stage, .rows = facet_items_count(facet_stage_items(stage))};
    int code = check_shape(stage, feed, error);
    if (code) return code;
    bool fits = feed->rows * feed->row_bytes <= cache_mb << 20;
    feed->masks = malloc((size_t)(feed->rows * feed->views) + 1);
    if (fits) feed->pictures = malloc((size_t)(feed->rows * feed->row_bytes) + 1);
    if (!feed->masks || (fits && !feed->pictures))
        code = facet_error_set(error, FACET_ERROR_MEMORY, "no memory for %lld rows of views; lower cache_mb",
                               (long long)feed->rows);
    if (!code) code = read_all(feed, "view_mask", feed->views, feed->masks, error);
    if (!code && fits) code = read_all(feed, "views", feed->row_bytes, feed->pictures, error);
    if (!code) code = read_planes(feed, error);
    if (code) feed_close(feed);
    return code;
}

void feed_close(struct feed *feed) {
    free(feed->pictures);
    free(feed->masks);
    free(feed->planes);
    feed->pictures = feed->masks = feed->planes = NULL;
}

int feed_rows(const struct feed *feed, const int64_t *rows, int64_t count, uint8_t *room, const uint8_t **pictures,
              struct facet_error *error) {
    for (int64_t i = 0; i < count; i++) {
        pictures[i] = feed->pictures ? feed->pictures + rows[i] * feed->row_bytes : room + i * feed->row_bytes;
        if (feed->pictures) continue;
        int code = facet_stage_read_rows(feed->stage, "views", rows[i], 1, room + i * feed->row_bytes, error);
        if (code) return code;
    }
    return FACET_OK;
}

bool feed_sees(const struct feed *feed, int64_t row) {
    for (int64_t v = 0; v < feed->views; v++)
        if (feed->masks[row * feed->views + v]) return true;
    return false;
}
