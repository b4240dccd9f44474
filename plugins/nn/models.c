#include "nn/models.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct fold {
    struct nn_model *model;
    float *classes;
    struct nn_tape **idle;
    int n_idle, capacity;
};

struct nn_models {
    int64_t n_folds;
    struct fold *folds;
    pthread_mutex_t *lock;
};

static int read_parameter(struct facet_stage *stage, int64_t fold, const struct nn_param_info *info, float *values,
                          struct facet_error *error) {
    char name[160];
    struct facet_array array = {0};
    snprintf(name, sizeof name, "model/fold_%lld/%s", (long long)fold, info->name);
    int code = facet_stage_read(stage, name, &array, error);
    if (code) return code;
    if (array.type != FACET_F32 || facet_array_elements(&array) != info->count)
        code = facet_error_set(error, FACET_ERROR_DATA, "%s holds %zu values of %s, the model needs %zu of f32", name,
                               facet_array_elements(&array), facet_type_name(array.type), info->count);
    else
        memcpy(values + info->offset, array.data, info->count * sizeof *values);
    facet_array_free(&array);
    return code;
}

// Values are first made as a fresh model's, which gives the flat vector its place, then replaced.
static int read_model(struct facet_stage *stage, const struct nn_model_config *config, int64_t number,
                      struct fold *fold, struct facet_error *error) {
    int code = nn_model_create(config, &fold->model, error);
    if (!code) code = nn_model_init(fold->model, 0, error);
    const struct nn_params *params = code ? NULL : nn_model_params(fold->model);
    for (int id = 0; params && id < nn_params_count(params) && !code; id++) {
        const struct nn_param_info info = nn_params_info(params, id);
        code = read_parameter(stage, number, &info, nn_params_values(nn_model_params(fold->model)), error);
    }
    return code;
}

static int compute_classes(struct nn_models *models, int64_t number, struct facet_error *error) {
    struct fold *fold = &models->folds[number];
    struct nn_tape *tape = nn_models_take(models, number);
    if (!tape) return facet_error_set(error, FACET_ERROR_MEMORY, "no memory for a model's text tower");
    const struct nn_tensor *t = nn_model_classes(fold->model, tape, nn_model_prompts(fold->model, tape));
    int code = nn_tape_status(tape, error);
    if (!code) fold->classes = malloc((size_t)(t->rows * t->cols) * sizeof(float));
    if (!code && !fold->classes) code = facet_error_set(error, FACET_ERROR_MEMORY, "no memory for class embeddings");
    if (!code) memcpy(fold->classes, t->data, (size_t)(t->rows * t->cols) * sizeof(float));
    nn_models_give(models, number, tape);
    return code;
}

static int create_lock(struct nn_models *models, struct facet_error *error) {
    models->lock = malloc(sizeof *models->lock);
    if (models->lock && pthread_mutex_init(models->lock, NULL) == 0) return FACET_OK;
    free(models->lock);
    models->lock = NULL;
    return facet_error_set(error, FACET_ERROR_MEMORY, "no memory for a lock");
}

static int load_folds(struct facet_stage *stage, const struct nn_model_config *config, struct nn_models *models,
                      struct facet_error *error) {
    models->folds = calloc((size_t)config->folds + 1, sizeof *models->folds);
    if (!models->folds) return facet_error_set(error, FACET_ERROR_MEMORY, "no memory for the models");
    models->n_folds = config->folds;
    int code = create_lock(models, error);
    for (int64_t fold = 0; fold < config->folds && !code; fold++) {
        code = read_model(stage, config, fold, &models->folds[fold], error);
        if (!code) code = compute_classes(models, fold, error);
    }
    return code;
}

int nn_models_load(struct facet_stage *stage, struct nn_models **models, struct facet_error *error) {
    *models = NULL;
    char *json = NULL;
    struct nn_model_config config = {0};
    struct nn_models *made = calloc(1, sizeof *made);
    int code = made ? facet_stage_read_string(stage, "model/config", &json, error)
                    : facet_error_set(error, FACET_ERROR_MEMORY, "no memory for the models");
    if (!code) code = nn_model_config_read(json, &config, error);
    if (!code) code = load_folds(stage, &config, made, error);
    nn_model_config_free(&config);
    free(json);
    if (code)
        nn_models_destroy(made);
    else
        *models = made;
    return code;
}

static void destroy_fold(struct fold *fold) {
    for (int i = 0; i < fold->n_idle; i++) nn_tape_destroy(fold->idle[i]);
    free(fold->idle);
    free(fold->classes);
    nn_model_destroy(fold->model);
}

void nn_models_destroy(struct nn_models *models) {
    if (!models) return;
    for (int64_t fold = 0; fold < models->n_folds; fold++) destroy_fold(&models->folds[fold]);
    if (models->lock) pthread_mutex_destroy(models->lock);
    free(models->lock);
    free(models->folds);
    free(models);
}

int64_t nn_models_folds(const struct nn_models *models) {
    return models->n_folds;
}

const struct nn_model *nn_models_get(const struct nn_models *models, int64_t fold) {
    return models->folds[fold].model;
}

const float *nn_models_classes(const struct nn_models *models, int64_t fold) {
    return models->folds[fold].classes;
}

struct nn_tape *nn_models_take(const struct nn_models *models, int64_t number) {
    struct fold *fold = &models->folds[number];
    pthread_mutex_lock(models->lock);
    struct nn_tape *tape = fold->n_idle > 0 ? fold->idle[--fold->n_idle] : NULL;
    pthread_mutex_unlock(models->lock);
    if (!tape) return nn_tape_create(nn_model_params(fold->model), NULL);
    nn_tape_reset(tape);
    return tape;
}

// A tape that finds no place to wait is let go.
void nn_models_give(const struct nn_models *models, int64_t number, struct nn_tape *tape) {
    struct fold *fold = &models->folds[number];
    pthread_mutex_lock(models->lock);
    if (fold->n_idle == fold->capacity) {
        int capacity = fold->capacity ? 2 * fold->capacity : 8;
        struct nn_tape **idle = realloc(fold->idle, (size_t)capacity * sizeof(*idle));
        if (idle) fold->idle = idle, fold->capacity = capacity;
    }
    bool kept = fold->n_idle < fold->capacity;
    if (kept) fold->idle[fold->n_idle++] = tape;
    pthread_mutex_unlock(models->lock);
    if (!kept) nn_tape_destroy(tape);
}

int64_t nn_models_slot(const int32_t *test_fold, int64_t slots, int64_t fold) {
    for (int64_t s = 0; s < slots; s++)
        if (test_fold[s] == fold) return s;
    return -1;
}
