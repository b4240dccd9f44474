// The AVX-512 path: sixteen lanes.
#if defined(__x86_64__)

#include "render/kernel.h"

#include <immintrin.h>
#include <stdbool.h>
#include <stdint.h>

enum { LANES = 16 };
typedef __m512i ints;
typedef __m512 floats;
typedef __mmask16 mask;
#define LANE static inline __attribute__((always_inline))

LANE ints int_all(int32_t value) {
    return _mm512_set1_epi32(value);
}
LANE ints int_load(const int32_t *from) {
    return _mm512_loadu_si512(from);
}
LANE void int_store(int32_t *to, ints value) {
    _mm512_storeu_si512(to, value);
}
LANE ints int_add(ints a, ints b) {
    return _mm512_add_epi32(a, b);
}
LANE ints int_sub(ints a, ints b) {
    return _mm512_sub_epi32(a, b);
}
LANE ints int_mul(ints a, ints b) {
    return _mm512_mullo_epi32(a, b);
}
LANE ints int_least(ints a, ints b) {
    return _mm512_min_epi32(a, b);
}
LANE ints int_most(ints a, ints b) {
    return _mm512_max_epi32(a, b);
}
LANE ints int_or(ints a, ints b) {
    return _mm512_or_si512(a, b);
}
LANE ints int_xor(ints a, ints b) {
    return _mm512_xor_si512(a, b);
}
LANE ints int_per_sample(ints value) { // / 256, rounded down
    return _mm512_srai_epi32(value, 8);
}
LANE ints int_of_samples(ints value) { // * 256
    return _mm512_slli_epi32(value, 8);
}
LANE ints int_low_half(ints value) {
    return _mm512_and_si512(value, _mm512_set1_epi32(0xffff));
}
LANE ints int_high_half(ints value) {
    return _mm512_srli_epi32(value, 16);
}
LANE ints int_counted(void) {
    return _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
}
LANE ints int_sign(ints value) { // -1 or 0
    return _mm512_srai_epi32(value, 31);
}
LANE ints int_if(mask where, ints yes, ints no) {
    return _mm512_mask_mov_epi32(no, where, yes);
}
LANE mask int_above(ints a, ints b) {
    return _mm512_cmpgt_epi32_mask(a, b);
}
LANE int32_t int_greatest(ints value) {
    return _mm512_reduce_max_epi32(value);
}
LANE ints int_bits(floats value) {
    return _mm512_castps_si512(value);
}
LANE ints int_nearest(floats value) {
    return _mm512_cvtps_epi32(value);
}

// The low halves of as many numbers as there are lanes.
LANE ints int_low_halves(const uint64_t *from) {
    __m256i first = _mm512_cvtepi64_epi32(_mm512_loadu_si512(from));
    __m256i second = _mm512_cvtepi64_epi32(_mm512_loadu_si512(from + 8));
    return _mm512_inserti64x4(_mm512_castsi256_si512(first), second, 1);
}
// The lanes of `which`, one after the other; writes LANES numbers whatever their count.
LANE void int_pack(int32_t *to, mask which, ints value) {
    _mm512_storeu_si512(to, _mm512_maskz_compress_epi32(which, value));
}

LANE mask mask_all(void) {
    return 0xffff;
}
LANE mask mask_load_bytes(const uint8_t *from) { // not 0
    __m128i bytes = _mm_loadu_si128((const __m128i *)from);
    return _mm_test_epi8_mask(bytes, bytes);
}
LANE mask mask_and(mask a, mask b) {
    return _kand_mask16(a, b);
}
LANE mask mask_or(mask a, mask b) {
    return _kor_mask16(a, b);
}
LANE uint32_t mask_bits(mask value) {
    return value;
}

LANE void mask_store_bytes(uint8_t *to, mask value) { // 1 or 0 each
    _mm_storeu_si128((__m128i *)to, _mm_maskz_set1_epi8(value, 1));
}

