// Numbers in lines or one after the other, taken 64 bytes at a time: where the words are comes out of a comparison, and each number out
// of one load that ends where it ends. For the inner loops of text formats on processors with AVX2; what looks unusual is
// left to the careful parser, which says what is wrong with it, so both give the same mesh. Elsewhere nothing is quick.
#ifndef FACET_IO_SCAN_QUICK_H
#define FACET_IO_SCAN_QUICK_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

enum { QUICK_LINE = 256, QUICK_WORDS = QUICK_LINE / 2, QUICK_MARGIN = QUICK_LINE + 64 };

#if defined(__x86_64__)
#include <immintrin.h>

#define QUICK_CODE __attribute__((target("avx2,bmi,bmi2,lzcnt,popcnt")))
#define QUICK_INLINE static inline __attribute__((target("avx2,bmi,bmi2,lzcnt,popcnt"), always_inline))

static inline bool quick_possible(void) {
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") && __builtin_cpu_supports("bmi2");
}

enum { QUICK_LINES = 16 }; // are cut before their numbers are read, which are then all independent of each other

struct quick_line {
    const char *at;
    int words, others, bytes; // others: bytes that part words and are no blanks; bytes: line end included
    uint8_t begin[QUICK_WORDS + 4], end[QUICK_WORDS + 4]; // of each word, from the line's first byte
};

struct quick_masks {
    uint64_t parts, lines, returns, others; // bytes that part words (all of these), \n, \r, the format's own
};

QUICK_INLINE uint64_t quick_mask(__m256i low, __m256i high) {
    return (uint32_t)_mm256_movemask_epi8(low) | (uint64_t)(uint32_t)_mm256_movemask_epi8(high) << 32;
}

QUICK_INLINE uint64_t quick_equal(__m256i low, __m256i high, char c) {
    __m256i all = _mm256_set1_epi8(c);
    return quick_mask(_mm256_cmpeq_epi8(low, all), _mm256_cmpeq_epi8(high, all));
}

// other: what parts words beside blanks, a slash or a comma.
QUICK_INLINE struct quick_masks quick_look(const char *at, char other) {
    char slash = other == '/' ? '/' : -1, comma = other == ',' ? ',' : -1;
    // By its low four bits, the one byte that parts words.
    __m128i bytes = _mm_setr_epi8(' ', -1, -1, -1, -1, -1, -1, -1, -1, '\t', '\n', -1, comma, '\r', -1, slash);
    __m256i parting = _mm256_broadcastsi128_si256(bytes);
    __m256i low = _mm256_loadu_si256((const __m256i *)at), high = _mm256_loadu_si256((const __m256i *)(at + 32));
    return (struct quick_masks){
        .parts = quick_mask(_mm256_cmpeq_epi8(low, _mm256_shuffle_epi8(parting, low)),
                            _mm256_cmpeq_epi8(high, _mm256_shuffle_epi8(parting, high))),
        .lines = quick_equal(low, high, '\n'),
        .returns = quick_equal(low, high, '\r'),
        .others = quick_equal(low, high, other),
    };
}

QUICK_INLINE int quick_places(uint64_t bits, int base, uint8_t *places) {
    int n = (int)_mm_popcnt_u64(bits);
    for (int i = 0; i < n; i++, bits = _blsr_u64(bits)) places[i] = (uint8_t)(base + (int)_tzcnt_u64(bits));
    return n;
}

// A line of more than one block.
QUICK_CODE static __attribute__((noinline, unused)) bool quick_cut_long(const char *at, char other,
                                                                        struct quick_line *line) {
    int begins = 0, ends = 0, others = 0;
    uint64_t inside = 0; // bit 0: the byte before the block is in a word
    for (int base = 0; base < QUICK_LINE; base += 64) {
        struct quick_masks look = quick_look(at + base, other);
        uint64_t within = look.lines ? _blsmsk_u64(look.lines) : ~UINT64_C(0), words = ~look.parts & within;
        uint64_t before = words << 1 | inside;
        if (look.returns & within & ~(_blsi_u64(look.lines) >> 1)) return false;
        begins += quick_places(words & ~before, base, line->begin + begins);
        ends += quick_places(~words & before & within, base, line->end + ends);
        others += (int)_mm_popcnt_u64(look.others & within);
        inside = words >> 63;
        if (!look.lines) continue;
        line->words = begins, line->others = others;
        line->bytes = base + (int)_tzcnt_u64(look.lines) + 1;
        return true;
    }
    return false;
}

