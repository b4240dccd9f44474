// Principal components from inner products alone (Turk & Pentland 1991): with the centred Gram matrix K = U L U^T of the
// rows, row i's scores are row i of U L^(1/2), and the axes are combinations of the rows themselves.
#ifndef FACET_BASELINE_COMPONENTS_H
#define FACET_BASELINE_COMPONENTS_H

#include <facet/error.h>
#include <stdint.h>

struct components {
    int64_t n, k;  // rows, components kept
    double *mean;  // (n) inner product of each row with the mean row
    double *value; // (k) eigenvalues L, rising
    double *score; // (n, k)
};

// gram (n, n); at most `most` components, fewer when the rows span fewer. The caller frees. Errors: DATA (rows all
// alike), MEMORY. Rank-local, one thread, the same bits every time.
int components_find(const double *gram, int64_t n, int64_t most, struct components *components,
                    struct facet_error *error);
void components_free(struct components *components); // leaves it empty

#endif
