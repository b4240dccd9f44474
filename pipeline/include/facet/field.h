// Fields: what a stage hands to the next one, as named arrays of one type and one shape a row.
#ifndef FACET_FIELD_H
#define FACET_FIELD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { FACET_NAME_MAX = 48, FACET_MAX_DIMS = 6, FACET_MAX_FIELDS = 16 };

enum facet_type { FACET_U8 = 1, FACET_I32, FACET_I64, FACET_F32, FACET_F64, FACET_U16 };

size_t facet_type_size(enum facet_type type);      // bytes of one element
const char *facet_type_name(enum facet_type type); // "u8", "i32", ...

struct facet_field {
    char name[FACET_NAME_MAX];
    enum facet_type type;
    int rank;                     // dimensions of one row's value; 0 is a scalar
    int64_t dims[FACET_MAX_DIMS]; // one row's shape; of a ragged field dims[0] is the largest count a row may have
    bool ragged;                  // dims[0] differs from row to row (a mesh's vertices)
};

size_t facet_field_elements(const struct facet_field *field); // elements of one row at its largest
size_t facet_field_bytes(const struct facet_field *field);    // bytes of one row at its largest
size_t facet_field_step(const struct facet_field *field);     // bytes of one step along dims[0] (a vertex)

// A whole array in memory, owned by whoever holds it. A zeroed struct is empty and may be freed.
struct facet_array {
    enum facet_type type;
    int rank;
    int64_t dims[FACET_MAX_DIMS];
    void *data;
};

size_t facet_array_elements(const struct facet_array *array);
void facet_array_free(struct facet_array *array); // NULL is fine; leaves an empty array

#endif
