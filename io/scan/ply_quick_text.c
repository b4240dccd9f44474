// Rows of PLY files in text as nearly all have them: a line of numbers a vertex, and triangles. What differs is left to ply.c.
#include "io/scan/ply.h"
#include "io/scan/quick.h"

#if defined(__x86_64__)

enum { MOST_QUICK_COLUMNS = 16, MOST_QUICK_INDEX = 99999999 }; // eight digits

QUICK_INLINE bool quick_positions(struct ply *ply, struct quick *q, const struct quick_line *line, const int *at) {
    struct facet_mesh *mesh = &ply->builder->mesh;
    float *vertex = mesh->vertices + 3 * mesh->n_vertices;
    if (line->words != 3 || line->others > 0) return false;
    for (int k = 0; k < 3; k++) vertex[k] = quick_float(q, line, at[PLY_X + k]);
    bool sure = quick_sure(q, 16);
    mesh->n_vertices += sure;
    return sure;
}

// Columns of any number and meaning.
QUICK_INLINE bool quick_columns(struct ply *ply, struct quick *q, const struct quick_line *line, const int *at) {
    struct mesh_builder *builder = ply->builder;
    struct facet_mesh *mesh = &builder->mesh;
    const struct ply_property *properties = ply->element->properties;
    float values[MOST_QUICK_COLUMNS];
    int n = ply->element->n_properties;
    if (line->words != n || line->others > 0) return false;
    for (int p = 0; p < n; p++) values[p] = quick_float(q, line, p);
    if (!quick_sure(q, 16)) return false;
    float *vertex = mesh->vertices + 3 * mesh->n_vertices++;
    for (int k = 0; k < 3; k++) vertex[k] = values[at[PLY_X + k]];
    for (int k = 0; ply->header.has_colours && k < 3; k++) {
        int p = at[PLY_RED + k];
        mesh->colours[3 * builder->n_colours + k] = ply_colour((double)values[p], properties[p].type);
    }
    builder->n_colours += ply->header.has_colours;
    if (!ply->header.has_vertex_texcoords || ply->header.has_face_texcoords) return true;
    float *texcoord = mesh->texcoords + 2 * mesh->n_texcoords++;
    texcoord[0] = values[at[PLY_U]], texcoord[1] = values[at[PLY_V]];
    return true;
}

QUICK_INLINE bool quick_triangle(struct ply *ply, struct quick *q, const struct quick_line *line, int32_t last) {
    struct facet_mesh *mesh = &ply->builder->mesh;
    if (line->words != 4 || line->others > 0) return false;
    bool three = line->at[line->begin[0]] == '3' && line->end[0] - line->begin[0] == 1;
    __m128i indices = quick_four(q, quick_two(q, line, 1, 2), quick_two(q, line, 3, 3));
    if (!three || !quick_sure(q, 8) || !quick_within(indices, 3, 0, last)) return false;
    _mm_storeu_si128((__m128i *)(mesh->triangles + 3 * mesh->n_triangles++), indices);
    return true;
}

static int32_t last_vertex(const struct ply *ply) {
    return (int32_t)(ply->header.vertices <= MOST_QUICK_INDEX ? ply->header.vertices - 1 : MOST_QUICK_INDEX);
}

// The column of each role; false when there are lists or too many.
static bool find_columns(const struct ply *ply, int at[PLY_VERTEX_ROLES]) {
    for (int p = 0; p < ply->element->n_properties; p++) {
        const struct ply_property *property = &ply->element->properties[p];
        if (property->count_type) return false;
        at[property->role] = p;
    }
    return ply->element->n_properties <= MOST_QUICK_COLUMNS;
}

QUICK_CODE static void read_vertices(struct ply *ply) {
    struct quick_line lines[QUICK_LINES];
    struct quick q = quick_begin();
    int at[PLY_VERTEX_ROLES] = {0}, done = QUICK_LINES;
    if (!find_columns(ply, at)) return;
    bool bare = ply->element->n_properties == 3;
    while (done == QUICK_LINES && ply->row + QUICK_LINES <= ply->element->rows) {
        int n = quick_cut_lines(ply->text.at, ply->text.end, '/', lines);
        for (done = 0; done < n; ply->text.at += lines[done++].bytes) {
            quick_forget(&q);
            if (!(bare ? quick_positions(ply, &q, &lines[done], at) : quick_columns(ply, &q, &lines[done], at))) break;
        }
        ply->text.line += done, ply->row += done;
    }
}

QUICK_CODE static void read_triangles(struct ply *ply) {
    struct quick_line lines[QUICK_LINES];
    struct quick q = quick_begin();
    int done = QUICK_LINES;
    while (done == QUICK_LINES && ply->row + QUICK_LINES <= ply->element->rows &&
           ply->builder->mesh.n_triangles + QUICK_LINES + 2 <= ply->builder->triangle_room) {
        int n = quick_cut_lines(ply->text.at, ply->text.end, '/', lines);
        for (done = 0; done < n; ply->text.at += lines[done++].bytes) {
            quick_forget(&q);
            if (!quick_triangle(ply, &q, &lines[done], last_vertex(ply))) break;
        }
        ply->text.line += done, ply->row += done;
    }
}

// Numbers are loaded with what stands before them; a header is longer than that.
void ply_read_text_quick(struct ply *ply) {
    if (!quick_possible()) return;
    bool list = ply->element->n_properties == 1 && ply->element->properties[0].role == PLY_INDICES;
    if (ply->is_vertex) read_vertices(ply);
    if (ply->is_face && list) read_triangles(ply);
}

#else

void ply_read_text_quick(struct ply *ply) {
    (void)ply;
}

#endif
