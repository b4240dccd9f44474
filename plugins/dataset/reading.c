#include "dataset/reading.h"

#include <math.h>
#include <pthread.h>
#include <stdio.h>
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
                                 .texcoords = -1,
                                 .colour = facet_param_bool(given, "textures"),
                                 .pictures = facet_param_bool(given, "pictures"),
                                 .max_texels = facet_param_int(given, "max_texels"),
                                 .keep_broken = strcmp(facet_param_string(given, "broken_extras"), "keep") == 0};
}

static struct facet_field ragged(const char *name, enum facet_type type, int64_t most, int64_t width) {
    struct facet_field field = {.type = type, .rank = 2, .dims = {most, width}, .ragged = true};
    snprintf(field.name, sizeof field.name, "%s", name);
    return field;
}

void dataset_rows_declare(struct dataset_rows *rows, bool landmarks, struct facet_field *fields, int *n_fields) {
    fields[VERTICES] = ragged("vertices", FACET_F32, rows->max_vertices, 3);
    fields[TRIANGLES] = ragged("triangles", FACET_I32, rows->max_triangles, 3);
    *n_fields = TRIANGLES + 1;
    if (landmarks) {
        rows->landmarks = *n_fields;
        fields[(*n_fields)++] = ragged("landmarks", FACET_F32, FACET_LANDMARKS, 4);
    }
    if (!rows->colour && !rows->pictures) return;
    rows->colours = *n_fields;
    fields[(*n_fields)++] = ragged("colours", FACET_U8, rows->max_vertices, 3);
    if (!rows->pictures) return;
    rows->texcoords = *n_fields;
    fields[(*n_fields)++] = ragged("texcoords", FACET_F32, rows->max_triangles, 6);
    fields[(*n_fields)++] = ragged("texture", FACET_U8, rows->max_texels, 3);
    fields[(*n_fields)++] = ragged("texture_size", FACET_I32, 1, 2);
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

// u and v of each triangle's corners; NaN: the corner has no place.
static void put_places(const struct facet_mesh *mesh, float *uv) {
    for (int64_t i = 0; i < 3 * mesh->n_triangles; i++) {
        int32_t place = mesh->texture_triangles[i];
        bool there = place >= 0 && place < mesh->n_texcoords;
        for (int k = 0; k < 2; k++) uv[2 * i + k] = there ? mesh->texcoords[2 * place + k] : NAN;
    }
}

// In place; of an odd side the last pixel stands for itself alone.
static void halve(struct facet_image *picture) {
    int width = (picture->width + 1) / 2, height = (picture->height + 1) / 2;
    uint8_t *to = picture->rgb;
    for (int y = 0; y < height; y++)
        for (int x = 0; x < width; x++) {
            int left = 2 * x, right = left + 1 < picture->width ? left + 1 : left;
            const uint8_t *upper = picture->rgb + 3 * (size_t)(2 * y) * (size_t)picture->width;
            const uint8_t *lower = 2 * y + 1 < picture->height ? upper + 3 * (size_t)picture->width : upper;
            for (int k = 0; k < 3; k++)
                *to++ = (uint8_t)((upper[3 * left + k] + upper[3 * right + k] + lower[3 * left + k] +
                                   lower[3 * right + k] + 2) /
                                  4);
        }
    picture->width = width, picture->height = height;
}

int dataset_put_picture(const struct dataset_rows *rows, const struct facet_mesh *mesh, struct facet_image *picture,
                        struct facet_block *block, int64_t row, struct facet_error *error) {
    if (rows->texcoords < 0 || !picture->rgb || !mesh->texcoords) return FACET_OK;
    while ((int64_t)picture->width * picture->height > rows->max_texels) halve(picture);
    const int32_t size[2] = {picture->height, picture->width};
    int64_t texels = (int64_t)picture->width * picture->height;
    int code = facet_block_resize(block, rows->texcoords, row, mesh->n_triangles, error);
    if (!code) put_places(mesh, facet_block_data(block, rows->texcoords, row));
    if (!code) code = put(block, rows->texcoords + 1, row, texels, picture->rgb, 3, error);
    return code ? code : put(block, rows->texcoords + 2, row, 1, size, sizeof size, error);
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
