// timeout: 120
// Pictures as a whole: means over samples, names of what is seen, one pixel and many, meshes of a million triangles, nothing.
#include "render_shapes.h"

#include <facet/image.h>

static struct shape sphere;
static const double ball = 80;

static int make(void **state) {
    (void)state;
    shape_make(&sphere, 90, 45, shape_on_sphere, &ball);
    return 0;
}

static int unmake(void **state) {
    (void)state;
    shape_free(&sphere);
    return 0;
}

static void check_names(const struct drawn *drawn, const struct drawn *fine, int ss, int i) {
    int size = drawn->size, side = size * ss, least = 100, found = -1;
    for (int k = 0; k < ss * ss; k++) {
        int at = (i / size * ss + k / ss) * side + i % size * ss + k % ss, x = 2 * (k % ss) + 1 - ss,
            y = 2 * (k / ss) + 1 - ss;
        if (fine->triangles[at] < 0 || x * x + y * y >= least) continue;
        least = x * x + y * y, found = at;
    }
    assert_int_equal(drawn->triangles[i], fine->triangles[found]);
    assert_int_equal(drawn->vertices[i], fine->vertices[found]);
}

// Of the samples of a picture as many times finer, which pixel by pixel are averaged here.
static void check_means(int ss) {
    struct drawn drawn, fine;
    char text[256];
    const char *all = "size = %d; supersample = %d; views = ( { yaw = 20.0; pitch = 30.0; } ); channels = [ \"depth\", "
                      "\"normal\", \"visibility\", \"mean_curvature\", \"mask\" ];";
    snprintf(text, sizeof text, all, 40, ss);
    draw_shape(&sphere, text, 0, &drawn);
    snprintf(text, sizeof text, all, 40 * ss, 1);
    draw_shape(&sphere, text, 0, &fine);
    int partly = 0;
    for (int i = 0; i < 40 * 40; i++) {
        double depth = 0, n[3] = {0}, length = 0;
        int hits = 0;
        for (int k = 0; k < ss * ss; k++) {
            int at = (i / 40 * ss + k / ss) * 40 * ss + i % 40 * ss + k % ss;
            if (isnan(drawn_at(&fine, 0, at))) continue;
            hits++, depth += drawn_at(&fine, 0, at);
            for (int c = 0; c < 3; c++) n[c] += drawn_at(&fine, 1 + c, at);
        }
        for (int c = 0; c < 3; c++) length += n[c] * n[c];
        assert_true(isnan(drawn_at(&drawn, 0, i)) == (hits == 0 || 2 * hits < ss * ss));
        assert_true(isnan(drawn_at(&drawn, 4, i)) == (hits == 0));
        if (hits) assert_float_equal(drawn_at(&drawn, 4, i), hits / (double)(ss * ss), 1e-6);
        assert_int_equal(drawn.u8[4 * 1600 + i], (int)lround(255.0 * hits / (ss * ss)));
        partly += hits > 0 && hits < ss * ss;
        if (2 * hits < ss * ss || hits == 0) {
            assert_int_equal(drawn.triangles[i], -1);
            assert_int_equal(drawn.vertices[i], -1);
            continue;
        }
        assert_float_equal(drawn_at(&drawn, 0, i), depth / hits, 1e-4);
        for (int c = 0; c < 3; c++) assert_float_equal(drawn_at(&drawn, 1 + c, i), n[c] / sqrt(length), 1e-5);
        check_names(&drawn, &fine, ss, i);
    }
    assert_true(partly > 40 || ss == 1);
    drawn_free(&drawn), drawn_free(&fine);
}

static void a_pixel_is_the_mean_of_its_samples(void **state) {
    (void)state;
    check_means(1), check_means(2), check_means(4);
}

static void names_are_those_of_what_is_seen(void **state) {
    (void)state;
    struct drawn drawn;
    draw_shape(&sphere, "size = 64; views = ( { } ); channels = [ \"mask\" ];", 0, &drawn);
    for (int i = 0; i < 64 * 64; i++) {
        if (!drawn.u8[i]) {
            assert_int_equal(drawn.triangles[i], -1);
            continue;
        }
        const int32_t *corner = sphere.triangles[drawn.triangles[i]];
        double p[2] = {200 * (i % 64 + 0.5) / 64 - 100, 100 - 200 * (i / 64 + 0.5) / 64}, area[3], most = 0;
        for (int k = 0; k < 3; k++) { // of the part across each corner, the largest share is of the largest
            const float *a = sphere.vertices[corner[(k + 1) % 3]], *b = sphere.vertices[corner[(k + 2) % 3]];
            area[k] = (a[0] - p[0]) * (b[1] - p[1]) - (a[1] - p[1]) * (b[0] - p[0]);
            assert_true(area[k] > -0.05);
            most = fmax(most, area[k]);
        }
        for (int k = 0; k < 3; k++)
            if (drawn.vertices[i] == corner[k]) most -= area[k];
        assert_float_equal(most, 0, 0.05);
    }
    drawn_free(&drawn);
}

