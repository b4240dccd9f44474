// Landmarks of Bosphorus: .lm2 (names, then places in the picture) and .lm3 (name and place in turn). A scan has those that
// could be seen in it.
#include "io/scan/points.h"

#include <string.h>

// The count, alone in the first words of a line that begins with a number: "22 landmarks".
static bool is_count(struct facet_word line, int64_t *count) {
    struct facet_text rest = {line.at, line.at + line.length, 1, false};
    struct facet_word word;
    return facet_next_word(&rest, &word) && facet_integer(word, count) && *count > 0;
}

// Comments stand before the first empty line, then the count.
static int read_count(struct points_reader *reader, int64_t *count, struct facet_error *error) {
    struct facet_word line;
    bool header = true;
    while (points_line(reader, &line)) {
        if (line.length == 0)
            header = false;
        else if (!header && is_count(line, count))
            return FACET_OK;
        else if (!header)
            return points_broken(reader, "the number of landmarks", line, error);
    }
    return facet_error_set(error, FACET_ERROR_DATA,
                           "line %lld: the file ends, an empty line and then the number of landmarks expected",
                           (long long)reader->text.line);
}

static int next_line(struct points_reader *reader, struct facet_word *line, const char *expected,
                     struct facet_error *error) {
    while (points_line(reader, line))
        if (line->length > 0) return FACET_OK;
    return facet_error_set(error, FACET_ERROR_DATA, "line %lld: the file ends, %s expected",
                           (long long)reader->text.line, expected);
}

static int skip_to(struct points_reader *reader, const char *heading, struct facet_error *error) {
    struct facet_word line;
    int code = next_line(reader, &line, heading, error);
    return code || facet_word_is(line, heading) ? code : points_broken(reader, heading, line, error);
}

static int read_name(struct points_reader *reader, struct facet_error *error) {
    struct facet_word line;
    int code = next_line(reader, &line, "a landmark's name", error);
    if (code) return code;
    struct facet_point *point = points_add(reader, error);
    if (!point) return FACET_ERROR_MEMORY;
    size_t length = line.length < sizeof point->name ? line.length : sizeof point->name - 1;
    memcpy(point->name, line.at, length);
    point->name[length] = '\0';
    return FACET_OK;
}

static int read_place(struct points_reader *reader, int n, float *place, struct facet_error *error) {
    struct facet_word line;
    int code = next_line(reader, &line, "a landmark's place", error);
    return code ? code : points_numbers(reader, line, n, place, error);
}

int points_read_lm3(struct points_reader *reader, struct facet_error *error) {
    int64_t count = 0;
    int code = read_count(reader, &count, error);
    for (int64_t i = 0; !code && i < count; i++) {
        code = read_name(reader, error);
        if (!code) code = read_place(reader, 3, reader->points.all[i].at, error);
    }
    return code;
}

int points_read_lm2(struct points_reader *reader, struct facet_error *error) {
    int64_t count = 0;
    int code = read_count(reader, &count, error);
    if (!code) code = skip_to(reader, "Labels:", error);
    for (int64_t i = 0; !code && i < count; i++) code = read_name(reader, error);
    if (!code) code = skip_to(reader, "2D Image coordinates:", error);
    for (int64_t i = 0; !code && i < count; i++) code = read_place(reader, 2, reader->points.all[i].picture, error);
    return code;
}
