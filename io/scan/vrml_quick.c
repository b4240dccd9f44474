// Lists of VRML as nearly all files have them: a point or a polygon a line, or some of them. What differs is left to the
// careful readers, and both give the same mesh.
#include "io/scan/quick.h"
#include "io/scan/vrml.h"

#if defined(__x86_64__)

enum {
    MOST_QUICK_INDEX = 99999999, // eight digits
    MOST_PATIENCE = 4096,        // points or polygons
    LINE_TRIANGLES = QUICK_WORDS / 4,
    SLACK = 2 // triangles or points, for what a store of 16 bytes writes behind them
};

static bool is_time(struct vrml *vrml, const char *at) {
    if (vrml->careful > 0) return vrml->careful--, false;
    return at - vrml->text.begin >= 16 && quick_possible(); // numbers are loaded with what stands before them
}

// Trying costs as much as reading some lines does: where it does not pay it is done ever more rarely.
static void learn(struct vrml *vrml, bool paid) {
    vrml->patience = paid ? 0 : vrml->patience < MOST_PATIENCE ? 2 * vrml->patience + 1 : MOST_PATIENCE;
    vrml->careful = vrml->patience;
}

// ---- points -----------------------------------------------------------------------------------------------------------

QUICK_INLINE bool quick_points(struct quick *q, const struct quick_line *line, int size, float *to, int64_t *count) {
    int words = line->words;
    if (words % size != 0) return false;
    quick_forget(q);
    for (int k = 0; k < words; k++) to[k] = quick_float(q, line, k);
    bool sure = words == 0 || quick_sure(q, 16);
    *count += sure ? words / size : 0;
    return sure;
}

QUICK_INLINE int read_points(struct vrml *vrml, int size, struct facet_error *error) {
    struct mesh_builder *builder = vrml->builder;
    struct facet_mesh *mesh = &builder->mesh;
    struct vrml_text *text = &vrml->text;
    struct quick_line lines[QUICK_LINES];
    struct quick q = quick_begin();
    int done = QUICK_LINES;
    while (done == QUICK_LINES) {
        int64_t more = QUICK_LINES * QUICK_WORDS / size;
        int code = size == 3 ? mesh_reserve(builder, mesh->n_vertices + more, 0, error)
                             : mesh_reserve_textured(builder, mesh->n_texcoords + more, 0, error);
        if (code) return code;
        int64_t *count = size == 3 ? &mesh->n_vertices : &mesh->n_texcoords;
        float *numbers = size == 3 ? mesh->vertices : mesh->texcoords;
        int n = quick_cut_lines(text->at, text->end, ',', lines);
        for (done = 0; done < n && quick_points(&q, &lines[done], size, numbers + size * *count, count);)
            text->at += lines[done++].bytes;
    }
    return FACET_OK;
}

QUICK_CODE static int read_vertices(struct vrml *vrml, struct facet_error *error) {
    return read_points(vrml, 3, error);
}

QUICK_CODE static int read_texcoords(struct vrml *vrml, struct facet_error *error) {
    return read_points(vrml, 2, error);
}

int vrml_points_quick(struct vrml *vrml, bool of_texture, struct facet_error *error) {
    const char *from = vrml->text.at;
    if (!is_time(vrml, from)) return FACET_OK;
    int code = of_texture ? read_texcoords(vrml, error) : read_vertices(vrml, error);
    learn(vrml, vrml->text.at > from);
    return code;
}

// ---- polygons ---------------------------------------------------------------------------------------------------------

struct quick_run { // of the mesh, that a list may name
    __m128i first;
    int32_t last;
    bool clockwise;
};

QUICK_INLINE bool ends_polygon(const struct quick_line *line, int word) {
    return line->end[word] - line->begin[word] == 2 && memcmp(line->at + line->begin[word], "-1", 2) == 0;
}

QUICK_INLINE void store_three(int32_t *to, __m128i corners, bool clockwise) {
    if (clockwise) corners = _mm_shuffle_epi32(corners, _MM_SHUFFLE(3, 1, 2, 0));
    _mm_storeu_si128((__m128i *)to, corners);
}

QUICK_INLINE bool take_triangle(struct quick *q, const struct quick_line *line, int word, const struct quick_run *run,
                                int32_t *to) {
    __m128i corners = quick_four(q, quick_two(q, line, word, word + 1), quick_two(q, line, word + 2, word + 2));
    store_three(to, _mm_add_epi32(corners, run->first), run->clockwise);
    return ends_polygon(line, word + 3) & quick_within(corners, 3, 0, run->last);
}

