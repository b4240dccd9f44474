// Shared by the two halves of zip: headers and members.
#ifndef FACET_IO_FILES_ZIP_H
#define FACET_IO_FILES_ZIP_H

#include "io/files/archive.h"

enum { ZIP_LOCAL_SIZE = 30 };
#define ZIP_LOCAL 0x04034b50u
#define ZIP_ENTRY 0x02014b50u
#define ZIP_END 0x06054b50u
#define ZIP_LOCATOR 0x07064b50u
#define ZIP_END64 0x06064b50u

struct zip_member {
    const char *name;
    size_t length;
    unsigned flags, method;
    uint32_t crc;
    int64_t packed, bytes, place;
};

static inline uint32_t zip_u16(const uint8_t *at) {
    return at[0] | (uint32_t)at[1] << 8;
}

static inline uint32_t zip_u32(const uint8_t *at) {
    return zip_u16(at) | zip_u16(at + 2) << 16;
}

static inline int64_t zip_u64(const uint8_t *at) { // negative: more than any file has
    return (int64_t)(zip_u32(at) | (uint64_t)zip_u32(at + 4) << 32);
}

// flags: where the flags stand; the same follows them in an entry of the table and in a local header.
struct zip_member zip_member_of(const uint8_t *flags, const char *name, size_t length);
int zip_add(struct files_listing *listing, const struct zip_member *member, struct facet_error *error);
// The local header at a place; name has room for 65535 bytes, NULL: it is not wanted. data: where the member's bytes begin.
int zip_read_local(const struct files_archive *archive, int64_t place, struct zip_member *member, char *name,
                   int64_t *data, struct facet_error *error);

#endif
