// zip: its table of contents, which lies at the end. PKWARE's APPNOTE, sections 4.3 and 4.5.3.
#include "io/files/archive.h"
#include "io/files/zip.h"

#include <stdlib.h>
#include <string.h>

enum { END_SIZE = 22, END64_SIZE = 56, LOCATOR_SIZE = 20, ENTRY_SIZE = 46, TAIL = 65535 + END_SIZE };

static const char several_volumes[] = "the archive has several volumes";

struct table { // of contents, as the end of the file tells it
    int64_t offset, size, members;
    int64_t shift; // bytes that somebody put before the archive
};

static int broken(const struct files_archive *archive, int64_t byte, const char *what, struct facet_error *error) {
    return facet_error_set(error, FACET_ERROR_DATA, "%s: byte %lld: %s", archive->whole, (long long)byte, what);
}

// ---- where the table is -------------------------------------------------------------------------------------------------

static bool read_end(const uint8_t *end, struct table *table) {
    *table = (struct table){zip_u32(end + 16), zip_u32(end + 12), zip_u16(end + 10), 0};
    unsigned volume = zip_u16(end + 4), first = zip_u16(end + 6); // 0xffff: the zip64 end tells
    return (volume == 0 || volume == 0xffff) && (first == 0 || first == 0xffff);
}

static bool is_large(const uint8_t *end) {
    return zip_u16(end + 10) == 0xffff || zip_u32(end + 12) == 0xffffffff || zip_u32(end + 16) == 0xffffffff;
}

// Where the locator says, or (when bytes were put before the archive) right before the locator.
static int find_end64(const struct files_archive *archive, int64_t told, int64_t locator, uint8_t end64[END64_SIZE],
                      int64_t *at, struct facet_error *error) {
    const int64_t places[] = {told, locator - END64_SIZE};
    for (int k = 0; k < 2; k++) {
        *at = places[k];
        if (*at < 0 || *at > locator - END64_SIZE) continue;
        int code = files_pread(archive->file, end64, END64_SIZE, *at, archive->whole, error);
        if (code || zip_u32(end64) == ZIP_END64) return code;
    }
    return broken(archive, locator, "expected the place of the zip64 end", error);
}

// The end of a zip64 archive lies before the locator, which lies before the old end. Some writers put both there always, others
// leave them out where the old end can tell all, were it with the numbers that announce them.
static int read_end64(const struct files_archive *archive, int64_t end, bool large, struct table *table, int64_t *begin,
                      struct facet_error *error) {
    uint8_t locator[LOCATOR_SIZE] = {0}, end64[END64_SIZE];
    int64_t at = end - LOCATOR_SIZE;
    bool room = at >= END64_SIZE, needed = table->size == 0xffffffff || table->offset == 0xffffffff;
    int code = room ? files_pread(archive->file, locator, sizeof locator, at, archive->whole, error) : FACET_OK;
    if (code) return code;
    if (zip_u32(locator) != ZIP_LOCATOR && large && needed)
        return broken(archive, room ? at : end, "expected the place of the zip64 end", error);
    if (zip_u32(locator) != ZIP_LOCATOR) return FACET_OK;
    code = find_end64(archive, zip_u64(locator + 8), at, end64, begin, error);
    if (code) return code;
    if (zip_u32(end64 + 16) || zip_u32(end64 + 20)) return broken(archive, *begin, several_volumes, error);
    *table = (struct table){zip_u64(end64 + 48), zip_u64(end64 + 40), zip_u64(end64 + 32), 0};
    return FACET_OK;
}

static int64_t find_end(const uint8_t *tail, int64_t size) {
    for (int64_t at = size - END_SIZE; at >= 0; at--)
        if (zip_u32(tail + at) == ZIP_END && at + END_SIZE + zip_u16(tail + at + 20) <= size) return at;
    return -1;
}

static int find_table(const struct files_archive *archive, struct table *table, struct facet_error *error) {
    int64_t size = archive->bytes < TAIL ? archive->bytes : TAIL, start = archive->bytes - size;
    uint8_t *tail = malloc((size_t)size + 1);
    if (!tail) return facet_error_set(error, FACET_ERROR_MEMORY, "%s: no memory for its end", archive->whole);
    int code = files_pread(archive->file, tail, (size_t)size, start, archive->whole, error);
    int64_t at = code ? -1 : find_end(tail, size), begin = start + at;
    if (!code && at < 0)
        code = facet_error_set(error, FACET_ERROR_IO, "%s: ends at byte %lld without a table of contents",
                               archive->whole, (long long)archive->bytes);
    if (!code && !read_end(tail + at, table)) code = broken(archive, begin, several_volumes, error);
    if (!code) code = read_end64(archive, start + at, is_large(tail + at), table, &begin, error);
    free(tail);
    if (code) return code;
    bool fits = table->size >= 0 && table->offset >= 0 && table->size <= begin && table->offset <= begin - table->size;
    if (!fits) return broken(archive, begin, "the table of contents would lie outside the file", error);
    table->shift = begin - table->size - table->offset;
    return FACET_OK;
}

// ---- its entries --------------------------------------------------------------------------------------------------------

// Sizes and place that do not fit 32 bits stand in an extra field, in this order, those alone that did not fit.
static bool read_large(const uint8_t *extra, size_t size, struct zip_member *member) {
    int64_t *values[] = {&member->bytes, &member->packed, &member->place};
    while (size >= 4) {
        size_t part = zip_u16(extra + 2);
        if (part > size - 4) return true; // padding that some writers leave
        const uint8_t *at = extra + 4, *end = at + part;
        for (int i = 0; zip_u16(extra) == 1 && i < 3; i++) {
            if (*values[i] != 0xffffffff) continue;
            if (end - at < 8) return false;
            *values[i] = zip_u64(at), at += 8;
        }
        extra += 4 + part, size -= 4 + part;
    }
    return true;
}

