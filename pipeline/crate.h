// <workspace>/ro-crate-metadata.json: what was run on what with what, as a Workflow Run RO-Crate. Each run adds its actions
// to those of the runs before it.
#ifndef FACET_PIPELINE_CRATE_H
#define FACET_PIPELINE_CRATE_H

#include <facet/error.h>

struct facet_run;

// code and *outcome: how the run ended. By rank 0, while the journal is still there.
int facet_crate_write(const struct facet_run *run, int code, const struct facet_error *outcome,
                      struct facet_error *error);

#endif
