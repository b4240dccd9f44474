#include "describe/relief.h"

#include <math.h>
#include <string.h>

// ---- drawing ----------------------------------------------------------------------------------------------------------

static double least_of(double a, double b, double c) {
    double two = a < b ? a : b;
    return two < c ? two : c;
}

// The first cell whose middle is not below a place, 0 to RELIEF_SIDE. Without ceil(), which is a call on plain x86-64.
static int cell_from(double place) {
    if (!(place > 0)) return 0;
    if (place > RELIEF_SIDE - 1) return RELIEF_SIDE;
    int whole = (int)place;
    return whole + (place > whole);
}

// One past the last cell whose middle is not above a place.
static int cell_to(double place) {
    if (!(place >= 0)) return 0;
    return place >= RELIEF_SIDE - 1 ? RELIEF_SIDE : (int)place + 1;
}

static double side_of(const double a[3], const double b[3], double x, double y) {
    return (b[0] - a[0]) * (y - a[1]) - (b[1] - a[1]) * (x - a[0]);
}

static void put(struct relief *relief, int row, int column, double height) {
    if (relief->has[row][column] && relief->height[row][column] >= height) return;
    relief->has[row][column] = true;
    relief->height[row][column] = height;
}

// Corners are in cells (a whole number is a middle), heights in mm.
static void draw_triangle(const double a[3], const double b[3], const double c[3], struct relief *relief) {
    int left = cell_from(least_of(a[0], b[0], c[0])), right = cell_to(-least_of(-a[0], -b[0], -c[0]));
    int low = cell_from(least_of(a[1], b[1], c[1])), high = cell_to(-least_of(-a[1], -b[1], -c[1]));
    if (left >= right || low >= high) return;
    double area = side_of(a, b, c[0], c[1]);
    if (area == 0) return; // seen edge on
    for (int y = low; y < high; y++) {
        for (int x = left; x < right; x++) {
            double u = side_of(b, c, x, y) / area, v = side_of(c, a, x, y) / area, w = 1 - u - v;
            if (u >= 0 && v >= 0 && w >= 0) put(relief, y, x, u * a[2] + v * b[2] + w * c[2]);
        }
    }
}

void relief_draw(const float (*vertices)[3], const int32_t (*triangles)[3], int64_t n_triangles, double half,
                 struct relief *relief) {
    double cells = RELIEF_SIDE / (2 * half), middle = (RELIEF_SIDE - 1) / 2.0;
    memset(relief, 0, sizeof *relief);
    for (int64_t t = 0; t < n_triangles; t++) {
        double corner[3][3];
        for (int k = 0; k < 3; k++) {
            const float *v = vertices[triangles[t][k]];
            corner[k][0] = v[0] * cells + middle, corner[k][1] = v[1] * cells + middle, corner[k][2] = v[2];
        }
        draw_triangle(corner[0], corner[1], corner[2], relief);
    }
}

// ---- filling ----------------------------------------------------------------------------------------------------------

static double mean_of(const struct relief *relief) {
    double sum = 0;
    int n = 0;
    for (int y = 0; y < RELIEF_SIDE; y++)
        for (int x = 0; x < RELIEF_SIDE; x++)
            if (relief->has[y][x]) sum += relief->height[y][x], n++;
    return n ? sum / n : 0;
}

static double around(const struct relief *relief, int y, int x) {
    double sum = 0;
    int n = 0;
    if (y > 0) sum += relief->height[y - 1][x], n++;
    if (y < RELIEF_SIDE - 1) sum += relief->height[y + 1][x], n++;
    if (x > 0) sum += relief->height[y][x - 1], n++;
    if (x < RELIEF_SIDE - 1) sum += relief->height[y][x + 1], n++;
    return sum / n;
}

// Each becomes the mean of its neighbours, over and over, a little too far each time so that wide gaps are done soon.
void relief_fill(struct relief *relief) {
    enum { ROUNDS = 100 };
    const double too_far = 1.8;
    double mean = mean_of(relief);
    int16_t gap[RELIEF_SIDE * RELIEF_SIDE];
    int n = 0;
    for (int i = 0; i < RELIEF_SIDE * RELIEF_SIDE; i++) {
        int y = i / RELIEF_SIDE, x = i % RELIEF_SIDE;
        if (!relief->has[y][x]) relief->height[y][x] = mean, gap[n++] = (int16_t)i;
    }
    for (int round = 0; round < ROUNDS && n > 0; round++) {
        for (int i = 0; i < n; i++) {
            int y = gap[i] / RELIEF_SIDE, x = gap[i] % RELIEF_SIDE;
            relief->height[y][x] += too_far * (around(relief, y, x) - relief->height[y][x]);
        }
    }
}
