// Which trained models learned from a person? They cannot unlearn: they are listed until they are made again.
#include "pipeline/forget_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { ROLE_TRAIN = 1, MOST_FOLDS = 4096 }; // of data/folds/role

static bool is_weight(const struct facet_dataset *dataset) {
    return strncmp(dataset->name, "data/model/", 11) == 0;
}

// Weights alone, which erasing rows leaves as they are; {0, 0} when there are none.
static int hash_weights(struct facet_container *container, struct facet_hash *hash, struct facet_error *error) {
    struct facet_dataset *datasets;
    int count, code = facet_container_list(container, &datasets, &count, error);
    *hash = (struct facet_hash){0};
    for (int i = 0; code == FACET_OK && i < count; i++) {
        struct facet_hash part;
        if (!is_weight(&datasets[i])) continue;
        code = facet_container_hash(container, &datasets[i], &part, error);
        if (code == FACET_OK) *hash = facet_hash_bytes(*hash, &part, sizeof part);
    }
    free(datasets);
    return code;
}

int facet_forget_is_model(struct facet_container *container, bool *model, struct facet_error *error) {
    struct facet_dataset *datasets;
    int count, code = facet_container_list(container, &datasets, &count, error);
    *model = false;
    for (int i = 0; code == FACET_OK && i < count; i++) *model |= is_weight(&datasets[i]);
    free(datasets);
    return code;
}

// ---- folds whose training rows hold a found one -----------------------------------------------------------------------

static int read_folds(struct facet_container *split, const uint8_t *found, int64_t rows, json_t *folds,
                      struct facet_error *error) {
    struct facet_dataset is;
    int code = facet_container_describe(split, "data/folds/role", &is, error);
    if (code != FACET_OK) return code;
    if (is.type != FACET_U8 || is.rank != 2 || is.dims[1] != rows || is.dims[0] > MOST_FOLDS)
        return facet_error_set(error, FACET_ERROR_DATA, "%s: roles are not those of %lld rows",
                               facet_container_path(split), (long long)rows);
    uint8_t *role = malloc((size_t)rows + 1);
    if (!role) return facet_error_set(error, FACET_ERROR_MEMORY, "out of memory for %lld rows", (long long)rows);
    for (int64_t fold = 0; code == FACET_OK && fold < is.dims[0]; fold++) {
        bool saw = false;
        code = facet_container_read(split, is.name, fold, 1, role, error);
        for (int64_t row = 0; code == FACET_OK && !saw && row < rows; row++)
            saw = found[row] && role[row] == ROLE_TRAIN;
        if (saw) json_array_append_new(folds, json_integer(fold));
    }
    free(role);
    return code;
}

// The first of the model's inputs that says who was trained on; NULL: it is gone.
static struct facet_container *open_split(const char *workspace, char *inputs) {
    char *place = NULL, path[4300];
    for (char *line = strtok_r(inputs, "\n", &place); line; line = strtok_r(NULL, "\n", &place)) {
        struct facet_container *container = NULL;
        snprintf(path, sizeof path, "%s/%.*s.h5", workspace, (int)strcspn(line, " "), line);
        if (facet_container_open(MPI_COMM_SELF, path, false, &container, NULL) != FACET_OK) continue;
        if (facet_container_has(container, "data/folds/role")) return container;
        facet_container_close(container, NULL);
    }
    return NULL;
}

// Without its split a model may have seen anybody: NULL is told then.
static int folds_of(const char *workspace, struct facet_container *container, const uint8_t *found, int64_t rows,
                    json_t **folds, struct facet_error *error) {
    char *inputs = NULL;
    *folds = json_array();
    int code = facet_container_attribute(container, "inputs", &inputs, error);
    if (code != FACET_OK) return code;
    struct facet_container *split = open_split(workspace, inputs);
    free(inputs);
    if (!split || read_folds(split, found, rows, *folds, NULL) != FACET_OK) {
        json_decref(*folds);
        *folds = json_null();
    }
    facet_container_close(split, NULL);
    return FACET_OK;
}

static bool noted(const json_t *models, const char *file, const char *weights, const json_t *folds) {
    size_t i;
    json_t *entry;
    json_array_foreach(models, i,
                       entry) if (strcmp(json_string_value(json_object_get(entry, "file")), file) == 0 &&
                                  strcmp(json_string_value(json_object_get(entry, "weights")), weights) == 0 &&
                                  json_equal(json_object_get(entry, "folds"), folds)) return true;
    return false;
}

int facet_forget_note_model(struct facet_forgetting *f, struct facet_container *container, const char *file,
                            const uint8_t *found, int64_t rows, struct facet_error *error) {
    struct facet_hash hash;
    char weights[33];
    json_t *folds = NULL, *models = facet_tombstone_models(f->tombstone);
    int code = folds_of(f->workspace, container, found, rows, &folds, error);
    if (code == FACET_OK) code = hash_weights(container, &hash, error);
    if (code == FACET_OK) {
        facet_hash_text(hash, weights);
        bool saw = json_is_null(folds) || json_array_size(folds) > 0;
        if (saw && !noted(models, file, weights, folds))
            json_array_append_new(models,
                                  json_pack("{s:s, s:s, s:O}", "file", file, "weights", weights, "folds", folds));
    }
    json_decref(folds);
    return code;
}

// ---- those that are still there -------------------------------------------------------------------------------------

static int still_there(const struct facet_forgetting *f, const json_t *entry, bool *there, struct facet_error *error) {
    char path[4300], now[33];
    struct facet_container *container = NULL;
    struct facet_hash hash;
    const char *file = json_string_value(json_object_get(entry, "file"));
    const char *weights = json_string_value(json_object_get(entry, "weights"));
    *there = false;
    snprintf(path, sizeof path, "%s/%s", f->workspace, file ? file : "");
    if (!file || !weights || access(path, F_OK) != 0) return FACET_OK;
    int code = facet_container_open(MPI_COMM_SELF, path, false, &container, error);
    if (code == FACET_OK) code = hash_weights(container, &hash, error);
    facet_container_close(container, NULL);
    if (code != FACET_OK) return code;
    facet_hash_text(hash, now);
    *there = strcmp(now, weights) == 0;
    return FACET_OK;
}

static int drop_model(const struct facet_forgetting *f, const char *file, struct facet_error *error) {
    char path[4300];
    snprintf(path, sizeof path, "%s/%s", f->workspace, file);
    if (unlink(path) == 0) return FACET_OK;
    return facet_error_set(error, FACET_ERROR_IO, "%s: cannot be removed: %m", path);
}

int facet_forget_list_models(struct facet_forgetting *f, struct facet_error *error) {
    json_t *models = facet_tombstone_models(f->tombstone);
    int code = FACET_OK;
    for (size_t i = 0; code == FACET_OK && i < json_array_size(models);) {
        json_t *entry = json_array_get(models, i);
        bool there;
        code = still_there(f, entry, &there, error);
        if (code != FACET_OK) break;
        const char *file = json_string_value(json_object_get(entry, "file"));
        json_t *folds = json_object_get(entry, "folds");
        if (there)
            facet_forget_tell(f, "models",
                              json_pack("{s:s, s:O, s:b}", "file", file, "folds", folds, "dropped", f->drop_models));
        if (there && f->drop_models && !f->dry_run) code = drop_model(f, file, error), there = false;
        if (there || f->dry_run)
            i++;
        else
            json_array_remove(models, i);
    }
    return code;
}
