// Memory handed out in order and taken back all at once; its blocks are kept for the next round.
#ifndef FACET_NN_ARENA_H
#define FACET_NN_ARENA_H

#include <stddef.h>

struct nn_arena {
    struct nn_arena_block *first, *current;
};

void *nn_arena_alloc(struct nn_arena *arena, size_t bytes); // 64-byte aligned, not cleared; NULL when out of memory
void nn_arena_reset(struct nn_arena *arena);
void nn_arena_free(struct nn_arena *arena);

#endif
