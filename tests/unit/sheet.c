// Contact sheets of a container's pictures.
#include "render/sheet.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

enum { VIEWS = 2, PLANES = 4, SIZE = 8, ROW = VIEWS * PLANES * SIZE * SIZE, MOST = 3 };
static char path[] = "sheet_test_XXXXXX";
static uint8_t pixels[MOST * ROW], mask[MOST * VIEWS], planes[MOST * PLANES];

static void write_u8(struct facet_store *store, const char *name, int rank, const int64_t *dims, void *data) {
    struct facet_array array = {.type = FACET_U8, .rank = rank, .data = data};
    memcpy(array.dims, dims, (size_t)rank * sizeof *dims);
    assert_int_equal(facet_store_write(store, name, &array, NULL), FACET_OK);
}

// Row 0 is set aside and holds zeros; view 1 of row 1 sees nothing.
static struct facet_store *make(int rows, bool labels) {
    struct facet_store *store;
    for (int i = 0; i < MOST * ROW; i++) pixels[i] = i < ROW || i / (PLANES * SIZE * SIZE) == 3 ? 0 : 90;
    for (int i = 0; i < MOST * VIEWS; i++) mask[i] = i > 1 && i != 3;
    for (int i = PLANES; i < MOST * PLANES; i++) planes[i] = (uint8_t)(FACET_PLANE_DEPTH + i % PLANES);
    assert_int_equal(facet_store_create(path, &store, NULL), FACET_OK);
    write_u8(store, "data/views", 5, (int64_t[]){rows, VIEWS, PLANES, SIZE, SIZE}, pixels);
    write_u8(store, "data/view_mask", 2, (int64_t[]){rows, VIEWS}, mask);
    write_u8(store, "data/view_planes", 2, (int64_t[]){rows, PLANES}, planes);
    write_u8(store, "data/odd", 4, (int64_t[]){rows, VIEWS, SIZE, SIZE}, pixels);
    write_u8(store, "items/valid", 1, (int64_t[]){rows}, (uint8_t[]){0, 1, 1});
    if (labels) assert_int_equal(facet_store_write_string(store, "items/label", "happiness", NULL), FACET_OK);
    assert_int_equal(facet_store_commit(store, NULL), FACET_OK);
    facet_store_close(store);
    assert_int_equal(facet_store_open(path, &store, NULL), FACET_OK);
    return store;
}

static int open_file(void **state) {
    (void)state;
    return close(mkstemp(path));
}
static int remove_file(void **state) {
    (void)state;
    return unlink(path);
}

static int count(const struct facet_image *image, uint32_t rgb) {
    int n = 0;
    for (int i = 0; i < image->width * image->height; i++) {
        const uint8_t *p = image->rgb + 3 * i;
        n += ((uint32_t)p[0] << 16 | (uint32_t)p[1] << 8 | p[2]) == rgb;
    }
    return n;
}

static void rows_are_drawn_with_their_channels(void **state) {
    (void)state;
    struct facet_store *store = make(MOST, false);
    struct facet_image one, all;
    const int64_t rows[] = {0, 1, 2};
    const int tile = 112 * 112;
    assert_int_equal(facet_sheet_draw(store, "views", rows + 2, 1, &one, NULL), FACET_OK);
    assert_in_range(count(&one, facet_depth_colour(90)), 2 * tile, 2 * tile + 20);
    assert_int_equal(count(&one, 0x5a5a5a), 2 * tile);
    assert_int_equal(facet_sheet_draw(store, "views", rows, 3, &all, NULL), FACET_OK);
    assert_int_equal(all.width, one.width);
    assert_true(all.height > 2 * one.height);
    assert_int_equal(count(&all, 0x5a5a5a), 3 * tile);
    facet_image_free(&one);
    facet_image_free(&all);
    facet_store_close(store);
}

static void the_label_is_drawn(void **state) {
    (void)state;
    struct facet_store *store = make(1, true);
    struct facet_image image;
    assert_int_equal(facet_sheet_draw(store, "views", (int64_t[]){0}, 1, &image, NULL), FACET_OK);
    assert_int_not_equal(count(&image, 0xffc070), 0);
    facet_image_free(&image);
    facet_store_close(store);
}

static void refuses(struct facet_store *store, const char *field, int64_t row, int code, const char *words) {
    struct facet_image image;
    struct facet_error error = {0};
    assert_int_equal(facet_sheet_draw(store, field, &row, 1, &image, &error), code);
    if (!strstr(error.text, words)) fail_msg("%s", error.text);
    assert_null(image.rgb);
}

static void what_cannot_be_drawn_is_said(void **state) {
    (void)state;
    struct facet_store *store = make(MOST, false);
    refuses(store, "views", 3, FACET_ERROR_USAGE, "row 3: data/views has rows 0 to 2");
    refuses(store, "views", -1, FACET_ERROR_USAGE, "row -1: data/views has rows 0 to 2");
    refuses(store, "odd", 0, FACET_ERROR_DATA, "data/odd holds no pictures");
    refuses(store, "none", 0, FACET_ERROR_DATA, "none");
    const int64_t many[200] = {0};
    struct facet_image image;
    struct facet_error error;
    assert_int_equal(facet_sheet_draw(store, "views", many, 200, &image, &error), FACET_ERROR_USAGE);
    assert_non_null(strstr(error.text, "take fewer rows"));
    facet_store_close(store);
    store = make(MOST, true);
    refuses(store, "views", 0, FACET_ERROR_DATA, "items/label has 1 rows");
    facet_store_close(store);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_are_drawn_with_their_channels),
        cmocka_unit_test(the_label_is_drawn),
        cmocka_unit_test(what_cannot_be_drawn_is_said),
    };
    return cmocka_run_group_tests(tests, open_file, remove_file);
}
