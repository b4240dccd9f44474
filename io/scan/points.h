// Files of landmarks: what the formats share.
#ifndef FACET_IO_SCAN_POINTS_H
#define FACET_IO_SCAN_POINTS_H

#include <facet/landmark.h>
#include <facet/text.h>

struct points_reader {
    struct facet_text text;
    struct facet_points points;
    int64_t room;
};

// An unnamed point that is nowhere yet; NULL when out of memory.
struct facet_point *points_add(struct points_reader *reader, struct facet_error *error);
// The rest of the line without blanks at its ends, and on to the next line; false at the end of the file.
bool points_line(struct points_reader *reader, struct facet_word *line);
// So many numbers and nothing else in the line that was taken last. Errors: DATA with its line.
int points_numbers(const struct points_reader *reader, struct facet_word line, int n, float *numbers,
                   struct facet_error *error);
// DATA at the line that was taken last: what was expected there, and what stands there.
int points_broken(const struct points_reader *reader, const char *expected, struct facet_word found,
                  struct facet_error *error);

int points_read_lm2(struct points_reader *reader, struct facet_error *error);
int points_read_lm3(struct points_reader *reader, struct facet_error *error);

#endif
