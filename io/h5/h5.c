#include "io/h5/h5.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

void h5_silence(void) {
    H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
    errno = 0;
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
    }
    return H5I_INVALID_HID;
}

enum facet_type h5_facet_type(hid_t type) {
    size_t size = H5Tget_size(type);
    switch (H5Tget_class(type)) {
    case H5T_INTEGER:
        if (size == 1 && H5Tget_sign(type) == H5T_SGN_NONE) return FACET_U8;
        return size <= 2 || (size == 4 && H5Tget_sign(type) == H5T_SGN_2) ? FACET_I32 : FACET_I64;
    case H5T_FLOAT:
        return size <= 4 ? FACET_F32 : FACET_F64;
    default:
        return 0;
    }
}

// The innermost entry that says something; HDF5 lists it first when walking upward.
static herr_t innermost(unsigned n, const H5E_error2_t *entry, void *text) {
    (void)n;
    char *cause = text;
    if (!*cause && entry->desc && *entry->desc) {
        strncat(cause, entry->desc, 200);
        char *detail = strstr(cause, ", filename ="); // the sentence names the file already
        if (detail) *detail = '\0';
    }
    return 0;
}

static int disk_is_full(const char *path) {
    char folder[4096];
    strncpy(folder, path, sizeof folder - 1);
    folder[sizeof folder - 1] = '\0';
    char *slash = strrchr(folder, '/');
    if (slash) *slash = '\0';
    struct statvfs room;
    return statvfs(slash ? folder : ".", &room) == 0 && (unsigned long long)room.f_bavail * room.f_frsize < 65536;
}

int h5_failed(const char *path, const char *what, struct facet_error *error) {
    int saved = errno;
    char cause[256] = "";
    H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, innermost, cause);
    H5Eclear2(H5E_DEFAULT);
    if (disk_is_full(path)) saved = ENOSPC;
    // HDF5 and MPI-IO leave errno behind from calls that went well, so only causes that show are believed.
    bool unreachable = (saved == ENOENT || saved == EACCES || saved == EROFS) && access(path, F_OK) != 0;
    bool named = saved == ENOSPC || saved == EDQUOT || unreachable || (saved == EACCES && access(path, R_OK) != 0);
    if (named) return facet_error_set(error, FACET_ERROR_IO, "%s: %s: %s", path, what, strerror(saved));
    return facet_error_set(error, FACET_ERROR_IO, "%s: %s: %s", path, what, *cause ? cause : "HDF5 gives no reason");
}

int h5_write_text_attribute(hid_t file, const char *path, const char *name, const char *text,
                            struct facet_error *error) {
    hid_t type = H5Tcopy(H5T_C_S1), space = H5Screate(H5S_SCALAR), attribute = H5I_INVALID_HID;
    H5Tset_size(type, strlen(text) + 1);
    H5Tset_cset(type, H5T_CSET_UTF8);
    attribute = H5Acreate2(file, name, type, space, H5P_DEFAULT, H5P_DEFAULT);
    int code = FACET_OK;
    if (attribute < 0 || H5Awrite(attribute, type, text) < 0)
        code = h5_failed(path, "cannot write an attribute", error);
    if (attribute >= 0) H5Aclose(attribute);
    H5Sclose(space);
    H5Tclose(type);
    return code;
}

int h5_read_text_attribute(hid_t file, const char *path, const char *name, char **text, struct facet_error *error) {
    *text = NULL;
    int code = FACET_OK;
    if (H5Aexists(file, name) <= 0)
        return facet_error_set(error, FACET_ERROR_DATA, "%s: no attribute named %s", path, name);
    hid_t attribute = H5Aopen(file, name, H5P_DEFAULT), type = H5Aget_type(attribute);
    if (H5Tget_class(type) != H5T_STRING || H5Tis_variable_str(type) > 0) {
        code = facet_error_set(error, FACET_ERROR_DATA, "%s: attribute %s is not a fixed-length string", path, name);
        goto error;
    }
    size_t size = H5Tget_size(type);
    *text = calloc(size + 1, 1);
    if (!*text)
        code = facet_error_set(error, FACET_ERROR_MEMORY, "out of memory for attribute %s", name);
    else if (H5Aread(attribute, type, *text) < 0)
        code = h5_failed(path, "cannot read an attribute", error);
error:
    if (code != FACET_OK) free(*text), *text = NULL;
    H5Tclose(type);
    H5Aclose(attribute);
    return code;
}
