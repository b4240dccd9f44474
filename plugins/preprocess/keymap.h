// A hash table from three integers to one: grid cells, exact positions, triangles.
#ifndef FACET_PREPROCESS_KEYMAP_H
#define FACET_PREPROCESS_KEYMAP_H

#include <facet/error.h>
#include <stdint.h>

struct preprocess_keymap;

// Holds up to `entries` keys. Errors: MEMORY.
int preprocess_keymap_create(int64_t entries, struct preprocess_keymap **map, struct facet_error *error);
void preprocess_keymap_destroy(struct preprocess_keymap *map); // NULL is fine
// The value kept under key; when there is none, keeps `value` and returns it.
int32_t preprocess_keymap_put(struct preprocess_keymap *map, const int32_t key[3], int32_t value);

#endif
