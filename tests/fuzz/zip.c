// Any bytes taken for an archive named zip.
#include "tests/fuzz/archive.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    return fuzz_archive(".zip", data, size);
}
