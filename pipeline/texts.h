// Texts kept for as long as their keeper: long runs of bytes instead of an allocation each.
#ifndef FACET_PIPELINE_TEXTS_H
#define FACET_PIPELINE_TEXTS_H

#include <stddef.h>
#include <stdint.h>

// A zeroed keeper is empty. What it gave stays where it is.
struct facet_text_keeper {
    struct facet_text_run *last; // the run that is being filled, linked to those before it
    size_t longest;              // bytes of the longest text kept
};
const char *facet_text_keep(struct facet_text_keeper *keeper, const char *text); // NULL: out of memory
void facet_text_keeper_free(struct facet_text_keeper *keeper);

// Each different text once, numbered from 0 in order of first appearance. A zeroed set is empty.
struct facet_text_set {
    struct facet_text_keeper keeper;
    const char **all;
    int32_t *table; // id + 1 at the text's slot; 0 is free
    int32_t count, capacity, last;
};
int32_t facet_text_set_add(struct facet_text_set *set, const char *text); // its number; -1: out of memory
void facet_text_set_free(struct facet_text_set *set);

#endif
