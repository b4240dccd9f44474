#include <facet/field.h>

#include <stdlib.h>
#include <string.h>

static const struct {
    size_t size;
    const char *name;
} types[] = {
    [FACET_U8] = {1, "u8"},   [FACET_I32] = {4, "i32"}, [FACET_I64] = {8, "i64"},
    [FACET_F32] = {4, "f32"}, [FACET_F64] = {8, "f64"}, [FACET_U16] = {2, "u16"},
};

static bool known(enum facet_type type) {
    return type >= FACET_U8 && type <= FACET_U16;
}

size_t facet_type_size(enum facet_type type) {
    return known(type) ? types[type].size : 0;
}

const char *facet_type_name(enum facet_type type) {
    return known(type) ? types[type].name : "?";
}

static size_t product(const int64_t *dims, int rank) {
    size_t n = 1;
    for (int i = 0; i < rank; i++) n *= (size_t)dims[i];
    return n;
}

size_t facet_field_elements(const struct facet_field *field) {
    return product(field->dims, field->rank);
}

size_t facet_field_bytes(const struct facet_field *field) {
    return facet_field_elements(field) * facet_type_size(field->type);
}

size_t facet_field_step(const struct facet_field *field) {
    size_t tail = field->rank > 0 ? product(field->dims + 1, field->rank - 1) : 1;
    return tail * facet_type_size(field->type);
}

size_t facet_array_elements(const struct facet_array *array) {
    return product(array->dims, array->rank);
}

void facet_array_free(struct facet_array *array) {
    if (!array) return;
    free(array->data);
    *array = (struct facet_array){0};
}
