// Any bytes taken for a table of action units that occur: annotations that keep their promises, or a sentence.
#include "bp4d/occurrence.h"
#include "dataset/internal.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const struct dataset_annotations *said, struct dataset_texts *texts) {
    struct dataset_scan scan = {.subject = dataset_text(texts, "F001"), .key = dataset_text(texts, "T1")};
    for (; scan.frame < 16; scan.frame++) {
        struct dataset_annotation got = dataset_annotation_of(said, &scan);
        size_t length = got.au ? strlen(got.au) : 1;
        if (length < 1 || length > FACET_AU_MAX + 1 || (got.au && strspn(got.au, "01?") != length)) abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct dataset_texts texts = {0};
    struct dataset_annotations *said = dataset_annotations_create(&texts);
    struct facet_error error = {0};
    if (!said) return 0;
    int code = occurrence_read("F001_T1.csv", (const char *)data, size, "F001", "T1", -1, said, &error);
    if (code && (error.code != code || !*error.text)) abort();
    dataset_annotations_sort(said);
    check(said, &texts);
    dataset_annotations_destroy(said);
    dataset_texts_free(&texts);
    return 0;
}
