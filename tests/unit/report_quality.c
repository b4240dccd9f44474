// The report's histograms and reasons: where axes lie, what falls on an edge, which sentences are one reason.
#include "report/quality_page.h"

#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

// ---- histograms -----------------------------------------------------------------------------------------------------

static double keys[HISTOGRAM_KEYS], cells[HISTOGRAM_CELLS], below, above;

static struct histogram_axis axis_of(int count, const float *values) {
    struct histogram_values of = {keys, INFINITY, -INFINITY, true};
    memset(keys, 0, sizeof keys);
    for (int i = 0; i < count; i++) {
        keys[histogram_key(values[i])]++;
        of.smallest = fmin(of.smallest, values[i]), of.most = fmax(of.most, values[i]);
        of.whole &= values[i] == floorf(values[i]);
    }
    return histogram_axis(&of);
}

static void fill(const struct histogram_axis *axis, int count, const float *values) {
    memset(cells, 0, sizeof cells);
    below = above = 0;
    for (int i = 0; i < count; i++) {
        int cell = histogram_cell(axis, values[i]);
        *(cell == HISTOGRAM_BELOW ? &below : cell == HISTOGRAM_ABOVE ? &above : &cells[cell]) += 1;
    }
}

static double bar(int k) {
    double count = 0;
    for (int c = 0; c < HISTOGRAM_FINE; c++) count += cells[k * HISTOGRAM_FINE + c];
    return count;
}

static void keys_rise_with_values(void **state) {
    (void)state;
    const float values[] = {-FLT_MAX, -1e9F, -2, -1, -1e-30F, 0, FLT_MIN, 0.5F, 1, 1.2F, 3, 1e9F, FLT_MAX};
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        int key = histogram_key(values[i]);
        assert_true(key >= 0 && key < HISTOGRAM_KEYS - 1);
        assert_true(histogram_key_low(key) <= values[i] && values[i] < histogram_key_low(key + 1));
        if (i) assert_true(histogram_key(values[i - 1]) < key);
    }
    assert_int_equal(histogram_key(-0.0F), histogram_key(0.0F));
}

static void no_values_have_no_axis(void **state) {
    (void)state;
    assert_int_equal(axis_of(0, NULL).bars, 0);
    assert_int_equal(histogram_reach(axis_of(0, NULL), 3).bars, 0);
    memset(cells, 0, sizeof cells);
    assert_true(isnan(histogram_median(&(struct histogram_axis){0, 1, 8, false}, 0, cells, 0)));
}

static void whole_numbers_have_a_bar_each(void **state) {
    (void)state;
    const float values[] = {0, 1, 1, 3, 3, 3, 9};
    struct histogram_axis axis = axis_of(7, values);
    assert_true(axis.whole && axis.low == -0.5 && axis.step == 1 && axis.bars == 10);
    fill(&axis, 7, values);
    const double wanted[] = {1, 2, 0, 3, 0, 0, 0, 0, 0, 1};
    for (int k = 0; k < 10; k++) assert_true(bar(k) == wanted[k]);
    assert_true(histogram_median(&axis, below, cells, above) == 3);
}

// A value on the edge of two bars is in the upper one; the largest is on the axis.
static void edges_belong_to_the_upper_bar(void **state) {
    (void)state;
    const float values[] = {0, 0.25F, 0.5F, 0.75F, 1, 1.5F, 10};
    struct histogram_axis axis = axis_of(7, values);
    assert_true(axis.low == 0 && axis.step == 0.5 && axis.bars == 21);
    fill(&axis, 7, values);
    assert_true(bar(0) == 2 && bar(1) == 2 && bar(2) == 1 && bar(3) == 1 && bar(20) == 1);
    assert_true(below == 0 && above == 0);
    assert_int_equal(histogram_cell(&axis, -1e-9), HISTOGRAM_BELOW);
    assert_int_equal(histogram_cell(&axis, 10.5), HISTOGRAM_ABOVE);
}

static void one_value_is_on_an_axis(void **state) {
    (void)state;
    const float alone[] = {0.37F, -12.625F, 1e-20F, 3e38F, -3e38F, 0, 7, 1e9F};
    for (size_t i = 0; i < sizeof alone / sizeof *alone; i++) {
        const float same[3] = {alone[i], alone[i], alone[i]};
        for (int count = 1; count <= 3; count += 2) {
            struct histogram_axis axis = axis_of(count, same);
            assert_true(axis.bars >= 8 && axis.bars <= HISTOGRAM_BARS && axis.step > 0);
            fill(&axis, count, same);
            assert_true(below == 0 && above == 0);
            double median = histogram_median(&axis, 0, cells, 0);
            assert_true(fabs(median - alone[i]) <= axis.step / HISTOGRAM_FINE);
            assert_true(alone[i] < 0 || axis.low >= -0.5); // what is never negative has no negative axis
        }
    }
}

