// Small writes put together: rows that follow one another reach the file in one write.
#ifndef FACET_PIPELINE_BATCH_H
#define FACET_PIPELINE_BATCH_H

#include "io/h5/container.h"

#include <pthread.h>

struct facet_batch;

// One thread's. turn is held whenever the container is touched, NULL where there is one thread; both must outlive the
// batch. NULL when out of memory.
struct facet_batch *facet_batch_create(struct facet_container *container, pthread_mutex_t *turn);
void facet_batch_destroy(struct facet_batch *batch); // drops what was not flushed; NULL is fine
// As facet_container_write, now or by the next flush: writes to one dataset reach the file in the order they were made.
int facet_batch_write(struct facet_batch *batch, const char *name, int64_t first, int64_t count, const void *rows,
                      struct facet_error *error);
int facet_batch_flush(struct facet_batch *batch, struct facet_error *error);

#endif
