// Made-up faces: counts, items, the same bits every time, units that move what they should, and scans broken on purpose.
#include "pipeline/block.h"
#include "pipeline/items.h"
#include "pipeline/params.h"
#include "synth/emotion.h"
#include "synth/model.h"

#include <facet/plugin.h>

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

extern const struct facet_plugin facet_plugin_synth;

struct opened {
    struct facet_items *items;
    struct facet_params *params;
    struct facet_field fields[FACET_MAX_FIELDS];
    int n_fields;
    void *self;
};

static int try_open(const char *name, const char *text, uint64_t seed, struct opened *o, struct facet_error *error) {
    *o = (struct opened){.items = facet_items_create()};
    assert_int_equal(facet_items_begin_dataset(o->items, name, error), FACET_OK);
    if (facet_params_from_text(facet_plugin_synth.params, text, &o->params, error)) fail_msg("%s", error->text);
    return facet_plugin_synth.source->open(o->params, seed, o->items, o->fields, &o->n_fields, &o->self, error);
}

static void done(struct opened *o) {
    facet_plugin_synth.source->close(o->self);
    facet_params_destroy(o->params);
    facet_items_destroy(o->items);
}

static struct opened open_source(const char *text, uint64_t seed) {
    struct opened o;
    struct facet_error error;
    if (try_open("lab", text, seed, &o, &error)) fail_msg("%s", error.text);
    return o;
}

static struct facet_block *load_all(const struct opened *o) {
    struct facet_block *block;
    struct facet_error error;
    int64_t rows = facet_items_count(o->items);
    assert_int_equal(facet_block_create(o->fields, o->n_fields, o->items, 0, rows, &block, &error), FACET_OK);
    for (int64_t i = 0; i < rows; i++) {
        if (facet_plugin_synth.source->load(o->self, i, block, i, &error)) fail_msg("%s", error.text);
    }
    return block;
}

static void assert_same_row(const struct facet_block *a, int64_t i, const struct facet_block *b, int64_t j) {
    for (int f = 0; f < 2; f++) {
        int64_t n = facet_block_count(a, f, i);
        assert_int_equal(n, facet_block_count(b, f, j));
        assert_memory_equal(facet_block_read(a, f, i), facet_block_read(b, f, j), 12 * (size_t)n);
    }
}

static void rows_are_subjects_by_expressions_by_samples(void **state) {
    (void)state;
    struct opened o = open_source("subjects = 3; samples = 2; expressions = \"basic6+neutral\"; density = 0.1;", 7);
    assert_int_equal(facet_items_count(o.items), 3 * 2 * 7);
    assert_int_equal(facet_items_classes(o.items), 7);
    assert_int_equal(facet_items_subjects(o.items), 3);
    struct facet_item last = facet_items_get(o.items, 41);
    assert_string_equal(last.subject, "s003");
    assert_string_equal(last.label, "neutral");
    assert_true(last.intensity == 0);
    struct facet_item first = facet_items_get(o.items, 0);
    assert_string_equal(first.label, "anger");
    assert_true(first.intensity >= 0.4f && first.intensity <= 1.0f);
    done(&o);
}

static void a_face_depends_on_who_and_what_only(void **state) {
    (void)state;
    const char *few = "subjects = 1; density = 0.1; noise_mm = 0.3; holes = 2.0; yaw_deg = [-9.0, 9.0];";
    const char *more = "subjects = 2; samples = 2; expressions = \"basic6+neutral\"; density = 0.1; noise_mm = 0.3; "
                       "holes = 2.0; yaw_deg = [-9.0, 9.0];";
    struct opened a = open_source(few, 5), b = open_source(more, 5), c = open_source(few, 6);
    struct facet_block *x = load_all(&a), *y = load_all(&b), *z = load_all(&c);
    for (int64_t i = 0; i < 6; i++) assert_same_row(x, i, y, 2 * i);
    assert_memory_not_equal(facet_block_read(x, 0, 0), facet_block_read(z, 0, 0), 1200);
    assert_memory_not_equal(facet_block_read(y, 0, 0), facet_block_read(y, 0, 1), 1200);
    facet_block_destroy(x), facet_block_destroy(y), facet_block_destroy(z);
    done(&a), done(&b), done(&c);
}

