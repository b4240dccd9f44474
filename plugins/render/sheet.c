// Contact sheets of rendered views, out of a container.
#include "render/sheet_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// ---- what there is --------------------------------------------------------------------------------------------------

static void choose_field(struct facet_sheet *sheet) {
    static const char *const known[] = {"views", "views_u16", "views_f32"};
    const char *field = sheet->options->field;
    for (size_t i = 0; !field && i < sizeof known / sizeof *known; i++) {
        snprintf(sheet->field, sizeof sheet->field, "data/%s", known[i]);
        if (facet_store_has(sheet->store, sheet->field)) field = known[i];
    }
    snprintf(sheet->field, sizeof sheet->field, "data/%s", field ? field : known[0]);
}

static int describe(struct facet_sheet *sheet, struct facet_error *error) {
    struct facet_array shape = {0};
    const int64_t *dims = shape.dims;
    choose_field(sheet);
    int code = facet_store_shape(sheet->store, sheet->field, &shape, error);
    if (code) return code;
    bool typed = shape.type == FACET_U8 || shape.type == FACET_U16 || shape.type == FACET_F32;
    bool pictures = typed && shape.rank == 5 && dims[3] == dims[4] && dims[3] > 0 && dims[3] <= FACET_IMAGE_SIDE;
    if (!pictures || dims[1] < 1 || dims[2] < 1 || dims[1] > 1 << 16 || dims[2] > 255)
        return facet_error_set(error, FACET_ERROR_DATA,
                               "%s holds no pictures: those are u8, u16 or f32 (rows, views, planes, size, size)",
                               sheet->field);
    sheet->n_rows = dims[0];
    sheet->type = shape.type;
    sheet->shape = (struct facet_views){.n_views = (int)dims[1], .n_planes = (int)dims[2], .size = (int)dims[3]};
    sheet->pixels = malloc((size_t)dims[1] * (size_t)dims[2] * (size_t)dims[3] * (size_t)dims[3]);
    return sheet->pixels ? FACET_OK : facet_error_set(error, FACET_ERROR_MEMORY, "no memory for a row's pictures");
}

// What the planes hold is the same in every row that is not set aside.
static int read_planes(struct facet_sheet *sheet, struct facet_error *error) {
    int64_t row = 0;
    if (strncmp(sheet->field, "data/views", strlen("data/views")) != 0) return FACET_OK;
    while (sheet->columns.valid && row + 1 < sheet->n_rows && !sheet->columns.valid[row]) row++;
    int code = sheet_read_bytes(sheet, "data/view_planes", row, sheet->shape.n_planes, &sheet->planes, error);
    sheet->shape.planes = sheet->planes;
    return code;
}

// A container written by other tools may say neither.
static void read_settings(struct facet_sheet *sheet) {
    struct facet_error ignored;
    if (facet_store_read_attribute(sheet->store, "config", &sheet->config, &ignored)) sheet->config = NULL;
    if (facet_store_read_attribute(sheet->store, "stage", &sheet->stage, &ignored)) sheet->stage = NULL;
}

// ---- what is shown --------------------------------------------------------------------------------------------------

static int choose_views(struct facet_sheet *sheet, struct facet_error *error) {
    const struct sheet_options *options = sheet->options;
    int held = sheet->shape.n_views;
    sheet->n_views = options->n_views ? options->n_views : held;
    if (sheet->n_views > SHEET_VIEWS_MAX)
        return facet_error_set(error, FACET_ERROR_USAGE, "%d views do not fit a sheet: name at most %d with --views",
                               held, SHEET_VIEWS_MAX);
    for (int i = 0; i < sheet->n_views; i++) {
        sheet->views[i] = options->n_views ? options->views[i] : i;
        if (sheet->views[i] < 0 || sheet->views[i] >= held)
            return facet_error_set(error, FACET_ERROR_USAGE, "view %d: %s has views 0 to %d", sheet->views[i],
                                   sheet->field, held - 1);
    }
    return FACET_OK;
}

static int refuse_channel(const struct facet_sheet *sheet, const char *name, size_t length, struct facet_error *error) {
    char list[512] = "";
    for (int t = 0; t < facet_views_tiles(&sheet->shape); t++) {
        size_t at = strlen(list);
        snprintf(list + at, sizeof list - at, "%s%s", t ? ", " : "", facet_views_tile_name(&sheet->shape, t));
    }
    return facet_error_set(error, FACET_ERROR_USAGE, "channel \"%.*s\": %s has %s", (int)(length < 80 ? length : 80),
                           name, sheet->field, list);
}

