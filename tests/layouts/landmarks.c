// Landmarks in the layouts of the datasets.
#include "files.h"
#include "layouts.h"

#include <math.h>
#include <stdlib.h>

enum { BND_ROWS = 83, NAMES = 22 };

// Rows of .bnd that are landmarks of ours, from 1; the left eye's come first, and 84 stands in RAW_84 sets only.
static const int bnd_rows[FACET_LANDMARKS] = {
    [FACET_EYE_LEFT_INNER] = 1, [FACET_EYE_LEFT_OUTER] = 5, [FACET_EYE_RIGHT_INNER] = 9, [FACET_EYE_RIGHT_OUTER] = 13,
    [FACET_ALAR_LEFT] = 40,     [FACET_SUBNASALE] = 43,     [FACET_ALAR_RIGHT] = 45,     [FACET_MOUTH_LEFT] = 49,
    [FACET_LIP_UPPER] = 52,     [FACET_MOUTH_RIGHT] = 55,   [FACET_LIP_LOWER] = 58,      [FACET_CHIN] = 76,
    [FACET_NOSE_TIP] = 84,
};

static double distance(const float a[3], const float b[3]) {
    return hypot(hypot((double)a[0] - b[0], (double)a[1] - b[1]), (double)a[2] - b[2]);
}

static int64_t nearest_vertex(const struct facet_mesh *mesh, const float at[3]) {
    int64_t best = 0;
    for (int64_t i = 1; i < mesh->n_vertices; i++)
        if (distance(mesh->vertices + 3 * i, at) < distance(mesh->vertices + 3 * best, at)) best = i;
    return best;
}

// Where row (from 1) of .bnd stands; rows that are none of our landmarks run around the face.
static void bnd_place(const struct layout_face *face, int row, float at[3]) {
    double angle = 0.1 * row;
    at[0] = (float)(50 * cos(angle)), at[1] = (float)(60 * sin(angle)), at[2] = -30;
    for (int i = 0; i < FACET_LANDMARKS; i++)
        if (bnd_rows[i] == row)
            for (int k = 0; k < 3; k++) at[k] = face->landmarks[i][k];
}

void layout_write_bnd(const char *path, const struct layout_face *face) {
    struct facet_mesh mesh;
    FILE *file = layout_open(path);
    layout_mesh(face, &mesh);
    for (int row = 1; row <= BND_ROWS; row++) {
        float at[3];
        bnd_place(face, row, at);
        int64_t vertex = nearest_vertex(&mesh, at);
        const float *v = mesh.vertices + 3 * vertex;
        fprintf(file, "%lld\t\t%.6g %.6g %.6g\n", (long long)vertex, v[0], v[1], v[2]);
    }
    fputc('\n', file);
    layout_close(file, path);
    facet_mesh_free(&mesh);
}

void layout_write_84_points(const char *path, const struct layout_face *face) {
    FILE *file = layout_open(path);
    for (int row = 1; row <= BND_ROWS + 1; row++) {
        float at[3];
        bnd_place(face, row, at);
        fprintf(file, "%.6g %.6g %.6g\n", at[0], at[1], at[2]);
    }
    layout_close(file, path);
}

void layout_write_pse(const char *path, const struct layout_face *face) {
    static const enum facet_landmark order[] = {FACET_EYE_RIGHT_INNER, FACET_EYE_RIGHT_OUTER, FACET_EYE_LEFT_INNER,
                                                FACET_EYE_LEFT_OUTER,  FACET_ALAR_RIGHT,      FACET_ALAR_LEFT,
                                                FACET_NOSE_TIP,        FACET_SUBNASALE};
    FILE *file = layout_open(path);
    for (int i = 0; i < 8; i++) {
        const float *at = face->landmarks[order[i]];
        fprintf(file, "%d %.6g %.6g %.6g\n", i + 1, at[0], at[1], at[2]);
    }
    layout_close(file, path);
}

