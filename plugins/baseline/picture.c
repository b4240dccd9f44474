#include "baseline/picture.h"

enum { MAX_SIDE = 32 };

static int64_t side(const struct picture_shape *shape) {
    return (shape->size + shape->block - 1) / shape->block;
}

int64_t picture_block_for(int64_t size) {
    return size <= MAX_SIDE ? 1 : (size + MAX_SIDE - 1) / MAX_SIDE;
}

int64_t picture_features(const struct picture_shape *shape) {
    return shape->planes * side(shape) * side(shape);
}

// Squares at the right and lower edge may be cut.
static int16_t mean_of_square(const struct picture_shape *shape, const uint8_t *plane, int64_t top, int64_t left) {
    int64_t bottom = top + shape->block < shape->size ? top + shape->block : shape->size;
    int64_t right = left + shape->block < shape->size ? left + shape->block : shape->size;
    int64_t sum = 0, area = (bottom - top) * (right - left);
    for (int64_t y = top; y < bottom; y++)
        for (int64_t x = left; x < right; x++) sum += plane[y * shape->size + x];
    return (int16_t)((sum + area / 2) / area);
}

void picture_pool(const struct picture_shape *shape, const uint8_t *pixels, int16_t *features) {
    for (int64_t p = 0; p < shape->planes; p++, pixels += shape->size * shape->size)
        for (int64_t top = 0; top < shape->size; top += shape->block)
            for (int64_t left = 0; left < shape->size; left += shape->block)
                *features++ = mean_of_square(shape, pixels, top, left);
}
