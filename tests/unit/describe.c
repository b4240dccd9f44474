// Descriptors: patterns are orthonormal without the plane; the same face has the same numbers however it stands, however finely
// it is meshed, with a hole in it; another face has others.
#include "describe/waves.h"
#include "pipeline/block.h"
#include "pipeline/params.h"

#include <facet/plugin.h>
#include <facet/quality.h>

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

extern const struct facet_plugin facet_plugin_describe;

enum { SIDE = 81, VERTICES = SIDE * SIDE, TRIANGLES = 2 * (SIDE - 1) * (SIDE - 1), VALUES = 63 };

// ---- patterns ---------------------------------------------------------------------------------------------------------

static double disc_cells;

static void put_heights(struct relief *relief, double (*height)(double, double)) {
    disc_cells = 0;
    for (int y = 0; y < RELIEF_SIDE; y++) {
        for (int x = 0; x < RELIEF_SIDE; x++) {
            double u = relief_middle(x), v = relief_middle(y);
            relief->height[y][x] = height(u, v), relief->has[y][x] = true;
            disc_cells += u * u + v * v <= 1;
        }
    }
}

static double tilted(double u, double v) {
    return 12 - 30 * u + 7 * v;
}

static double saddle(double u, double v) {
    return 4 * u * v + tilted(u, v);
}

static void a_plane_is_nothing_and_a_polynomial_is_all(void **state) {
    (void)state;
    struct waves *waves;
    struct relief relief;
    float values[VALUES];
    double sum = 0, squares = 0;
    assert_int_equal(waves_create(10, &waves, NULL), FACET_OK);
    assert_int_equal(waves_count(10), VALUES);
    put_heights(&relief, tilted);
    waves_measure(waves, &relief, values);
    for (int i = 0; i < VALUES; i++) assert_float_equal(values[i], 0, 1e-5);
    put_heights(&relief, saddle);
    waves_measure(waves, &relief, values);
    for (int i = 0; i < VALUES; i++) sum += (double)values[i] * values[i];
    for (int y = 0; y < RELIEF_SIDE; y++) {
        for (int x = 0; x < RELIEF_SIDE; x++) {
            double u = relief_middle(x), v = relief_middle(y);
            if (u * u + v * v <= 1) squares += 16 * u * u * v * v / disc_cells;
        }
    }
    assert_float_equal(sqrt(sum), sqrt(squares), 1e-5); // u v has neither height nor tilt over the disc
    assert_float_equal(waves_covered(waves, &relief), 1, 0);
    waves_destroy(waves);
}

static void gaps_are_filled_smoothly(void **state) {
    (void)state;
    struct relief relief;
    put_heights(&relief, saddle);
    for (int y = 10; y < 22; y++)
        for (int x = 14; x < 30; x++) relief.has[y][x] = false, relief.height[y][x] = 1e9;
    relief_fill(&relief);
    for (int y = 10; y < 22; y++)
        for (int x = 14; x < 30; x++)
            assert_float_equal(relief.height[y][x], saddle(relief_middle(x), relief_middle(y)), 1e-3);
}

// ---- faces ------------------------------------------------------------------------------------------------------------

struct shape {
    double turn[3], shift[3], scale; // degrees about x, y, z; mm
    double nose, brow;               // mm: what makes it this face
    int side;                        // vertices along a side
    bool hole;
};
static const struct shape plain = {.scale = 1, .nose = 25, .brow = 4, .side = SIDE};

static double face_at(const struct shape *s, double x, double y) {
    double z = -26 - x * x / 110 - y * y / 260 + s->nose * exp(-(x * x / 220 + y * y / (y > 0 ? 700 : 130)));
    z += s->brow * exp(-((fabs(x) - 28) * (fabs(x) - 28) / 300 + (y - 45) * (y - 45) / 90));
    return z - 5 * exp(-((fabs(x) - 30) * (fabs(x) - 30) / 160 + (y - 30) * (y - 30) / 120));
}

static void turn(double p[3], int axis, double degrees) {
    double a = degrees * 3.14159265358979323846 / 180, *u = &p[(axis + 1) % 3], *v = &p[(axis + 2) % 3], was = *u;
    *u = cos(a) * was - sin(a) * *v;
    *v = sin(a) * was + cos(a) * *v;
}

static void put_vertices(const struct shape *s, float *v) {
    for (int i = 0; i < s->side * s->side; i++) {
        double p[3] = {160.0 * (i % s->side) / (s->side - 1) - 80, 160.0 * (i / s->side) / (s->side - 1) - 80, 0};
        p[2] = face_at(s, p[0], p[1]);
        for (int axis = 0; axis < 3; axis++) turn(p, axis, s->turn[axis]);
        for (int k = 0; k < 3; k++) v[3 * i + k] = (float)(s->scale * p[k] + s->shift[k]);
    }
}

static int64_t put_triangles(const struct shape *s, int32_t *t) {
    int64_t n = 0;
    for (int i = 0; i < (s->side - 1) * (s->side - 1); i++) {
        int x = i % (s->side - 1), y = i / (s->side - 1);
        int32_t a = y * s->side + x, two[6] = {a, a + 1, a + s->side, a + 1, a + s->side + 1, a + s->side};
        if (s->hole && abs(x - s->side / 3) < 4 && abs(y - s->side / 3) < 4) continue;
        memcpy(t + 3 * n, two, sizeof two);
        n += 2;
    }
    return n;
}

