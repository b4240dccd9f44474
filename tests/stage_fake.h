// A stage in memory, for collective plugins: arrays given by the test, arrays made by the plugin, and a plugin that stops where
// a test wants it to. It stands in for the engine's functions of the same names.
#ifndef FACET_TESTS_STAGE_FAKE_H
#define FACET_TESTS_STAGE_FAKE_H

#include "mpi/ranks.h"
#include "pipeline/params.h"

#include <facet/plugin.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

enum { FAKE_ARRAYS = 256 };

struct fake_array {
    char name[128];
    struct facet_array array; // a text is u8 with its end
};

struct facet_stage {
    struct facet_comm *comm;
    const struct facet_items *items;
    uint8_t *valid;
    uint64_t seed;
    int threads;
    const char *folder; // of files for people
    int n_given, n_made, n_saved;
    struct fake_array given[FAKE_ARRAYS], made[FAKE_ARRAYS], saved[FAKE_ARRAYS];
    int64_t steps;      // done
    int64_t stop_at;    // the step after which to stop; 0: never
    int64_t save_every; // steps; 0: when it stops
    bool killed;        // what it saves when it stops is lost, as by SIGKILL
    struct facet_stage_record records[16];
    int n_records;
    struct facet_quarantine_entry quarantine[16];
    int n_quarantine;
    char warning[FACET_ERROR_TEXT]; // the last one
};

static inline struct fake_array *fake_find(struct fake_array *arrays, int n, const char *name) {
    for (int i = 0; i < n; i++)
        if (strcmp(arrays[i].name, name) == 0) return &arrays[i];
    return NULL;
}

static inline struct facet_array fake_copy(enum facet_type type, int rank, const int64_t *dims, const void *data) {
    struct facet_array array = {.type = type, .rank = rank};
    if (rank > 0) memcpy(array.dims, dims, (size_t)rank * sizeof *dims);
    size_t bytes = facet_array_elements(&array) * facet_type_size(type);
    array.data = calloc(bytes + 1, 1);
    assert_non_null(array.data);
    if (data) memcpy(array.data, data, bytes);
    return array;
}

static inline void fake_add(struct fake_array *arrays, int *n, const char *name, const struct facet_array *array) {
    assert_true(*n < FAKE_ARRAYS && strlen(name) < sizeof arrays->name);
    memcpy(arrays[*n].name, name, strlen(name) + 1);
    arrays[(*n)++].array = fake_copy(array->type, array->rank, array->dims, array->data);
}

static inline void fake_give(struct facet_stage *stage, const char *name, enum facet_type type, int rank,
                             const int64_t *dims, const void *data) {
    struct facet_array array = {.type = type, .rank = rank, .data = (void *)(uintptr_t)data};
    if (rank > 0) memcpy(array.dims, dims, (size_t)rank * sizeof *dims);
    fake_add(stage->given, &stage->n_given, name, &array);
}

static inline void fake_give_text(struct facet_stage *stage, const char *name, const char *text) {
    int64_t length = (int64_t)strlen(text) + 1;
    fake_give(stage, name, FACET_U8, 1, &length, text);
}

static inline const struct facet_array *fake_made(struct facet_stage *stage, const char *name) {
    struct fake_array *made = fake_find(stage->made, stage->n_made, name);
    if (!made) fail_msg("the stage did not make %s", name);
    return &made->array;
}

// What one stage made is what the next one is given.
static inline void fake_hand_on(struct facet_stage *from, struct facet_stage *to) {
    assert_true(to->n_given + from->n_made <= FAKE_ARRAYS);
    for (int i = 0; i < from->n_made; i++) to->given[to->n_given++] = from->made[i];
    from->n_made = 0;
}

static inline void fake_free(struct fake_array *arrays, int *n) {
    for (int i = 0; i < *n; i++) facet_array_free(&arrays[i].array);
    *n = 0;
}