static void one_pixel_is_a_picture(void **state) {
    (void)state;
    for (int ss = 1; ss <= 4; ss *= 2) {
        struct drawn drawn;
        char text[128];
        snprintf(text, sizeof text, "size = 1; extent_mm = 40.0; supersample = %d; views = ( { } );", ss);
        draw_shape(&sphere, text, 0, &drawn);
        assert_true(drawn.seen);
        assert_in_range(drawn.u8[0], 128 + 80, 255);
        assert_float_equal(drawn_at(&drawn, 3, 0), 1, 1e-3);
        drawn_free(&drawn);
    }
}

// In many bands; every one meets the next without a seam.
static void a_picture_of_8192_pixels_has_no_seams(void **state) {
    (void)state;
    enum { SIZE = 8192 };
    struct render_settings settings;
    struct render_easel *easel;
    struct render_subject subject = shape_subject(&sphere);
    bool seen;
    drawn_settings("size = 8192; extent_mm = 100.0; views = ( { } ); channels = [ \"depth\" ];", &settings);
    struct render_planes planes = {.u8 = malloc((size_t)SIZE * SIZE)};
    assert_non_null(planes.u8);
    assert_int_equal(render_easel_create(&settings.look, &easel, NULL), FACET_OK);
    assert_int_equal(render_easel_draw(easel, &subject, &settings.cameras->shots[0].camera, 0, &planes, &seen, NULL),
                     FACET_OK);
    assert_true(seen);
    int64_t area = 0;
    for (int row = 0; row < SIZE; row++) {
        int widest = 0;
        for (int column = 0; column < SIZE; column++) widest += planes.u8[(size_t)row * SIZE + (size_t)column] > 0;
        double y = 100 - 200 * (row + 0.5) / SIZE, half = fabs(y) < ball ? sqrt(ball * ball - y * y) : 0;
        assert_true(widest <= 2 * half * SIZE / 200 + 2 && widest >= 2 * half * 0.93 * SIZE / 200 - 500);
        area += widest;
    }
    assert_float_equal((double)area * 200 / SIZE * 200 / SIZE, M_PI * ball * ball, 0.005 * M_PI * ball * ball);
    free(planes.u8);
    render_easel_destroy(easel);
    render_settings_free(&settings);
}

// The last band has fewer rows than the others.
static void bands_fill_the_whole_picture(void **state) {
    (void)state;
    enum { SIZE = 3000 };
    const double flat[2] = {200, 0};
    struct shape plane;
    struct drawn drawn;
    shape_make(&plane, 2, 2, shape_on_plane, flat);
    draw_shape(&plane, "size = 3000; views = ( { } ); channels = [ \"mask\" ];", 0, &drawn);
    int64_t covered = 0;
    for (int i = 0; i < SIZE * SIZE; i++) covered += drawn.u8[i] == 255 && drawn.triangles[i] >= 0;
    assert_int_equal(covered, SIZE * SIZE);
    drawn_free(&drawn);
    shape_free(&plane);
}

static void a_million_triangles_are_a_mesh(void **state) {
    (void)state;
    struct shape large;
    struct drawn drawn;
    shape_make(&large, 1000, 500, shape_on_sphere, &ball);
    assert_int_equal(large.n_triangles, 1000000);
    draw_shape(&large, "size = 224; views = ( { yaw = 15.0; } ); channels = [ \"depth\", \"normal\", \"mask\" ];", 0,
               &drawn);
    double area = 0;
    for (int i = 0; i < 224 * 224; i++) area += drawn.u8[4 * 224 * 224 + i] == 255;
    assert_float_equal(area * 200 / 224 * 200 / 224, M_PI * ball * ball, 0.003 * M_PI * ball * ball);
    drawn_free(&drawn);
    shape_free(&large);
}

static void nothing_is_an_empty_picture(void **state) {
    (void)state;
    struct shape none = sphere;
    struct drawn drawn;
    const char *const texts[] = {"size = 9; channels = [ \"depth\", \"visibility\" ]; centre_mm = [ 0.0, 500.0, 0.0 ];",
                                 "size = 9; channels = [ \"depth\", \"visibility\" ]; supersample = 4;"};
    for (int i = 0; i < 2; i++) {
        none.n_triangles = i == 0 ? sphere.n_triangles : 0;
        draw_shape(&none, texts[i], 1, &drawn);
        assert_false(drawn.seen);
        for (int k = 0; k < 2 * 81; k++) {
            assert_int_equal(drawn.u8[k], 0);
            assert_int_equal(drawn.u16[k], 0);
            assert_true(isnan(drawn.f32[k]));
            assert_int_equal(drawn.triangles[k / 2], -1);
        }
        drawn_free(&drawn);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_pixel_is_the_mean_of_its_samples),
        cmocka_unit_test(names_are_those_of_what_is_seen),
        cmocka_unit_test(one_pixel_is_a_picture),
        cmocka_unit_test(a_picture_of_8192_pixels_has_no_seams),
        cmocka_unit_test(bands_fill_the_whole_picture),
        cmocka_unit_test(a_million_triangles_are_a_mesh),
        cmocka_unit_test(nothing_is_an_empty_picture),
    };
    return cmocka_run_group_tests(tests, make, unmake);
}
