#include "fourdme/pattern.h"

#include <string.h>

static const struct {
    const char *word;
    size_t span; // of struct pattern_match; unused by the last
    bool digits;
    size_t least;
} kinds[] = {
    {"{subject}", offsetof(struct pattern_match, subject), false, 1},
    {"{clip}", offsetof(struct pattern_match, clip), false, 1},
    {"{frame}", offsetof(struct pattern_match, frame), true, 1},
    {"*", 0, false, 0},
};
enum { KINDS = sizeof kinds / sizeof *kinds, ANY = KINDS - 1, MOST_STEPS = 100000 };

static int kind_at(const char *pattern) {
    for (int k = 0; k < KINDS; k++)
        if (strncmp(pattern, kinds[k].word, strlen(kinds[k].word)) == 0) return k;
    return -1;
}

static bool may_hold(int kind, char c) {
    return c != '\0' && c != '/' && (!kinds[kind].digits || (c >= '0' && c <= '9'));
}

// steps bounds what a pattern of many stars may cost.
static bool match_here(const char *pattern, const char *path, struct pattern_match *match, int *steps) {
    int kind = kind_at(pattern);
    if ((*steps)-- <= 0) return false;
    if (kind < 0) {
        if (*pattern != *path) return false;
        return !*pattern || match_here(pattern + 1, path + 1, match, steps);
    }
    for (size_t length = 0;; length++) {
        if (length >= kinds[kind].least &&
            match_here(pattern + strlen(kinds[kind].word), path + length, match, steps)) {
            if (kind != ANY)
                *(struct pattern_span *)((char *)match + kinds[kind].span) = (struct pattern_span){path, length};
            return true;
        }
        if (!may_hold(kind, path[length])) return false;
    }
}

bool pattern_matches(const char *pattern, const char *path, struct pattern_match *match) {
    int steps = MOST_STEPS;
    *match = (struct pattern_match){0};
    for (const char *start = path; start; start = strchr(start, '/')) {
        start += *start == '/';
        if (match_here(pattern, start, match, &steps)) return true;
    }
    return false;
}
