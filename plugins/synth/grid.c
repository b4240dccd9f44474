#include "synth/grid.h"

#include <math.h>
#include <stdlib.h>

enum { MOUTH_RINGS = 4, LID_RINGS = 2, ROW_PARTS = 11, COLUMN_PARTS = 5 };
static const double mouth_depths[MOUTH_RINGS] = {2, 5, 11, 20}; // mm
static const double lid_depths[LID_RINGS] = {1.8, 4.5};         // mm
static const double eyeball_reach = 1.3;                        // radians from the pole
static const double pi = 3.14159265358979323846;

// A slit between two columns in one row: its upper border are the grid's own vertices, its lower border their doubles.
struct slit {
    int row, first, last; // columns of the corners
    int64_t lower;        // vertex of column first + 1 in the lower border
};

static int64_t across(int base, double density) {
    return (int64_t)fmax(1, floor(base * sqrt(density) + 0.5));
}

// Knots with a number of steps between each two; writes every position and returns how many there are.
static int spread(const double *knots, const int64_t *steps, int parts, double *out) {
    int n = 0;
    for (int p = 0; p < parts; p++) {
        for (int64_t i = 0; i < steps[p]; i++) {
            out[n++] = knots[p] + (knots[p + 1] - knots[p]) * (double)i / (double)steps[p];
        }
    }
    out[n++] = knots[parts];
    return n;
}

static int total(const int64_t *steps, int parts) {
    int64_t n = 1;
    for (int p = 0; p < parts; p++) n += steps[p];
    return (int)n;
}

static int make_rows(double density, struct grid *grid, int *eye_row, int *mouth_row) {
    const double y[ROW_PARTS + 1] = {150, 112, 70, 46, anatomy_eye_y, 27, 8, -14, anatomy_mouth_y, -54, -86, -126};
    static const int base[ROW_PARTS] = {7, 10, 8, 8, 7, 8, 12, 11, 11, 12, 10};
    int64_t steps[ROW_PARTS];
    for (int p = 0; p < ROW_PARTS; p++) steps[p] = across(base[p], density);
    grid->row_y = malloc((size_t)total(steps, ROW_PARTS) * sizeof *grid->row_y);
    if (!grid->row_y) return FACET_ERROR_MEMORY;
    grid->rows = spread(y, steps, ROW_PARTS, grid->row_y);
    *eye_row = total(steps, 4) - 1;
    *mouth_row = total(steps, 8) - 1;
    return FACET_OK;
}

// Columns run through the corners of the eyes and the mouth. corner holds their distances from the middle column.
static int make_columns(double density, struct grid *grid, int corner[3]) {
    double eye = anatomy_half_width(anatomy_eye_y), mouth = anatomy_half_width(anatomy_mouth_y);
    double knots[COLUMN_PARTS + 1] = {0,
                                      anatomy_angle_of((anatomy_eye_x - anatomy_eye_half) / eye),
                                      anatomy_angle_of(anatomy_mouth_half / mouth),
                                      anatomy_angle_of((anatomy_eye_x + anatomy_eye_half) / eye),
                                      anatomy_angle_of(0.93),
                                      2.2};
    static const int base[COLUMN_PARTS] = {9, 8, 8, 9, 12};
    int64_t steps[COLUMN_PARTS];
    for (int p = 0; p < COLUMN_PARTS; p++) steps[p] = across(base[p], density);
    int half = total(steps, COLUMN_PARTS);
    grid->columns = 2 * half - 1;
    grid->column_angle = malloc((size_t)grid->columns * sizeof *grid->column_angle);
    if (!grid->column_angle) return FACET_ERROR_MEMORY;
    spread(knots, steps, COLUMN_PARTS, grid->column_angle + half - 1);
    for (int i = 1; i < half; i++) grid->column_angle[half - 1 - i] = -grid->column_angle[half - 1 + i];
    for (int i = 0; i < 3; i++) corner[i] = total(steps, i + 1) - 1;
    return FACET_OK;
}

static struct anatomy_site skin_site(const struct grid *grid, int row, int column) {
    double y = grid->row_y[row], angle = grid->column_angle[column];
    return (struct anatomy_site){.layer = ANATOMY_SKIN, .angle = angle, .x = anatomy_skin_x(angle, y), .y = y};
}

