// Golden pictures: a face drawn by formula, seen by four cameras, beside pictures kept in tests/golden.
//
// To make them anew after a wanted change, then look at each before it is kept:
//   FACET_GOLDEN_WRITE=tests/golden build/release/tests/test_golden_render_face
#include "render_shapes.h"

#include <facet/image.h>

#include <png.h>
#include <stdio.h>

enum { SIZE = 96, GRID = 140, TOLERANCE = 2, STRAY = 6, COLUMNS = 5, TEXTURE = 64 }; // STRAY: in a thousand
static struct shape face;
static float (*texcoords)[6];
static uint8_t picture[TEXTURE][TEXTURE][3];
static struct render_texture texture;

static double bump(double x, double y, double at_x, double at_y, double wide, double high) {
    double u = (x - at_x) / wide, v = (y - at_y) / high;
    return exp(-u * u - v * v);
}

// mm before the nose tip's plane; the face's left differs from its right.
static double height(double x, double y) {
    double skull = 70 * sqrt(fmax(0, 1 - x * x / 6000 - (y + 5) * (y + 5) / 11000));
    double nose = 24 * bump(x, y, 0, -2, 11, 13) + 12 * bump(x, y, 0, 22, 8, 24);
    double brows = 6 * bump(x, y, -30, 46, 20, 7) + 8 * bump(x, y, 30, 49, 20, 7);
    double eyes = -9 * bump(x, y, -31, 33, 14, 9) - 9 * bump(x, y, 31, 33, 14, 9);
    double lids = 4 * bump(x, y, -31, 32, 8, 5) + 4 * bump(x, y, 31, 32, 8, 5);
    double mouth = 7 * bump(x, y, 2, -33, 20, 6) + 7 * bump(x, y, 2, -44, 16, 6) - 6 * bump(x, y, 3, -38, 22, 3);
    return skull + nose + brows + eyes + lids + mouth + 6 * bump(x, y, 0, -72, 18, 14) - 94;
}

static bool on_face(int i, int j) {
    double x = 160.0 * i / GRID - 80, y = 200.0 * j / GRID - 105;
    return x * x / 5600 + (y + 5) * (y + 5) / 9800 < 1;
}

// H and K of the surface z = height(x, y), by differences.
static void bend(struct shape_point *at, double x, double y, double slope_x, double slope_y) {
    double h = 0.2, middle = height(x, y), g = 1 + slope_x * slope_x + slope_y * slope_y;
    double xx = (height(x + h, y) - 2 * middle + height(x - h, y)) / (h * h);
    double yy = (height(x, y + h) - 2 * middle + height(x, y - h)) / (h * h);
    double xy =
        (height(x + h, y + h) - height(x + h, y - h) - height(x - h, y + h) + height(x - h, y - h)) / (4 * h * h);
    double mean =
        -((1 + slope_y * slope_y) * xx - 2 * slope_x * slope_y * xy + (1 + slope_x * slope_x) * yy) / (2 * g * sqrt(g));
    double apart = sqrt(fmax(0, mean * mean - (xx * yy - xy * xy) / (g * g)));
    at->k1 = mean + apart, at->k2 = mean - apart;
}

static void add_point(int i, int j) {
    double x = 160.0 * i / GRID - 80, y = 200.0 * j / GRID - 105, step = 0.05;
    double slope_x = (height(x + step, y) - height(x - step, y)) / (2 * step);
    double slope_y = (height(x, y + step) - height(x, y - step)) / (2 * step);
    double length = sqrt(1 + slope_x * slope_x + slope_y * slope_y);
    struct shape_point at = {.p = {x, y, height(x, y)}, .n = {-slope_x / length, -slope_y / length, 1 / length}};
    bend(&at, x, y, slope_x, slope_y);
    int64_t v = (int64_t)j * (GRID + 1) + i;
    shape_set(&face, v, &at);
    double red = bump(x, y, 1, -38, 24, 9), blue = bump(x, y, -31, 33, 9, 6) + bump(x, y, 31, 33, 9, 6);
    const double skin[3] = {214, 165, 134}, lips[3] = {170, 60, 64}, eyes[3] = {60, 90, 160};
    for (int k = 0; k < 3; k++)
        face.colours[v][k] =
            (float)(skin[k] + fmin(1, red) * (lips[k] - skin[k]) + fmin(1, blue) * (eyes[k] - skin[k]));
}

static void add_triangle(int32_t a, int32_t b, int32_t c) {
    const int32_t corner[3] = {a, b, c};
    for (int k = 0; k < 3; k++) {
        face.triangles[face.n_triangles][k] = corner[k];
        texcoords[face.n_triangles][2 * k] = (float)(corner[k] % (GRID + 1)) / GRID;
        texcoords[face.n_triangles][2 * k + 1] = (float)(corner[k] / (GRID + 1)) / GRID;
    }
    face.n_triangles++;
}

// A chequered picture whose colour runs with the row.
static void make_texture(void) {
    for (int y = 0; y < TEXTURE; y++)
        for (int x = 0; x < TEXTURE; x++) {
            bool dark = (x / 4 + y / 4) % 2;
            picture[y][x][0] = (uint8_t)(dark ? 40 : 230);
            picture[y][x][1] = (uint8_t)(dark ? 40 : 255 - 3 * y);
            picture[y][x][2] = (uint8_t)(dark ? 60 : 60 + 3 * y);
        }
    assert_int_equal(render_texture_build(&texture, picture[0][0], TEXTURE, TEXTURE, NULL), FACET_OK);
}

