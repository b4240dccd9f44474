#include "report/sheets.h"
#include "report/drawing.h"
#include "report/gather.h"

#include <facet/image.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { GAP = 2, MISTAKES_A_STRIP = 5 };

struct sheets {
    struct facet_stage *stage;
    struct report_data *data;
    struct drawing drawing;
};

// ---- strips ---------------------------------------------------------------------------------------------------------

static int add_strip(struct report_sheet *sheet, const char *file, char *heading, int count,
                     struct facet_error *error) {
    struct report_strip *grown = realloc(sheet->strips, (size_t)(sheet->n_strips + 1) * sizeof *grown);
    if (grown) sheet->strips = grown;
    char **captions = calloc((size_t)count, sizeof *captions), *name = strdup(file);
    bool good = grown && captions && name && heading;
    for (int i = 0; i < count && good; i++) good = (captions[i] = strdup("")) != NULL;
    if (good) {
        grown[sheet->n_strips++] =
            (struct report_strip){.file = name, .heading = heading, .captions = captions, .count = count};
        return FACET_OK;
    }
    for (int i = 0; i < count && captions; i++) free(captions[i]);
    free(captions);
    free(name);
    free(heading);
    return facet_error_set(error, FACET_ERROR_MEMORY, "no memory for the report's pictures");
}

static int caption(struct report_strip *strip, int i, struct facet_error *error, const char *format, ...)
    FACET_PRINTF(4, 5);

static int caption(struct report_strip *strip, int i, struct facet_error *error, const char *format, ...) {
    char *text = NULL;
    va_list args;
    va_start(args, format);
    int length = vasprintf(&text, format, args);
    va_end(args);
    if (length < 0) return facet_error_set(error, FACET_ERROR_MEMORY, "no memory for the report's pictures");
    free(strip->captions[i]);
    strip->captions[i] = text;
    return FACET_OK;
}

static char *who(const struct sheets *sheets, int64_t row, bool label) {
    struct facet_item item = facet_items_get(sheets->data->items, row);
    char *text = NULL;
    bool said = label && *item.label;
    int length = asprintf(&text, "%s, %s%s%s", item.dataset, item.subject, said ? ", " : "", said ? item.label : "");
    return length < 0 ? NULL : text;
}

static int create_picture(const struct sheets *sheets, int tiles, struct facet_image *image,
                          struct facet_error *error) {
    return facet_image_create(image, tiles * sheets->drawing.views.size + (tiles - 1) * GAP, sheets->drawing.views.size,
                              DRAWING_PAPER, error);
}

static void paste(const struct sheets *sheets, struct facet_image *image, int view, int tile, int at) {
    facet_image_paste_view(image, &sheets->drawing.views, view, tile, at * (sheets->drawing.views.size + GAP), 0, 1);
}

// ---- expressions: a line a subject, a column a class ----------------------------------------------------------------

// The subject's clearest scan of the class, -1 when there is none.
static int64_t row_of(const struct report_data *data, int subject, int label) {
    int64_t best = -1;
    float most = -1;
    for (int64_t row = 0; row < facet_items_count(data->items); row++) {
        if (!data->valid[row] || facet_items_subject_of(data->items, row) != subject ||
            facet_items_class_of(data->items, row) != label)
            continue;
        float intensity = facet_items_get(data->items, row).intensity;
        if (best >= 0 && !(intensity > most)) continue;
        best = row;
        most = intensity;
    }
    return best;
}

static int draw_subject(struct sheets *sheets, int subject, int64_t first, struct facet_error *error) {
    struct report_sheet *sheet = &sheets->data->expressions;
    const struct facet_items *items = sheets->data->items;
    int classes = facet_items_classes(items), view = sheets->drawing.views.n_views / 2;
    struct facet_image image = {0};
    char file[64];
    snprintf(file, sizeof file, "pictures/expressions_%d.png", sheet->n_strips);
    int code = create_picture(sheets, classes, &image, error);
    for (int c = 0; c < classes && !code; c++) {
        int64_t row = row_of(sheets->data, subject, c);
        if (row < 0) continue;
        code = drawing_read(&sheets->drawing, row, error);
        if (!code) paste(sheets, &image, view, drawing_best_tile(&sheets->drawing), c);
    }
    if (!code) code = drawing_write(&sheets->drawing, file, &image, error);
    if (!code) code = add_strip(sheet, file, who(sheets, first, false), classes, error);
    for (int c = 0; c < classes && !code && sheet->n_strips == 1; c++)
        code = caption(&sheet->strips[0], c, error, "%s", facet_items_class_name(items, c));
    facet_image_free(&image);
    return code;
}

// Visits the first few subjects of each dataset, in the order of their first scan.
static int draw_expressions(struct sheets *sheets, int subjects, struct facet_error *error) {
    struct report_data *data = sheets->data;
    int *drawn = calloc((size_t)facet_items_datasets(data->items) + 1, sizeof *drawn), code = FACET_OK;
    uint8_t *seen = calloc((size_t)facet_items_subjects(data->items) + 1, 1);
    if (!drawn || !seen) code = facet_error_set(error, FACET_ERROR_MEMORY, "no memory for the report's pictures");
    data->expressions.note = "The middle view of a few subjects, each with their clearest scan of every expression, as "
                             "the pictures the model is given. Empty: the subject has no such scan.";
    for (int64_t row = 0; row < facet_items_count(data->items) && !code; row++) {
        int subject = facet_items_subject_of(data->items, row), dataset = facet_items_dataset_of(data->items, row);
        if (!data->valid[row] || facet_items_class_of(data->items, row) < 0 || seen[subject]) continue;
        seen[subject] = 1;
        if (drawn[dataset]++ < subjects) code = draw_subject(sheets, subject, row, error);
    }
    free(drawn);
    free(seen);
    return code;
}

