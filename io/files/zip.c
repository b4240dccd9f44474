// zip: reading a member.
#include "io/files/zip.h"

#include <string.h>
#include <zlib.h>

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

static int cannot_inflate(const struct files_archive *archive, const char *name, int64_t byte, const char *why,
                          struct facet_error *error) {
    return facet_error_set(error, FACET_ERROR_DATA, "%s: byte %lld, in %s: %s", archive->whole, (long long)byte, name,
                           why);
}

// Packed bytes pass through a small buffer, whatever size the archive claims for them.
static int inflate_from(const struct files_archive *archive, const struct files_entry *entry, int64_t data,
                        const char *name, z_stream *z, struct facet_error *error) {
    uint8_t input[32768];
    int64_t left = entry->packed;
    int result = Z_OK;
    while (result == Z_OK && left > 0) {
        size_t size = left < (int64_t)sizeof input ? (size_t)left : sizeof input;
        int code = files_pread(archive->file, input, size, data, archive->whole, error);
        if (code) return code;
        z->next_in = input, z->avail_in = (uInt)size;
        result = inflate(z, Z_NO_FLUSH);
        data += (int64_t)(size - z->avail_in), left -= (int64_t)(size - z->avail_in);
        if (result == Z_OK && z->avail_in) break; // there is no room for more
    }
    if (result == Z_STREAM_END && z->avail_out == 0) return FACET_OK;
    if (result == Z_MEM_ERROR) return facet_error_set(error, FACET_ERROR_MEMORY, "%s: no memory", archive->whole);
    if (result == Z_STREAM_END)
        return cannot_inflate(archive, name, data, "it unpacks to fewer bytes than it should", error);
    if (z->avail_out == 0 && result != Z_DATA_ERROR)
        return cannot_inflate(archive, name, data, "it unpacks to more bytes than it should", error);
    return cannot_inflate(archive, name, data, z->msg ? z->msg : "its compressed data end early", error);
}

static int unpack_member(const struct files_archive *archive, const struct files_entry *entry, int64_t data,
                         const char *name, uint8_t *to, struct facet_error *error) {
    z_stream z = {0};
    uint8_t nothing;
    if (inflateInit2(&z, -15) != Z_OK)
        return facet_error_set(error, FACET_ERROR_MEMORY, "%s: no memory for decompression", archive->whole);
    z.next_out = entry->bytes ? to : &nothing, z.avail_out = (uInt)entry->bytes;
    int code = inflate_from(archive, entry, data, name, &z, error);
    inflateEnd(&z);
    return code;
}

int zip_read(const struct files_archive *archive, const struct files_entry *entry, const char *name,
             struct facet_bytes *bytes, struct facet_error *error) {
    struct zip_member member;
    int64_t data;
    int code = zip_read_local(archive, entry->place, &member, NULL, &data, error);
    if (code) return facet_error_prefix(error, "%s", name), code;
    if (entry->is_deflated)
        code = unpack_member(archive, entry, data, name, bytes->data, error);
    else if (entry->packed != entry->bytes)
        code = cannot_inflate(archive, name, data, "it is stored as it is, but in another size than its own", error);
    else
        code = files_pread(archive->file, bytes->data, (size_t)entry->bytes, data, archive->whole, error);
    if (!code && crc32_z(crc32(0, NULL, 0), bytes->data, (size_t)entry->bytes) != entry->crc)
        code = cannot_inflate(archive, name, data, "its checksum is not that of its bytes", error);
    return code;
}
