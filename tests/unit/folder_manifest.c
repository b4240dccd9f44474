// The table of labels: what good tables mean, and the sentence given for broken ones.
#include "folder/manifest.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct folder_manifest *parse(const char *text) {
    struct folder_manifest *manifest;
    struct facet_error error = {0};
    if (folder_manifest_parse("l.csv", text, strlen(text), &manifest, &error)) fail_msg("%s", error.text);
    return manifest;
}

static void columns_in_any_order_with_quotes(void **state) {
    (void)state;
    struct folder_manifest *m = parse("\xef\xbb\xbflabel,\"path\",age,subject,intensity,licence,consent\r\n"
                                      "anger,\"a, \"\"b\"\".ply\",9,s1,0.5,CC0,form 3\r\n\r\n"
                                      ",\"c\nd.obj\",,s2,,,\r\nfear,e.obj,,s2,1,,");
    assert_int_equal(folder_manifest_rows(m), 3);
    struct folder_row row = folder_manifest_row(m, 0);
    assert_string_equal(row.path, "a, \"b\".ply");
    assert_string_equal(row.subject, "s1");
    assert_string_equal(row.label, "anger");
    assert_string_equal(row.licence, "CC0");
    assert_string_equal(row.consent, "form 3");
    assert_string_equal(row.sequence, "");
    assert_float_equal(row.intensity, 0.5, 0);
    assert_int_equal(row.line, 2);
    row = folder_manifest_row(m, 1);
    assert_string_equal(row.path, "c\nd.obj");
    assert_string_equal(row.label, "");
    assert_true(isnan(row.intensity));
    assert_int_equal(row.line, 4);
    assert_int_equal(row.group, 1);
    assert_int_equal(row.frame, 0);
    row = folder_manifest_row(m, 2);
    assert_int_equal(row.line, 6);
    assert_int_equal(row.group, 2);
    folder_manifest_destroy(m);
}

static void frames_of_a_sequence_are_brought_together(void **state) {
    (void)state;
    struct folder_manifest *m =
        parse("path,subject,label,sequence,frame\n"
              "a2,a,x,one,2\nb0,b,x,one,\na0,a,x,one,0\nlone,a,x,,7\nb1,b,x,one,\na1,a,x,one,1\n");
    const char *paths[] = {"a0", "a1", "a2", "b0", "b1", "lone"};
    const int groups[] = {0, 0, 0, 1, 1, 2}, frames[] = {0, 1, 2, 0, 1, 7};
    assert_int_equal(folder_manifest_rows(m), 6);
    for (int i = 0; i < 6; i++) {
        struct folder_row row = folder_manifest_row(m, i);
        assert_string_equal(row.path, paths[i]);
        assert_int_equal(row.group, groups[i]);
        assert_int_equal(row.frame, frames[i]);
    }
    folder_manifest_destroy(m);
}

static void names_of_columns_may_have_slips(void **state) {
    (void)state;
    struct folder_manifest *m = parse(" PATH,Subject,label \n a,s ,\t\xc3\xa4 x \n");
    assert_string_equal(folder_manifest_row(m, 0).path, "a");
    assert_string_equal(folder_manifest_row(m, 0).subject, "s");
    assert_string_equal(folder_manifest_row(m, 0).label, "\xc3\xa4 x");
    assert_null(folder_manifest_slip(m));
    folder_manifest_destroy(m);
    m = parse("\npath,subject,label,age,valance,texure\na,s,x,1,0.5,\n");
    assert_string_equal(folder_manifest_slip(m), "l.csv:2: \"valance\" is read by nobody; is valence meant?");
    assert_true(isnan(folder_manifest_row(m, 0).valence));
    folder_manifest_destroy(m);
    m = parse("path,subject,label,age,sex,date,name,notes\na,s,x,1,,,,\n");
    assert_null(folder_manifest_slip(m));
    folder_manifest_destroy(m);
}

