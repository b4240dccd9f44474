// Parameters: defaults, types, ranges, choices, unknown keys with suggestions, nested groups.
#include "pipeline/params.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const struct facet_param_spec view[] = {
    {.name = "yaw", .type = FACET_PARAM_FLOAT, .fallback = "0.0", .min = -180, .max = 180, .doc = "Yaw."},
    {0},
};
static const struct facet_param_spec table[] = {
    {.name = "size", .type = FACET_PARAM_INT, .fallback = "112", .min = 1, .max = 8192, .doc = "Pixels."},
    {.name = "radius", .type = FACET_PARAM_FLOAT, .fallback = "90.0", .unit = "mm", .min = 1, .max = 500, .doc = "R."},
    {.name = "keep_all", .type = FACET_PARAM_BOOL, .fallback = "false", .doc = "All."},
    {.name = "protocol",
     .type = FACET_PARAM_STRING,
     .fallback = "\"k-fold\"",
     .choices = "k-fold|leave-one-out",
     .doc = "P."},
    {.name = "range", .type = FACET_PARAM_FLOATS, .fallback = "[ 0.5, 1.0 ]", .doc = "Range."},
    {.name = "channels",
     .type = FACET_PARAM_STRINGS,
     .fallback = "[ \"depth\" ]",
     .choices = "depth|normal",
     .doc = "C."},
    {.name = "views",
     .type = FACET_PARAM_GROUPS,
     .fallback = "( { yaw = -45.0; }, { } )",
     .members = view,
     .doc = "V."},
    {0},
};

static void defaults_come_from_the_table(void **state) {
    (void)state;
    struct facet_error error = {0};
    struct facet_params *params;
    assert_int_equal(facet_params_from_text(table, "", &params, &error), FACET_OK);
    assert_int_equal(facet_param_int(params, "size"), 112);
    assert_float_equal(facet_param_float_at(params, "range", 1), 1.0, 0);
    assert_int_equal(facet_param_count(params, "views"), 2);
    assert_float_equal(facet_param_float(facet_param_group_at(params, "views", 0), "yaw"), -45.0, 0);
    assert_string_equal(facet_param_string_at(params, "channels", 0), "depth");
    facet_params_destroy(params);
}

static void an_integer_serves_as_a_number_but_not_the_other_way(void **state) {
    (void)state;
    struct facet_error error = {0};
    struct facet_params *params;
    assert_int_equal(facet_params_from_text(table, "radius = 80;", &params, &error), FACET_OK);
    assert_float_equal(facet_param_float(params, "radius"), 80.0, 0);
    assert_true(facet_param_has(params, "radius", FACET_PARAM_FLOAT));
    assert_false(facet_param_has(params, "radius", FACET_PARAM_INT) ||
                 facet_param_has(params, "radii", FACET_PARAM_FLOAT));
    facet_params_destroy(params);
    assert_int_equal(facet_params_from_text(table, "size = 64.0;", &params, &error), FACET_ERROR_CONFIG);
    assert_non_null(strstr(error.text, "size must be a whole number"));
}

static void each_slip_gets_its_sentence(void **state) {
    (void)state;
    static const struct {
        const char *text, *expected;
    } slips[] = {
        {"sise = 3;", "unknown key sise; did you mean size?"},
        {"\nsize = 0;", "text:2: size = 0 is out of range; it goes from 1 to 8192"},
        {"radius = 900.0;", "1 to 500 mm"},
        {"size = \"big\";", "size must be a whole number"},
        {"keep_all = 1;", "keep_all must be true or false"},
        {"protocol = \"k-flod\";", "did you mean \"k-fold\"?"},
        {"channels = [ \"depth\", \"norml\" ];", "did you mean \"normal\"?"},
        {"views = ( { yawn = 1.0; } );", "unknown key yawn; did you mean yaw?"},
        {"views = ( { yaw = 200.0; } );", "yaw = 200 is out of range"},
        {"views = 3;", "a list of groups"},
        {"range = [ \"a\" ];", "a list of numbers"},
        {"size = = 3;", "text:1: syntax error"},
    };
    for (size_t i = 0; i < sizeof slips / sizeof *slips; i++) {
        struct facet_error error = {0};
        struct facet_params *params;
        assert_int_equal(facet_params_from_text(table, slips[i].text, &params, &error), FACET_ERROR_CONFIG);
        if (!strstr(error.text, slips[i].expected)) fail_msg("\"%s\" gave: %s", slips[i].text, error.text);
        assert_null(params);
    }
}

static void all_slips_are_told_at_once(void **state) {
    (void)state;
    struct facet_error error = {0};
    struct facet_params *params;
    facet_params_from_text(table, "size = 0;\nradus = 1.0;\nkeep_all = 3;", &params, &error);
    assert_non_null(strstr(error.text, "text:1:"));
    assert_non_null(strstr(error.text, "text:2:"));
    assert_non_null(strstr(error.text, "text:3:"));
}

static void written_text_is_stable_and_complete(void **state) {
    (void)state;
    struct facet_error error = {0};
    struct facet_params *params;
    char *text = NULL;
    facet_params_from_text(table, "radius = 1.5;", &params, &error);
    assert_true(facet_params_write(params, "render", &text));
    assert_non_null(strstr(text, "render.size = 112\n"));
    assert_non_null(strstr(text, "render.radius = 1.5\n"));
    assert_non_null(strstr(text, "render.views[1].yaw = 0\n"));
    free(text);
    facet_params_destroy(params);
}

static void a_bad_table_is_found(void **state) {
    (void)state;
    static const struct facet_param_spec bad[] = {
        {.name = "size", .type = FACET_PARAM_INT, .fallback = "0", .min = 1, .max = 9, .doc = "Pixels."}, {0}};
    struct facet_error error = {0};
    assert_null(facet_params_check_table(table, &error));
    assert_non_null(facet_params_check_table(bad, &error));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(defaults_come_from_the_table),
        cmocka_unit_test(an_integer_serves_as_a_number_but_not_the_other_way),
        cmocka_unit_test(each_slip_gets_its_sentence),
        cmocka_unit_test(all_slips_are_told_at_once),
        cmocka_unit_test(written_text_is_stable_and_complete),
        cmocka_unit_test(a_bad_table_is_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
