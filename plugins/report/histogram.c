#include "report/histogram.h"

#include <math.h>
#include <string.h>

enum { KEY_BITS = 12, SHIFT = 32 - KEY_BITS, FEWEST_BARS = 8, TAIL = 200 };

int histogram_key(float value) {
    uint32_t bits;
    value += 0.0F; // no negative zero
    memcpy(&bits, &value, sizeof bits);
    bits = bits >> 31 ? ~bits : bits | 0x80000000U;
    return (int)(bits >> SHIFT);
}

float histogram_key_low(int key) {
    uint32_t bits = (uint32_t)key << SHIFT;
    float value;
    bits = bits >> 31 ? bits & 0x7fffffffU : ~bits;
    memcpy(&value, &bits, sizeof value);
    return value;
}

// The least of 1, 2, 5 times a power of ten that is no less than `rough`.
static double round_step(double rough) {
    double power = pow(10, floor(log10(rough)));
    double times = rough / power;
    return power * (times <= 1 ? 1 : times <= 2 ? 2 : times <= 5 ? 5 : 10);
}

static struct histogram_axis axis_over(double low, double high, bool whole) {
    struct histogram_axis axis = {.whole = whole};
    double widest = fmax(fabs(low), fabs(high)), rough = (high - low) / (HISTOGRAM_BARS - 2);
    if (!(rough > 1e-6 * widest)) rough = widest > 0 ? widest / 20 : 1;
    axis.step = round_step(whole ? fmax(rough, 1) : rough);
    double first = floor(low / axis.step), last = floor(high / axis.step);
    for (int side = 0; last - first + 1 < FEWEST_BARS; side++) { // a lone bar is no wall
        bool left = side % 2 && (first > 0 || low < 0);
        if (left)
            first--;
        else
            last++;
    }
    axis.low = axis.step * first - (whole ? 0.5 : 0);
    axis.bars = (int)(last - first) + 1;
    return axis;
}

// Where the tails end: the first key with more than `tail` values up to it, from either end.
static int end_of_tail(const double *keys, double tail, int from, int step) {
    double count = 0;
    int key = from;
    while ((count += keys[key]) <= tail) key += step;
    return key;
}

struct histogram_axis histogram_axis(const struct histogram_values *values) {
    double count = 0;
    for (int k = 0; k < HISTOGRAM_KEYS; k++) count += values->keys[k];
    if (!(count > 0)) return (struct histogram_axis){.bars = 0};
    double tail = floor(count / TAIL);
    int last = end_of_tail(values->keys, tail, HISTOGRAM_KEYS - 1, -1);
    double low = fmax(values->smallest, histogram_key_low(end_of_tail(values->keys, tail, 0, 1)));
    double high = fmin(values->most, histogram_key_low(last + 1));
    if (!(high - low < (values->most - values->smallest) / 2)) low = values->smallest, high = values->most;
    if (values->whole) low = floor(low), high = ceil(high);
    return axis_over(low, high, values->whole);
}

struct histogram_axis histogram_reach(struct histogram_axis axis, double value) {
    double end = axis.low + axis.step * axis.bars, length = end - axis.low;
    if (axis.bars == 0 || (value >= axis.low && value < end)) return axis;
    double low = fmin(axis.low, value), high = fmax(end, value);
    if (high - low > 2 * length) return axis;
    if (axis.whole) return axis_over(fmin(axis.low + 0.5, floor(value)), fmax(end - 0.5, ceil(value)), true);
    return axis_over(low, value < axis.low ? end - axis.step / 2 : high, false);
}

int histogram_cell(const struct histogram_axis *axis, double value) {
    double cell = floor((value - axis->low) / axis->step * HISTOGRAM_FINE);
    if (cell < 0) return HISTOGRAM_BELOW;
    return cell < axis->bars * HISTOGRAM_FINE ? (int)cell : HISTOGRAM_ABOVE;
}

double histogram_median(const struct histogram_axis *axis, double below, const double *cells, double above) {
    double count = below + above, seen = below;
    for (int c = 0; c < axis->bars * HISTOGRAM_FINE; c++) count += cells[c];
    double wanted = floor((count + 1) / 2); // of an even number the lower of the two in the middle
    if (count < 1 || below >= wanted) return NAN;
    for (int c = 0; c < axis->bars * HISTOGRAM_FINE; c++) {
        if ((seen += cells[c]) < wanted) continue;
        double middle = axis->low + axis->step * (c + 0.5) / HISTOGRAM_FINE;
        return axis->whole ? floor(middle + 0.5) : middle;
    }
    return NAN;
}
