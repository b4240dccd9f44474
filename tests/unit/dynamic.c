// Dynamic images: the weights against published ones, sums against formulas and symmetries, and which row carries what.
#include "dynamic/frames.h"
#include "dynamic/moments.h"
#include "dynamic/picture.h"
#include "dynamic/weights.h"
#include "pipeline/items.h"

#include <facet/image.h>
#include <facet/random.h>

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

// ---- weights ----------------------------------------------------------------------------------------------------------

static void check_weights(enum dynamic_pooling pooling, int64_t n, const double *want) {
    double weights[8];
    dynamic_weights(pooling, n, weights);
    for (int64_t t = 0; t < n; t++) assert_float_equal(weights[t], want[t], 1e-6);
}

static void weights_are_the_published_ones(void **state) {
    (void)state;
    check_weights(DYNAMIC_HARMONIC, 1, (double[]){1});
    check_weights(DYNAMIC_HARMONIC, 2, (double[]){-0.5, 0.5});
    check_weights(DYNAMIC_HARMONIC, 3, (double[]){-1.333333, 0.666667, 0.666667});
    check_weights(DYNAMIC_HARMONIC, 4, (double[]){-2.416667, 0.583333, 1.083333, 0.75});
    check_weights(DYNAMIC_HARMONIC, 5, (double[]){-3.7, 0.3, 1.3, 1.3, 0.8});
    check_weights(DYNAMIC_HARMONIC, 8,
                  (double[]){-8.460714, -1.460714, 1.039286, 2.039286, 2.289286, 2.089286, 1.589286, 0.875});
    check_weights(DYNAMIC_LINEAR, 1, (double[]){1});
    check_weights(DYNAMIC_LINEAR, 4, (double[]){-3, -1, 1, 3});
    check_weights(DYNAMIC_LINEAR, 5, (double[]){-4, -2, 0, 2, 4});
}

// The definition, summed up as it stands.
static void weights_of_any_length_follow_the_definition(void **state) {
    (void)state;
    double weights[300];
    for (int64_t n = 2; n <= 300; n += 149) {
        double sum = 0, positive = 0;
        dynamic_weights(DYNAMIC_HARMONIC, n, weights);
        for (int64_t t = 1; t <= n; t++) {
            double want = 0;
            for (int64_t k = t; k <= n; k++) want += (double)(2 * k - n - 1) / (double)k;
            assert_float_equal(weights[t - 1], want, 1e-9);
            sum += want, positive += fmax(want, 0);
        }
        assert_float_equal(sum, 0, 1e-9);
        assert_float_equal(dynamic_weights_sum(weights, n), positive, 1e-9);
    }
}

// ---- pictures ---------------------------------------------------------------------------------------------------------

enum { VIEWS = 2, PLANES = 3, PIXELS = 5000, FRAMES = 6, PICTURE = PLANES * PIXELS, ROW = VIEWS * PICTURE };
static const uint8_t codes[PLANES] = {FACET_PLANE_DEPTH, FACET_PLANE_SHADED, FACET_PLANE_MASK};
static const uint8_t all_seen[VIEWS] = {1, 1};
static const struct dynamic_look plain = {.magnify = 2}, stretched = {.magnify = 2, .stretch = true},
                                 taken_as_is = {.magnify = 2, .as_is = true};

static float (*make_clip(void))[ROW] {
    float(*clip)[ROW] = malloc(FRAMES * sizeof *clip);
    assert_non_null(clip);
    for (uint32_t f = 0; f < FRAMES; f++)
        for (uint32_t i = 0; i < ROW; i++) clip[f][i] = (float)(int)(1 + 254 * facet_random_uniform(8, f, i, 0));
    return clip;
}

// step 1: as it was filmed, -1: backwards, 0: the first frame again and again.
static void sum_clip(float (*clip)[ROW], enum dynamic_pooling pooling, int step, int threads, struct dynamic_sum *sum) {
    const struct dynamic_shape shape = {
        .views = VIEWS, .planes = PLANES, .pixels = PIXELS, .codes = codes, .threads = threads};
    double weights[FRAMES];
    assert_int_equal(dynamic_sum_create(&shape, sum, NULL), FACET_OK);
    dynamic_weights(pooling, FRAMES, weights);
    for (int f = 0; f < FRAMES; f++) {
        const double now[VIEWS] = {weights[f], weights[f]};
        dynamic_sum_add(sum, clip[step > 0 ? f : step < 0 ? FRAMES - 1 - f : 0], all_seen, now);
    }
}

