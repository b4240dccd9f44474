// facet info: whose rows a container holds, and under which licence and consent.
#include "pipeline/command/info_people.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { DATASET, LICENCE, CONSENT, TEXTS, PIECE = 4096, MOST_GROUPS = 64 };
static const char *const names[TEXTS] = {"items/dataset", "items/licence", "items/consent"};

static const char unreadable[] = "(not UTF-8)";

struct column {
    struct facet_dataset is;
    char *piece, *text;
};

static int open_columns(struct facet_container *container, struct column columns[TEXTS], struct facet_error *error) {
    int code = FACET_OK;
    for (int i = 0; code == FACET_OK && i < TEXTS; i++) {
        struct column *c = &columns[i];
        code = facet_container_describe(container, names[i], &c->is, error);
        if (code != FACET_OK) break;
        c->piece = malloc(PIECE * c->is.width + 1), c->text = calloc(c->is.width + 1, 1);
        if (!c->piece || !c->text) code = facet_error_set(error, FACET_ERROR_MEMORY, "out of memory for %s", names[i]);
    }
    return code;
}

static int read_piece(struct facet_container *container, struct column columns[TEXTS], int64_t first, int64_t count,
                      struct facet_error *error) {
    int code = FACET_OK;
    for (int i = 0; code == FACET_OK && i < TEXTS; i++)
        code = facet_container_read(container, names[i], first, count, columns[i].piece, error);
    return code;
}

static const char *text_of(struct column *c, int64_t row) {
    memcpy(c->text, c->piece + (size_t)row * c->is.width, c->is.width);
    return c->text;
}

static bool same(const json_t *group, const char *key, const char *text) {
    return strcmp(json_string_value(json_object_get(group, key)), text) == 0;
}

// The group of rows like this one, made when it is the first; past so many all others share the last.
static json_t *group_of(json_t *all, const char *dataset, const char *licence, const char *consent) {
    size_t i;
    json_t *group;
    json_array_foreach(all, i, group) if (same(group, "dataset", dataset) && same(group, "licence", licence) &&
                                          same(group, "consent", consent)) return group;
    if (i == MOST_GROUPS) return json_array_get(all, i - 1);
    if (i == MOST_GROUPS - 1) dataset = licence = consent = "(others)";
    group = json_pack("{s:s, s:s, s:s, s:I}", "dataset", dataset, "licence", licence, "consent", consent, "rows",
                      (json_int_t)0);
    if (group) return json_array_append_new(all, group) == 0 ? group : NULL;
    bool again = strcmp(dataset, unreadable) != 0; // jansson makes no object of bytes that are not UTF-8
    return again ? group_of(all, unreadable, unreadable, unreadable) : NULL;
}

static int count_row(json_t *all, struct column columns[TEXTS], int64_t row, struct facet_error *error) {
    json_t *group = group_of(all, text_of(&columns[DATASET], row), text_of(&columns[LICENCE], row),
                             text_of(&columns[CONSENT], row));
    json_t *rows = json_integer(json_integer_value(json_object_get(group, "rows")) + 1);
    if (group && json_object_set_new(group, "rows", rows) == 0) return FACET_OK;
    return facet_error_set(error, FACET_ERROR_MEMORY, "out of memory for licences and consents");
}

int facet_info_people(struct facet_container *container, json_t *all, struct facet_error *error) {
    struct column columns[TEXTS] = {0};
    int code = open_columns(container, columns, error);
    int64_t rows = code == FACET_OK ? columns[DATASET].is.dims[0] : 0;
    for (int64_t first = 0; code == FACET_OK && first < rows; first += PIECE) {
        int64_t n = rows - first < PIECE ? rows - first : PIECE;
        code = read_piece(container, columns, first, n, error);
        for (int64_t row = 0; code == FACET_OK && row < n; row++) code = count_row(all, columns, row, error);
    }
    for (int i = 0; i < TEXTS; i++) free(columns[i].piece), free(columns[i].text);
    return code;
}
