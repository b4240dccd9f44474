#include "folder/folder.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { MEASURED = 16 }; // the largest files of a format, read at the start to see how much room a scan needs

struct candidate {
    const char *path, *suffix;
    int64_t bytes, file;
};

static int by_format_and_size(const void *a, const void *b) {
    const struct candidate *x = a, *y = b;
    int order = strcasecmp(x->suffix, y->suffix);
    if (order) return order;
    if (x->bytes != y->bytes) return x->bytes > y->bytes ? -1 : 1;
    return (x->file > y->file) - (x->file < y->file);
}

static int64_t list_scans(const struct folder *folder, struct candidate *list) {
    int64_t n = 0;
    for (int64_t i = 0; i < folder_manifest_rows(folder->manifest); i++) {
        const char *path = folder_manifest_row(folder->manifest, i).path, *dot = strrchr(path, '.');
        int64_t file = facet_files_find(folder->files, path);
        if (file < 0) continue;
        list[n++] = (struct candidate){path, dot ? dot : "", facet_files_get(folder->files, file).bytes, file};
    }
    qsort(list, (size_t)n, sizeof *list, by_format_and_size);
    return n;
}

// A broken file says nothing here; it is set aside when its row is loaded.
static int measure(struct folder *folder, const struct candidate *list, int64_t n, struct facet_error *error) {
    struct dataset_worker *worker = dataset_pool_take(folder->pool);
    int code = worker ? FACET_OK : facet_error_set(error, FACET_ERROR_MEMORY, "no memory for a folder of scans");
    for (int64_t i = 0, good = 0; i < n && code != FACET_ERROR_MEMORY; i++) {
        const struct facet_mesh *mesh;
        if (i > 0 && strcasecmp(list[i].suffix, list[i - 1].suffix) != 0) good = 0;
        if (good == MEASURED) continue;
        code = facet_files_read(folder->files, list[i].file, &worker->bytes, error);
        if (!code)
            code = facet_scan_parse(worker->reader, list[i].path, worker->bytes.data, worker->bytes.size, &mesh, error);
        if (code) continue;
        dataset_rows_widen(&folder->rows, mesh);
        good++;
    }
    dataset_pool_give(folder->pool, worker);
    return code == FACET_ERROR_MEMORY ? code : FACET_OK;
}

static int measure_largest(struct folder *folder, struct facet_error *error) {
    struct candidate *list = malloc((size_t)folder_manifest_rows(folder->manifest) * sizeof *list);
    if (!list) return facet_error_set(error, FACET_ERROR_MEMORY, "no memory for a folder of scans");
    int code = measure(folder, list, list_scans(folder, list), error);
    free(list);
    return code;
}

int folder_find_room(struct folder *folder, struct facet_error *error) {
    struct dataset_rows *rows = &folder->rows;
    int64_t vertices = rows->max_vertices, triangles = rows->max_triangles;
    if (vertices > 0 && triangles > 0) return FACET_OK;
    int code = dataset_rows_from_index(rows, folder->files) ? FACET_OK : measure_largest(folder, error);
    if (vertices > 0) rows->max_vertices = vertices;
    if (triangles > 0) rows->max_triangles = triangles;
    return code;
}