static double size_of(enum dynamic_pooling pooling) {
    double weights[FRAMES];
    dynamic_weights(pooling, FRAMES, weights);
    return dynamic_weights_sum(weights, FRAMES);
}

static void a_code_is_the_weighted_sum(void **state) {
    (void)state;
    float(*clip)[ROW] = make_clip();
    uint8_t out[PICTURE];
    double weights[FRAMES], size = size_of(DYNAMIC_HARMONIC);
    struct dynamic_sum sum;
    int ends = 0;
    sum_clip(clip, DYNAMIC_HARMONIC, 1, 2, &sum);
    dynamic_weights(DYNAMIC_HARMONIC, FRAMES, weights);
    assert_true(dynamic_sum_draw(&sum, 1, size, FRAMES, &plain, out));
    for (int i = 0; i < PICTURE; i++) {
        double value = 0;
        for (int f = 0; f < FRAMES; f++) value += weights[f] * clip[f][PICTURE + i];
        double want = fmax(1, fmin(255, 128 + 127 * 2 * value / size / 255));
        ends += out[i] == 1 || out[i] == 255;
        if (fabs(out[i] - want) > 0.5 + 1e-9) fail_msg("pixel %d: %d instead of %g", i, out[i], want);
    }
    assert_in_range(ends, 100, PICTURE / 2); // held in the range, but not most of them
    dynamic_sum_free(&sum);
    free(clip);
}

static void a_still_clip_shows_nothing(void **state) {
    (void)state;
    float(*clip)[ROW] = make_clip();
    uint8_t out[PICTURE];
    for (int pooling = DYNAMIC_HARMONIC; pooling <= DYNAMIC_LINEAR; pooling++) {
        struct dynamic_sum sum;
        sum_clip(clip, (enum dynamic_pooling)pooling, 0, 1, &sum);
        const struct dynamic_look *looks[] = {&plain, &stretched, &taken_as_is};
        for (int k = 0; k < 3; k++) {
            assert_true(dynamic_sum_draw(&sum, 0, size_of((enum dynamic_pooling)pooling), FRAMES, looks[k], out));
            for (int i = 0; i < PICTURE; i++) assert_int_equal(out[i], 128);
        }
        dynamic_sum_free(&sum);
    }
    free(clip);
}

static void backwards_changes_the_sign(void **state) {
    (void)state;
    float(*clip)[ROW] = make_clip();
    uint8_t forth[PICTURE], back[PICTURE];
    struct dynamic_sum sum[2];
    sum_clip(clip, DYNAMIC_LINEAR, 1, 1, &sum[0]);
    sum_clip(clip, DYNAMIC_LINEAR, -1, 2, &sum[1]);
    dynamic_sum_draw(&sum[0], 1, size_of(DYNAMIC_LINEAR), FRAMES, &plain, forth);
    dynamic_sum_draw(&sum[1], 1, size_of(DYNAMIC_LINEAR), FRAMES, &plain, back);
    for (int i = 0; i < PICTURE; i++) assert_int_equal(forth[i] + back[i], 256);
    for (int k = 0; k < 2; k++) dynamic_sum_free(&sum[k]);
    free(clip);
}

// A hole that comes and goes over a still surface is no change; a pixel seldom seen is background; masks tell of both.
static void holes_are_no_change(void **state) {
    (void)state;
    float(*clip)[ROW] = calloc(FRAMES, sizeof *clip);
    uint8_t out[PICTURE];
    struct dynamic_sum sum;
    for (int f = 0; f < FRAMES; f++)
        for (int i = 0; i < PIXELS; i++) {
            bool hole = (i % 3 == 1 && f % 3 == 1) || (i % 3 == 2 && f > 0); // now and then; after the first frame
            for (int p = 0; p < PLANES && !hole; p++) clip[f][p * PIXELS + i] = p == 2 ? 255 : (float)(1 + i % 250);
        }
    sum_clip(clip, DYNAMIC_HARMONIC, 1, 1, &sum);
    assert_true(dynamic_sum_draw(&sum, 0, size_of(DYNAMIC_HARMONIC), 3, &plain, out));
    for (int i = 0; i < 2 * PIXELS; i++) assert_int_equal(out[i], i % PIXELS % 3 == 2 ? 0 : 128);
    for (int i = 0; i < PIXELS; i++) {
        if (i % 3 == 0) assert_int_equal(out[2 * PIXELS + i], 128);
        if (i % 3 == 2) assert_int_equal(out[2 * PIXELS + i], 1); // there first, and then gone
    }
    dynamic_sum_draw(&sum, 1, size_of(DYNAMIC_HARMONIC), 3, &plain, out);
    assert_int_equal(out[0], 0); // where never anything was
    assert_true(dynamic_sum_draw(&sum, 0, size_of(DYNAMIC_HARMONIC), 3, &taken_as_is, out));
    assert_true(out[2] < 128); // as zeros, what vanished has grown darker
    dynamic_sum_free(&sum);
    free(clip);
}

