// Any bytes taken for an archive named zip: files with sound paths that can be read, or a sentence.
#include "archive_check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char path[64];

static void remove_file(void) {
    unlink(path);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (!*path) {
        snprintf(path, sizeof path, "/tmp/facet-fuzz-%d.zip", (int)getpid());
        atexit(remove_file);
    }
    archive_try(path, data, size);
    return 0;
}
