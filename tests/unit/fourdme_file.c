// A whole .xlsx file, which is a zip archive. Skipped where archives are not read.
#include "fourdme/xlsx.h"

#include <facet/files.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#include <cmocka.h>

static uint8_t zip[8192];
static size_t zip_size;

static void put(uint32_t value, int bytes) {
    for (int i = 0; i < bytes; i++) zip[zip_size++] = (uint8_t)(value >> (8 * i));
}

static void put_text(const char *text) {
    memcpy(zip + zip_size, text, strlen(text));
    zip_size += strlen(text);
}

// What a local header and an entry of the directory have in common (APPNOTE 4.4), for a member that is only stored.
static void put_head(const char *name, const char *text) {
    uint32_t size = (uint32_t)strlen(text), crc = (uint32_t)crc32(0, (const Bytef *)text, size);
    put(20, 2), put(0, 2), put(0, 2), put(0, 4);
    put(crc, 4), put(size, 4), put(size, 4);
    put((uint32_t)strlen(name), 2), put(0, 2);
}

static void make_zip(const char *const names[], const char *const texts[], int n) {
    uint32_t at[4];
    zip_size = 0;
    for (int i = 0; i < n; i++) {
        at[i] = (uint32_t)zip_size;
        put(0x04034b50, 4), put_head(names[i], texts[i]), put_text(names[i]), put_text(texts[i]);
    }
    uint32_t directory = (uint32_t)zip_size;
    for (int i = 0; i < n; i++) {
        put(0x02014b50, 4), put(20, 2), put_head(names[i], texts[i]);
        put(0, 2), put(0, 2), put(0, 2), put(0, 4), put(at[i], 4), put_text(names[i]);
    }
    uint32_t length = (uint32_t)zip_size - directory;
    put(0x06054b50, 4), put(0, 4), put((uint32_t)n, 2), put((uint32_t)n, 2), put(length, 4), put(directory, 4),
        put(0, 2);
}

static const char *const names[] = {"[Content_Types].xml", "xl/sharedStrings.xml", "xl/worksheets/sheet1.xml"};
static const char *const texts[] = {
    "<Types/>", "<sst><si><t>sub_ID</t></si></sst>",
    "<worksheet><sheetData><row r=\"1\"><c r=\"A1\" t=\"s\"><v>0</v></c><c r=\"B1\"><v>7</v></c></row></sheetData>"
    "</worksheet>"};

static bool archives_are_read(void) {
    char path[] = "/tmp/facet-xlsx-XXXXXX.zip";
    struct facet_files *files = NULL;
    int file = mkstemps(path, 4);
    assert_true(file >= 0);
    assert_int_equal(write(file, zip, zip_size), zip_size);
    close(file);
    bool read = facet_files_open(path, &(struct facet_files_options){0}, &files, NULL) == FACET_OK;
    facet_files_close(files);
    unlink(path);
    return read;
}

static void the_first_sheet_is_read(void **state) {
    (void)state;
    struct sheet sheet;
    struct facet_error error = {0};
    make_zip(names, texts, 3);
    if (xlsx_read("t.xlsx", zip, zip_size, &sheet, &error)) fail_msg("%s", error.text);
    assert_int_equal(sheet.n_rows, 1);
    assert_string_equal(sheet_cell(&sheet, 0, 0), "sub_ID");
    assert_string_equal(sheet_cell(&sheet, 0, 1), "7");
    sheet_free(&sheet);
}

static void what_is_no_table_is_refused(void **state) {
    (void)state;
    struct sheet sheet;
    struct facet_error error = {0};
    make_zip(names, texts, 2);
    assert_int_equal(xlsx_read("t.xlsx", zip, zip_size, &sheet, &error), FACET_ERROR_DATA);
    assert_string_equal(error.text, "t.xlsx: no xl/worksheets/sheet1.xml in it");
    make_zip(names, texts, 3);
    for (size_t size = 0; size < zip_size; size += 7) {
        assert_int_not_equal(xlsx_read("t.xlsx", zip, size, &sheet, &error), FACET_OK);
        assert_memory_equal(error.text, "t.xlsx: ", 8);
        assert_null(sheet.rows);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_sheet_is_read),
        cmocka_unit_test(what_is_no_table_is_refused),
    };
    make_zip(names, texts, 3);
    if (!archives_are_read()) {
        puts("skipped: archives are not read");
        return 77;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
