// Marks: which units of a container are known to be on the device, so that a later run need not read them again.
//
// Beside a container lie <container>.marks, and while a run writes one <container>.marks.<rank> a rank. Lost, torn or
// foreign marks cost time and nothing else: what they do not vouch for is read and compared with its hash. Marks of a
// container that was closed in good order also tell its size and time of change; when those differ, none is believed.
#ifndef FACET_PIPELINE_MARKS_H
#define FACET_PIPELINE_MARKS_H

#include "mpi/ranks.h"

struct facet_marks;

// Reads what marks there are; `identity` tells one making of the container from another. Collective.
int facet_marks_open(struct facet_comm *comm, const char *container, const char *identity, int64_t units,
                     struct facet_marks **marks, struct facet_error *error);
void facet_marks_close(struct facet_marks *marks); // NULL is fine
bool facet_marks_have(const struct facet_marks *marks, int64_t unit);
// The container was closed in good order and nobody has written to it since.
bool facet_marks_untouched(const struct facet_marks *marks);

// The container is about to be written: from now on only the units in done[] are vouched for. They must be on the device.
// Collective.
int facet_marks_begin(struct facet_marks *marks, const uint8_t *done, struct facet_error *error);
// This rank has written a unit. Every `seconds` the container's file is synced and what was noted is vouched for.
// One thread of a rank at a time. Errors: IO, when the file cannot be synced.
int facet_marks_note(struct facet_marks *marks, int64_t unit, double seconds, struct facet_error *error);
// The container was closed in good order with these units done. Collective; one rank writes.
void facet_marks_end(struct facet_marks *marks, const uint8_t *done);

// When a file was last changed, in nanoseconds; 0 when it is not there.
int64_t facet_file_changed(const char *path);

// Forgets all marks of a container. One rank calls it.
void facet_marks_remove(const char *container);

#endif
