#include "dataset/texts.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static int32_t *slot_of(const struct dataset_texts *texts, const char *text) {
    uint32_t hash = 2166136261u, mask = 2 * (uint32_t)texts->room - 1;
    for (const char *c = text; *c; c++) hash = (hash ^ (uint8_t)*c) * 16777619u;
    for (hash *= 0x9e3779b1u;; hash++) {
        int32_t *slot = &texts->slots[hash & mask];
        if (*slot == 0 || strcmp(texts->all[*slot - 1], text) == 0) return slot;
    }
}

static bool grow(struct dataset_texts *texts) {
    int32_t room = texts->room ? 2 * texts->room : 64; // a power of two
    char **all = realloc(texts->all, (size_t)room * sizeof *all);
    if (all) texts->all = all;
    int32_t *slots = calloc(2 * (size_t)room, sizeof *slots);
    if (!all || !slots) {
        free(slots);
        return false;
    }
    free(texts->slots);
    texts->slots = slots, texts->room = room;
    for (int32_t i = 0; i < texts->count; i++) *slot_of(texts, texts->all[i]) = i + 1;
    return true;
}

int32_t dataset_text(struct dataset_texts *texts, const char *text) {
    if (texts->count == texts->room && !grow(texts)) return -1;
    int32_t *slot = slot_of(texts, text);
    if (*slot) return *slot - 1;
    char *copy = strdup(text);
    if (!copy) return -1;
    texts->all[texts->count++] = copy;
    return (*slot = texts->count) - 1;
}

void dataset_texts_free(struct dataset_texts *texts) {
    for (int32_t i = 0; i < texts->count; i++) free(texts->all[i]);
    free(texts->all);
    free(texts->slots);
    *texts = (struct dataset_texts){0};
}
