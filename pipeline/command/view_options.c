#include "pipeline/command/view_options.h"

#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROWS_MAX = 100000, SIDE_BY_SIDE_MAX = 100, ZOOM_MAX = 64 };

const char view_usage[] =
    "Usage: facet view FILE.h5 --rows I,J-K,... [options]\n"
    "Draws rows of a container's pictures as a contact sheet and prints where it is.\n"
    "  --row I, --rows I,J-K,...  rows, counted from 0; may be given again\n"
    "  --views I,J-K,...          these views alone, in this order (default: all)\n"
    "  --channels NAME,...        these channels alone, in this order (default: all)\n"
    "  --range NAME=LOW:HIGH      a channel's colours span these values (default: all its codes can hold)\n"
    "  --columns N                N rows side by side, with their labels below them (default: 1)\n"
    "  --zoom N or 1/N            a pixel N pixels wide, or N pixels as one (default: by their size)\n"
    "  --page N                   a new page after N rows: P-1.png, P-2.png, ...\n"
    "  --title TEXT               a heading\n"
    "  --dark                     on dark paper\n"
    "  --field NAME               what to draw (default: views, views_u16 or views_f32)\n"
    "  --out P.png                the picture (default: FILE.png beside FILE.h5)\n";

static bool read_number(const char **at, int64_t *number) {
    char *end;
    errno = 0;
    *number = strtoimax(*at, &end, 10);
    bool good = end > *at && **at >= '0' && **at <= '9' && errno == 0;
    *at = end;
    return good;
}

// Numbers and ranges with commas between them, "0,4-7"; `add` takes each.
typedef int add_number(struct view_request *request, int64_t number, struct facet_error *error);
static int read_list(struct view_request *request, const char *what, const char *text, add_number *add,
                     struct facet_error *error) {
    int code = FACET_OK;
    for (const char *at = text; !code; at++) {
        int64_t first, last;
        bool good = read_number(&at, &first);
        last = first;
        if (good && *at == '-') {
            at++;
            good = read_number(&at, &last) && last >= first;
        }
        if (!good || (*at && *at != ','))
            return facet_error_set(error, FACET_ERROR_USAGE,
                                   "view: \"%s\" is no %s number, no range such as 3-7, nor several with commas", text,
                                   what);
        for (int64_t i = first; i <= last && !code; i++) code = add(request, i, error);
        if (!*at) break;
    }
    return code;
}

static int add_row(struct view_request *request, int64_t row, struct facet_error *error) {
    if (request->n_rows == ROWS_MAX)
        return facet_error_set(error, FACET_ERROR_USAGE, "view: more than %d rows do not fit a sheet", ROWS_MAX);
    if ((request->n_rows & (request->n_rows - 1)) == 0) {
        size_t room = request->n_rows ? 2 * (size_t)request->n_rows : 1;
        int64_t *grown = realloc(request->rows, room * sizeof *grown);
        if (!grown) return facet_error_set(error, FACET_ERROR_MEMORY, "no memory for the list of rows");
        request->rows = grown;
    }
    request->rows[request->n_rows++] = row;
    return FACET_OK;
}

static int add_view(struct view_request *request, int64_t view, struct facet_error *error) {
    if (request->sheet.n_views == SHEET_VIEWS_MAX || view > INT32_MAX)
        return facet_error_set(error, FACET_ERROR_USAGE, "view: more than %d views do not fit a sheet",
                               SHEET_VIEWS_MAX);
    request->sheet.views[request->sheet.n_views++] = (int)view;
    return FACET_OK;
}

static int read_count(const char *option, const char *text, int most, int *count, struct facet_error *error) {
    int64_t number;
    const char *at = text;
    if (!read_number(&at, &number) || *at || number < 1 || number > most)
        return facet_error_set(error, FACET_ERROR_USAGE, "view: %s \"%s\" is no number from 1 to %d", option, text,
                               most);
    *count = (int)number;
    return FACET_OK;
}

