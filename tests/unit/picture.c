// Pictures read from memory: PNG, JPEG and BMP give the pixels they were made of, or a sentence.
#include "layouts/pictures.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

enum { WIDTH = 21, HEIGHT = 13, ROOM = 1 << 16 };

static char bytes[ROOM];
static uint8_t pixels[HEIGHT][WIDTH][3];
static const struct facet_image original = {.width = WIDTH, .height = HEIGHT, .rgb = pixels[0][0]};

static int draw(void **state) {
    (void)state;
    for (int y = 0; y < HEIGHT; y++)
        for (int x = 0; x < WIDTH; x++) {
            uint8_t *p = pixels[y][x];
            p[0] = (uint8_t)(12 * x), p[1] = (uint8_t)(19 * y), p[2] = (uint8_t)(5 * (x + y));
        }
    return 0;
}

static void assert_near(size_t size, int tolerance, int channel_of_all) {
    struct facet_image image;
    struct facet_error error = {0};
    if (facet_image_decode("picture", bytes, size, &image, &error)) fail_msg("%s", error.text);
    assert_int_equal(image.width, WIDTH);
    assert_int_equal(image.height, HEIGHT);
    for (int i = 0; i < WIDTH * HEIGHT * 3; i++) {
        int expected = channel_of_all < 0 ? original.rgb[i] : original.rgb[i / 3 * 3 + channel_of_all];
        assert_in_range(image.rgb[i] + tolerance, expected, expected + 2 * tolerance);
    }
    facet_image_free(&image);
}

static void assert_refused(size_t size, const char *sentence) {
    struct facet_image image;
    struct facet_error error;
    assert_int_equal(facet_image_decode("picture", bytes, size, &image, &error), FACET_ERROR_DATA);
    assert_string_equal(error.text, sentence);
    assert_null(image.rgb);
}

static void png_gives_the_pixels(void **state) {
    (void)state;
    assert_near(picture_as_png(&original, bytes, ROOM), 0, -1);
}

static void jpeg_gives_nearly_the_pixels(void **state) {
    (void)state;
    assert_near(picture_as_jpeg(&original, 98, 0, bytes, ROOM), 24, -1);
    assert_near(picture_as_jpeg(&original, 98, 1, bytes, ROOM), 24, -1);
}

static void bmp_gives_the_pixels(void **state) {
    (void)state;
    for (int from_above = 0; from_above < 2; from_above++) {
        assert_near(picture_as_bmp(&original, 24, from_above, bytes, ROOM), 0, -1);
        assert_near(picture_as_bmp(&original, 32, from_above, bytes, ROOM), 0, -1);
        assert_near(picture_as_bmp(&original, 8, from_above, bytes, ROOM), 0, 1);
    }
}

static void what_a_bmp_must_not_be(void **state) {
    (void)state;
    size_t size = picture_as_bmp(&original, 8, 0, bytes, ROOM);
    assert_refused(size - 1, "picture: byte 1389: the file ends, 13 rows of 24 bytes from byte 1078 on expected");
    assert_refused(50, "picture: byte 50: the file ends, the 54 bytes of a BMP header expected");
    bytes[46] = 4; // colours of the palette, fewer than the pixels name
    assert_refused(size, "picture: byte 1342: a BMP picture with pixels of its palette expected, found 19");
    bytes[46] = 0, bytes[30] = 1;
    assert_refused(size,
                   "picture: byte 30: a BMP picture with plain pixels, neither run-length coded nor with masks of "
                   "its own expected, found 1");
    bytes[30] = 0, bytes[28] = 4;
    assert_refused(size, "picture: byte 28: a BMP picture with 8, 24 or 32 bits a pixel expected, found 4");
    bytes[28] = 8, memcpy(bytes + 18, "\xff\xff\xff\x7f", 4);
    assert_refused(size, "picture: a picture of 2147483647 x 13, at most 16384 a side and 134217728 pixels expected");
    memcpy(bytes + 18, "\0\x10\0\0", 4);
    assert_refused(size, "picture: 1390 bytes cannot hold a picture of 4096 x 13");
}

static void what_is_cut_is_refused(void **state) {
    (void)state;
    struct facet_image image;
    struct facet_error error;
    for (int format = 0; format < 3; format++) {
        size_t size =
            format == 2 ? picture_as_png(&original, bytes, ROOM) : picture_as_jpeg(&original, 90, format, bytes, ROOM);
        size_t end = format == 2 ? 12 : 2; // what marks the end says no more about the picture
        assert_int_equal(facet_image_decode("picture", bytes, size, &image, &error), FACET_OK);
        facet_image_free(&image);
        for (size_t cut = 0; cut < size - end; cut += 7)
            assert_int_equal(facet_image_decode("picture", bytes, cut, &image, &error), FACET_ERROR_DATA);
    }
}

static void what_is_no_picture(void **state) {
    (void)state;
    memcpy(bytes, "GIF89a", 6);
    assert_refused(6, "picture: byte 0: a PNG, JPEG or BMP picture expected");
    assert_refused(0, "picture: byte 0: a PNG, JPEG or BMP picture expected");
}

// A short file that claims to be 16,384 pixels a side is refused before there is room for it.
static void small_files_claim_no_large_picture(void **state) {
    (void)state;
    size_t size = picture_as_jpeg(&original, 90, 0, bytes, ROOM);
    for (size_t i = 0; i + 9 < size; i++)
        if (memcmp(bytes + i, "\xff\xc0", 2) == 0) memcpy(bytes + i + 5, "\x20\x00\x20\x00", 4);
    struct facet_image image;
    struct facet_error error;
    assert_int_equal(facet_image_decode("picture", bytes, size, &image, &error), FACET_ERROR_DATA);
    assert_non_null(strstr(error.text, "bytes cannot hold a picture of 8192 x 8192"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(png_gives_the_pixels),
        cmocka_unit_test(jpeg_gives_nearly_the_pixels),
        cmocka_unit_test(bmp_gives_the_pixels),
        cmocka_unit_test(what_a_bmp_must_not_be),
        cmocka_unit_test(what_is_cut_is_refused),
        cmocka_unit_test(what_is_no_picture),
        cmocka_unit_test(small_files_claim_no_large_picture),
    };
    return cmocka_run_group_tests(tests, draw, NULL);
}
