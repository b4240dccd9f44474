// Which values the codes of a container's pictures stand for.
#include "render/channel.h"
#include "render/sheet_internal.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// What the settings say; NaN where they do not.
static struct render_ranges ranges_set(const struct facet_sheet *sheet) {
    struct render_ranges ranges = {NAN, NAN, NAN};
    sheet_setting(sheet, "depth_mm", &ranges.depth_mm);
    sheet_setting(sheet, "curvature_range", &ranges.curvature);
    sheet_setting(sheet, "gaussian_range", &ranges.gaussian);
    return ranges;
}

static struct sheet_range range_of(double low, double high, double first) {
    bool known = isfinite(low) && isfinite(high) && low < high;
    if (!known) low = 0, high = 1;
    return (struct sheet_range){.known = known, .low = low, .high = high, .first = first == 0 ? 0 : 1};
}

// Settings tell of the channels' own values, not of how far these change.
static void take_settings(struct facet_sheet *sheet) {
    struct render_ranges set = ranges_set(sheet);
    int plane = 0;
    for (int t = 0; t < facet_views_tiles(&sheet->shape); t++) {
        const struct facet_channel *channel = facet_views_channel(&sheet->shape, t);
        const struct render_channel *made = render_channel_named(channel->name);
        struct render_scale scale = {NAN, NAN, 1};
        if (made && !sheet->changes[plane]) scale = made->scale(&set);
        for (int k = 0; k < channel->planes; k++) sheet->ranges[plane++] = range_of(scale.low, scale.high, scale.first);
    }
}

static int take_stored(struct facet_sheet *sheet, struct facet_error *error) {
    struct facet_array array;
    int code = sheet_read_common(sheet, "data/view_ranges", &array, error);
    if (code) return code;
    bool shaped = array.rank == 3 && array.dims[1] == sheet->shape.n_planes && array.dims[2] == 3;
    for (int p = 0; shaped && p < sheet->shape.n_planes; p++) {
        const double *range = (const double *)array.data + 3 * p;
        if (range[0] < range[1]) sheet->ranges[p] = range_of(range[0], range[1], range[2]);
    }
    facet_array_free(&array);
    return FACET_OK;
}

int sheet_read_ranges(struct facet_sheet *sheet, struct facet_error *error) {
    sheet->ranges = calloc((size_t)sheet->shape.n_planes, sizeof *sheet->ranges);
    if (!sheet->ranges) return facet_error_set(error, FACET_ERROR_MEMORY, "no memory for a sheet");
    take_settings(sheet);
    return take_stored(sheet, error);
}

const char *sheet_unit(const char *channel) {
    const struct render_channel *made = render_channel_named(channel);
    const char *unit = made ? made->unit : "";
    return strcmp(unit, "degree") == 0 ? "degrees" : strcmp(unit, "1/mm^2") == 0 ? "1/mm²" : unit;
}

// ---- pictures of what changes ---------------------------------------------------------------------------------------

// They have all planes of the pictures they were made from once for each image that was asked for, in that order.
static int images_of(const struct facet_sheet *sheet) {
    char name[32], image[32];
    int count = 0;
    do snprintf(name, sizeof name, "images[%d]", count);
    while (sheet_setting_text(sheet, name, image, sizeof image) && ++count);
    return count;
}

// Which image a plane belongs to; false: to none.
static bool image_at(const struct facet_sheet *sheet, int plane, char image[32]) {
    char name[32];
    int images = images_of(sheet), planes = sheet->shape.n_planes;
    if (images == 0 || planes % images) return false;
    snprintf(name, sizeof name, "images[%d]", plane / (planes / images));
    return sheet_setting_text(sheet, name, image, 32);
}

const char *sheet_kind(const struct facet_sheet *sheet, int plane) {
    static const char *const kinds[][2] = {
        {"pooled", "pooled"}, {"difference", "change of"}, {"onset-apex", "onset–apex"}};
    char image[32];
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds && image_at(sheet, plane, image); i++)
        if (strcmp(kinds[i][0], image) == 0) return kinds[i][1];
    return NULL;
}

int sheet_read_changes(struct facet_sheet *sheet, struct facet_error *error) {
    sheet->changes = calloc((size_t)sheet->shape.n_planes, 1);
    if (!sheet->changes) return facet_error_set(error, FACET_ERROR_MEMORY, "no memory for a sheet");
    for (int p = 0; p < sheet->shape.n_planes; p++) sheet->changes[p] = sheet_kind(sheet, p) != NULL;
    sheet->shape.changes = sheet->changes;
    return FACET_OK;
}

static const struct sheet_stretch *stretch_of(const struct facet_sheet *sheet, const char *channel) {
    for (int i = 0; i < sheet->options->n_stretches; i++)
        if (strcmp(sheet->options->stretches[i].channel, channel) == 0) return &sheet->options->stretches[i];
    return NULL;
}

static int first_plane(const struct facet_views *shape, int tile) {
    int plane = 0;
    for (int t = 0; t < tile; t++) plane += facet_views_channel(shape, t)->planes;
    return plane;
}

int sheet_set_range(struct facet_sheet *sheet, struct paper_tile *tile, struct facet_error *error) {
    const struct facet_channel *channel = facet_views_channel(&sheet->shape, tile->tile);
    const struct sheet_stretch *stretch = stretch_of(sheet, channel->name);
    int plane = first_plane(&sheet->shape, tile->tile);
    struct sheet_range *range = &sheet->ranges[plane];
    tile->kind = sheet_kind(sheet, plane);
    tile->changes = sheet->changes[plane];
    tile->narrowed = stretch != NULL;
    if (stretch && (channel->planes != 1 || !range->known))
        return facet_error_set(error, FACET_ERROR_USAGE, "channel \"%s\": its codes stand for no values of one kind",
                               channel->name);
    if (stretch) {
        range->stretched = true;
        range->shown_low = stretch->low;
        range->shown_high = stretch->high;
    }
    tile->range = (struct paper_range){.known = range->known,
                                       .low = stretch ? stretch->low : range->low,
                                       .high = stretch ? stretch->high : range->high,
                                       .unit = sheet_unit(channel->name)};
    return FACET_OK;
}
