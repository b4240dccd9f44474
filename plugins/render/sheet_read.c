// One row's pictures out of a container, as codes of 8 bits whatever they are stored as.
#include "render/sheet_internal.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

int sheet_read_bytes(struct facet_sheet *sheet, const char *name, int64_t row, int64_t count, uint8_t **values,
                     struct facet_error *error) {
    struct facet_array shape = {0}, array = {0};
    *values = NULL;
    if (!facet_store_has(sheet->store, name)) return FACET_OK;
    int code = facet_store_shape(sheet->store, name, &shape, error);
    if (code) return code;
    int64_t held = shape.rank == 1 ? 1 : shape.rank == 2 ? shape.dims[1] : 0;
    if (shape.dims[0] <= row || held != count) return FACET_OK;
    code = facet_store_read_rows(sheet->store, name, FACET_U8, row, 1, &array, error);
    if (!code) *values = array.data;
    return code;
}

static void codes_of_u16(const uint16_t *wide, int64_t count, uint8_t *codes) {
    for (int64_t i = 0; i < count; i++) {
        unsigned code = (wide[i] * 255u + 32767) / 65535;
        codes[i] = (uint8_t)(code == 0 && wide[i] ? 1 : code);
    }
}

// The lowest code is 1 where 0 is the background, 0 in planes that come in threes.
static void codes_of_f32(const float *values, int64_t count, const struct paper_range *range, int first,
                         uint8_t *codes) {
    for (int64_t i = 0; i < count; i++) {
        double share = (values[i] - range->low) / (range->high - range->low);
        double code = first + (255 - first) * fmax(0, fmin(1, share));
        codes[i] = isnan(values[i]) ? 0 : (uint8_t)lround(code);
    }
}

static struct paper_range plane_range(const struct facet_sheet *sheet, const struct facet_channel *channel) {
    if (channel->first_plane == FACET_PLANE_NORMAL_X) return (struct paper_range){true, -1, 1, ""};
    if (channel->planes == 3) return (struct paper_range){true, 0, 255, ""};
    struct paper_range range = sheet_range(sheet, channel);
    return range.known ? range : (struct paper_range){true, 0, 1, ""};
}

static void convert_f32(struct facet_sheet *sheet, const float *values) {
    const struct facet_views *shape = &sheet->shape;
    int64_t area = (int64_t)shape->size * shape->size, at = 0;
    for (int view = 0; view < shape->n_views; view++)
        for (int tile = 0; tile < facet_views_tiles(shape); tile++) {
            const struct facet_channel *channel = facet_views_channel(shape, tile);
            struct paper_range range = plane_range(sheet, channel);
            int first = channel->show == FACET_SHOW_RGB || channel->show == FACET_SHOW_COVER ? 0 : 1;
            int64_t count = area * channel->planes;
            codes_of_f32(values + at, count, &range, first, sheet->pixels + at);
            at += count;
        }
}

int sheet_read_row(struct facet_sheet *sheet, int64_t row, struct facet_error *error) {
    const struct facet_views *shape = &sheet->shape;
    struct facet_array array = {0};
    int64_t count = (int64_t)shape->n_views * shape->n_planes * shape->size * shape->size;
    free(sheet->seen);
    int code = sheet_read_bytes(sheet, "data/view_mask", row, shape->n_views, &sheet->seen, error);
    if (!code) code = facet_store_read_rows(sheet->store, sheet->field, sheet->type, row, 1, &array, error);
    if (code) return code;
    if (sheet->type == FACET_U8) memcpy(sheet->pixels, array.data, (size_t)count);
    if (sheet->type == FACET_U16) codes_of_u16(array.data, count, sheet->pixels);
    if (sheet->type == FACET_F32) convert_f32(sheet, array.data);
    facet_array_free(&array);
    return FACET_OK;
}
