// A list of everything wrong with a pipeline file, so that all of it is told at once.
#ifndef FACET_PIPELINE_PROBLEMS_H
#define FACET_PIPELINE_PROBLEMS_H

#include <facet/error.h>
#include <libconfig.h>
#include <stdbool.h>

struct facet_problems {
    char *text; // one "file:line: message" a line, in the order found; NULL when empty
    int count;
    bool out_of_memory;
    const char *file; // shown where a setting does not know its own
};

void facet_problems_free(struct facet_problems *problems);
// where may be NULL: the file as a whole. A setting that came from --set is shown as such.
void facet_problems_add(struct facet_problems *problems, const config_setting_t *where, const char *format, ...)
    FACET_PRINTF(3, 4);
// The candidate nearest to word if it looks like a slip of the pen, else NULL.
const char *facet_nearest(const char *word, const char *const *candidates, int count);

#endif
