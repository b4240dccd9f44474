// Transform nodes of VRML: what a node holds is moved when its end is reached, since its fields come in any order.
#include "io/scan/vrml.h"

#include <math.h>

static const struct vrml_place neutral = {.scale = {1, 1, 1}, .rotation = {0, 0, 1, 0}, .stretch = {0, 0, 1, 0}};

int vrml_place_begin(struct vrml *vrml, int64_t depth, struct facet_error *error) {
    const struct mesh_builder *builder = vrml->builder;
    if (vrml->n_places == VRML_MOST_PLACES)
        return vrml_broken(&vrml->text, vrml->text.at, "at most 32 Transforms in each other", error);
    struct vrml_place *place = &vrml->places[vrml->n_places++];
    *place = neutral;
    place->depth = depth, place->number = ++vrml->transforms;
    place->first_vertex = builder->mesh.n_vertices, place->first_triangle = builder->mesh.n_triangles;
    place->first_texture_triangle = builder->n_texture_triangles;
    return FACET_OK;
}

int64_t vrml_place_number(const struct vrml *vrml) {
    return vrml->n_places > 0 ? vrml->places[vrml->n_places - 1].number : 0;
}

static int read_field(struct vrml *vrml, double *values, int n, struct facet_error *error) {
    for (int k = 0; k < n; k++) {
        float value;
        vrml_skip(&vrml->text);
        const char *from = vrml->text.at;
        if (!vrml_float(&vrml->text, &value) || !isfinite(value))
            return vrml_broken(&vrml->text, from, "a number of a Transform", error);
        values[k] = value;
    }
    return FACET_OK;
}

int vrml_place_field(struct vrml *vrml, struct facet_word name, int64_t depth, struct facet_error *error) {
    struct vrml_place *place = vrml->n_places > 0 ? &vrml->places[vrml->n_places - 1] : NULL;
    if (!place || place->depth != depth) return FACET_OK;
    if (facet_word_is(name, "translation")) return read_field(vrml, place->translation, 3, error);
    if (facet_word_is(name, "center")) return read_field(vrml, place->center, 3, error);
    if (facet_word_is(name, "scale")) return read_field(vrml, place->scale, 3, error);
    if (facet_word_is(name, "rotation")) return read_field(vrml, place->rotation, 4, error);
    if (facet_word_is(name, "scaleOrientation")) return read_field(vrml, place->stretch, 4, error);
    return FACET_OK;
}

// ---- the matrix ---------------------------------------------------------------------------------------------------------

// Row by row, from an axis of any length and an angle; no axis, no turn.
static void rotation_of(const double axis[4], double turn, double m[9]) {
    double length = sqrt(axis[0] * axis[0] + axis[1] * axis[1] + axis[2] * axis[2]);
    double angle = length > 0 ? turn * axis[3] : 0, c = cos(angle), s = sin(angle), t = 1 - c, u[3] = {0};
    for (int k = 0; k < 3 && length > 0; k++) u[k] = axis[k] / length;
    for (int row = 0; row < 3; row++)
        for (int column = 0; column < 3; column++) m[3 * row + column] = t * u[row] * u[column] + (row == column) * c;
    m[1] -= s * u[2], m[2] += s * u[1], m[3] += s * u[2];
    m[5] -= s * u[0], m[6] -= s * u[1], m[7] += s * u[0];
}

static void multiply(const double a[9], const double b[9], double product[9]) {
    for (int row = 0; row < 3; row++)
        for (int column = 0; column < 3; column++) {
            double sum = 0;
            for (int k = 0; k < 3; k++) sum += a[3 * row + k] * b[3 * k + column];
            product[3 * row + column] = sum;
        }
}

// rotation * stretch * scale * stretch^-1
static void matrix_of(const struct vrml_place *place, double m[9]) {
    double rotation[9], stretch[9], back[9], product[9];
    rotation_of(place->rotation, 1, rotation);
    rotation_of(place->stretch, 1, stretch);
    rotation_of(place->stretch, -1, back);
    for (int k = 0; k < 9; k++) stretch[k] *= place->scale[k % 3];
    multiply(stretch, back, product);
    multiply(rotation, product, m);
}

// Files often have a Transform that does nothing: then coordinates stay those of the text to the bit.
static bool moves(const struct vrml_place *place) {
    const double *t = place->translation, *s = place->scale;
    bool still = t[0] == 0 && t[1] == 0 && t[2] == 0 && s[0] == 1 && s[1] == 1 && s[2] == 1;
    return !still || place->rotation[3] != 0;
}

static void turn_round(int32_t *triangles, int64_t first, int64_t n) {
    for (int64_t i = first; i < n; i++) {
        int32_t second = triangles[3 * i + 1];
        triangles[3 * i + 1] = triangles[3 * i + 2], triangles[3 * i + 2] = second;
    }
}

static void move(struct mesh_builder *builder, const struct vrml_place *place) {
    struct facet_mesh *mesh = &builder->mesh;
    double m[9];
    matrix_of(place, m);
    for (int64_t i = place->first_vertex; i < mesh->n_vertices; i++) {
        float *v = mesh->vertices + 3 * i;
        double at[3];
        for (int k = 0; k < 3; k++) at[k] = v[k] - place->center[k];
        for (int k = 0; k < 3; k++)
            v[k] = (float)(m[3 * k] * at[0] + m[3 * k + 1] * at[1] + m[3 * k + 2] * at[2] + place->center[k] +
                           place->translation[k]);
    }
    if (place->scale[0] * place->scale[1] * place->scale[2] >= 0) return; // it does not mirror
    turn_round(mesh->triangles, place->first_triangle, mesh->n_triangles);
    turn_round(mesh->texture_triangles, place->first_texture_triangle, builder->n_texture_triangles);
}

void vrml_place_end(struct vrml *vrml, int64_t depth) {
    if (vrml->n_places == 0 || vrml->places[vrml->n_places - 1].depth != depth) return;
    const struct vrml_place *place = &vrml->places[--vrml->n_places];
    if (moves(place) && vrml->builder->mesh.n_vertices > place->first_vertex) move(vrml->builder, place);
}
