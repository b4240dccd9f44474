// Shared by the files that read a workspace's status.
#ifndef FACET_PIPELINE_STATUS_INTERNAL_H
#define FACET_PIPELINE_STATUS_INTERNAL_H

#include "pipeline/status.h"

#include <stdbool.h>
#include <stdint.h>

// Rows that some container seen so far has set aside; a row counts where it is met first.
struct status_seen {
    uint8_t *rows;
    int64_t count;
};

// What <workspace>/<stage>.h5 says: into stage "file", "done", "total", "what", "content_complete"; rows set aside to the
// stages that did it, "reasons" of `stages` by name. *exists: there is such a file.
void status_read_container(const char *workspace, json_t *stages, json_t *stage, struct status_seen *seen,
                           bool *exists);
// The names of all stages as any container of the workspace lists them, else the containers' own names; NULL when there
// are none.
json_t *status_stages_of_containers(const char *workspace);

#endif
