// Any bytes taken for a picture: its pixels, or a sentence.
#include <facet/image.h>

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct facet_image image;
    struct facet_error error = {0};
    int code = facet_image_decode("picture", data, size, &image, &error);
    if (code && (error.code != code || !*error.text || image.rgb)) abort();
    if (!code && (image.width < 1 || image.height < 1 || !image.rgb)) abort();
    facet_image_free(&image);
    return 0;
}
