#include "pipeline/share.h"

#include <stdlib.h>

static bool wanted_alike(int ranks, int cores, const bool *may, int a, int b) {
    bool alike = true;
    for (int r = 0; alike && r < ranks; r++) alike = may[r * cores + a] == may[r * cores + b];
    return alike;
}

// The core nobody owns yet that fewest ranks may use; -1: none is left.
static int next_core(int ranks, int cores, const bool *may, const int *owner) {
    int best = -1, fewest = ranks + 1;
    for (int c = 0; c < cores; c++) {
        int n = 0;
        for (int r = 0; r < ranks; r++) n += may[r * cores + c];
        if (owner[c] < 0 && n > 0 && n < fewest) best = c, fewest = n;
    }
    return best;
}

// Cores that the same ranks may use change hands until each rank's lie together; everyone keeps as many.
static void put_together(int ranks, int cores, const bool *may, int *owner, int *count) {
    for (int first = 0; first < cores; first++) {
        bool seen = owner[first] < 0;
        for (int c = 0; !seen && c < first; c++) seen = wanted_alike(ranks, cores, may, c, first);
        if (seen) continue;
        for (int r = 0; r < ranks; r++) count[r] = 0;
        for (int c = first; c < cores; c++)
            if (wanted_alike(ranks, cores, may, c, first)) count[owner[c]]++;
        int rank = 0;
        for (int c = first; c < cores; c++) {
            if (!wanted_alike(ranks, cores, may, c, first)) continue;
            while (count[rank] == 0) rank++;
            owner[c] = rank, count[rank]--;
        }
    }
}

bool facet_share_cores(int ranks, int cores, const bool *may, int *owner) {
    int *count = calloc((size_t)ranks + 1, sizeof *count);
    if (!count) return false;
    for (int c = 0; c < cores; c++) owner[c] = -1;
    for (int core; (core = next_core(ranks, cores, may, owner)) >= 0;) {
        int poorest = -1;
        for (int r = 0; r < ranks; r++)
            if (may[r * cores + core] && (poorest < 0 || count[r] < count[poorest])) poorest = r;
        owner[core] = poorest, count[poorest]++;
    }
    put_together(ranks, cores, may, owner, count);
    free(count);
    return true;
}