static void sources_of_other_names_show_other_people(void **state) {
    (void)state;
    const char *text = "subjects = 1; density = 0.1;";
    struct opened a = open_source(text, 5), b, c = open_source("subjects = 1; density = 0.1; seed = 1;", 5);
    struct facet_error error;
    assert_int_equal(try_open("wild", text, 5, &b, &error), FACET_OK);
    struct facet_block *x = load_all(&a), *y = load_all(&b), *z = load_all(&c);
    assert_memory_not_equal(facet_block_read(x, 0, 0), facet_block_read(y, 0, 0), 1200);
    assert_memory_not_equal(facet_block_read(x, 0, 0), facet_block_read(z, 0, 0), 1200);
    assert_string_equal(facet_items_get(a.items, 0).path, facet_items_get(b.items, 0).path); // the same model
    facet_block_destroy(x), facet_block_destroy(y), facet_block_destroy(z);
    done(&a), done(&b), done(&c);
}

static void faces_are_sound_meshes(void **state) {
    (void)state;
    struct opened o = open_source("subjects = 2; density = 0.3; holes = 3.0;", 1);
    struct facet_block *block = load_all(&o);
    for (int64_t i = 0; i < facet_block_rows(block); i++) {
        const float *v = facet_block_read(block, 0, i);
        const int32_t *t = facet_block_read(block, 1, i);
        int64_t nv = facet_block_count(block, 0, i), nt = facet_block_count(block, 1, i);
        assert_true(nt > nv);
        for (int64_t k = 0; k < 3 * nv; k++) assert_true(isfinite(v[k]) && fabsf(v[k]) < 260);
        for (int64_t k = 0; k < 3 * nt; k++) assert_true(t[k] >= 0 && t[k] < nv);
    }
    facet_block_destroy(block);
    done(&o);
}

// ---- the built-in face ------------------------------------------------------------------------------------------------

static struct synth_model builtin(void) {
    struct synth_model model;
    struct facet_error error;
    if (synth_model_builtin(1.0, &model, &error)) fail_msg("%s", error.text);
    return model;
}

// The vertex of the mean face nearest to a place on it.
static int64_t vertex_at(const struct synth_model *model, double x, double y, double z) {
    int64_t best = 0;
    double least = INFINITY;
    for (int64_t i = 0; i < model->n_vertices; i++) {
        const float *p = model->mean + 3 * i;
        double d = (p[0] - x) * (p[0] - x) + (p[1] - y) * (p[1] - y) + (p[2] - z) * (p[2] - z);
        if (d < least) least = d, best = i;
    }
    return best;
}

static const float *unit(const struct synth_model *model, int au, int side) {
    for (int u = 0; u < model->n_units; u++) {
        if (model->units[u].au == au && model->units[u].side == side) return model->units[u].offset;
    }
    fail_msg("the built-in face has no action unit %d of side %d", au, side);
    return NULL;
}

static double size(const float *offset, int64_t vertex) {
    const float *o = offset + 3 * vertex;
    return sqrt(o[0] * o[0] + o[1] * o[1] + o[2] * o[2]);
}

static void mesh_has_the_size_of_a_face(void **state) {
    (void)state;
    struct synth_model model = builtin();
    assert_in_range(model.n_vertices, 5000, 12000);
    assert_true(model.n_identity >= 20);
    assert_true(model.n_units >= 20);
    const float *tip = model.mean + 3 * vertex_at(&model, 0, 0, 0);
    assert_true(fabsf(tip[0]) < 1.5f && fabsf(tip[1]) < 2.5f && fabsf(tip[2]) < 2.5f);
    float most = -1e9f; // nothing stands out farther than the nose
    for (int64_t i = 0; i < model.n_vertices; i++) most = fmaxf(most, model.mean[3 * i + 2]);
    assert_true(most < tip[2] + 1);
    synth_model_free(&model);
}

static int by_edge(const void *a, const void *b) {
    return memcmp(a, b, 2 * sizeof(int32_t));
}