static void axes_hold_all_and_are_short(void **state) {
    (void)state;
    for (int i = 0; i < 400; i++) {
        float values[2] = {(float)((i * 7919) % 1000 - 500) / 37, 0};
        values[1] = values[0] + powf(10, (float)(i % 16) - 8) * (float)(1 + i % 9);
        struct histogram_axis axis = axis_of(2, values);
        assert_true(axis.bars >= 8 && axis.bars <= HISTOGRAM_BARS);
        fill(&axis, 2, values);
        assert_true(below == 0 && above == 0);
    }
}

// One value in 200 on each side may be left out, when the others would be pressed together.
static void few_far_values_do_not_stretch_the_axis(void **state) {
    (void)state;
    float values[1000];
    for (int i = 0; i < 1000; i++) values[i] = 1 + (float)i / 1000;
    struct histogram_axis plain = axis_of(1000, values);
    values[3] = -1e6F, values[700] = 1e7F, values[800] = 1e8F;
    struct histogram_axis axis = axis_of(1000, values);
    assert_true(axis.low >= 0.5 && axis.low + axis.step * axis.bars <= 2 * plain.low + 2);
    fill(&axis, 1000, values);
    assert_true(below == 1 && above == 2);
    double median = histogram_median(&axis, below, cells, above);
    assert_true(median > 1.49 && median < 1.51);
    for (int i = 0; i < 6; i++) values[i] = 1e7F; // too many to be left out
    axis = axis_of(1000, values);
    assert_true(axis.low + axis.step * axis.bars > 1e7);
}

// An axis between 2.38 and 2.405 mm: its numbers are told apart.
static void numbers_along_an_axis_differ(void **state) {
    (void)state;
    static const char *const expected[] = {">2.38<", ">2.385<", ">2.39<", ">2.395<", ">2.4<", ">2.405 mm<"};
    struct report_quality quality = {.n_datasets = 0};
    struct html html = {0};
    quality.metrics[FACET_METRIC_EDGE].axis = (struct histogram_axis){2.38, 0.001, 25, false};
    quality.metrics[FACET_METRIC_EDGE].limit = NAN;
    quality_chart(&html, &quality, FACET_METRIC_EDGE, NULL);
    assert_int_equal(html_status(&html, NULL), 0);
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++)
        if (!strstr(html.text, expected[i])) fail_msg("no %s in %s", expected[i], html.text);
    html_free(&html);
}

static void a_median_off_the_axis_is_none(void **state) {
    (void)state;
    const struct histogram_axis axis = {0, 1, 8, false};
    memset(cells, 0, sizeof cells);
    cells[30] = 2;
    assert_true(isnan(histogram_median(&axis, 3, cells, 0)));
    assert_true(isnan(histogram_median(&axis, 0, cells, 4)));
    assert_true(histogram_median(&axis, 1, cells, 1) == 30.5 / HISTOGRAM_FINE);
}

static void an_axis_reaches_to_what_is_near(void **state) {
    (void)state;
    const float values[] = {0.1F, 0.9F}, whole[] = {0, 20};
    struct histogram_axis axis = axis_of(2, values), far = histogram_reach(axis, 50), near = histogram_reach(axis, 1.5);
    assert_memory_equal(&far, &axis, sizeof axis);
    assert_true(histogram_cell(&near, 1.5) >= 0 && histogram_cell(&near, 0.1F) >= 0 && near.bars <= HISTOGRAM_BARS);
    near = histogram_reach(axis, -0.5);
    assert_true(histogram_cell(&near, -0.5) >= 0 && histogram_cell(&near, 0.9F) >= 0 && near.bars <= HISTOGRAM_BARS);
    near = histogram_reach(axis_of(2, whole), 30.5);
    assert_true(near.whole && near.low == -0.5 && histogram_cell(&near, 30.5) >= 0 && near.bars <= HISTOGRAM_BARS);
}

// ---- reasons --------------------------------------------------------------------------------------------------------

static void tell(struct report_reasons *reasons, const char *code, const char *message, const char *path, int dataset) {
    struct facet_quarantine_entry entry = {0, "preprocess", code, message};
    assert_int_equal(reasons_add(reasons, &entry, path, dataset, NULL), FACET_OK);
}

