// Members of archives become files of the list: their names are checked, and the archive takes the place of a folder.
#include "io/files/archive.h"

#include "io/files/unpack.h"

#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_POINTS = 2048, LEAST_SPACING = 1 << 20 }; // at most 64 MiB of windows in all

int files_note_archive(struct files_listing *listing, struct facet_error *error, const char *format, ...) {
    char text[FACET_ERROR_TEXT];
    va_list list;
    va_start(list, format);
    vsnprintf(text, sizeof text, format, list);
    va_end(list);
    return files_note(listing->files, error, "%s: %s", listing->archive->whole, text);
}

int files_refuse_member(struct files_listing *listing, const char *name, size_t length, const char *why,
                        struct facet_error *error) {
    return files_note_archive(listing, error, "left out %.*s, which %s", (int)(length < 200 ? length : 200), name, why);
}

// Names that would lead out of the archive, or that a path cannot hold; NULL: it is fine.
static const char *what_is_wrong(const char *name, size_t length) {
    if (length >= PATH_MAX / 2) return "has a name of more than 2047 bytes";
    if (memchr(name, '\0', length)) return "has a name with a zero byte in it";
    if (memchr(name, '\\', length)) return "has a name with a backslash in it";
    if (length > 0 && name[0] == '/') return "has an absolute path";
    for (size_t at = 0; at < length;) {
        const char *slash = memchr(name + at, '/', length - at);
        size_t end = slash ? (size_t)(slash - name) : length;
        if (end - at == 2 && name[at] == '.' && name[at + 1] == '.') return "leads out of the archive";
        at = end + 1;
    }
    return NULL;
}

// Without "." and empty names.
static size_t tidy(const char *name, size_t length, char *path) {
    size_t size = 0;
    for (size_t at = 0; at < length;) {
        const char *slash = memchr(name + at, '/', length - at);
        size_t end = slash ? (size_t)(slash - name) : length, part = end - at;
        if (part > 0 && !(part == 1 && name[at] == '.')) {
            if (size) path[size++] = '/';
            memcpy(path + size, name + at, part);
            size += part;
        }
        at = end + 1;
    }
    path[size] = '\0';
    return size;
}

int files_add_member(struct files_listing *listing, const char *name, size_t length, const struct files_entry *entry,
                     struct facet_error *error) {
    char path[PATH_MAX];
    const char *wrong = what_is_wrong(name, length), *folder = listing->archive->folder;
    if (wrong) return files_refuse_member(listing, name, length, wrong, error);
    int before = *folder ? snprintf(path, PATH_MAX / 2, "%s/", folder) : 0;
    if (before >= PATH_MAX / 2) return files_refuse_member(listing, name, length, "lies too deep", error);
    if (tidy(name, length, path + before) == 0) return files_refuse_member(listing, name, length, "has no name", error);
    struct files_entry member = *entry;
    member.archive = listing->number & 0x7fffffffu;
    return files_add(listing->files, path, &member, error);
}

// ---- an archive of one folder of its own name -----------------------------------------------------------------------

static const char *own_name(const struct files_archive *archive, size_t *length) {
    const char *slash = strrchr(archive->whole, '/'), *name = slash ? slash + 1 : archive->whole;
    files_kind_of_name(name, length);
    return name;
}

static size_t inside(const struct files_archive *archive) {
    return *archive->folder ? strlen(archive->folder) + 1 : 0;
}

static void drop_own_folder(struct files_listing *listing) {
    struct facet_files *files = listing->files;
    size_t length, before = inside(listing->archive);
    const char *name = own_name(listing->archive, &length);
    bool all = true;
    for (int64_t i = listing->first; all && i < files->count; i++) {
        const char *path = files->text + files->entries[i].path + before;
        all = strncmp(path, name, length) == 0 && path[length] == '/';
    }
    for (int64_t i = listing->first; all && i < files->count; i++) {
        char *path = files->text + files->entries[i].path + before;
        memmove(path, path + length + 1, strlen(path + length + 1) + 1);
    }
}

// ---- what is wanted ---------------------------------------------------------------------------------------------------

