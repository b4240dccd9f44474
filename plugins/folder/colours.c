#include "folder/folder.h"

#include "dataset/paint.h"
#include <facet/text.h>

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
                                const struct facet_mesh *mesh, struct dataset_worker *worker, int *code,
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

int folder_read_colours(const struct folder *folder, const struct folder_row *row, const struct facet_mesh *mesh,
                        struct dataset_worker *worker, uint8_t **colours, struct facet_image *picture,
                        struct facet_error *error) {
    int code = FACET_OK;
    *colours = NULL;
    if (*row->texture && !mesh->texcoords)
        return facet_error_set(error, FACET_ERROR_DATA, "%s has no texture coordinates for %s", row->path,
                               row->texture);
    if (*row->texture) {
        code = folder_read_file(folder, row, row->texture, &worker->more, error);
        return code ? code : dataset_paint(row->texture, &worker->more, mesh, colours, picture, error);
    }
    int64_t file = mesh->texcoords ? find_own_picture(folder, row, mesh, worker, &code, error) : -1;
    if (code) return code;
    if (file < 0) return dataset_own_colours(row->path, mesh, colours, error);
    code = facet_files_read(folder->files, file, &worker->more, error);
    return code
               ? code
               : dataset_paint(facet_files_get(folder->files, file).path, &worker->more, mesh, colours, picture, error);
}