LANE floats float_all(float value) {
    return _mm512_set1_ps(value);
}
LANE floats float_load(const float *from) {
    return _mm512_loadu_ps(from);
}
LANE void float_store(float *to, floats value) {
    _mm512_storeu_ps(to, value);
}
LANE floats float_of(ints value) {
    return _mm512_cvtepi32_ps(value);
}
LANE floats float_add(floats a, floats b) {
    return _mm512_add_ps(a, b);
}
LANE floats float_sub(floats a, floats b) {
    return _mm512_sub_ps(a, b);
}
LANE floats float_mul(floats a, floats b) {
    return _mm512_mul_ps(a, b);
}
LANE floats float_div(floats a, floats b) {
    return _mm512_div_ps(a, b);
}
LANE floats float_root(floats value) {
    return _mm512_sqrt_ps(value);
}
LANE floats float_least(floats a, floats b) {
    return _mm512_min_ps(a, b);
}
LANE floats float_most(floats a, floats b) {
    return _mm512_max_ps(a, b);
}
LANE floats float_size(floats value) {
    return _mm512_abs_ps(value);
}
LANE floats float_minus(floats value) {
    return _mm512_xor_ps(value, _mm512_set1_ps(-0.0F));
}
LANE floats float_sign(floats value) { // the sign bit alone
    return _mm512_and_ps(value, _mm512_set1_ps(-0.0F));
}
LANE floats float_flip(floats value, floats sign) {
    return _mm512_xor_ps(value, sign);
}
LANE floats float_if(mask where, floats yes, floats no) {
    return _mm512_mask_mov_ps(no, where, yes);
}
LANE mask float_below(floats a, floats b) {
    return _mm512_cmp_ps_mask(a, b, _CMP_LT_OQ);
}
LANE mask float_equal(floats a, floats b) {
    return _mm512_cmp_ps_mask(a, b, _CMP_EQ_OQ);
}
LANE mask float_not_below(floats a, floats b) {
    return _mm512_cmp_ps_mask(a, b, _CMP_GE_OQ);
}

LANE ints four_rows(__m128i a, __m128i b, __m128i c, __m128i d) {
    __m256i low = _mm256_inserti128_si256(_mm256_castsi128_si256(a), b, 1);
    __m256i high = _mm256_inserti128_si256(_mm256_castsi128_si256(c), d, 1);
    return _mm512_inserti64x4(_mm512_castsi256_si512(low), high, 1);
}
// Turns one 16-byte row a lane into one vector a column.
LANE void rows_to_columns(const __m128i row[LANES], ints column[4]) {
    ints r0 = four_rows(row[0], row[4], row[8], row[12]), r1 = four_rows(row[1], row[5], row[9], row[13]);
    ints r2 = four_rows(row[2], row[6], row[10], row[14]), r3 = four_rows(row[3], row[7], row[11], row[15]);
    ints low01 = _mm512_unpacklo_epi32(r0, r1), low23 = _mm512_unpacklo_epi32(r2, r3);
    ints high01 = _mm512_unpackhi_epi32(r0, r1), high23 = _mm512_unpackhi_epi32(r2, r3);
    column[0] = _mm512_unpacklo_epi64(low01, low23);
    column[1] = _mm512_unpackhi_epi64(low01, low23);
    column[2] = _mm512_unpacklo_epi64(high01, high23);
    column[3] = _mm512_unpackhi_epi64(high01, high23);
}
// The way back, the fourth column zero, to one row after the other.
LANE void columns_to_rows(const ints column[3], void *to) {
    ints zero = _mm512_setzero_si512();
    ints low01 = _mm512_unpacklo_epi32(column[0], column[1]), low2 = _mm512_unpacklo_epi32(column[2], zero);
    ints high01 = _mm512_unpackhi_epi32(column[0], column[1]), high2 = _mm512_unpackhi_epi32(column[2], zero);
    ints row[4] = {_mm512_unpacklo_epi64(low01, low2), _mm512_unpackhi_epi64(low01, low2),
                   _mm512_unpacklo_epi64(high01, high2), _mm512_unpackhi_epi64(high01, high2)};
    ints a = _mm512_shuffle_i32x4(row[0], row[1], 0x44), b = _mm512_shuffle_i32x4(row[2], row[3], 0x44);
    ints c = _mm512_shuffle_i32x4(row[0], row[1], 0xee), d = _mm512_shuffle_i32x4(row[2], row[3], 0xee);
    int32_t *rows = to;
    int_store(rows, _mm512_shuffle_i32x4(a, b, 0x88));
    int_store(rows + 16, _mm512_shuffle_i32x4(a, b, 0xdd));
    int_store(rows + 32, _mm512_shuffle_i32x4(c, d, 0x88));
    int_store(rows + 48, _mm512_shuffle_i32x4(c, d, 0xdd));
}
// Triples one after the other, to one vector a column. The three loads have a column's numbers in lanes of their own.
LANE void triples_to_columns(const float *from, floats column[3]) {
    const ints order[3] = {_mm512_setr_epi32(0, 3, 6, 9, 12, 15, 2, 5, 8, 11, 14, 1, 4, 7, 10, 13),
                           _mm512_setr_epi32(1, 4, 7, 10, 13, 0, 3, 6, 9, 12, 15, 2, 5, 8, 11, 14),
                           _mm512_setr_epi32(2, 5, 8, 11, 14, 1, 4, 7, 10, 13, 0, 3, 6, 9, 12, 15)};
    const mask second[3] = {0x4924, 0x9249, 0x2492}, third[3] = {0x2492, 0x4924, 0x9249};
    floats part[3] = {float_load(from), float_load(from + 16), float_load(from + 32)};
    for (int k = 0; k < 3; k++) {
        floats mixed = float_if(third[k], part[2], float_if(second[k], part[1], part[0]));
        column[k] = _mm512_permutexvar_ps(order[k], mixed);
    }
}

