// The table of 4DME: which clip shows what, from which frame to which.
#ifndef FACET_FOURDME_TABLE_H
#define FACET_FOURDME_TABLE_H

#include "dataset/dataset.h"
#include "fourdme/sheet.h"

// Says what each row of the table means. swap: the action units of rows 144 and 145 (from 0, below the header) stand in
// each other's place in the published table. Errors: DATA with name:row, MEMORY.
int fourdme_read_table(const char *name, struct sheet *sheet, bool swap, struct dataset_annotations *to,
                       struct facet_error *error);

// "007" and "7" are one person.
void fourdme_subject(const char *text, size_t length, char subject[DATASET_TEXT]);

#endif