#define HEAD "path,subject,label,frame,intensity,sequence\n"
static const struct {
    const char *text, *sentence;
} brokens[] = {
    {"", "l.csv: the file is empty"},
    {"\n\n", "l.csv: the file is empty"},
    {HEAD, "l.csv: a header, but no rows"},
    {"path,label\na,b\n", "l.csv:1: no column subject; path, subject and label are needed"},
    {"path,subject,label,path\n", "l.csv:1: column path stands twice"},
    {"path,subject,label, Path\n", "l.csv:1: column path stands twice"},
    {"path;subject;label\na;s;x\n", "l.csv:1: its fields are separated by semicolons; commas expected"},
    {"\xef\xbb\xbfpath\tsubject\tlabel\r\n", "l.csv:1: its fields are separated by tabs; commas expected"},
    {"path,subjekt,label\na,s,x\n",
     "l.csv:1: no column subject; path, subject and label are needed, and \"subjekt\" is none of them"},
    {HEAD "a,s,x,0,0,,\n", "l.csv:2: 7 fields, but the header has 6"},
    {HEAD "a,s,x,0,0,\nb,s\n", "l.csv:3: 2 fields, but the header has 6"},
    {HEAD "a,s,x,0,0,\nb,s,x,0,0,\na,s,x,0,0,\n", "l.csv:4: a stands in line 2 already"},
    {HEAD ",s,x,0,0,\n", "l.csv:2: path is \"\", the name of a file expected"},
    {HEAD "./,s,x,0,0,\n", "l.csv:2: path is \"./\", the name of a file expected"},
    {HEAD "a,,x,0,0,\n", "l.csv:2: subject is \"\", the name of a person expected"},
    {HEAD "a,s,x,1.5,0,\n", "l.csv:2: frame is \"1.5\", a whole number from 0 expected"},
    {HEAD "a,s,x,-1,0,\n", "l.csv:2: frame is \"-1\", a whole number from 0 expected"},
    {HEAD "a,s,x,0,much,\n", "l.csv:2: intensity is \"much\", a number from 0 to 1 expected"},
    {HEAD "a,s,x,0,1.5,\n", "l.csv:2: intensity is \"1.5\", a number from 0 to 1 expected"},
    {HEAD "a,s,x,0,nan,\n", "l.csv:2: intensity is \"nan\", a number from 0 to 1 expected"},
    {HEAD "a,s,x,3,0,q\nb,s,x,3,0,q\n", "l.csv:3: frame 3 of sequence q stands in line 2 already"},
    {HEAD "a,M\xfcller,x,0,0,\n", "l.csv:2: subject is \"M?ller\", text in UTF-8 expected"},
    {HEAD "\xe9,s,\xe0\xa4,0,0,\n", "l.csv:2: label is \"??\", text in UTF-8 expected"},
    {"path,subject,lable\n",
     "l.csv:1: no column label; path, subject and label are needed, and \"lable\" is none of them"},
    {HEAD "\"a,s,x,0,0,\n", "l.csv:2: a quote is opened and never closed"},
    {HEAD "\"a\"b,s,x,0,0,\n", "l.csv:2: a comma or the end of the line expected after a closing quote"},
};

static void broken_tables_get_a_sentence(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof brokens / sizeof *brokens; i++) {
        struct folder_manifest *manifest;
        struct facet_error error = {0};
        assert_int_equal(folder_manifest_parse("l.csv", brokens[i].text, strlen(brokens[i].text), &manifest, &error),
                         FACET_ERROR_DATA);
        assert_string_equal(error.text, brokens[i].sentence);
        assert_null(manifest);
    }
    struct folder_manifest *manifest;
    struct facet_error error = {0};
    assert_int_equal(folder_manifest_parse("l.csv", "a\0b\n", 4, &manifest, &error), FACET_ERROR_DATA);
    assert_string_equal(error.text, "l.csv:1: a zero byte; is it a text file in UTF-8?");
    assert_int_equal(folder_manifest_read("/no/l.csv", &manifest, &error), FACET_ERROR_IO);
    assert_string_equal(error.text, "/no/l.csv: cannot be opened: No such file or directory");
}

// Frees what it made wherever it stops; the sanitizers watch.
static void a_table_cut_anywhere_is_read_or_refused(void **state) {
    (void)state;
    const char whole[] = HEAD "\"a\",s,x,0,0.5,q\nb,s,\"x\"\"y\",1,,q\n";
    for (size_t size = 0; size < sizeof whole; size++) {
        struct folder_manifest *manifest;
        char *copy = malloc(size + 1);
        assert_non_null(copy);
        memcpy(copy, whole, size);
        int code = folder_manifest_parse("l.csv", copy, size, &manifest, NULL);
        free(copy);
        assert_int_equal(code == FACET_OK, manifest != NULL);
        folder_manifest_destroy(manifest);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(columns_in_any_order_with_quotes),
        cmocka_unit_test(frames_of_a_sequence_are_brought_together),
        cmocka_unit_test(names_of_columns_may_have_slips),
        cmocka_unit_test(broken_tables_get_a_sentence),
        cmocka_unit_test(a_table_cut_anywhere_is_read_or_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