// Names of Bosphorus; those that are none of our landmarks lie between two of them, or beside one.
static const struct named {
    const char *name;
    enum facet_landmark from, to;
    float up; // mm
} named[NAMES] = {
    {"Outer left eyebrow", FACET_EYE_LEFT_OUTER, FACET_EYE_LEFT_OUTER, 14},
    {"Middle of the left eyebrow", FACET_EYE_LEFT_OUTER, FACET_EYE_LEFT_INNER, 16},
    {"Inner left eyebrow", FACET_EYE_LEFT_INNER, FACET_EYE_LEFT_INNER, 14},
    {"Inner right eyebrow", FACET_EYE_RIGHT_INNER, FACET_EYE_RIGHT_INNER, 14},
    {"Middle of the right eyebrow", FACET_EYE_RIGHT_OUTER, FACET_EYE_RIGHT_INNER, 16},
    {"Outer right eyebrow", FACET_EYE_RIGHT_OUTER, FACET_EYE_RIGHT_OUTER, 14},
    {"Outer left eye corner", FACET_EYE_LEFT_OUTER, FACET_EYE_LEFT_OUTER, 0},
    {"Inner left eye corner", FACET_EYE_LEFT_INNER, FACET_EYE_LEFT_INNER, 0},
    {"Inner right eye corner", FACET_EYE_RIGHT_INNER, FACET_EYE_RIGHT_INNER, 0},
    {"Outer right eye corner", FACET_EYE_RIGHT_OUTER, FACET_EYE_RIGHT_OUTER, 0},
    {"Nose saddle left", FACET_NASION, FACET_EYE_LEFT_INNER, 0},
    {"Nose saddle right", FACET_NASION, FACET_EYE_RIGHT_INNER, 0},
    {"Left nose peak", FACET_ALAR_LEFT, FACET_ALAR_LEFT, 0},
    {"Nose tip", FACET_NOSE_TIP, FACET_NOSE_TIP, 0},
    {"Right nose peak", FACET_ALAR_RIGHT, FACET_ALAR_RIGHT, 0},
    {"Left mouth corner", FACET_MOUTH_LEFT, FACET_MOUTH_LEFT, 0},
    {"Upper lip outer middle", FACET_LIP_UPPER, FACET_LIP_UPPER, 0},
    {"Right mouth corner", FACET_MOUTH_RIGHT, FACET_MOUTH_RIGHT, 0},
    {"Upper lip inner middle", FACET_LIP_UPPER, FACET_LIP_UPPER, -4},
    {"Lower lip inner middle", FACET_LIP_LOWER, FACET_LIP_LOWER, 4},
    {"Lower lip outer middle", FACET_LIP_LOWER, FACET_LIP_LOWER, 0},
    {"Chin middle", FACET_CHIN, FACET_CHIN, 0},
};

static void named_place(const struct layout_face *face, const struct named *name, float at[3]) {
    const float *a = face->landmarks[name->from], *b = face->landmarks[name->to];
    for (int k = 0; k < 3; k++) at[k] = (a[k] + b[k]) / 2 + (k == 1 ? name->up : 0);
}

void layout_write_lm3(const char *path, const struct layout_face *face) {
    FILE *file = layout_open(path);
    fprintf(file, "# 3D landmarks\n\n%d landmarks:\n", NAMES);
    for (int i = 0; i < NAMES; i++) {
        float at[3];
        named_place(face, &named[i], at);
        fprintf(file, "%s\n%.6g %.6g %.6g\n", named[i].name, at[0], at[1], at[2]);
    }
    layout_close(file, path);
}

void layout_write_lm2(const char *path, const struct layout_face *face) {
    struct facet_image picture;
    FILE *file = layout_open(path);
    layout_picture(&picture);
    fprintf(file, "# 2D landmarks\n\n%d landmarks\nLabels:\n", NAMES);
    for (int i = 0; i < NAMES; i++) fprintf(file, "%s\n", named[i].name);
    fputs("\n2D Image coordinates:\n", file);
    for (int i = 0; i < NAMES; i++) {
        float at[3];
        named_place(face, &named[i], at);
        fprintf(file, "%.6g %.6g\n", picture.width * (at[0] + 80.0) / 160, picture.height * (107.0 - at[1]) / 214);
    }
    layout_close(file, path);
    facet_image_free(&picture);
}