// Every directed edge occurs once: neighbours agree about which side is outside. And outside is outside: the faces that
// look forward are in front.
static void triangles_face_outward(void **state) {
    (void)state;
    struct synth_model model = builtin();
    int64_t n = 3 * model.n_triangles;
    int32_t(*edges)[2] = malloc((size_t)n * sizeof *edges);
    assert_non_null(edges);
    for (int64_t i = 0; i < n; i++) {
        edges[i][0] = model.triangles[i];
        edges[i][1] = model.triangles[i % 3 == 2 ? i - 2 : i + 1];
        assert_int_not_equal(edges[i][0], edges[i][1]);
    }
    qsort(edges, (size_t)n, sizeof *edges, by_edge);
    for (int64_t i = 1; i < n; i++) assert_int_not_equal(by_edge(edges[i - 1], edges[i]), 0);
    free(edges);
    const double ahead[][3] = {{0, 80, -20}, {0, -60, -20}, {35, 5, -30}, {-35, 5, -30}, {30, 36, -33}};
    for (size_t k = 0; k < sizeof ahead / sizeof *ahead; k++) {
        int64_t v = vertex_at(&model, ahead[k][0], ahead[k][1], ahead[k][2]);
        for (int64_t i = 0; i < model.n_triangles; i++) {
            const int32_t *t = model.triangles + 3 * i;
            const float *a = model.mean + 3 * t[0], *b = model.mean + 3 * t[1], *c = model.mean + 3 * t[2];
            if (t[0] != v && t[1] != v && t[2] != v) continue;
            assert_true((b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]) > 0);
        }
    }
    synth_model_free(&model);
}

static void units_move_what_they_should(void **state) {
    (void)state;
    struct synth_model m = builtin();
    int64_t corner = vertex_at(&m, 25, -35, -26), other_corner = vertex_at(&m, -25, -35, -26);
    int64_t chin = vertex_at(&m, 0, -70, -20), brow = vertex_at(&m, 14, 57, -19),
            outer_brow = vertex_at(&m, 44, 56, -30);
    int64_t forehead = vertex_at(&m, 0, 120, -40), ear = vertex_at(&m, 69, 0, -95);
    const float *smile = unit(&m, 12, SYNTH_LEFT), *jaw = unit(&m, 26, SYNTH_BOTH);
    assert_true(smile[3 * corner] > 5 && smile[3 * corner + 1] > 6); // out and up
    assert_true(size(smile, other_corner) < 0.2);                    // the other side stays
    assert_true(size(smile, brow) < 0.2 && size(smile, forehead) < 0.01);
    assert_true(jaw[3 * chin + 1] < -8);
    assert_true(size(jaw, brow) == 0 && size(jaw, forehead) == 0 && size(jaw, ear) < 1);
    assert_true(unit(&m, 15, SYNTH_LEFT)[3 * corner + 1] < -6);
    assert_true(unit(&m, 1, SYNTH_LEFT)[3 * brow + 1] > 4 && size(unit(&m, 1, SYNTH_LEFT), outer_brow) < 1);
    assert_true(unit(&m, 2, SYNTH_LEFT)[3 * outer_brow + 1] > 4 && size(unit(&m, 2, SYNTH_LEFT), chin) < 0.01);
    assert_true(unit(&m, 4, SYNTH_LEFT)[3 * brow] < -2 && unit(&m, 4, SYNTH_LEFT)[3 * brow + 1] < -4);
    synth_model_free(&m);
}

static void blinking_closes_the_lids(void **state) {
    (void)state;
    struct synth_model m = builtin();
    const float *blink = unit(&m, 45, SYNTH_LEFT);
    int64_t upper = -1, lower = -1; // the lids' edges: lowest and highest skin above and below the open eye
    for (int64_t i = 0; i < m.n_vertices; i++) {
        const float *p = m.mean + 3 * i;
        if (fabsf(p[0] - 31) > 1.2f || p[2] < -34.2f || size(blink, i) < 0.5) continue;
        if (blink[3 * i + 1] < 0 && (upper < 0 || p[1] < m.mean[3 * upper + 1])) upper = i;
        if (blink[3 * i + 1] > 0 && (lower < 0 || p[1] > m.mean[3 * lower + 1])) lower = i;
    }
    assert_true(upper >= 0 && lower >= 0);
    double open = m.mean[3 * upper + 1] - m.mean[3 * lower + 1];
    double closed = open + blink[3 * upper + 1] - blink[3 * lower + 1];
    assert_true(open > 8 && open < 11);
    assert_true(fabs(closed) < 0.7);
    synth_model_free(&m);
}

