// Any bytes taken for a file named obj, and for a material library: a name, or a sentence.
#include "tests/fuzz/scan.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    char picture[64];
    struct facet_error error = {0};
    int code = facet_mtl_texture(data, size, size % 2 ? "skin" : NULL, picture, sizeof picture, &error);
    if (code ? !*error.text : strnlen(picture, sizeof picture) == sizeof picture) abort();
    return fuzz_scan("input.obj", data, size);
}
