// The table of labels that may be added to FRGC: CSV with the columns scan and label.
#ifndef FACET_FRGC_LABELS_H
#define FACET_FRGC_LABELS_H

#include "dataset/dataset.h"

bool frgc_is_scan(const char *stem); // "02463d550": digits, a letter, digits
// Errors: DATA with line, MEMORY.
int frgc_read_labels(const char *name, const void *bytes, size_t size, struct dataset_annotations *to,
                     struct facet_error *error);

#endif
