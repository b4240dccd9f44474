// The first sheet of an .xlsx file (ECMA-376): texts and numbers as they stand, no formulas, dates or formats.
#ifndef FACET_FOURDME_XLSX_H
#define FACET_FOURDME_XLSX_H

#include "fourdme/sheet.h"

// Errors: DATA, with the part of the file and its line; IO, MEMORY. On failure *sheet is empty.
int xlsx_read(const char *name, const void *bytes, size_t size, struct sheet *sheet, struct facet_error *error);
// The same from its two parts; no shared strings: NULL.
int xlsx_parse(const char *name, const void *strings, size_t strings_size, const void *cells, size_t cells_size,
               struct sheet *sheet, struct facet_error *error);

#endif
