// The vocabulary, and how codes of a dataset become labels.
#include "dataset/dataset.h"
#include "dataset/internal.h"
#include "pipeline/items.h"
#include "pipeline/params.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const struct facet_param_spec specs[] = {{.name = "labels", .type = FACET_PARAM_STRINGS, .fallback = "[]"},
                                                {.name = NULL}};
static const struct dataset_label table[] = {{"E_ANGER", "anger"},  {"E_*", "happiness"}, {"N_N", "neutral"},
                                             {"Both", "fear+pain"}, {"Gone", NULL},       {NULL, NULL}};
static const struct dataset_description description = {.title = "test", .labels = table};

static struct facet_params *params(const char *text) {
    struct facet_params *made = NULL;
    struct facet_error error = {0};
    if (facet_params_from_text(specs, text, &made, &error)) fail_msg("%s", error.text);
    return made;
}

static void check(const char *settings, const char *code, const char *label, const char *labels) {
    struct facet_params *given = params(settings);
    struct dataset_labels got;
    dataset_labels_of(&description, given, code, &got);
    facet_params_destroy(given);
    assert_int_equal(got.drop, label == NULL);
    if (!label) return;
    assert_string_equal(got.label, label);
    assert_string_equal(got.labels, labels);
}

static void words_of_datasets_become_ours(void **state) {
    (void)state;
    assert_string_equal(dataset_word("Angry"), "anger");
    assert_string_equal(dataset_word("HAPPY"), "happiness");
    assert_string_equal(dataset_word("others"), "other");
    assert_string_equal(dataset_word("repression"), "repression");
    assert_null(dataset_word("ang er"));
    assert_null(dataset_word(""));
    for (size_t i = 1; dataset_word_at(i); i++) assert_true(strcmp(dataset_word_at(i - 1), dataset_word_at(i)) < 0);
    for (size_t i = 0; dataset_word_at(i); i++) assert_ptr_equal(dataset_word(dataset_word_at(i)), dataset_word_at(i));
}

static void several_words_are_sorted_and_stand_once(void **state) {
    (void)state;
    char label[32];
    bool known = true;
    assert_true(dataset_label_spell("Sad+Angry+sadness", label, sizeof label, &known));
    assert_string_equal(label, "anger+sadness");
    assert_true(known);
    assert_true(dataset_label_spell("brow_up", label, sizeof label, &known));
    assert_string_equal(label, "brow_up");
    assert_false(known);
    assert_false(dataset_label_spell("anger+", label, sizeof label, &known));
    assert_false(dataset_label_spell("", label, sizeof label, &known));
    assert_false(dataset_label_spell("embarrassment+happiness+surprise", label, sizeof label, &known));
}

static void the_most_exact_code_holds_and_the_user_goes_first(void **state) {
    (void)state;
    check("", "E_ANGER", "anger", "");
    check("", "E_FEAR", "happiness", "");
    check("", "LFAU_12", "", "");
    check("", "Gone", NULL, NULL);
    check("labels = [ \"*=\" ];", "LFAU_12", NULL, NULL);
    check("labels = [ \"*=\" ];", "E_FEAR", "happiness", "");
    check("labels = [ \"E_*=Sad\" ];", "E_FEAR", "sadness", "");
    check("labels = [ \"E_*=Sad\" ];", "E_ANGER", "anger", "");
    check("labels = [ \"E_ANGER=\" ];", "E_ANGER", NULL, NULL);
}

static void of_several_labels_the_first_is_the_class(void **state) {
    (void)state;
    check("", "Both", "fear", "fear+pain");
    check("", "N_N+E_ANGER", "neutral", "anger+neutral");
    check("", "E_ANGER+E_ANGER", "anger", "");
    check("labels = [ \"N_N=pain+anger\" ];", "N_N", "pain", "anger+pain");
}

static void entries_are_checked(void **state) {
    (void)state;
    struct facet_items *items = facet_items_create();
    struct facet_error error = {0};
    const char *const bad[] = {"labels = [ \"AN\" ];", "labels = [ \"=anger\" ];", "labels = [ \"AN=anger++fear\" ];"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct facet_params *given = params(bad[i]);
        assert_int_equal(dataset_labels_check(&description, given, items, &error), FACET_ERROR_CONFIG);
        facet_params_destroy(given);
    }
    assert_int_equal(facet_items_notes(items), 0);
    struct facet_params *given = params("labels = [ \"AN=happyness\", \"DI=\" ];");
    assert_int_equal(dataset_labels_check(&description, given, items, &error), FACET_OK);
    assert_int_equal(facet_items_notes(items), 1);
    assert_non_null(strstr(facet_items_note_text(items, 0), "\"happyness\" is not a word of the vocabulary"));
    facet_params_destroy(given);
    facet_items_destroy(items);
}

static void units_fill_up_with_unknowns(void **state) {
    (void)state;
    char au[DATASET_AU_ROOM] = "";
    dataset_au_set(au, 4, '1');
    dataset_au_set(au, 2, '0');
    assert_string_equal(au, "??0?1");
    dataset_au_set(au, FACET_AU_MAX + 1, '1');
    dataset_au_set(au, -1, '1');
    assert_string_equal(au, "??0?1");
    dataset_au_set(au, FACET_AU_MAX, '1');
    assert_int_equal(strlen(au), FACET_AU_MAX + 1);
}

static void what_is_known_of_a_frame_goes_before_its_sequence(void **state) {
    (void)state;
    struct dataset_texts texts = {0};
    struct dataset_annotations *said = dataset_annotations_create(&texts);
    struct dataset_annotation whole = dataset_annotation_unknown(), frame = whole, again = whole;
    whole.subject = frame.subject = again.subject = "F001";
    whole.key = frame.key = again.key = "T1";
    whole.code = "Negative", whole.onset = 3, whole.valence = -0.5f;
    frame.frame = 7, frame.au = "?1", frame.valence = 0.25f;
    again.apex = 5;
    assert_int_equal(dataset_annotate(said, &frame, NULL), FACET_OK);
    assert_int_equal(dataset_annotate(said, &whole, NULL), FACET_OK);
    assert_int_equal(dataset_annotate(said, &again, NULL), FACET_OK);
    dataset_annotations_sort(said);
    struct dataset_scan scan = {.subject = dataset_text(&texts, "F001"), .key = dataset_text(&texts, "T1"), .frame = 7};
    struct dataset_annotation got = dataset_annotation_of(said, &scan);
    assert_string_equal(got.code, "Negative");
    assert_string_equal(got.au, "?1");
    assert_true(got.valence == 0.25f);
    assert_int_equal(got.onset, 3);
    assert_int_equal(got.apex, 5);
    scan.frame = 8;
    got = dataset_annotation_of(said, &scan);
    assert_null(got.au);
    assert_true(got.valence == -0.5f);
    scan.key = dataset_text(&texts, "T2");
    assert_null(dataset_annotation_of(said, &scan).code);
    dataset_annotations_destroy(said);
    dataset_texts_free(&texts);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_of_datasets_become_ours),
        cmocka_unit_test(several_words_are_sorted_and_stand_once),
        cmocka_unit_test(the_most_exact_code_holds_and_the_user_goes_first),
        cmocka_unit_test(of_several_labels_the_first_is_the_class),
        cmocka_unit_test(entries_are_checked),
        cmocka_unit_test(units_fill_up_with_unknowns),
        cmocka_unit_test(what_is_known_of_a_frame_goes_before_its_sequence),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