// All units move vertex j as the mirror image of vertex i. Lips touch: two vertices may stand in one place.
static bool is_mirror(const struct synth_model *m, int64_t i, int64_t j) {
    const float *p = m->mean + 3 * i, *q = m->mean + 3 * j;
    if (fabsf(p[0] + q[0]) > 1e-3f || fabsf(p[1] - q[1]) > 1e-3f || fabsf(p[2] - q[2]) > 1e-3f) return false;
    for (int u = 0; u < m->n_units; u++) {
        const float *a = m->units[u].offset + 3 * i, *b = unit(m, m->units[u].au, -m->units[u].side) + 3 * j;
        if (fabsf(a[0] + b[0]) > 1e-3f || fabsf(a[1] - b[1]) > 1e-3f || fabsf(a[2] - b[2]) > 1e-3f) return false;
    }
    return true;
}

static void left_and_right_are_mirror_images(void **state) {
    (void)state;
    struct synth_model m = builtin();
    for (int64_t i = 0; i < m.n_vertices; i += 37) {
        bool found = false;
        for (int64_t j = 0; !found && j < m.n_vertices; j++) found = is_mirror(&m, i, j);
        assert_true(found);
    }
    synth_model_free(&m);
}

static void a_crop_keeps_the_face_and_thinning_the_shape(void **state) {
    (void)state;
    struct synth_model m = builtin();
    struct facet_error error;
    int64_t before = m.n_vertices;
    assert_int_equal(synth_model_crop(&m, 90, &error), FACET_OK);
    assert_true(m.n_vertices < before && m.n_vertices > before / 3);
    for (int64_t i = 0; i < m.n_vertices; i++) assert_true(size(m.mean, i) <= 90.001);
    int64_t cropped = m.n_vertices;
    assert_int_equal(synth_model_thin(&m, 0.4, &error), FACET_OK);
    assert_true(fabs((double)m.n_vertices / (double)cropped - 0.4) < 0.08);
    int64_t corner = vertex_at(&m, 25, -35, -26);
    assert_true(unit(&m, 12, SYNTH_LEFT)[3 * corner + 1] > 4); // fields went along with their vertices
    for (int64_t i = 0; i < 3 * m.n_triangles; i++) assert_in_range(m.triangles[i], 0, m.n_vertices - 1);
    synth_model_free(&m);
}

// ---- emotions -----------------------------------------------------------------------------------------------------------

static int emotion_number(const char *name) {
    for (int e = 0; e < EMOTIONS; e++) {
        if (strcmp(emotion_names[e], name) == 0) return e;
    }
    fail_msg("no emotion %s", name);
    return -1;
}

static void emotions_are_shown_by_their_units(void **state) {
    (void)state;
    static const struct {
        const char *emotion;
        int always, never;
    } known[] = {{"happiness", 12, 4}, {"surprise", 2, 4}, {"fear", 1, 12}, {"anger", 4, 12}};
    for (size_t k = 0; k < sizeof known / sizeof *known; k++) {
        int uneven = 0;
        for (uint32_t clip = 0; clip < 50; clip++) {
            struct emotion_draw draw = {.key = 9, .clip = clip};
            struct emotion_units units;
            emotion_units_draw(&draw, emotion_number(known[k].emotion), 1.0, &units);
            const float *shown = units.strength[known[k].always], *absent = units.strength[known[k].never];
            assert_true(shown[0] > 0.35f && shown[1] > 0.35f);
            assert_true(absent[0] < 0.2f && absent[1] < 0.2f);
            uneven += shown[0] != shown[1];
        }
        assert_true(uneven > 40);
    }
}

