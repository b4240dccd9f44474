#include "pipeline/texts.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

enum { RUN_BYTES = 256 << 10 };

struct facet_text_run {
    struct facet_text_run *before;
    size_t used, room;
    char bytes[];
};

static bool begin_run(struct facet_text_keeper *keeper, size_t needed) {
    size_t room = needed > RUN_BYTES ? needed : RUN_BYTES;
    struct facet_text_run *run = malloc(sizeof *run + room);
    if (!run) return false;
    *run = (struct facet_text_run){.before = keeper->last, .room = room};
    keeper->last = run;
    return true;
}

const char *facet_text_keep(struct facet_text_keeper *keeper, const char *text) {
    size_t length = strlen(text);
    if (length == 0) return "";
    if ((!keeper->last || keeper->last->room - keeper->last->used <= length) && !begin_run(keeper, length + 1))
        return NULL;
    char *kept = keeper->last->bytes + keeper->last->used;
    memcpy(kept, text, length + 1);
    keeper->last->used += length + 1;
    if (length > keeper->longest) keeper->longest = length;
    return kept;
}

void facet_text_keeper_free(struct facet_text_keeper *keeper) {
    for (struct facet_text_run *run = keeper->last, *before; run; run = before) {
        before = run->before;
        free(run);
    }
    *keeper = (struct facet_text_keeper){0};
}

static int32_t *slot_of(const struct facet_text_set *set, const char *text) {
    uint32_t mask = 2 * (uint32_t)set->capacity - 1;
    for (uint32_t at = (uint32_t)XXH3_64bits(text, strlen(text));; at++) {
        int32_t *slot = &set->table[at & mask];
        if (*slot == 0 || strcmp(set->all[*slot - 1], text) == 0) return slot;
    }
}

static bool grow(struct facet_text_set *set) {
    int32_t capacity = set->capacity ? 2 * set->capacity : 64; // a power of two
    const char **all = realloc(set->all, (size_t)capacity * sizeof *all);
    if (!all) return false;
    set->all = all;
    int32_t *table = calloc((size_t)capacity * 2, sizeof *table);
    if (!table) return false;
    free(set->table);
    set->table = table, set->capacity = capacity;
    for (int32_t i = 0; i < set->count; i++) *slot_of(set, set->all[i]) = i + 1;
    return true;
}

int32_t facet_text_set_add(struct facet_text_set *set, const char *text) {
    if (set->count && strcmp(set->all[set->last], text) == 0) return set->last; // rows of one subject come in a run
    if (set->count == set->capacity && !grow(set)) return -1;
    int32_t *slot = slot_of(set, text);
    if (*slot == 0) {
        const char *kept = facet_text_keep(&set->keeper, text);
        if (!kept) return -1;
        set->all[set->count] = kept;
        *slot = ++set->count;
    }
    return set->last = *slot - 1;
}

void facet_text_set_free(struct facet_text_set *set) {
    facet_text_keeper_free(&set->keeper);
    free(set->all);
    free(set->table);
    *set = (struct facet_text_set){0};
}
