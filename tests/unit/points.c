// Files of landmarks: each layout, what is tolerated in it, and the sentence for what is not.
#include <facet/landmark.h>

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static int parse(const char *name, const char *text, struct facet_points *points, struct facet_error *error) {
    return facet_points_parse(name, text, strlen(text), points, error);
}

static void assert_refused(const char *name, const char *text, const char *sentence) {
    struct facet_points points;
    struct facet_error error;
    assert_int_equal(parse(name, text, &points, &error), FACET_ERROR_DATA);
    assert_string_equal(error.text, sentence);
    assert_null(points.all);
    assert_int_equal(points.count, 0);
}

static void rows_of_bnd(char *text, size_t room, int rows, const char *end) {
    size_t used = 0;
    for (int i = 0; i < rows; i++)
        used += (size_t)snprintf(text + used, room - used, "%d\t\t%d.5 -%d %de-1%s", 100 + i, i, i, i, end);
    snprintf(text + used, room - used, "%s", end);
}

static void a_bnd_file_has_83_rows(void **state) {
    (void)state;
    char text[8192];
    struct facet_points points;
    rows_of_bnd(text, sizeof text, 83, "\r\n");
    assert_int_equal(parse("F0001/a.BND", text, &points, NULL), FACET_OK);
    assert_int_equal(points.count, 83);
    assert_int_equal(points.all[82].vertex, 182);
    assert_true(points.all[82].at[0] == 82.5f && points.all[82].at[1] == -82 && points.all[82].at[2] == 8.2f);
    assert_true(isnan(points.all[82].picture[0]));
    assert_string_equal(points.all[82].name, "");
    facet_points_free(&points);
    assert_int_equal(points.count, 0);
    rows_of_bnd(text, sizeof text, 82, "\n");
    assert_refused("a.bnd", text, "a.bnd: line 84: the file ends after 82 landmarks, 83 expected");
    assert_refused("a.bnd", "7\t\t1 2 3\n-1\t\t1 2 3\n",
                   "a.bnd: line 2: a number from 0 on, then x, y and z expected, found \"-1??1 2 3\"");
    assert_refused("a.bnd", "7\t\t1 2\n", "a.bnd: line 1: 3 numbers expected, found \"1 2\"");
}

static void a_pose_file_has_8_rows_or_more(void **state) {
    (void)state;
    struct facet_points points;
    const char *eight = "1 1 2 3\n2 1 2 3\n3 1 2 3\n4 1 2 3\n5 1 2 3\n6 1 2 3\n7 1 2 3\n8 4.5 5 6";
    char nine[128];
    assert_int_equal(parse("a_RAW.pse", eight, &points, NULL), FACET_OK);
    assert_int_equal(points.count, 8);
    assert_true(points.all[7].vertex == -1 && points.all[7].at[0] == 4.5f);
    facet_points_free(&points);
    snprintf(nine, sizeof nine, "%s\n9 0 0 0\n", eight);
    assert_int_equal(parse("a_RAW.pse", nine, &points, NULL), FACET_OK);
    assert_int_equal(points.count, 9);
    facet_points_free(&points);
    assert_refused("a.pse", eight + 8, "a.pse: line 8: the file ends after 7 landmarks, 8 expected");
}

static void plain_text_is_three_numbers_a_line(void **state) {
    (void)state;
    struct facet_points points;
    assert_int_equal(parse("a_RAW_84_LMS.txt", "\xef\xbb\xbf 1 2 3 \n\n-4 5e1 nan\n", &points, NULL), FACET_OK);
    assert_int_equal(points.count, 2);
    assert_true(points.all[1].at[1] == 50 && isnan(points.all[1].at[2]));
    facet_points_free(&points);
    assert_refused("a.txt", "1 2 3\n1 2 3 4\n", "a.txt: line 2: 3 numbers expected, found \"1 2 3 4\"");
    assert_refused("a.txt", "\n", "a.txt: line 2: the file ends after 0 landmarks, 1 expected");
    assert_refused("a", "", "a: line 1: the file ends after 0 landmarks, 1 expected");
}

static void lm3_has_names_and_places_in_turn(void **state) {
    (void)state;
    struct facet_points points;
    const char *text = "# bs000\n# made\n\n2 landmarks:\nNose tip\n1 2 3\nOuter left  eyebrow \n-4 5 6.5\n";
    assert_int_equal(parse("bs000_N_N_0.lm3", text, &points, NULL), FACET_OK);
    assert_int_equal(points.count, 2);
    assert_string_equal(points.all[1].name, "Outer left  eyebrow");
    assert_true(points.all[1].at[2] == 6.5f && isnan(points.all[1].picture[1]));
    facet_points_free(&points);
    assert_refused("a.lm3", "#\n\n2\nNose tip\n1 2 3\n", "a.lm3: line 6: the file ends, a landmark's name expected");
    assert_refused("a.lm3", "#\n\n1\nNose tip\n1 2\n", "a.lm3: line 5: 3 numbers expected, found \"1 2\"");
    assert_refused("a.lm3", "#\n\nNose tip\n", "a.lm3: line 3: the number of landmarks expected, found \"Nose tip\"");
    assert_refused("a.lm3", "#\n5\n",
                   "a.lm3: line 3: the file ends, an empty line and then the number of landmarks expected");
    assert_refused("a.lm3", "#\n\n999999999999\nNose tip\n1 2 3",
                   "a.lm3: line 6: the file ends, a landmark's name expected");
}

static void lm2_has_names_and_then_places_in_the_picture(void **state) {
    (void)state;
    struct facet_points points;
    const char *text = "# c\n\n2 landmarks\nLabels:\nNose tip\nChin middle\n\n2D Image coordinates:\n10 20\n30.5 40\n";
    assert_int_equal(parse("a.lm2", text, &points, NULL), FACET_OK);
    assert_int_equal(points.count, 2);
    assert_string_equal(points.all[0].name, "Nose tip");
    assert_true(points.all[1].picture[0] == 30.5f && points.all[1].picture[1] == 40 && isnan(points.all[1].at[0]));
    facet_points_free(&points);
    assert_refused("a.lm2", "#\n\n1\nNames:\n", "a.lm2: line 4: Labels: expected, found \"Names:\"");
    assert_refused("a.lm2", "#\n\n1\nLabels:\nNose tip\n",
                   "a.lm2: line 6: the file ends, 2D Image coordinates: expected");
}

static void long_names_are_cut(void **state) {
    (void)state;
    struct facet_points points;
    char text[256];
    snprintf(text, sizeof text, "#\n\n1\n%0100d\n1 2 3\n", 7);
    assert_int_equal(parse("a.lm3", text, &points, NULL), FACET_OK);
    assert_int_equal(strlen(points.all[0].name), sizeof points.all[0].name - 1);
    facet_points_free(&points);
}

static void landmarks_have_names(void **state) {
    (void)state;
    for (int i = 0; i < FACET_LANDMARKS; i++)
        assert_int_equal(facet_landmark_code(facet_landmark_name((enum facet_landmark)i)), i);
    assert_int_equal(facet_landmark_code("eye_left_inner"), FACET_EYE_LEFT_INNER);
    assert_int_equal(facet_landmark_code("ear"), -1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_bnd_file_has_83_rows),
        cmocka_unit_test(a_pose_file_has_8_rows_or_more),
        cmocka_unit_test(plain_text_is_three_numbers_a_line),
        cmocka_unit_test(lm3_has_names_and_places_in_turn),
        cmocka_unit_test(lm2_has_names_and_then_places_in_the_picture),
        cmocka_unit_test(long_names_are_cut),
        cmocka_unit_test(landmarks_have_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
