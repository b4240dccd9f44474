// Made-up faces.
#include "layouts.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { EXPRESSIONS = 6 };

// What is the person's own and what the face does now.
struct shape {
    double width, height, nose, brow; // mm
    double smile, open, frown;        // of the expression, in mm
};

static struct shape shape_of(int person, int expression, double intensity) {
    double a = sin(person * 12.9898 + 0.5), b = sin(person * 78.233 + 1.5), c = sin(person * 37.719 + 2.5);
    static const double ways[EXPRESSIONS + 1][3] = {{0, 0, 0}, {-2, 1, -5}, {-3, 2, -3}, {-1, 5, 3},
                                                    {6, 3, 1}, {-5, 0, 2},  {0, 12, 6}};
    const double *way = ways[expression < 0 ? 0 : expression % (EXPRESSIONS + 1)];
    return (struct shape){72 + 5 * a,         96 + 6 * b,         20 + 3 * c,        4 + a * b,
                          way[0] * intensity, way[1] * intensity, way[2] * intensity};
}

static double bump(double x, double y, double wide, double high) {
    return exp(-(x * x) / (2 * wide * wide) - (y * y) / (2 * high * high));
}

static double depth(const struct shape *s, double x, double y) {
    double u = x / s->width, v = (y + 5) / s->height, side = fabs(x);
    double z = 62 * sqrt(fmax(0, 1 - 0.8 * u * u - 0.6 * v * v)) - 62;
    z += s->nose * bump(x, y, 7, 8) + 0.6 * s->nose * bump(x, y - 20, 5, 14); // tip and ridge
    z -= 6 * bump(side - 31, y - 37, 10, 6);                                  // eyes
    z += s->brow * bump(side - 28, y - 52 - s->frown, 16, 5);                 // brows
    z += 5 * bump(x, y + 33, 18, 4) + 5 * bump(x, y + 44 + s->open, 16, 4);   // lips
    z -= s->open * bump(x, y + 38 + s->open / 2, 14, 3 + s->open / 4);        // the mouth between them
    z += s->smile * bump(side - 26, y + 34 - s->smile, 8, 6);                 // its corners
    return z + 6 * bump(x, y + 72 + s->open, 12, 9);                          // chin
}

static bool on_face(const struct shape *s, double x, double y) {
    double u = x / s->width, v = (y + 5) / s->height;
    return u * u + v * v < 0.96;
}

static void place(struct layout_face *face, const struct shape *s, double top, enum facet_landmark which, double x,
                  double y) {
    float *at = face->landmarks[which];
    at[0] = (float)x, at[1] = (float)y, at[2] = (float)(depth(s, x, y) - top);
}

static void place_landmarks(struct layout_face *face, const struct shape *s, double top) {
    double corner = -37 + s->smile;
    place(face, s, top, FACET_NOSE_TIP, 0, 0);
    place(face, s, top, FACET_NASION, 0, 38);
    place(face, s, top, FACET_SUBNASALE, 0, -14);
    place(face, s, top, FACET_ALAR_LEFT, 16, -6), place(face, s, top, FACET_ALAR_RIGHT, -16, -6);
    place(face, s, top, FACET_EYE_LEFT_INNER, 17, 36), place(face, s, top, FACET_EYE_LEFT_OUTER, 45, 38);
    place(face, s, top, FACET_EYE_RIGHT_INNER, -17, 36), place(face, s, top, FACET_EYE_RIGHT_OUTER, -45, 38);
    place(face, s, top, FACET_MOUTH_LEFT, 25, corner), place(face, s, top, FACET_MOUTH_RIGHT, -25, corner);
    place(face, s, top, FACET_LIP_UPPER, 0, -33), place(face, s, top, FACET_LIP_LOWER, 0, -45 - s->open);
    place(face, s, top, FACET_CHIN, 0, -74 - s->open);
}

