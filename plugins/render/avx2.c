// The AVX2 path: eight lanes.
#if defined(__x86_64__)

#include "render/kernel.h"

#include <immintrin.h>
#include <stdbool.h>
#include <stdint.h>

enum { LANES = 8 };
typedef __m256i ints;
typedef __m256 floats;
typedef __m256i mask; // -1 or 0 a lane
#define LANE static inline __attribute__((always_inline))

LANE ints int_all(int32_t value) {
    return _mm256_set1_epi32(value);
}
LANE ints int_load(const int32_t *from) {
    return _mm256_loadu_si256((const __m256i *)from);
}
LANE void int_store(int32_t *to, ints value) {
    _mm256_storeu_si256((__m256i *)to, value);
}
LANE ints int_add(ints a, ints b) {
    return _mm256_add_epi32(a, b);
}
LANE ints int_sub(ints a, ints b) {
    return _mm256_sub_epi32(a, b);
}
LANE ints int_mul(ints a, ints b) {
    return _mm256_mullo_epi32(a, b);
}
LANE ints int_least(ints a, ints b) {
    return _mm256_min_epi32(a, b);
}
LANE ints int_most(ints a, ints b) {
    return _mm256_max_epi32(a, b);
}
LANE ints int_or(ints a, ints b) {
    return _mm256_or_si256(a, b);
}
LANE ints int_xor(ints a, ints b) {
    return _mm256_xor_si256(a, b);
}
LANE ints int_per_sample(ints value) { // / 256, rounded down
    return _mm256_srai_epi32(value, 8);
}
LANE ints int_of_samples(ints value) { // * 256
    return _mm256_slli_epi32(value, 8);
}
LANE ints int_low_half(ints value) {
    return _mm256_and_si256(value, _mm256_set1_epi32(0xffff));
}
LANE ints int_high_half(ints value) {
    return _mm256_srli_epi32(value, 16);
}
LANE ints int_counted(void) {
    return _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
}
LANE ints int_sign(ints value) { // -1 or 0
    return _mm256_srai_epi32(value, 31);
}
LANE ints int_if(mask where, ints yes, ints no) {
    return _mm256_blendv_epi8(no, yes, where);
}
LANE mask int_above(ints a, ints b) {
    return _mm256_cmpgt_epi32(a, b);
}
LANE int32_t int_greatest(ints value) {
    __m128i four = _mm_max_epi32(_mm256_castsi256_si128(value), _mm256_extracti128_si256(value, 1));
    __m128i two = _mm_max_epi32(four, _mm_shuffle_epi32(four, 0x4e));
    return _mm_cvtsi128_si32(_mm_max_epi32(two, _mm_shuffle_epi32(two, 0xb1)));
}
LANE ints int_bits(floats value) {
    return _mm256_castps_si256(value);
}
LANE ints int_nearest(floats value) {
    return _mm256_cvtps_epi32(value);
}

LANE uint32_t mask_bits(mask value) {
    return (uint32_t)_mm256_movemask_ps(_mm256_castsi256_ps(value));
}
// The low halves of as many numbers as there are lanes.
LANE ints int_low_halves(const uint64_t *from) {
    __m256 first = _mm256_loadu_ps((const float *)from), second = _mm256_loadu_ps((const float *)(from + 4));
    __m256i mixed = _mm256_castps_si256(_mm256_shuffle_ps(first, second, 0x88)); // 0 1 4 5 2 3 6 7
    return _mm256_permute4x64_epi64(mixed, 0xd8);
}
// The lanes of `which`, one after the other; writes up to LANES numbers whatever their count.
LANE void int_pack(int32_t *to, mask which, ints value) {
#define Q(lane) 4 * (lane), 4 * (lane) + 1, 4 * (lane) + 2, 4 * (lane) + 3
    static const _Alignas(16) uint8_t order[16][16] = {{0},
                                                       {Q(0)},
                                                       {Q(1)},
                                                       {Q(0), Q(1)},
                                                       {Q(2)},
                                                       {Q(0), Q(2)},
                                                       {Q(1), Q(2)},
                                                       {Q(0), Q(1), Q(2)},
                                                       {Q(3)},
                                                       {Q(0), Q(3)},
                                                       {Q(1), Q(3)},
                                                       {Q(0), Q(1), Q(3)},
                                                       {Q(2), Q(3)},
                                                       {Q(0), Q(2), Q(3)},
                                                       {Q(1), Q(2), Q(3)},
                                                       {Q(0), Q(1), Q(2), Q(3)}};
#undef Q
    uint32_t bits = mask_bits(which), low = bits & 15;
    __m128i first = _mm_shuffle_epi8(_mm256_castsi256_si128(value), _mm_load_si128((const __m128i *)order[low]));
    __m128i second =
        _mm_shuffle_epi8(_mm256_extracti128_si256(value, 1), _mm_load_si128((const __m128i *)order[bits >> 4]));
    _mm_storeu_si128((__m128i *)to, first);
    _mm_storeu_si128((__m128i *)(to + __builtin_popcount(low)), second);
}

