// Texts of which many are the same: each different one once, numbered from 0.
#ifndef FACET_DATASET_TEXTS_H
#define FACET_DATASET_TEXTS_H

#include <stdint.h>

struct dataset_texts {
    char **all;
    int32_t *slots; // number + 1; 0 is free
    int32_t count, room;
};

int32_t dataset_text(struct dataset_texts *texts, const char *text); // its number; -1: out of memory
void dataset_texts_free(struct dataset_texts *texts);

#endif
