// Textures: levels of half the size, samples between texels and between levels, and on a surface the level that fits.
#include "render_shapes.h"

#include <facet/image.h>

enum { SIDE = 64 };
static struct render_texture texture;
static uint8_t picture[SIDE][SIDE][3];

static int unmake(void **state) {
    (void)state;
    render_texture_free(&texture);
    render_texture_free(NULL);
    return 0;
}

static void build(int width, int height) {
    assert_int_equal(render_texture_build(&texture, picture[0][0], width, height, NULL), FACET_OK);
}

static void levels_are_means_of_four(void **state) {
    (void)state;
    uint8_t *p = picture[0][0];
    const uint8_t red[3 * 5] = {10, 20, 40, 60, 100, 30, 40, 50, 70, 110, 0, 4, 100, 100, 50};
    for (int i = 0; i < 15; i++) p[3 * i] = red[i], p[3 * i + 1] = 7, p[3 * i + 2] = 255;
    build(5, 3);
    assert_int_equal(texture.n_levels, 4); // 5x3, 3x2, 2x1, 1x1
    assert_int_equal(texture.levels[1].width, 3);
    assert_int_equal(texture.levels[1].height, 2);
    const uint8_t expected[6] = {25, 55, 105, 2, 100, 50}; // what stands alone at an odd rim is taken twice
    for (int i = 0; i < 6; i++) {
        assert_int_equal(texture.levels[1].rgb[3 * i], expected[i]);
        assert_int_equal(texture.levels[1].rgb[3 * i + 1], 7);
        assert_int_equal(texture.levels[1].rgb[3 * i + 2], 255);
    }
    assert_int_equal(texture.levels[3].width * texture.levels[3].height, 1);
}

static void make_ramp(void) {
    for (int y = 0; y < SIDE; y++)
        for (int x = 0; x < SIDE; x++) {
            picture[y][x][0] = (uint8_t)(3 * x), picture[y][x][1] = (uint8_t)(3 * y);
            picture[y][x][2] = (uint8_t)((x + y) % 2 ? 255 : 0);
        }
    build(SIDE, SIDE);
}

// A ramp is met exactly between its texels, u to the right and v upwards; outside its border goes on.
static void between_texels_it_is_linear(void **state) {
    (void)state;
    float rgb[3];
    make_ramp();
    for (int i = 0; i <= 40; i++) {
        float u = (float)i / 40, v = (float)(40 - i) / 40 * 0.9f;
        render_texture_sample(&texture, u, v, 0.3f, rgb);
        double x = fmin(fmax(u * SIDE - 0.5, 0), SIDE - 1), y = fmin(fmax((1 - v) * SIDE - 0.5, 0), SIDE - 1);
        assert_float_equal(rgb[0], 3 * x, 1e-3);
        assert_float_equal(rgb[1], 3 * y, 1e-3);
    }
    render_texture_sample(&texture, -2, 7, 1, rgb);
    assert_float_equal(rgb[0], 0, 0);
    assert_float_equal(rgb[1], 0, 0);
    render_texture_sample(&texture, 1e30f, -1e30f, 1, rgb);
    assert_float_equal(rgb[0], 3 * (SIDE - 1), 0);
    assert_float_equal(rgb[1], 3 * (SIDE - 1), 0);
}

// Where many texels fall on a sample a chequered picture is grey, and the ramps stay what they are.
static void far_away_it_is_the_mean(void **state) {
    (void)state;
    float rgb[3];
    make_ramp();
    render_texture_sample(&texture, 0.5f + 0.5f / SIDE, 0.5f - 0.5f / SIDE, 1, rgb);
    assert_float_equal(rgb[2], 0, 1e-3);
    render_texture_sample(&texture, 0.5f + 0.5f / SIDE, 0.5f - 0.5f / SIDE, 2, rgb); // half-way to the next level
    assert_float_equal(rgb[2], 64, 1);
    for (float texels = 4; texels < 1e9f; texels *= 4) {
        render_texture_sample(&texture, 0.5f, 0.5f, texels, rgb);
        assert_float_equal(rgb[2], 128, 1);
        assert_float_equal(rgb[0], 94.5, 2);
    }
}

// The picture covers the plane 120 mm wide; v runs upwards.
static void drape(const struct shape *shape, float (*texcoords)[6]) {
    for (int64_t t = 0; t < shape->n_triangles; t++)
        for (int k = 0; k < 3; k++) {
            const float *p = shape->vertices[shape->triangles[t][k]];
            texcoords[t][2 * k] = (p[0] + 60) / 120, texcoords[t][2 * k + 1] = (p[1] + 60) / 120;
        }
}

