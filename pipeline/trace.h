// What is carried out, a line an event, in the file that the environment's FACET_TRACE names: for profiling, and for
// tests that count work. Every rank and thread appends to the one file; a line is one write, so lines stay whole.
//   1764032345.012345 2 render end 17      time (s), rank, stage, event, number
// A fused chain bears the name of its last stage; its events are begin and end of a unit (end: it is
// written) and, where cheap units are drawn many at once, take (how many). Those of a collective stage are
// enter and leave (number 0) and, from rank 0, step (it asks whether to stop; counted from 1 in this run) and saved (a
// checkpoint is durable; the steps so far).
#ifndef FACET_PIPELINE_TRACE_H
#define FACET_PIPELINE_TRACE_H

#include <facet/error.h>
#include <stdint.h>

struct facet_trace;

// *trace stays NULL when FACET_TRACE is unset or empty. Errors: IO (the file cannot be opened), MEMORY.
int facet_trace_create(int rank, struct facet_trace **trace, struct facet_error *error);
void facet_trace_destroy(struct facet_trace *trace); // NULL is fine
// Any thread; nothing for a NULL trace. A line that cannot be written is left out: a full disk ends no run here.
void facet_trace_add(struct facet_trace *trace, const char *stage, const char *event, int64_t number);

#endif