static void stretching_uses_the_whole_range(void **state) {
    (void)state;
    float(*clip)[ROW] = make_clip();
    uint8_t out[PICTURE];
    struct dynamic_sum sum;
    sum_clip(clip, DYNAMIC_HARMONIC, 1, 1, &sum);
    dynamic_sum_draw(&sum, 0, size_of(DYNAMIC_HARMONIC), FRAMES, &stretched, out);
    for (int p = 0; p < PLANES; p++) {
        assert_non_null(memchr(out + p * PIXELS, 1, PIXELS));
        assert_non_null(memchr(out + p * PIXELS, 255, PIXELS));
        assert_null(memchr(out + p * PIXELS, 0, PIXELS));
    }
    dynamic_sum_free(&sum);
    free(clip);
}

// Finer numbers become the codes of 8 bits, and what lies between two of them.
static void finer_views_are_read_as_codes(void **state) {
    (void)state;
    double ranges[2][3] = {{-80, 80, 1}, {-1, 1, 0}}; // a depth, a component of a normal
    struct dynamic_input input = {.type = FACET_U16, .views = 1, .planes = 2, .size = 2, .pixels = 4, .ranges = ranges};
    const uint16_t u16[8] = {0, 1, 32768, 65535, 0, 257, 32639, 65535};
    const float f32[8] = {NAN, -80, 0, 80, NAN, -1, 0, 1}, want_f32[8] = {0, 1, 128, 255, 0, 0, 127.5f, 255};
    const float want_u16[8] = {0, 1, 128, 255, 0, 1, 127, 255};
    float read[8];
    dynamic_input_codes(&input, u16, read);
    for (int i = 0; i < 8; i++) assert_true(fabs((double)read[i] - want_u16[i]) < 1e-4); // not when it is NaN
    input.type = FACET_F32;
    dynamic_input_codes(&input, f32, read);
    for (int i = 0; i < 8; i++) assert_true(fabs((double)read[i] - want_f32[i]) < 1e-4);
}

// ---- moments ----------------------------------------------------------------------------------------------------------

enum { ROWS = 12 };

struct scene {
    struct facet_items *items;
    uint8_t seen[ROWS];
    struct dynamic_sequence sequence;
};

// Frames 0, 2, 4, ... (every second one is not in the data) of one sequence, and a still after it.
static void open_scene(struct scene *s, int32_t onset, int32_t apex, const char *seen) {
    *s = (struct scene){.items = facet_items_create()};
    assert_int_equal(facet_items_begin_dataset(s->items, "d", NULL), FACET_OK);
    for (int i = 0; i <= ROWS; i++) {
        struct facet_item item = facet_item_unknown();
        item.subject = "s", item.sequence = i == ROWS, item.frame = i == ROWS ? 0 : 2 * i;
        item.onset = onset, item.apex = apex;
        item.intensity = i == 7 ? 0.5f : i == 8 ? 0.9f : NAN;
        assert_int_equal(facet_items_add(s->items, &item, NULL), FACET_OK);
    }
    for (int i = 0; i < ROWS; i++) s->seen[i] = seen[i] == '1';
    s->sequence = (struct dynamic_sequence){s->items, 0, dynamic_sequence_end(s->items, 0), s->seen};
    assert_int_equal(s->sequence.end, ROWS);
    assert_int_equal(dynamic_sequence_end(s->items, ROWS), ROWS + 1);
}

