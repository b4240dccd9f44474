// The list of a dataset's files (facet/files.h).
#include "io/files/archive.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int files_no_memory(const char *root, struct facet_error *error) {
    return facet_error_set(error, FACET_ERROR_MEMORY, "%s: no memory for the list of its files", root);
}

int files_changed(const struct facet_files *files, const char *path, struct facet_error *error) {
    const char *since = files->indexed ? "indexed; run facet index again" : "listed";
    return facet_error_set(error, FACET_ERROR_IO, "%s: has changed since it was %s", path, since);
}

uint64_t files_stamp(const struct stat *status) {
    uint64_t seconds = (uint64_t)status->st_mtim.tv_sec, part = (uint64_t)status->st_mtim.tv_nsec;
    uint64_t stamp = (seconds * 1000000000u + part) ^ ((uint64_t)status->st_size << 20);
    return stamp ? stamp : 1;
}

bool files_wanted(const struct facet_files *files, const char *path) {
    return !files->wanted || files->wanted(files->context, path);
}

static bool grow(void **array, size_t used, size_t *room, size_t more, size_t size) {
    if (used + more <= *room) return true;
    size_t larger = *room + *room / 2 + more + 64;
    void *moved = larger > SIZE_MAX / size ? NULL : realloc(*array, larger * size);
    if (!moved) return false;
    *array = moved, *room = larger;
    return true;
}

int files_add(struct facet_files *files, const char *path, const struct files_entry *entry, struct facet_error *error) {
    size_t size = strlen(path) + 1, room = (size_t)files->room;
    void *text = files->text, *entries = files->entries;
    bool grown = grow(&text, files->text_size, &files->text_room, size, 1);
    files->text = text;
    grown = grown && grow(&entries, (size_t)files->count, &room, 1, sizeof *files->entries);
    files->entries = entries, files->room = (int64_t)room;
    if (!grown) return files_no_memory(files->root, error);
    struct files_entry *added = &files->entries[files->count++];
    *added = *entry;
    added->path = files->text_size;
    memcpy(files->text + files->text_size, path, size);
    files->text_size += size;
    return FACET_OK;
}

// An archive may hold a million members that are refused: so many notes are told.
enum { MOST_NOTES = 1000 };

int files_note(struct facet_files *files, struct facet_error *error, const char *format, ...) {
    va_list list;
    if (files->n_notes == MOST_NOTES) return files->n_notes_untold++, FACET_OK;
    char **notes = realloc(files->notes, ((size_t)files->n_notes + 1) * sizeof *notes);
    if (!notes) return files_no_memory(files->root, error);
    files->notes = notes;
    va_start(list, format);
    int length = vasprintf(&notes[files->n_notes], format, list);
    va_end(list);
    if (length < 0) return files_no_memory(files->root, error);
    files->n_notes++;
    return FACET_OK;
}

// ---- listing ------------------------------------------------------------------------------------------------------------

// Of files of the same path, one that lies unpacked comes first, then the first archive's, and of that the last member.
static int by_path(const void *a, const void *b, void *text) {
    const struct files_entry *x = a, *y = b;
    int order = strcmp((char *)text + x->path, (char *)text + y->path);
    if (order) return order;
    if (x->archive != y->archive) return x->archive < y->archive ? -1 : 1;
    return (x->place < y->place) - (x->place > y->place);
}

static int drop_doubles(struct facet_files *files, struct facet_error *error) {
    int64_t kept = 0;
    int code = FACET_OK;
    for (int64_t i = 0; !code && i < files->count; i++) {
        const struct files_entry *entry = &files->entries[i], *last = kept ? &files->entries[kept - 1] : NULL;
        const char *path = files->text + entry->path;
        if (!last || strcmp(path, files->text + last->path) != 0)
            files->entries[kept++] = *entry;
        else if (entry->archive == last->archive)
            code = files_note(files, error, "%s: holds %s twice; the last one counts",
                              files->archives[entry->archive - 1]->whole, path);
    }
    files->count = kept;
    return code;
}

