// Lists of VRML as nearly all files have them: plain numbers, triangles and quads. What differs is left to the careful
// readers, and both give the same mesh.
#include "io/scan/quick.h"
#include "io/scan/vrml.h"

#if defined(__x86_64__)

enum {
    MOST_QUICK_INDEX = 99999999,        // eight digits
    MOST_PATIENCE = 4096,               // points or polygons
    RUN_TRIANGLES = QUICK_WORDS / 2 + 2 // with what a store of 16 bytes writes behind them
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

// The first points of a run of words, and the byte behind them; whether that is all of them.
QUICK_INLINE bool take_points(struct quick *q, const struct quick_line *run, int size, float *to, int64_t *count,
                              int *bytes) {
    int word = 0;
    for (bool sure = true; sure && word + size <= run->words; word += sure ? size : 0) {
        quick_forget(q);
        for (int k = 0; k < size; k++) to[word + k] = quick_float(q, run, word + k);
        sure = quick_sure(q, 16);
    }
    *count += word / size;
    *bytes = word > 0 ? run->end[word - 1] : 0;
    return word > 0 && word + size > run->words;
}

QUICK_INLINE int read_points(struct vrml *vrml, int size, struct facet_error *error) {
    struct mesh_builder *builder = vrml->builder;
    struct facet_mesh *mesh = &builder->mesh;
    struct vrml_text *text = &vrml->text;
    struct quick_line run;
    struct quick q = quick_begin();
    bool more = true;
    while (more && text->end - text->at >= QUICK_MARGIN) {
        int64_t *count = size == 3 ? &mesh->n_vertices : &mesh->n_texcoords, room = *count + QUICK_WORDS / size;
        int bytes,
            code = size == 3 ? mesh_reserve(builder, room, 0, error) : mesh_reserve_textured(builder, room, 0, error);
        if (code) return code;
        quick_cut_words(text->at, ',', &run);
        float *to = (size == 3 ? mesh->vertices : mesh->texcoords) + size * *count;
        more = take_points(&q, &run, size, to, count, &bytes);
        text->at += bytes;
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
    return quick_within(corners, 3, 0, run->last);
}

// Fanned from its first corner.
QUICK_INLINE bool take_quad(struct quick *q, const struct quick_line *line, int word, const struct quick_run *run,
                            int32_t *to) {
    __m128i corners = quick_four(q, quick_two(q, line, word, word + 1), quick_two(q, line, word + 2, word + 3));
    __m128i placed = _mm_add_epi32(corners, run->first);
    store_three(to, placed, run->clockwise);
    store_three(to + 3, _mm_shuffle_epi32(placed, _MM_SHUFFLE(3, 3, 2, 0)), run->clockwise);
    return quick_within(corners, 4, 0, run->last);
}

// The corners of the polygon that begins with a word, 3 or 4; 0: something else.
QUICK_INLINE int corners_at(const struct quick_line *line, int word) {
    if (word + 4 <= line->words && ends_polygon(line, word + 3)) return 3;
    return word + 5 <= line->words && ends_polygon(line, word + 4) ? 4 : 0;
}

QUICK_INLINE bool take_polygon(struct quick *q, const struct quick_line *line, int word, int corners,
                               const struct quick_run *run, int32_t *to) {
    return corners == 3 ? take_triangle(q, line, word, run, to) : take_quad(q, line, word, run, to);
}

QUICK_INLINE struct quick_run run_of(const struct vrml_face_set *set, struct vrml_run run) {
    int64_t last = run.count - 1 < MOST_QUICK_INDEX ? run.count - 1 : MOST_QUICK_INDEX;
    return (struct quick_run){_mm_set1_epi32((int32_t)run.first), (int32_t)last, set->clockwise};
}

// One list, or two in step: a polygon of the one and a polygon of the other must have as many corners.
QUICK_INLINE int read_lists(const struct vrml *vrml, const struct vrml_face_set *set, struct vrml_text texts[2],
                            bool textured, struct facet_error *error) {
    struct mesh_builder *builder = vrml->builder;
    struct facet_mesh *mesh = &builder->mesh;
    struct quick_run runs[2] = {run_of(set, set->vertices), run_of(set, set->texcoords)};
    struct quick_line lines[2];
    struct quick q = quick_begin();
    for (int word = 1; word > 0 && texts[0].end - texts[0].at >= QUICK_MARGIN;) {
        if (textured && texts[1].end - texts[1].at < QUICK_MARGIN) break;
        int code = mesh_reserve(builder, 0, mesh->n_triangles + RUN_TRIANGLES, error);
        if (!code && textured)
            code = mesh_reserve_textured(builder, 0, builder->n_texture_triangles + RUN_TRIANGLES, error);
        if (code) return code;
        for (int k = 0; k < 1 + textured; k++) quick_cut_words(texts[k].at, ',', &lines[k]);
        int32_t *to = mesh->triangles + 3 * mesh->n_triangles;
        int32_t *texture_to = textured ? mesh->texture_triangles + 3 * builder->n_texture_triangles : NULL;
        int corners, taken = 0;
        for (word = 0; (corners = corners_at(&lines[0], word)) > 0; word += corners + 1, taken += corners - 2) {
            if (textured && corners_at(&lines[1], word) != corners) break;
            quick_forget(&q);
            bool good = take_polygon(&q, &lines[0], word, corners, &runs[0], to + 3 * taken);
            if (texture_to) good &= take_polygon(&q, &lines[1], word, corners, &runs[1], texture_to + 3 * taken);
            if (!good || !quick_sure(&q, 8)) break;
        }
        mesh->n_triangles += taken, builder->n_texture_triangles += textured ? taken : 0;
        for (int k = 0; k < 1 + textured && word > 0; k++) texts[k].at += lines[k].end[word - 1];
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
