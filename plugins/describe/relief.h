// The relief of a face: its height over a grid of the frontal plane, seen from the front.
#ifndef FACET_DESCRIBE_RELIEF_H
#define FACET_DESCRIBE_RELIEF_H

#include <stdbool.h>
#include <stdint.h>

enum { RELIEF_SIDE = 48 };

struct relief {
    double height[RELIEF_SIDE][RELIEF_SIDE]; // mm; [row][column], row 0 lowest, column 0 at -x
    bool has[RELIEF_SIDE][RELIEF_SIDE];      // whether there is surface; without it a height means nothing
};

// Middle of a column or row where the square goes from -1 to 1.
static inline double relief_middle(int at) {
    return (2 * at + 1) / (double)RELIEF_SIDE - 1;
}

// The square from -half to half mm about the origin: the height of the frontmost surface at the middle of each cell.
void relief_draw(const float (*vertices)[3], const int32_t (*triangles)[3], int64_t n_triangles, double half,
                 struct relief *relief);
// Cells without surface get heights as a soap film over the gap would have. At least one cell must have surface. What `has`
// says stays.
void relief_fill(struct relief *relief);

#endif
