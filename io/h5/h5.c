#include "io/h5/h5.h"
#include "mpi/ranks.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void h5_silence(void) {
    H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
}

bool h5_fault(enum facet_fault_point point) {
    if (!facet_fault(point)) return false;
    H5Epush2(H5E_DEFAULT, __FILE__, __func__, __LINE__, H5E_ERR_CLS, H5E_NONE_MAJOR, H5E_NONE_MINOR, "injected fault");
    return true;
}

static struct facet_error disorder; // code FACET_OK until ranks come out of a collective call differently

int h5_agree(struct facet_comm *comm, int code, struct facet_error *error) {
    struct facet_error scratch = {0};
    bool uneven;
    if (!error) error = &scratch;
    code = facet_comm_agree_after(comm, code, &uneven, error);
    if (!uneven) return code;
    facet_ranks_leave_unclean();
    if (disorder.code == FACET_OK) disorder = *error;
    return code;
}

int h5_in_disorder(struct facet_comm *comm, struct facet_error *error) {
    if (facet_comm_size(comm) == 1) return FACET_OK;
    int code = facet_ranks_broken(error);
    if (code != FACET_OK || disorder.code == FACET_OK) return code;
    if (error) *error = disorder;
    return disorder.code;
}

hid_t h5_memory_type(enum facet_type type) {
    switch (type) {
    case FACET_U8:
        return H5T_NATIVE_UINT8;
    case FACET_I32:
        return H5T_NATIVE_INT32;
    case FACET_I64:
        return H5T_NATIVE_INT64;
    case FACET_F32:
        return H5T_NATIVE_FLOAT;
    case FACET_F64:
        return H5T_NATIVE_DOUBLE;
    case FACET_U16:
        return H5T_NATIVE_UINT16;
    }
    return H5I_INVALID_HID;
}

hid_t h5_file_type(enum facet_type type) {
    switch (type) {
    case FACET_U8:
        return H5T_STD_U8LE;
    case FACET_I32:
        return H5T_STD_I32LE;
    case FACET_I64:
        return H5T_STD_I64LE;
    case FACET_F32:
        return H5T_IEEE_F32LE;
    case FACET_F64:
        return H5T_IEEE_F64LE;
    case FACET_U16:
        return H5T_STD_U16LE;
    }
    return H5I_INVALID_HID;
}

enum facet_type h5_facet_type(hid_t type) {
    size_t size = H5Tget_size(type);
    switch (H5Tget_class(type)) {
    case H5T_INTEGER:
        if (size == 1 && H5Tget_sign(type) == H5T_SGN_NONE) return FACET_U8;
        if (size == 2 && H5Tget_sign(type) == H5T_SGN_NONE) return FACET_U16;
        return size <= 2 || (size == 4 && H5Tget_sign(type) == H5T_SGN_2) ? FACET_I32 : FACET_I64;
    case H5T_FLOAT:
        return size <= 4 ? FACET_F32 : FACET_F64;
    default:
        return 0;
    }
}

hid_t h5_text_type(size_t width) {
    hid_t type = H5Tcopy(H5T_C_S1);
    if (H5Tset_size(type, width) >= 0 && H5Tset_strpad(type, H5T_STR_NULLPAD) >= 0 &&
        H5Tset_cset(type, H5T_CSET_UTF8) >= 0)
        return type;
    if (type >= 0) H5Tclose(type);
    return H5I_INVALID_HID;
}

bool h5_countable(int rank, const hsize_t *dims) {
    size_t bytes = sizeof(double);
    for (int i = 0; i < rank; i++)
        if (__builtin_mul_overflow(bytes, dims[i], &bytes)) return false;
    return true;
}

bool h5_has(hid_t file, const char *name) {
    char part[512];
    for (const char *p = strchr(name + 1, '/'); p; p = strchr(p + 1, '/')) { // each group on the way
        snprintf(part, sizeof part, "%.*s", (int)(p - name), name);
        if (H5Lexists(file, part, H5P_DEFAULT) <= 0) return false;
    }
    return H5Lexists(file, name, H5P_DEFAULT) > 0;
}

struct cause {
    char text[256];
    int reason; // errno, where an entry of the stack tells it
};

