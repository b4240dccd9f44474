// Any bytes taken for an archive named tar.
#include "tests/fuzz/archive.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    return fuzz_archive(".tar", data, size);
}