// Fanned from its first corner.
QUICK_INLINE bool take_quad(struct quick *q, const struct quick_line *line, const struct quick_run *run, int32_t *to) {
    __m128i corners = quick_four(q, quick_two(q, line, 0, 1), quick_two(q, line, 2, 3));
    __m128i placed = _mm_add_epi32(corners, run->first);
    store_three(to, placed, run->clockwise);
    store_three(to + 3, _mm_shuffle_epi32(placed, _MM_SHUFFLE(3, 3, 2, 0)), run->clockwise);
    return ends_polygon(line, 4) & quick_within(corners, 4, 0, run->last);
}

// The triangles of a line; -1: it is something else.
QUICK_INLINE int take_line(struct quick *q, const struct quick_line *line, const struct quick_run *run, int32_t *to) {
    int words = line->words;
    bool good = true;
    quick_forget(q);
    if (words == 5) return take_quad(q, line, run, to) && quick_sure(q, 8) ? 2 : -1;
    if (words % 4 != 0) return -1;
    for (int word = 0; word < words; word += 4) good &= take_triangle(q, line, word, run, to + 3 * (word / 4));
    return good && (words == 0 || quick_sure(q, 8)) ? words / 4 : -1;
}

QUICK_INLINE struct quick_run run_of(const struct vrml_face_set *set, struct vrml_run run) {
    int64_t last = run.count - 1 < MOST_QUICK_INDEX ? run.count - 1 : MOST_QUICK_INDEX;
    return (struct quick_run){_mm_set1_epi32((int32_t)run.first), (int32_t)last, set->clockwise};
}

// One list, or two in step: a line of the one and a line of the other must be as many triangles.
QUICK_INLINE int read_lists(const struct vrml *vrml, const struct vrml_face_set *set, struct vrml_text texts[2],
                            bool textured, struct facet_error *error) {
    struct mesh_builder *builder = vrml->builder;
    struct facet_mesh *mesh = &builder->mesh;
    struct quick_run runs[2] = {run_of(set, set->vertices), run_of(set, set->texcoords)};
    struct quick_line lines[2][QUICK_LINES];
    struct quick q = quick_begin();
    int done = QUICK_LINES, more = QUICK_LINES * LINE_TRIANGLES + SLACK;
    while (done == QUICK_LINES) {
        int code = mesh_reserve(builder, 0, mesh->n_triangles + more, error);
        if (!code && textured) code = mesh_reserve_textured(builder, 0, builder->n_texture_triangles + more, error);
        if (code) return code;
        int n = quick_cut_lines(texts[0].at, texts[0].end, ',', lines[0]);
        int other = textured ? quick_cut_lines(texts[1].at, texts[1].end, ',', lines[1]) : n;
        for (done = 0; done < n && done < other; done++) {
            int taken = take_line(&q, &lines[0][done], &runs[0], mesh->triangles + 3 * mesh->n_triangles);
            int32_t *to = mesh->texture_triangles + 3 * builder->n_texture_triangles;
            if (taken < 0 || (textured && lines[1][done].words != lines[0][done].words)) break;
            if (textured && take_line(&q, &lines[1][done], &runs[1], to) != taken) break;
            mesh->n_triangles += taken, texts[0].at += lines[0][done].bytes;
            if (textured) builder->n_texture_triangles += taken, texts[1].at += lines[1][done].bytes;
        }
    }
    return FACET_OK;
}

QUICK_CODE static int read_bare(const struct vrml *vrml, const struct vrml_face_set *set, struct vrml_text texts[2],
                                struct facet_error *error) {
    return read_lists(vrml, set, texts, false, error);
}

QUICK_CODE static int read_textured(const struct vrml *vrml, const struct vrml_face_set *set, struct vrml_text texts[2],
                                    struct facet_error *error) {
    return read_lists(vrml, set, texts, true, error);
}

int vrml_faces_quick(struct vrml *vrml, const struct vrml_face_set *set, struct vrml_text texts[2],
                     struct facet_error *error) {
    const char *from = texts[0].at;
    bool textured = set->has_texcoords, has_lists = !textured || set->texcoord_index;
    if (!has_lists || !is_time(vrml, textured && texts[1].at < from ? texts[1].at : from)) return FACET_OK;
    int code = textured ? read_textured(vrml, set, texts, error) : read_bare(vrml, set, texts, error);
    learn(vrml, texts[0].at > from);
    return code;
}

#else

int vrml_points_quick(struct vrml *vrml, bool of_texture, struct facet_error *error) {
    (void)vrml, (void)of_texture, (void)error;
    return FACET_OK;
}

int vrml_faces_quick(struct vrml *vrml, const struct vrml_face_set *set, struct vrml_text texts[2],
                     struct facet_error *error) {
    (void)vrml, (void)set, (void)texts, (void)error;
    return FACET_OK;
}

#endif
