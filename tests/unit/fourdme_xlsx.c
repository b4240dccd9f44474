// The first sheet of an .xlsx file, from its parts.
#include "fourdme/xlsx.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define STRINGS                                                                                                        \
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<sst xmlns=\"http://x\"><si><t>sub_ID</t></si>"                       \
    "<si><r><rPr><b/></rPr><t>fold</t></r><r><t xml:space=\"preserve\">_name</t></r></si>"                             \
    "<si><t>a&amp;b</t><rPh sb=\"0\" eb=\"1\"><t>spoken</t></rPh></si><si/></sst>"
#define CELLS(rows) "<worksheet><sheetData>" rows "</sheetData></worksheet>"

static int parse(const char *strings, const char *cells, struct sheet *sheet, struct facet_error *error) {
    return xlsx_parse("t.xlsx", strings, strings ? strlen(strings) : 0, cells, strlen(cells), sheet, error);
}

static void cells_of_every_kind(void **state) {
    (void)state;
    struct sheet s;
    struct facet_error error = {0};
    if (parse(STRINGS,
              "<x:worksheet xmlns:x=\"http://x\"><x:sheetData><x:row r=\"1\"><x:c r=\"A1\" t=\"s\"><x:v>0</x:v></x:c>"
              "<x:c r=\"C1\" t=\"s\"><x:v>1</x:v></x:c></x:row><x:row r=\"4\"><x:c><x:v>12.0</x:v></x:c>"
              "<x:c t=\"inlineStr\"><x:is><x:t>in</x:t><x:t>line</x:t></x:is></x:c><x:c r=\"AB4\" "
              "t=\"str\"><x:f>1+1</x:f>"
              "<x:v>2</x:v></x:c><x:c r=\"ZZZ4\"><x:v>far</x:v></x:c></x:row><x:row><x:c t=\"s\"><x:v>2</x:v></x:c>"
              "<x:c t=\"s\"><x:v>3</x:v></x:c></x:row></x:sheetData></x:worksheet>",
              &s, &error))
        fail_msg("%s", error.text);
    assert_int_equal(s.n_rows, 3);
    assert_string_equal(sheet_cell(&s, 0, 0), "sub_ID");
    assert_string_equal(sheet_cell(&s, 0, 1), "");
    assert_string_equal(sheet_cell(&s, 0, 2), "fold_name");
    assert_string_equal(sheet_cell(&s, 1, 0), "12.0");
    assert_string_equal(sheet_cell(&s, 1, 1), "inline");
    assert_string_equal(sheet_cell(&s, 1, 27), "2");
    assert_string_equal(sheet_cell(&s, 2, 0), "a&b");
    assert_string_equal(sheet_cell(&s, 2, 1), "");
    assert_string_equal(sheet_cell(&s, 2, 5000), "");
    assert_int_equal(s.rows[1].number, 4);
    assert_int_equal(s.rows[2].number, 5);
    sheet_free(&s);
}

static const struct {
    const char *strings, *cells, *sentence;
} brokens[] = {
    {NULL, CELLS("<row><c t=\"s\"><v>0</v></c></row>"), "sheet1.xml line 1: the number of a shared string expected"},
    {STRINGS, CELLS("<row><c t=\"s\"><v>4</v></c></row>"), "sheet1.xml line 1: the number of a shared string expected"},
    {STRINGS, CELLS("<row><c t=\"s\"><v>-1</v></c></row>"), "the number of a shared string expected"},
    {STRINGS, CELLS("\n<row r=\"2\"/>\n<row r=\"2\"/>"), "sheet1.xml line 3: rows in rising order expected"},
    {STRINGS, CELLS("<c><v>1</v></c>"), "sheet1.xml line 1: a cell outside of any row"},
    {STRINGS, CELLS("<row><c r=\"7\"><v>1</v></c></row>"), "a cell with a place such as B7 expected"},
    {"<sst><si>", CELLS(""), "xl/sharedStrings.xml line 1: no element found"},
    {STRINGS, "", "xl/worksheets/sheet1.xml line 1: no element found"},
    {STRINGS, "<a><b></a>", "mismatched tag"},
    {"<!DOCTYPE x [<!ENTITY a \"aaaaaaaa\"><!ENTITY b \"&a;&a;&a;\">]><sst><si><t>&b;</t></si></sst>", CELLS(""),
     "xl/sharedStrings.xml line 1: declarations are not expected in a table"},
};

static void broken_parts_get_a_sentence(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof brokens / sizeof *brokens; i++) {
        struct sheet sheet;
        struct facet_error error = {0};
        assert_int_equal(parse(brokens[i].strings, brokens[i].cells, &sheet, &error), FACET_ERROR_DATA);
        if (!strstr(error.text, brokens[i].sentence)) fail_msg("%s, not %s", error.text, brokens[i].sentence);
        assert_memory_equal(error.text, "t.xlsx: xl/", 11);
        assert_null(sheet.rows);
        assert_null(sheet.text);
    }
}

static void csv_is_the_same_table(void **state) {
    (void)state;
    const char text[] = "\xef\xbb\xbfsub_ID,fold_name\r\n1,\"a,b\"\n\n2,\n";
    struct sheet sheet;
    struct facet_error error = {0};
    if (sheet_read_csv("t.csv", text, sizeof text - 1, &sheet, &error)) fail_msg("%s", error.text);
    assert_int_equal(sheet.n_rows, 3);
    assert_string_equal(sheet_cell(&sheet, 0, 0), "sub_ID");
    assert_string_equal(sheet_cell(&sheet, 1, 1), "a,b");
    assert_string_equal(sheet_cell(&sheet, 2, 1), "");
    assert_int_equal(sheet.rows[2].number, 4);
    sheet_free(&sheet);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cells_of_every_kind),
        cmocka_unit_test(broken_parts_get_a_sentence),
        cmocka_unit_test(csv_is_the_same_table),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
