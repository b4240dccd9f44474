// Codes of every channel: there and back within half a step, ends held, the background told apart.
#include "render/channel.h"

#include <facet/image.h>

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static const struct render_ranges ranges = {.depth_mm = 100, .curvature = 0.15, .gaussian = 0.01};

static int encode(const struct render_scale *scale, int last, float value) {
    uint8_t small;
    uint16_t large;
    render_code_u8(scale, &value, 1, &small);
    render_code_u16(scale, &value, 1, &large);
    return last == RENDER_LAST_U8 ? small : large;
}

// f32 itself tells values of this range apart by less than a hundredth of a step of 16 bits.
static void check_round_trip(const struct render_scale *scale, int last) {
    double step = render_code_step(scale, last);
    for (int i = 0; i <= 5000; i++) {
        double value = scale->low + (scale->high - scale->low) * i / 5000.0;
        int code = encode(scale, last, (float)value);
        assert_true(code >= scale->first && code <= last);
        assert_float_equal(render_code_value(scale, last, code), value, 0.51 * step);
    }
}

static void check_codes(const struct render_scale *scale, int last) {
    for (int code = scale->first; code <= last; code++)
        assert_int_equal(encode(scale, last, (float)render_code_value(scale, last, code)), code);
    double beyond = scale->high - scale->low;
    assert_int_equal(encode(scale, last, (float)(scale->low - beyond)), scale->first);
    assert_int_equal(encode(scale, last, (float)(scale->high + beyond)), last);
    assert_int_equal(encode(scale, last, NAN), scale->first);
    assert_int_equal(encode(scale, last, INFINITY), last);
    assert_int_equal(encode(scale, last, -INFINITY), scale->first);
}

static void every_channel_goes_there_and_back(void **state) {
    (void)state;
    assert_int_equal(render_n_channels, 15);
    for (int c = 0; c < render_n_channels; c++) {
        struct render_scale scale = render_channels[c].scale(&ranges);
        assert_true(scale.high > scale.low && scale.first <= 1);
        check_round_trip(&scale, RENDER_LAST_U8);
        check_round_trip(&scale, RENDER_LAST_U16);
        check_codes(&scale, RENDER_LAST_U8);
        check_codes(&scale, RENDER_LAST_U16);
    }
}

static struct render_scale scale_of(const char *name) {
    const struct render_channel *channel = render_channel_named(name);
    assert_non_null(channel);
    return channel->scale(&ranges);
}

static void codes_are_those_of_the_text(void **state) {
    (void)state;
    struct render_scale depth = scale_of("depth"), normal = scale_of("normal"), colour = scale_of("colour");
    assert_int_equal(encode(&depth, 255, 0), 128);
    assert_int_equal(encode(&depth, 255, 100), 255);
    assert_int_equal(encode(&depth, 255, -100), 1);
    assert_int_equal(encode(&depth, 65535, 0), 32768);
    assert_int_equal(encode(&normal, 255, -1), 0);
    assert_int_equal(encode(&normal, 255, 1), 255);
    for (int code = 0; code < 256; code++) {
        assert_int_equal(encode(&colour, 255, (float)code), code);
        assert_int_equal(encode(&colour, 65535, (float)code), 257 * code);
    }
    assert_float_equal(render_code_step(&depth, 255) / 2, 100 / 254.0, 1e-12);
}

static void names_and_planes_are_told_apart(void **state) {
    (void)state;
    bool known[64] = {false};
    assert_null(render_channel_named("colours"));
    for (int c = 0; c < render_n_channels; c++) {
        const struct render_channel *channel = &render_channels[c];
        assert_ptr_equal(render_channel_named(channel->name), channel);
        assert_non_null(strstr(RENDER_CHANNEL_NAMES, channel->name));
        for (int k = 0; k < channel->planes; k++) {
            assert_true(channel->first_plane > FACET_PLANE_UNKNOWN);
            assert_false(known[channel->first_plane + k]); // no plane has two meanings
            known[channel->first_plane + k] = true;
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_channel_goes_there_and_back),
        cmocka_unit_test(codes_are_those_of_the_text),
        cmocka_unit_test(names_and_planes_are_told_apart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
