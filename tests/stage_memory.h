// A stage handle in memory, so that a collective plugin runs without an engine and stops where a test wants it to.
// Its functions stand in for the library's in the one test program that includes this.
#ifndef FACET_TESTS_STAGE_MEMORY_H
#define FACET_TESTS_STAGE_MEMORY_H

#include "pipeline/items.h"

#include <facet/stage.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { STAGE_MAX = 256 };

struct stage_entry {
    char name[128];
    struct facet_array array; // a string is u8 with its end included
};

struct facet_stage {
    struct facet_comm *comm;
    struct facet_items *items;
    uint64_t seed;
    int threads;
    uint8_t *valid;
    struct stage_entry inputs[STAGE_MAX], outputs[STAGE_MAX], saved[STAGE_MAX];
    int n_inputs, n_outputs, n_saved;
    int64_t questions;  // steps done
    int64_t stop_at;    // the step after which to stop; 0: never
    int64_t save_every; // steps, 0: when it stops
    bool killed;        // what it saves when it stops is lost, as by SIGKILL
};

static inline struct stage_entry *stage_find(struct stage_entry *entries, int n, const char *name) {
    for (int i = 0; i < n; i++)
        if (strcmp(entries[i].name, name) == 0) return &entries[i];
    return NULL;
}

static inline struct facet_array stage_copy(const struct facet_array *array) {
    struct facet_array copy = *array;
    size_t bytes = facet_array_elements(array) * facet_type_size(array->type);
    copy.data = malloc(bytes + 1);
    assert_non_null(copy.data);
    if (array->data) memcpy(copy.data, array->data, bytes);
    return copy;
}

static inline struct stage_entry *stage_add(struct stage_entry *entries, int *n, const char *name,
                                            const struct facet_array *array) {
    assert_true(*n < STAGE_MAX && strlen(name) < sizeof entries->name);
    struct stage_entry *entry = &entries[(*n)++];
    memcpy(entry->name, name, strlen(name) + 1);
    entry->array = stage_copy(array);
    return entry;
}

static inline void stage_input(struct facet_stage *stage, const char *name, enum facet_type type, int rank,
                               const int64_t *dims, const void *data) {
    struct facet_array array = {.type = type, .rank = rank, .data = (void *)(uintptr_t)data};
    for (int i = 0; i < rank; i++) array.dims[i] = dims[i];
    stage_add(stage->inputs, &stage->n_inputs, name, &array);
}

static inline void stage_clear(struct stage_entry *entries, int *n) {
    for (int i = 0; i < *n; i++) facet_array_free(&entries[i].array);
    *n = 0;
}

static inline void stage_destroy(struct facet_stage *stage) {
    stage_clear(stage->inputs, &stage->n_inputs);
    stage_clear(stage->outputs, &stage->n_outputs);
    stage_clear(stage->saved, &stage->n_saved);
    facet_items_destroy(stage->items);
    free(stage->valid);
    free(stage);
}

