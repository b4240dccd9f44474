// Any bytes taken for an archive named tar.zst.
#include "tests/fuzz/archive.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    return fuzz_archive(".tar.zst", data, size);
}
