// Sharing out the cores of a node among its ranks.
#ifndef FACET_PIPELINE_SHARE_H
#define FACET_PIPELINE_SHARE_H

#include <stdbool.h>

// may[rank * cores + core]: the rank's process may use the core. owner[core] becomes the rank that gets it, -1 where none
// may. Nobody gets a core that another rank needs more: one core at a time goes to the rank that has fewest. Ranks that
// may use the same cores get neighbours. False when memory runs out.
bool facet_share_cores(int ranks, int cores, const bool *may, int *owner);

#endif
