// What containers say while they are perhaps being written: their structure is final, so any moment's bytes can be read.
#include "pipeline/status_internal.h"

#include <facet/store.h>

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static json_t *stage_named(json_t *stages, const char *name) {
    json_t *stage;
    size_t i;
    json_array_foreach(stages, i, stage) {
        const char *is = json_string_value(json_object_get(stage, "name"));
        if (is && strcmp(is, name) == 0) return stage;
    }
    return NULL;
}

// A unit that was written has a hash; its state is told when the container is closed.
static int count_units(struct facet_store *store, json_t *stage, struct facet_error *error) {
    struct facet_array hashes = {0};
    int code = facet_store_read(store, "units/hash", FACET_I64, &hashes, error);
    if (code != FACET_OK) return code;
    const int64_t *hash = hashes.data;
    int64_t done = 0, total = hashes.rank == 2 && hashes.dims[1] == 2 ? hashes.dims[0] : 0;
    for (int64_t i = 0; i < total; i++) done += hash[2 * i] != 0 || hash[2 * i + 1] != 0;
    json_object_set_new(stage, "done", json_integer(done));
    json_object_set_new(stage, "total", json_integer(total));
    json_object_set_new(stage, "what", json_string("units"));
    facet_array_free(&hashes);
    return FACET_OK;
}

// One more row for a reason of a stage.
static void count_reason(json_t *stages, const char *name, int reason) {
    json_t *stage = stage_named(stages, name), *reasons = json_object_get(stage, "reasons");
    if (!stage) return;
    if (!reasons) {
        reasons = json_object();
        json_object_set_new(stage, "reasons", reasons);
    }
    const char *key = facet_code_name(reason);
    json_object_set_new(reasons, key, json_integer(json_integer_value(json_object_get(reasons, key)) + 1));
}

static bool note_seen(struct status_seen *seen, int64_t rows) {
    if (seen->rows) return seen->count == rows;
    seen->rows = calloc((size_t)rows + 1, 1);
    seen->count = rows;
    return seen->rows;
}

static int count_set_aside(struct facet_store *store, json_t *stages, struct status_seen *seen,
                           struct facet_error *error) {
    struct facet_array codes = {0};
    char **names = NULL;
    int64_t n_names = 0, some = 0;
    if (!facet_store_has(store, "quarantine/code")) return FACET_OK;
    int code = facet_store_read(store, "quarantine/code", FACET_I32, &codes, error);
    if (code != FACET_OK) return code;
    const int32_t *reason = codes.data;
    int64_t rows = (int64_t)facet_array_elements(&codes);
    for (int64_t row = 0; row < rows; row++) some += reason[row] != FACET_OK;
    if (some && note_seen(seen, rows))
        code = facet_store_read_strings(store, "quarantine/stage", &names, &n_names, error);
    for (int64_t row = 0; names && row < rows && row < n_names; row++) {
        if (reason[row] == FACET_OK || reason[row] == FACET_NOTED || seen->rows[row]) continue;
        seen->rows[row] = 1;
        count_reason(stages, names[row], reason[row]);
    }
    free(names);
    facet_array_free(&codes);
    return code;
}

void status_read_container(const char *workspace, json_t *stages, json_t *stage, struct status_seen *seen,
                           bool *exists) {
    char path[4200];
    struct facet_store *store = NULL;
    struct facet_error error = {0};
    snprintf(path, sizeof path, "%s/%s.h5", workspace, json_string_value(json_object_get(stage, "name")));
    *exists = access(path, F_OK) == 0;
    if (!*exists) return;
    json_object_set_new(stage, "file", json_string(strrchr(path, '/') + 1));
    int code = facet_store_open(path, &store, &error);
    if (code == FACET_OK) code = count_units(store, stage, &error);
    if (code == FACET_OK) code = count_set_aside(store, stages, seen, &error);
    if (code != FACET_OK) json_object_set_new(stage, "problem", json_string(error.text));
    facet_store_close(store);
}

// ---- a workspace without run.json -------------------------------------------------------------------------------------

static int is_container(const struct dirent *file) {
    const char *dot = strchr(file->d_name, '.');
    return dot && strcmp(dot, ".h5") == 0; // not stage.checkpoint.h5
}

static void add_stage(json_t *stages, const char *name, size_t length) {
    json_array_append_new(stages, json_pack("{s:s%}", "name", name, length));
}

static bool add_listed(json_t *stages, const char *workspace, const char *file) {
    char path[4200], *text = NULL;
    struct facet_store *store = NULL;
    snprintf(path, sizeof path, "%s/%s", workspace, file);
    int code = facet_store_open(path, &store, NULL);
    if (code == FACET_OK) code = facet_store_read_attribute(store, "stages", &text, NULL);
    facet_store_close(store);
    if (code != FACET_OK) return false;
    for (const char *name = text; *name; name += strcspn(name, "\n"), name += *name == '\n')
        add_stage(stages, name, strcspn(name, "\n"));
    free(text);
    return true;
}

json_t *status_stages_of_containers(const char *workspace) {
    struct dirent **files;
    int count = scandir(workspace, &files, is_container, alphasort);
    if (count <= 0) return NULL;
    json_t *stages = json_array();
    bool listed = false;
    for (int i = 0; i < count && !listed; i++) listed = add_listed(stages, workspace, files[i]->d_name);
    for (int i = 0; i < count; i++) {
        if (!listed) add_stage(stages, files[i]->d_name, strlen(files[i]->d_name) - strlen(".h5"));
        free(files[i]);
    }
    free(files);
    return stages;
}
