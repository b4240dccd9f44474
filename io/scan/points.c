// Files of landmarks that are one row a point: .bnd, .pse, plain text; and what all of them share.
#include "io/scan/points.h"

#include "io/scan/bytes.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

enum { BND_ROWS = 83, PSE_ROWS = 8 };

void facet_points_free(struct facet_points *points) {
    if (!points) return;
    free(points->all);
    *points = (struct facet_points){0};
}

struct facet_point *points_add(struct points_reader *reader, struct facet_error *error) {
    struct facet_points *points = &reader->points;
    if (points->count == reader->room) {
        int64_t more = reader->room ? 2 * reader->room : 128;
        struct facet_point *larger = realloc(points->all, (size_t)more * sizeof *larger);
        if (!larger) {
            facet_error_set(error, FACET_ERROR_MEMORY, "no memory for %lld landmarks", (long long)more);
            return NULL;
        }
        points->all = larger, reader->room = more;
    }
    points->all[points->count] = (struct facet_point){.vertex = -1, .at = {NAN, NAN, NAN}, .picture = {NAN, NAN}};
    return &points->all[points->count++];
}

bool points_line(struct points_reader *reader, struct facet_word *line) {
    struct facet_text *text = &reader->text;
    struct facet_word word;
    *line = (struct facet_word){text->at, 0};
    if (text->at == text->end) return false;
    if (facet_next_word(text, line))
        while (facet_next_word(text, &word)) line->length = (size_t)(word.at + word.length - line->at);
    facet_skip_line(text);
    return true;
}

int points_broken(const struct points_reader *reader, const char *expected, struct facet_word found,
                  struct facet_error *error) {
    return facet_error_set(error, FACET_ERROR_DATA, "line %lld: %s expected, found \"%s\"",
                           (long long)reader->text.line - 1, expected, facet_quote(found).text);
}

int points_numbers(const struct points_reader *reader, struct facet_word line, int n, float *numbers,
                   struct facet_error *error) {
    struct facet_text rest = {line.at, line.at + line.length, 1, false};
    struct facet_word word;
    bool good = true;
    for (int k = 0; good && k < n; k++) good = facet_next_word(&rest, &word) && facet_float(word, &numbers[k]);
    if (good && !facet_next_word(&rest, &word)) return FACET_OK;
    char expected[32];
    snprintf(expected, sizeof expected, "%d numbers", n);
    return points_broken(reader, expected, line, error);
}

// A row: a number of a vertex or of the row itself where rows have one, then x, y, z.
static int read_row(struct points_reader *reader, struct facet_word line, bool numbered, int64_t *number,
                    struct facet_error *error) {
    struct facet_text rest = {line.at, line.at + line.length, 1, false};
    struct facet_word word;
    if (numbered && (!facet_next_word(&rest, &word) || !facet_integer(word, number) || *number < 0))
        return points_broken(reader, "a number from 0 on, then x, y and z", line, error);
    struct facet_point *point = points_add(reader, error);
    if (!point) return FACET_ERROR_MEMORY;
    struct facet_text ahead = rest;
    facet_next_word(&ahead, &word);
    line = (struct facet_word){word.at, (size_t)(rest.end - word.at)};
    return points_numbers(reader, line, 3, point->at, error);
}

// least: rows that such a file has; empty lines are passed over.
static int read_rows(struct points_reader *reader, bool numbered, bool of_vertex, int64_t least,
                     struct facet_error *error) {
    struct facet_word line;
    while (points_line(reader, &line)) {
        int64_t number = -1;
        if (line.length == 0) continue;
        int code = read_row(reader, line, numbered, &number, error);
        if (code) return code;
        if (of_vertex) reader->points.all[reader->points.count - 1].vertex = number;
    }
    if (reader->points.count >= least) return FACET_OK;
    return facet_error_set(error, FACET_ERROR_DATA, "line %lld: the file ends after %lld landmarks, %lld expected",
                           (long long)reader->text.line, (long long)reader->points.count, (long long)least);
}

static int read_points(struct points_reader *reader, const char *suffix, struct facet_error *error) {
    if (strcasecmp(suffix, ".lm2") == 0) return points_read_lm2(reader, error);
    if (strcasecmp(suffix, ".lm3") == 0) return points_read_lm3(reader, error);
    if (strcasecmp(suffix, ".bnd") == 0) return read_rows(reader, true, true, BND_ROWS, error);
    if (strcasecmp(suffix, ".pse") == 0) return read_rows(reader, true, false, PSE_ROWS, error);
    return read_rows(reader, false, false, 1, error);
}

int facet_points_parse(const char *name, const void *bytes, size_t size, struct facet_points *points,
                       struct facet_error *error) {
    const char *suffix = strrchr(name, '.');
    struct points_reader reader = {.text = scan_text(bytes, size)};
    int code = read_points(&reader, suffix ? suffix : "", error);
    *points = (struct facet_points){0};
    if (!code) {
        *points = reader.points;
        return FACET_OK;
    }
    facet_points_free(&reader.points);
    facet_error_prefix(error, "%s", name);
    return code;
}