static void onset_and_apex_are_the_nearest_seen(void **state) {
    (void)state;
    static const struct {
        int32_t onset, apex;
        const char *seen;
        int64_t first_seen, onset_row, apex_row;
    } cases[] = {
        {5, 15, "111111111111", 0, 2, 7},     // frame 4 is the last up to 5; 14 and 16 are as near to 15
        {5, 15, "110111100111", 0, 1, 6},     // 12 is nearer than 18
        {5, 15, "000110000001", 3, 3, 4},     // none up to the onset
        {-1, -1, "011111111111", 1, 1, 8},    // the strongest
        {-1, -1, "011111100111", 1, 1, 5},    // its row is not seen: the middle
        {-1, -1, "000000000000", -1, -1, -1}, // nothing
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct scene s;
        open_scene(&s, cases[i].onset, cases[i].apex, cases[i].seen);
        assert_int_equal(dynamic_first_seen(&s.sequence), cases[i].first_seen);
        assert_int_equal(dynamic_onset(&s.sequence), cases[i].onset_row);
        assert_int_equal(dynamic_apex(&s.sequence), cases[i].apex_row);
        facet_items_destroy(s.items);
    }
}

static void check_plan(const char *seen, struct dynamic_windows windows, int n, const int64_t (*want)[2]) {
    struct scene s;
    struct dynamic_result results[ROWS];
    open_scene(&s, -1, 9, seen);
    assert_int_equal(dynamic_plan(&s.sequence, &windows, results), n);
    for (int i = 0; i < n; i++) {
        assert_int_equal(results[i].row, want[i][0]);
        assert_int_equal(results[i].first, want[i][1]);
        assert_int_equal(results[i].end, windows.length ? want[i][1] + windows.length : ROWS);
    }
    facet_items_destroy(s.items);
}

static void each_window_is_carried_by_a_row_of_its_own(void **state) {
    (void)state;
    const char *all = "111111111111";
    check_plan(all, (struct dynamic_windows){0, 1, 0.5}, 1, (const int64_t[][2]){{4, 0}});
    check_plan("111100000000", (struct dynamic_windows){0, 1, 0.5}, 0, NULL); // too little of it is there
    check_plan("111100000000", (struct dynamic_windows){0, 1, 0.3}, 1, (const int64_t[][2]){{3, 0}});
    check_plan(all, (struct dynamic_windows){4, 4, 0.5}, 3, (const int64_t[][2]){{1, 0}, {5, 4}, {9, 8}});
    check_plan(all, (struct dynamic_windows){5, 3, 0.5}, 3, (const int64_t[][2]){{2, 0}, {5, 3}, {8, 6}});
    // a middle that is missing: the neighbour carries it where none of its own falls on that
    check_plan("111110111111", (struct dynamic_windows){4, 4, 0.5}, 3, (const int64_t[][2]){{1, 0}, {4, 4}, {9, 8}});
    check_plan("100000000001", (struct dynamic_windows){4, 4, 0.25}, 2, (const int64_t[][2]){{0, 0}, {11, 8}});
    check_plan("111111011111", (struct dynamic_windows){11, 1, 0.5}, 2, (const int64_t[][2]){{5, 0}, {7, 1}});
    check_plan("111110011111", (struct dynamic_windows){11, 1, 0.5}, 2, (const int64_t[][2]){{4, 0}, {7, 1}});
    // row 6 is nearer, but the second window's middle
    check_plan("111100111111", (struct dynamic_windows){11, 1, 0.5}, 2, (const int64_t[][2]){{3, 0}, {6, 1}});
    check_plan("000010000000", (struct dynamic_windows){11, 1, 0.05}, 1, (const int64_t[][2]){{4, 0}});
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(weights_are_the_published_ones),
        cmocka_unit_test(weights_of_any_length_follow_the_definition),
        cmocka_unit_test(a_code_is_the_weighted_sum),
        cmocka_unit_test(a_still_clip_shows_nothing),
        cmocka_unit_test(backwards_changes_the_sign),
        cmocka_unit_test(holes_are_no_change),
        cmocka_unit_test(stretching_uses_the_whole_range),
        cmocka_unit_test(finer_views_are_read_as_codes),
        cmocka_unit_test(onset_and_apex_are_the_nearest_seen),
        cmocka_unit_test(each_window_is_carried_by_a_row_of_its_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
