// Any bytes taken for a table of labels: rows that keep their promises, or a sentence.
#include "folder/manifest.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const struct folder_manifest *manifest) {
    for (int64_t i = 0; i < folder_manifest_rows(manifest); i++) {
        struct folder_row now = folder_manifest_row(manifest, i),
                          then = i > 0 ? folder_manifest_row(manifest, i - 1) : now;
        const struct folder_row *row = &now, *before = &then;
        if (!*row->path || !*row->subject || row->frame < 0) abort();
        if (i > 0 && row->group != before->group && row->group != before->group + 1) abort();
        if (i > 0 && row->group == before->group && row->frame <= before->frame) abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct folder_manifest *manifest;
    struct facet_error error = {0};
    int code = folder_manifest_parse("labels.csv", (const char *)data, size, &manifest, &error);
    if (code ? manifest || error.code != code || !*error.text : !manifest) abort();
    if (manifest) check(manifest);
    folder_manifest_destroy(manifest);
    return 0;
}
