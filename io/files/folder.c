// Everything below a folder, links followed.
#include "io/files/archive.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { DEEPEST = 128 };

struct level { // a folder that is being read, inside the one above
    const struct level *above;
    dev_t device;
    ino_t node;
    int depth;
};

struct walk {
    struct facet_files *files;
    char path[PATH_MAX]; // from the root
    size_t length;
};

static int walk_folder(struct walk *walk, const struct level *above, int at, const char *name,
                       struct facet_error *error);

static int failed(const struct walk *walk, const char *what, struct facet_error *error) {
    char path[2 * PATH_MAX];
    snprintf(path, sizeof path, "%s%s%s", walk->files->root, walk->length ? "/" : "", walk->path);
    return files_io_error(path, what, error);
}

static bool inside_itself(const struct level *level) {
    for (const struct level *up = level->above; up; up = up->above)
        if (up->device == level->device && up->node == level->node) return true;
    return false;
}

static int enter(struct walk *walk, const struct level *level, int at, const char *name, struct facet_error *error) {
    int code = FACET_OK;
    walk->path[walk->length] = '/', walk->path[walk->length + 1] = '\0';
    if (files_wanted(walk->files, walk->path)) {
        walk->path[walk->length] = '\0';
        code = walk_folder(walk, level, at, name, error);
    }
    return code;
}

static int visit_archive(struct walk *walk, enum files_kind kind, size_t stem, const struct stat *status,
                         struct facet_error *error) {
    char folder[PATH_MAX];
    memcpy(folder, walk->path, stem);
    folder[stem] = '/', folder[stem + 1] = '\0';
    if (!files_wanted(walk->files, folder)) return FACET_OK;
    folder[stem] = '\0';
    return files_archive_add(walk->files, kind, walk->path, folder, status, error);
}

static int visit(struct walk *walk, const struct level *level, int at, const char *name, struct facet_error *error) {
    struct stat status;
    if (fstatat(at, name, &status, 0) != 0) {
        if (errno == ENOENT || errno == ELOOP)
            return files_note(walk->files, error, "%s: is a link that leads nowhere", walk->path);
        return failed(walk, "examined", error);
    }
    if (S_ISDIR(status.st_mode)) return enter(walk, level, at, name, error);
    size_t stem;
    enum files_kind kind = files_kind_of_name(walk->path, &stem);
    if (S_ISREG(status.st_mode) && kind) return visit_archive(walk, kind, stem, &status, error);
    if (!S_ISREG(status.st_mode) || !files_wanted(walk->files, walk->path)) return FACET_OK;
    struct files_entry entry = {.bytes = (int64_t)status.st_size, .stamp = files_stamp(&status)};
    return files_add(walk->files, walk->path, &entry, error);
}

static int visit_name(struct walk *walk, const struct level *level, int at, const char *name,
                      struct facet_error *error) {
    size_t before = walk->length, size = strlen(name);
    if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0) return FACET_OK;
    if (before + size + 3 > sizeof walk->path)
        return files_note(walk->files, error, "%s: a path below it is longer than %d bytes", walk->path, PATH_MAX - 3);
    if (before) walk->path[walk->length++] = '/';
    memcpy(walk->path + walk->length, name, size + 1);
    walk->length += size;
    int code = visit(walk, level, at, name, error);
    walk->length = before, walk->path[before] = '\0';
    return code;
}

static int read_names(struct walk *walk, const struct level *level, DIR *folder, struct facet_error *error) {
    int code = FACET_OK;
    struct dirent *entry = NULL;
    while (!code) {
        errno = 0;
        entry = readdir(folder);
        if (!entry) break;
        code = visit_name(walk, level, dirfd(folder), entry->d_name, error);
    }
    return !code && !entry && errno ? failed(walk, "listed", error) : code;
}

static int walk_folder(struct walk *walk, const struct level *above, int at, const char *name,
                       struct facet_error *error) {
    struct stat status;
    int file = openat(at, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (file < 0) return failed(walk, "opened", error);
    DIR *folder = fdopendir(file);
    if (!folder || fstat(file, &status) != 0) {
        int code = failed(walk, "listed", error);
        if (folder)
            closedir(folder);
        else
            close(file);
        return code;
    }
    struct level level = {above, status.st_dev, status.st_ino, above ? above->depth + 1 : 0};
    int code = FACET_OK;
    if (inside_itself(&level))
        code = files_note(walk->files, error, "%s: is a link to a folder that it lies in", walk->path);
    else if (level.depth > DEEPEST)
        code = files_note(walk->files, error, "%s: lies more than %d folders deep", walk->path, DEEPEST);
    else
        code = read_names(walk, &level, folder, error);
    closedir(folder);
    return code;
}

int files_walk_from(struct facet_files *files, const char *name, struct facet_error *error) {
    struct walk walk = {.files = files};
    struct stat status;
    int file = open(files->root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (file < 0) return failed(&walk, "opened", error);
    int code = fstat(file, &status) == 0 ? FACET_OK : failed(&walk, "examined", error);
    struct level level = {NULL, status.st_dev, status.st_ino, 0};
    if (!code) code = visit_name(&walk, &level, file, name, error);
    close(file);
    return code;
}

int files_walk(struct facet_files *files, struct facet_error *error) {
    struct walk walk = {.files = files};
    return walk_folder(&walk, NULL, AT_FDCWD, files->root, error);
}
