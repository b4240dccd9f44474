// Texts of any bytes in JSON.
#include <facet/json.h>

#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void becomes(const char *text, const char *expected) {
    json_t *json = facet_json_text(text);
    assert_non_null(json);
    assert_string_equal(json_string_value(json), expected);
    json_decref(json);
}

static void utf8_stays_as_it_is(void **state) {
    (void)state;
    becomes("", "");
    becomes("s001 \"a\\b\"\n", "s001 \"a\\b\"\n");
    becomes("Z\xc3\xbcrich \xe2\x82\xac \xf0\x9f\x98\x80", "Z\xc3\xbcrich \xe2\x82\xac \xf0\x9f\x98\x80");
}

static void other_bytes_become_question_marks(void **state) {
    (void)state;
    becomes("Z\xfcrich", "Z?rich");                         // Latin-1
    becomes("Z\xfcrich, Z\xc3\xbcrich", "Z?rich, Z??rich"); // no longer to be trusted as UTF-8
    becomes("cut \xe2\x82", "cut ??");
    becomes("\xed\xa0\x80", "???"); // half a surrogate pair
    becomes("\xc0\xaf", "??");      // longer than need be
}

static void a_long_text_stays_whole(void **state) {
    char text[5000], expected[5000];
    (void)state;
    memset(text, 'a', sizeof text), memset(expected, 'a', sizeof expected);
    text[4998] = '\xff', expected[4998] = '?';
    text[4999] = expected[4999] = '\0';
    becomes(text, expected);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(utf8_stays_as_it_is),
        cmocka_unit_test(other_bytes_become_question_marks),
        cmocka_unit_test(a_long_text_stays_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
