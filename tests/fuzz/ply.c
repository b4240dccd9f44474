// Any bytes taken for a file named ply.
#include "tests/fuzz/scan.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    return fuzz_scan("input.ply", data, size);
}
