// Paths and names of datasets, taken apart.
#include "dataset/path.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void names_are_counted_from_the_end(void **state) {
    (void)state;
    struct dataset_path parts;
    dataset_take_apart("BU_4DFE/F001/Angry/000.WRL", &parts);
    assert_string_equal(parts.name[0], "000.WRL");
    assert_string_equal(parts.name[1], "Angry");
    assert_string_equal(parts.name[2], "F001");
    assert_string_equal(parts.name[3], "BU_4DFE");
    assert_string_equal(parts.name[4], "");
    assert_string_equal(parts.stem, "000");
    assert_string_equal(parts.suffix, ".wrl");
    dataset_take_apart("Viewer/", &parts);
    assert_string_equal(parts.name[0], "Viewer");
    assert_string_equal(parts.suffix, "");
    dataset_take_apart(".DS_Store", &parts);
    assert_string_equal(parts.stem, ".DS_Store");
}

static void numbers_are_whole_and_of_bounded_length(void **state) {
    (void)state;
    const char *text = "0042_x";
    assert_int_equal(dataset_number(&text), 42);
    assert_string_equal(text, "_x");
    assert_int_equal(dataset_number(&text), -1);
    assert_int_equal(dataset_whole_number("000"), 0);
    assert_int_equal(dataset_whole_number("12a"), -1);
    assert_int_equal(dataset_whole_number(""), -1);
    assert_int_equal(dataset_whole_number("9999999999999"), -1);
}

static void a_form_is_met_whole(void **state) {
    (void)state;
    assert_true(dataset_has_form("F0001", "@####"));
    assert_false(dataset_has_form("F001", "@####"));
    assert_false(dataset_has_form("F00012", "@####"));
    assert_false(dataset_has_form("f0001", "@####"));
}

static void what_desktops_leave_is_hidden(void **state) {
    (void)state;
    assert_true(dataset_is_hidden(".DS_Store"));
    assert_true(dataset_is_hidden("thumbs.db"));
    assert_true(dataset_is_hidden("__MACOSX"));
    assert_false(dataset_is_hidden("F0001"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_are_counted_from_the_end),
        cmocka_unit_test(numbers_are_whole_and_of_bounded_length),
        cmocka_unit_test(a_form_is_met_whole),
        cmocka_unit_test(what_desktops_leave_is_hidden),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