static void add_site(struct grid *grid, struct anatomy_site site) {
    grid->sites[grid->n_sites++] = site;
}

static void add_triangle(struct grid *grid, int64_t a, int64_t b, int64_t c) {
    int32_t *t = grid->triangles + 3 * grid->n_triangles++;
    t[0] = (int32_t)a, t[1] = (int32_t)b, t[2] = (int32_t)c;
}

// Corners as seen from outside.
static void add_quad(struct grid *grid, int64_t top_left, int64_t top_right, int64_t left, int64_t right) {
    add_triangle(grid, top_left, left, right);
    add_triangle(grid, top_left, right, top_right);
}

static int64_t border(const struct grid *grid, const struct slit *slit, int column, int half) {
    bool inside = column > slit->first && column < slit->last;
    return half < 0 && inside ? slit->lower + column - slit->first - 1 : (int64_t)slit->row * grid->columns + column;
}

static void cut_slit(struct grid *grid, struct slit *slit) {
    slit->lower = grid->n_sites;
    for (int column = slit->first + 1; column < slit->last; column++) {
        struct anatomy_site site = skin_site(grid, slit->row, column);
        site.half = -1;
        add_site(grid, site);
        grid->sites[border(grid, slit, column, 1)].half = 1;
    }
}

// The vertex that a patch above (half +1) or below (-1) the row sees.
static int64_t skin_vertex(const struct grid *grid, const struct slit slits[3], int row, int column, int half) {
    for (int s = 0; s < 3; s++) {
        if (slits[s].row == row && column > slits[s].first && column < slits[s].last) {
            return border(grid, &slits[s], column, half);
        }
    }
    return (int64_t)row * grid->columns + column;
}

static void add_skin(struct grid *grid, struct slit slits[3]) {
    for (int row = 0; row < grid->rows; row++) {
        for (int column = 0; column < grid->columns; column++) add_site(grid, skin_site(grid, row, column));
    }
    for (int s = 0; s < 3; s++) cut_slit(grid, &slits[s]);
    for (int row = 0; row + 1 < grid->rows; row++) {
        for (int column = 0; column + 1 < grid->columns; column++) {
            add_quad(grid, skin_vertex(grid, slits, row, column, -1), skin_vertex(grid, slits, row, column + 1, -1),
                     skin_vertex(grid, slits, row + 1, column, 1), skin_vertex(grid, slits, row + 1, column + 1, 1));
        }
    }
}

// A ring of vertices behind the slit: the upper ones from corner to corner, then the lower ones between the corners.
static int64_t add_ring(struct grid *grid, const struct slit *slit, enum anatomy_layer layer, double depth) {
    int64_t first = grid->n_sites;
    for (int half = 1; half >= -1; half -= 2) {
        for (int column = slit->first; column <= slit->last; column++) {
            bool corner = column == slit->first || column == slit->last;
            struct anatomy_site site = skin_site(grid, slit->row, column);
            if (corner && half < 0) continue;
            site.layer = layer;
            site.half = corner ? 0 : half;
            site.depth = depth;
            add_site(grid, site);
        }
    }
    return first;
}

static int64_t ring_vertex(const struct grid *grid, const struct slit *slit, int64_t ring, int column, int half) {
    if (ring < 0) return border(grid, slit, column, half);
    bool lower = half < 0 && column > slit->first && column < slit->last;
    return lower ? ring + slit->last - slit->first + column - slit->first : ring + column - slit->first;
}

// From the slit's border (outer < 0) or a ring to the next ring behind it.
static void add_lining(struct grid *grid, const struct slit *slit, int64_t outer, int64_t inner) {
    for (int column = slit->first; column < slit->last; column++) {
        int64_t a = ring_vertex(grid, slit, outer, column, 1), b = ring_vertex(grid, slit, outer, column + 1, 1);
        int64_t c = ring_vertex(grid, slit, inner, column, 1), d = ring_vertex(grid, slit, inner, column + 1, 1);
        add_quad(grid, a, b, c, d);
        a = ring_vertex(grid, slit, outer, column, -1), b = ring_vertex(grid, slit, outer, column + 1, -1);
        c = ring_vertex(grid, slit, inner, column, -1), d = ring_vertex(grid, slit, inner, column + 1, -1);
        add_quad(grid, c, d, a, b);
    }
}

