// Lists of files in HDF5: written by `facet index`, read by who opens its file instead of listing.
#include "io/files/index.h"

#include "io/files/archive.h"
#include "io/files/unpack.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

// ---- columns --------------------------------------------------------------------------------------------------------

static int write_numbers(struct facet_store *store, const char *name, enum facet_type type, int64_t count, void *data,
                         struct facet_error *error) {
    static uint8_t nothing[8];
    struct facet_array array = {.type = type, .rank = 1, .dims = {count}, .data = data ? data : nothing};
    return facet_store_write(store, name, &array, error);
}

// One value a thing: put in by `fill`, which knows the things.
typedef int64_t fill(const struct facet_files *files, int64_t index);

static int write_column(struct facet_store *store, const char *name, const struct facet_files *files, int64_t count,
                        fill *value, struct facet_error *error) {
    int64_t *data = malloc((size_t)count * sizeof *data + 1);
    if (!data) return files_no_memory(files->root, error);
    for (int64_t i = 0; i < count; i++) data[i] = value(files, i);
    int code = write_numbers(store, name, FACET_I64, count, data, error);
    free(data);
    return code;
}

static int64_t file_bytes(const struct facet_files *files, int64_t i) {
    return files->entries[i].bytes;
}
static int64_t file_stamp(const struct facet_files *files, int64_t i) {
    return (int64_t)facet_files_get(files, i).stamp;
}
static int64_t file_archive(const struct facet_files *files, int64_t i) {
    return (int64_t)files->entries[i].archive - 1;
}
static int64_t file_place(const struct facet_files *files, int64_t i) {
    return files->entries[i].archive ? files->entries[i].place : 0;
}
static int64_t file_packed(const struct facet_files *files, int64_t i) {
    return files->entries[i].archive ? files->entries[i].packed : 0;
}
// The checksum, and whether it is deflated in bit 32.
static int64_t file_check(const struct facet_files *files, int64_t i) {
    return (int64_t)files->entries[i].crc | (int64_t)files->entries[i].is_deflated << 32;
}
static int64_t archive_kind(const struct facet_files *files, int64_t i) {
    return files->archives[i]->kind;
}
static int64_t archive_bytes(const struct facet_files *files, int64_t i) {
    return files->archives[i]->bytes;
}
static int64_t archive_stamp(const struct facet_files *files, int64_t i) {
    return (int64_t)files->archives[i]->stamp;
}

static int64_t archive_members(const struct facet_files *files, int64_t i) {
    return files->archives[i]->members;
}

// ---- texts: each with its zero, one after the other -----------------------------------------------------------------

typedef const char *tell(const struct facet_files *files, int64_t index);

static const char *file_path(const struct facet_files *files, int64_t i) {
    return files->text + files->entries[i].path;
}
static const char *archive_path(const struct facet_files *files, int64_t i) {
    return files->archives[i]->path;
}
static const char *archive_folder(const struct facet_files *files, int64_t i) {
    return files->archives[i]->folder;
}

static int write_texts(struct facet_store *store, const char *name, const struct facet_files *files, int64_t count,
                       tell *text, struct facet_error *error) {
    size_t size = 0;
    for (int64_t i = 0; i < count; i++) size += strlen(text(files, i)) + 1;
    char *all = malloc(size + 1), *end = all;
    if (!all) return files_no_memory(files->root, error);
    for (int64_t i = 0; i < count; i++) end = stpcpy(end, text(files, i)) + 1;
    int code = write_numbers(store, name, FACET_U8, (int64_t)size, all, error);
    free(all);
    return code;
}

// ---- points of entry ------------------------------------------------------------------------------------------------

enum { POINT_NUMBERS = 5 }; // archive, in, out, bits, window

static int64_t count_points(const struct facet_files *files, int64_t *windows) {
    int64_t count = 0;
    *windows = 0;
    for (int a = 0; a < files->n_archives; a++) {
        int64_t n = files->archives[a]->points ? unpack_points_count(files->archives[a]->points) : 0;
        for (int64_t i = 0; i < n; i++) *windows += unpack_points_get(files->archives[a]->points, i)->window_size;
        count += n;
    }
    return count;
}

