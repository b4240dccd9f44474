#include "nn/arena.h"

#include <stdint.h>
#include <stdlib.h>

enum { ALIGN = 64, FIRST_BLOCK = 1 << 20 };

struct nn_arena_block {
    struct nn_arena_block *next;
    size_t size, used;
    char *memory;
};

static struct nn_arena_block *block_create(size_t size) {
    struct nn_arena_block *block = malloc(sizeof *block);
    char *memory = aligned_alloc(ALIGN, size);
    if (!block || !memory) {
        free(block);
        free(memory);
        return NULL;
    }
    *block = (struct nn_arena_block){.size = size, .memory = memory};
    return block;
}

// A block at least twice as large as the last, put behind it.
static struct nn_arena_block *append(struct nn_arena *arena, size_t bytes) {
    size_t size = arena->current ? 2 * arena->current->size : FIRST_BLOCK;
    while (size < bytes) size *= 2;
    struct nn_arena_block *block = block_create(size);
    if (!block) return NULL;
    if (arena->current) {
        block->next = arena->current->next;
        arena->current->next = block;
    } else {
        arena->first = block;
    }
    return arena->current = block;
}

void *nn_arena_alloc(struct nn_arena *arena, size_t bytes) {
    if (bytes > SIZE_MAX / 4) return NULL;
    bytes = (bytes + ALIGN - 1) / ALIGN * ALIGN;
    if (!bytes) bytes = ALIGN;
    while (!arena->current || arena->current->size - arena->current->used < bytes) {
        if (arena->current && arena->current->next)
            arena->current = arena->current->next;
        else if (!append(arena, bytes))
            return NULL;
    }
    void *memory = arena->current->memory + arena->current->used;
    arena->current->used += bytes;
    return memory;
}

void nn_arena_reset(struct nn_arena *arena) {
    for (struct nn_arena_block *block = arena->first; block; block = block->next) block->used = 0;
    arena->current = arena->first;
}

void nn_arena_free(struct nn_arena *arena) {
    struct nn_arena_block *block = arena->first;
    while (block) {
        struct nn_arena_block *next = block->next;
        free(block->memory);
        free(block);
        block = next;
    }
    *arena = (struct nn_arena){0};
}