static inline void fake_clear(struct facet_stage *stage) {
    fake_free(stage->given, &stage->n_given);
    fake_free(stage->made, &stage->n_made);
    fake_free(stage->saved, &stage->n_saved);
}

static inline int fake_run(const struct facet_plugin *plugin, const char *settings, struct facet_stage *stage,
                           struct facet_error *error) {
    struct facet_params *params = NULL;
    int code = facet_params_from_text(plugin->params, settings, &params, error);
    if (!code) code = plugin->collective->run(params, stage, error);
    facet_params_destroy(params);
    return code;
}

// ---- what the engine would offer -----------------------------------------------------------------------------------
const char *facet_stage_name(const struct facet_stage *stage) {
    (void)stage;
    return "fake";
}
const struct facet_items *facet_stage_items(const struct facet_stage *stage) {
    return stage->items;
}
uint64_t facet_stage_seed(const struct facet_stage *stage) {
    return stage->seed;
}
int facet_stage_threads(const struct facet_stage *stage) {
    return stage->threads;
}
const uint8_t *facet_stage_valid(const struct facet_stage *stage) {
    return stage->valid;
}
struct facet_comm *facet_stage_comm(struct facet_stage *stage) {
    return stage->comm;
}

bool facet_stage_has(const struct facet_stage *stage, const char *need) {
    size_t length = strlen(need);
    for (int i = 0; i < stage->n_given; i++)
        if (strncmp(stage->given[i].name, need, length) == 0 && strchr("/", stage->given[i].name[length])) return true;
    return false;
}

bool facet_stage_has_array(struct facet_stage *stage, const char *name) {
    return fake_find(stage->given, stage->n_given, name) != NULL;
}

int facet_stage_read(struct facet_stage *stage, const char *name, struct facet_array *array,
                     struct facet_error *error) {
    struct fake_array *given = fake_find(stage->given, stage->n_given, name);
    if (!given) return facet_error_set(error, FACET_ERROR_DATA, "there is no %s", name);
    *array = fake_copy(given->array.type, given->array.rank, given->array.dims, given->array.data);
    return FACET_OK;
}

int facet_stage_read_string(struct facet_stage *stage, const char *name, char **text, struct facet_error *error) {
    struct fake_array *given = fake_find(stage->given, stage->n_given, name);
    if (!given) return facet_error_set(error, FACET_ERROR_DATA, "there is no %s", name);
    *text = strdup(given->array.data);
    return FACET_OK;
}

int facet_stage_field(struct facet_stage *stage, const char *need, struct facet_field *field,
                      struct facet_error *error) {
    struct fake_array *given = fake_find(stage->given, stage->n_given, need);
    if (!given) return facet_error_set(error, FACET_ERROR_DATA, "there is no %s", need);
    *field = (struct facet_field){.type = given->array.type, .rank = given->array.rank - 1};
    for (int i = 0; i < field->rank; i++) field->dims[i] = given->array.dims[i + 1];
    return FACET_OK;
}

int facet_stage_read_rows(struct facet_stage *stage, const char *need, int64_t first, int64_t count, void *rows,
                          struct facet_error *error) {
    struct facet_field field;
    int code = facet_stage_field(stage, need, &field, error);
    if (code) return code;
    size_t bytes = facet_field_bytes(&field);
    const char *data = fake_find(stage->given, stage->n_given, need)->array.data;
    memcpy(rows, data + (size_t)first * bytes, (size_t)count * bytes);
    return FACET_OK;
}

int facet_stage_create(struct facet_stage *stage, const char *name, enum facet_type type, int rank, const int64_t *dims,
                       struct facet_error *error) {
    struct facet_array array = {.type = type, .rank = rank};
    (void)error;
    if (rank > 0) memcpy(array.dims, dims, (size_t)rank * sizeof *dims);
    fake_add(stage->made, &stage->n_made, name, &array);
    return FACET_OK;
}

