// The bytes of a fuzz target as a file, for what reads files by name.
#ifndef FACET_TESTS_FUZZ_FILE_H
#define FACET_TESTS_FUZZ_FILE_H

#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char fuzz_path[] = "/tmp/facet-fuzz-XXXXXX";

static void fuzz_remove(void) {
    unlink(fuzz_path);
}

// The path of a file that holds them; NULL when they cannot be written.
static inline const char *fuzz_file(const uint8_t *data, size_t size) {
    static int file = -1;
    if (file < 0) {
        file = mkstemp(fuzz_path);
        if (file < 0 || atexit(fuzz_remove)) abort();
    }
    return ftruncate(file, 0) == 0 && pwrite(file, data, size, 0) == (ssize_t)size ? fuzz_path : NULL;
}

#endif
