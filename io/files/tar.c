// tar: headers of 512 bytes, each before its member's data (POSIX.1-2017 pax; GNU's long names), plain or compressed.
#include "io/files/tar.h"

#include "io/files/unpack.h"

#include <stdlib.h>
#include <string.h>

enum { BUFFER = 1 << 16, LARGEST_TEXT = BUFFER - TAR_BLOCK, BEHIND_JUMP = 4096 };

// What of the archive, as it is unpacked, passes by.
struct input {
    const struct files_archive *archive;
    struct unpack *unpack; // NULL: it is not compressed
    uint8_t *buffer;
    int64_t at; // of the buffer's first byte
    size_t have;
};

struct reading {
    struct files_listing *listing;
    struct input input;
    struct tar_extra extra; // told ahead of the next member
    int64_t at;
    bool is_lost; // looking for the next header
};

// Behind a large member comes the next header, and then most likely another large member: little is read ahead there.
static int get_more(struct input *input, int64_t at, struct facet_error *error) {
    bool jumps = at - input->at > 2 * BUFFER;
    int code = FACET_OK;
    input->at = at, input->have = 0;
    if (!input->unpack)
        return files_pread_some(input->archive->file, input->buffer, jumps ? BEHIND_JUMP : BUFFER, at, &input->have,
                                input->archive->whole, error);
    code = unpack_seek(input->unpack, at, error);
    if (!code && input->unpack->out == at)
        code = unpack_read(input->unpack, input->buffer, BUFFER, &input->have, error);
    return input->have ? FACET_OK : code; // what came before the break counts
}

// *got < size: the archive ends there.
static int get(struct input *input, int64_t at, size_t size, const uint8_t **bytes, size_t *got,
               struct facet_error *error) {
    int code = FACET_OK;
    if (at < input->at || at + (int64_t)size > input->at + (int64_t)input->have) code = get_more(input, at, error);
    size_t skipped = (size_t)(at - input->at), rest = input->have > skipped ? input->have - skipped : 0;
    *bytes = input->buffer + skipped, *got = rest < size ? rest : size;
    return code;
}

static int note_cut(struct reading *reading, int64_t end, const char *where, struct facet_error *error) {
    return facet_error_set(error, FACET_ERROR_IO, "%s: ends at byte %lld%s, %s", reading->listing->archive->whole,
                           (long long)end, reading->input.unpack ? " of what is in it" : "", where);
}

static int take_text(struct reading *reading, const struct tar_header *header, int64_t data,
                     struct facet_error *error) {
    const uint8_t *text;
    size_t got;
    if (header->bytes > LARGEST_TEXT)
        return facet_error_set(error, FACET_ERROR_DATA, "%s: byte %lld: a name or attributes of %lld bytes",
                               reading->listing->archive->whole, (long long)data, (long long)header->bytes);
    int code = get(&reading->input, data, (size_t)header->bytes, &text, &got, error);
    if (code) return code;
    if ((int64_t)got < header->bytes)
        return note_cut(reading, data + (int64_t)got, "in the middle of a member's name", error);
    return tar_extra_take(&reading->extra, header, text, reading->listing->archive->whole, data, error);
}

static int take_member(struct reading *reading, struct tar_header *header, int64_t data, struct facet_error *error) {
    struct tar_extra *extra = &reading->extra;
    const char *name = extra->name ? extra->name : header->name;
    size_t length = extra->name ? extra->length : strlen(header->name);
    const char *why = extra->is_sparse ? "has holes" : tar_why_not(header);
    struct files_entry entry = {.bytes = header->bytes, .place = data};
    int code = FACET_OK;
    if (why)
        code = files_refuse_member(reading->listing, name, length, why, error);
    else if (header->kind != '5' && (length == 0 || name[length - 1] != '/'))
        code = files_add_member(reading->listing, name, length, &entry, error);
    tar_extra_clear(extra);
    return code;
}

static int found_again(struct reading *reading, struct facet_error *error) {
    reading->is_lost = false;
    return files_note_archive(reading->listing, error, "goes on at byte %lld", (long long)reading->at);
}

static int lost(struct reading *reading, struct facet_error *error) {
    int code = FACET_OK;
    if (!reading->is_lost)
        code = files_note_archive(reading->listing, error, "byte %lld: expected the header of a member",
                                  (long long)reading->at);
    reading->is_lost = true;
    reading->at += TAR_BLOCK;
    return code;
}

// A map of holes that is too long for its header goes on in blocks behind it, which no size counts.
static int skip_map(struct reading *reading, const uint8_t *block, int64_t *data, struct facet_error *error) {
    enum { GOES_ON = 482, STILL_GOES_ON = 504 };
    bool more = block[GOES_ON] != 0;
    int code = FACET_OK;
    while (more && !code) {
        size_t got;
        code = get(&reading->input, *data, TAR_BLOCK, &block, &got, error);
        more = got == TAR_BLOCK && block[STILL_GOES_ON] != 0;
        *data += TAR_BLOCK;
    }
    return code;
}

