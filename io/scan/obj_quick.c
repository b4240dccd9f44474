// The lines that OBJ files are made of, one after the other without a look at what else there might be. A line that differs
// is left to obj.c.
#include "io/scan/obj.h"
#include "io/scan/quick.h"

#if defined(__x86_64__)

enum { MOST_QUICK_INDEX = 99999999, MOST_PATIENCE = 63 }; // an index of eight digits; lines

// Room for what the next lines may hold, and for what a store of 16 bytes writes behind it.
static int make_room(struct obj *obj, struct facet_error *error) {
    struct mesh_builder *b = obj->builder;
    const struct facet_mesh *m = &b->mesh;
    int64_t vertices = m->n_vertices + QUICK_LINES, triangles = m->n_triangles + 2 * QUICK_LINES + 1;
    int64_t texcoords = m->n_texcoords + QUICK_LINES, textured = b->n_texture_triangles + 2 * QUICK_LINES + 1;
    if (vertices > b->vertex_room || triangles > b->triangle_room) {
        int code = mesh_reserve(b, vertices, triangles, error);
        if (code) return code;
    }
    if (texcoords <= b->texcoord_room && textured <= b->texture_triangle_room) return FACET_OK;
    return mesh_reserve_textured(b, texcoords, textured, error);
}

QUICK_INLINE bool quick_vertex(struct obj *obj, struct quick *q, const struct quick_line *line) {
    struct facet_mesh *mesh = &obj->builder->mesh;
    float *vertex = mesh->vertices + 3 * mesh->n_vertices;
    if (line->words != 4) return false;
    for (int k = 0; k < 3; k++) vertex[k] = quick_float(q, line, 1 + k);
    bool sure = quick_sure(q, 16);
    mesh->n_vertices += sure;
    return sure;
}

QUICK_INLINE bool quick_coloured_vertex(struct obj *obj, struct quick *q, const struct quick_line *line,
                                        struct facet_error *error, int *code) {
    struct facet_mesh *mesh = &obj->builder->mesh;
    float *vertex = mesh->vertices + 3 * mesh->n_vertices, colour[3];
    for (int k = 0; k < 3; k++) vertex[k] = quick_float(q, line, 1 + k);
    for (int k = 0; k < 3; k++) colour[k] = quick_float(q, line, 4 + k);
    if (!quick_sure(q, 16)) return false;
    mesh->n_vertices++;
    *code = obj_add_colour(obj, colour, error);
    return true;
}

QUICK_INLINE bool quick_texcoord(struct obj *obj, struct quick *q, const struct quick_line *line) {
    struct facet_mesh *mesh = &obj->builder->mesh;
    float *texcoord = mesh->texcoords + 2 * mesh->n_texcoords;
    if (line->words != 3 && line->words != 4) return false; // a third is of no use here
    for (int k = 0; k < 2; k++) texcoord[k] = quick_float(q, line, 1 + k);
    bool sure = quick_sure(q, 16);
    mesh->n_texcoords += sure;
    return sure;
}

QUICK_INLINE void store_three(int32_t *to, __m128i numbers) {
    _mm_storeu_si128((__m128i *)to, _mm_add_epi32(numbers, _mm_set1_epi32(-1)));
}

// Whether a slash ends word k, and `gap` - 1 more of them begin word k + 1.
QUICK_INLINE bool joined(const struct quick_line *line, int k, int gap) {
    const char *end = line->at + line->end[k];
    return (end[0] == '/') & (end[gap - 1] == '/') & (line->begin[k + 1] - line->end[k] == gap);
}

// The largest number a face may have while `known` things are.
QUICK_INLINE int32_t most_index(int64_t known) {
    return (int32_t)(known < MOST_QUICK_INDEX ? known : MOST_QUICK_INDEX);
}

QUICK_INLINE bool quick_vertices(struct obj *obj, __m128i numbers) {
    struct facet_mesh *mesh = &obj->builder->mesh;
    if (!quick_within(numbers, 3, 1, most_index(mesh->n_vertices))) return false;
    store_three(mesh->triangles + 3 * mesh->n_triangles, numbers);
    return true;
}

// f a b c and f a//n b//n c//n: step is 1 or 2 words a corner.
QUICK_INLINE bool quick_bare_face(struct obj *obj, struct quick *q, const struct quick_line *line, int step) {
    bool expected = !obj->textured;
    __m128i ab = quick_two(q, line, 1, 1 + step), c = quick_two(q, line, 1 + 2 * step, 1 + 2 * step);
    for (int k = 1; step == 2 && k < 7; k += 2) expected &= joined(line, k, 2);
    if (step == 2) quick_two(q, line, 2, 4), quick_two(q, line, 6, 6);
    if (!expected || !quick_sure(q, 8) || !quick_vertices(obj, quick_four(q, ab, c))) return false;
    obj->builder->mesh.n_triangles++;
    return true;
}

// f a/t b/t c/t and f a/t/n b/t/n c/t/n: step is 2 or 3 words a corner.
QUICK_INLINE bool quick_textured_face(struct obj *obj, struct quick *q, const struct quick_line *line, int step) {
    struct mesh_builder *builder = obj->builder;
    int a = 1, b = 1 + step, c = 1 + 2 * step;
    bool expected = obj->textured && builder->n_texture_triangles == builder->mesh.n_triangles;
    for (int k = 1; k <= 3 * step; k += step) {
        expected &= joined(line, k, 1);
        if (step == 3) expected &= joined(line, k + 1, 1);
    }
    __m128i ab = quick_two(q, line, a, b), ct = quick_two(q, line, c, a + 1), tt = quick_two(q, line, b + 1, c + 1);
    if (step == 3) quick_two(q, line, 3, 6), quick_two(q, line, 9, 9);
    if (!expected || !quick_sure(q, 8)) return false;
    __m128i vertices = quick_four(q, ab, ct), texcoords = _mm_alignr_epi8(quick_four(q, tt, tt), vertices, 12);
    if (!quick_within(texcoords, 3, 1, most_index(builder->mesh.n_texcoords))) return false;
    if (!quick_vertices(obj, vertices)) return false;
    store_three(builder->mesh.texture_triangles + 3 * builder->n_texture_triangles++, texcoords);
    builder->mesh.n_triangles++;
    return true;
}

