#include "dataset/reading.h"

#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

// ---- who reads ------------------------------------------------------------------------------------------------------
struct dataset_pool {
    pthread_mutex_t lock;
    struct dataset_worker *free;
};

struct dataset_pool *dataset_pool_create(void) {
    struct dataset_pool *pool = calloc(1, sizeof *pool);
    if (pool) pthread_mutex_init(&pool->lock, NULL);
    return pool;
}

void dataset_pool_destroy(struct dataset_pool *pool) {
    if (!pool) return;
    for (struct dataset_worker *worker = pool->free, *next; worker; worker = next) {
        next = worker->next;
        facet_scan_reader_destroy(worker->reader);
        facet_bytes_free(&worker->bytes);
        facet_bytes_free(&worker->more);
        free(worker);
    }
    pthread_mutex_destroy(&pool->lock);
    free(pool);
}

struct dataset_worker *dataset_pool_take(struct dataset_pool *pool) {
    pthread_mutex_lock(&pool->lock);
    struct dataset_worker *worker = pool->free;
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

void dataset_pool_give(struct dataset_pool *pool, struct dataset_worker *worker) {
    if (!worker) return;
    pthread_mutex_lock(&pool->lock);
    worker->next = pool->free;
    pool->free = worker;
    pthread_mutex_unlock(&pool->lock);
}

// ---- what a row holds -----------------------------------------------------------------------------------------------
enum { VERTICES, TRIANGLES };

struct dataset_rows dataset_rows_of(const struct facet_params *given) {
    return (struct dataset_rows){.max_vertices = facet_param_int(given, "max_vertices"),
                                 .max_triangles = facet_param_int(given, "max_triangles"),
                                 .unit = facet_param_float(given, "unit_mm"),
                                 .landmarks = -1,
                                 .colours = -1,
                                 .keep_broken = strcmp(facet_param_string(given, "broken_extras"), "keep") == 0};
}

void dataset_rows_declare(struct dataset_rows *rows, bool landmarks, bool colours, struct facet_field *fields,
                          int *n_fields) {
    fields[VERTICES] = (struct facet_field){
        .name = "vertices", .type = FACET_F32, .rank = 2, .dims = {rows->max_vertices, 3}, .ragged = true};
    fields[TRIANGLES] = (struct facet_field){
        .name = "triangles", .type = FACET_I32, .rank = 2, .dims = {rows->max_triangles, 3}, .ragged = true};
    *n_fields = TRIANGLES + 1;
    if (landmarks) {
        rows->landmarks = *n_fields;
        fields[(*n_fields)++] = (struct facet_field){
            .name = "landmarks", .type = FACET_F32, .rank = 2, .dims = {FACET_LANDMARKS, 4}, .ragged = true};
    }
    if (!colours) return;
    rows->colours = *n_fields;
    fields[(*n_fields)++] = (struct facet_field){
        .name = "colours", .type = FACET_U8, .rank = 2, .dims = {rows->max_vertices, 3}, .ragged = true};
}

void dataset_rows_widen(struct dataset_rows *rows, const struct facet_mesh *mesh) {
    int64_t vertices = mesh->n_vertices + mesh->n_vertices / 4, triangles = mesh->n_triangles + mesh->n_triangles / 4;
    if (vertices > rows->max_vertices) rows->max_vertices = vertices;
    if (triangles > rows->max_triangles) rows->max_triangles = triangles;
}

bool dataset_rows_from_index(struct dataset_rows *rows, const struct facet_files *files) {
    rows->max_vertices = facet_files_room(files, "vertices");
    rows->max_triangles = facet_files_room(files, "triangles");
    if (rows->max_vertices > 0 && rows->max_triangles > 0) return true;
    rows->max_vertices = rows->max_triangles = 1;
    return false;
}

// ---- filling it -----------------------------------------------------------------------------------------------------
static int put(struct facet_block *block, int field, int64_t row, int64_t count, const void *values, size_t step,
               struct facet_error *error) {
    int code = facet_block_resize(block, field, row, count, error);
    if (!code && count > 0) memcpy(facet_block_data(block, field, row), values, (size_t)count * step);
    return code;
}

int dataset_put_mesh(const struct dataset_rows *rows, const char *path, const struct facet_mesh *mesh,
                     struct facet_block *block, int64_t row, struct facet_error *error) {
    if (mesh->n_vertices > rows->max_vertices || mesh->n_triangles > rows->max_triangles)
        return facet_error_set(error, FACET_ERROR_DATA,
                               "%s has %lld vertices and %lld triangles, but there is room for %lld and %lld; raise "
                               "max_vertices and max_triangles",
                               path, (long long)mesh->n_vertices, (long long)mesh->n_triangles,
                               (long long)rows->max_vertices, (long long)rows->max_triangles);
    int code = facet_block_resize(block, VERTICES, row, mesh->n_vertices, error);
    if (!code)
        code = put(block, TRIANGLES, row, mesh->n_triangles, mesh->triangles, 3 * sizeof *mesh->triangles, error);
    if (code) return code;
    float *vertices = facet_block_data(block, VERTICES, row);
    for (int64_t i = 0; i < 3 * mesh->n_vertices; i++) vertices[i] = (float)(rows->unit * (double)mesh->vertices[i]);
    return FACET_OK;
}

int dataset_put_landmarks(const struct dataset_rows *rows, float (*landmarks)[4], int64_t n, struct facet_block *block,
                          int64_t row, struct facet_error *error) {
    for (int64_t i = 0; i < n; i++)
        for (int k = 1; k < 4; k++) landmarks[i][k] = (float)(rows->unit * (double)landmarks[i][k]);
    return put(block, rows->landmarks, row, n, landmarks, sizeof *landmarks, error);
}

int dataset_put_colours(const struct dataset_rows *rows, const struct facet_mesh *mesh, const uint8_t *colours,
                        struct facet_block *block, int64_t row, struct facet_error *error) {
    return put(block, rows->colours, row, colours ? mesh->n_vertices : 0, colours, 3, error);
}

int dataset_forgive(const struct dataset_rows *rows, const char *what, int code, struct facet_block *block, int64_t row,
                    const struct facet_error *error) {
    if (!rows->keep_broken || (code != FACET_ERROR_DATA && code != FACET_ERROR_IO)) return code;
    facet_block_note(block, row, "kept without %s: %s", what, error->text);
    return FACET_OK;
}

bool dataset_point_place(const struct facet_point *point, const struct facet_mesh *mesh, float at[3]) {
    bool said = isfinite(point->at[0]) && isfinite(point->at[1]) && isfinite(point->at[2]);
    bool vertex = point->vertex >= 0 && point->vertex < mesh->n_vertices;
    if (said || vertex) memcpy(at, said ? point->at : mesh->vertices + 3 * point->vertex, 3 * sizeof *at);
    return said || vertex;
}

// ---- files that are off ---------------------------------------------------------------------------------------------
int dataset_pass_on_notes(const struct facet_files *files, struct facet_items *items, struct facet_error *error) {
    int64_t n = facet_files_notes(files);
    int code = FACET_OK;
    for (int64_t i = 0; !code && i < n && i < DATASET_MOST_NOTES; i++)
        code = facet_items_note(items, error, "%s", facet_files_note(files, i));
    if (!code && n > DATASET_MOST_NOTES)
        code = facet_items_note(items, error, "and %lld more files like these", (long long)n - DATASET_MOST_NOTES);
    return code;
}