static const char *why_not(const struct zip_member *member, const uint8_t *entry) {
    enum { UNIX = 3, KIND = 0170000, FILE_KIND = 0100000, LINK = 0120000 };
    unsigned kind = (zip_u32(entry + 38) >> 16) & KIND;
    if (member->flags & 1) return "is encrypted";
    if (entry[5] == UNIX && kind == LINK) return "is a link";
    if (entry[5] == UNIX && kind != 0 && kind != FILE_KIND) return "is no file";
    if (member->method != 0 && member->method != 8) return "is compressed in a way that is not read here (deflate is)";
    return NULL;
}

static int add_entry(struct files_listing *listing, const struct table *table, int64_t byte, const uint8_t *entry,
                     struct facet_error *error) {
    struct zip_member member = zip_member_of(entry + 8, (const char *)entry + ENTRY_SIZE, zip_u16(entry + 28));
    member.place = zip_u32(entry + 42);
    const uint8_t *extra = entry + ENTRY_SIZE + member.length;
    if (!read_large(extra, zip_u16(entry + 30), &member))
        return broken(listing->archive, byte, "a zip64 field that is too short", error);
    if (member.length > 0 && member.name[member.length - 1] == '/') return FACET_OK;
    const char *wrong = why_not(&member, entry);
    if (wrong) return files_refuse_member(listing, member.name, member.length, wrong, error);
    int64_t room = table->offset; // members lie before the table
    if (member.place < 0 || member.packed < 0 || member.bytes < 0 || member.place > room - ZIP_LOCAL_SIZE ||
        member.packed > room - ZIP_LOCAL_SIZE - member.place)
        return files_refuse_member(listing, member.name, member.length, "would lie outside the file", error);
    member.place += table->shift;
    return zip_add(listing, &member, error);
}

// The table passes through a buffer; an entry is at most 46 + 3 * 65535 bytes.
static int read_table(struct files_listing *listing, const struct table *table, struct facet_error *error) {
    enum { BUFFER = 1 << 19, LARGEST = ENTRY_SIZE + 3 * 65535 };
    const struct files_archive *archive = listing->archive;
    int64_t at = table->offset + table->shift, end = at + table->size;
    size_t have = 0, next = 0;
    int code = FACET_OK;
    uint8_t *buffer = malloc(BUFFER);
    if (!buffer) return files_no_memory(archive->whole, error);
    while (!code && at < end) {
        if (have - next < LARGEST && at + (int64_t)(have - next) < end) {
            int64_t left = end - at;
            have = left < BUFFER ? (size_t)left : BUFFER, next = 0;
            code = files_pread(archive->file, buffer, have, at, archive->whole, error);
            if (code) break;
        }
        const uint8_t *entry = buffer + next;
        size_t rest = have - next, size = ENTRY_SIZE;
        if (rest >= ENTRY_SIZE) size += zip_u16(entry + 28) + zip_u16(entry + 30) + zip_u16(entry + 32);
        if (rest < size || zip_u32(entry) != ZIP_ENTRY)
            code = broken(archive, at, "expected an entry of the table of contents", error);
        else
            code = add_entry(listing, table, at, entry, error);
        next += size, at += (int64_t)size;
    }
    free(buffer);
    return code;
}

// ---- members that share bytes -------------------------------------------------------------------------------------------

static int by_place(const void *a, const void *b) {
    const struct files_entry *x = a, *y = b;
    if (x->place != y->place) return x->place < y->place ? -1 : 1;
    return (x->packed > y->packed) - (x->packed < y->packed);
}

static int drop_overlaps(struct files_listing *listing, struct facet_error *error) {
    struct facet_files *files = listing->files;
    int64_t kept = listing->first, free_from = 0;
    int code = FACET_OK;
    if (files->count == kept) return FACET_OK;
    qsort(files->entries + kept, (size_t)(files->count - kept), sizeof *files->entries, by_place);
    for (int64_t i = listing->first; !code && i < files->count; i++) {
        const struct files_entry entry = files->entries[i];
        const char *name = files->text + entry.path;
        if (entry.place < free_from) {
            code = files_refuse_member(listing, name, strlen(name), "overlaps another member", error);
            continue;
        }
        free_from = entry.place + ZIP_LOCAL_SIZE + entry.packed;
        files->entries[kept++] = entry;
    }
    files->count = kept;
    return code;
}

// ---- a cut archive ------------------------------------------------------------------------------------------------------

// Without a table, members are found one after the other as long as their local headers tell their sizes.
static int salvage(struct files_listing *listing, struct facet_error *error) {
    struct facet_error ignored = {0};
    int64_t at = 0;
    int code = FACET_OK;
    while (!code) {
        char name[65535];
        struct zip_member member;
        int64_t data;
        if (zip_read_local(listing->archive, at, &member, name, &data, &ignored) != FACET_OK) break;
        if (member.flags & (1 | 8) || member.packed == 0xffffffff || data + member.packed > listing->archive->bytes)
            break;
        member.place = at;
        bool is_folder = member.length > 0 && member.name[member.length - 1] == '/';
        if (!is_folder && (member.method == 0 || member.method == 8)) code = zip_add(listing, &member, error);
        at = data + member.packed;
    }
    return code;
}

int zip_list(struct files_listing *listing, struct facet_error *error) {
    struct table table = {0};
    int code = find_table(listing->archive, &table, error);
    if (code && code != FACET_ERROR_MEMORY) {
        int salvaged = salvage(listing, error);
        return salvaged ? salvaged : code;
    }
    if (!code) code = read_table(listing, &table, error);
    int dropped = drop_overlaps(listing, code ? NULL : error);
    return code ? code : dropped;
}
