// Rows of a container on a page, still or moving.
#include "render/sheet_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct chosen { // of each cell, the rows of its frames
    struct facet_sheet *sheet;
    const struct sheet_sequence *cells;
};

static int64_t row_of(const struct chosen *chosen, int frame, int cell) {
    const struct sheet_sequence *sequence = &chosen->cells[cell];
    return sequence->rows[frame < sequence->count ? frame : sequence->count - 1];
}

void sheet_label(const struct facet_sheet *sheet, int64_t row, struct paper_cell *out) {
    const struct sheet_columns *columns = &sheet->columns;
    const char *dataset = columns->dataset ? columns->dataset[row] : "";
    if (columns->subject) snprintf(out->words.subject, PAPER_LINE, "%s", columns->subject[row]);
    if (columns->label) snprintf(out->words.label, PAPER_LINE, "%s", columns->label[row]);
    snprintf(out->words.origin, PAPER_LINE, "%.*s%srow %lld", PAPER_LINE - 32, dataset, *dataset ? " · " : "",
             (long long)row);
    if (columns->moving) snprintf(out->words.frame, PAPER_LINE, "frame %d", (int)columns->frame[row]);
    out->set_aside = columns->valid && !columns->valid[row];
}

static int label(void *self, int frame, int cell, struct paper_cell *out, struct facet_error *error) {
    const struct chosen *chosen = self;
    (void)error;
    sheet_label(chosen->sheet, row_of(chosen, frame, cell), out);
    return FACET_OK;
}

static int read(void *self, int frame, int cell, struct paper_cell *out, struct facet_error *error) {
    const struct chosen *chosen = self;
    int code = sheet_read_row(chosen->sheet, row_of(chosen, frame, cell), error);
    out->pixels = chosen->sheet->pixels;
    out->seen = chosen->sheet->seen;
    return code;
}

static int check_rows(const struct facet_sheet *sheet, const int64_t *rows, int n_rows, struct facet_error *error) {
    for (int i = 0; i < n_rows; i++)
        if (rows[i] < 0 || rows[i] >= sheet->n_rows)
            return facet_error_set(error, FACET_ERROR_USAGE, "row %lld: %s has rows 0 to %lld", (long long)rows[i],
                                   sheet->field, (long long)sheet->n_rows - 1);
    return FACET_OK;
}

static int lay_out(const struct facet_sheet *sheet, struct chosen *chosen, int cells, int frames,
                   struct paper_page **page, struct facet_error *error) {
    const struct sheet_options *options = sheet->options;
    struct paper_source source = {chosen, cells, frames, label, read};
    struct paper paper = {.title = options->title,
                          .dark = options->dark,
                          .columns = options->columns > 0 ? options->columns : 1,
                          .zoom = options->zoom,
                          .shape = sheet->shape,
                          .n_views = sheet->n_views,
                          .n_tiles = sheet->n_tiles,
                          .views = sheet->views,
                          .headings = (const char(*)[PAPER_HEADING])sheet->headings,
                          .tiles = sheet->tiles};
    return paper_create(&paper, &source, page, error);
}

int facet_sheet_draw(struct facet_sheet *sheet, const int64_t *rows, int n_rows, struct facet_image *image,
                     struct facet_error *error) {
    struct paper_page *page = NULL;
    *image = (struct facet_image){0};
    FACET_REQUIRE(n_rows > 0);
    int code = check_rows(sheet, rows, n_rows, error);
    if (code) return code;
    int64_t *own = malloc((size_t)n_rows * sizeof *own);
    struct sheet_sequence *cells = malloc((size_t)n_rows * sizeof *cells);
    if (!own || !cells) code = facet_error_set(error, FACET_ERROR_MEMORY, "no memory for a sheet");
    for (int i = 0; i < n_rows && !code; i++) {
        own[i] = rows[i];
        cells[i] = (struct sheet_sequence){own + i, 1};
    }
    struct chosen chosen = {sheet, cells};
    if (!code) code = lay_out(sheet, &chosen, n_rows, 1, &page, error);
    if (!code) code = paper_draw(page, 0, image, error);
    paper_destroy(page);
    free(cells);
    free(own);
    return code;
}

