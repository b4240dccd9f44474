#include "dataset/internal.h"

enum { MEASURED = 16 }; // the largest files, read at the start to see how much room a scan needs

int dataset_read_mesh(const struct dataset_source *source, const struct dataset_scan *scan,
                      struct dataset_worker *worker, const struct facet_mesh **mesh, struct facet_error *error) {
    int code = facet_files_read(source->trees[scan->tree[0]], scan->file[0], &worker->bytes, error);
    if (code) return code;
    return facet_scan_parse(worker->reader, dataset_scan_path(source, scan, 0), worker->bytes.data, worker->bytes.size,
                            mesh, error);
}

// The largest scans that were seen so far, largest first.
struct largest {
    int64_t scan[MEASURED], bytes[MEASURED];
    int n;
};

static void put(struct largest *largest, int64_t scan, int64_t bytes) {
    int at = largest->n;
    while (at > 0 && largest->bytes[at - 1] < bytes) at--;
    if (at == MEASURED) return;
    if (largest->n < MEASURED) largest->n++;
    for (int i = largest->n - 1; i > at; i--)
        largest->scan[i] = largest->scan[i - 1], largest->bytes[i] = largest->bytes[i - 1];
    largest->scan[at] = scan, largest->bytes[at] = bytes;
}

// A broken file says nothing here; it is set aside when its row is loaded.
static int measure(struct dataset_source *source, struct facet_error *error) {
    struct largest largest = {.n = 0};
    struct dataset_worker *worker = dataset_pool_take(source->pool);
    if (!worker) return dataset_no_memory(error);
    for (int64_t i = 0; i < source->n_scans; i++) {
        const struct dataset_scan *scan = &source->scans[i];
        put(&largest, i, facet_files_get(source->trees[scan->tree[0]], scan->file[0]).bytes);
    }
    int code = FACET_OK;
    for (int i = 0; i < largest.n && code != FACET_ERROR_MEMORY; i++) {
        const struct facet_mesh *mesh;
        code = dataset_read_mesh(source, &source->scans[largest.scan[i]], worker, &mesh, error);
        if (!code) dataset_rows_widen(&source->rows, mesh);
    }
    dataset_pool_give(source->pool, worker);
    return code == FACET_ERROR_MEMORY ? code : FACET_OK;
}

int dataset_find_room(struct dataset_source *source, struct facet_error *error) {
    struct dataset_rows *rows = &source->rows;
    int64_t vertices = rows->max_vertices, triangles = rows->max_triangles;
    if (vertices > 0 && triangles > 0) return FACET_OK;
    int code = dataset_rows_from_index(rows, source->trees[0]) ? FACET_OK : measure(source, error);
    if (vertices > 0) rows->max_vertices = vertices;
    if (triangles > 0) rows->max_triangles = triangles;
    return code;
}