// The line at `at`, of at most QUICK_LINE bytes, behind which as many more can be read; false when it is longer, or has a \r
// that is not before its \n.
QUICK_INLINE bool quick_cut(const char *at, char other, struct quick_line *line) {
    struct quick_masks look = quick_look(at, other);
    if (!look.lines) return quick_cut_long(at, other, line);
    uint64_t within = _blsmsk_u64(look.lines), words = ~look.parts & within, before = words << 1;
    if (look.returns & within & ~(_blsi_u64(look.lines) >> 1)) return false;
    line->words = quick_places(words & ~before, 0, line->begin);
    quick_places(~words & before & within, 0, line->end);
    line->others = (int)_mm_popcnt_u64(look.others & within);
    line->bytes = (int)_tzcnt_u64(look.lines) + 1;
    return true;
}

// Cuts whole lines from `at` on, as many as can be; gives how many.
QUICK_INLINE int quick_cut_lines(const char *at, const char *end, char other, struct quick_line lines[QUICK_LINES]) {
    int n = 0;
    for (; n < QUICK_LINES && end - at >= QUICK_MARGIN && quick_cut(at, other, &lines[n]); at += lines[n++].bytes)
        lines[n].at = at;
    return n;
}

// The whole words of the QUICK_LINE bytes from `at` on, whatever lines they stand in, behind which as many can be read. line->bytes:
// to the end of the last of them; others is not told.
QUICK_INLINE void quick_cut_words(const char *at, char other, struct quick_line *line) {
    int begins = 0, ends = 0;
    uint64_t inside = 0; // bit 0: the byte before the block is in a word
    for (int base = 0; base < QUICK_LINE; base += 64) {
        uint64_t words = ~quick_look(at + base, other).parts, before = words << 1 | inside;
        begins += quick_places(words & ~before, base, line->begin + begins);
        ends += quick_places(~words & before, base, line->end + ends);
        inside = words >> 63;
    }
    line->at = at, line->words = ends, line->bytes = ends ? line->end[ends - 1] : 0;
}

// From byte n on, the mask of the last n bytes of 16 (from byte 8 + n on, of 8).
static const uint8_t quick_last[16 + 256] = {[16 ... 271] = 255};

// clang-format off
// Takes the point at this place out of 16 bytes; 16: there is none.
static const uint8_t quick_close[17][16] = {
    {128, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15},
    {128, 0, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15},
    {128, 0, 1, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15},
    {128, 0, 1, 2, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15},
    {128, 0, 1, 2, 3, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15},
    {128, 0, 1, 2, 3, 4, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15},
    {128, 0, 1, 2, 3, 4, 5, 7, 8, 9, 10, 11, 12, 13, 14, 15},
    {128, 0, 1, 2, 3, 4, 5, 6, 8, 9, 10, 11, 12, 13, 14, 15},
    {128, 0, 1, 2, 3, 4, 5, 6, 7, 9, 10, 11, 12, 13, 14, 15},
    {128, 0, 1, 2, 3, 4, 5, 6, 7, 8, 10, 11, 12, 13, 14, 15},
    {128, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 12, 13, 14, 15},
    {128, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 13, 14, 15},
    {128, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 14, 15},
    {128, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 14, 15},
    {128, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 15},
    {128, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14},
    {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15},
};
// What the first and the last eight digits count, by the place of the point, 17 more for a minus.
static const double quick_scales[2 * 17][2] = {
    {1e-7, 1e-15}, {1e-6, 1e-14}, {1e-5, 1e-13}, {1e-4, 1e-12},
    {1e-3, 1e-11}, {1e-2, 1e-10}, {1e-1, 1e-9}, {1e0, 1e-8},
    {1e1, 1e-7}, {1e2, 1e-6}, {1e3, 1e-5}, {1e4, 1e-4},
    {1e5, 1e-3}, {1e6, 1e-2}, {1e7, 1e-1}, {1e8, 1e0},
    {1e8, 1e0}, {-1e-7, -1e-15}, {-1e-6, -1e-14}, {-1e-5, -1e-13},
    {-1e-4, -1e-12}, {-1e-3, -1e-11}, {-1e-2, -1e-10}, {-1e-1, -1e-9},
    {-1e0, -1e-8}, {-1e1, -1e-7}, {-1e2, -1e-6}, {-1e3, -1e-5},
    {-1e4, -1e-4}, {-1e5, -1e-3}, {-1e6, -1e-2}, {-1e7, -1e-1},
    {-1e8, -1e0}, {-1e8, -1e0},
};
// clang-format on

// Constants, kept where they are made, and what has been seen of words that are not as simple as they should be.
struct quick {
    __m128i zeros, point, tens, hundreds, myriads;
    __m128i most;    // of the bytes taken for digits
    unsigned longer; // than all lengths - 1
    unsigned odd;
    uint64_t middle; // how near a number has come to the middle between two floats
};

QUICK_INLINE __m128i quick_keep(__m128i constant) {
    __asm__("" : "+x"(constant)); // else it is made anew for each number
    return constant;
}

