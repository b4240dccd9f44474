// The built-in face's mesh: a grid of skin with three slits, lined lids and lips, and two eyeballs.
#ifndef FACET_SYNTH_GRID_H
#define FACET_SYNTH_GRID_H

#include "synth/anatomy.h"

#include <facet/error.h>
#include <stdbool.h>

#include <stdint.h>

struct grid {
    int64_t n_sites, n_triangles;
    struct anatomy_site *sites;
    int32_t *triangles; // counter-clockwise seen from outside
    // the grid of skin: rows from the crown down, columns from right to left
    int rows, columns;
    double *row_y, *column_angle;
};

int grid_create(double density, struct grid *grid, struct facet_error *error);
void grid_free(struct grid *grid);

#endif
