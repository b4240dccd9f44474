// Archives: which they are, keeping them open, and reading members.
#include "io/files/archive.h"

#include "io/files/unpack.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

enum { MOST_OPEN = 64, MOST_IDLE = 8, MOST_IDLE_BYTES = 64 << 20 };

enum files_kind files_kind_of_name(const char *name, size_t *stem) {
    static const struct {
        const char *suffix;
        enum files_kind kind;
    } suffixes[] = {{".zip", FILES_ZIP},    {".tar", FILES_TAR},         {".tar.gz", FILES_TAR_GZ},
                    {".tgz", FILES_TAR_GZ}, {".tar.zst", FILES_TAR_ZST}, {".tzst", FILES_TAR_ZST}};
    size_t length = strlen(name);
    for (size_t i = 0; i < sizeof suffixes / sizeof *suffixes; i++) {
        size_t size = strlen(suffixes[i].suffix);
        if (length <= size || strcasecmp(name + length - size, suffixes[i].suffix) != 0) continue;
        if (name[length - size - 1] == '/') continue;
        *stem = length - size;
        return suffixes[i].kind;
    }
    *stem = length;
    return FILES_NO_ARCHIVE;
}

enum files_kind files_kind_of_content(const uint8_t *head, size_t size) {
    if (size >= 4 && memcmp(head, "PK\3\4", 4) == 0) return FILES_ZIP;
    if (size >= 4 && memcmp(head, "PK\5\6", 4) == 0) return FILES_ZIP;
    if (size >= 2 && head[0] == 0x1f && head[1] == 0x8b) return FILES_TAR_GZ;
    if (size >= 4 && memcmp(head, "\x28\xb5\x2f\xfd", 4) == 0) return FILES_TAR_ZST;
    if (size >= 4 && (head[0] & 0xf0) == 0x50 && memcmp(head + 1, "\x2a\x4d\x18", 3) == 0) return FILES_TAR_ZST;
    return size >= 512 && memcmp(head + 257, "ustar", 5) == 0 ? FILES_TAR : FILES_NO_ARCHIVE;
}

bool files_is_packed(enum files_kind kind) {
    return kind == FILES_TAR_GZ || kind == FILES_TAR_ZST;
}

bool files_is_bomb(int64_t packed, int64_t bytes) {
    return bytes > 1 << 20 && bytes / 1000 > packed;
}

static struct files_archive *archive_create(const char *root, const char *path, const char *folder) {
    struct files_archive *archive = calloc(1, sizeof *archive);
    if (!archive) return NULL;
    archive->file = -1;
    archive->path = strdup(path), archive->folder = strdup(folder);
    if (asprintf(&archive->whole, "%s%s%s", root, *path ? "/" : "", path) < 0) archive->whole = NULL;
    if (archive->path && archive->folder && archive->whole) return archive;
    files_archive_destroy(archive, NULL); // which has no decompressor yet
    return NULL;
}

int files_archive_add(struct facet_files *files, enum files_kind kind, const char *path, const char *folder,
                      const struct stat *status, struct facet_error *error) {
    if ((files->n_archives & (files->n_archives - 1)) == 0) {
        size_t room = files->n_archives ? 2 * (size_t)files->n_archives : 1;
        struct files_archive **larger = realloc(files->archives, room * sizeof *larger);
        if (!larger) return files_no_memory(files->root, error);
        files->archives = larger;
    }
    struct files_archive *archive = archive_create(files->root, path, folder);
    if (!archive) return files_no_memory(files->root, error);
    archive->kind = kind, archive->bytes = (int64_t)status->st_size, archive->stamp = files_stamp(status);
    files->archives[files->n_archives++] = archive;
    return FACET_OK;
}

static void drop_idle(struct files_archive *archive, struct files_pool *pool) {
    while (archive->idle) {
        struct unpack *next = archive->idle->idle;
        pool->idle_bytes -= archive->idle->held;
        unpack_destroy(archive->idle);
        archive->idle = next;
    }
    archive->n_idle = 0;
}

static void shut(struct files_archive *archive, struct files_pool *pool) {
    drop_idle(archive, pool);
    if (archive->file >= 0) close(archive->file);
    archive->file = -1;
}

void files_archive_destroy(struct files_archive *archive, struct files_pool *pool) {
    if (!archive) return;
    shut(archive, pool);
    unpack_points_destroy(archive->points);
    free(archive->path), free(archive->folder), free(archive->whole);
    free(archive);
}

