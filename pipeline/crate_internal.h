// Shared by the files that make the crate.
#ifndef FACET_PIPELINE_CRATE_INTERNAL_H
#define FACET_PIPELINE_CRATE_INTERNAL_H

#include "pipeline/crate.h"
#include "pipeline/journal_internal.h"

struct crate {
    const struct facet_run *run;
    json_t *entities; // by their @id, in the order they were first put
    bool failed;      // out of memory
    char action[80];  // this run's "#run-..."
    char person[400]; // who ran it: an @id, or "" where the system does not know
};

enum { CRATE_ID = 400 };

// "#step/affine": text a URI would not hold is percent-encoded.
void crate_id(char id[CRATE_ID], const char *format, ...) FACET_PRINTF(2, 3);
json_t *crate_ref(const char *id); // {"@id": id}
// Takes the entity, in place of an older one with its @id. NULL: out of memory.
void crate_put(struct crate *crate, json_t *entity);
void crate_refer(json_t *list, const char *id); // adds a reference that is not there yet

// crate_entities.c: what the run is made of
void crate_put_workflow(struct crate *crate);                 // pipeline.cfg, its steps, tools and papers
void crate_put_sources(struct crate *crate, json_t *objects); // and their licences; refers to them
void crate_put_files(struct crate *crate, json_t *results);   // what is in the workspace
void crate_tool_id(char id[CRATE_ID], const struct facet_plugin *plugin);
void crate_put_values(struct crate *crate, const char *prefix, int node, json_t *objects); // settings and their values
bool crate_put_container(struct crate *crate, int node, json_t *results);                  // false: nothing is kept

// crate_actions.c: what the run did
void crate_put_actions(struct crate *crate, int code, const struct facet_error *outcome);

#endif