static void fill_points(const struct facet_files *files, int64_t *numbers, uint8_t *windows) {
    for (int a = 0; a < files->n_archives; a++) {
        int64_t n = files->archives[a]->points ? unpack_points_count(files->archives[a]->points) : 0;
        for (int64_t i = 0; i < n; i++, numbers += POINT_NUMBERS) {
            const struct unpack_point *point = unpack_points_get(files->archives[a]->points, i);
            const int64_t values[POINT_NUMBERS] = {a, point->in, point->out, point->bits, point->window_size};
            memcpy(numbers, values, sizeof values);
            memcpy(windows, point->window, point->window_size);
            windows += point->window_size;
        }
    }
}

static int write_points(const struct facet_files *files, struct facet_store *store, struct facet_error *error) {
    int64_t size, count = count_points(files, &size);
    int64_t *numbers = malloc((size_t)count * POINT_NUMBERS * sizeof *numbers + 1);
    uint8_t *windows = malloc((size_t)size + 1);
    int code = numbers && windows ? FACET_OK : files_no_memory(files->root, error);
    if (!code) {
        fill_points(files, numbers, windows);
        code = write_numbers(store, "archives/points", FACET_I64, count * POINT_NUMBERS, numbers, error);
    }
    if (!code) code = write_numbers(store, "archives/windows", FACET_U8, size, windows, error);
    free(numbers), free(windows);
    return code;
}

int files_index_write(const struct facet_files *files, struct facet_store *store, struct facet_error *error) {
    static const struct {
        const char *name;
        fill *value;
        bool of_archives, of_members;
    } columns[] = {{"files/bytes", file_bytes, false, false},      {"files/stamp", file_stamp, false, false},
                   {"files/archive", file_archive, false, true},   {"files/place", file_place, false, true},
                   {"files/packed", file_packed, false, true},     {"files/check", file_check, false, true},
                   {"archives/kind", archive_kind, true, false},   {"archives/bytes", archive_bytes, true, false},
                   {"archives/stamp", archive_stamp, true, false}, {"archives/members", archive_members, true, false}};
    char *root = realpath(files->root, NULL);
    int code = facet_store_write_string(store, "root", root ? root : files->root, error);
    free(root);
    if (!code) code = write_texts(store, "files/path", files, files->count, file_path, error);
    for (size_t i = 0; !code && i < sizeof columns / sizeof *columns; i++) {
        if (columns[i].of_members && !files->n_archives) continue;
        code = write_column(store, columns[i].name, files, columns[i].of_archives ? files->n_archives : files->count,
                            columns[i].value, error);
    }
    if (!code) code = write_texts(store, "archives/path", files, files->n_archives, archive_path, error);
    if (!code) code = write_texts(store, "archives/folder", files, files->n_archives, archive_folder, error);
    if (!code) code = write_texts(store, "notes", files, facet_files_notes(files), facet_files_note, error);
    return code ? code : write_points(files, store, error);
}

// ---- reading --------------------------------------------------------------------------------------------------------

struct reading {
    struct facet_store *store;
    const char *path;
    struct facet_files *files;
};

static int broken(const struct reading *r, const char *name, struct facet_error *error) {
    return facet_error_set(error, FACET_ERROR_DATA, "%s: %s is not as facet index writes it", r->path, name);
}

static int read_numbers(const struct reading *r, const char *name, int64_t count, int64_t **numbers,
                        struct facet_error *error) {
    struct facet_array array;
    int code = facet_store_read(r->store, name, FACET_I64, &array, error);
    *numbers = NULL;
    if (code) return code;
    if (array.rank != 1 || array.dims[0] != count) {
        facet_array_free(&array);
        return broken(r, name, error);
    }
    *numbers = array.data;
    return FACET_OK;
}

