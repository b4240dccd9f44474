#include "render/angle.h"

int render_log2(float x, float *rest) {
    int power;
    *rest = 2 * frexpf(x, &power) - 1;
    return power - 1;
}