// One header and what belongs to it.
static int step(struct reading *reading, const uint8_t *block, struct facet_error *error) {
    struct tar_header header;
    int code = FACET_OK;
    if (!tar_read_header(block, &header)) return lost(reading, error);
    if (reading->is_lost) code = found_again(reading, error);
    if (code) return code;
    int64_t data = reading->at + TAR_BLOCK;
    if (header.kind == 'S') code = skip_map(reading, block, &data, error);
    if (code) return code;
    bool is_text = tar_is_text(&header);
    if (!is_text && reading->extra.has_size) header.bytes = reading->extra.bytes;
    if (!tar_has_data(&header)) header.bytes = 0;
    if (header.bytes > INT64_MAX - data - TAR_BLOCK)
        return facet_error_set(error, FACET_ERROR_DATA, "%s: byte %lld: a member of %lld bytes",
                               reading->listing->archive->whole, (long long)reading->at, (long long)header.bytes);
    code = is_text ? take_text(reading, &header, data, error) : take_member(reading, &header, data, error);
    reading->at = data + (header.bytes + TAR_BLOCK - 1) / TAR_BLOCK * TAR_BLOCK;
    return code;
}

static int64_t end_of(const struct reading *reading) {
    const struct input *input = &reading->input;
    return input->unpack ? input->unpack->out : reading->listing->archive->bytes;
}

static int read_all(struct reading *reading, struct facet_error *error) {
    static const uint8_t zeros[TAR_BLOCK];
    int code = FACET_OK;
    while (!code) {
        const uint8_t *block;
        size_t got;
        code = get(&reading->input, reading->at, TAR_BLOCK, &block, &got, error);
        if (code) break;
        if (got < TAR_BLOCK) {
            if (reading->is_lost) break; // told already
            const char *where = reading->at > end_of(reading) ? "in the middle of its last member"
                                                              : "without the empty blocks that end an archive";
            code = note_cut(reading, end_of(reading), where, error);
        } else if (memcmp(block, zeros, TAR_BLOCK) == 0 && !reading->is_lost) {
            break;
        } else {
            code = step(reading, block, error);
        }
    }
    return code;
}

// To the end of a compressed archive, so that its checksum is looked at.
static int finish(struct reading *reading, struct facet_error *error) {
    struct input *input = &reading->input;
    int code = FACET_OK;
    while (!code && input->unpack && !input->unpack->ended)
        code = unpack_read(input->unpack, input->buffer, BUFFER, &input->have, error);
    return code;
}

int tar_list(struct files_listing *listing, struct facet_error *error) {
    struct reading reading = {.listing = listing, .input = {.archive = listing->archive}};
    int code = FACET_OK;
    reading.input.buffer = malloc(BUFFER);
    if (!reading.input.buffer) return files_no_memory(listing->archive->whole, error);
    if (files_is_packed(listing->archive->kind)) code = unpack_create(listing->archive, &reading.input.unpack, error);
    if (!code) code = read_all(&reading, error);
    if (!code) code = finish(&reading, error);
    tar_extra_clear(&reading.extra);
    unpack_destroy(reading.input.unpack);
    free(reading.input.buffer);
    return code;
}

// ---- reading ------------------------------------------------------------------------------------------------------------

static int read_unpacked(struct unpack *unpack, const struct files_entry *entry, const char *name,
                         struct facet_bytes *bytes, struct facet_error *error) {
    size_t got = 0;
    int code = unpack_seek(unpack, entry->place, error);
    if (!code && unpack->out == entry->place)
        code = unpack_read(unpack, bytes->data, (size_t)entry->bytes, &got, error);
    if (code) return facet_error_prefix(error, "%s", name), code;
    if (got == (size_t)entry->bytes) return FACET_OK;
    return facet_error_set(error, FACET_ERROR_IO, "%s: ends at byte %lld of what is in it, before the end of %s",
                           unpack->path, (long long)unpack->out, name);
}

int tar_read(const struct facet_files *files, struct files_archive *archive, const struct files_entry *entry,
             const char *name, struct facet_bytes *bytes, struct facet_error *error) {
    struct unpack *unpack;
    int code = files_make_room(bytes, (size_t)entry->bytes, name, error);
    if (code) return code;
    if (!files_is_packed(archive->kind)) {
        code = files_pread(archive->file, bytes->data, (size_t)entry->bytes, entry->place, archive->whole, error);
        return code ? facet_error_prefix(error, "%s", name), code : code;
    }
    code = files_unpack_take(files, archive, entry->place, &unpack, error);
    if (code) return code;
    code = read_unpacked(unpack, entry, name, bytes, error);
    files_unpack_give(files, archive, unpack, code == FACET_OK);
    return code;
}
