// Golden contact sheets: balls with labels of all kinds, beside pictures kept in tests/golden.
//
// To make them anew after a wanted change, then look at each before it is kept:
//   FACET_GOLDEN_WRITE=tests/golden build/release/tests/test_golden_sheet
#include "render/paper.h"

#include <math.h>
#include <png.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { SIZE = 64, VIEWS = 2, PLANES = 5, CELLS = 4, TOLERANCE = 3, STRAY = 40 };
static uint8_t pixels[CELLS][VIEWS][PLANES][SIZE * SIZE];
static const uint8_t planes[PLANES] = {FACET_PLANE_DEPTH, FACET_PLANE_NORMAL_X, FACET_PLANE_NORMAL_Y,
                                       FACET_PLANE_NORMAL_Z, FACET_PLANE_MEAN_CURVATURE};
static const uint8_t seen[VIEWS] = {1, 0}, seen_both[VIEWS] = {1, 1};

static uint8_t code(double share, int first) {
    return (uint8_t)lround(first + (255 - first) * share);
}

// A ball that is larger from cell to cell, its curvature the opposite in the second view.
static void draw_ball(int cell, int view) {
    double radius = 0.4 + 0.15 * cell;
    for (int i = 0; i < SIZE * SIZE; i++) {
        double x = (2 * (i % SIZE) + 1.0) / SIZE - 1, y = 1 - (2 * (i / SIZE) + 1.0) / SIZE;
        double z = radius * radius - x * x - y * y;
        if (z < 0) continue;
        const double n[3] = {x / radius, y / radius, sqrt(z) / radius};
        pixels[cell][view][0][i] = code(0.5 + 0.5 * sqrt(z), 1);
        for (int k = 0; k < 3; k++) pixels[cell][view][1 + k][i] = code(0.5 + 0.5 * n[k], 0);
        pixels[cell][view][4][i] = code(view ? 0.5 - 0.5 * n[1] : 0.5 + 0.5 * n[1], 1);
    }
}

static int label(void *self, int frame, int cell, struct paper_cell *out, struct facet_error *error) {
    static const char *const subjects[CELLS] = {"s001", "Zoë Łukasiewicz", "Анна · 你",
                                                "a name that is too long to stay whole"};
    static const char *const labels[CELLS] = {"happiness", "Überraschung", "", "fear"};
    (void)self, (void)frame, (void)error;
    snprintf(out->words.subject, PAPER_LINE, "%s", subjects[cell]);
    snprintf(out->words.label, PAPER_LINE, "%s", labels[cell]);
    snprintf(out->words.origin, PAPER_LINE, "lab · row %d", 98 + cell);
    if (cell > 1) snprintf(out->words.frame, PAPER_LINE, "frame %d", cell);
    out->set_aside = cell == 2;
    return FACET_OK;
}

static int read(void *self, int frame, int cell, struct paper_cell *out, struct facet_error *error) {
    (void)self, (void)frame, (void)error;
    out->pixels = &pixels[cell][0][0][0];
    out->seen = cell == 1 ? seen : seen_both;
    return FACET_OK;
}

static bool stray(const uint8_t *a, const uint8_t *b) {
    return abs(a[0] - b[0]) > TOLERANCE || abs(a[1] - b[1]) > TOLERANCE || abs(a[2] - b[2]) > TOLERANCE;
}

static void compare(const char *path, const struct facet_image *image) {
    png_image png = {.version = PNG_IMAGE_VERSION};
    if (!png_image_begin_read_from_file(&png, path)) fail_msg("%s: %s", path, png.message);
    png.format = PNG_FORMAT_RGB;
    if ((int)png.width != image->width || (int)png.height != image->height)
        fail_msg("%s is %u x %u, drawn is %d x %d", path, png.width, png.height, image->width, image->height);
    uint8_t *kept = malloc(PNG_IMAGE_SIZE(png));
    assert_non_null(kept);
    assert_true(png_image_finish_read(&png, NULL, kept, 0, NULL));
    int pixels_drawn = image->width * image->height, strays = 0;
    for (int i = 0; i < pixels_drawn; i++) strays += stray(kept + 3 * i, image->rgb + 3 * i);
    free(kept);
    if (strays > STRAY) fail_msg("%s: %d pixels differ", path, strays);
}

static void check(const char *name, const struct paper *paper) {
    const char *folder = getenv("FACET_GOLDEN_WRITE"), *source = getenv("FACET_SOURCE");
    const struct paper_source cells = {NULL, CELLS, 1, label, read};
    struct paper_page *page;
    struct facet_image image;
    struct facet_error error;
    char path[4096];
    if (paper_create(paper, &cells, &page, &error) || paper_draw(page, 0, &image, &error)) fail_msg("%s", error.text);
    paper_destroy(page);
    if (folder)
        snprintf(path, sizeof path, "%s/%s.png", folder, name);
    else
        snprintf(path, sizeof path, "%s/tests/golden/%s.png", source ? source : ".", name);
    if (folder) assert_int_equal(facet_image_write_png(path, &image, NULL), FACET_OK);
    compare(path, &image);
    facet_image_free(&image);
}

static const struct paper_tile tiles[] = {
    {.tile = 0, .range = {true, -60, 60, "mm"}}, {.tile = 1}, {.tile = 2, .range = {true, -0.1, 0.1, "1/mm"}}};
static const char headings[VIEWS][PAPER_HEADING] = {"yaw −45°", "yaw 30°, pitch 12.5°"};
static const int views[VIEWS] = {0, 1};

static struct paper whole(void) {
    return (struct paper){.title = "Balls, growing",
                          .columns = 1,
                          .shape = {.n_views = VIEWS, .n_planes = PLANES, .size = SIZE, .planes = planes},
                          .n_views = VIEWS,
                          .n_tiles = 3,
                          .views = views,
                          .headings = headings,
                          .tiles = tiles};
}

static void rows_of_all_views_on_white(void **state) {
    (void)state;
    struct paper paper = whole();
    check("sheet_rows", &paper);
}

static void a_grid_of_one_view_on_dark(void **state) {
    (void)state;
    struct paper paper = whole();
    paper.dark = true;
    paper.columns = 3;
    paper.n_views = 1;
    paper.n_tiles = 1;
    paper.tiles = &tiles[2];
    check("sheet_grid", &paper);
}

static void changes_on_white(void **state) {
    (void)state;
    static const uint8_t changes[PLANES] = {1, 1, 1, 1, 1};
    static const struct paper_tile pooled[] = {{.tile = 0, .kind = "pooled", .changes = true},
                                               {.tile = 1, .kind = "pooled", .changes = true}};
    struct paper paper = whole();
    paper.shape.changes = changes;
    paper.title = NULL;
    paper.n_tiles = 2;
    paper.tiles = pooled;
    paper.columns = 2;
    paper.zoom = 1;
    check("sheet_changes", &paper);
}

static int make_balls(void **state) {
    (void)state;
    for (int i = 0; i < CELLS * VIEWS; i++) draw_ball(i / VIEWS, i % VIEWS);
    return 0;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_of_all_views_on_white),
        cmocka_unit_test(a_grid_of_one_view_on_dark),
        cmocka_unit_test(changes_on_white),
    };
    return cmocka_run_group_tests(tests, make_balls, NULL);
}
