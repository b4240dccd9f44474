// What a container says about its rows and about how its pictures were made.
#include "render/sheet_internal.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int check_count(const struct facet_sheet *sheet, const char *name, int64_t count, struct facet_error *error) {
    if (count >= sheet->n_rows) return FACET_OK;
    return facet_error_set(error, FACET_ERROR_DATA, "%s has %lld rows, %s has %lld", name, (long long)count,
                           sheet->field, (long long)sheet->n_rows);
}

static int read_texts(struct facet_sheet *sheet, const char *name, char ***texts, struct facet_error *error) {
    int64_t count = 0;
    if (!facet_store_has(sheet->store, name)) return FACET_OK;
    int code = facet_store_read_strings(sheet->store, name, texts, &count, error);
    return code ? code : check_count(sheet, name, count, error);
}

static int read_numbers(struct facet_sheet *sheet, const char *name, enum facet_type type, void **numbers,
                        struct facet_error *error) {
    struct facet_array array = {0};
    if (!facet_store_has(sheet->store, name)) return FACET_OK;
    int code = facet_store_read(sheet->store, name, type, &array, error);
    *numbers = array.data;
    return code ? code : check_count(sheet, name, array.rank > 0 ? array.dims[0] : 0, error);
}

int sheet_read_columns(struct facet_sheet *sheet, struct facet_error *error) {
    struct sheet_columns *columns = &sheet->columns;
    void *sequence = NULL, *frame = NULL, *valid = NULL;
    int code = read_texts(sheet, "items/dataset", &columns->dataset, error);
    if (!code) code = read_texts(sheet, "items/subject", &columns->subject, error);
    if (!code) code = read_texts(sheet, "items/label", &columns->label, error);
    if (!code) code = read_numbers(sheet, "items/sequence", FACET_I32, &sequence, error);
    if (!code) code = read_numbers(sheet, "items/frame", FACET_I32, &frame, error);
    if (!code) code = read_numbers(sheet, "items/valid", FACET_U8, &valid, error);
    columns->sequence = sequence;
    columns->frame = frame;
    columns->valid = valid;
    for (int64_t i = 0; !code && frame && i < sheet->n_rows; i++) columns->moving |= columns->frame[i] != 0;
    return code;
}

void sheet_free_columns(struct sheet_columns *columns) {
    free(columns->dataset);
    free(columns->subject);
    free(columns->label);
    free(columns->sequence);
    free(columns->frame);
    free(columns->valid);
}

// ---- settings -------------------------------------------------------------------------------------------------------

bool sheet_setting(const struct facet_sheet *sheet, const char *name, double *value) {
    char key[128];
    if (!sheet->config || !sheet->stage) return false;
    int length = snprintf(key, sizeof key, "%s.%s = ", sheet->stage, name);
    for (const char *line = sheet->config; line; line = strchr(line, '\n')) {
        line += *line == '\n';
        if (strncmp(line, key, (size_t)length) != 0) continue;
        char *end;
        *value = strtod(line + length, &end);
        return end > line + length && isfinite(*value);
    }
    return false;
}

// ---- where the views stand ------------------------------------------------------------------------------------------

static void degrees(double angle, char text[32]) {
    double rounded = round(10 * angle) / 10;
    snprintf(text, 32, "%s%.4g°", rounded < 0 ? "−" : "", fabs(rounded));
}

static void head_view(char heading[PAPER_HEADING], double yaw, double pitch) {
    char sideways[32], upwards[32];
    degrees(yaw, sideways);
    degrees(pitch, upwards);
    if (fabs(pitch) < 0.05)
        snprintf(heading, PAPER_HEADING, "yaw %s", sideways);
    else
        snprintf(heading, PAPER_HEADING, "yaw %s, pitch %s", sideways, upwards);
}

// From the settings: every view is listed there by its own angles.
static bool head_from_settings(const struct facet_sheet *sheet, int view, char heading[PAPER_HEADING]) {
    char name[48];
    double yaw, pitch;
    snprintf(name, sizeof name, "views[%d].yaw", view);
    if (!sheet_setting(sheet, name, &yaw)) return false;
    snprintf(name, sizeof name, "views[%d].pitch", view);
    if (!sheet_setting(sheet, name, &pitch)) return false;
    head_view(heading, yaw, pitch);
    return true;
}

// From what is stored with the views: the third row of the extrinsics points away from the camera. The first row that is not
// set aside has them.
static int head_from_extrinsics(struct facet_sheet *sheet, bool *headed, struct facet_error *error) {
    static const char name[] = "data/view_extrinsics";
    struct facet_array array = {0};
    int64_t row = 0;
    *headed = false;
    if (!facet_store_has(sheet->store, name)) return FACET_OK;
    while (sheet->columns.valid && row + 1 < sheet->n_rows && !sheet->columns.valid[row]) row++;
    int code = facet_store_read_rows(sheet->store, name, FACET_F64, row, 1, &array, error);
    if (code) return code;
    bool shaped = array.rank == 4 && array.dims[1] == sheet->shape.n_views && array.dims[2] == 3 && array.dims[3] == 4;
    for (int v = 0; v < sheet->n_views && shaped; v++) {
        const double *away = (const double *)array.data + 12 * sheet->views[v] + 8, turn = 180 / 3.14159265358979323846;
        if (away[0] == 0 && away[1] == 0 && away[2] == 0) continue;
        head_view(sheet->headings[v], turn * atan2(-away[0], -away[2]), turn * asin(fmax(-1, fmin(1, -away[1]))));
        *headed = true;
    }
    facet_array_free(&array);
    return FACET_OK;
}

int sheet_head_views(struct facet_sheet *sheet, struct facet_error *error) {
    bool headed;
    int code = head_from_extrinsics(sheet, &headed, error);
    for (int v = 0; v < sheet->n_views && !code && !headed; v++)
        if (!head_from_settings(sheet, sheet->views[v], sheet->headings[v]))
            snprintf(sheet->headings[v], PAPER_HEADING, "view %d", sheet->views[v]);
    return code;
}
