// A list made of parts: each entry of the root may be listed by another process.
#include "io/files/archive.h"
#include "io/files/index.h"
#include "io/files/unpack.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MOST_POINTS = 2048 };

static int by_name(const void *a, const void *b) {
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static int add_name(struct files_top *top, const char *root, const char *name, struct facet_error *error) {
    char **names = realloc(top->names, ((size_t)top->count + 1) * sizeof *names);
    if (!names) return files_no_memory(root, error);
    top->names = names;
    names[top->count] = strdup(name);
    if (!names[top->count]) return files_no_memory(root, error);
    top->count++;
    return FACET_OK;
}

static int read_top(DIR *folder, const char *root, struct files_top *top, struct facet_error *error) {
    int code = FACET_OK;
    struct dirent *entry = NULL;
    while (!code) {
        errno = 0;
        entry = readdir(folder);
        if (!entry) break;
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            code = add_name(top, root, entry->d_name, error);
    }
    return !code && !entry && errno ? files_io_error(root, "listed", error) : code;
}

// So far apart that the windows of all archives here are at most 64 MiB; those deeper down have a bound of their own.
static int64_t spacing_of(int folder, const struct files_top *top) {
    int64_t packed = 0;
    struct stat status;
    size_t stem;
    for (int i = 0; i < top->count; i++)
        if (files_is_packed(files_kind_of_name(top->names[i], &stem)) &&
            fstatat(folder, top->names[i], &status, 0) == 0)
            packed += (int64_t)status.st_size;
    return packed / MOST_POINTS;
}

int files_top_list(const char *root, struct files_top *top, struct facet_error *error) {
    struct stat status;
    *top = (struct files_top){0};
    if (stat(root, &status) != 0) return files_io_error(root, "opened", error);
    if (!S_ISDIR(status.st_mode)) {
        top->spacing = (int64_t)status.st_size / MOST_POINTS;
        return add_name(top, root, "", error);
    }
    DIR *folder = opendir(root);
    if (!folder) return files_io_error(root, "opened", error);
    int code = read_top(folder, root, top, error);
    if (!code && top->count) qsort(top->names, (size_t)top->count, sizeof *top->names, by_name);
    if (!code) top->spacing = spacing_of(dirfd(folder), top);
    closedir(folder);
    if (code) files_top_free(top);
    return code;
}

void files_top_free(struct files_top *top) {
    for (int i = 0; i < top->count; i++) free(top->names[i]);
    free(top->names);
    *top = (struct files_top){0};
}

int files_parts_begin(const char *root, int64_t spacing, const struct facet_files *known, struct facet_files **files,
                      struct facet_error *error) {
    *files = files_create(root, &(struct facet_files_options){0});
    if (!*files) return files_no_memory(root, error);
    (*files)->spacing = spacing, (*files)->known = known;
    return FACET_OK;
}

int files_part_add(struct facet_files *files, const char *name, struct facet_error *error) {
    int before = files->n_archives;
    int code = *name ? files_walk_from(files, name, error) : files_add_root(files, error);
    return code ? code : files_list_archives(files, before, error);
}

// ---- putting parts together -----------------------------------------------------------------------------------------

static int move_entries(struct facet_files *files, const struct facet_files *part, uint32_t archives,
                        struct facet_error *error) {
    int code = FACET_OK;
    for (int64_t i = 0; !code && i < part->count; i++) {
        struct files_entry entry = part->entries[i];
        if (entry.archive) entry.archive = (entry.archive + archives) & 0x7fffffffu;
        code = files_add(files, part->text + entry.path, &entry, error);
    }
    for (int64_t i = 0; !code && i < part->n_notes; i++) code = files_note(files, error, "%s", part->notes[i]);
    files->n_notes_untold += part->n_notes_untold;
    return code;
}

int files_part_move(struct facet_files *files, struct facet_files *part, struct facet_error *error) {
    int before = files->n_archives, more = part->n_archives;
    struct files_archive **archives = realloc(files->archives, (size_t)(before + more + 1) * sizeof *archives);
    if (!archives) return files_no_memory(files->root, error);
    if (more) memcpy(archives + before, part->archives, (size_t)more * sizeof *archives);
    files->archives = archives, files->n_archives = before + more, part->n_archives = 0;
    return move_entries(files, part, (uint32_t)before, error);
}

struct numbered {
    struct files_archive *archive;
    uint32_t was;
};

static int by_path(const void *a, const void *b) {
    const struct numbered *x = a, *y = b;
    return strcmp(x->archive->path, y->archive->path);
}

// Archives are numbered in the order of their paths, whoever listed them.
static int renumber(struct facet_files *files, struct facet_error *error) {
    size_t n = (size_t)files->n_archives;
    struct numbered *order = malloc((n + 1) * sizeof *order);
    uint32_t *now = malloc((n + 1) * sizeof *now);
    int code = order && now ? FACET_OK : files_no_memory(files->root, error);
    for (size_t i = 0; !code && i < n; i++) order[i] = (struct numbered){files->archives[i], (uint32_t)i};
    if (!code && n) qsort(order, n, sizeof *order, by_path);
    for (size_t i = 0; !code && i < n; i++) files->archives[i] = order[i].archive, now[order[i].was] = (uint32_t)i;
    for (int64_t i = 0; !code && i < files->count; i++)
        if (files->entries[i].archive)
            files->entries[i].archive = (now[files->entries[i].archive - 1] + 1) & 0x7fffffffu;
    free(order), free(now);
    return code;
}

int files_parts_end(struct facet_files *files, struct facet_error *error) {
    files->known = NULL;
    int code = renumber(files, error);
    return code ? code : files_put_in_order(files, error);
}
