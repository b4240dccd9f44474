// Codes: how a plane's values become whole numbers, and back.
#ifndef FACET_RENDER_CODE_H
#define FACET_RENDER_CODE_H

#include <stdint.h>

// Values from low to high map evenly to the codes first..last, where last is 255 or 65535; what lies outside is held at the
// ends. 0 is the background, so first is 1 where every value must be told from it.
struct render_scale {
    double low, high;
    int first;
};

enum { RENDER_LAST_U8 = 255, RENDER_LAST_U16 = 65535 };

void render_code_u8(const struct render_scale *scale, const float *values, int64_t count, uint8_t *codes);
void render_code_u16(const struct render_scale *scale, const float *values, int64_t count, uint16_t *codes);
double render_code_value(const struct render_scale *scale, int last, int code);
double render_code_step(const struct render_scale *scale,
                        int last); // values less than half of it apart may share a code

#endif