static int make_face(void **state) {
    (void)state;
    shape_allocate(&face, (GRID + 1) * (GRID + 1), 2 * GRID * GRID);
    texcoords = calloc(2 * GRID * GRID, sizeof *texcoords);
    assert_non_null(texcoords);
    for (int j = 0; j <= GRID; j++)
        for (int i = 0; i <= GRID; i++) add_point(i, j);
    for (int j = 0; j < GRID; j++)
        for (int i = 0; i < GRID; i++) {
            int32_t a = j * (GRID + 1) + i, c = a + GRID + 2;
            if (!on_face(i, j) || !on_face(i + 1, j) || !on_face(i, j + 1) || !on_face(i + 1, j + 1)) continue;
            add_triangle(a, a + 1, c);
            add_triangle(a, c, a + GRID + 1);
        }
    render_principal(face.curvatures[0], face.n_vertices, face.principal[0]);
    make_texture();
    return 0;
}

static int unmake_face(void **state) {
    (void)state;
    shape_free(&face);
    free(texcoords);
    render_texture_free(&texture);
    return 0;
}

// One tile a channel, COLUMNS in a row, with their codes as they are; three planes are red, green and blue.
static void compose(const struct drawn *drawn, struct facet_image *image) {
    const struct render_look *look = &drawn->settings.look;
    int columns = look->n_channels < COLUMNS ? look->n_channels : COLUMNS;
    int rows = (look->n_channels + columns - 1) / columns;
    assert_int_equal(facet_image_create(image, columns * SIZE, rows * SIZE, 0, NULL), FACET_OK);
    for (int c = 0, plane = 0; c < look->n_channels; plane += look->channels[c++]->planes)
        for (int i = 0; i < SIZE * SIZE; i++) {
            int x = c % columns * SIZE + i % SIZE, y = c / columns * SIZE + i / SIZE;
            for (int k = 0; k < 3; k++)
                image->rgb[3 * (y * image->width + x) + k] =
                    drawn->u8[(plane + (look->channels[c]->planes == 3 ? k : 0)) * SIZE * SIZE + i];
        }
}

static void compare(const char *path, const struct facet_image *image) {
    png_image png = {.version = PNG_IMAGE_VERSION};
    if (!png_image_begin_read_from_file(&png, path)) fail_msg("%s: %s", path, png.message);
    assert_int_equal(png.width, image->width);
    assert_int_equal(png.height, image->height);
    png.format = PNG_FORMAT_RGB;
    uint8_t *golden = malloc(PNG_IMAGE_SIZE(png));
    assert_non_null(golden);
    assert_true(png_image_finish_read(&png, NULL, golden, 0, NULL));
    int stray = 0, values = 3 * image->width * image->height;
    for (int i = 0; i < values; i++) stray += abs(image->rgb[i] - golden[i]) > TOLERANCE;
    free(golden);
    if (1000 * (int64_t)stray > (int64_t)STRAY * values)
        fail_msg("%s: %d codes of %d differ by more than %d", path, stray, values, TOLERANCE);
}

static void check(const char *name, const char *settings) {
    const char *write = getenv("FACET_GOLDEN_WRITE"), *source = getenv("FACET_SOURCE");
    char path[4096], text[1024];
    struct facet_image image;
    struct drawn drawn;
    struct render_subject subject = shape_subject(&face);
    subject.texture = &texture, subject.texcoords = texcoords[0];
    snprintf(text, sizeof text, "size = %d; extent_mm = 110.0; %s", SIZE, settings);
    draw_view(&subject, text, 0, &drawn);
    compose(&drawn, &image);
    if (write) {
        snprintf(path, sizeof path, "%s/%s.png", write, name);
        assert_int_equal(facet_image_write_png(path, &image, NULL), FACET_OK);
    } else {
        snprintf(path, sizeof path, "%s/tests/golden/%s.png", source ? source : ".", name);
        compare(path, &image);
    }
    facet_image_free(&image);
    drawn_free(&drawn);
}

static void the_face_looks_as_it_did(void **state) {
    (void)state;
    const char *shown = "channels = [ \"depth\", \"normal\", \"mask\" ];";
    const char *const names[3] = {"render_face_front", "render_face_left", "render_face_right_above"};
    const char *const views[3] = {"views = ( { } );", "views = ( { yaw = 45.0; } );",
                                  "views = ( { yaw = -45.0; pitch = 20.0; } ); supersample = 2;"};
    for (int i = 0; i < 3; i++) {
        char text[256];
        snprintf(text, sizeof text, "%s %s", views[i], shown);
        check(names[i], text);
    }
}

static void its_channels_look_as_they_did(void **state) {
    (void)state;
    check("render_face_channels",
          "projection = \"perspective\"; views = ( { yaw = 25.0; pitch = 8.0; } ); supersample = 4; "
          "channels = [ \"shaded\", \"depth\", \"normal\", \"azimuth\", \"elevation\", \"mean_curvature\", "
          "\"gaussian_curvature\", \"k1\", \"k2\", \"shape_index\", \"curvedness\", \"texture\", \"colour\", \"mask\", "
          "\"visibility\" ];");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_face_looks_as_it_did),
        cmocka_unit_test(its_channels_look_as_they_did),
    };
    return cmocka_run_group_tests(tests, make_face, unmake_face);
}