static int show_tile(struct facet_sheet *sheet, int tile, struct facet_error *error) {
    sheet->tiles[sheet->n_tiles] = (struct paper_tile){.tile = tile};
    return sheet_set_range(sheet, &sheet->tiles[sheet->n_tiles++], error);
}

static bool is_shown(const struct facet_sheet *sheet, int tile) {
    for (int i = 0; i < sheet->n_tiles; i++)
        if (sheet->tiles[i].tile == tile) return true;
    return false;
}

// Tiles of that name; there are several of "plane".
static int show_channel(struct facet_sheet *sheet, const char *name, size_t length, struct facet_error *error) {
    int before = sheet->n_tiles, code = FACET_OK;
    for (int t = 0; t < facet_views_tiles(&sheet->shape) && !code; t++) {
        const char *held = facet_views_tile_name(&sheet->shape, t);
        if (strlen(held) != length || strncmp(held, name, length) != 0) continue;
        if (is_shown(sheet, t))
            return facet_error_set(error, FACET_ERROR_USAGE, "channel \"%s\" is named more than once", held);
        code = show_tile(sheet, t, error);
    }
    return sheet->n_tiles > before ? code : refuse_channel(sheet, name, length, error);
}

static int choose_channels(struct facet_sheet *sheet, struct facet_error *error) {
    int held = facet_views_tiles(&sheet->shape), code = FACET_OK;
    const char *at = sheet->options->channels;
    sheet->tiles = calloc((size_t)held, sizeof *sheet->tiles);
    if (!sheet->tiles) return facet_error_set(error, FACET_ERROR_MEMORY, "no memory for a sheet");
    for (int t = 0; t < held && !at && !code; t++) code = show_tile(sheet, t, error);
    while (at && !code) {
        size_t length = strcspn(at, ",");
        code = show_channel(sheet, at, length, error);
        at = at[length] ? at + length + 1 : NULL;
    }
    return code;
}

// A range for a channel that is not shown is a slip.
static int check_stretches(const struct facet_sheet *sheet, struct facet_error *error) {
    const struct sheet_options *options = sheet->options;
    for (int i = 0; i < options->n_stretches; i++) {
        const char *name = options->stretches[i].channel;
        bool shown = false;
        for (int t = 0; t < sheet->n_tiles; t++)
            shown |= strcmp(facet_views_tile_name(&sheet->shape, sheet->tiles[t].tile), name) == 0;
        if (!shown) return facet_error_set(error, FACET_ERROR_USAGE, "range of \"%s\": no such channel is shown", name);
    }
    return FACET_OK;
}

int facet_sheet_open(struct facet_store *store, const struct sheet_options *options, struct facet_sheet **out,
                     struct facet_error *error) {
    struct facet_sheet *sheet = calloc(1, sizeof *sheet);
    *out = NULL;
    if (!sheet) return facet_error_set(error, FACET_ERROR_MEMORY, "no memory for a sheet");
    sheet->store = store;
    sheet->options = options;
    int code = describe(sheet, error);
    if (!code) code = sheet_read_columns(sheet, error);
    if (!code) code = read_planes(sheet, error);
    if (!code) read_settings(sheet);
    if (!code) code = sheet_read_changes(sheet, error);
    if (!code) code = sheet_read_ranges(sheet, error);
    if (!code) code = choose_views(sheet, error);
    if (!code) code = sheet_head_views(sheet, error);
    if (!code) code = choose_channels(sheet, error);
    if (!code) code = check_stretches(sheet, error);
    if (code)
        facet_sheet_close(sheet);
    else
        *out = sheet;
    return code;
}

void facet_sheet_close(struct facet_sheet *sheet) {
    if (!sheet) return;
    sheet_free_columns(&sheet->columns);
    free(sheet->planes);
    free(sheet->changes);
    free(sheet->ranges);
    free(sheet->config);
    free(sheet->stage);
    free(sheet->tiles);
    free(sheet->pixels);
    free(sheet->seen);
    free(sheet);
}

int64_t facet_sheet_rows(const struct facet_sheet *sheet) {
    return sheet->n_rows;
}