void layout_face_make(struct layout_face *face, int person, int expression, double intensity, int rows, int columns) {
    struct shape s = shape_of(person, expression, intensity);
    size_t n = (size_t)rows * (size_t)columns;
    double top = depth(&s, 0, 0);
    *face = (struct layout_face){rows, columns, calloc(n, sizeof *face->at), calloc(n, sizeof *face->seen), {{0}}};
    if (!face->at || !face->seen) fputs("layouts: out of memory\n", stderr), exit(1);
    for (int r = 0; r < rows; r++)
        for (int c = 0; c < columns; c++) {
            double x = -80 + 160.0 * c / (columns - 1), y = -107 + 214.0 * r / (rows - 1);
            float *at = face->at[r * columns + c];
            at[0] = (float)x, at[1] = (float)y, at[2] = (float)(depth(&s, x, y) - top);
            face->seen[r * columns + c] = on_face(&s, x, y);
        }
    place_landmarks(face, &s, top);
}

void layout_face_free(struct layout_face *face) {
    free(face->at), free(face->seen);
    *face = (struct layout_face){0};
}

// Numbers of the points seen, -1 for the others.
static int32_t *number_points(const struct layout_face *face, int64_t *count) {
    int32_t *number = calloc((size_t)face->rows * (size_t)face->columns, sizeof *number);
    if (!number) fputs("layouts: out of memory\n", stderr), exit(1);
    *count = 0;
    for (int i = 0; i < face->rows * face->columns; i++) number[i] = face->seen[i] ? (int32_t)(*count)++ : -1;
    return number;
}

static void add_triangle(struct facet_mesh *mesh, int32_t a, int32_t b, int32_t c) {
    if (a < 0 || b < 0 || c < 0) return;
    for (int k = 0; k < 3; k++) mesh->triangles[3 * mesh->n_triangles + k] = (int32_t[]){a, b, c}[k];
    for (int k = 0; k < 3; k++) mesh->texture_triangles[3 * mesh->n_triangles + k] = (int32_t[]){a, b, c}[k];
    mesh->n_triangles++;
}

void layout_mesh(const struct layout_face *face, struct facet_mesh *mesh) {
    int rows = face->rows, columns = face->columns;
    size_t n = (size_t)rows * (size_t)columns;
    int32_t *number = number_points(face, &mesh->n_vertices);
    *mesh = (struct facet_mesh){.vertices = calloc(3 * n, sizeof(float)),
                                .triangles = calloc(6 * n, sizeof(int32_t)),
                                .texcoords = calloc(2 * n, sizeof(float)),
                                .texture_triangles = calloc(6 * n, sizeof(int32_t)),
                                .n_vertices = mesh->n_vertices,
                                .n_texcoords = mesh->n_vertices};
    if (!mesh->vertices || !mesh->triangles || !mesh->texcoords || !mesh->texture_triangles)
        fputs("layouts: out of memory\n", stderr), exit(1);
    for (int i = 0; i < rows * columns; i++) {
        if (number[i] < 0) continue;
        for (int k = 0; k < 3; k++) mesh->vertices[3 * number[i] + k] = face->at[i][k];
        mesh->texcoords[2 * number[i]] = (float)(i % columns) / (float)(columns - 1);
        mesh->texcoords[2 * number[i] + 1] = (float)(i / columns) / (float)(rows - 1);
    }
    for (int r = 0; r + 1 < rows; r++)
        for (int c = 0; c + 1 < columns; c++) {
            const int32_t *low = number + r * columns + c, *high = low + columns;
            add_triangle(mesh, low[0], low[1], high[0]);
            add_triangle(mesh, low[1], high[1], high[0]);
        }
    free(number);
}

void layout_picture(struct facet_image *image) {
    enum { WIDTH = 64, HEIGHT = 48 };
    if (facet_image_create(image, WIDTH, HEIGHT, 128, NULL)) fputs("layouts: out of memory\n", stderr), exit(1);
    for (int y = 0; y < HEIGHT; y++)
        for (int x = 0; x < WIDTH; x++) {
            uint8_t *pixel = image->rgb + 3 * (y * WIDTH + x);
            pixel[0] = (uint8_t)(255 * x / (WIDTH - 1)), pixel[1] = (uint8_t)(255 * (HEIGHT - 1 - y) / (HEIGHT - 1));
        }
}