static void intensity_scales_and_style_bends(void **state) {
    (void)state;
    struct emotion_units strong, weak, bent, neutral;
    struct emotion_draw draw = {.key = 9, .style_key = 4, .subject = 2, .clip = 1}, other = draw;
    other.style = 1;
    emotion_units_draw(&draw, emotion_number("happiness"), 1.0, &strong);
    emotion_units_draw(&draw, emotion_number("happiness"), 0.4, &weak);
    emotion_units_draw(&other, emotion_number("happiness"), 1.0, &bent);
    emotion_units_draw(&draw, EMOTION_NEUTRAL, 0, &neutral);
    assert_true(weak.strength[12][0] < 0.6f * strong.strength[12][0]);
    assert_memory_not_equal(&bent, &strong, sizeof bent);
    for (int au = 0; au < EMOTION_MAX_AU; au++) assert_true(neutral.strength[au][0] < 0.2f);
}

// ---- sequences, broken scans, mistakes --------------------------------------------------------------------------------

static void a_sequence_rises_and_falls(void **state) {
    (void)state;
    struct opened o = open_source("subjects = 1; frames = 9; density = 0.1; intensity = [1.0, 1.0];", 3);
    assert_int_equal(facet_items_count(o.items), 6 * 9);
    for (int64_t s = 0; s < 6; s++) {
        float apex = 0;
        for (int64_t f = 0; f < 9; f++) {
            struct facet_item item = facet_items_get(o.items, 9 * s + f);
            assert_int_equal(item.frame, f);
            assert_int_equal(item.sequence, s);
            apex = fmaxf(apex, item.intensity);
        }
        assert_true(facet_items_get(o.items, 9 * s).intensity == 0);
        assert_true(facet_items_get(o.items, 9 * s + 8).intensity < 1e-6f);
        assert_true(apex > 0.9f);
    }
    done(&o);
}

static void onset_apex_and_offset_are_told(void **state) {
    (void)state;
    struct opened o =
        open_source("subjects = 2; frames = 31; rest = 0.2; density = 0.1; expressions = \"basic6+neutral\";", 3);
    for (int64_t i = 0; i < facet_items_count(o.items); i++) {
        struct facet_item item = facet_items_get(o.items, i);
        int64_t first = i - item.frame;
        if (strcmp(item.label, "neutral") == 0) {
            assert_true(item.onset == -1 && item.apex == -1 && item.offset == -1);
            continue;
        }
        assert_in_range(item.onset, 6, 7); // a fifth of 30
        assert_in_range(item.offset, 23, 24);
        bool rests = item.frame <= item.onset || item.frame >= item.offset;
        assert_int_equal(item.intensity == 0, rests);
        assert_true(item.intensity <= facet_items_get(o.items, first + item.apex).intensity);
        assert_true(facet_items_get(o.items, first + item.onset + 1).intensity > 0);
    }
    done(&o);
    o = open_source("subjects = 1; density = 0.1;", 3);
    assert_int_equal(facet_items_get(o.items, 0).apex, -1); // a still shows nothing coming
    done(&o);
}

static double apart(const float *a, const float *b) {
    double sum = 0;
    for (int k = 0; k < 3; k++) sum += ((double)a[k] - b[k]) * ((double)a[k] - b[k]);
    return sqrt(sum);
}

// A face at rest: the head moves as one, no faster than it should, and keeps the pose that its sequence began with.
static void a_head_moves_slowly_and_as_one(void **state) {
    (void)state;
    static const char text[] = "subjects = 1; frames = 40; density = 0.1; expressions = \"basic6+neutral\"; "
                               "yaw_deg = [-30.0, 30.0]; motion_deg = 10.0; motion_mm = 20.0;";
    struct opened o = open_source(text, 3);
    struct facet_block *block = load_all(&o);
    int64_t neutral = 6 * 40, n = facet_block_count(block, 0, neutral);
    const float *start = facet_block_read(block, 0, neutral);
    double farthest = 0;
    for (int64_t f = 1; f < 40; f++) {
        const float *now = facet_block_read(block, 0, neutral + f),
                    *before = facet_block_read(block, 0, neutral + f - 1);
        for (int64_t v = 0; v < n; v++) {
            assert_float_equal(apart(now + 3 * v, now), apart(start + 3 * v, start), 1e-3);
            assert_true(apart(now + 3 * v, before + 3 * v) < 15);
            farthest = fmax(farthest, apart(now + 3 * v, start + 3 * v));
        }
    }
    assert_true(farthest > 5 && farthest < 90);
    facet_block_destroy(block);
    done(&o);
}

