// facet view FILE.h5 --row I: draws rows of a container as a contact sheet.
#include "pipeline/command/view.h"

#include "render/sheet.h"

#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

enum { MAX_ROWS = 1000, PATH_SIZE = 4096 };

static const char usage[] = "Usage: facet view FILE.h5 --row I [--rows I,J,...] [--out P.png] [--field NAME]\n"
                            "Draws rows of a container's pictures as a contact sheet and prints where it is.\n"
                            "  --row I        a row, counted from 0; may be given again\n"
                            "  --rows I,J,... several rows\n"
                            "  --out P.png    the picture (default: FILE.png beside FILE.h5)\n"
                            "  --field NAME   what to draw (default: views)\n";

struct request {
    const char *file, *out, *field;
    int64_t rows[MAX_ROWS];
    int n_rows;
    bool help;
};

static int add_rows(struct request *request, const char *text, struct facet_error *error) {
    for (const char *at = text;; at++) {
        char *end;
        errno = 0;
        intmax_t row = strtoimax(at, &end, 10);
        if (end == at || errno || row < 0 || (*end && *end != ','))
            return facet_error_set(error, FACET_ERROR_USAGE, "view: \"%s\" is no row number, nor several with commas",
                                   text);
        if (request->n_rows == MAX_ROWS)
            return facet_error_set(error, FACET_ERROR_USAGE, "view: more than %d rows do not fit a sheet", MAX_ROWS);
        request->rows[request->n_rows++] = row;
        at = end;
        if (!*at) return FACET_OK;
    }
}

static int take_option(struct request *request, int option, const char *word, struct facet_error *error) {
    switch (option) {
    case 'r':
        return add_rows(request, optarg, error);
    case 'o':
        request->out = optarg;
        return FACET_OK;
    case 'f':
        request->field = optarg;
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

static int check_request(struct request *request, int argc, char **argv, struct facet_error *error) {
    if (optind + 1 != argc)
        return facet_error_set(error, FACET_ERROR_USAGE, "view: one container is needed, %d are named", argc - optind);
    if (request->n_rows == 0) return facet_error_set(error, FACET_ERROR_USAGE, "view: which row? say --row I");
    request->file = argv[optind];
    return FACET_OK;
}

static int parse(struct request *request, int argc, char **argv, struct facet_error *error) {
    static const struct option options[] = {
        {"row", required_argument, NULL, 'r'}, {"rows", required_argument, NULL, 'r'},
        {"out", required_argument, NULL, 'o'}, {"field", required_argument, NULL, 'f'},
        {"help", no_argument, NULL, 'h'},      {NULL, 0, NULL, 0},
    };
    int option, code = FACET_OK;
    optind = 0;
    opterr = 0;
    while (!code && (option = getopt_long(argc, argv, ":h", options, NULL)) != -1)
        code = take_option(request, option, argv[optind > 0 ? optind - 1 : 0], error);
    if (code || request->help) return code;
    return check_request(request, argc, argv, error);
}

static int default_out(const char *file, char *out, struct facet_error *error) {
    size_t length = strlen(file);
    if (length > 3 && strcmp(file + length - 3, ".h5") == 0) length -= 3;
    if (length + 5 > PATH_SIZE) return facet_error_set(error, FACET_ERROR_USAGE, "view: the path is too long");
    snprintf(out, PATH_SIZE, "%.*s.png", (int)length, file);
    return FACET_OK;
}

static int draw(const struct request *request, const char *out, struct facet_error *error) {
    struct facet_store *store = NULL;
    struct facet_image image = {0};
    int code = facet_store_open(request->file, &store, error);
    if (!code) {
        code = facet_sheet_draw(store, request->field, request->rows, request->n_rows, &image, error);
        bool named = strncmp(error->text, request->file, strlen(request->file)) == 0;
        if (code && !named) facet_error_prefix(error, "%s", request->file);
    }
    if (!code) code = facet_image_write_png(out, &image, error);
    facet_image_free(&image);
    facet_store_close(store);
    return code;
}

int facet_command_view(int argc, char **argv) {
    struct facet_error error = {0};
    struct request request = {.field = "views"};
    char beside[PATH_SIZE];
    int code = parse(&request, argc, argv, &error);
    if (!code && request.help) return fputs(usage, stdout) < 0;
    if (!code && !request.out) {
        code = default_out(request.file, beside, &error);
        request.out = beside;
    }
    if (!code) code = draw(&request, request.out, &error);
    if (code)
        fprintf(stderr, "facet: %s\n", error.text);
    else
        printf("%s\n", request.out);
    return facet_code_exit_status(code);
}
