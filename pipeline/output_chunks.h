// How the fields of a finished container are cut into chunks for compression: a chunk holds the rows of a unit or about
// 1 MiB, and of ragged fields only the slots that hold rows count.
#ifndef FACET_PIPELINE_OUTPUT_CHUNKS_H
#define FACET_PIPELINE_OUTPUT_CHUNKS_H

#include "pipeline/layout.h"
#include "pipeline/units.h"

struct facet_chunks {
    struct facet_chunking all[3 * FACET_MAX_FIELDS];
    int count;
};

// Each rank for itself; all come to the same. Free also after a failure.
int facet_chunks_plan(struct facet_container *container, const struct facet_layout *layout,
                      const struct facet_units *units, struct facet_chunks *chunks, struct facet_error *error);
void facet_chunks_free(struct facet_chunks *chunks);

#endif