// ---- facet/stage.h, as far as train, encode and fuse ask ---------------------------------------------------------------
struct facet_comm *facet_stage_comm(struct facet_stage *stage) {
    return stage->comm;
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

int facet_stage_read(struct facet_stage *stage, const char *name, struct facet_array *array,
                     struct facet_error *error) {
    const struct stage_entry *entry = stage_find(stage->inputs, stage->n_inputs, name);
    if (!entry) return facet_error_set(error, FACET_ERROR_DATA, "no array %s", name);
    *array = stage_copy(&entry->array);
    return FACET_OK;
}

int facet_stage_read_string(struct facet_stage *stage, const char *name, char **text, struct facet_error *error) {
    struct facet_array array;
    int code = facet_stage_read(stage, name, &array, error);
    if (!code) *text = array.data;
    return code;
}

bool facet_stage_has(const struct facet_stage *stage, const char *need) {
    for (int i = 0; i < stage->n_inputs; i++)
        if (strcmp(stage->inputs[i].name, need) == 0) return true;
    return false;
}

int facet_stage_field(struct facet_stage *stage, const char *need, struct facet_field *field,
                      struct facet_error *error) {
    const struct stage_entry *entry = stage_find(stage->inputs, stage->n_inputs, need);
    if (!entry) return facet_error_set(error, FACET_ERROR_DATA, "no array %s", need);
    *field = (struct facet_field){.type = entry->array.type, .rank = entry->array.rank - 1};
    for (int i = 0; i < field->rank; i++) field->dims[i] = entry->array.dims[i + 1];
    return FACET_OK;
}

int facet_stage_read_rows(struct facet_stage *stage, const char *need, int64_t first, int64_t count, void *rows,
                          struct facet_error *error) {
    struct facet_field field;
    int code = facet_stage_field(stage, need, &field, error);
    if (code) return code;
    const struct stage_entry *entry = stage_find(stage->inputs, stage->n_inputs, need);
    size_t bytes = facet_field_bytes(&field);
    memcpy(rows, (const char *)entry->array.data + (size_t)first * bytes, (size_t)count * bytes);
    return FACET_OK;
}

int facet_stage_create(struct facet_stage *stage, const char *name, enum facet_type type, int rank, const int64_t *dims,
                       struct facet_error *error) {
    (void)error;
    struct facet_array array = {.type = type, .rank = rank};
    for (int i = 0; i < rank; i++) array.dims[i] = dims[i];
    stage_add(stage->outputs, &stage->n_outputs, name, &array);
    return FACET_OK;
}

int facet_stage_create_string(struct facet_stage *stage, const char *name, const char *text,
                              struct facet_error *error) {
    (void)error;
    struct facet_array array = {.type = FACET_U8, .rank = 1, .dims = {(int64_t)strlen(text) + 1}};
    struct stage_entry *entry = stage_add(stage->outputs, &stage->n_outputs, name, &array);
    memcpy(entry->array.data, text, strlen(text) + 1);
    return FACET_OK;
}

int facet_stage_write(struct facet_stage *stage, const char *name, int64_t first, int64_t count, const void *data,
                      struct facet_error *error) {
    (void)error;
    struct stage_entry *entry = stage_find(stage->outputs, stage->n_outputs, name);
    assert_non_null(entry);
    size_t step =
        facet_array_elements(&entry->array) / (size_t)entry->array.dims[0] * facet_type_size(entry->array.type);
    memcpy((char *)entry->array.data + (size_t)first * step, data, (size_t)count * step);
    return FACET_OK;
}

int facet_stage_save(struct facet_stage *stage, int count, const char *const *names, const struct facet_array *arrays,
                     struct facet_error *error) {
    (void)error;
    if (stage->killed && stage->questions == stage->stop_at) return FACET_OK;
    stage_clear(stage->saved, &stage->n_saved);
    for (int i = 0; i < count; i++) stage_add(stage->saved, &stage->n_saved, names[i], &arrays[i]);
    return FACET_OK;
}

int facet_stage_load(struct facet_stage *stage, int count, const char *const *names, struct facet_array *arrays,
                     bool *found, struct facet_error *error) {
    (void)error;
    *found = stage->n_saved > 0;
    for (int i = 0; i < count && *found; i++) {
        const struct stage_entry *entry = stage_find(stage->saved, stage->n_saved, names[i]);
        assert_non_null(entry);
        arrays[i] = stage_copy(&entry->array);
    }
    return FACET_OK;
}

enum facet_wish facet_stage_step(struct facet_stage *stage) {
    if (++stage->questions == stage->stop_at) return FACET_STOP;
    return stage->save_every && stage->questions % stage->save_every == 0 ? FACET_SAVE : FACET_GO_ON;
}

void facet_stage_progress(struct facet_stage *stage, int64_t done, int64_t total, const char *what) {
    (void)stage;
    assert_in_range(done, 0, total);
    assert_non_null(what);
}

#endif
