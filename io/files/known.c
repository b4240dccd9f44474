// An archive that did not change since an earlier list was made need not be read to be listed.
#include "io/files/archive.h"
#include "io/files/unpack.h"

#include <stdlib.h>
#include <string.h>

static int find(const struct facet_files *known, const struct files_archive *archive) {
    for (int low = 0, high = known->n_archives; low < high;) {
        int middle = low + (high - low) / 2, order = strcmp(archive->path, known->archives[middle]->path);
        if (order == 0) return middle;
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return -1;
}

static bool is_same(const struct files_archive *a, const struct files_archive *b) {
    return a->bytes == b->bytes && a->stamp == b->stamp && a->kind == b->kind && strcmp(a->folder, b->folder) == 0;
}

// Notes begin with the archive they are about.
static bool is_noted(const struct facet_files *known, const struct files_archive *archive) {
    size_t length = strlen(archive->whole);
    for (int64_t i = 0; i < facet_files_notes(known); i++) {
        const char *note = facet_files_note(known, i);
        if (known->n_notes_untold || (strncmp(note, archive->whole, length) == 0 && note[length] == ':')) return true;
    }
    return false;
}

static int copy_point(struct unpack_points *to, const struct unpack_point *from, const struct facet_files *files,
                      struct facet_error *error) {
    struct unpack_point *point = malloc(sizeof *point + from->window_size);
    if (!point) return files_no_memory(files->root, error);
    memcpy(point, from, sizeof *point + from->window_size);
    unpack_points_add(to, point);
    return FACET_OK;
}

// All members lie below the archive's folder, and the list is in order.
static int64_t first_below(const struct facet_files *known, const char *folder) {
    int64_t low = 0, high = known->count;
    while (low < high) {
        int64_t middle = low + (high - low) / 2;
        if (strcmp(known->text + known->entries[middle].path, folder) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

// Adds the members, or with files NULL only counts them.
static int copy_members(struct facet_files *files, uint32_t number, const struct facet_files *known, uint32_t old,
                        int64_t *count, struct facet_error *error) {
    const char *folder = known->archives[old - 1]->folder;
    size_t length = strlen(folder);
    int code = FACET_OK;
    *count = 0;
    for (int64_t i = first_below(known, folder); !code && i < known->count; i++) {
        const char *path = known->text + known->entries[i].path;
        struct files_entry entry = known->entries[i];
        if (strncmp(path, folder, length) != 0) break;
        if (entry.archive != old) continue;
        entry.archive = number & 0x7fffffffu;
        if (files) code = files_add(files, path, &entry, error);
        ++*count;
    }
    return code;
}

// Where files that lie there unpacked hid members from the earlier list, and need not any more, it is listed again.
int files_take_known(struct facet_files *files, int number, bool *taken, struct facet_error *error) {
    struct files_archive *archive = files->archives[number];
    const struct facet_files *known = files->known;
    int old = known ? find(known, archive) : -1;
    int64_t count = 0;
    *taken = old >= 0 && is_same(archive, known->archives[old]) && !is_noted(known, archive);
    if (*taken) copy_members(NULL, 0, known, (uint32_t)old + 1, &count, NULL);
    *taken = *taken && count == known->archives[old]->members;
    if (!*taken) return FACET_OK;
    const struct files_archive *from = known->archives[old];
    archive->members = from->members;
    int code = copy_members(files, (uint32_t)number + 1, known, (uint32_t)old + 1, &count, error);
    int64_t points = archive->points && from->points ? unpack_points_count(from->points) : 0;
    for (int64_t i = 0; !code && i < points; i++)
        code = copy_point(archive->points, unpack_points_get(from->points, i), files, error);
    return code;
}
