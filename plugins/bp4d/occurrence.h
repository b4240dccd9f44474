// Tables of action units that occur, one line a frame.
#ifndef FACET_BP4D_OCCURRENCE_H
#define FACET_BP4D_OCCURRENCE_H

#include "dataset/dataset.h"

// "0,1,2,4" then "2440,0,9,1": the first column is the frame, to which `shift` is added; the header numbers the units; 0 is
// absent, 1 present, 9 not known. Errors: DATA with line, MEMORY.
int occurrence_read(const char *name, const char *bytes, size_t size, const char *subject, const char *key,
                    int64_t shift, struct dataset_annotations *to, struct facet_error *error);

#endif
