#include "preprocess/keymap.h"

#include <stdlib.h>
#include <string.h>

struct slot {
    int32_t key[3];
    int32_t value; // -1: free
};

struct preprocess_keymap {
    size_t mask;
    struct slot slots[];
};

int preprocess_keymap_create(int64_t entries, struct preprocess_keymap **map, struct facet_error *error) {
    size_t slots = 16;
    while (slots < (size_t)entries * 2) slots *= 2;
    *map = malloc(sizeof **map + slots * sizeof(struct slot));
    if (!*map) return facet_error_set(error, FACET_ERROR_MEMORY, "no memory for a table of %zu entries", slots);
    (*map)->mask = slots - 1;
    memset((*map)->slots, 0xff, slots * sizeof(struct slot));
    return FACET_OK;
}

void preprocess_keymap_destroy(struct preprocess_keymap *map) {
    free(map);
}

// The finaliser of MurmurHash3 over a multiplicative mix.
static uint64_t hash(const int32_t key[3]) {
    uint64_t h = (uint32_t)key[0] * UINT64_C(0x9e3779b97f4a7c15);
    h = (h ^ (uint32_t)key[1]) * UINT64_C(0xff51afd7ed558ccd);
    h = (h ^ (h >> 33) ^ (uint32_t)key[2]) * UINT64_C(0xc4ceb9fe1a85ec53);
    return h ^ (h >> 33);
}

int32_t preprocess_keymap_put(struct preprocess_keymap *map, const int32_t key[3], int32_t value) {
    size_t i = (size_t)hash(key) & map->mask;
    while (map->slots[i].value >= 0) {
        if (memcmp(map->slots[i].key, key, sizeof map->slots[i].key) == 0) return map->slots[i].value;
        i = (i + 1) & map->mask;
    }
    memcpy(map->slots[i].key, key, sizeof map->slots[i].key);
    return map->slots[i].value = value;
}
