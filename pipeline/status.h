// How far a workspace is, told from its files alone: run.json and what the containers say of their units. Nothing is
// written and nothing locked, so a run that is at work is not disturbed.
#ifndef FACET_PIPELINE_STATUS_H
#define FACET_PIPELINE_STATUS_H

#include <facet/error.h>
#include <jansson.h>

// An object, described in docs/formats.md; the caller drops it. Errors: USAGE (no workspace), MEMORY. A container that
// cannot be read at the moment is a "problem" of its stage.
int facet_status_read(const char *workspace, json_t **status, struct facet_error *error);

#endif