// ---- views: all a model sees of one scan ----------------------------------------------------------------------------

static int draw_all_views(struct sheets *sheets, int64_t row, struct facet_error *error) {
    struct report_sheet *sheet = &sheets->data->views;
    struct facet_image image = {0};
    char file[64];
    int code = drawing_read(&sheets->drawing, row, error);
    int views = sheets->drawing.views.n_views, tiles = facet_views_tiles(&sheets->drawing.views);
    snprintf(file, sizeof file, "pictures/views_%d.png", sheet->n_strips);
    if (!code) code = create_picture(sheets, views * tiles, &image, error);
    for (int i = 0; i < views * tiles && !code; i++) paste(sheets, &image, i / tiles, i % tiles, i);
    if (!code) code = drawing_write(&sheets->drawing, file, &image, error);
    if (!code) code = add_strip(sheet, file, who(sheets, row, true), views * tiles, error);
    for (int i = 0; i < views * tiles && !code && sheet->n_strips == 1; i++)
        code = caption(&sheet->strips[0], i, error, "%d %s", i / tiles + 1,
                       facet_views_tile_name(&sheets->drawing.views, i % tiles));
    facet_image_free(&image);
    return code;
}

static int draw_views(struct sheets *sheets, struct facet_error *error) {
    struct report_data *data = sheets->data;
    int code = FACET_OK, next = 0;
    data->views.note = "One scan of each dataset with every view and channel; the number is the view's.";
    for (int64_t row = 0; row < facet_items_count(data->items) && !code; row++) {
        if (!data->valid[row] || facet_items_dataset_of(data->items, row) < next) continue;
        next = facet_items_dataset_of(data->items, row) + 1;
        code = draw_all_views(sheets, row, error);
    }
    return code;
}

// The views' own pictures head the columns of the attention table.
static int draw_attention(struct sheets *sheets, struct facet_error *error) {
    struct report_data *data = sheets->data;
    struct facet_image image = {0};
    int64_t row = 0;
    int views = sheets->drawing.views.n_views, size = sheets->drawing.views.size;
    while (row < facet_items_count(data->items) && !data->valid[row]) row++;
    if (data->attention.views != views || row == facet_items_count(data->items)) return FACET_OK;
    int code = drawing_read(&sheets->drawing, row, error);
    if (!code) code = facet_image_create(&image, views * size, size, DRAWING_PAPER, error);
    for (int v = 0; v < views && !code; v++)
        facet_image_paste_view(&image, &sheets->drawing.views, v, drawing_best_tile(&sheets->drawing), v * size, 0, 1);
    if (!code) code = drawing_write(&sheets->drawing, "pictures/attention.png", &image, error);
    if (!code) data->attention.picture = "pictures/attention.png";
    facet_image_free(&image);
    return code;
}

// ---- mistakes -------------------------------------------------------------------------------------------------------

static int draw_some_mistakes(struct sheets *sheets, const struct gather_mistake *mistakes, int count,
                              struct facet_error *error) {
    struct report_sheet *sheet = &sheets->data->mistakes;
    const struct facet_items *items = sheets->data->items;
    struct facet_image image = {0};
    char file[64];
    snprintf(file, sizeof file, "pictures/mistakes_%d.png", sheet->n_strips);
    int code = create_picture(sheets, MISTAKES_A_STRIP, &image, error);
    for (int i = 0; i < count && !code; i++) {
        code = drawing_read(&sheets->drawing, mistakes[i].row, error);
        if (!code) paste(sheets, &image, sheets->drawing.views.n_views / 2, drawing_best_tile(&sheets->drawing), i);
    }
    if (!code) code = drawing_write(&sheets->drawing, file, &image, error);
    if (!code) code = add_strip(sheet, file, strdup(sheet->n_strips ? "" : "surest first"), MISTAKES_A_STRIP, error);
    for (int i = 0; i < count && !code; i++)
        code = caption(&sheet->strips[sheet->n_strips - 1], i, error, "%s → %s, %.0f %%",
                       facet_items_class_name(items, mistakes[i].shown),
                       facet_items_class_name(items, mistakes[i].answered), 100.0 * mistakes[i].probability);
    facet_image_free(&image);
    return code;
}

static int draw_mistakes(struct sheets *sheets, struct facet_error *error) {
    struct gather_mistake mistakes[GATHER_MISTAKES];
    int count = 0, code = gather_mistakes(sheets->stage, mistakes, &count, error);
    sheets->data->mistakes.note =
        "The wrong answers the model was surest of, over all folds: what the scan's label says "
        "→ what the model answered, and the probability it gave.";
    for (int i = 0; i < count && !code; i += MISTAKES_A_STRIP) {
        int some = count - i < MISTAKES_A_STRIP ? count - i : MISTAKES_A_STRIP;
        code = draw_some_mistakes(sheets, mistakes + i, some, error);
    }
    return code;
}

int sheets_draw(struct facet_stage *stage, int subjects, struct report_data *data, struct facet_error *error) {
    struct sheets sheets = {.stage = stage, .data = data};
    if (!facet_stage_has(stage, "views")) return FACET_OK;
    int code = drawing_open(stage, &sheets.drawing, error);
    if (!code && facet_items_classes(data->items) > 0) code = draw_expressions(&sheets, subjects, error);
    if (!code) code = draw_views(&sheets, error);
    if (!code) code = draw_attention(&sheets, error);
    if (!code) code = draw_mistakes(&sheets, error);
    drawing_close(&sheets.drawing);
    return code;
}
