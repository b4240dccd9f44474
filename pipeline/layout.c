#include "pipeline/layout.h"

#include "pipeline/block.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void facet_data_name(const struct facet_field *field, const char *suffix, char name[FACET_DATASET_NAME]) {
    snprintf(name, FACET_DATASET_NAME, "data/%s%s", field->name, suffix);
}

static struct facet_dataset a_row_each(const char *name, enum facet_type type, size_t width, int64_t rows) {
    struct facet_dataset dataset = {.type = type, .width = width, .rank = 1, .dims = {rows}};
    snprintf(dataset.name, sizeof dataset.name, "%s", name);
    return dataset;
}

static int field_datasets(const struct facet_field *field, int64_t rows, struct facet_dataset *to) {
    char name[FACET_DATASET_NAME];
    facet_data_name(field, "", name);
    to[0] = a_row_each(name, field->type, 0, rows);
    if (!field->ragged) {
        to[0].rank = field->rank + 1;
        memcpy(to[0].dims + 1, field->dims, (size_t)field->rank * sizeof *field->dims);
        return 1;
    }
    to[0].rank = field->rank;
    memcpy(to[0].dims, field->dims, (size_t)field->rank * sizeof *field->dims);
    to[0].dims[0] *= rows;
    facet_data_name(field, "_start", name);
    to[1] = a_row_each(name, FACET_I64, 0, rows);
    facet_data_name(field, "_count", name);
    to[2] = a_row_each(name, FACET_I64, 0, rows);
    return 3;
}

int facet_layout_datasets(const struct facet_layout *layout, struct facet_dataset datasets[FACET_LAYOUT_DATASETS]) {
    int n = 0;
    int64_t rows = layout->rows;
    for (int i = 0; i < layout->n_fields; i++) n += field_datasets(&layout->fields[i], rows, &datasets[n]);
    datasets[n++] = a_row_each("items/valid", FACET_U8, 0, rows);
    datasets[n++] = a_row_each("quarantine/code", FACET_I32, 0, rows);
    datasets[n++] = a_row_each("quarantine/stage", 0, FACET_NAME_MAX, rows);
    datasets[n++] = a_row_each("quarantine/message", 0, FACET_MESSAGE_MAX, rows);
    datasets[n++] = a_row_each("quarantine/tries", FACET_I32, 0, rows);
    datasets[n] = a_row_each("rows/hash", FACET_I64, 0, rows);
    datasets[n].rank = 2, datasets[n++].dims[1] = 2;
    return n;
}

int facet_layout_field(struct facet_container *container, const char *name, int64_t rows, struct facet_field *field,
                       struct facet_error *error) {
    struct facet_dataset is;
    char path[FACET_DATASET_NAME];
    *field = (struct facet_field){0};
    snprintf(field->name, sizeof field->name, "%s", name);
    facet_data_name(field, "", path);
    int code = facet_container_describe(container, path, &is, error);
    if (code != FACET_OK) return code;
    facet_data_name(field, "_start", path);
    field->ragged = facet_container_has(container, path);
    field->type = is.type;
    field->rank = field->ragged ? is.rank : is.rank - 1;
    memcpy(field->dims, field->ragged ? is.dims : is.dims + 1, sizeof field->dims - sizeof *field->dims);
    bool good = is.type && is.rank > 0 && rows > 0 && (field->ragged ? is.dims[0] % rows == 0 : is.dims[0] == rows);
    if (!good)
        return facet_error_set(error, FACET_ERROR_DATA, "%s: data/%s does not have one value a row",
                               facet_container_path(container), name);
    if (field->ragged) field->dims[0] /= rows;
    return FACET_OK;
}

int facet_layout_of(struct facet_container *container, struct facet_layout *layout, struct facet_error *error) {
    struct facet_dataset valid;
    char *names = NULL, *place = NULL;
    *layout = (struct facet_layout){0};
    int code = facet_container_describe(container, "items/valid", &valid, error);
    if (code == FACET_OK) layout->rows = facet_dataset_rows(&valid);
    if (code == FACET_OK) code = facet_container_attribute(container, "fields", &names, error);
    for (char *name = code == FACET_OK ? strtok_r(names, "\n", &place) : NULL; name && code == FACET_OK;
         name = strtok_r(NULL, "\n", &place)) {
        if (layout->n_fields == FACET_MAX_FIELDS)
            code = facet_error_set(error, FACET_ERROR_DATA, "%s: more than %d fields", facet_container_path(container),
                                   FACET_MAX_FIELDS);
        else
            code = facet_layout_field(container, name, layout->rows, &layout->fields[layout->n_fields++], error);
    }
    free(names);
    return code;
}

struct facet_hash facet_layout_hash(const struct facet_layout *layout) {
    struct facet_hash hash = facet_hash_bytes((struct facet_hash){0}, &layout->rows, sizeof layout->rows);
    for (int i = 0; i < layout->n_fields; i++) {
        const struct facet_field *field = &layout->fields[i];
        int64_t shape[3 + FACET_MAX_DIMS] = {(int64_t)field->type, field->rank, field->ragged};
        memcpy(shape + 3, field->dims, sizeof field->dims);
        if (field->ragged) shape[3] = 0;
        hash = facet_hash_bytes(hash, field->name, strlen(field->name));
        hash = facet_hash_bytes(hash, shape, sizeof shape);
    }
    return hash;
}
