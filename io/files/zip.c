// zip: reading a member.
#include "io/files/zip.h"

#include <libdeflate.h>

struct zip_member zip_member_of(const uint8_t *flags, const char *name, size_t length) {
    return (struct zip_member){.name = name,
                               .length = length,
                               .flags = zip_u16(flags),
                               .method = zip_u16(flags + 2),
                               .crc = zip_u32(flags + 8),
                               .packed = zip_u32(flags + 12),
                               .bytes = zip_u32(flags + 16)};
}

int zip_add(struct files_listing *listing, const struct zip_member *member, struct facet_error *error) {
    struct files_entry entry = {.bytes = member->bytes,
                                .packed = member->packed,
                                .place = member->place,
                                .crc = member->crc,
                                .is_deflated = member->method == 8};
    return files_add_member(listing, member->name, member->length, &entry, error);
}

int zip_read_local(const struct files_archive *archive, int64_t place, struct zip_member *member, char *name,
                   int64_t *data, struct facet_error *error) {
    uint8_t head[ZIP_LOCAL_SIZE];
    int code = files_pread(archive->file, head, sizeof head, place, archive->whole, error);
    if (code) return code;
    if (zip_u32(head) != ZIP_LOCAL)
        return facet_error_set(error, FACET_ERROR_DATA, "%s: byte %lld: expected the header of a member",
                               archive->whole, (long long)place);
    *member = zip_member_of(head + 6, name, zip_u16(head + 26));
    *data = place + ZIP_LOCAL_SIZE + (int64_t)member->length + zip_u16(head + 28);
    if (!name) return FACET_OK;
    return files_pread(archive->file, name, member->length, place + ZIP_LOCAL_SIZE, archive->whole, error);
}

static int broken(const struct files_archive *archive, const char *name, int64_t byte, const char *why,
                  struct facet_error *error) {
    return facet_error_set(error, FACET_ERROR_DATA, "%s: byte %lld, in %s: %s", archive->whole, (long long)byte, name,
                           why);
}

static int inflate_whole(const struct files_archive *archive, const struct files_entry *entry, int64_t data,
                         const char *name, const uint8_t *packed, uint8_t *to, struct facet_error *error) {
    static const char *const reasons[] = {
        [LIBDEFLATE_BAD_DATA] = "its compressed data are broken or end early",
        [LIBDEFLATE_SHORT_OUTPUT] = "it unpacks to fewer bytes than it should",
        [LIBDEFLATE_INSUFFICIENT_SPACE] = "it unpacks to more bytes than it should",
    };
    struct libdeflate_decompressor *decompressor = libdeflate_alloc_decompressor();
    if (!decompressor) return facet_error_set(error, FACET_ERROR_MEMORY, "%s: no memory", archive->whole);
    enum libdeflate_result result =
        libdeflate_deflate_decompress(decompressor, packed, (size_t)entry->packed, to, (size_t)entry->bytes, NULL);
    libdeflate_free_decompressor(decompressor);
    return result == LIBDEFLATE_SUCCESS ? FACET_OK : broken(archive, name, data, reasons[result], error);
}

// The packed bytes are read behind where the others will be: one buffer, that is used again for the next member. Deflate adds
// a few bytes to what it cannot pack, so that a claim of far more is none that memory is taken for.
static int read_deflated(const struct files_archive *archive, const struct files_entry *entry, int64_t data,
                         const char *name, struct facet_bytes *bytes, struct facet_error *error) {
    if (entry->packed > 2 * entry->bytes + 1024)
        return broken(archive, name, data, "it is packed to more than twice its size", error);
    int code = files_make_room(bytes, (size_t)(entry->bytes + entry->packed), name, error);
    uint8_t *packed = bytes->data + entry->bytes;
    if (!code) code = files_pread(archive->file, packed, (size_t)entry->packed, data, archive->whole, error);
    return code ? code : inflate_whole(archive, entry, data, name, packed, bytes->data, error);
}

static int read_stored(const struct files_archive *archive, const struct files_entry *entry, int64_t data,
                       const char *name, struct facet_bytes *bytes, struct facet_error *error) {
    if (entry->packed != entry->bytes)
        return broken(archive, name, data, "it is stored as it is, but in another size than its own", error);
    int code = files_make_room(bytes, (size_t)entry->bytes, name, error);
    return code ? code : files_pread(archive->file, bytes->data, (size_t)entry->bytes, data, archive->whole, error);
}

int zip_read(const struct files_archive *archive, const struct files_entry *entry, const char *name,
             struct facet_bytes *bytes, struct facet_error *error) {
    struct zip_member member;
    int64_t data;
    int code = zip_read_local(archive, entry->place, &member, NULL, &data, error);
    if (code) return facet_error_prefix(error, "%s", name), code;
    code = entry->is_deflated ? read_deflated(archive, entry, data, name, bytes, error)
                              : read_stored(archive, entry, data, name, bytes, error);
    if (!code && libdeflate_crc32(0, bytes->data, (size_t)entry->bytes) != entry->crc)
        code = broken(archive, name, data, "its checksum is not that of its bytes", error);
    return code;
}
