// Contact sheets of rendered views, out of a container.
#include "render/sheet.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PAPER = 0x14, INK = 0xd8dee4, FAINT = 0x8a949e, WARM = 0xffc070 };
enum { MARGIN = 14, GAP = 4, CELL = 6, LINE = 11, LABEL_CELLS = 24, LEGEND = 40, BIGGEST = 20000, WANTED_TILE = 112 };

struct sheet {
    struct facet_store *store;
    char field[64]; // path of the pictures
    int64_t n_rows; // of the container
    struct facet_views views;
    uint8_t *kinds;   // (planes) or NULL
    char **labels[3]; // dataset, subject, label; NULL when not there
    int zoom, tiles;
    int view_width, view_height, top; // pixels
    struct facet_image *image;
};

static int describe(struct sheet *sheet, struct facet_error *error) {
    struct facet_array shape = {0};
    int code = facet_store_shape(sheet->store, sheet->field, &shape, error);
    if (code) return code;
    int64_t views = shape.dims[1], planes = shape.dims[2], size = shape.dims[3];
    bool pictures = shape.type == FACET_U8 && shape.rank == 5 && shape.dims[4] == size;
    if (!pictures || views < 1 || planes < 1 || size < 1 || views > BIGGEST || planes > BIGGEST || size > BIGGEST)
        return facet_error_set(error, FACET_ERROR_DATA,
                               "%s holds no pictures: those are u8 (rows, views, planes, size, size)", sheet->field);
    sheet->n_rows = shape.dims[0];
    sheet->views = (struct facet_views){.n_views = (int)views, .n_planes = (int)planes, .size = (int)size};
    return FACET_OK;
}

static int check_rows(const struct sheet *sheet, const int64_t *rows, int n_rows, struct facet_error *error) {
    for (int i = 0; i < n_rows; i++)
        if (rows[i] < 0 || rows[i] >= sheet->n_rows)
            return facet_error_set(error, FACET_ERROR_USAGE, "row %lld: %s has rows 0 to %lld", (long long)rows[i],
                                   sheet->field, (long long)sheet->n_rows - 1);
    return FACET_OK;
}

static int read_columns(struct sheet *sheet, struct facet_error *error) {
    static const char *const names[3] = {"items/dataset", "items/subject", "items/label"};
    for (int k = 0; k < 3; k++) {
        int64_t count = 0;
        if (!facet_store_has(sheet->store, names[k])) continue;
        int code = facet_store_read_strings(sheet->store, names[k], &sheet->labels[k], &count, error);
        if (code) return code;
        if (count < sheet->n_rows)
            return facet_error_set(error, FACET_ERROR_DATA, "%s has %lld rows, %s has %lld", names[k], (long long)count,
                                   sheet->field, (long long)sheet->n_rows);
    }
    return FACET_OK;
}

