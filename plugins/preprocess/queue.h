// A queue of numbered things, the one with the least key first; of equal keys the least number.
#ifndef FACET_PREPROCESS_QUEUE_H
#define FACET_PREPROCESS_QUEUE_H

#include <facet/error.h>
#include <stdint.h>

struct preprocess_queue;

// Holds 0 to n - 1, all with the keys given. Errors: MEMORY.
int preprocess_queue_create(const double *keys, int32_t n, struct preprocess_queue **queue, struct facet_error *error);
void preprocess_queue_destroy(struct preprocess_queue *queue);                    // NULL is fine
int32_t preprocess_queue_first(const struct preprocess_queue *queue);             // -1: empty
double preprocess_queue_key(const struct preprocess_queue *queue, int32_t thing); // of one that is in it
void preprocess_queue_change(struct preprocess_queue *queue, int32_t thing, double key);
void preprocess_queue_remove(struct preprocess_queue *queue, int32_t thing);

#endif