static void check_draped(const char *text, int view, double chequer, double slack) {
    const double flat[2] = {60, 0};
    static float texcoords[32][6];
    struct shape plane;
    struct drawn drawn;
    shape_make(&plane, 4, 4, shape_on_plane, flat);
    drape(&plane, texcoords);
    struct render_subject subject = shape_subject(&plane);
    subject.texture = &texture, subject.texcoords = texcoords[0];
    draw_view(&subject, text, view, &drawn);
    const struct render_camera *c = &drawn.camera;
    int checked = 0;
    for (int i = 0; i < drawn.size * drawn.size; i++) {
        double x = (i % drawn.size + 0.5 - c->centre[0]) / c->scale[0],
               y = (c->centre[1] - i / drawn.size - 0.5) / c->scale[1];
        if (isnan(drawn_at(&drawn, 0, i))) continue;
        double along = c->projection == RENDER_PERSPECTIVE
                           ? -c->position[2] / (c->right[2] * x + c->up[2] * y - c->toward[2])
                           : -(c->right[2] * x + c->up[2] * y) / c->toward[2];
        double p[2];
        for (int k = 0; k < 2; k++)
            p[k] = c->projection == RENDER_PERSPECTIVE
                       ? c->position[k] + along * (c->right[k] * x + c->up[k] * y - c->toward[k])
                       : c->right[k] * x + c->up[k] * y + along * c->toward[k];
        if (fabs(p[0]) > 52 || fabs(p[1]) > 52) continue;
        assert_float_equal(drawn_at(&drawn, 0, i), 3 * ((p[0] + 60) / 120 * SIDE - 0.5), slack);
        assert_float_equal(drawn_at(&drawn, 1, i), 3 * ((60 - p[1]) / 120 * SIDE - 0.5), slack);
        if (chequer >= 0) assert_float_equal(drawn_at(&drawn, 2, i), chequer, 2);
        checked++;
    }
    assert_true(checked > 30);
    drawn_free(&drawn);
    shape_free(&plane);
}

static void on_a_surface_it_lies_where_it_belongs(void **state) {
    (void)state;
    make_ramp();
    const char *near = "size = 400; channels = [ \"texture\" ]; views = ( { }, { yaw = 30.0; pitch = 20.0; } );";
    const char *eye = "size = 400; channels = [ \"texture\" ]; projection = \"perspective\"; distance_mm = 250.0; "
                      "views = ( { yaw = -40.0; }, { pitch = 35.0; roll = 10.0; } );";
    for (int v = 0; v < 2; v++) check_draped(near, v, -1, 0.02), check_draped(eye, v, -1, 0.02);
    check_draped("size = 14; channels = [ \"texture\" ]; views = ( { } );", 0, 127.5, 6); // 7 x 7 texels a pixel
    check_draped("size = 14; channels = [ \"texture\" ]; projection = \"perspective\"; views = ( { yaw = 20.0; } );", 0,
                 127.5, 6);
}

// A triangle whose corners have no place in the picture has the colours of its vertices.
static void what_has_no_texture_has_its_colours(void **state) {
    (void)state;
    const double flat[2] = {60, 0};
    static float texcoords[2][6];
    struct shape plane;
    struct drawn drawn;
    make_ramp();
    shape_make(&plane, 1, 1, shape_on_plane, flat);
    drape(&plane, texcoords);
    texcoords[1][3] = NAN;
    for (int64_t v = 0; v < 4; v++)
        for (int k = 0; k < 3; k++) plane.colours[v][k] = (float)(10 * (k + 1));
    struct render_subject subject = shape_subject(&plane);
    subject.texture = &texture, subject.texcoords = texcoords[0];
    draw_view(&subject, "size = 100; channels = [ \"texture\", \"colour\" ]; views = ( { } );", 0, &drawn);
    int upper = 30 * 100 + 30, lower = 70 * 100 + 70;
    for (int k = 0; k < 3; k++) {
        assert_float_equal(drawn_at(&drawn, k, upper), 10 * (k + 1), 1e-4);
        assert_float_equal(drawn_at(&drawn, 3 + k, lower), 10 * (k + 1), 1e-4);
    }
    assert_float_equal(drawn_at(&drawn, 0, lower), 3 * ((41 + 60) / 120.0 * SIDE - 0.5), 0.1);
    drawn_free(&drawn);
    shape_free(&plane);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(levels_are_means_of_four),
        cmocka_unit_test(between_texels_it_is_linear),
        cmocka_unit_test(far_away_it_is_the_mean),
        cmocka_unit_test(on_a_surface_it_lies_where_it_belongs),
        cmocka_unit_test(what_has_no_texture_has_its_colours),
    };
    return cmocka_run_group_tests(tests, NULL, unmake);
}
