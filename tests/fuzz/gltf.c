// Any bytes taken for a file named glb.
#include "tests/fuzz/scan.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    return fuzz_scan("input.glb", data, size);
}