static int read_zoom(struct view_request *request, const char *text, struct facet_error *error) {
    bool smaller = strncmp(text, "1/", 2) == 0;
    int64_t number;
    const char *at = smaller ? text + 2 : text;
    if (!read_number(&at, &number) || *at || number < 1 || number > ZOOM_MAX)
        return facet_error_set(error, FACET_ERROR_USAGE, "view: --zoom \"%s\" is neither N nor 1/N, N from 1 to %d",
                               text, ZOOM_MAX);
    request->sheet.zoom = smaller && number > 1 ? -(int)number : (int)number;
    return FACET_OK;
}

// NAME=LOW:HIGH
static int add_stretch(struct view_request *request, const char *text, struct facet_error *error) {
    struct sheet_stretch stretch;
    char end;
    bool read = sscanf(text, "%31[a-z0-9_]=%lf:%lf%c", stretch.channel, &stretch.low, &stretch.high, &end) == 3;
    if (!read || !isfinite(stretch.low) || !isfinite(stretch.high) || !(stretch.low < stretch.high))
        return facet_error_set(error, FACET_ERROR_USAGE,
                               "view: --range \"%s\" is no NAME=LOW:HIGH such as depth=-60:20", text);
    if (request->sheet.n_stretches == SHEET_RANGES_MAX)
        return facet_error_set(error, FACET_ERROR_USAGE, "view: more than %d ranges", SHEET_RANGES_MAX);
    request->sheet.stretches[request->sheet.n_stretches++] = stretch;
    return FACET_OK;
}

static int take_option(struct view_request *request, int option, const char *word, struct facet_error *error) {
    switch (option) {
    case 'r':
        return read_list(request, "row", optarg, add_row, error);
    case 'v':
        return read_list(request, "view", optarg, add_view, error);
    case 'c':
        request->sheet.channels = optarg;
        return FACET_OK;
    case 's':
        return add_stretch(request, optarg, error);
    case 'n':
        return read_count("--columns", optarg, SIDE_BY_SIDE_MAX, &request->sheet.columns, error);
    case 'z':
        return read_zoom(request, optarg, error);
    case 'p':
        return read_count("--page", optarg, ROWS_MAX, &request->page, error);
    case 't':
        request->sheet.title = optarg;
        return FACET_OK;
    case 'd':
        request->sheet.dark = true;
        return FACET_OK;
    case 'o':
        request->out = optarg;
        return FACET_OK;
    case 'f':
        request->sheet.field = optarg;
        return FACET_OK;
    case 'h':
        request->help = true;
        return FACET_OK;
    case ':':
        return facet_error_set(error, FACET_ERROR_USAGE, "view: %s needs a value", word);
    default:
        return facet_error_set(error, FACET_ERROR_USAGE, "view: %s is no option of view; facet view --help lists them",
                               word);
    }
}

static int check_request(struct view_request *request, int argc, char **argv, struct facet_error *error) {
    if (optind + 1 != argc)
        return facet_error_set(error, FACET_ERROR_USAGE, "view: one container is needed, %d are named", argc - optind);
    if (request->n_rows == 0)
        return facet_error_set(error, FACET_ERROR_USAGE, "view: which rows? say --row I or --rows I,J-K");
    request->file = argv[optind];
    return FACET_OK;
}

int view_parse(struct view_request *request, int argc, char **argv, struct facet_error *error) {
    static const struct option options[] = {
        {"row", required_argument, NULL, 'r'},   {"rows", required_argument, NULL, 'r'},
        {"views", required_argument, NULL, 'v'}, {"channels", required_argument, NULL, 'c'},
        {"zoom", required_argument, NULL, 'z'},  {"columns", required_argument, NULL, 'n'},
        {"range", required_argument, NULL, 's'}, {"page", required_argument, NULL, 'p'},
        {"title", required_argument, NULL, 't'}, {"dark", no_argument, NULL, 'd'},
        {"out", required_argument, NULL, 'o'},   {"field", required_argument, NULL, 'f'},
        {"help", no_argument, NULL, 'h'},        {NULL, 0, NULL, 0},
    };
    int option, code = FACET_OK;
    optind = 0;
    opterr = 0;
    while (!code && (option = getopt_long(argc, argv, ":h", options, NULL)) != -1)
        code = take_option(request, option, argv[optind > 0 ? optind - 1 : 0], error);
    if (code || request->help) return code;
    return check_request(request, argc, argv, error);
}

void view_request_free(struct view_request *request) {
    free(request->rows);
}
