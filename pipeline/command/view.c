// facet view FILE.h5 --rows I: draws rows of a container as a contact sheet.
#include "pipeline/command/view.h"
#include "pipeline/command/view_options.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PATH_SIZE = 4096 };

static bool ends_with(const char *text, size_t length, const char *end) {
    return length > strlen(end) && strncmp(text + length - strlen(end), end, strlen(end)) == 0;
}

// The picture of a page, counted from 1; 0: the only one. Without --out it lies beside the container.
static int page_path(const struct view_request *request, int page, char out[PATH_SIZE], struct facet_error *error) {
    const char *stem = request->out ? request->out : request->file, *end = request->out ? ".png" : ".h5";
    size_t length = strlen(stem);
    char number[16] = "";
    if (request->out && !page) { // as it was given
        if (length >= PATH_SIZE) return facet_error_set(error, FACET_ERROR_USAGE, "view: the path is too long");
        memcpy(out, request->out, length + 1);
        return FACET_OK;
    }
    if (ends_with(stem, length, end)) length -= strlen(end);
    if (page) snprintf(number, sizeof number, "-%d", page);
    if (length + strlen(number) + 5 > PATH_SIZE)
        return facet_error_set(error, FACET_ERROR_USAGE, "view: the path is too long");
    snprintf(out, PATH_SIZE, "%.*s%s.png", (int)length, stem, number);
    return FACET_OK;
}

static int draw_page(const struct view_request *request, struct facet_sheet *sheet, int first, int count, int page,
                     struct facet_error *error) {
    struct facet_image image = {0};
    char out[PATH_SIZE];
    int code = page_path(request, page, out, error);
    if (!code) code = facet_sheet_draw(sheet, request->rows.values + first, count, &image, error);
    if (!code) code = facet_image_write_png(out, &image, error);
    if (!code) printf("%s\n", out);
    facet_image_free(&image);
    return code;
}

static int draw_pages(const struct view_request *request, struct facet_sheet *sheet, struct facet_error *error) {
    int rows = request->rows.count, step = request->page ? request->page : rows, code = FACET_OK;
    for (int first = 0; first < rows && !code; first += step) {
        int count = rows - first < step ? rows - first : step;
        code = draw_page(request, sheet, first, count, request->page ? first / step + 1 : 0, error);
    }
    return code;
}

static int play_sequences(const struct view_request *request, struct facet_sheet *sheet, struct facet_error *error) {
    int count = request->sequences.count, code = FACET_OK;
    double fps = request->look.frames_a_second > 0 ? request->look.frames_a_second : 25;
    char out[PATH_SIZE];
    struct sheet_sequence *sequences = calloc((size_t)count, sizeof *sequences);
    if (!sequences) code = facet_error_set(error, FACET_ERROR_MEMORY, "no memory for the list of sequences");
    for (int i = 0; i < count && !code; i++)
        code = facet_sheet_find(sheet, request->dataset, request->sequences.values[i], &sequences[i], error);
    if (!code) code = page_path(request, 0, out, error);
    if (!code) code = facet_sheet_play(sheet, sequences, count, fps, out, error);
    if (!code) printf("%s\n", out);
    for (int i = 0; i < count && sequences; i++) free(sequences[i].rows);
    free(sequences);
    return code;
}

static int draw_sheet(const struct view_request *request, struct facet_store *store, struct facet_error *error) {
    struct facet_sheet *sheet = NULL;
    int code = facet_sheet_open(store, &request->look.sheet, &sheet, error);
    if (!code)
        code = request->sequences.count ? play_sequences(request, sheet, error) : draw_pages(request, sheet, error);
    facet_sheet_close(sheet);
    return code;
}

static int draw_turntable(const struct view_request *request, struct facet_store *store, struct facet_error *error) {
    struct turntable_options look = request->look;
    char out[PATH_SIZE];
    if (look.size == 0) look.size = 320;
    if (look.frames == 0) look.frames = 60;
    if (look.frames_a_second == 0) look.frames_a_second = 15;
    int code = page_path(request, 0, out, error);
    if (!code) code = facet_turntable(store, &look, request->rows.values, request->rows.count, out, error);
    if (!code) printf("%s\n", out);
    return code;
}

static int draw(const struct view_request *request, struct facet_error *error) {
    struct facet_store *store = NULL;
    int code = facet_store_open(request->file, &store, error);
    if (!code) code = request->turntable ? draw_turntable(request, store, error) : draw_sheet(request, store, error);
    bool named = code && strncmp(error->text, request->file, strlen(request->file)) == 0;
    if (code && code != FACET_ERROR_IO && !named) facet_error_prefix(error, "%s", request->file);
    facet_store_close(store);
    return code;
}

int facet_command_view(int argc, char **argv) {
    struct facet_error error = {0};
    struct view_request request = {0};
    int code = view_parse(&request, argc, argv, &error);
    if (!code && request.help)
        fputs(view_usage, stdout);
    else if (!code)
        code = draw(&request, &error);
    view_request_free(&request);
    if (code) fprintf(stderr, "facet: %s\n", error.text);
    return facet_code_exit_status(code);
}
