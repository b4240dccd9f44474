// What parsers of scans share: text that may begin with a byte order mark, and little-endian values at any address.
#ifndef FACET_IO_SCAN_BYTES_H
#define FACET_IO_SCAN_BYTES_H

#include <facet/text.h>

#include <string.h>

static inline struct facet_text scan_text(const char *bytes, size_t size) {
    size_t mark = size >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
    return (struct facet_text){bytes + mark, bytes + size, 1, false};
}

// The line, from 1, that `at` stands in. Counted when it is wanted: parsers of large files do not keep it.
static inline long long scan_line_of(const char *begin, const char *at) {
    long long line = 1;
    for (const char *c = begin; c < at; c++) line += *c == '\n' || (*c == '\r' && c + 1 < at && c[1] != '\n');
    return line;
}

static inline uint16_t scan_u16(const char *bytes) {
    const unsigned char *b = (const unsigned char *)bytes;
    return (uint16_t)(b[0] | b[1] << 8);
}

static inline uint32_t scan_u32(const char *bytes) {
    return scan_u16(bytes) | (uint32_t)scan_u16(bytes + 2) << 16;
}

static inline float scan_f32(const char *bytes) {
    uint32_t bits = scan_u32(bytes);
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static inline double scan_f64(const char *bytes) {
    uint64_t bits = scan_u32(bytes) | (uint64_t)scan_u32(bytes + 4) << 32;
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

#endif
