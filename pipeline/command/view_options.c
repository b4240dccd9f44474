#include "pipeline/command/view_options.h"

#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROWS_MAX = 100000, SIDE_BY_SIDE_MAX = 100, ZOOM_MAX = 64, TURNTABLE_SIDE_MAX = 2048, FRAMES_MAX = 3600 };

const char view_usage[] =
    "Usage: facet view FILE.h5 --rows I,J-K,... [options]\n"
    "       facet view FILE.h5 --sequence N,... [options]\n"
    "       facet view PREPROCESS.h5 --turntable --rows I,J-K,... [options]\n"
    "Draws rows of a container's pictures as a contact sheet, or as one that moves, and prints where it is.\n"
    "  --row I, --rows I,J-K,...  rows, counted from 0; may be given again\n"
    "  --sequence N,...           moving: the frames of these sequences; --dataset NAME says of which dataset\n"
    "  --turntable                moving: the meshes of these rows, from all round\n"
    "  --views I,J-K,...          these views alone, in this order (default: all)\n"
    "  --channels NAME,...        these channels alone, in this order (default: all; turntable: shaded)\n"
    "  --range NAME=LOW:HIGH      a channel's colours span these values (default: all its codes can hold)\n"
    "  --columns N                N rows side by side, with their labels below them (default: 1)\n"
    "  --zoom N or 1/N            a pixel N pixels wide, or N pixels as one (default: by their size)\n"
    "  --page N                   a new page after N rows: P-1.png, P-2.png, ...\n"
    "  --title TEXT               a heading\n"
    "  --dark                     on dark paper\n"
    "  --fps N                    frames a second (default: 25; turntable: 15)\n"
    "  --size N, --frames N, --pitch DEGREES\n"
    "                             turntable: pixels a picture, frames a turn, camera height (default: 320, 60, 0)\n"
    "  --field NAME               what to draw (default: views, views_u16 or views_f32)\n"
    "  --out P.png or P.gif       the picture (default: FILE.png beside FILE.h5); what moves is an animated PNG or "
    "GIF\n";

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

static int add_to(struct view_numbers *list, int64_t number, struct facet_error *error) {
    if (list->count == ROWS_MAX)
        return facet_error_set(error, FACET_ERROR_USAGE, "view: more than %d rows do not fit a sheet", ROWS_MAX);
    if ((list->count & (list->count - 1)) == 0) {
        size_t room = list->count ? 2 * (size_t)list->count : 1;
        int64_t *grown = realloc(list->values, room * sizeof *grown);
        if (!grown) return facet_error_set(error, FACET_ERROR_MEMORY, "no memory for the list of rows");
        list->values = grown;
    }
    list->values[list->count++] = number;
    return FACET_OK;
}

static int add_row(struct view_request *request, int64_t row, struct facet_error *error) {
    return add_to(&request->rows, row, error);
}
static int add_sequence(struct view_request *request, int64_t sequence, struct facet_error *error) {
    return add_to(&request->sequences, sequence, error);
}

static int add_view(struct view_request *request, int64_t view, struct facet_error *error) {
    if (request->look.sheet.n_views == SHEET_VIEWS_MAX || view > INT32_MAX)
        return facet_error_set(error, FACET_ERROR_USAGE, "view: more than %d views do not fit a sheet",
                               SHEET_VIEWS_MAX);
    request->look.sheet.views[request->look.sheet.n_views++] = (int)view;
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
    request->look.sheet.zoom = smaller && number > 1 ? -(int)number : (int)number;
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
    if (request->look.sheet.n_stretches == SHEET_RANGES_MAX)
        return facet_error_set(error, FACET_ERROR_USAGE, "view: more than %d ranges", SHEET_RANGES_MAX);
    request->look.sheet.stretches[request->look.sheet.n_stretches++] = stretch;
    return FACET_OK;
}

static int read_real(const char *option, const char *text, double least, double most, double *number,
                     struct facet_error *error) {
    char *end;
    double value = strtod(text, &end);
    if (end == text || *end || !(value >= least && value <= most))
        return facet_error_set(error, FACET_ERROR_USAGE, "view: %s \"%s\" is no number from %g to %g", option, text,
                               least, most);
    *number = value;
    return FACET_OK;
}

// The options of what moves; *taken: it is one of them.
static int take_moving(struct view_request *request, int option, bool *taken, struct facet_error *error) {
    struct turntable_options *look = &request->look;
    *taken = true;
    switch (option) {
    case 'q':
        return read_list(request, "sequence", optarg, add_sequence, error);
    case 'e':
        request->dataset = optarg;
        return FACET_OK;
    case 'T':
        request->turntable = true;
        return FACET_OK;
    case 'S':
        return read_count("--size", optarg, TURNTABLE_SIDE_MAX, &look->size, error);
    case 'F':
        return read_count("--frames", optarg, FRAMES_MAX, &look->frames, error);
    case 'P':
        return read_real("--pitch", optarg, -90, 90, &look->pitch, error);
    case 's':
        return add_stretch(request, optarg, error);
    case 'R':
        return read_real("--fps", optarg, 0.1, 100, &look->frames_a_second, error);
    default:
        *taken = false;
        return FACET_OK;
    }
}