// ---- sequences ------------------------------------------------------------------------------------------------------

static const char *dataset_of(const struct facet_sheet *sheet, int64_t row) {
    return sheet->columns.dataset ? sheet->columns.dataset[row] : "";
}

static bool belongs(const struct facet_sheet *sheet, int64_t row, const char *dataset, int64_t number) {
    return sheet->columns.sequence[row] == number && (!dataset || strcmp(dataset_of(sheet, row), dataset) == 0);
}

static int check_alone(const struct facet_sheet *sheet, const struct sheet_sequence *sequence, int64_t number,
                       struct facet_error *error) {
    const char *first = dataset_of(sheet, sequence->rows[0]);
    for (int i = 1; i < sequence->count; i++)
        if (strcmp(dataset_of(sheet, sequence->rows[i]), first) != 0)
            return facet_error_set(error, FACET_ERROR_USAGE,
                                   "sequence %lld is in dataset %s and in %s: say which with --dataset",
                                   (long long)number, first, dataset_of(sheet, sequence->rows[i]));
    return FACET_OK;
}

// Nearly always in order: the rows of a sequence follow each other.
static void sort_by_frame(const struct facet_sheet *sheet, struct sheet_sequence *sequence) {
    const int32_t *frame = sheet->columns.frame;
    for (int i = 1; frame && i < sequence->count; i++)
        for (int k = i; k > 0 && frame[sequence->rows[k]] < frame[sequence->rows[k - 1]]; k--) {
            int64_t later = sequence->rows[k - 1];
            sequence->rows[k - 1] = sequence->rows[k];
            sequence->rows[k] = later;
        }
}

int facet_sheet_find(const struct facet_sheet *sheet, const char *dataset, int64_t number,
                     struct sheet_sequence *sequence, struct facet_error *error) {
    *sequence = (struct sheet_sequence){0};
    if (!sheet->columns.sequence) return facet_error_set(error, FACET_ERROR_DATA, "no items/sequence: no sequences");
    int count = 0, code = FACET_OK;
    for (int64_t row = 0; row < sheet->n_rows; row++) count += belongs(sheet, row, dataset, number);
    if (count == 0)
        return facet_error_set(error, FACET_ERROR_USAGE, "no row is of sequence %lld%s%s", (long long)number,
                               dataset ? " of dataset " : "", dataset ? dataset : "");
    sequence->rows = malloc((size_t)count * sizeof *sequence->rows);
    if (!sequence->rows) return facet_error_set(error, FACET_ERROR_MEMORY, "no memory for a sequence");
    for (int64_t row = 0; row < sheet->n_rows; row++)
        if (belongs(sheet, row, dataset, number)) sequence->rows[sequence->count++] = row;
    code = check_alone(sheet, sequence, number, error);
    if (code) {
        free(sequence->rows);
        *sequence = (struct sheet_sequence){0};
        return code;
    }
    sort_by_frame(sheet, sequence);
    return FACET_OK;
}

int facet_sheet_play(struct facet_sheet *sheet, const struct sheet_sequence *sequences, int n_sequences,
                     double frames_a_second, const char *path, struct facet_error *error) {
    struct chosen chosen = {sheet, sequences};
    struct paper_page *page = NULL;
    int frames = 0, code = FACET_OK;
    for (int i = 0; i < n_sequences && !code; i++) {
        if (sequences[i].count > frames) frames = sequences[i].count;
        code = check_rows(sheet, sequences[i].rows, sequences[i].count, error);
    }
    if (!code) code = lay_out(sheet, &chosen, n_sequences, frames, &page, error);
    if (!code) code = paper_play(page, frames_a_second, path, error);
    paper_destroy(page);
    return code;
}
