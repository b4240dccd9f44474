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

// What stands behind "stage.name = "; NULL: nothing.
static const char *find_setting(const struct facet_sheet *sheet, const char *stage, const char *name) {
    char key[128];
    if (!sheet->config || !stage) return NULL;
    int length = snprintf(key, sizeof key, "%s.%s = ", stage, name);
    for (const char *line = sheet->config; line; line = strchr(line, '\n')) {
        line += *line == '\n';
        if (strncmp(line, key, (size_t)length) == 0) return line + length;
    }
    return NULL;
}

static bool find_number(const struct facet_sheet *sheet, const char *stage, const char *name, double *value) {
    const char *text = find_setting(sheet, stage, name);
    char *end = NULL;
    if (text) *value = strtod(text, &end);
    return text && end > text && isfinite(*value);
}

bool sheet_setting(const struct facet_sheet *sheet, const char *name, double *value) {
    return find_number(sheet, sheet->stage, name, value);
}

bool sheet_setting_text(const struct facet_sheet *sheet, const char *name, char *text, size_t size) {
    const char *found = find_setting(sheet, sheet->stage, name);
    if (!found || *found != '"') return false;
    size_t length = strcspn(found + 1, "\"\n");
    if (found[1 + length] != '"' || length >= size) return false;
    memcpy(text, found + 1, length);
    text[length] = 0;
    return true;
}

// ---- where the views stand ------------------------------------------------------------------------------------------

static void degrees(double angle, char text[32]) {
    double rounded = round(10 * angle) / 10;
    snprintf(text, 32, "%s%.4g°", rounded < 0 ? "−" : "", fabs(rounded));
}

// In degrees; pitch and roll are said where they are not 0.
static void head_view(char heading[PAPER_HEADING], double yaw, double pitch, double roll) {
    static const char *const names[3] = {"yaw", ", pitch", ", roll"};
    const double angles[3] = {yaw, pitch, roll};
    size_t at = 0;
    for (int k = 0; k < 3; k++) {
        char text[32];
        degrees(angles[k], text);
        if ((k == 0 || fabs(angles[k]) >= 0.05) && at < PAPER_HEADING)
            at += (size_t)snprintf(heading + at, PAPER_HEADING - at, "%s %s", names[k], text);
    }
}

// The stage that rendered: this one, or an earlier one whose pictures it took. False: none is named.
static bool rendered_by(const struct facet_sheet *sheet, char stage[FACET_NAME_MAX]) {
    static const char plugin[] = ".plugin = render ";
    const char *found = sheet->config ? strstr(sheet->config, plugin) : NULL, *line = found;
    while (line && line > sheet->config && line[-1] != '\n') line--;
    if (!found || found - line >= FACET_NAME_MAX) return false;
    snprintf(stage, FACET_NAME_MAX, "%.*s", (int)(found - line), line);
    return true;
}

// From the settings, where every view up to this one is listed there by its own angles.
static bool head_from_settings(const struct facet_sheet *sheet, int view, char heading[PAPER_HEADING]) {
    static const char *const names[3] = {"yaw", "pitch", "roll"};
    char stage[FACET_NAME_MAX], name[48];
    double angles[3];
    if (!rendered_by(sheet, stage)) return false;
    for (int v = 0; v <= view; v++) {
        snprintf(name, sizeof name, "views[%d].set", v);
        const char *set = find_setting(sheet, stage, name);
        snprintf(name, sizeof name, "views[%d].position_mm[0]", v);
        if ((set && strncmp(set, "\"one\"", 5) != 0) || find_setting(sheet, stage, name)) return false;
    }
    for (int k = 0; k < 3; k++) {
        snprintf(name, sizeof name, "views[%d].%s", view, names[k]);
        if (!find_number(sheet, stage, name, &angles[k])) return false;
    }
    head_view(heading, angles[0], angles[1], angles[2]);
    return true;
}

// extrinsics (3, 4): to the right, down and away from the camera. Roll turns the first from where yaw and pitch have it to
// what is up then.
static void head_from_matrix(char heading[PAPER_HEADING], const double *extrinsics) {
    const double *across = extrinsics, *away = extrinsics + 8, turn = 180 / 3.14159265358979323846;
    double yaw = atan2(-away[0], -away[2]), pitch = asin(fmax(-1, fmin(1, -away[1])));
    double right = across[0] * cos(yaw) - across[2] * sin(yaw);
    double up = across[1] * cos(pitch) - (across[0] * sin(yaw) + across[2] * cos(yaw)) * sin(pitch);
    head_view(heading, turn * yaw, turn * pitch, turn * atan2(up, right));
}

// As stored with the views.
static int head_from_extrinsics(struct facet_sheet *sheet, bool *headed, struct facet_error *error) {
    struct facet_array array;
    int code = sheet_read_common(sheet, "data/view_extrinsics", &array, error);
    *headed = false;
    if (code) return code;
    bool shaped = array.rank == 4 && array.dims[1] == sheet->shape.n_views && array.dims[2] == 3 && array.dims[3] == 4;
    for (int v = 0; v < sheet->n_views && shaped; v++) {
        const double *matrix = (const double *)array.data + 12 * sheet->views[v];
        if (matrix[8] == 0 && matrix[9] == 0 && matrix[10] == 0) continue;
        head_from_matrix(sheet->headings[v], matrix);
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