static int take_option(struct view_request *request, int option, const char *word, struct facet_error *error) {
    bool taken;
    int code = take_moving(request, option, &taken, error);
    if (taken) return code;
    switch (option) {
    case 'r':
        return read_list(request, "row", optarg, add_row, error);
    case 'v':
        return read_list(request, "view", optarg, add_view, error);
    case 'c':
        request->look.sheet.channels = optarg;
        return FACET_OK;
    case 'n':
        return read_count("--columns", optarg, SIDE_BY_SIDE_MAX, &request->look.sheet.columns, error);
    case 'z':
        return read_zoom(request, optarg, error);
    case 'p':
        return read_count("--page", optarg, ROWS_MAX, &request->page, error);
    case 't':
        request->look.sheet.title = optarg;
        return FACET_OK;
    case 'd':
        request->look.sheet.dark = true;
        return FACET_OK;
    case 'o':
        request->out = optarg;
        return FACET_OK;
    case 'f':
        request->look.sheet.field = optarg;
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

static int check_moving(const struct view_request *request, struct facet_error *error) {
    const struct sheet_options *sheet = &request->look.sheet;
    bool sequences = request->sequences.count > 0, still = sheet->n_views || sheet->field || sheet->zoom;
    if (sequences && (request->turntable || request->rows.count > 0))
        return facet_error_set(error, FACET_ERROR_USAGE, "view: --sequence goes with neither --rows nor --turntable");
    if (request->dataset && !sequences)
        return facet_error_set(error, FACET_ERROR_USAGE,
                               "view: --dataset says whose --sequence it is, and there is none");
    if (request->turntable && (still || sheet->n_stretches > 0))
        return facet_error_set(error, FACET_ERROR_USAGE,
                               "view: --turntable draws anew, without --views, --field, --zoom or --range");
    if (!request->turntable && (request->look.size || request->look.frames || request->look.pitch != 0))
        return facet_error_set(error, FACET_ERROR_USAGE, "view: --size, --frames and --pitch are for a --turntable");
    if (!request->turntable && !sequences && request->look.frames_a_second > 0)
        return facet_error_set(error, FACET_ERROR_USAGE, "view: --fps is for what moves: --sequence or --turntable");
    if ((sequences || request->turntable) && request->page)
        return facet_error_set(error, FACET_ERROR_USAGE, "view: what moves has no pages; leave out --page");
    return FACET_OK;
}

// What is written is told by the name, so a name that tells of something else is refused.
static int check_out(const struct view_request *request, struct facet_error *error) {
    bool moving = request->sequences.count > 0 || request->turntable;
    const char *end = request->out ? strrchr(request->out, '.') : NULL;
    if (!request->out || (end && (strcmp(end, ".png") == 0 || (moving && strcmp(end, ".gif") == 0)))) return FACET_OK;
    return facet_error_set(error, FACET_ERROR_USAGE, "view: --out \"%s\" does not end in %s", request->out,
                           moving ? ".png or .gif" : ".png, as pictures that stand still do");
}

static int check_request(struct view_request *request, int argc, char **argv, struct facet_error *error) {
    if (optind + 1 != argc)
        return facet_error_set(error, FACET_ERROR_USAGE, "view: one container is needed, %d are named", argc - optind);
    if (request->rows.count == 0 && request->sequences.count == 0)
        return facet_error_set(error, FACET_ERROR_USAGE, "view: which rows? say --row I or --rows I,J-K");
    int code = check_moving(request, error);
    if (!code) code = check_out(request, error);
    if (code) return code;
    request->file = argv[optind];
    return FACET_OK;
}

int view_parse(struct view_request *request, int argc, char **argv, struct facet_error *error) {
    static const struct option options[] = {
        {"row", required_argument, NULL, 'r'},
        {"rows", required_argument, NULL, 'r'},
        {"sequence", required_argument, NULL, 'q'},
        {"dataset", required_argument, NULL, 'e'},
        {"turntable", no_argument, NULL, 'T'},
        {"views", required_argument, NULL, 'v'},
        {"channels", required_argument, NULL, 'c'},
        {"range", required_argument, NULL, 's'},
        {"columns", required_argument, NULL, 'n'},
        {"zoom", required_argument, NULL, 'z'},
        {"page", required_argument, NULL, 'p'},
        {"title", required_argument, NULL, 't'},
        {"dark", no_argument, NULL, 'd'},
        {"fps", required_argument, NULL, 'R'},
        {"size", required_argument, NULL, 'S'},
        {"frames", required_argument, NULL, 'F'},
        {"pitch", required_argument, NULL, 'P'},
        {"field", required_argument, NULL, 'f'},
        {"out", required_argument, NULL, 'o'},
        {"help", no_argument, NULL, 'h'},
        {NULL, 0, NULL, 0},
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
    free(request->rows.values);
    free(request->sequences.values);
}
