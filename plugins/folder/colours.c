#include "folder/folder.h"

#include <facet/image.h>
#include <facet/text.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

// name as a file beside path; the caller frees it.
static char *beside(const char *path, const char *name) {
    const char *slash = strrchr(path, '/');
    char *joined = NULL;
    return asprintf(&joined, "%.*s%s", slash ? (int)(slash - path + 1) : 0, path, name) < 0 ? NULL : joined;
}

// The picture of a material library: the last word of its first line map_Kd; NULL: none.
static char *picture_of_library(const struct facet_bytes *library) {
    struct facet_text text = {.at = (const char *)library->data, .line = 1};
    text.end = text.at + library->size;
    for (; text.at < text.end; facet_skip_line(&text)) {
        struct facet_word word, last = {0};
        if (!facet_next_word(&text, &word) || !facet_word_is(word, "map_Kd")) continue;
        while (facet_next_word(&text, &word)) last = word;
        if (last.length > 0) return strndup(last.at, last.length);
    }
    return NULL;
}

// The picture that the scan itself names, or -1. *code: MEMORY, or what reading the library gave.
static int64_t find_own_picture(const struct folder *folder, const struct folder_row *row,
                                const struct facet_mesh *mesh, struct folder_worker *worker, int *code,
                                struct facet_error *error) {
    *code = FACET_OK;
    if (!mesh->texture) return -1;
    const char *dot = strrchr(mesh->texture, '.');
    char *path = beside(row->path, mesh->texture);
    int64_t file = path ? facet_files_find(folder->files, path) : -1;
    if (path && file >= 0 && dot && strcasecmp(dot, ".mtl") == 0) {
        *code = facet_files_read(folder->files, file, &worker->more, error);
        char *picture = *code ? NULL : picture_of_library(&worker->more), *whole = NULL;
        if (picture) whole = beside(row->path, picture);
        file = whole ? facet_files_find(folder->files, whole) : -1;
        free(picture);
        free(whole);
    }
    if (!path) *code = facet_error_set(error, FACET_ERROR_MEMORY, "%s: no memory for its colours", row->path);
    free(path);
    return file;
}

static int clamp(double at, int size) {
    return at < 0 ? 0 : at > size - 1 ? size - 1 : (int)at;
}

// Of the corners that share a vertex the first says its colour.
static void sample(const struct facet_mesh *mesh, const struct facet_image *picture, uint8_t *colours, uint8_t *done) {
    for (int64_t i = 0; i < 3 * mesh->n_triangles; i++) {
        int64_t vertex = mesh->triangles[i], place = mesh->texture_triangles[i];
        if (place < 0 || place >= mesh->n_texcoords || done[vertex]) continue;
        float u = mesh->texcoords[2 * place], v = mesh->texcoords[2 * place + 1];
        if (!isfinite(u) || !isfinite(v)) continue;
        int column = clamp((double)u * picture->width, picture->width);
        int line = clamp((1.0 - (double)v) * picture->height, picture->height);
        memcpy(colours + 3 * vertex, picture->rgb + 3 * ((size_t)line * (size_t)picture->width + (size_t)column), 3);
        done[vertex] = 1;
    }
}

static int colour(const char *name, const struct facet_mesh *mesh, const struct facet_bytes *bytes, uint8_t **colours,
                  struct facet_error *error) {
    struct facet_image picture;
    int code = facet_image_decode(name, bytes->data, bytes->size, &picture, error);
    if (code) return code;
    *colours = calloc((size_t)mesh->n_vertices + 1, 3);
    uint8_t *done = calloc((size_t)mesh->n_vertices + 1, 1);
    if (*colours && done)
        sample(mesh, &picture, *colours, done);
    else
        code = facet_error_set(error, FACET_ERROR_MEMORY, "%s: no memory for its colours", name);
    free(done);
    facet_image_free(&picture);
    return code;
}

static int copy_colours(const struct facet_mesh *mesh, const char *name, uint8_t **colours, struct facet_error *error) {
    if (!mesh->colours) return FACET_OK;
    *colours = malloc((size_t)mesh->n_vertices * 3 + 1);
    if (!*colours) return facet_error_set(error, FACET_ERROR_MEMORY, "%s: no memory for its colours", name);
    memcpy(*colours, mesh->colours, (size_t)mesh->n_vertices * 3);
    return FACET_OK;
}

int folder_read_colours(const struct folder *folder, const struct folder_row *row, const struct facet_mesh *mesh,
                        struct folder_worker *worker, uint8_t **colours, struct facet_error *error) {
    int code = FACET_OK;
    *colours = NULL;
    if (*row->texture && !mesh->texcoords)
        return facet_error_set(error, FACET_ERROR_DATA, "%s has no texture coordinates for %s", row->path,
                               row->texture);
    if (*row->texture) {
        code = folder_read_file(folder, row, row->texture, &worker->more, error);
        return code ? code : colour(row->texture, mesh, &worker->more, colours, error);
    }
    int64_t file = mesh->texcoords ? find_own_picture(folder, row, mesh, worker, &code, error) : -1;
    if (code) return code;
    if (file < 0) return copy_colours(mesh, row->path, colours, error);
    code = facet_files_read(folder->files, file, &worker->more, error);
    return code ? code : colour(facet_files_get(folder->files, file).path, mesh, &worker->more, colours, error);
}
