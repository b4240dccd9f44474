// Where the meshes of 4DME lie: a pattern of names, because no public text says it.
#ifndef FACET_FOURDME_PATTERN_H
#define FACET_FOURDME_PATTERN_H

#include <stdbool.h>
#include <stddef.h>

struct pattern_span {
    const char *at; // in the path; NULL: the pattern has none
    size_t length;
};

struct pattern_match {
    struct pattern_span subject, clip, frame;
};

// Whether the end of a path, from the beginning of one of its names, is as the pattern says: {subject} and {clip} are one or
// more bytes of a name, the fewest that fit, {frame} digits, * any bytes of a name, everything else itself.
bool pattern_matches(const char *pattern, const char *path, struct pattern_match *match);

#endif