// So many texts; *text is the caller's.
static int read_texts(const struct reading *r, const char *name, int64_t count, char **text, size_t *size,
                      struct facet_error *error) {
    struct facet_array array;
    int64_t found = 0;
    int code = facet_store_read(r->store, name, FACET_U8, &array, error);
    *text = NULL;
    if (code) return code;
    const char *bytes = array.data;
    *size = array.rank == 1 ? (size_t)array.dims[0] : 0;
    for (const char *end = bytes; array.rank == 1 && end; found += end != NULL) {
        end = memchr(end, '\0', *size - (size_t)(end - bytes));
        if (end) end++;
    }
    if (array.rank != 1 || found != count || (*size && bytes[*size - 1])) {
        facet_array_free(&array);
        return broken(r, name, error);
    }
    *text = array.data;
    return FACET_OK;
}

static int take_column(const struct reading *r, const char *name, void (*take)(struct files_entry *, int64_t),
                       struct facet_error *error) {
    int64_t *numbers;
    int code = read_numbers(r, name, r->files->count, &numbers, error);
    for (int64_t i = 0; !code && i < r->files->count; i++) take(&r->files->entries[i], numbers[i]);
    free(numbers);
    return code;
}

static void take_bytes(struct files_entry *entry, int64_t value) {
    entry->bytes = value;
}
static void take_stamp(struct files_entry *entry, int64_t value) {
    entry->stamp = (uint64_t)value;
}
static void take_archive(struct files_entry *entry, int64_t value) {
    entry->archive = (uint32_t)(value + 1) & 0x7fffffffu;
}
static void take_place(struct files_entry *entry, int64_t value) {
    entry->place = value;
}
static void take_packed(struct files_entry *entry, int64_t value) {
    if (entry->archive) entry->packed = value;
}
static void take_check(struct files_entry *entry, int64_t value) {
    entry->crc = (uint32_t)value, entry->is_deflated = value >> 32 & 1;
}

static int place_paths(const struct reading *r, struct facet_error *error) {
    struct facet_files *files = r->files;
    const char *before = NULL, *path = files->text;
    for (int64_t i = 0; i < files->count; i++) {
        if (before && strcmp(before, path) >= 0) return broken(r, "files/path", error);
        files->entries[i] = (struct files_entry){.path = (uint64_t)(path - files->text)};
        before = path, path += strlen(path) + 1;
    }
    return FACET_OK;
}

static int check_entries(const struct reading *r, struct facet_error *error) {
    for (int64_t i = 0; i < r->files->count; i++) {
        const struct files_entry *entry = &r->files->entries[i];
        if (entry->bytes < 0 || entry->place < 0 || (int64_t)entry->archive > r->files->n_archives ||
            (entry->archive && entry->packed < 0))
            return broken(r, "files", error);
    }
    return FACET_OK;
}

static int read_files(const struct reading *r, struct facet_error *error) {
    static const struct {
        const char *name;
        void (*take)(struct files_entry *, int64_t);
    } columns[] = {{"files/bytes", take_bytes}, {"files/stamp", take_stamp},   {"files/archive", take_archive},
                   {"files/place", take_place}, {"files/packed", take_packed}, {"files/check", take_check}};
    struct facet_files *files = r->files;
    struct facet_array shape;
    int code = facet_store_shape(r->store, "files/bytes", &shape, error);
    if (code) return code;
    files->count = files->room = shape.rank == 1 ? shape.dims[0] : 0;
    code = read_texts(r, "files/path", files->count, &files->text, &files->text_size, error);
    if (code) return files->count = 0, code;
    files->text_room = files->text_size;
    files->entries = malloc((size_t)files->count * sizeof *files->entries + 1);
    if (!files->entries) return files->count = 0, files_no_memory(r->path, error);
    code = place_paths(r, error);
    for (size_t i = 0; !code && i < (files->n_archives ? 6 : 2); i++)
        code = take_column(r, columns[i].name, columns[i].take, error);
    return code ? code : check_entries(r, error);
}