LANE mask mask_all(void) {
    return _mm256_set1_epi32(-1);
}
LANE mask mask_load_bytes(const uint8_t *from) { // not 0
    __m256i numbers = _mm256_cvtepu8_epi32(_mm_loadl_epi64((const __m128i *)from));
    return _mm256_cmpgt_epi32(numbers, _mm256_setzero_si256());
}
LANE mask mask_and(mask a, mask b) {
    return _mm256_and_si256(a, b);
}
LANE mask mask_or(mask a, mask b) {
    return _mm256_or_si256(a, b);
}
LANE void mask_store_bytes(uint8_t *to, mask value) { // 1 or 0 each
    __m128i words = _mm_packs_epi32(_mm256_castsi256_si128(value), _mm256_extracti128_si256(value, 1));
    _mm_storel_epi64((__m128i *)to, _mm_and_si128(_mm_packs_epi16(words, words), _mm_set1_epi8(1)));
}

LANE floats float_all(float value) {
    return _mm256_set1_ps(value);
}
LANE floats float_load(const float *from) {
    return _mm256_loadu_ps(from);
}
LANE void float_store(float *to, floats value) {
    _mm256_storeu_ps(to, value);
}
LANE floats float_of(ints value) {
    return _mm256_cvtepi32_ps(value);
}
LANE floats float_add(floats a, floats b) {
    return _mm256_add_ps(a, b);
}
LANE floats float_sub(floats a, floats b) {
    return _mm256_sub_ps(a, b);
}
LANE floats float_mul(floats a, floats b) {
    return _mm256_mul_ps(a, b);
}
LANE floats float_div(floats a, floats b) {
    return _mm256_div_ps(a, b);
}
LANE floats float_root(floats value) {
    return _mm256_sqrt_ps(value);
}
LANE floats float_least(floats a, floats b) {
    return _mm256_min_ps(a, b);
}
LANE floats float_most(floats a, floats b) {
    return _mm256_max_ps(a, b);
}
LANE floats float_size(floats value) {
    return _mm256_andnot_ps(_mm256_set1_ps(-0.0F), value);
}
LANE floats float_minus(floats value) {
    return _mm256_xor_ps(_mm256_set1_ps(-0.0F), value);
}
LANE floats float_sign(floats value) { // the sign bit alone
    return _mm256_and_ps(value, _mm256_set1_ps(-0.0F));
}
LANE floats float_flip(floats value, floats sign) {
    return _mm256_xor_ps(value, sign);
}
LANE floats float_if(mask where, floats yes, floats no) {
    return _mm256_blendv_ps(no, yes, _mm256_castsi256_ps(where));
}
LANE mask float_below(floats a, floats b) {
    return _mm256_castps_si256(_mm256_cmp_ps(a, b, _CMP_LT_OQ));
}
LANE mask float_equal(floats a, floats b) {
    return _mm256_castps_si256(_mm256_cmp_ps(a, b, _CMP_EQ_OQ));
}
LANE mask float_not_below(floats a, floats b) {
    return _mm256_castps_si256(_mm256_cmp_ps(a, b, _CMP_GE_OQ));
}

LANE ints two_rows(__m128i a, __m128i b) {
    return _mm256_inserti128_si256(_mm256_castsi128_si256(a), b, 1);
}
// Turns one 16-byte row a lane into one vector a column.
LANE void rows_to_columns(const __m128i row[LANES], ints column[4]) {
    ints r0 = two_rows(row[0], row[4]), r1 = two_rows(row[1], row[5]);
    ints r2 = two_rows(row[2], row[6]), r3 = two_rows(row[3], row[7]);
    ints low01 = _mm256_unpacklo_epi32(r0, r1), low23 = _mm256_unpacklo_epi32(r2, r3);
    ints high01 = _mm256_unpackhi_epi32(r0, r1), high23 = _mm256_unpackhi_epi32(r2, r3);
    column[0] = _mm256_unpacklo_epi64(low01, low23);
    column[1] = _mm256_unpackhi_epi64(low01, low23);
    column[2] = _mm256_unpacklo_epi64(high01, high23);
    column[3] = _mm256_unpackhi_epi64(high01, high23);
}
// The way back, the fourth column zero, to one row after the other.
LANE void columns_to_rows(const ints column[3], void *to) {
    ints zero = _mm256_setzero_si256();
    ints low01 = _mm256_unpacklo_epi32(column[0], column[1]), low2 = _mm256_unpacklo_epi32(column[2], zero);
    ints high01 = _mm256_unpackhi_epi32(column[0], column[1]), high2 = _mm256_unpackhi_epi32(column[2], zero);
    ints row[4] = {_mm256_unpacklo_epi64(low01, low2), _mm256_unpackhi_epi64(low01, low2),
                   _mm256_unpacklo_epi64(high01, high2), _mm256_unpackhi_epi64(high01, high2)};
    int32_t *rows = to;
    int_store(rows, _mm256_permute2x128_si256(row[0], row[1], 0x20));
    int_store(rows + 8, _mm256_permute2x128_si256(row[2], row[3], 0x20));
    int_store(rows + 16, _mm256_permute2x128_si256(row[0], row[1], 0x31));
    int_store(rows + 24, _mm256_permute2x128_si256(row[2], row[3], 0x31));
}
// Triples one after the other, to one vector a column. The three loads have a column's numbers in lanes of their own.
LANE void triples_to_columns(const float *from, floats column[3]) {
    floats a = float_load(from), b = float_load(from + 8), c = float_load(from + 16);
    floats x = _mm256_blend_ps(_mm256_blend_ps(a, b, 0x92), c, 0x24);
    floats y = _mm256_blend_ps(_mm256_blend_ps(a, b, 0x24), c, 0x49);
    floats z = _mm256_blend_ps(_mm256_blend_ps(a, b, 0x49), c, 0x92);
    column[0] = _mm256_permutevar8x32_ps(x, _mm256_setr_epi32(0, 3, 6, 1, 4, 7, 2, 5));
    column[1] = _mm256_permutevar8x32_ps(y, _mm256_setr_epi32(1, 4, 7, 2, 5, 0, 3, 6));
    column[2] = _mm256_permutevar8x32_ps(z, _mm256_setr_epi32(2, 5, 0, 3, 6, 1, 4, 7));
}

