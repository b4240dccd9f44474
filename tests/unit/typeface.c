// Text in the built-in typeface: widths, places, cuts, and characters of all kinds.
#include <facet/typeface.h>

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum { WIDE = 60, HIGH = 24, BASE = 17 };
static struct facet_typeface *face;
static const struct facet_type_style plain = {.pixels = 16, .rgb = 0xffffff}, bold = {16, true, 0xffffff};

static int create(void **state) {
    (void)state;
    return facet_typeface_create(&face, NULL);
}
static int destroy(void **state) {
    (void)state;
    facet_typeface_destroy(face);
    facet_typeface_destroy(NULL);
    return 0;
}

static struct facet_image drawn(const struct facet_type_style *style, double x, const char *text) {
    struct facet_image image;
    assert_int_equal(facet_image_create(&image, WIDE, HIGH, 0, NULL), FACET_OK);
    facet_typeface_draw(face, style, &image, x, BASE, text);
    return image;
}

static int ink(const struct facet_image *image, int channel) {
    int sum = 0;
    for (int i = 0; i < WIDE * HIGH; i++) sum += image->rgb[3 * i + channel];
    return sum;
}

static int ink_of(const struct facet_type_style *style, double x, const char *text) {
    struct facet_image image = drawn(style, x, text);
    int sum = ink(&image, 0);
    facet_image_free(&image);
    return sum;
}

static void a_stem_stands_on_the_line(void **state) {
    (void)state;
    const struct facet_type_style orange = {.pixels = 16, .rgb = 0xff8000};
    struct facet_image image = drawn(&orange, 4, "I");
    for (int i = 0; i < WIDE * HIGH; i++) {
        bool inside = i % WIDE >= 4 && i % WIDE < 10 && i / WIDE >= BASE - 13 && i / WIDE < BASE;
        if (!inside) assert_int_equal(image.rgb[3 * i], 0);
        assert_int_equal(image.rgb[3 * i + 2], 0);
        assert_in_range(image.rgb[3 * i + 1], image.rgb[3 * i] / 2, image.rgb[3 * i] / 2 + 1);
    }
    assert_in_range(ink(&image, 0), 3000, 8000); // a stem 1.6 pixels wide, 11.4 high
    facet_image_free(&image);
}

static void widths_add_up(void **state) {
    (void)state;
    double one = facet_typeface_width(face, &plain, "n"), ten = facet_typeface_width(face, &plain, "nnnnnnnnnn");
    assert_true(fabs(ten - 10 * one) < 0.01);
    assert_true(one > 8 && one < 11);
    assert_true(facet_typeface_width(face, &bold, "n") > one);
    const struct facet_type_style twice = {.pixels = 32};
    assert_true(fabs(facet_typeface_width(face, &twice, "n") - 2 * one) < 0.05);
    assert_true(facet_typeface_width(face, &plain, "") == 0);
    for (char digit = '1'; digit <= '9'; digit++) // numbers stand below each other
        assert_true(facet_typeface_width(face, &plain, (char[]){digit, 0}) == facet_typeface_width(face, &plain, "0"));
}

static void a_letter_moves_by_parts_of_a_pixel(void **state) {
    (void)state;
    struct facet_image here = drawn(&plain, 10, "I"), there = drawn(&plain, 10.5, "I"), next = drawn(&plain, 11, "I");
    assert_memory_not_equal(here.rgb, there.rgb, WIDE * HIGH * 3);
    assert_memory_equal(here.rgb, next.rgb + 3, (WIDE * HIGH - 1) * 3);
    facet_image_free(&here);
    facet_image_free(&there);
    facet_image_free(&next);
}

static void every_character_has_its_own_look(void **state) {
    (void)state;
    struct facet_image letters[94];
    for (int i = 0; i < 94; i++) {
        letters[i] = drawn(&plain, 2, (char[]){(char)('!' + i), 0});
        for (int j = 0; j < i; j++) assert_memory_not_equal(letters[i].rgb, letters[j].rgb, WIDE * HIGH * 3);
    }
    for (int i = 0; i < 94; i++) facet_image_free(&letters[i]);
    const char *const words[] = {"é", "ß", "Ж", "κ", "·", "°", "−", "–", "²", "…", "ő", "\xef\xbf\xbd"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) assert_true(ink_of(&plain, 2, words[i]) > 200);
}

static void what_is_no_text_is_a_sign_and_no_harm(void **state) {
    (void)state;
    const int sign = ink_of(&plain, 2, "\xef\xbf\xbd");
    const char *const broken[] = {"\xff",         "\xc3", "\xc0", "\xe2\x82", "\xed\xa0\x80", "\xf4\x90\x80\x80",
                                  "\xe0\x80\x80", "\x80"};
    for (size_t i = 0; i < sizeof broken / sizeof *broken; i++) assert_int_equal(ink_of(&plain, 2, broken[i]), sign);
    assert_int_equal(ink_of(&plain, 2, "\xe4\xbd\xa0"),
                     ink_of(&plain, 2, "\xe5\xa5\xbd")); // not in the typeface: a box
    assert_true(ink_of(&plain, 2, "\xe4\xbd\xa0") > 500);
}

static void what_falls_outside_is_cut(void **state) {
    (void)state;
    struct facet_image image = drawn(&bold, -20, "cut at both ends of the line, which is longer than the picture");
    facet_typeface_draw(face, &plain, &image, 5, -3, "above");
    facet_typeface_draw(face, &plain, &image, 5, HIGH + 6, "below");
    facet_typeface_draw(face, &plain, &image, 1e6, BASE, "far away");
    assert_true(ink(&image, 0) > 0);
    facet_image_free(&image);
}

static void text_is_shortened_to_a_width(void **state) {
    (void)state;
    char fitted[64], small[8];
    facet_typeface_fit(face, &plain, "short", 500, fitted, sizeof fitted);
    assert_string_equal(fitted, "short");
    for (double width = 20; width < 120; width += 7) {
        facet_typeface_fit(face, &plain, "a long subject Ж é ß", width, fitted, sizeof fitted);
        assert_true(facet_typeface_width(face, &plain, fitted) <= width);
        size_t length = strlen(fitted);
        assert_string_equal(fitted + length - 3, "…");
        assert_memory_equal(fitted, "a long subject Ж é ß", length - 3);
    }
    facet_typeface_fit(face, &plain, "anything", 1, fitted, sizeof fitted);
    assert_string_equal(fitted, "…");
    facet_typeface_fit(face, &plain, "longer than it", 500, small, sizeof small);
    assert_string_equal(small, "long…");
    facet_typeface_fit(face, &plain, "abcé and more", 500, small, sizeof small); // the é does not fit whole
    assert_string_equal(small, "abc…");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_stem_stands_on_the_line),
        cmocka_unit_test(widths_add_up),
        cmocka_unit_test(a_letter_moves_by_parts_of_a_pixel),
        cmocka_unit_test(every_character_has_its_own_look),
        cmocka_unit_test(what_is_no_text_is_a_sign_and_no_harm),
        cmocka_unit_test(what_falls_outside_is_cut),
        cmocka_unit_test(text_is_shortened_to_a_width),
    };
    return cmocka_run_group_tests(tests, create, destroy);
}
