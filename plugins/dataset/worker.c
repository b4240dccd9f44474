#include "dataset/internal.h"

#include <stdlib.h>

enum { MEASURED = 16 }; // the largest files, read at the start to see how much room a scan needs

struct dataset_worker *dataset_worker_take(struct dataset_source *source) {
    pthread_mutex_lock(&source->lock);
    struct dataset_worker *worker = source->free;
    if (worker) source->free = worker->next;
    pthread_mutex_unlock(&source->lock);
    if (worker) return worker;
    worker = calloc(1, sizeof *worker);
    if (worker && !(worker->reader = facet_scan_reader_create())) {
        free(worker);
        worker = NULL;
    }
    return worker;
}

void dataset_worker_give(struct dataset_source *source, struct dataset_worker *worker) {
    pthread_mutex_lock(&source->lock);
    worker->next = source->free;
    source->free = worker;
    pthread_mutex_unlock(&source->lock);
}

void dataset_workers_destroy(struct dataset_source *source) {
    for (struct dataset_worker *worker = source->free, *next; worker; worker = next) {
        next = worker->next;
        facet_scan_reader_destroy(worker->reader);
        facet_bytes_free(&worker->bytes);
        facet_bytes_free(&worker->more);
        free(worker);
    }
    source->free = NULL;
}

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

static void widen(struct dataset_source *source, const struct facet_mesh *mesh) {
    int64_t vertices = mesh->n_vertices + mesh->n_vertices / 4, triangles = mesh->n_triangles + mesh->n_triangles / 4;
    if (vertices > source->max_vertices) source->max_vertices = vertices;
    if (triangles > source->max_triangles) source->max_triangles = triangles;
}

// A broken file says nothing here; it is set aside when its row is loaded.
static int measure(struct dataset_source *source, struct facet_error *error) {
    struct largest largest = {.n = 0};
    struct dataset_worker *worker = dataset_worker_take(source);
    if (!worker) return dataset_no_memory(error);
    for (int64_t i = 0; i < source->n_scans; i++) {
        const struct dataset_scan *scan = &source->scans[i];
        put(&largest, i, facet_files_get(source->trees[scan->tree[0]], scan->file[0]).bytes);
    }
    source->max_vertices = source->max_triangles = 1;
    int code = FACET_OK;
    for (int i = 0; i < largest.n && code != FACET_ERROR_MEMORY; i++) {
        const struct facet_mesh *mesh;
        code = dataset_read_mesh(source, &source->scans[largest.scan[i]], worker, &mesh, error);
        if (!code) widen(source, mesh);
    }
    dataset_worker_give(source, worker);
    return code == FACET_ERROR_MEMORY ? code : FACET_OK;
}

int dataset_find_room(struct dataset_source *source, struct facet_error *error) {
    int64_t vertices = source->max_vertices, triangles = source->max_triangles;
    int code = FACET_OK;
    if (vertices > 0 && triangles > 0) return FACET_OK;
    source->max_vertices = facet_files_room(source->trees[0], "vertices");
    source->max_triangles = facet_files_room(source->trees[0], "triangles");
    if (source->max_vertices <= 0 || source->max_triangles <= 0) code = measure(source, error);
    if (vertices > 0) source->max_vertices = vertices;
    if (triangles > 0) source->max_triangles = triangles;
    return code;
}
