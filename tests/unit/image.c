// Pictures: pasting, PNG files, and rendered views in colour.
#include <facet/colour.h>
#include <facet/image.h>

#include <png.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static uint32_t at(const struct facet_image *image, int x, int y) {
    const uint8_t *p = image->rgb + 3 * (y * image->width + x);
    return (uint32_t)p[0] << 16 | (uint32_t)p[1] << 8 | p[2];
}

static int not_grey(const struct facet_image *image, uint8_t grey) {
    int count = 0;
    for (int i = 0; i < image->width * image->height; i++)
        count += at(image, i % image->width, i / image->width) != grey * 0x010101u;
    return count;
}

static void a_picture_is_pasted_zoomed_and_cut(void **state) {
    (void)state;
    uint8_t pixels[] = {1, 2, 3, 4, 5, 6};
    struct facet_image image, two = {.width = 2, .height = 1, .rgb = pixels};
    assert_int_equal(facet_image_create(&image, 5, 4, 9, NULL), FACET_OK);
    facet_image_paste(&image, &two, -1, 2, 3);
    assert_int_equal(at(&image, 0, 1), 0x090909);
    assert_int_equal(at(&image, 0, 2), 0x010203);
    assert_int_equal(at(&image, 1, 3), 0x010203);
    assert_int_equal(at(&image, 2, 2), 0x040506);
    assert_int_equal(at(&image, 4, 3), 0x040506);
    assert_int_equal(not_grey(&image, 9), 10);
    facet_image_paste(&image, &two, 5, 0, 1);
    facet_image_paste(&image, &two, 0, -40, 3);
    facet_image_paste(&image, &two, 2147483647, 2147483647, 1000);
    assert_int_equal(not_grey(&image, 9), 10);
    facet_image_free(&image);
    assert_null(image.rgb);
}

static void a_png_reads_back_the_same(void **state) {
    (void)state;
    char path[] = "image_test_XXXXXX";
    close(mkstemp(path));
    struct facet_image image;
    assert_int_equal(facet_image_create(&image, 37, 21, 0, NULL), FACET_OK);
    for (int i = 0; i < 37 * 21 * 3; i++) image.rgb[i] = (uint8_t)(i * 7 + i / 111);
    assert_int_equal(facet_image_write_png(path, &image, NULL), FACET_OK);
    png_image png = {.version = PNG_IMAGE_VERSION};
    assert_true(png_image_begin_read_from_file(&png, path));
    assert_int_equal(png.width, 37);
    assert_int_equal(png.height, 21);
    png.format = PNG_FORMAT_RGB;
    uint8_t back[37 * 21 * 3];
    assert_true(png_image_finish_read(&png, NULL, back, 0, NULL));
    assert_memory_equal(back, image.rgb, sizeof back);
    facet_image_free(&image);
    unlink(path);
}

static void a_path_that_cannot_be_written_is_named(void **state) {
    (void)state;
    struct facet_image image;
    struct facet_error error = {0};
    assert_int_equal(facet_image_create(&image, 2, 2, 0, NULL), FACET_OK);
    assert_int_equal(facet_image_write_png("no/such/folder/a.png", &image, &error), FACET_ERROR_IO);
    assert_string_equal(error.text, "no/such/folder/a.png: cannot be made: No such file or directory");
    char folder[] = "image_folder_XXXXXX", part[64];
    assert_non_null(mkdtemp(folder));
    assert_int_equal(facet_image_write_png(folder, &image, &error), FACET_ERROR_IO);
    assert_non_null(strstr(error.text, "cannot be put in place"));
    snprintf(part, sizeof part, "%s.part", folder);
    assert_int_equal(access(part, F_OK), -1);
    facet_image_free(&image);
    rmdir(folder);
}

