// One writer a workspace: a run's rank 0, or facet forget, holds <workspace>/.lock while it works. The system lets go of it
// when the process ends, however it ends.
#ifndef FACET_PIPELINE_LOCK_H
#define FACET_PIPELINE_LOCK_H

#include <facet/error.h>
#include <stdbool.h>

struct facet_lock;

// `who` is what others are told: "facet run". Waits up to `seconds` for a holder that is just ending. Errors: STATE (somebody
// else works here; the sentence says who), IO.
int facet_lock_take(const char *workspace, const char *who, double seconds, struct facet_lock **lock,
                    struct facet_error *error);
// The same with a file of one's own; `place` is what others are told of, "x.index.h5: facet index is at work here".
int facet_lock_take_file(const char *path, const char *place, const char *who, double seconds, struct facet_lock **lock,
                         struct facet_error *error);
void facet_lock_remove(struct facet_lock *lock);  // releases it, and the file goes away
void facet_lock_release(struct facet_lock *lock); // NULL is fine
// False where the file system knows no locks: then nobody is kept out.
bool facet_lock_holds(const struct facet_lock *lock);

#endif
