#include "folder/folder.h"

#include <stdlib.h>
#include <string.h>

static bool leaves_root(const char *path) {
    const char *up = strstr(path, "..");
    return *path == '/' || (up && (up == path || up[-1] == '/') && (up[2] == '/' || up[2] == '\0'));
}

int folder_read_file(const struct folder *folder, const struct folder_row *row, const char *path,
                     struct facet_bytes *bytes, struct facet_error *error) {
    int64_t file = facet_files_find(folder->files, path);
    const char *slash = strrchr(folder->labels, '/');
    if (file >= 0) return facet_files_read(folder->files, file, bytes, error);
    return facet_error_set(error, FACET_ERROR_IO, "%s line %lld names %s, %s%s", slash ? slash + 1 : folder->labels,
                           (long long)row->line, path,
                           leaves_root(path) ? "but paths start from root and stay below it" : "which does not exist",
                           strchr(path, '\\') ? "; folders are parted by /" : "");
}

static int put_landmarks(const struct folder *folder, const struct folder_row *entry, const struct facet_mesh *mesh,
                         struct dataset_worker *worker, struct facet_block *block, int64_t row,
                         struct facet_error *error) {
    float landmarks[FACET_LANDMARKS][4];
    int64_t n;
    if (folder->rows.landmarks < 0) return FACET_OK;
    int code = folder_read_landmarks(folder, entry, mesh, worker, landmarks, &n, error);
    if (code) return dataset_forgive(&folder->rows, "landmarks", code, block, row, error);
    return dataset_put_landmarks(&folder->rows, landmarks, n, block, row, error);
}

static int put_colours(const struct folder *folder, const struct folder_row *entry, const struct facet_mesh *mesh,
                       struct dataset_worker *worker, struct facet_block *block, int64_t row,
                       struct facet_error *error) {
    uint8_t *colours = NULL;
    struct facet_image picture = {0};
    if (folder->rows.colours < 0) return FACET_OK;
    int code = folder_read_colours(folder, entry, mesh, worker, &colours, &picture, error);
    if (code) return dataset_forgive(&folder->rows, "a picture", code, block, row, error);
    code = dataset_put_colours(&folder->rows, mesh, colours, block, row, error);
    if (!code) code = dataset_put_picture(&folder->rows, mesh, &picture, block, row, error);
    free(colours);
    facet_image_free(&picture);
    return code;
}

static int load_with(const struct folder *folder, int64_t index, struct dataset_worker *worker,
                     struct facet_block *block, int64_t row, struct facet_error *error) {
    struct folder_row entry = folder_manifest_row(folder->manifest, index);
    const struct facet_mesh *mesh = NULL;
    int code = folder_read_file(folder, &entry, entry.path, &worker->bytes, error);
    if (!code)
        code = facet_scan_parse(worker->reader, entry.path, worker->bytes.data, worker->bytes.size, &mesh, error);
    if (!code) code = dataset_put_mesh(&folder->rows, entry.path, mesh, block, row, error);
    if (!code) code = put_landmarks(folder, &entry, mesh, worker, block, row, error);
    if (!code) code = put_colours(folder, &entry, mesh, worker, block, row, error);
    return code;
}

int folder_load(const void *self, int64_t index, struct facet_block *block, int64_t row, struct facet_error *error) {
    const struct folder *folder = self;
    struct dataset_worker *worker = dataset_pool_take(folder->pool);
    if (!worker) return facet_error_set(error, FACET_ERROR_MEMORY, "no memory to read a scan");
    int code = load_with(folder, index, worker, block, row, error);
    dataset_pool_give(folder->pool, worker);
    return code;
}