int facet_stage_create_string(struct facet_stage *stage, const char *name, const char *text,
                              struct facet_error *error) {
    int64_t length = (int64_t)strlen(text) + 1;
    int code = facet_stage_create(stage, name, FACET_U8, 1, &length, error);
    memcpy(stage->made[stage->n_made - 1].array.data, text, (size_t)length);
    return code;
}

int facet_stage_write(struct facet_stage *stage, const char *name, int64_t first, int64_t count, const void *data,
                      struct facet_error *error) {
    struct fake_array *made = fake_find(stage->made, stage->n_made, name);
    (void)error;
    assert_non_null(made);
    assert_true(first >= 0 && first + count <= made->array.dims[0]);
    size_t bytes = facet_array_elements(&made->array) * facet_type_size(made->array.type);
    size_t step = made->array.dims[0] ? bytes / (size_t)made->array.dims[0] : 0;
    memcpy((char *)made->array.data + (size_t)first * step, data, (size_t)count * step);
    return FACET_OK;
}

int facet_stage_save(struct facet_stage *stage, int count, const char *const *names, const struct facet_array *arrays,
                     struct facet_error *error) {
    (void)error;
    if (stage->killed && stage->steps == stage->stop_at) return FACET_OK;
    fake_free(stage->saved, &stage->n_saved);
    for (int i = 0; i < count; i++) fake_add(stage->saved, &stage->n_saved, names[i], &arrays[i]);
    return FACET_OK;
}

int facet_stage_load(struct facet_stage *stage, int count, const char *const *names, struct facet_array *arrays,
                     bool *found, struct facet_error *error) {
    (void)error;
    *found = stage->n_saved > 0;
    for (int i = 0; i < count && *found; i++) {
        const struct fake_array *saved = fake_find(stage->saved, stage->n_saved, names[i]);
        assert_non_null(saved);
        arrays[i] = fake_copy(saved->array.type, saved->array.rank, saved->array.dims, saved->array.data);
    }
    return FACET_OK;
}

enum facet_wish facet_stage_step(struct facet_stage *stage) {
    if (++stage->steps == stage->stop_at) return FACET_STOP;
    return stage->save_every && stage->steps % stage->save_every == 0 ? FACET_SAVE : FACET_GO_ON;
}

int facet_stage_path(struct facet_stage *stage, const char *relative, char *path, size_t size,
                     struct facet_error *error) {
    (void)error;
    snprintf(path, size, "%s/%s", stage->folder, relative);
    for (char *slash = path + strlen(stage->folder) + 1; (slash = strchr(slash, '/')); *slash++ = '/') {
        *slash = '\0';
        mkdir(path, 0777);
    }
    return FACET_OK;
}

void facet_stage_warn(struct facet_stage *stage, const char *format, ...) {
    va_list args;
    va_start(args, format);
    vsnprintf(stage->warning, sizeof stage->warning, format, args);
    va_end(args);
}
bool facet_stage_should_stop(struct facet_stage *stage) {
    (void)stage;
    return false;
}
void facet_stage_progress(struct facet_stage *stage, int64_t done, int64_t total, const char *what) {
    (void)stage;
    assert_in_range(done, 0, total);
    assert_non_null(what);
}
int facet_stage_records(const struct facet_stage *stage) {
    return stage->n_records;
}
struct facet_stage_record facet_stage_record(const struct facet_stage *stage, int index) {
    return stage->records[index];
}
int64_t facet_stage_quarantined(struct facet_stage *stage) {
    return stage->n_quarantine;
}
struct facet_quarantine_entry facet_stage_quarantine(struct facet_stage *stage, int64_t index) {
    return stage->quarantine[index];
}
const char *facet_stage_provenance(const struct facet_stage *stage, const char *key) {
    (void)stage;
    return strcmp(key, "command") == 0 ? "facet run fake.cfg --set a=<b>" : strcmp(key, "name") == 0 ? "fake" : "";
}

#endif