static int by_text(const void *a, const void *b) {
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static void give_back(struct facet_files *files) {
    char *text = files->text_size ? realloc(files->text, files->text_size) : NULL;
    struct files_entry *entries = files->count ? realloc(files->entries, (size_t)files->count * sizeof *entries) : NULL;
    if (text) files->text = text, files->text_room = files->text_size;
    if (entries) files->entries = entries, files->room = files->count;
}

int files_put_in_order(struct facet_files *files, struct facet_error *error) {
    int code = FACET_OK;
    if (files->count) {
        qsort_r(files->entries, (size_t)files->count, sizeof *files->entries, by_path, files->text);
        code = drop_doubles(files, error);
    }
    if (files->n_notes) qsort(files->notes, (size_t)files->n_notes, sizeof *files->notes, by_text);
    give_back(files);
    return code;
}

// A root that is no folder must be an archive, whatever it is called.
int files_add_root(struct facet_files *files, struct facet_error *error) {
    struct stat status;
    uint8_t head[512];
    size_t size = 0, stem;
    int file = open(files->root, O_RDONLY | O_CLOEXEC);
    if (file < 0) return files_io_error(files->root, "opened", error);
    int code = fstat(file, &status) == 0 ? FACET_OK : files_io_error(files->root, "examined", error);
    if (!code) code = files_pread_some(file, head, sizeof head, 0, &size, files->root, error);
    close(file);
    if (code) return code;
    enum files_kind kind = files_kind_of_content(head, size);
    if (!kind) kind = files_kind_of_name(files->root, &stem);
    if (kind) return files_archive_add(files, kind, "", "", &status, error);
    return facet_error_set(error, FACET_ERROR_DATA, "%s: is neither a folder nor a zip, tar, tar.gz or tar.zst archive",
                           files->root);
}

static int list(struct facet_files *files, struct facet_error *error) {
    struct stat status;
    if (stat(files->root, &status) != 0) return files_io_error(files->root, "opened", error);
    int code = S_ISREG(status.st_mode) ? files_add_root(files, error) : files_walk(files, error);
    if (!code) code = files_list_archives(files, 0, error);
    return code ? code : files_put_in_order(files, error);
}

struct facet_files *files_create(const char *root, const struct facet_files_options *options) {
    struct facet_files *files = calloc(1, sizeof *files);
    if (!files) return NULL;
    files->wanted = options->wanted, files->context = options->context;
    files->max_file_bytes = options->max_file_bytes > 0 ? options->max_file_bytes : (int64_t)1 << 30;
    files->root = strdup(root), files->spacing = -1;
    files->pool = calloc(1, sizeof *files->pool);
    if (files->pool) pthread_mutex_init(&files->pool->lock, NULL);
    if (files->root && files->pool) return files;
    facet_files_close(files);
    return NULL;
}

int facet_files_open(const char *root, const struct facet_files_options *options, struct facet_files **files,
                     struct facet_error *error) {
    static const struct facet_files_options none = {0};
    if (!options) options = &none;
    *files = NULL;
    struct facet_files *made = files_create(root, options);
    if (!made) return files_no_memory(root, error);
    bool indexed = options->index && *options->index;
    int code = indexed ? files_read_index(made, options->index, error) : list(made, error);
    if (indexed) files_keep_wanted(made, 0, 0);
    if (code)
        facet_files_close(made);
    else
        *files = made;
    return code;
}

void facet_files_close(struct facet_files *files) {
    if (!files) return;
    for (int i = 0; i < files->n_archives; i++) files_archive_destroy(files->archives[i], files->pool);
    free(files->archives);
    if (files->pool) pthread_mutex_destroy(&files->pool->lock);
    free(files->pool);
    free(files->rooms), free(files->room_names);
    for (int64_t i = 0; i < files->n_notes; i++) free(files->notes[i]);
    free(files->notes);
    free(files->entries);
    free(files->text);
    free(files->root);
    free(files);
}

int64_t facet_files_count(const struct facet_files *files) {
    return files->count;
}

struct facet_file facet_files_get(const struct facet_files *files, int64_t index) {
    FACET_REQUIRE(index >= 0 && index < files->count);
    const struct files_entry *entry = &files->entries[index];
    uint64_t stamp = entry->archive ? files->archives[entry->archive - 1]->stamp : entry->stamp;
    return (struct facet_file){.path = files->text + entry->path, .bytes = entry->bytes, .stamp = stamp};
}

int64_t facet_files_find(const struct facet_files *files, const char *path) {
    for (int64_t low = 0, high = files->count; low < high;) {
        int64_t middle = low + (high - low) / 2;
        int order = strcmp(path, files->text + files->entries[middle].path);
        if (order == 0) return middle;
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return -1;
}

int64_t facet_files_notes(const struct facet_files *files) {
    return files->n_notes + (files->n_notes_untold > 0);
}

const char *facet_files_note(const struct facet_files *files, int64_t note) {
    FACET_REQUIRE(note >= 0 && note < facet_files_notes(files));
    return note < files->n_notes ? files->notes[note] : "more could not be listed than is told here";
}

// Before there is memory for it, and before anything is unpacked.
static int check_size(const struct facet_files *files, const struct files_entry *entry, struct facet_error *error) {
    const struct files_archive *archive = entry->archive ? files->archives[entry->archive - 1] : NULL;
    const char *whole = archive ? archive->whole : files->root, *name = files->text + entry->path;
    if (entry->bytes > files->max_file_bytes)
        return facet_error_set(error, FACET_ERROR_DATA, "%s: %s has %lld bytes, and more than %lld are not read", whole,
                               name, (long long)entry->bytes, (long long)files->max_file_bytes);
    if (archive && archive->kind == FILES_ZIP && files_is_bomb(entry->packed, entry->bytes))
        return facet_error_set(error, FACET_ERROR_DATA,
                               "%s: %s: %lld bytes would unpack to %lld, more than 1000 times as many", whole, name,
                               (long long)entry->packed, (long long)entry->bytes);
    if (archive && archive->kind == FILES_TAR && entry->bytes > archive->bytes - entry->place)
        return facet_error_set(error, FACET_ERROR_IO,
                               "%s: ends at byte %lld, in the middle of %s, which goes on to byte %lld", whole,
                               (long long)archive->bytes, name, (long long)entry->place + (long long)entry->bytes);
    return FACET_OK;
}

static int read_own(const struct facet_files *files, const struct files_entry *entry, const char *path, int file,
                    struct facet_bytes *bytes, struct facet_error *error) {
    struct stat status;
    if (fstat(file, &status) != 0) return files_io_error(path, "examined", error);
    if (!S_ISREG(status.st_mode) || status.st_size != entry->bytes || files_stamp(&status) != entry->stamp)
        return files_changed(files, path, error);
    int code = files_make_room(bytes, (size_t)entry->bytes, path, error);
    if (!code) code = files_pread(file, bytes->data, (size_t)entry->bytes, 0, path, error);
    if (!code) bytes->size = (size_t)entry->bytes;
    return code;
}

int facet_files_read(const struct facet_files *files, int64_t index, struct facet_bytes *bytes,
                     struct facet_error *error) {
    FACET_REQUIRE(index >= 0 && index < files->count);
    const struct files_entry *entry = &files->entries[index];
    const char *name = files->text + entry->path;
    char path[2 * PATH_MAX];
    bytes->size = 0;
    int code = check_size(files, entry, error);
    if (code) return code;
    if (entry->archive) return files_read_member(files, entry, bytes, error);
    snprintf(path, sizeof path, "%s/%s", files->root, name);
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0) return files_io_error(path, "opened", error);
    code = read_own(files, entry, path, file, bytes, error);
    close(file);
    return code;
}

int64_t facet_files_room(const struct facet_files *files, const char *field) {
    const char *name = files->room_names;
    if (files->indexed && !files->examined) return FACET_FILES_ANY_ROOM;
    for (int64_t i = 0; i < files->n_rooms; i++, name += strlen(name) + 1)
        if (strcmp(name, field) == 0) return files->rooms[i];
    return 0;
}