// Two triangles of four numbers, fanned from the first.
QUICK_INLINE void store_four(int32_t *to, __m128i numbers) {
    store_three(to, numbers);
    store_three(to + 3, _mm_shuffle_epi32(numbers, _MM_SHUFFLE(3, 3, 2, 0)));
}

// Four corners of any of these forms; step is 1 to 3 words a corner, with texture coordinates or without.
QUICK_INLINE bool quick_quad(struct obj *obj, struct quick *q, const struct quick_line *line, int step, bool textured) {
    struct mesh_builder *builder = obj->builder;
    struct facet_mesh *mesh = &builder->mesh;
    bool expected = obj->textured == textured && (!textured || builder->n_texture_triangles == mesh->n_triangles);
    for (int k = 0; step > 1 && k < 4; k++) expected &= joined(line, 1 + k * step, textured ? 1 : 2);
    for (int k = 0; step > 2 && k < 4; k++) expected &= joined(line, 2 + k * step, 1);
    __m128i numbers[3];
    for (int i = 0; i < step; i++) // of vertices, then of the others
        numbers[i] = quick_four(q, quick_two(q, line, 1 + i, 1 + i + step),
                                quick_two(q, line, 1 + i + 2 * step, 1 + i + 3 * step));
    if (!expected || !quick_sure(q, 8) || !quick_within(numbers[0], 4, 1, most_index(mesh->n_vertices))) return false;
    if (textured) {
        if (!quick_within(numbers[1], 4, 1, most_index(mesh->n_texcoords))) return false;
        store_four(mesh->texture_triangles + 3 * builder->n_texture_triangles, numbers[1]);
        builder->n_texture_triangles += 2;
    }
    store_four(mesh->triangles + 3 * mesh->n_triangles, numbers[0]);
    mesh->n_triangles += 2;
    return true;
}

QUICK_INLINE bool quick_face(struct obj *obj, struct quick *q, const struct quick_line *line) {
    switch (line->words << 8 | line->others) {
    case 4 << 8:
        return quick_bare_face(obj, q, line, 1);
    case 7 << 8 | 3:
        return quick_textured_face(obj, q, line, 2);
    case 7 << 8 | 6:
        return quick_bare_face(obj, q, line, 2);
    case 10 << 8 | 6:
        return quick_textured_face(obj, q, line, 3);
    case 5 << 8:
        return quick_quad(obj, q, line, 1, false);
    case 9 << 8 | 4:
        return quick_quad(obj, q, line, 2, true);
    case 9 << 8 | 8:
        return quick_quad(obj, q, line, 2, false);
    case 13 << 8 | 8:
        return quick_quad(obj, q, line, 3, true);
    default:
        return false;
    }
}

// A line of normals, which a mesh has no place for, may be anything that does not go on in the next.
QUICK_INLINE bool quick_normal(const struct quick_line *line) {
    const char *last = line->at + line->bytes - 2;
    return last[0] != '\\' && (last[0] != '\r' || last[-1] != '\\');
}

QUICK_INLINE bool quick_line(struct obj *obj, struct quick *q, const struct quick_line *line, struct facet_error *error,
                             int *code) {
    char first = line->at[0], second = line->at[1];
    quick_forget(q);
    if (first == 'f' && second == ' ') return quick_face(obj, q, line);
    if (first != 'v') return false;
    if (second == 'n') return quick_normal(line);
    if (line->others > 0) return false;
    if (second == 't') return line->at[2] == ' ' && quick_texcoord(obj, q, line);
    if (second != ' ') return false;
    return line->words == 7 ? quick_coloured_vertex(obj, q, line, error, code) : quick_vertex(obj, q, line);
}

QUICK_CODE static int read_lines(struct obj *obj, struct facet_error *error) {
    struct facet_text *text = &obj->text;
    struct quick_line lines[QUICK_LINES];
    struct quick q = quick_begin();
    int64_t begin = text->line;
    int done = QUICK_LINES;
    while (done == QUICK_LINES) {
        int code = make_room(obj, error), n = code ? 0 : quick_cut_lines(text->at, text->end, '/', lines);
        for (done = 0; !code && done < n && quick_line(obj, &q, &lines[done], error, &code);)
            text->at += lines[done++].bytes;
        text->line += done;
        if (code) return code;
    }
    obj->patience = text->line > begin ? 0 : obj->patience < MOST_PATIENCE ? 2 * obj->patience + 1 : MOST_PATIENCE;
    obj->careful = obj->patience;
    return FACET_OK;
}

int obj_read_quick(struct obj *obj, struct facet_error *error) {
    bool behind = obj->text.at - obj->begin >= 16; // numbers are loaded with what stands before them
    if (obj->careful > 0) return obj->careful--, FACET_OK;
    return behind && quick_possible() ? read_lines(obj, error) : FACET_OK;
}

#else

int obj_read_quick(struct obj *obj, struct facet_error *error) {
    (void)obj, (void)error;
    return FACET_OK;
}

#endif
