// What was found, for people and for programs: duplicates.csv, JSON, sentences.
#ifndef FACET_AUDIT_TELL_H
#define FACET_AUDIT_TELL_H

#include "audit/pairs.h"

// A line a pair; RFC 4180. Written beside itself, then renamed. Errors: IO.
int audit_write_csv(const char *path, const struct audit_rows *rows, const struct audit_pairs *pairs, bool has_folds,
                    struct facet_error *error);
// Counts, without any name but those of datasets; docs/quality.md. The caller frees it; NULL when out of memory.
char *audit_json(const struct audit_rows *rows, const struct audit_pairs *pairs, double near_mm, bool has_folds);
// "12 pairs of rows show the same scan: ..." with the first few; for a warning or a refusal.
void audit_sentence(const struct audit_rows *rows, const struct audit_pairs *pairs, const char *file, char *text,
                    size_t size);

#endif
