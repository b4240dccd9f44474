// Layouts: how the rows of a map stage lie in its container.
//
// A fixed field is data/<name>, one entry a row. A ragged field is data/<name> in slots of one step (a vertex), with the
// slot where a row begins in data/<name>_start and its number of slots in data/<name>_count. The rows of a unit lie
// packed from slot (first row of the unit) * (largest count) on; what they leave of their share is a hole in the file.
#ifndef FACET_PIPELINE_LAYOUT_H
#define FACET_PIPELINE_LAYOUT_H

#include "io/h5/container.h"

struct facet_layout {
    struct facet_field fields[FACET_MAX_FIELDS]; // in the order the stage declares them
    int n_fields;
    int64_t rows; // of the workspace
};

enum { FACET_LAYOUT_DATASETS = 3 * FACET_MAX_FIELDS + 8 };
enum { FACET_DATASET_NAME = FACET_NAME_MAX + 16 };

// "data/<field><suffix>"
void facet_data_name(const struct facet_field *field, const char *suffix, char name[FACET_DATASET_NAME]);
// The datasets of a layout that have an entry a row (or slots): fields, ledger, row hashes. Returns how many.
int facet_layout_datasets(const struct facet_layout *layout, struct facet_dataset datasets[FACET_LAYOUT_DATASETS]);
// The field `name` as a container of `rows` rows holds it. Errors: DATA (no such field, or not one value a row).
int facet_layout_field(struct facet_container *container, const char *name, int64_t rows, struct facet_field *field,
                       struct facet_error *error);
// The layout of a container nobody planned, from its attribute "fields" and its shapes.
int facet_layout_of(struct facet_container *container, struct facet_layout *layout, struct facet_error *error);
// Whether two layouts are the same but for how many slots a ragged row may have.
struct facet_hash facet_layout_hash(const struct facet_layout *layout);

#endif
