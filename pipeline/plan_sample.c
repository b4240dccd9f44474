// What a pilot left in its folder: the time of each unit, and how much its containers take.
#include "pipeline/plan_internal.h"

#include "io/h5/container.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { BLOCK = 512 }; // bytes of st_blocks, whatever the file system

static void path_of(const char *folder, const char *name, char *path, size_t size) {
    snprintf(path, size, "%s/%s.h5", folder, name);
}

// Arrays with a value a row or a unit grow with the rows, all others do not. Ragged ones take what they take, and the
// ledger is a hole where nothing is set aside.
static void add_dataset(const struct facet_dataset *dataset, bool ragged, int64_t units, struct plan_sample *sample,
                        int node) {
    bool by_row = dataset->rank > 0 && dataset->dims[0] == sample->rows;
    by_row |= dataset->rank > 1 && dataset->dims[1] == sample->rows;
    bool by_unit = strncmp(dataset->name, "units/", 6) == 0 && dataset->rank > 0 && dataset->dims[0] == units;
    double bytes = (double)facet_dataset_row_bytes(dataset) * (double)facet_dataset_rows(dataset);
    bool holes = ragged || strncmp(dataset->name, "quarantine/", 11) == 0;
    sample->ragged[node] |= ragged;
    if ((by_row || by_unit) && !holes) sample->fixed[node] += bytes;
}

static int add_datasets(struct facet_container *container, struct plan_sample *sample, int node,
                        struct facet_error *error) {
    struct facet_dataset *all = NULL, units;
    int count = 0, code = facet_container_describe(container, "units/state", &units, error);
    if (code == FACET_OK) code = facet_container_list(container, &all, &count, error);
    for (int i = 0; code == FACET_OK && i < count; i++) {
        char counts[sizeof all[i].name + 8];
        snprintf(counts, sizeof counts, "%s_count", all[i].name);
        add_dataset(&all[i], facet_container_has(container, counts), units.dims[0], sample, node);
    }
    free(all);
    return code;
}

static int measure_bytes(const struct facet_graph *graph, const char *folder, int node, struct plan_sample *sample,
                         struct facet_error *error) {
    char path[4300];
    struct stat status;
    struct facet_container *container = NULL;
    path_of(folder, graph->nodes[node].name, path, sizeof path);
    if (stat(path, &status) != 0) // a stage that writes only files for people leaves no container
        return errno == ENOENT ? FACET_OK : facet_error_set(error, FACET_ERROR_IO, "%s: %s", path, strerror(errno));
    int code = facet_container_open(MPI_COMM_SELF, path, false, &container, error);
    if (code == FACET_OK) code = add_datasets(container, sample, node, error);
    facet_container_close(container, NULL);
    double other = (double)status.st_blocks * BLOCK - sample->fixed[node];
    sample->other[node] = other > 0 ? other : 0;
    return code;
}

// seconds (units, width): each node's share of the wall time of all workers.
static int add_units(const struct facet_chain *chain, int which, const double *seconds, int64_t units, int64_t width,
                     struct plan_sample *sample, struct facet_error *error) {
    double workers = (double)sample->ranks * sample->threads, *total = calloc((size_t)units + 1, sizeof *total);
    if (!total) return facet_error_set(error, FACET_ERROR_MEMORY, "out of memory for %lld units", (long long)units);
    for (int64_t unit = 0; unit < units; unit++)
        for (int64_t k = 0; k < width && chain->first + k <= chain->last; k++) {
            total[unit] += seconds[unit * width + k] * workers;
            sample->busy[chain->first + k] += seconds[unit * width + k] * workers;
        }
    sample->n_units[which] = units, sample->unit_seconds[which] = total;
    return FACET_OK;
}

static int read_units(struct facet_container *container, const struct facet_chain *chain, int which,
                      struct plan_sample *sample, struct facet_error *error) {
    struct facet_dataset is;
    int code = facet_container_describe(container, "units/seconds", &is, error);
    if (code != FACET_OK) return code;
    double *seconds = calloc((size_t)(is.dims[0] * is.dims[1]) + 1, sizeof *seconds);
    if (!seconds)
        return facet_error_set(error, FACET_ERROR_MEMORY, "out of memory for %lld units", (long long)is.dims[0]);
    code = facet_container_read(container, is.name, 0, is.dims[0], seconds, error);
    if (code == FACET_OK) code = add_units(chain, which, seconds, is.dims[0], is.dims[1], sample, error);
    free(seconds);
    return code;
}

// Every chain keeps something, and all it keeps has the seconds of all of it.
static int read_chain(const struct facet_graph *graph, int which, const char *folder, struct plan_sample *sample,
                      struct facet_error *error) {
    const struct facet_chain *chain = &graph->chains[which];
    struct facet_container *container = NULL;
    char path[4300];
    int node = chain->last;
    while (node > chain->first && !graph->nodes[node].keep) node--;
    path_of(folder, graph->nodes[node].name, path, sizeof path);
    int code = facet_container_open(MPI_COMM_SELF, path, false, &container, error);
    if (code == FACET_OK) code = read_units(container, chain, which, sample, error);
    facet_container_close(container, NULL);
    return code;
}

int plan_sample_read(const struct facet_graph *graph, const char *folder, struct plan_sample *sample,
                     struct facet_error *error) {
    int code = FACET_OK;
    for (int node = 0; code == FACET_OK && node < graph->n_nodes; node++)
        if (graph->nodes[node].keep) code = measure_bytes(graph, folder, node, sample, error);
    for (int chain = 0; code == FACET_OK && chain < graph->n_chains; chain++)
        code = read_chain(graph, chain, folder, sample, error);
    return code;
}

void plan_sample_free(struct plan_sample *sample) {
    for (int chain = 0; chain < FACET_MAX_NODES; chain++) free(sample->unit_seconds[chain]);
    *sample = (struct plan_sample){0};
}