static void views_are_drawn_by_what_they_hold(void **state) {
    (void)state;
    const uint8_t planes[] = {FACET_PLANE_DEPTH, FACET_PLANE_NORMAL_X, FACET_PLANE_NORMAL_Y, FACET_PLANE_NORMAL_Z,
                              FACET_PLANE_MASK};
    const uint8_t pixels[2 * 5] = {0, 0, 0, 0, 0, 200, 10, 20, 30, 255};
    struct facet_views views = {
        .n_views = 2, .n_planes = 5, .size = 1, .pixels = pixels, .planes = planes, .background = 0x123456};
    assert_int_equal(facet_views_tiles(&views), 3);
    assert_string_equal(facet_views_tile_name(&views, 0), "depth");
    assert_string_equal(facet_views_tile_name(&views, 1), "normal");
    assert_string_equal(facet_views_tile_name(&views, 2), "mask");
    struct facet_image image;
    assert_int_equal(facet_image_create(&image, 3, 2, 0, NULL), FACET_OK);
    for (int i = 0; i < 6; i++) facet_image_paste_view(&image, &views, i / 3, i % 3, i % 3, i / 3, 1);
    assert_int_equal(at(&image, 0, 1), facet_palette_colour(FACET_PALETTE_SEQUENTIAL, 199.0 / 254));
    assert_int_equal(at(&image, 1, 1), 0x0a141e);
    for (int i = 0; i < 3; i++) assert_int_equal(at(&image, i, 0), 0x123456);
    assert_int_not_equal(at(&image, 2, 1), 0x123456); // what covers all is told from nothing on any paper
    assert_int_not_equal(at(&image, 2, 1), 0xffffff);
    uint32_t on_dark = at(&image, 2, 1);
    views.background = 0xf2f4f6;
    facet_image_paste_view(&image, &views, 1, 2, 2, 1, 1);
    assert_true((on_dark & 0xff) > (at(&image, 2, 1) & 0xff) + 50); // far from the paper in either case
    views.background = 0x123456;
    const uint8_t changes[5] = {1, 0, 0, 0, 1};
    views.changes = changes;
    facet_image_paste_view(&image, &views, 1, 0, 0, 0, 1);
    assert_int_equal(at(&image, 0, 0), facet_palette_colour(FACET_PALETTE_DIVERGING, 199.0 / 254));
    facet_image_paste_view(&image, &views, 0, 2, 0, 0, 1);
    assert_int_equal(at(&image, 0, 0), 0x123456);
    views.changes = NULL;
    views.planes = NULL;
    assert_int_equal(facet_views_tiles(&views), 5);
    facet_image_paste_view(&image, &views, 1, 1, 0, 0, 1);
    assert_int_equal(at(&image, 0, 0), 0x0a0a0a);
    facet_image_free(&image);
}

static void every_plane_has_a_channel(void **state) {
    (void)state;
    uint8_t planes[FACET_PLANE_VISIBILITY];
    struct facet_views views = {.n_views = 1, .n_planes = FACET_PLANE_VISIBILITY, .size = 1, .planes = planes};
    for (int i = 0; i < FACET_PLANE_VISIBILITY; i++) planes[i] = (uint8_t)(i + 1);
    assert_int_equal(facet_views_tiles(&views), FACET_PLANE_VISIBILITY - 6); // three of them hold three planes
    for (int t = 0; t < facet_views_tiles(&views); t++)
        assert_string_not_equal(facet_views_tile_name(&views, t), "plane");
    planes[0] = 200;
    assert_string_equal(facet_views_tile_name(&views, 0), "plane");
}

static void small_pictures_are_means(void **state) {
    (void)state;
    const uint8_t pixels[9] = {10, 20, 90, 30, 40, 110, 5, 6, 7};
    struct facet_views views = {.n_views = 1, .n_planes = 1, .size = 3, .pixels = pixels};
    struct facet_image image;
    assert_int_equal(facet_image_create(&image, 3, 3, 9, NULL), FACET_OK);
    facet_image_paste_view(&image, &views, 0, 0, 0, 0, -2);
    assert_int_equal(at(&image, 0, 0), 0x191919);
    assert_int_equal(at(&image, 1, 0), 0x646464); // the edge's two
    assert_int_equal(at(&image, 0, 1), 0x060606);
    assert_int_equal(at(&image, 1, 1), 0x070707);
    assert_int_equal(not_grey(&image, 9), 4);
    facet_image_free(&image);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_picture_is_pasted_zoomed_and_cut),
        cmocka_unit_test(a_png_reads_back_the_same),
        cmocka_unit_test(a_path_that_cannot_be_written_is_named),
        cmocka_unit_test(views_are_drawn_by_what_they_hold),
        cmocka_unit_test(every_plane_has_a_channel),
        cmocka_unit_test(small_pictures_are_means),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