static int add_archives(const struct reading *r, const char *path, const char *folder, const int64_t *const *numbers,
                        int64_t count, struct facet_error *error) {
    int code = FACET_OK;
    for (int64_t i = 0; !code && i < count; i++) {
        const struct stat nothing = {0};
        if (numbers[0][i] < FILES_ZIP || numbers[0][i] > FILES_TAR_ZST) return broken(r, "archives/kind", error);
        code = files_archive_add(r->files, (enum files_kind)numbers[0][i], path, folder, &nothing, error);
        if (code) break;
        struct files_archive *archive = r->files->archives[i];
        archive->bytes = numbers[1][i], archive->stamp = (uint64_t)numbers[2][i];
        archive->members = numbers[3][i];
        path += strlen(path) + 1, folder += strlen(folder) + 1;
    }
    return code;
}

static int read_archives(const struct reading *r, struct facet_error *error) {
    struct facet_array shape;
    int64_t *numbers[4] = {0};
    char *paths = NULL, *folders = NULL;
    size_t size;
    int code = facet_store_shape(r->store, "archives/kind", &shape, error);
    int64_t count = !code && shape.rank == 1 ? shape.dims[0] : 0;
    if (!code) code = read_numbers(r, "archives/kind", count, &numbers[0], error);
    if (!code) code = read_numbers(r, "archives/bytes", count, &numbers[1], error);
    if (!code) code = read_numbers(r, "archives/stamp", count, &numbers[2], error);
    if (!code) code = read_numbers(r, "archives/members", count, &numbers[3], error);
    if (!code) code = read_texts(r, "archives/path", count, &paths, &size, error);
    if (!code) code = read_texts(r, "archives/folder", count, &folders, &size, error);
    if (!code) code = add_archives(r, paths, folders, (const int64_t *const *)numbers, count, error);
    if (!code) code = files_prepare_archives(r->files, 0, error);
    for (int i = 0; i < 4; i++) free(numbers[i]);
    free(paths), free(folders);
    return code;
}

static int add_point(const struct reading *r, const int64_t *number, const uint8_t *window, struct facet_error *error) {
    if (number[0] < 0 || number[0] >= r->files->n_archives || !r->files->archives[number[0]]->points || number[1] < 1 ||
        number[2] < 0 || number[3] < 0 || number[3] > 7)
        return broken(r, "archives/points", error);
    struct unpack_point *point = malloc(sizeof *point + (size_t)number[4]);
    if (!point) return files_no_memory(r->path, error);
    *point = (struct unpack_point){number[1], number[2], (int)number[3], (uint32_t)number[4]};
    memcpy(point->window, window, point->window_size);
    unpack_points_add(r->files->archives[number[0]]->points, point);
    return FACET_OK;
}

static int read_points(const struct reading *r, struct facet_error *error) {
    struct facet_array numbers = {0}, windows = {0};
    int code = facet_store_read(r->store, "archives/points", FACET_I64, &numbers, error);
    if (!code) code = facet_store_read(r->store, "archives/windows", FACET_U8, &windows, error);
    int64_t used = 0, count = !code && numbers.rank == 1 ? numbers.dims[0] / POINT_NUMBERS : 0;
    const int64_t *number = numbers.data;
    for (int64_t i = 0; !code && i < count; i++, number += POINT_NUMBERS) {
        if (number[4] < 0 || number[4] > UNPACK_WINDOW || number[4] > windows.dims[0] - used)
            code = broken(r, "archives/points", error);
        else
            code = add_point(r, number, (const uint8_t *)windows.data + used, error);
        used += number[4];
    }
    facet_array_free(&numbers), facet_array_free(&windows);
    return code;
}

static int read_notes(const struct reading *r, struct facet_error *error) {
    struct facet_array text;
    int code = facet_store_read(r->store, "notes", FACET_U8, &text, error);
    if (code) return code;
    const char *note = text.data, *end = note + (text.rank == 1 ? text.dims[0] : 0);
    if (end > note && end[-1]) code = broken(r, "notes", error);
    for (; !code && note < end; note += strlen(note) + 1) code = files_note(r->files, error, "%s", note);
    facet_array_free(&text);
    return code;
}