// Reads one row of a small u8 array of `count` values; *values stays NULL when there is none of that shape.
static int read_bytes(struct sheet *sheet, const char *name, int64_t row, int64_t count, uint8_t **values,
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

// What the planes hold is the same in every row that is not set aside: the first of the rows that says it will do.
static int read_kinds(struct sheet *sheet, const int64_t *rows, int n_rows, struct facet_error *error) {
    if (strcmp(sheet->field, "data/views") != 0) return FACET_OK;
    int code = FACET_OK;
    for (int i = 0; i < n_rows && !code; i++) {
        free(sheet->kinds);
        code = read_bytes(sheet, "data/view_planes", rows[i], sheet->views.n_planes, &sheet->kinds, error);
        if (!sheet->kinds || sheet->kinds[0] != FACET_PLANE_UNKNOWN) break;
    }
    sheet->views.planes = sheet->kinds;
    return code;
}

static int lay_out(struct sheet *sheet, int n_rows, struct facet_error *error) {
    sheet->tiles = facet_views_tiles(&sheet->views);
    sheet->zoom = sheet->views.size >= WANTED_TILE ? 1 : (WANTED_TILE + sheet->views.size - 1) / sheet->views.size;
    int64_t tile = (int64_t)sheet->views.size * sheet->zoom, view = sheet->tiles * (tile + GAP);
    int64_t width = 2 * MARGIN + LABEL_CELLS * CELL + sheet->views.n_views * (view + MARGIN);
    int64_t high = tile + MARGIN, least = 4 * LINE + GAP;
    if (high < least) high = least;
    int64_t top = MARGIN + 2 * LINE + GAP, height = top + n_rows * high + LEGEND;
    if (width < 480) width = 480;
    if (width > BIGGEST || height > BIGGEST)
        return facet_error_set(error, FACET_ERROR_USAGE,
                               "the sheet would be %lld x %lld pixels; %d a side can be drawn, take fewer rows",
                               (long long)width, (long long)height, BIGGEST);
    sheet->view_width = (int)view + MARGIN;
    sheet->view_height = (int)high;
    sheet->top = (int)top;
    return facet_image_create(sheet->image, (int)width, (int)height, PAPER, error);
}

static void say(struct sheet *sheet, int x, int y, uint32_t colour, const char *text, int cells) {
    char cut[128];
    snprintf(cut, sizeof cut - 1, "%s", text);
    if (facet_image_text_cells(cut) > cells) {
        while (facet_image_text_cells(cut) >= cells) cut[strlen(cut) - 1] = 0;
        strcat(cut, "~");
    }
    facet_image_text(sheet->image, x, y, 1, colour, cut);
}

static int view_x(const struct sheet *sheet, int view) {
    return MARGIN + LABEL_CELLS * CELL + view * sheet->view_width;
}

static int tile_width(const struct sheet *sheet) {
    return sheet->views.size * sheet->zoom + GAP;
}

static void draw_head(struct sheet *sheet) {
    char text[32];
    for (int v = 0; v < sheet->views.n_views; v++) {
        int x = view_x(sheet, v);
        snprintf(text, sizeof text, "view %d", v);
        say(sheet, x, MARGIN, INK, text, sheet->view_width / CELL);
        for (int t = 0; t < sheet->tiles; t++) {
            const char *name = facet_views_tile_name(&sheet->views, t);
            snprintf(text, sizeof text, strcmp(name, "plane") ? "%s" : "%s %d", name, t);
            say(sheet, x + t * tile_width(sheet), MARGIN + LINE, FAINT, text, tile_width(sheet) / CELL);
        }
    }
}

static void draw_label(struct sheet *sheet, int64_t row, int y, bool valid) {
    char text[96];
    snprintf(text, sizeof text, "row %lld", (long long)row);
    say(sheet, MARGIN, y, INK, text, LABEL_CELLS - 1);
    const char *part[3];
    for (int k = 0; k < 3; k++) part[k] = sheet->labels[k] ? sheet->labels[k][row] : "";
    snprintf(text, sizeof text, "%.40s%s%.40s", part[0], *part[0] && *part[1] ? " " : "", part[1]);
    say(sheet, MARGIN, y + LINE, FAINT, text, LABEL_CELLS - 1);
    say(sheet, MARGIN, y + 2 * LINE, WARM, part[2], LABEL_CELLS - 1);
    if (!valid) say(sheet, MARGIN, y + 3 * LINE, INK, "set aside", LABEL_CELLS - 1);
}

static void draw_views(struct sheet *sheet, int y, const uint8_t *mask) {
    for (int v = 0; v < sheet->views.n_views; v++) {
        for (int t = 0; t < sheet->tiles; t++)
            facet_image_paste_view(sheet->image, &sheet->views, v, t, view_x(sheet, v) + t * tile_width(sheet), y,
                                   sheet->zoom);
        if (mask && !mask[v])
            say(sheet, view_x(sheet, v) + GAP, y + GAP, INK, "sees nothing", sheet->view_width / CELL);
    }
}

static int draw_row(struct sheet *sheet, int64_t row, int y, struct facet_error *error) {
    struct facet_array pixels = {0};
    uint8_t *mask = NULL, *valid = NULL;
    int code = facet_store_read_rows(sheet->store, sheet->field, FACET_U8, row, 1, &pixels, error);
    if (!code) code = read_bytes(sheet, "data/view_mask", row, sheet->views.n_views, &mask, error);
    if (!code) code = read_bytes(sheet, "items/valid", row, 1, &valid, error);
    if (!code) {
        bool good = !valid || valid[0];
        sheet->views.pixels = pixels.data;
        draw_label(sheet, row, y, good);
        draw_views(sheet, y, good ? mask : NULL);
    }
    free(valid);
    free(mask);
    facet_array_free(&pixels);
    return code;
}

static bool shows(const struct sheet *sheet, const char *name) {
    for (int t = 0; t < sheet->tiles; t++)
        if (strcmp(facet_views_tile_name(&sheet->views, t), name) == 0) return true;
    return false;
}

static void draw_bar(struct sheet *sheet, int x, int y) {
    say(sheet, x, y, FAINT, "far", 3);
    for (int i = 0; i < 128; i++) {
        uint32_t rgb = facet_depth_colour((uint8_t)(1 + 2 * i));
        uint8_t bytes[3] = {(uint8_t)(rgb >> 16), (uint8_t)(rgb >> 8), (uint8_t)rgb};
        struct facet_image dot = {.width = 1, .height = 1, .rgb = bytes};
        for (int j = 0; j < 8; j++) facet_image_paste(sheet->image, &dot, x + 4 * CELL + i, y + j, 1);
    }
    say(sheet, x + 5 * CELL + 128, y, FAINT, "near", 4);
}

static void draw_legend(struct sheet *sheet) {
    int x = MARGIN, y = sheet->image->height - LEGEND + MARGIN;
    if (shows(sheet, "depth")) {
        draw_bar(sheet, x, y);
        x += 128 + 11 * CELL;
    }
    if (!shows(sheet, "normal")) return;
    static const char *const axes[3] = {"red: right", "green: up", "blue: to camera"};
    static const uint32_t colours[3] = {0xff7070, 0x70d070, 0x80a0ff};
    for (int k = 0; k < 3; k++) {
        say(sheet, x, y, colours[k], axes[k], 20);
        x += CELL * (facet_image_text_cells(axes[k]) + 2);
    }
}

static int draw(struct sheet *sheet, const int64_t *rows, int n_rows, struct facet_error *error) {
    int code = describe(sheet, error);
    if (!code) code = check_rows(sheet, rows, n_rows, error);
    if (!code) code = read_columns(sheet, error);
    if (!code) code = read_kinds(sheet, rows, n_rows, error);
    if (!code) code = lay_out(sheet, n_rows, error);
    if (code) return code;
    draw_head(sheet);
    for (int i = 0; i < n_rows && !code; i++)
        code = draw_row(sheet, rows[i], sheet->top + i * sheet->view_height, error);
    if (!code) draw_legend(sheet);
    return code;
}

int facet_sheet_draw(struct facet_store *store, const char *field, const int64_t *rows, int n_rows,
                     struct facet_image *image, struct facet_error *error) {
    struct sheet sheet = {.store = store, .image = image};
    *image = (struct facet_image){0};
    FACET_REQUIRE(n_rows > 0);
    snprintf(sheet.field, sizeof sheet.field, "data/%s", field);
    int code = draw(&sheet, rows, n_rows, error);
    if (code) facet_image_free(image);
    for (int k = 0; k < 3; k++) free(sheet.labels[k]);
    free(sheet.kinds);
    return code;
}
