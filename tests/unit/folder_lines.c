// Manifests of JSON Lines: what good ones mean, and the sentence, with its place in the line, given for broken ones.
#include "folder/manifest.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct folder_manifest *parse(const char *name, const char *text) {
    struct folder_manifest *manifest;
    struct facet_error error = {0};
    if (folder_manifest_parse(name, text, strlen(text), &manifest, &error)) fail_msg("%s", error.text);
    return manifest;
}

static void every_column_has_its_value(void **state) {
    (void)state;
    struct folder_manifest *m = parse(
        "a.JSONL", "\xef\xbb\xbf{\"path\": \"./s//a.ply\", \"subject\": 7, \"label\": \"anger\", \"sequence\": \"q\", "
                   "\"frame\": 3, \"intensity\": 0.25, \"landmarks\": \"a.lm3\", \"texture\": \"a.png\", "
                   "\"au\": {\"1\": 1, \"4\": null, \"2\": false, \"64\": \"?\", \"12\": true}, \"valence\": -0.5, "
                   "\"arousal\": 1, \"onset\": 1, \"apex\": 2.0, \"offset\": 2, \"licence\": \"CC0\", "
                   "\"consent\": null, \"split\": \"train\", \"other\": [{}]}\r\n \t\r\n"
                   "{\"subject\": \"s\", \"path\": \"b\\u00e9.ply\", \"labels\": [\"b\", \"a\", \"b\"]}");
    assert_int_equal(folder_manifest_rows(m), 2);
    struct folder_row row = folder_manifest_row(m, 0);
    assert_string_equal(row.path, "s/a.ply");
    assert_string_equal(row.subject, "7");
    assert_string_equal(row.label, "anger");
    assert_string_equal(row.labels, "");
    assert_string_equal(row.sequence, "q");
    assert_string_equal(row.landmarks, "a.lm3");
    assert_string_equal(row.texture, "a.png");
    assert_string_equal(row.au, "?10?????????1");
    assert_string_equal(row.licence, "CC0");
    assert_string_equal(row.consent, "");
    assert_string_equal(row.split, "train");
    assert_int_equal(row.frame, 3);
    assert_int_equal(row.onset, 1);
    assert_int_equal(row.apex, 2);
    assert_int_equal(row.offset, 2);
    assert_float_equal(row.intensity, 0.25, 0);
    assert_float_equal(row.valence, -0.5, 0);
    assert_float_equal(row.arousal, 1, 0);
    assert_int_equal(row.line, 1);
    row = folder_manifest_row(m, 1);
    assert_string_equal(row.path, "b\xc3\xa9.ply");
    assert_string_equal(row.labels, "a+b");
    assert_string_equal(row.label, "b");
    assert_string_equal(row.au, "");
    assert_true(isnan(row.valence) && isnan(row.arousal) && isnan(row.intensity));
    assert_int_equal(row.onset, -1);
    assert_int_equal(row.line, 3);
    folder_manifest_destroy(m);
}

static void the_same_in_csv(void **state) {
    (void)state;
    struct folder_manifest *m =
        parse("a.csv", "path,subject,labels,au,valence,arousal,onset,apex,offset,landmarks,texture,"
                       "split\na.ply,s,b+a,1=1 2=0  4=?,-1,0.5,0,4,9,a.bnd,a.bmp,test\n"
                       "../b.ply,s,,,,,,,,,,\n");
    struct folder_row row = folder_manifest_row(m, 0);
    assert_string_equal(row.labels, "a+b");
    assert_string_equal(row.au, "?10");
    assert_string_equal(row.landmarks, "a.bnd");
    assert_string_equal(row.texture, "a.bmp");
    assert_string_equal(row.split, "test");
    assert_float_equal(row.valence, -1, 0);
    assert_int_equal(row.apex, 4);
    row = folder_manifest_row(m, 1);
    assert_string_equal(row.path, "../b.ply");
    assert_string_equal(row.split, "");
    assert_int_equal(row.frame, 0);
    folder_manifest_destroy(m);
}

static void keys_that_look_like_columns_are_told(void **state) {
    (void)state;
    struct folder_manifest *m =
        parse("a.jsonl", "{\"path\": \"a\", \"subject\": \"s\", \"label\": \"x\", \"age\": 3}\n"
                         "{\"path\": \"b\", \"subject\": \"s\", \"label\": \"x\", \"Apexx\": 3}\n");
    assert_string_equal(folder_manifest_slip(m), "a.jsonl:2: \"Apexx\" is read by nobody; is apex meant?");
    folder_manifest_destroy(m);
}