// The innermost entry that says something; HDF5 lists it first when walking upward.
static herr_t innermost(unsigned n, const H5E_error2_t *entry, void *context) {
    (void)n;
    struct cause *cause = context;
    if (!entry->desc || !*entry->desc) return 0;
    const char *number = strstr(entry->desc, "errno = ");
    if (number && !cause->reason) cause->reason = atoi(number + strlen("errno = "));
    if (*cause->text) return 0;
    snprintf(cause->text, sizeof cause->text, "%s", entry->desc);
    char *detail = strstr(cause->text, ", filename ="); // the sentence names the file already
    if (detail) *detail = '\0';
    return 0;
}

int h5_system_failed(const char *path, const char *what, int reason, struct facet_error *error) {
    return facet_error_set(error, FACET_ERROR_IO, "%s: %s: %s", path, what, strerror(reason));
}

int h5_failed(const char *path, const char *what, struct facet_error *error) {
    struct cause cause = {0};
    H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, innermost, &cause);
    H5Eclear2(H5E_DEFAULT);
    if (cause.reason) return h5_system_failed(path, what, cause.reason, error);
    return facet_error_set(error, FACET_ERROR_IO, "%s: %s: %s", path, what,
                           *cause.text ? cause.text : "HDF5 gives no reason");
}

int h5_write_text_attribute(hid_t file, const char *path, const char *name, const char *text,
                            struct facet_error *error) {
    hid_t type = h5_text_type(strlen(text) + 1), space = H5Screate(H5S_SCALAR);
    hid_t attribute = h5_fault(FAULT_H5_ATTRIBUTE_WRITE)
                          ? H5I_INVALID_HID
                          : H5Acreate2(file, name, type, space, H5P_DEFAULT, H5P_DEFAULT);
    int code = FACET_OK;
    if (attribute < 0 || H5Awrite(attribute, type, text) < 0)
        code = h5_failed(path, "cannot write an attribute", error);
    if (attribute >= 0) H5Aclose(attribute);
    if (space >= 0) H5Sclose(space);
    if (type >= 0) H5Tclose(type);
    return code;
}

static int read_fixed_text(hid_t attribute, hid_t type, const char *path, char **text, struct facet_error *error) {
    *text = facet_fault(FAULT_MEMORY_ATTRIBUTE) ? NULL : calloc(H5Tget_size(type) + 1, 1);
    if (!*text) return facet_error_set(error, FACET_ERROR_MEMORY, "%s: out of memory for an attribute", path);
    if (h5_fault(FAULT_H5_ATTRIBUTE_READ) || H5Aread(attribute, type, *text) < 0)
        return h5_failed(path, "cannot read an attribute", error);
    return FACET_OK;
}

// What h5py writes for a Python string.
static int read_variable_text(hid_t attribute, hid_t type, const char *path, char **text, struct facet_error *error) {
    char *found = NULL;
    if (H5Aread(attribute, type, &found) < 0) return h5_failed(path, "cannot read an attribute", error);
    *text = strdup(found ? found : "");
    H5free_memory(found);
    if (*text) return FACET_OK;
    return facet_error_set(error, FACET_ERROR_MEMORY, "%s: out of memory for an attribute", path);
}

int h5_read_text_attribute(hid_t file, const char *path, const char *name, char **text, struct facet_error *error) {
    *text = NULL;
    if (H5Aexists(file, name) <= 0)
        return facet_error_set(error, FACET_ERROR_DATA, "%s: no attribute named %s", path, name);
    hid_t attribute = H5Aopen(file, name, H5P_DEFAULT), type = H5Aget_type(attribute);
    hid_t space = H5Aget_space(attribute);
    int code;
    if (H5Tget_class(type) != H5T_STRING || H5Sget_simple_extent_npoints(space) != 1)
        code = facet_error_set(error, FACET_ERROR_DATA, "%s: attribute %s is not a single text", path, name);
    else if (H5Tis_variable_str(type) > 0)
        code = read_variable_text(attribute, type, path, text, error);
    else
        code = read_fixed_text(attribute, type, path, text, error);
    if (code != FACET_OK) free(*text), *text = NULL;
    if (space >= 0) H5Sclose(space);
    if (type >= 0) H5Tclose(type);
    if (attribute >= 0) H5Aclose(attribute);
    H5Eclear2(H5E_DEFAULT);
    return code;
}