static void what_differs_in_numbers_and_names_is_one_reason(void **state) {
    (void)state;
    struct report_reasons reasons = {.datasets = 2};
    tell(&reasons, "DATA", "noise_mm is 0.71, beyond max_noise_mm = 0.5", "a.obj", 0);
    tell(&reasons, "DATA", "noise_mm is -1.2e-05, beyond max_noise_mm = 0.5", "b.obj", 1);
    tell(&reasons, "DATA", "hole_area_mm2 is 71, beyond max_hole_mm2 = 0.5", "b.obj", 1);
    tell(&reasons, "IO", "/data/lab 1/x/F1.obj: line 3: \"one\" is no number", "x/F1.obj", 0);
    tell(&reasons, "IO", "/data/lab 1/y/F2.obj: line 9: \"two\" is no number", "y/F2.obj", 0);
    tell(&reasons, "IO", "/data/lab 1/F3.obj: line 9: \"2.3.4\" is no number", "F3.obj", 1);
    assert_int_equal(reasons_finish(&reasons, NULL), FACET_OK);
    assert_int_equal(reasons.n, 3);
    assert_string_equal(reasons.all[0].text, "/data/lab …: line …: … is no number");
    assert_int_equal(reasons.all[0].scans, 3);
    assert_int_equal(reasons.all[0].by_dataset[0], 2);
    assert_int_equal(reasons.all[0].by_dataset[1], 1);
    assert_string_equal(reasons.all[1].text, "noise_mm is …, beyond max_noise_mm = 0.5");
    assert_string_equal(reasons.all[2].text, "hole_area_mm2 is 71, beyond max_hole_mm2 = 0.5"); // told once, as it is
    reasons_free(&reasons);
}

static void codes_and_stages_tell_reasons_apart(void **state) {
    (void)state;
    struct report_reasons reasons = {.datasets = 1};
    tell(&reasons, "DATA", "it's broken, isn't it 5", "", 0);
    tell(&reasons, "IO", "it's broken, isn't it 6", "", 0);
    struct facet_quarantine_entry other = {0, "render", "IO", "it's broken, isn't it 7"};
    assert_int_equal(reasons_add(&reasons, &other, "", 0, NULL), FACET_OK);
    assert_int_equal(reasons_finish(&reasons, NULL), FACET_OK);
    assert_int_equal(reasons.n, 3);
    for (int i = 0; i < 3; i++) assert_int_equal(reasons.all[i].scans, 1);
    assert_string_equal(reasons.all[1].text, "it's broken, isn't it 6");
    reasons_free(&reasons);
}

static void there_are_only_so_many_reasons(void **state) {
    (void)state;
    struct report_reasons reasons = {.datasets = 1};
    char message[2000];
    for (int i = 0; i < 100; i++) {
        snprintf(message, sizeof message, "reason %c%c", 'a' + i / 10, 'a' + i % 10);
        tell(&reasons, "DATA", message, "", 0);
    }
    memset(message, '1', sizeof message - 1); // longer than anything that is told apart
    message[sizeof message - 1] = '\0';
    tell(&reasons, "DATA", message, "", 0);
    for (size_t i = 0; i + 1 < sizeof message; i++) message[i] = i % 2 ? ' ' : '7';
    tell(&reasons, "DATA", message, "", 0);
    assert_int_equal(reasons_finish(&reasons, NULL), FACET_OK);
    assert_int_equal(reasons.n, REASONS_KINDS + 1);
    assert_string_equal(reasons.all[0].text, "other reasons");
    assert_int_equal(reasons.all[0].scans, 102 - REASONS_KINDS);
    assert_string_equal(reasons.all[1].text, "reason aa");
    reasons_free(&reasons);
    reasons_free(NULL);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys_rise_with_values),
        cmocka_unit_test(no_values_have_no_axis),
        cmocka_unit_test(whole_numbers_have_a_bar_each),
        cmocka_unit_test(edges_belong_to_the_upper_bar),
        cmocka_unit_test(one_value_is_on_an_axis),
        cmocka_unit_test(axes_hold_all_and_are_short),
        cmocka_unit_test(few_far_values_do_not_stretch_the_axis),
        cmocka_unit_test(numbers_along_an_axis_differ),
        cmocka_unit_test(a_median_off_the_axis_is_none),
        cmocka_unit_test(an_axis_reaches_to_what_is_near),
        cmocka_unit_test(what_differs_in_numbers_and_names_is_one_reason),
        cmocka_unit_test(codes_and_stages_tell_reasons_apart),
        cmocka_unit_test(there_are_only_so_many_reasons),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
