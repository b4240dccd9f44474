// Any bytes taken for an archive of one kind: files with sound paths that can be read, or a sentence.
#ifndef FACET_TESTS_FUZZ_ARCHIVE_H
#define FACET_TESTS_FUZZ_ARCHIVE_H

#include "archive_check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char fuzz_path[64];

static void fuzz_remove(void) {
    unlink(fuzz_path);
}

static inline int fuzz_archive(const char *suffix, const uint8_t *data, size_t size) {
    if (!*fuzz_path) {
        snprintf(fuzz_path, sizeof fuzz_path, "/tmp/facet-fuzz-%d%s", (int)getpid(), suffix);
        atexit(fuzz_remove);
    }
    archive_try(fuzz_path, data, size);
    return 0;
}

#endif
