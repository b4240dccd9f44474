// Why scans were set aside: sentences that differ in numbers, quotes and names of files alone are one reason.
#ifndef FACET_REPORT_REASONS_H
#define FACET_REPORT_REASONS_H

#include <facet/stage.h>

enum { REASONS_KINDS = 40 }; // told apart; what comes after them is counted together

struct report_reason {
    char *stage, *code; // "" in the one for all that came after REASONS_KINDS
    char *text;         // as first told; what differs is "…" once reasons_finish is called
    int64_t scans;
    int64_t *by_dataset;       // (datasets)
    struct reason_shape *like; // of the text
};

struct report_reasons {
    struct report_reason *all; // (n) at most REASONS_KINDS + 1
    int n, datasets;
};

// A zeroed struct with `datasets` set is empty. path: of the scan; what holds it or its last part is the name of a file.
// Errors: MEMORY.
int reasons_add(struct report_reasons *reasons, const struct facet_quarantine_entry *entry, const char *path,
                int dataset, struct facet_error *error);
// Puts the texts in order, those of most scans first, then the one told first. Errors: MEMORY.
int reasons_finish(struct report_reasons *reasons, struct facet_error *error);
void reasons_free(struct report_reasons *reasons); // NULL is fine; leaves none

#endif