#define BEGIN "{\"path\": \"a\", \"subject\": \"frame\", "
static const struct {
    const char *text, *sentence;
} brokens[] = {
    {"\n \n", "l.jsonl: the file is empty"},
    {"[1]\n", "l.jsonl:1:1: an object expected, {\"path\": ..., ...}"},
    {"{\"subject\": \"s\"}", "l.jsonl:1:1: path is \"\", the name of a file expected"},
    {"{\"Path\": \"a\", \"subject\": \"s\"}",
     "l.jsonl:1:1: path is \"\", the name of a file expected; there is \"Path\""},
    {"\n{\"path\": \"a\"}", "l.jsonl:2:1: subject is \"\", the name of a person expected"},
    {BEGIN "\"frame\": -1}", "l.jsonl:1:44: frame is \"-1\", a whole number from 0 expected"},
    {BEGIN "\"frame\" :  1.5}", "l.jsonl:1:46: frame is \"1.5\", a whole number from 0 expected"},
    {BEGIN "\"x\": {\"frame\": 1}, \"frame\": \"z\"}", "l.jsonl:1:63: frame is \"z\", a whole number from 0 expected"},
    {BEGIN "\"onset\": 4, \"apex\": 3}", "l.jsonl:1:55: apex is \"3\", a frame not before the onset expected"},
    {BEGIN "\"apex\": 4, \"offset\": 3}", "l.jsonl:1:56: offset is \"3\", a frame not before onset and apex expected"},
    {BEGIN "\"valence\": 1.5}", "l.jsonl:1:46: valence is \"1.5\", a number from -1 to 1 expected"},
    {BEGIN "\"intensity\": -0.5}", "l.jsonl:1:48: intensity is \"-0.5\", a number from 0 to 1 expected"},
    {BEGIN "\"frame\": true}", "l.jsonl:1:44: a text or a number expected as frame"},
    {BEGIN "\"labels\": [\"a+b\"]}", "l.jsonl:1:45: a text or a list of names without + expected as labels"},
    {BEGIN "\"labels\": [\"a\", 3]}", "l.jsonl:1:45: a text or a list of names without + expected as labels"},
    {BEGIN "\"labels\": 3}", "l.jsonl:1:45: a text or a list of names without + expected as labels"},
    {BEGIN "\"labels\": \"a++b\"}", "l.jsonl:1:45: labels is \"a++b\", names joined by +, at most 255 bytes expected"},
    {BEGIN "\"au\": {\"1\": 2}}",
     "l.jsonl:1:41: a text or an object of action units that are 0, 1 or null expected as au"},
    {BEGIN "\"au\": {\"1 2\": 1}}",
     "l.jsonl:1:41: a text or an object of action units that are 0, 1 or null expected as au"},
    {BEGIN "\"au\": {\"65\": 1}}",
     "l.jsonl:1:41: au is \"65=1 \", action units such as 1=1 2=0 4=?, each once expected"},
    {BEGIN "\"au\": \"1=1 01=0\"}",
     "l.jsonl:1:41: au is \"1=1 01=0\", action units such as 1=1 2=0 4=?, each once expected"},
    {BEGIN "\"au\": \"0=1\"}", "l.jsonl:1:41: au is \"0=1\", action units such as 1=1 2=0 4=?, each once expected"},
    {BEGIN "\"label\": \"x\"}\n{\"path\": \"./a\", \"subject\": \"s\"}", "l.jsonl:2: a stands in line 1 already"},
};

static void broken_lines_get_a_sentence(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof brokens / sizeof *brokens; i++) {
        struct folder_manifest *manifest;
        struct facet_error error = {0};
        assert_int_equal(folder_manifest_parse("l.jsonl", brokens[i].text, strlen(brokens[i].text), &manifest, &error),
                         FACET_ERROR_DATA);
        assert_string_equal(error.text, brokens[i].sentence);
        assert_null(manifest);
    }
}

// What the JSON library says is its own; the place and the code are ours.
static void lines_that_are_no_json_get_their_place(void **state) {
    (void)state;
    static const struct {
        const char *text, *place;
        size_t size;
    } all[] = {
        {BEGIN "\"frame\": }", "l.jsonl:1:", 45},   {"{}x", "l.jsonl:1:3: ", 3},
        {"{\"path\": \"a\0b\"}", "l.jsonl:1:", 16}, {"{\"path\": 1, \"path\": 2}", "l.jsonl:1:", 22},
        {"{\"a\": 1e999}", "l.jsonl:1:", 12},       {"\n{\"path\": \"\xff\"}", "l.jsonl:2:", 14},
    };
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        struct folder_manifest *manifest;
        struct facet_error error = {0};
        assert_int_equal(folder_manifest_parse("l.jsonl", all[i].text, all[i].size, &manifest, &error),
                         FACET_ERROR_DATA);
        if (strncmp(error.text, all[i].place, strlen(all[i].place)) != 0) fail_msg("%s", error.text);
        assert_non_null(strstr(error.text, "; a whole object a line expected"));
    }
}

// Frees what it made wherever it stops; the sanitizers watch.
static void lines_cut_anywhere_are_read_or_refused(void **state) {
    (void)state;
    const char whole[] = BEGIN "\"labels\": [\"b\", \"a\"], \"au\": {\"1\": 0}, \"frame\": 2}\n{\"path\": \"b\", "
                               "\"subject\": 2, \"label\": \"\\\"x\"}";
    for (size_t size = 0; size < sizeof whole; size++) {
        struct folder_manifest *manifest;
        char *copy = malloc(size + 1);
        assert_non_null(copy);
        memcpy(copy, whole, size);
        int code = folder_manifest_parse("l.ndjson", copy, size, &manifest, NULL);
        free(copy);
        assert_int_equal(code == FACET_OK, manifest != NULL);
        folder_manifest_destroy(manifest);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_column_has_its_value),
        cmocka_unit_test(the_same_in_csv),
        cmocka_unit_test(keys_that_look_like_columns_are_told),
        cmocka_unit_test(broken_lines_get_a_sentence),
        cmocka_unit_test(lines_that_are_no_json_get_their_place),
        cmocka_unit_test(lines_cut_anywhere_are_read_or_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
