// Faces of VRML: lists of corners become triangles.
#include "io/scan/vrml.h"

#include <stdio.h>

enum { POLYGON_ENDS = -1, LIST_ENDS = -2 };

// A list of corners: an index of the run, POLYGON_ENDS or LIST_ENDS. The index given counts from the mesh's first.
static int next_corner(const struct vrml *vrml, struct vrml_text *list, struct vrml_run run, int32_t *corner,
                       struct facet_error *error) {
    int64_t index;
    const char *from = list->at, *quick = vrml_quick_index(from, list->end, &index);
    if (quick) {
        list->at = quick;
    } else {
        *corner = LIST_ENDS;
        if (vrml_list_ends(list)) return FACET_OK;
        from = list->at;
        if (!number_integer(&list->at, list->end, &index) || !vrml_ends(list))
            return vrml_broken(&vrml->text, from, "an index or ]", error);
    }
    if (index >= -1 && index < run.count) {
        *corner = index == -1 ? POLYGON_ENDS : (int32_t)(run.first + index);
        return FACET_OK;
    }
    char expected[64];
    snprintf(expected, sizeof expected, "an index from 0 to %lld, or -1,", (long long)run.count - 1);
    return vrml_broken(&vrml->text, from, expected, error);
}

static int add_triangle(const struct vrml *vrml, const struct vrml_face_set *set, const int32_t v[3],
                        const int32_t t[3], struct facet_error *error) {
    int second = set->clockwise ? 2 : 1, third = 3 - second;
    int code = mesh_add_triangle(vrml->builder, v[0], v[second], v[third], error);
    if (code || !set->has_texcoords) return code;
    return mesh_add_texture_triangle(vrml->builder, t[0], t[second], t[third], error);
}

// The same, where there is room, without the calls: they would cost as much as reading the indices.
static inline int put_triangle(const struct vrml *vrml, const struct vrml_face_set *set, int32_t corners[2][3],
                               struct facet_error *error) {
    struct mesh_builder *builder = vrml->builder;
    bool room = builder->mesh.n_triangles < builder->triangle_room &&
                (!set->has_texcoords || builder->n_texture_triangles < builder->texture_triangle_room);
    if (!room || set->clockwise) return add_triangle(vrml, set, corners[0], corners[1], error);
    memcpy(builder->mesh.triangles + 3 * builder->mesh.n_triangles++, corners[0], sizeof corners[0]);
    if (set->has_texcoords)
        memcpy(builder->mesh.texture_triangles + 3 * builder->n_texture_triangles++, corners[1], sizeof corners[1]);
    return FACET_OK;
}

// Where the set has no texture indices of its own, those of the vertices are meant.
static int next_corners(const struct vrml *vrml, const struct vrml_face_set *set, struct vrml_text lists[2],
                        int32_t *vertex, int32_t *texcoord, struct facet_error *error) {
    const char *from = lists[1].at;
    int code = next_corner(vrml, &lists[0], set->vertices, vertex, error);
    *texcoord = *vertex;
    if (code || !set->has_texcoords) return code;
    struct vrml_text *texture = &lists[set->texcoord_index ? 1 : 0];
    if (texture == lists) {
        *texcoord = (int32_t)(*vertex - set->vertices.first + set->texcoords.first);
        if (*vertex < 0 || *vertex - set->vertices.first < set->texcoords.count) return FACET_OK;
        return facet_error_set(error, FACET_ERROR_DATA, "vertex %lld of a face, but only %lld texture coordinates",
                               (long long)(*vertex - set->vertices.first), (long long)set->texcoords.count);
    }
    code = next_corner(vrml, texture, set->texcoords, texcoord, error);
    if (code || (*vertex < 0) == (*texcoord < 0)) return code;
    return vrml_broken(&vrml->text, from, "a texCoordIndex of as many corners a face as coordIndex", error);
}

// One polygon, or the end of the lists.
static int fan(const struct vrml *vrml, const struct vrml_face_set *set, struct vrml_text lists[2], bool *more,
               struct facet_error *error) {
    int32_t v[3], t[3];
    for (int64_t corners = 0;; corners++) {
        int k = corners < 2 ? (int)corners : 2;
        int code = next_corners(vrml, set, lists, &v[k], &t[k], error);
        *more = !code && v[k] != LIST_ENDS;
        if (code || v[k] < 0) return code;
        if (k < 2) continue;
        code = add_triangle(vrml, set, v, t, error);
        if (code) return code;
        v[1] = v[2], t[1] = t[2];
    }
}

// Most polygons are triangles of plain indices: "0, 1, 2, -1,". index: three from 0 to count - 1, then -1.
static inline bool is_triangle(const int64_t index[4], int64_t count) {
    uint64_t end = (uint64_t)count;
    return (uint64_t)index[0] < end && (uint64_t)index[1] < end && (uint64_t)index[2] < end && index[3] == -1;
}

static inline void take_triangle(const int64_t index[4], int64_t first, int32_t corners[3]) {
    for (int k = 0; k < 3; k++) corners[k] = (int32_t)(first + index[k]);
}

static inline bool quick_triangle(struct vrml_text *list, const struct vrml_run *run, int32_t corners[3]) {
    const char *at = list->at;
    int64_t index[4] = {0};
#pragma GCC unroll 4
    for (int k = 0; k < 4; k++) {
        at = vrml_quick_index(at, list->end, &index[k]);
        if (!at) return false;
    }
    if (!is_triangle(index, run->count)) return false;
    take_triangle(index, run->first, corners);
    list->at = at;
    return true;
}

// Where an index begins is known only when the one before is read, so the two lists are read in turn: the processor does
// both at once. False, the lists unmoved: this polygon is something else.
static inline bool quick_triangles(struct vrml_text lists[2], const struct vrml_run runs[2], int32_t corners[2][3]) {
    const char *at = lists[0].at, *other = lists[1].at, *end = lists[0].end;
    int64_t index[4] = {0}, other_index[4] = {0};
#pragma GCC unroll 4
    for (int k = 0; k < 4; k++) {
        at = vrml_quick_index(at, end, &index[k]);
        other = vrml_quick_index(other, end, &other_index[k]);
        if (!at || !other) return false;
    }
    if (!is_triangle(index, runs[0].count) || !is_triangle(other_index, runs[1].count)) return false;
    take_triangle(index, runs[0].first, corners[0]);
    take_triangle(other_index, runs[1].first, corners[1]);
    lists[0].at = at, lists[1].at = other;
    return true;
}

int vrml_fan(struct vrml *vrml, const struct vrml_face_set *set, struct facet_error *error) {
    struct vrml_text lists[2] = {vrml->text, vrml->text};
    const struct vrml_run runs[2] = {set->vertices, set->texcoords};
    lists[0].at = set->coord_index, lists[1].at = set->texcoord_index;
    for (bool more = true; more;) {
        int32_t corners[2][3];
        bool quick = !set->has_texcoords   ? quick_triangle(lists, runs, corners[0])
                     : set->texcoord_index ? quick_triangles(lists, runs, corners)
                                           : false;
        int code = quick ? put_triangle(vrml, set, corners, error) : fan(vrml, set, lists, &more, error);
        if (!code && more) code = vrml_faces_quick(vrml, set, lists, error);
        if (code) return code;
    }
    return FACET_OK;
}
