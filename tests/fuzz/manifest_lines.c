// Any bytes taken for a manifest of JSON Lines: rows that keep their promises, or a sentence with its place.
#include "folder/manifest.h"

#include <facet/item.h>

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const struct folder_manifest *manifest) {
    for (int64_t i = 0; i < folder_manifest_rows(manifest); i++) {
        struct folder_row row = folder_manifest_row(manifest, i);
        size_t units = strlen(row.au);
        if (!*row.subject || row.frame < 0 || row.apex < -1) abort();
        if (row.valence < -1 || row.valence > 1 || row.intensity < 0 || row.intensity > 1) abort();
        if (units > FACET_AU_MAX + 1 || strspn(row.au, "01?") != units || (units > 0 && row.au[units - 1] == '?'))
            abort();
        if (strstr(row.labels, "++") || *row.labels == '+' || row.line < 1) abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct folder_manifest *manifest;
    struct facet_error error = {0};
    int code = folder_manifest_parse("faces.jsonl", (const char *)data, size, &manifest, &error);
    if (code ? manifest || error.code != code || strncmp(error.text, "faces.jsonl:", 12) != 0 : !manifest) abort();
    if (manifest) check(manifest);
    folder_manifest_destroy(manifest);
    return 0;
}
