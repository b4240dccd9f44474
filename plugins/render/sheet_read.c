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

int sheet_read_common(struct facet_sheet *sheet, const char *name, struct facet_array *array,
                      struct facet_error *error) {
    int64_t row = 0;
    *array = (struct facet_array){0};
    if (!facet_store_has(sheet->store, name)) return FACET_OK;
    while (sheet->columns.valid && row + 1 < sheet->n_rows && !sheet->columns.valid[row]) row++;
    return facet_store_read_rows(sheet->store, name, FACET_F64, row, 1, array, error);
}

// Where in its plane's range a stored number lies, 0..1; below 0: it is background.
static double share_of(const void *data, enum facet_type type, int64_t i, const struct sheet_range *range) {
    if (type == FACET_F32) {
        double value = ((const float *)data)[i];
        return isnan(value) ? -1 : fmax(0, (value - range->low) / (range->high - range->low));
    }
    double code = type == FACET_U8 ? ((const uint8_t *)data)[i] : ((const uint16_t *)data)[i];
    double last = type == FACET_U8 ? 255 : 65535;
    return code == 0 ? -1 : fmax(0, (code - range->first) / (last - range->first));
}

static uint8_t code_of(double share, const struct sheet_range *range) {
    if (share < 0) return 0;
    if (range->stretched) {
        double value = range->low + share * (range->high - range->low);
        share = fmax(0, (value - range->shown_low) / (range->shown_high - range->shown_low));
    }
    return (uint8_t)lround(range->first + (255 - range->first) * fmin(1, share));
}

static bool is_as_stored(const struct facet_sheet *sheet) {
    bool stretched = false;
    for (int p = 0; p < sheet->shape.n_planes; p++) stretched |= sheet->ranges[p].stretched;
    return sheet->type == FACET_U8 && !stretched;
}

static void convert(struct facet_sheet *sheet, const void *data, int64_t count) {
    int64_t area = (int64_t)sheet->shape.size * sheet->shape.size;
    for (int64_t i = 0; i < count; i++) {
        const struct sheet_range *range = &sheet->ranges[i / area % sheet->shape.n_planes];
        sheet->pixels[i] = code_of(share_of(data, sheet->type, i, range), range);
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
    if (is_as_stored(sheet))
        memcpy(sheet->pixels, array.data, (size_t)count);
    else
        convert(sheet, array.data, count);
    facet_array_free(&array);
    return FACET_OK;
}
