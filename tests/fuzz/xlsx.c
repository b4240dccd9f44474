// Any bytes taken for the parts of an .xlsx file, shared strings before the first zero byte and the sheet behind it: a table
// whose texts are where they should be, or a sentence.
#include "fourdme/xlsx.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const struct sheet *sheet) {
    for (int64_t row = 0; row < sheet->n_rows; row++)
        for (int column = 0; column < SHEET_COLUMNS; column++) {
            const char *text = sheet_cell(sheet, row, column);
            if (*text && (text < sheet->text || text + strlen(text) >= sheet->text + sheet->used)) abort();
        }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    const uint8_t *zero = size > 0 ? memchr(data, 0, size) : NULL, *cells = zero ? zero + 1 : data;
    struct sheet sheet;
    struct facet_error error = {0};
    int code = xlsx_parse("t.xlsx", zero ? data : NULL, zero ? (size_t)(zero - data) : 0, cells,
                          size - (size_t)(cells - data), &sheet, &error);
    if (code ? sheet.rows || sheet.text || error.code != code || !*error.text : sheet.n_rows < 0) abort();
    check(&sheet);
    sheet_free(&sheet);
    return 0;
}
