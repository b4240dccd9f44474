#include "folder/folder.h"

#include <facet/block.h>

#include <stdlib.h>
#include <string.h>

struct folder_worker *folder_worker_take(struct folder_pool *pool) {
    pthread_mutex_lock(&pool->lock);
    struct folder_worker *worker = pool->free;
    if (worker) pool->free = worker->next;
    pthread_mutex_unlock(&pool->lock);
    if (worker) return worker;
    worker = calloc(1, sizeof *worker);
    if (worker && !(worker->reader = facet_scan_reader_create())) {
        free(worker);
        worker = NULL;
    }
    return worker;
}

void folder_worker_give(struct folder_pool *pool, struct folder_worker *worker) {
    if (!worker) return;
    pthread_mutex_lock(&pool->lock);
    worker->next = pool->free;
    pool->free = worker;
    pthread_mutex_unlock(&pool->lock);
}

void folder_pool_destroy(struct folder_pool *pool) {
    if (!pool) return;
    for (struct folder_worker *worker = pool->free, *next; worker; worker = next) {
        next = worker->next;
        facet_scan_reader_destroy(worker->reader);
        facet_bytes_free(&worker->bytes);
        facet_bytes_free(&worker->more);
        free(worker);
    }
    pthread_mutex_destroy(&pool->lock);
    free(pool);
}

static bool leaves_root(const char *path) {
    const char *up = strstr(path, "..");
    return *path == '/' || (up && (up == path || up[-1] == '/') && (up[2] == '/' || up[2] == '\0'));
}

int folder_read_file(const struct folder *folder, const struct folder_row *row, const char *path,
                     struct facet_bytes *bytes, struct facet_error *error) {
    int64_t file = facet_files_find(folder->files, path);
    const char *slash = strrchr(folder->labels, '/');
    if (file >= 0) return facet_files_read(folder->files, file, bytes, error);
    return facet_error_set(error, FACET_ERROR_IO, "%s line %lld names %s, %s", slash ? slash + 1 : folder->labels,
                           (long long)row->line, path,
                           leaves_root(path) ? "but paths start from root and stay below it" : "which does not exist");
}

static int check_room(const struct folder *folder, const struct folder_row *row, const struct facet_mesh *mesh,
                      struct facet_error *error) {
    if (mesh->n_vertices <= folder->max_vertices && mesh->n_triangles <= folder->max_triangles) return FACET_OK;
    return facet_error_set(error, FACET_ERROR_DATA,
                           "%s has %lld vertices and %lld triangles, but there is room for %lld and %lld; raise "
                           "max_vertices and max_triangles",
                           row->path, (long long)mesh->n_vertices, (long long)mesh->n_triangles,
                           (long long)folder->max_vertices, (long long)folder->max_triangles);
}

static int put(struct facet_block *block, int field, int64_t row, int64_t count, const void *values, size_t step,
               struct facet_error *error) {
    int code = facet_block_resize(block, field, row, count, error);
    if (!code && count > 0) memcpy(facet_block_data(block, field, row), values, (size_t)count * step);
    return code;
}

static int put_mesh(const struct folder *folder, const struct facet_mesh *mesh, struct facet_block *block, int64_t row,
                    struct facet_error *error) {
    int code = facet_block_resize(block, FOLDER_VERTICES, row, mesh->n_vertices, error);
    if (!code)
        code =
            put(block, FOLDER_TRIANGLES, row, mesh->n_triangles, mesh->triangles, 3 * sizeof *mesh->triangles, error);
    if (code) return code;
    float *vertices = facet_block_data(block, FOLDER_VERTICES, row);
    for (int64_t i = 0; i < 3 * mesh->n_vertices; i++) vertices[i] = (float)(folder->unit * mesh->vertices[i]);
    return FACET_OK;
}

static int put_landmarks(const struct folder *folder, const struct folder_row *entry, const struct facet_mesh *mesh,
                         struct folder_worker *worker, struct facet_block *block, int64_t row,
                         struct facet_error *error) {
    float landmarks[FACET_LANDMARKS][4];
    int64_t n;
    if (folder->landmarks < 0) return FACET_OK;
    int code = folder_read_landmarks(folder, entry, mesh, worker, landmarks, &n, error);
    return code ? code : put(block, folder->landmarks, row, n, landmarks, sizeof *landmarks, error);
}

static int put_colours(const struct folder *folder, const struct folder_row *entry, const struct facet_mesh *mesh,
                       struct folder_worker *worker, struct facet_block *block, int64_t row,
                       struct facet_error *error) {
    uint8_t *colours = NULL;
    if (folder->colours < 0) return FACET_OK;
    int code = folder_read_colours(folder, entry, mesh, worker, &colours, error);
    if (!code) code = put(block, folder->colours, row, colours ? mesh->n_vertices : 0, colours, 3, error);
    free(colours);
    return code;
}

static int load_with(const struct folder *folder, int64_t index, struct folder_worker *worker,
                     struct facet_block *block, int64_t row, struct facet_error *error) {
    struct folder_row entry = folder_manifest_row(folder->manifest, index);
    const struct facet_mesh *mesh = NULL;
    int code = folder_read_file(folder, &entry, entry.path, &worker->bytes, error);
    if (!code)
        code = facet_scan_parse(worker->reader, entry.path, worker->bytes.data, worker->bytes.size, &mesh, error);
    if (!code) code = check_room(folder, &entry, mesh, error);
    if (!code) code = put_mesh(folder, mesh, block, row, error);
    if (!code) code = put_landmarks(folder, &entry, mesh, worker, block, row, error);
    if (!code) code = put_colours(folder, &entry, mesh, worker, block, row, error);
    return code;
}

int folder_load(const void *self, int64_t index, struct facet_block *block, int64_t row, struct facet_error *error) {
    const struct folder *folder = self;
    struct folder_worker *worker = folder_worker_take(folder->pool);
    if (!worker) return facet_error_set(error, FACET_ERROR_MEMORY, "no memory to read a scan");
    int code = load_with(folder, index, worker, block, row, error);
    folder_worker_give(folder->pool, worker);
    return code;
}
