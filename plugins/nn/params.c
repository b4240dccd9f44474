#include "nn/nn.h"

#include <facet/random.h>
#include <stdlib.h>
#include <string.h>

enum { ALIGN_FLOATS = 16 }; // every parameter starts a cache line

struct param {
    struct nn_param_info info;
    enum nn_init init;
    float scale;
};

struct nn_params {
    struct param *list;
    int count, capacity;
    size_t size;
    float *values;
};

struct nn_params *nn_params_create(void) {
    return calloc(1, sizeof(struct nn_params));
}

void nn_params_destroy(struct nn_params *params) {
    if (!params) return;
    for (int i = 0; i < params->count; i++) free((char *)params->list[i].info.name);
    free(params->list);
    free(params->values);
    free(params);
}

static bool grow(struct nn_params *params) {
    if (params->count < params->capacity) return true;
    int capacity = params->capacity ? 2 * params->capacity : 32;
    struct param *list = realloc(params->list, (size_t)capacity * sizeof *list);
    if (!list) return false;
    params->list = list;
    params->capacity = capacity;
    return true;
}

int nn_params_add(struct nn_params *params, const char *name, int rank, const int64_t *dims, enum nn_init init,
                  float scale, bool decay) {
    FACET_REQUIRE(!params->values && rank >= 0 && rank <= 4 && nn_params_find(params, name) < 0);
    char *copy = strdup(name);
    if (!copy || !grow(params)) {
        free(copy);
        return -1;
    }
    struct nn_param_info info = {.name = copy, .rank = rank, .offset = params->size, .count = 1, .decay = decay};
    for (int i = 0; i < rank; i++) {
        info.dims[i] = dims[i];
        info.count *= (size_t)dims[i];
    }
    params->size += (info.count + ALIGN_FLOATS - 1) / ALIGN_FLOATS * ALIGN_FLOATS;
    params->list[params->count] = (struct param){.info = info, .init = init, .scale = scale};
    return params->count++;
}

static void fill(const struct param *param, uint64_t seed, int id, float *values) {
    for (size_t i = 0; i < param->info.count; i++) {
        if (param->init == NN_NORMAL)
            values[i] = param->scale *
                        (float)facet_random_normal(seed, (uint32_t)id, (uint32_t)i, (uint32_t)((uint64_t)i >> 32));
        else
            values[i] = param->init == NN_ONE ? 1.0f : 0.0f;
    }
}

int nn_params_init(struct nn_params *params, uint64_t seed, struct facet_error *error) {
    FACET_REQUIRE(!params->values);
    size_t bytes = (params->size ? params->size : ALIGN_FLOATS) * sizeof(float);
    params->values = aligned_alloc(ALIGN_FLOATS * sizeof(float), bytes);
    if (!params->values)
        return facet_error_set(error, FACET_ERROR_MEMORY, "no memory for %zu parameters", params->size);
    memset(params->values, 0, bytes);
    for (int id = 0; id < params->count; id++)
        fill(&params->list[id], seed, id, params->values + params->list[id].info.offset);
    return FACET_OK;
}

int nn_params_count(const struct nn_params *params) {
    return params->count;
}

struct nn_param_info nn_params_info(const struct nn_params *params, int id) {
    FACET_REQUIRE(id >= 0 && id < params->count);
    return params->list[id].info;
}

int nn_params_find(const struct nn_params *params, const char *name) {
    for (int i = 0; i < params->count; i++)
        if (!strcmp(params->list[i].info.name, name)) return i;
    return -1;
}

float *nn_params_values(struct nn_params *params) {
    return params->values;
}

size_t nn_params_size(const struct nn_params *params) {
    return params->size;
}
