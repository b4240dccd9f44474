// Tombstones: who is meant and who is not, no names in the file, damage refused.
#include "pipeline/tombstone.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static struct facet_tombstone *load(const char *folder) {
    struct facet_tombstone *t;
    struct facet_error error = {0};
    if (facet_tombstone_load(folder, &t, &error)) fail_msg("%s", error.text);
    return t;
}

static void a_person_is_found_again_and_nobody_else(void **state) {
    (void)state;
    struct facet_error error = {0};
    char folder[] = "/tmp/facet_tombstone_XXXXXX", path[200];
    assert_non_null(mkdtemp(folder));
    struct facet_tombstone *t = load(folder);
    assert_int_equal(facet_tombstone_count(t), 0);
    assert_true(facet_tombstone_finished(t));
    assert_int_equal(facet_tombstone_add(t, "lab", "anna", &error), FACET_OK);
    assert_int_equal(facet_tombstone_add(t, "lab", "ben", &error), FACET_OK);
    assert_int_equal(facet_tombstone_add(t, "lab", "anna", &error), FACET_OK);
    assert_int_equal(facet_tombstone_count(t), 2);
    assert_false(facet_tombstone_finished(t));
    if (facet_tombstone_save(t, folder, &error)) fail_msg("%s", error.text);
    facet_tombstone_destroy(t);

    t = load(folder);
    assert_int_equal(facet_tombstone_find(t, "lab", "ben"), 1);
    assert_int_equal(facet_tombstone_find(t, "lab", "carl"), -1);
    assert_int_equal(facet_tombstone_find(t, "wild", "anna"), -1);
    assert_int_equal(facet_tombstone_find(t, "la", "banna"), -1);
    assert_int_equal(facet_tombstone_find(t, "", "lab"), -1);
    assert_false(facet_tombstone_finished(t));
    facet_tombstone_finish(t);
    assert_true(facet_tombstone_finished(t));
    assert_int_equal(strlen(facet_tombstone_asked(t, 0)), 20);
    facet_tombstone_destroy(t);
    snprintf(path, sizeof path, "%s/" FACET_TOMBSTONE_FILE, folder);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(rmdir(folder), 0);
}

static void the_file_holds_no_names_and_its_key_is_its_own(void **state) {
    (void)state;
    struct facet_error error = {0};
    char *texts[2];
    for (int i = 0; i < 2; i++) {
        struct facet_tombstone *t = load("/nowhere");
        assert_int_equal(facet_tombstone_add(t, "labor", "anneliese", &error), FACET_OK);
        texts[i] = facet_tombstone_text(t);
        assert_non_null(texts[i]);
        assert_null(strstr(texts[i], "labor"));
        assert_null(strstr(texts[i], "anneliese"));
        facet_tombstone_destroy(t);
    }
    const char *a = strstr(texts[0], "\"person\""), *b = strstr(texts[1], "\"person\"");
    assert_non_null(a);
    assert_non_null(b);
    assert_memory_not_equal(a, b, 40);
    free(texts[0]), free(texts[1]);
}

#define KEY "\"key\": \"00112233445566778899aabbccddeeff\""
#define PERSON "\"person\": \"00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff\""
static const char *const broken[] = {
    "",
    "[]",
    "{}",
    "{\"schema\": \"facet-forgotten/2\", " KEY ", \"forgotten\": [], \"models\": []}",
    "{\"schema\": \"facet-forgotten/1\", \"key\": \"0011\", \"forgotten\": [], \"models\": []}",
    "{\"schema\": \"facet-forgotten/1\", " KEY ", \"forgotten\": {}, \"models\": []}",
    "{\"schema\": \"facet-forgotten/1\", " KEY ", \"forgotten\": [{" PERSON "}], \"models\": []}",
    "{\"schema\": \"facet-forgotten/1\", " KEY
    ", \"forgotten\": [{\"person\": \"x\", \"asked\": \"\"}], \"models\": []}",
    "{\"schema\": \"facet-forgotten/1\", " KEY ", \"forgotten\": []}",
};

static void a_damaged_file_is_refused_with_a_sentence(void **state) {
    (void)state;
    struct facet_tombstone *t;
    for (size_t i = 0; i < sizeof broken / sizeof *broken; i++) {
        struct facet_error error = {0};
        assert_int_equal(facet_tombstone_parse("f.json", broken[i], &t, &error), FACET_ERROR_DATA);
        assert_null(t);
        assert_non_null(strstr(error.text, "f.json: is not a list of forgotten people"));
    }
    const char *good = "{\"schema\": \"facet-forgotten/1\", " KEY ", \"forgotten\": [{" PERSON
                       ", \"asked\": \"2026-01-02T03:04:05Z\"}], \"models\": []}";
    assert_int_equal(facet_tombstone_parse("f.json", good, &t, NULL), FACET_OK);
    assert_int_equal(facet_tombstone_count(t), 1);
    facet_tombstone_destroy(t);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_person_is_found_again_and_nobody_else),
        cmocka_unit_test(the_file_holds_no_names_and_its_key_is_its_own),
        cmocka_unit_test(a_damaged_file_is_refused_with_a_sentence),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
