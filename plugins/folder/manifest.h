// The manifest of a folder, one line a scan: CSV (RFC 4180) or, told by the suffix .jsonl or .ndjson, JSON Lines.
#ifndef FACET_FOLDER_MANIFEST_H
#define FACET_FOLDER_MANIFEST_H

#include <facet/error.h>
#include <stddef.h>
#include <stdint.h>

struct folder_row {
    const char *path, *subject, *label, *labels, *sequence, *landmarks, *texture, *au; // never NULL
    const char *licence, *consent, *split;
    int64_t line;
    int32_t frame, group;              // group: rows of one sequence are consecutive and share it
    int32_t onset, apex, offset;       // -1 when not given
    float intensity, valence, arousal; // NaN when not given
};

struct folder_manifest; // owns the strings of its rows

// name stands before the line in messages. Rows come in the order of the file, except that the frames of a sequence
// are brought together at its first row and sorted. Errors: DATA, MEMORY.
int folder_manifest_parse(const char *name, const char *bytes, size_t size, struct folder_manifest **manifest,
                          struct facet_error *error);
int folder_manifest_read(const char *path, struct folder_manifest **manifest, struct facet_error *error);
void folder_manifest_destroy(struct folder_manifest *manifest); // NULL is fine

// A sentence about a column or key that nothing reads though its name looks like one that is; NULL: there is none. Borrowed.
const char *folder_manifest_slip(const struct folder_manifest *manifest);

int64_t folder_manifest_rows(const struct folder_manifest *manifest);
struct folder_row folder_manifest_row(const struct folder_manifest *manifest, int64_t row);

#endif
