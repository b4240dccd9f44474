#include "synth/model.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

int synth_model_allocate(struct synth_model *model, struct facet_error *error) {
    size_t values = 3 * (size_t)model->n_vertices;
    model->mean = calloc(values, sizeof *model->mean);
    model->triangles = calloc(3 * (size_t)model->n_triangles + 1, sizeof *model->triangles);
    model->identity = calloc((size_t)model->n_identity * values + 1, sizeof *model->identity);
    model->units = calloc((size_t)model->n_units + 1, sizeof *model->units);
    bool ok = model->mean && model->triangles && model->identity && model->units;
    for (int u = 0; ok && u < model->n_units; u++)
        ok = (model->units[u].offset = calloc(values, sizeof(float))) != NULL;
    if (ok) return FACET_OK;
    synth_model_free(model);
    return facet_error_set(error, FACET_ERROR_MEMORY, "out of memory for a face model");
}

void synth_model_free(struct synth_model *model) {
    for (int u = 0; model->units && u < model->n_units; u++) free(model->units[u].offset);
    free(model->units);
    free(model->mean);
    free(model->triangles);
    free(model->identity);
    *model = (struct synth_model){0};
}

// FNV-1a (Fowler, Noll, Vo), four bytes at a time.
static uint64_t hash_words(uint64_t hash, const void *data, int64_t n) {
    const unsigned char *bytes = data;
    for (int64_t i = 0; i < n; i++) {
        uint32_t word;
        memcpy(&word, bytes + 4 * i, 4);
        hash = (hash ^ word) * 0x100000001b3u;
    }
    return hash;
}

uint64_t synth_model_hash(const struct synth_model *model) {
    int64_t values = 3 * model->n_vertices;
    uint64_t hash = hash_words(0xcbf29ce484222325u, model->mean, values);
    hash = hash_words(hash, model->triangles, 3 * model->n_triangles);
    hash = hash_words(hash, model->identity, model->n_identity * values);
    for (int u = 0; u < model->n_units; u++) {
        hash = hash_words(hash, &model->units[u].au, 1);
        hash = hash_words(hash, &model->units[u].side, 1);
        hash = hash_words(hash, model->units[u].offset, values);
    }
    return hash;
}