// A pocket behind the slit, closed at its back.
static void add_pocket(struct grid *grid, const struct slit *slit, enum anatomy_layer layer, const double *depths,
                       int rings) {
    int64_t outer = -1;
    for (int k = 0; k < rings; k++) {
        int64_t inner = add_ring(grid, slit, layer, depths[k]);
        add_lining(grid, slit, outer, inner);
        outer = inner;
    }
    for (int column = slit->first; column < slit->last; column++) {
        int64_t a = ring_vertex(grid, slit, outer, column, 1), b = ring_vertex(grid, slit, outer, column + 1, 1);
        int64_t c = ring_vertex(grid, slit, outer, column, -1), d = ring_vertex(grid, slit, outer, column + 1, -1);
        if (a != c) add_triangle(grid, a, c, d);
        if (b != d) add_triangle(grid, a, d, b);
    }
}

static void add_eyeball(struct grid *grid, double x, int rings, int spokes) {
    int64_t pole = grid->n_sites;
    struct anatomy_site site = {.layer = ANATOMY_EYEBALL, .x = x, .y = anatomy_eye_y};
    add_site(grid, site);
    for (int r = 1; r <= rings; r++) {
        for (int s = 0; s < spokes; s++) {
            site.depth = eyeball_reach * r / rings;
            site.turn = 2 * pi * s / spokes;
            add_site(grid, site);
        }
    }
    for (int s = 0; s < spokes; s++) {
        int64_t a = pole + 1 + s, b = pole + 1 + (s + 1) % spokes;
        add_triangle(grid, pole, a, b);
        for (int r = 1; r < rings; r++, a += spokes, b += spokes) add_quad(grid, a, b, a + spokes, b + spokes);
    }
}

static int allocate(struct grid *grid, const struct slit slits[3], int rings, int spokes) {
    int64_t skin = (int64_t)grid->rows * grid->columns, ring = 0;
    for (int s = 0; s < 3; s++) ring += 2 * (int64_t)(slits[s].last - slits[s].first);
    int64_t sites = skin + (1 + MOUTH_RINGS) * ring + 2 * (1 + (int64_t)rings * spokes);
    grid->sites = malloc((size_t)sites * sizeof *grid->sites);
    grid->triangles = malloc((size_t)(2 * sites) * 3 * sizeof *grid->triangles); // fewer, by Euler's formula
    return grid->sites && grid->triangles ? FACET_OK : FACET_ERROR_MEMORY;
}

int grid_create(double density, struct grid *grid, struct facet_error *error) {
    int eye_row = 0, mouth_row = 0, corner[3] = {0}, rings = (int)across(9, density),
        spokes = (int)fmax(6, (double)across(22, density));
    *grid = (struct grid){0};
    int code = make_rows(density, grid, &eye_row, &mouth_row);
    if (!code) code = make_columns(density, grid, corner);
    int middle = grid->columns / 2;
    struct slit slits[3] = {{eye_row, middle - corner[2], middle - corner[0], 0},
                            {eye_row, middle + corner[0], middle + corner[2], 0},
                            {mouth_row, middle - corner[1], middle + corner[1], 0}};
    if (!code) code = allocate(grid, slits, rings, spokes);
    if (code) {
        grid_free(grid);
        return facet_error_set(error, code, "out of memory for the built-in face at density %g", density);
    }
    add_skin(grid, slits);
    for (int s = 0; s < 2; s++) add_pocket(grid, &slits[s], ANATOMY_LID, lid_depths, LID_RINGS);
    add_pocket(grid, &slits[2], ANATOMY_MOUTH, mouth_depths, MOUTH_RINGS);
    for (int side = -1; side <= 1; side += 2) add_eyeball(grid, side * anatomy_eye_x, rings, spokes);
    return FACET_OK;
}

void grid_free(struct grid *grid) {
    free(grid->sites);
    free(grid->triangles);
    free(grid->row_y);
    free(grid->column_angle);
    *grid = (struct grid){0};
}
