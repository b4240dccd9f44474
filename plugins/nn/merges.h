// The merges of a byte-pair encoding: which two neighbouring symbols become which new one, and in what order.
#ifndef FACET_NN_MERGES_H
#define FACET_NN_MERGES_H

#include <facet/error.h>
#include <stddef.h>
#include <stdint.h>

// Symbols 0..255 are single bytes in the order of nn_byte_order, 256..511 the same bytes ending a word.
enum { NN_BYTES = 256, NN_FIRST_MERGE = 512, NN_MAX_MERGES = 49152 - 256 - 2 }; // CLIP uses no more lines than these

struct nn_merges {
    int32_t count;
    struct nn_merge *slots; // a hash table; its size is a power of two
    size_t size;
};

// A file of lines "left right" after one line of heading, plain or gzip. On failure *merges holds nothing.
int nn_merges_load(const char *path, struct nn_merges *merges, struct facet_error *error);
void nn_merges_free(struct nn_merges *merges);
int32_t nn_merges_find(const struct nn_merges *merges, int32_t left, int32_t right); // the new symbol, or -1
// Printable Latin-1 bytes first, then the rest (bytes_to_unicode of OpenAI's GPT-2 and CLIP).
void nn_byte_order(uint8_t order[NN_BYTES]);

#endif
