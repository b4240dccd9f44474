// Augmentation: drawn by counter, true to geometry, and harmless when switched off.
#include "train/augment.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { VIEWS = 3, SIZE = 48, PLANE = SIZE * SIZE, VALUES = VIEWS * 4 * PLANE };

static uint8_t pictures[VALUES];
static float out[VALUES], again[VALUES];
static const uint8_t all[VIEWS] = {1, 1, 1};
static uint8_t used[VIEWS];

// A ball in every view: depth, and normals that point away from its middle, +y up while row 0 is the top.
static int draw_ball(void **state) {
    (void)state;
    for (int v = 0; v < VIEWS; v++)
        for (int i = 0; i < PLANE; i++) {
            double x = (i % SIZE - 23.5) / 16, y = -(i / SIZE - 23.5) / 16, rest = 1 - x * x - y * y;
            uint8_t *p = pictures + v * 4 * PLANE + i;
            double z = rest > 0 ? sqrt(rest) : 0;
            p[0] = (uint8_t)(rest > 0 ? lround(100 + 100 * z) : 0);
            p[PLANE] = (uint8_t)(rest > 0 ? lround(127.5 + 127.5 * x) : 0);
            p[2 * PLANE] = (uint8_t)(rest > 0 ? lround(127.5 + 127.5 * y) : 0);
            p[3 * PLANE] = (uint8_t)(rest > 0 ? lround(127.5 + 127.5 * z) : 0);
        }
    return 0;
}

static struct augment plain(void) {
    return (struct augment){
        .seed = 9, .views = VIEWS, .channels = 4, .size = SIZE, .depth = 0, .normal = 1, .on = true};
}

static void off_is_the_picture(void **state) {
    (void)state;
    struct augment a = plain();
    a.on = false, a.rotate_deg = 90, a.noise = 1;
    augment_row(&a, 1, 2, pictures, all, out, used);
    for (int i = 0; i < VALUES; i++) assert_float_equal(out[i], pictures[i] / 127.5f - 1, 1e-6);
}

static void all_limits_zero_is_the_picture(void **state) {
    (void)state;
    struct augment a = plain();
    augment_row(&a, 1, 2, pictures, all, out, used);
    for (int i = 0; i < VALUES; i++) assert_float_equal(out[i], pictures[i] / 127.5f - 1, 1e-4);
}

static void same_counter_same_picture(void **state) {
    (void)state;
    struct augment a = plain();
    a.rotate_deg = 20, a.noise = 0.2, a.erase = 0.5, a.drop_view = 0.3, a.shift = 0.1, a.zoom = 0.1, a.mirror = true;
    augment_row(&a, 4, 2, pictures, all, out, used);
    augment_row(&a, 4, 2, pictures, all, again, used);
    assert_memory_equal(out, again, sizeof out);
    augment_row(&a, 5, 2, pictures, all, again, used);
    assert_memory_not_equal(out, again, sizeof out);
    augment_row(&a, 4, 3, pictures, all, again, used);
    assert_memory_not_equal(out, again, sizeof out);
}

// Turned and mirrored, a ball is the same ball: its normals must still point away from its middle.
static void normals_turn_with_the_picture(void **state) {
    (void)state;
    struct augment a = plain();
    a.rotate_deg = 60, a.mirror = true;
    for (uint32_t epoch = 0; epoch < 8; epoch++) {
        augment_row(&a, epoch, 0, pictures, all, out, used);
        for (int i = 0; i < PLANE; i++) {
            double x = (i % SIZE - 23.5) / 16, y = -(i / SIZE - 23.5) / 16;
            if (x * x + y * y > 0.7) continue;
            assert_float_equal(out[PLANE + i], x, 0.03);
            assert_float_equal(out[2 * PLANE + i], y, 0.03);
        }
    }
}

// View 0 alone is bright: mirrored, the light is in view V-1.
static void mirror_swaps_the_sides(void **state) {
    (void)state;
    static uint8_t one_lit[VALUES];
    memset(one_lit, 200, 4 * PLANE);
    const uint8_t mask[VIEWS] = {1, 1, 0};
    struct augment a = plain();
    a.mirror = true;
    int mirrored = 0;
    for (uint32_t row = 0; row < 64; row++) {
        augment_row(&a, 0, row, one_lit, mask, out, used);
        bool swapped = out[2 * 4 * PLANE + PLANE / 2 + SIZE / 2] > 0;
        assert_int_equal(used[0], swapped ? 0 : 1);
        assert_int_equal(used[2], swapped ? 1 : 0);
        mirrored += swapped;
    }
    assert_in_range(mirrored, 16, 48);
}

static void one_view_always_stays(void **state) {
    (void)state;
    const uint8_t mask[VIEWS] = {0, 1, 1};
    struct augment a = plain();
    int dropped = 0;
    for (uint32_t row = 0; row < 100; row++) {
        a.drop_view = row % 2 ? 0.5 : 1;
        augment_row(&a, 0, row, pictures, mask, out, used);
        assert_int_equal(used[0], 0);
        assert_true(used[1] || used[2]);
        dropped += !used[1] || !used[2];
    }
    assert_true(dropped > 10);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(off_is_the_picture),        cmocka_unit_test(all_limits_zero_is_the_picture),
        cmocka_unit_test(same_counter_same_picture), cmocka_unit_test(normals_turn_with_the_picture),
        cmocka_unit_test(mirror_swaps_the_sides),    cmocka_unit_test(one_view_always_stays),
    };
    return cmocka_run_group_tests(tests, draw_ball, NULL);
}