struct asked { // the folder asked about last: most members lie in the one that the member before lies in
    char folder[PATH_MAX];
    bool wanted;
};

static bool folder_wanted(const struct facet_files *files, struct asked *asked, char *path, size_t from) {
    char *slash = strrchr(path + from, '/');
    if (!slash) return true;
    size_t length = (size_t)(slash - path) + 1;
    if (strncmp(asked->folder, path, length) == 0 && asked->folder[length] == '\0') return asked->wanted;
    memcpy(asked->folder, path, length);
    asked->folder[length] = '\0', asked->wanted = true;
    for (char *at = strchr(path + from, '/'); asked->wanted && at; at = strchr(at + 1, '/')) {
        char next = at[1];
        at[1] = '\0';
        asked->wanted = files_wanted(files, path);
        at[1] = next;
    }
    return asked->wanted;
}

void files_keep_wanted(struct facet_files *files, int64_t first, size_t from) {
    struct asked asked = {.folder = ""};
    int64_t kept = first;
    if (!files->wanted) return;
    for (int64_t i = first; i < files->count; i++) {
        char *path = files->text + files->entries[i].path;
        if (folder_wanted(files, &asked, path, from) && files_wanted(files, path))
            files->entries[kept++] = files->entries[i];
    }
    files->count = kept;
}

// ---- all archives -----------------------------------------------------------------------------------------------------

static int list_members(struct files_listing *listing, struct facet_error *broken) {
    struct files_archive *archive = listing->archive;
    int code = files_archive_take(listing->files, archive, broken);
    if (code) return code;
    code = archive->kind == FILES_ZIP ? zip_list(listing, broken) : tar_list(listing, broken);
    files_archive_give(listing->files, archive);
    return code;
}

static int list_one(struct facet_files *files, int number, struct facet_error *error) {
    struct files_archive *archive = files->archives[number];
    struct files_listing listing = {files, archive, (uint32_t)number + 1, files->count};
    struct facet_error broken = {0};
    int code = list_members(&listing, &broken);
    bool useless = !*archive->folder && files->count == listing.first; // it is the root, and there is nothing in it
    if (code == FACET_ERROR_MEMORY || (code && useless)) {
        if (error) *error = broken;
        return code;
    }
    if (code) code = files_note(files, error, "%s", broken.text);
    drop_own_folder(&listing);
    files_keep_wanted(files, listing.first, inside(archive));
    archive->members = files->count - listing.first;
    return code;
}

// A point every MiB, and fewer when they would be very many: as told, or by what there is, and 64 of an archive deep down.
int files_prepare_archives(struct facet_files *files, int first, struct facet_error *error) {
    int64_t packed = 0, spacing = files->spacing;
    for (int i = first; i < files->n_archives; i++)
        if (files_is_packed(files->archives[i]->kind)) packed += files->archives[i]->bytes;
    if (spacing < 0) spacing = packed / MOST_POINTS;
    for (int i = first; i < files->n_archives; i++) {
        struct files_archive *archive = files->archives[i];
        int64_t own = files->spacing >= 0 && strchr(archive->path, '/') ? archive->bytes / 64 : spacing;
        if (!files_is_packed(archive->kind)) continue;
        archive->points = unpack_points_create(own > LEAST_SPACING ? own : LEAST_SPACING);
        if (!archive->points) return files_no_memory(files->root, error);
    }
    return FACET_OK;
}

static int by_path(const void *a, const void *b) {
    const struct files_archive *const *x = a, *const *y = b;
    return strcmp((*x)->path, (*y)->path);
}

int files_list_archives(struct facet_files *files, int first, struct facet_error *error) {
    int n = files->n_archives - first;
    if (n > 1) qsort(files->archives + first, (size_t)n, sizeof(void *), by_path);
    int code = files_prepare_archives(files, first, error);
    for (int i = first; !code && i < files->n_archives; i++) {
        bool taken = false;
        code = files_take_known(files, i, &taken, error);
        if (!code && !taken) code = list_one(files, i, error);
    }
    return code;
}