// Two whole numbers of 16 bits a lane; held: what would leave 0..65535 stays at its end.
LANE ints half_least(ints a, ints b) {
    return _mm256_min_epu16(a, b);
}
LANE ints half_most(ints a, ints b) {
    return _mm256_max_epu16(a, b);
}
LANE ints half_sub(ints a, ints b) {
    return _mm256_sub_epi16(a, b);
}
LANE ints half_add_held(ints a, ints b) {
    return _mm256_adds_epu16(a, b);
}
LANE ints half_sub_held(ints a, ints b) {
    return _mm256_subs_epu16(a, b);
}
LANE ints half_per_sample(ints a) { // / 256
    return _mm256_srli_epi16(a, 8);
}
LANE ints half_of_samples(ints a) { // * 256
    return _mm256_slli_epi16(a, 8);
}
LANE ints half_dot(ints a, ints b) { // signed; a number of 32 bits a lane
    return _mm256_madd_epi16(a, b);
}
LANE ints half_turned(ints a) { // (x, y) to (y, -x)
    ints swapped = _mm256_or_si256(_mm256_slli_epi32(a, 16), _mm256_srli_epi32(a, 16));
    return _mm256_sign_epi16(swapped, _mm256_set1_epi32((int32_t)0xffff0001));
}
LANE ints int_low_signed(ints a) {
    return _mm256_srai_epi32(_mm256_slli_epi32(a, 16), 16);
}
LANE ints int_high_signed(ints a) {
    return _mm256_srai_epi32(a, 16);
}
LANE ints int_shifted_16(ints a) {
    return _mm256_slli_epi32(a, 16);
}
LANE mask bits_none(ints a, ints bits) {
    return _mm256_cmpeq_epi32(_mm256_and_si256(a, bits), _mm256_setzero_si256());
}
LANE mask bits_any(ints a, ints bits) {
    return _mm256_xor_si256(bits_none(a, bits), _mm256_set1_epi32(-1));
}
LANE __m128i two_pins(const struct render_pin *pins, int32_t a, int32_t b) {
    typedef double __attribute__((may_alias)) eight_bytes; // whatever they are
    __m128 first = _mm_castpd_ps(_mm_set_sd(*(const eight_bytes *)&pins[a]));
    return _mm_castps_si128(_mm_loadh_pi(first, (const __m64 *)&pins[b]));
}
// The pins of every third vertex of the list.
LANE void load_pins(const struct render_pin *pins, const int32_t *v, ints *places, floats *near) {
    __m128i two[4];
    for (int l = 0; l < 4; l++) two[l] = two_pins(pins, v[6 * l], v[6 * l + 3]);
    floats a = _mm256_castsi256_ps(two_rows(two[0], two[2]));
    floats b = _mm256_castsi256_ps(two_rows(two[1], two[3]));
    *places = _mm256_castps_si256(_mm256_shuffle_ps(a, b, 0x88));
    *near = _mm256_shuffle_ps(a, b, 0xdd);
}
LANE void store_pins(struct render_pin *pins, ints places, floats near) {
    ints low = _mm256_unpacklo_epi32(places, int_bits(near)), high = _mm256_unpackhi_epi32(places, int_bits(near));
    int_store((int32_t *)pins, _mm256_permute2x128_si256(low, high, 0x20));
    int_store((int32_t *)pins + 8, _mm256_permute2x128_si256(low, high, 0x31));
}

#define KERNEL render_avx2
#define KERNEL_NAME "avx2"
static bool present(void) {
    return __builtin_cpu_supports("avx2");
}
#include "render/lanes.h"

#else
typedef int nothing_here; // a file may not be empty
#endif