// Two whole numbers of 16 bits a lane; held: what would leave 0..65535 stays at its end.
LANE ints half_least(ints a, ints b) {
    return _mm512_min_epu16(a, b);
}
LANE ints half_most(ints a, ints b) {
    return _mm512_max_epu16(a, b);
}
LANE ints half_sub(ints a, ints b) {
    return _mm512_sub_epi16(a, b);
}
LANE ints half_add_held(ints a, ints b) {
    return _mm512_adds_epu16(a, b);
}
LANE ints half_sub_held(ints a, ints b) {
    return _mm512_subs_epu16(a, b);
}
LANE ints half_per_sample(ints a) { // / 256
    return _mm512_srli_epi16(a, 8);
}
LANE ints half_of_samples(ints a) { // * 256
    return _mm512_slli_epi16(a, 8);
}
LANE ints half_dot(ints a, ints b) { // signed; a number of 32 bits a lane
    return _mm512_madd_epi16(a, b);
}
LANE ints half_turned(ints a) { // (x, y) to (y, -x)
    ints swapped = _mm512_rol_epi32(a, 16);
    return _mm512_mask_sub_epi16(swapped, 0xaaaaaaaa, _mm512_setzero_si512(), swapped);
}
LANE ints int_low_signed(ints a) {
    return _mm512_srai_epi32(_mm512_slli_epi32(a, 16), 16);
}
LANE ints int_high_signed(ints a) {
    return _mm512_srai_epi32(a, 16);
}
LANE ints int_shifted_16(ints a) {
    return _mm512_slli_epi32(a, 16);
}
LANE mask bits_none(ints a, ints bits) {
    return _mm512_testn_epi32_mask(a, bits);
}
LANE mask bits_any(ints a, ints bits) {
    return _mm512_test_epi32_mask(a, bits);
}
LANE __m128i two_pins(const struct render_pin *pins, int32_t a, int32_t b) {
    typedef double __attribute__((may_alias)) eight_bytes; // whatever they are
    __m128 first = _mm_castpd_ps(_mm_set_sd(*(const eight_bytes *)&pins[a]));
    return _mm_castps_si128(_mm_loadh_pi(first, (const __m64 *)&pins[b]));
}
// The pins of every third vertex of the list.
LANE void load_pins(const struct render_pin *pins, const int32_t *v, ints *places, floats *near) {
    __m128i two[8];
    for (int l = 0; l < 8; l++) two[l] = two_pins(pins, v[6 * l], v[6 * l + 3]);
    floats a = _mm512_castsi512_ps(four_rows(two[0], two[2], two[4], two[6]));
    floats b = _mm512_castsi512_ps(four_rows(two[1], two[3], two[5], two[7]));
    *places = _mm512_castps_si512(_mm512_shuffle_ps(a, b, 0x88));
    *near = _mm512_shuffle_ps(a, b, 0xdd);
}
LANE void store_pins(struct render_pin *pins, ints places, floats near) {
    const ints first = _mm512_setr_epi32(0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
    ints second = int_add(first, int_all(8)), bits = int_bits(near);
    int_store((int32_t *)pins, _mm512_permutex2var_epi32(places, first, bits));
    int_store((int32_t *)pins + 16, _mm512_permutex2var_epi32(places, second, bits));
}

#define KERNEL render_avx512
#define KERNEL_NAME "avx512"
static bool present(void) {
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
           __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
}
#include "render/lanes.h"

#else
typedef int nothing_here; // a file may not be empty
#endif