QUICK_INLINE struct quick quick_begin(void) {
    return (struct quick){.zeros = quick_keep(_mm_set1_epi8('0')),
                          .point = quick_keep(_mm_set1_epi8('.' ^ '0')),
                          .tens = quick_keep(_mm_set1_epi16(1 << 8 | 10)),
                          .hundreds = quick_keep(_mm_set1_epi32(1 << 16 | 100)),
                          .myriads = quick_keep(_mm_set1_epi32(1 << 16 | 10000))};
}

QUICK_INLINE void quick_forget(struct quick *q) {
    q->most = _mm_setzero_si128(), q->longer = q->odd = 0, q->middle = UINT64_MAX;
}

// Whether all words since quick_forget were what they were taken for, none of them longer than `longest`, a power of 2.
QUICK_INLINE bool quick_sure(const struct quick *q, unsigned longest) {
    __m128i beyond = _mm_subs_epu8(q->most, _mm_set1_epi8(9));
    return _mm_testz_si128(beyond, beyond) & (q->longer < longest) & !q->odd & (q->middle > 16);
}

// Word `word` of a line: digits with at most a sign and a point, in at most 16 bytes. 16 bytes before its end can be read.
QUICK_INLINE float quick_float(struct quick *q, const struct quick_line *line, int word) {
    const char *begin = line->at + line->begin[word], *end = line->at + line->end[word];
    unsigned negative = *begin == '-', length = (unsigned)(end - begin) - negative;
    __m128i mask = _mm_loadu_si128((const __m128i *)(quick_last + (uint8_t)length));
    __m128i text = _mm_xor_si128(_mm_loadu_si128((const __m128i *)(end - 16)), q->zeros);
    __m128i digits = _mm_and_si128(text, mask);
    unsigned points = (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(digits, q->point));
    unsigned point = _tzcnt_u32(points | 0x10000);
    q->longer |= length - 1;
    q->odd |= points >> ((14 + length) & 31); // a point alone
    digits = _mm_shuffle_epi8(digits, _mm_loadu_si128((const __m128i *)quick_close[point]));
    q->most = _mm_max_epu8(q->most, digits);
    __m128i fours = _mm_madd_epi16(_mm_maddubs_epi16(digits, q->tens), q->hundreds);
    __m128d eights = _mm_cvtepi32_pd(_mm_madd_epi16(_mm_packus_epi32(fours, fours), q->myriads));
    __m128d parts = _mm_mul_pd(eights, _mm_loadu_pd(quick_scales[point + 17 * negative]));
    __m128d value = _mm_add_sd(parts, _mm_unpackhi_pd(parts, parts));
    // As in number_round: five roundings, of which each is half a unit; there is nothing below 1e-15 or above 1e16.
    uint64_t middle = ((uint64_t)_mm_cvtsi128_si64(_mm_castpd_si128(value)) + 8 - 0x10000000) & 0x1fffffff;
    q->middle = middle < q->middle ? middle : q->middle;
    return (float)_mm_cvtsd_f64(value);
}

// Two words, digit by digit: numbers of at most 8 digits.
QUICK_INLINE __m128i quick_two(struct quick *q, const struct quick_line *line, int first, int second) {
    unsigned a = (unsigned)(line->end[first] - line->begin[first]);
    unsigned b = (unsigned)(line->end[second] - line->begin[second]);
    __m128i text = _mm_loadu_si64(line->at + line->end[first] - 8), mask = _mm_loadu_si64(quick_last + 8 + a);
    text = _mm_castps_si128(_mm_loadh_pi(_mm_castsi128_ps(text), (const __m64 *)(line->at + line->end[second] - 8)));
    mask = _mm_castps_si128(_mm_loadh_pi(_mm_castsi128_ps(mask), (const __m64 *)(quick_last + 8 + b)));
    __m128i digits = _mm_and_si128(_mm_xor_si128(text, q->zeros), mask);
    q->longer |= (a - 1) | (b - 1);
    q->most = _mm_max_epu8(q->most, digits);
    return digits;
}

// The four numbers of two pairs.
QUICK_INLINE __m128i quick_four(const struct quick *q, __m128i low, __m128i high) {
    low = _mm_madd_epi16(_mm_maddubs_epi16(low, q->tens), q->hundreds);
    high = _mm_madd_epi16(_mm_maddubs_epi16(high, q->tens), q->hundreds);
    return _mm_madd_epi16(_mm_packus_epi32(low, high), q->myriads);
}

// Whether the first `count` of four numbers are from `least` to `most`.
QUICK_INLINE bool quick_within(__m128i numbers, int count, int32_t least, int32_t most) {
    __m128i outside =
        _mm_or_si128(_mm_cmpgt_epi32(_mm_set1_epi32(least), numbers), _mm_cmpgt_epi32(numbers, _mm_set1_epi32(most)));
    return (_mm_movemask_epi8(outside) & ((1 << 4 * count) - 1)) == 0;
}

#else
#define QUICK_CODE
static inline bool quick_possible(void) {
    return false;
}
#endif

#endif