static const struct facet_field fields[] = {
    {.name = "vertices", .type = FACET_F32, .rank = 2, .dims = {VERTICES, 3}, .ragged = true},
    {.name = "triangles", .type = FACET_I32, .rank = 2, .dims = {TRIANGLES, 3}, .ragged = true},
    {.name = "quality", .type = FACET_F32, .rank = 1, .dims = {FACET_METRICS}},
    {.name = "content", .type = FACET_I64, .rank = 1, .dims = {2}},
};

static void put_face(struct facet_block *in, const struct shape *s) {
    assert_int_equal(facet_block_resize(in, 0, 0, (int64_t)s->side * s->side, NULL), FACET_OK);
    put_vertices(s, facet_block_data(in, 0, 0));
    static int32_t triangles[3 * TRIANGLES];
    int64_t n = put_triangles(s, triangles);
    assert_int_equal(facet_block_resize(in, 1, 0, n, NULL), FACET_OK);
    memcpy(facet_block_data(in, 1, 0), triangles, (size_t)n * 3 * sizeof *triangles);
    ((float *)facet_block_data(in, 2, 0))[3] = 0.25F;
    ((int64_t *)facet_block_data(in, 3, 0))[1] = 77;
}

static void describe(const char *settings, const struct shape *shape, float *values) {
    const struct facet_map_ops *ops = facet_plugin_describe.map;
    struct facet_params *params = NULL;
    struct facet_field made[3] = {0};
    struct facet_block *in, *out;
    struct facet_error error = {0};
    void *self = NULL;
    assert_int_equal(facet_params_from_text(facet_plugin_describe.params, settings, &params, &error), FACET_OK);
    assert_int_equal(ops->create(params, NULL, &self, &error), FACET_OK);
    assert_int_equal(ops->declare(self, fields, made, &error), FACET_OK);
    assert_int_equal(made[0].dims[0], VALUES);
    assert_int_equal(facet_block_create(fields, 4, NULL, 0, 1, &in, &error), FACET_OK);
    assert_int_equal(facet_block_create(made, 3, NULL, 0, 1, &out, &error), FACET_OK);
    put_face(in, shape);
    assert_int_equal(ops->transform(self, in, out, &error), FACET_OK);
    memcpy(values, facet_block_read(out, 0, 0), VALUES * sizeof *values);
    assert_float_equal(((const float *)facet_block_read(out, 1, 0))[3], 0.25, 0); // handed on
    assert_int_equal(((const int64_t *)facet_block_read(out, 2, 0))[1], 77);
    facet_block_destroy(in);
    facet_block_destroy(out);
    ops->destroy(self);
    facet_params_destroy(params);
}

static double apart(const struct shape *a, const struct shape *b) {
    float one[VALUES], two[VALUES];
    double sum = 0;
    describe("", a, one);
    describe("", b, two);
    for (int i = 0; i < VALUES; i++) sum += ((double)one[i] - two[i]) * ((double)one[i] - two[i]);
    return sqrt(sum);
}

static void a_copy_is_near_and_another_face_is_far(void **state) {
    (void)state;
    struct shape turned = plain, sized = plain, coarse = plain, holed = plain, other = plain;
    turned.turn[0] = 4, turned.turn[1] = -5, turned.turn[2] = 3, turned.shift[1] = 3, turned.shift[2] = -4;
    sized.scale = 1.06;
    coarse.side = SIDE * 5 / 8;
    holed.hole = true;
    other.brow = 12, other.nose = 21;
    assert_true(apart(&plain, &plain) == 0);
    assert_true(apart(&plain, &turned) < 0.05);
    assert_true(apart(&plain, &sized) < 0.05);
    assert_true(apart(&plain, &coarse) < 0.1);
    assert_true(apart(&plain, &holed) < 0.1);
    assert_true(apart(&plain, &other) > 0.6);
}

static void half_a_face_is_not_described(void **state) {
    (void)state;
    struct shape small = plain;
    float values[VALUES];
    small.scale = 0.55, small.shift[0] = 40;
    describe("min_coverage = 1.0;", &small, values);
    for (int i = 0; i < VALUES; i++) assert_true(isnan(values[i]));
}

static void foreign_fields_are_refused(void **state) {
    (void)state;
    struct facet_field wrong[4], made[3];
    struct facet_error error = {0};
    for (int f = 0; f < 4; f++) {
        memcpy(wrong, fields, sizeof wrong);
        wrong[f].type = FACET_U8;
        assert_int_equal(facet_plugin_describe.map->declare(NULL, wrong, made, &error), FACET_ERROR_CONFIG);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_plane_is_nothing_and_a_polynomial_is_all),
        cmocka_unit_test(gaps_are_filled_smoothly),
        cmocka_unit_test(a_copy_is_near_and_another_face_is_far),
        cmocka_unit_test(half_a_face_is_not_described),
        cmocka_unit_test(foreign_fields_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