static void shut_the_oldest(const struct facet_files *files) {
    struct files_archive *oldest = NULL;
    for (int i = 0; i < files->n_archives; i++) {
        struct files_archive *archive = files->archives[i];
        if (archive->file < 0 || archive->users > 0) continue;
        if (!oldest || archive->used < oldest->used) oldest = archive;
    }
    if (!oldest) return;
    shut(oldest, files->pool);
    files->pool->open--;
}

static int open_archive(const struct facet_files *files, struct files_archive *archive, struct facet_error *error) {
    if (files->pool->open >= MOST_OPEN) shut_the_oldest(files);
    archive->file = open(archive->whole, O_RDONLY | O_CLOEXEC);
    if (archive->file < 0) return files_io_error(archive->whole, "opened", error);
    files->pool->open++;
    return FACET_OK;
}

// Asked at every reading: a file that is open may be written over, and members of a tar have no checksum.
static int check_unchanged(const struct facet_files *files, const struct files_archive *archive,
                           struct facet_error *error) {
    struct stat status;
    if (fstat(archive->file, &status) != 0) return files_io_error(archive->whole, "examined", error);
    if (status.st_size == archive->bytes && files_stamp(&status) == archive->stamp) return FACET_OK;
    return files_changed(files, archive->whole, error);
}

int files_archive_take(const struct facet_files *files, struct files_archive *archive, struct facet_error *error) {
    pthread_mutex_lock(&files->pool->lock);
    int code = archive->file < 0 ? open_archive(files, archive, error) : FACET_OK;
    if (!code) archive->users++, archive->used = ++files->pool->clock;
    pthread_mutex_unlock(&files->pool->lock);
    if (code) return code;
    code = check_unchanged(files, archive, error);
    if (code) files_archive_give(files, archive);
    return code;
}

void files_archive_give(const struct facet_files *files, struct files_archive *archive) {
    pthread_mutex_lock(&files->pool->lock);
    archive->users--;
    pthread_mutex_unlock(&files->pool->lock);
}

// The idle decompressor that stands nearest before a place; without one, any that is idle once there are enough.
int files_unpack_take(const struct facet_files *files, struct files_archive *archive, int64_t place,
                      struct unpack **unpack, struct facet_error *error) {
    pthread_mutex_lock(&files->pool->lock);
    struct unpack **best = NULL;
    for (struct unpack **at = &archive->idle; *at; at = &(*at)->idle) {
        bool fits = (*at)->out <= place, best_fits = best && (*best)->out <= place;
        if (fits ? !best_fits || (*at)->out > (*best)->out : !best && archive->n_idle >= MOST_IDLE) best = at;
    }
    *unpack = best ? *best : NULL;
    if (best) *best = (*best)->idle, archive->n_idle--, files->pool->idle_bytes -= (*unpack)->held;
    pthread_mutex_unlock(&files->pool->lock);
    return *unpack ? FACET_OK : unpack_create(archive, unpack, error);
}

// Windows may be large: those of other archives go first, and of one archive at least one stays.
static bool make_idle_room(const struct facet_files *files, struct files_archive *archive, size_t bytes) {
    for (int i = 0; i < files->n_archives && files->pool->idle_bytes + bytes > MOST_IDLE_BYTES; i++)
        if (files->archives[i] != archive) drop_idle(files->archives[i], files->pool);
    return archive->n_idle == 0 || files->pool->idle_bytes + bytes <= MOST_IDLE_BYTES;
}

void files_unpack_give(const struct facet_files *files, struct files_archive *archive, struct unpack *unpack,
                       bool is_sound) {
    unpack->held = sizeof *unpack + unpack->ops->bytes(unpack);
    pthread_mutex_lock(&files->pool->lock);
    bool kept = is_sound && archive->n_idle < MOST_IDLE && make_idle_room(files, archive, unpack->held);
    if (kept) {
        unpack->idle = archive->idle, archive->idle = unpack, archive->n_idle++;
        files->pool->idle_bytes += unpack->held;
    }
    pthread_mutex_unlock(&files->pool->lock);
    if (!kept) unpack_destroy(unpack);
}

int files_read_member(const struct facet_files *files, const struct files_entry *entry, struct facet_bytes *bytes,
                      struct facet_error *error) {
    struct files_archive *archive = files->archives[entry->archive - 1];
    const char *name = files->text + entry->path;
    int code = files_archive_take(files, archive, error);
    if (code) return facet_error_prefix(error, "%s", name), code;
    code = archive->kind == FILES_ZIP ? zip_read(archive, entry, name, bytes, error)
                                      : tar_read(files, archive, entry, name, bytes, error);
    files_archive_give(files, archive);
    if (!code) bytes->size = (size_t)entry->bytes;
    return code;
}