static int read_rooms(const struct reading *r, struct facet_error *error) {
    struct facet_files *files = r->files;
    struct facet_array rooms = {0};
    char *names = NULL;
    size_t size;
    files->examined = facet_store_has(r->store, "scans/room");
    if (!files->examined) return FACET_OK;
    int code = facet_store_read(r->store, "scans/room", FACET_I64, &rooms, error);
    int64_t count = !code && rooms.rank == 1 ? rooms.dims[0] : 0;
    if (!code) code = read_texts(r, "scans/fields", count, &names, &size, error);
    if (code) return facet_array_free(&rooms), code;
    files->rooms = rooms.data, files->room_names = names, files->n_rooms = count;
    return FACET_OK;
}

// ---- the root -------------------------------------------------------------------------------------------------------------

// What lies at the file's place, or at its archive's, is what was indexed.
static bool is_there(const struct facet_files *files, const struct files_entry *entry) {
    const struct files_archive *archive = entry->archive ? files->archives[entry->archive - 1] : NULL;
    struct stat status;
    char path[PATH_MAX];
    if (archive) return stat(archive->whole, &status) == 0 && files_stamp(&status) == archive->stamp;
    snprintf(path, sizeof path, "%s/%s", files->root, files->text + entry->path);
    return stat(path, &status) == 0 && files_stamp(&status) == entry->stamp;
}

// A dataset may be moved, or seen under another name; the index of another one is refused. Each row's file is compared when
// it is loaded, so that a few of them are enough here.
static int check_moved(const struct reading *r, const char *was, struct facet_error *error) {
    enum { LOOKED_AT = 32 };
    const struct facet_files *files = r->files;
    int64_t step = files->count / LOOKED_AT + 1;
    for (int64_t i = 0; i < files->count; i += step)
        if (!is_there(files, &files->entries[i]))
            return facet_error_set(error, FACET_ERROR_DATA,
                                   "%s: is an index of %s, and %s below %s is not the file it knows: it is of another "
                                   "dataset; remove it and "
                                   "run facet index again",
                                   r->path, was, files->text + files->entries[i].path, files->root);
    return FACET_OK;
}

static int check_root(const struct reading *r, const char *was, struct facet_error *error) {
    char *now = realpath(r->files->root, NULL); // NULL: opening it says why
    int code = now && strcmp(was, now) != 0 ? check_moved(r, was, error) : FACET_OK;
    free(now);
    return code;
}

static int read_root(const struct reading *r, char ***was, struct facet_error *error) {
    int64_t count;
    int code = facet_store_read_strings(r->store, "root", was, &count, error);
    return !code && count != 1 ? broken(r, "root", error) : code;
}

static int check_schema(const struct reading *r, struct facet_error *error) {
    char **texts;
    int64_t count;
    int code = facet_store_read_strings(r->store, "schema", &texts, &count, error);
    if (code == FACET_ERROR_DATA || (!code && (count != 1 || strcmp(texts[0], FILES_INDEX_SCHEMA) != 0)))
        code =
            facet_error_set(error, FACET_ERROR_DATA, "%s: is no index that this version of facet index makes", r->path);
    free(texts);
    return code;
}

static int read_all(const struct reading *r, char ***root, struct facet_error *error) {
    int code = check_schema(r, error);
    if (!code) code = read_root(r, root, error);
    if (!code) code = read_archives(r, error);
    if (!code) code = read_files(r, error);
    if (!code) code = read_points(r, error);
    if (!code) code = read_notes(r, error);
    return code ? code : read_rooms(r, error);
}

int files_read_index(struct facet_files *files, const char *path, struct facet_error *error) {
    struct reading r = {.path = path, .files = files};
    char **root = NULL;
    files->indexed = true;
    int code = facet_store_open(path, &r.store, error);
    if (!code) code = read_all(&r, &root, error);
    if (code == FACET_ERROR_DATA || (code == FACET_ERROR_IO && access(path, R_OK) == 0))
        facet_error_append(error, "; remove it and run facet index again");
    if (!code) code = check_root(&r, *root, error);
    free(root);
    facet_store_close(r.store);
    return code;
}

int files_index_open(const char *path, const char *root, struct facet_files **files, struct facet_error *error) {
    return facet_files_open(root, &(struct facet_files_options){.index = path}, files, error);
}