static void broken_scans_come_in_every_kind(void **state) {
    (void)state;
    struct opened o = open_source("subjects = 8; density = 0.05; bad = 0.5;", 2);
    struct facet_block *block = load_all(&o);
    int kinds[4] = {0}; // sound, empty, not a number, flat
    for (int64_t i = 0; i < facet_block_rows(block); i++) {
        const float *v = facet_block_read(block, 0, i);
        int64_t n = facet_block_count(block, 0, i);
        bool flat = true, wrong = false;
        for (int64_t k = 0; k < 3 * n; k++) wrong = wrong || !isfinite(v[k]);
        for (int64_t k = 0; k < n; k++) flat = flat && v[3 * k] == 0;
        kinds[n == 0 ? 1 : wrong ? 2 : flat ? 3 : 0]++;
    }
    for (int k = 0; k < 4; k++) assert_in_range(kinds[k], k ? 2 : 12, k ? 20 : 36);
    facet_block_destroy(block);
    done(&o);
}

static void holes_take_vertices_away(void **state) {
    (void)state;
    struct opened o = open_source("subjects = 4; density = 0.2; holes = 3.0;", 2);
    struct facet_block *block = load_all(&o);
    int64_t holed = 0;
    for (int64_t i = 0; i < facet_block_rows(block); i++) holed += facet_block_count(block, 0, i) < o.fields[0].dims[0];
    assert_true(holed >= 18); // of 24; without a hole are e^-3 of them
    facet_block_destroy(block);
    done(&o);
}

static void mistakes_are_told_in_a_sentence(void **state) {
    (void)state;
    static const char *const wrong[][2] = {
        {"yaw_deg = [5.0];", "yaw_deg must be [lowest, highest]"},
        {"scale = [2.0, 1.0];", "has its lowest value last"},
        {"subjects = 100000; samples = 10000;", "too many"},
        {"model = \"/nowhere/face.h5\";", "/nowhere/face.h5"},
        {"model = \"/nowhere/face.h5\"; density = 2.0;", "can only be thinned"},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct opened o;
        struct facet_error error = {0};
        assert_int_not_equal(try_open("lab", wrong[i][0], 1, &o, &error), FACET_OK);
        if (!strstr(error.text, wrong[i][1])) fail_msg("%s: %s", wrong[i][0], error.text);
        done(&o);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_are_subjects_by_expressions_by_samples),
        cmocka_unit_test(a_face_depends_on_who_and_what_only),
        cmocka_unit_test(sources_of_other_names_show_other_people),
        cmocka_unit_test(faces_are_sound_meshes),
        cmocka_unit_test(mesh_has_the_size_of_a_face),
        cmocka_unit_test(triangles_face_outward),
        cmocka_unit_test(units_move_what_they_should),
        cmocka_unit_test(blinking_closes_the_lids),
        cmocka_unit_test(left_and_right_are_mirror_images),
        cmocka_unit_test(a_crop_keeps_the_face_and_thinning_the_shape),
        cmocka_unit_test(emotions_are_shown_by_their_units),
        cmocka_unit_test(intensity_scales_and_style_bends),
        cmocka_unit_test(a_sequence_rises_and_falls),
        cmocka_unit_test(onset_apex_and_offset_are_told),
        cmocka_unit_test(a_head_moves_slowly_and_as_one),
        cmocka_unit_test(broken_scans_come_in_every_kind),
        cmocka_unit_test(holes_take_vertices_away),
        cmocka_unit_test(mistakes_are_told_in_a_sentence),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
