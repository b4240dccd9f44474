// Colours for values: equal steps are equal to the eye, and light tells the order.
#include <facet/colour.h>

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

#include <cmocka.h>

enum { STEPS = 32 };

struct lab {
    double lightness, a, b;
};

static double linear(uint32_t byte) { // IEC 61966-2-1
    double share = byte / 255.0;
    return share <= 0.04045 ? share / 12.92 : pow((share + 0.055) / 1.055, 2.4);
}

static struct lab oklab(uint32_t rgb) { // B. Ottosson, 2020
    double red = linear(rgb >> 16), green = linear(rgb >> 8 & 255), blue = linear(rgb & 255);
    double l = cbrt(0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue);
    double m = cbrt(0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue);
    double s = cbrt(0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue);
    return (struct lab){0.2104542553 * l + 0.7936177850 * m - 0.0040720468 * s,
                        1.9779984951 * l - 2.4285922050 * m + 0.4505937099 * s,
                        0.0259040371 * l + 0.7827717662 * m - 0.8086757660 * s};
}

static struct lab at(enum facet_palette palette, int step) {
    return oklab(facet_palette_colour(palette, (double)step / STEPS));
}

static double apart(struct lab a, struct lab b) {
    return sqrt(pow(a.lightness - b.lightness, 2) + pow(a.a - b.a, 2) + pow(a.b - b.b, 2));
}

// A step is 0.03 to 0.05: whole bytes alone make it uncertain by some 0.003.
static void steps_look_alike(void **state) {
    (void)state;
    for (int p = FACET_PALETTE_SEQUENTIAL; p <= FACET_PALETTE_DIVERGING; p++) {
        double mean = 0;
        for (int i = 0; i < STEPS; i++) mean += apart(at(p, i), at(p, i + 1)) / STEPS;
        for (int i = 0; i < STEPS; i++) {
            double step = apart(at(p, i), at(p, i + 1)) / mean;
            if (step < 0.82 || step > 1.18) fail_msg("palette %d: step %d is %.2f of the mean", p, i, step);
        }
    }
}

static void light_tells_the_order(void **state) {
    (void)state;
    for (int i = 0; i < STEPS; i++) {
        assert_true(at(FACET_PALETTE_SEQUENTIAL, i).lightness < at(FACET_PALETTE_SEQUENTIAL, i + 1).lightness);
        bool rises = at(FACET_PALETTE_DIVERGING, i).lightness < at(FACET_PALETTE_DIVERGING, i + 1).lightness;
        assert_true(rises == (i < STEPS / 2));
    }
}

static void the_middle_has_no_hue_and_the_ends_weigh_the_same(void **state) {
    (void)state;
    struct lab low = at(FACET_PALETTE_DIVERGING, 0), middle = at(FACET_PALETTE_DIVERGING, STEPS / 2);
    struct lab high = at(FACET_PALETTE_DIVERGING, STEPS);
    assert_true(hypot(middle.a, middle.b) < 0.001);
    assert_true(fabs(low.lightness - high.lightness) < 0.005);
    assert_true(fabs(apart(low, middle) / apart(high, middle) - 1) < 0.1);
}

static void values_outside_are_held(void **state) {
    (void)state;
    for (int p = 0; p <= FACET_PALETTE_DIVERGING; p++) {
        assert_int_equal(facet_palette_colour(p, -3), facet_palette_colour(p, 0));
        assert_int_equal(facet_palette_colour(p, 7), facet_palette_colour(p, 1));
        assert_int_equal(facet_palette_colour(p, NAN), facet_palette_colour(p, 0));
    }
    assert_int_equal(facet_palette_colour(FACET_PALETTE_GREY, 0), 0);
    assert_int_equal(facet_palette_colour(FACET_PALETTE_GREY, 1), 0xffffff);
    assert_int_equal(facet_colour_between(0x000064, 0x6400c8, 0.5), 0x320096);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(steps_look_alike),
        cmocka_unit_test(light_tells_the_order),
        cmocka_unit_test(the_middle_has_no_hue_and_the_ends_weigh_the_same),
        cmocka_unit_test(values_outside_are_held),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
