// Side files read and written whole by one process (facet/store.h).
#include <facet/store.h>

#include "io/h5/h5.h"
#include "mpi/ranks.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct facet_store {
    hid_t file;
    char *path; // where the reader finds it
    char *part; // where it is written; NULL when reading
    int ballast;
    struct facet_error failed; // code FACET_OK until a write fails; then the file cannot be whole
};

static struct facet_store *new_store(const char *path, bool writing) {
    struct facet_store *store = facet_fault(FAULT_MEMORY_STORE) ? NULL : calloc(1, sizeof *store);
    if (!store) return NULL;
    store->file = H5I_INVALID_HID, store->ballast = -1;
    store->path = facet_fault(FAULT_MEMORY_PATH) ? NULL : strdup(path);
    if (writing && store->path) {
        size_t size = strlen(path) + 6;
        store->part = facet_fault(FAULT_MEMORY_PATH) ? NULL : malloc(size);
        if (store->part) snprintf(store->part, size, "%s.part", path);
    }
    if (store->path && (store->part || !writing)) return store;
    facet_store_close(store);
    return NULL;
}

// Without locks: a run may be writing the file while we look, and some file systems have none.
static hid_t lockless(void) {
    hid_t list = H5Pcreate(H5P_FILE_ACCESS);
    if (H5Pset_file_locking(list, false, true) >= 0) return list;
    if (list >= 0) H5Pclose(list);
    return H5I_INVALID_HID;
}

int facet_store_open(const char *path, struct facet_store **store, struct facet_error *error) {
    *store = NULL;
    h5_silence();
    struct facet_store *s = new_store(path, false);
    if (!s) return facet_error_set(error, FACET_ERROR_MEMORY, "out of memory for %s", path);
    hid_t list = lockless();
    s->file = h5_fault(FAULT_STORE_OPEN) ? H5I_INVALID_HID : H5Fopen(path, H5F_ACC_RDONLY, list);
    int code = s->file < 0 ? h5_failed(path, "cannot open as an HDF5 file", error) : FACET_OK;
    if (list >= 0) H5Pclose(list);
    if (code == FACET_OK)
        *store = s;
    else
        facet_store_close(s);
    return code;
}

int facet_store_create(const char *path, struct facet_store **store, struct facet_error *error) {
    *store = NULL;
    h5_silence();
    struct facet_store *s = new_store(path, true);
    if (!s) return facet_error_set(error, FACET_ERROR_MEMORY, "out of memory for %s", path);
    int code = h5_make_file(s->part, error);
    if (code == FACET_OK) code = h5_take_ballast(s->part, H5_BALLAST, &s->ballast, error);
    hid_t list = lockless();
    if (code == FACET_OK && !h5_fault(FAULT_STORE_CREATE))
        s->file = H5Fcreate(s->part, H5F_ACC_TRUNC, H5P_DEFAULT, list);
    if (code == FACET_OK && s->file < 0) code = h5_failed(s->part, "cannot make the file", error);
    if (list >= 0) H5Pclose(list);
    if (code == FACET_OK)
        *store = s;
    else
        facet_store_close(s);
    return code;
}

// As h5_close_written, for one process.
static int close_written(struct facet_store *store, struct facet_error *error) {
    hid_t file = store->file;
    store->file = H5I_INVALID_HID;
    h5_drop_ballast(&store->ballast);
    int code = FACET_OK;
    if (h5_fault(FAULT_STORE_FLUSH) || H5Fflush(file, H5F_SCOPE_GLOBAL) < 0)
        code = h5_failed(store->part, "cannot flush", error);
    else if (h5_fault(FAULT_STORE_CLOSE) || H5Fclose(file) < 0)
        code = h5_failed(store->part, "cannot close", error);
    if (code != FACET_OK) facet_ranks_leave_unclean();
    return code;
}

int facet_store_commit(struct facet_store *store, struct facet_error *error) {
    FACET_REQUIRE(store->part);
    h5_silence();
    if (store->failed.code != FACET_OK) {
        if (error) *error = store->failed;
        return store->failed.code;
    }
    int code = close_written(store, error);
    if (code == FACET_OK) code = h5_move_into_place(store->part, store->path, error);
    if (code != FACET_OK) return code;
    free(store->part);
    store->part = NULL;
    return FACET_OK;
}

void facet_store_close(struct facet_store *store) {
    if (!store) return;
    h5_silence();
    if (store->file >= 0 && store->part)
        close_written(store, NULL);
    else if (store->file >= 0)
        H5Fclose(store->file);
    H5Eclear2(H5E_DEFAULT);
    h5_drop_ballast(&store->ballast);
    if (store->part) unlink(store->part);
    free(store->part);
    free(store->path);
    free(store);
}

bool facet_store_has(const struct facet_store *store, const char *name) {
    h5_silence();
    return h5_has(store->file, name);
}

// Opens a dataset and its space, and checks what can be checked before reading.
struct opened {
    hid_t id, space, type;
    int rank;
    hsize_t dims[FACET_MAX_DIMS];
};

static void close_dataset(struct opened *opened) {
    if (opened->type >= 0) H5Tclose(opened->type);
    if (opened->space >= 0) H5Sclose(opened->space);
    if (opened->id >= 0) H5Dclose(opened->id);
}

static int cannot_open(struct facet_store *store, const char *name, struct facet_error *error) {
    char what[240];
    H5O_info_t is;
    snprintf(what, sizeof what, "cannot open %s", name);
    int code = h5_failed(store->path, what, error);
    if (H5Oget_info_by_name2(store->file, name, &is, H5O_INFO_BASIC, H5P_DEFAULT) < 0 || is.type == H5O_TYPE_DATASET)
        return code;
    return facet_error_set(error, FACET_ERROR_DATA, "%s: %s is not a dataset", store->path, name);
}

static int open_dataset(struct facet_store *store, const char *name, struct opened *opened, struct facet_error *error) {
    *opened = (struct opened){.id = H5I_INVALID_HID, .space = H5I_INVALID_HID, .type = H5I_INVALID_HID};
    if (!facet_store_has(store, name))
        return facet_error_set(error, FACET_ERROR_DATA, "%s: no dataset named %s", store->path, name);
    opened->id = h5_fault(FAULT_STORE_DATASET_OPEN) ? H5I_INVALID_HID : H5Dopen2(store->file, name, H5P_DEFAULT);
    if (opened->id < 0) return cannot_open(store, name, error);
    opened->space = H5Dget_space(opened->id);
    opened->type = H5Dget_type(opened->id);
    opened->rank = H5Sget_simple_extent_ndims(opened->space);
    if (opened->rank < 0 || opened->rank > FACET_MAX_DIMS) {
        close_dataset(opened);
        return facet_error_set(error, FACET_ERROR_DATA, "%s: dataset %s has more than %d dimensions", store->path, name,
                               FACET_MAX_DIMS);
    }
    if (opened->rank) H5Sget_simple_extent_dims(opened->space, opened->dims, NULL);
    return FACET_OK;
}

static int describe(const struct opened *opened, const char *path, const char *name, enum facet_type type,
                    struct facet_array *array, struct facet_error *error) {
    enum facet_type stored = h5_facet_type(opened->type);
    *array = (struct facet_array){.type = type ? type : stored, .rank = opened->rank};
    if (!stored) return facet_error_set(error, FACET_ERROR_DATA, "%s: dataset %s holds no numbers", path, name);
    if (!h5_countable(opened->rank, opened->dims))
        return facet_error_set(error, FACET_ERROR_DATA, "%s: dataset %s is larger than memory can be", path, name);
    for (int i = 0; i < opened->rank; i++) array->dims[i] = (int64_t)opened->dims[i];
    return FACET_OK;
}

// Each dataset carries XXH3-128 of its bytes: what has changed since is noticed when it is read whole and as it is stored.
static const char sum_name[] = "xxh3";

static int write_sum(hid_t id, const char *path, const void *data, size_t bytes, struct facet_error *error) {
    char text[33];
    facet_hash_text(facet_hash_bytes((struct facet_hash){0}, data, bytes), text);
    return h5_write_text_attribute(id, path, sum_name, text, error);
}

static int check_sum(struct facet_store *store, const char *name, hid_t id, const void *data, size_t bytes,
                     struct facet_error *error) {
    char *then, now[33];
    if (H5Aexists(id, sum_name) <= 0) return FACET_OK; // others' files, and containers, which have hashes of their own
    int code = h5_read_text_attribute(id, store->path, sum_name, &then, error);
    if (code != FACET_OK) return code;
    facet_hash_text(facet_hash_bytes((struct facet_hash){0}, data, bytes), now);
    bool same = strcmp(then, now) == 0;
    free(then);
    if (same) return FACET_OK;
    return facet_error_set(error, FACET_ERROR_DATA,
                           "%s: the bytes of %s are not those that were written: the file is damaged", store->path,
                           name);
}

static int read_selected(struct facet_store *store, const char *name, const struct opened *opened,
                         struct facet_array *array, hid_t memory, struct facet_error *error) {
    size_t bytes = facet_array_elements(array) * facet_type_size(array->type);
    array->data = facet_fault(FAULT_MEMORY_ARRAY) ? NULL : malloc(bytes + 1);
    if (!array->data)
        return facet_error_set(error, FACET_ERROR_MEMORY, "%s: out of memory for dataset %s", store->path, name);
    hid_t file = memory == H5S_ALL ? H5S_ALL : opened->space;
    if (facet_array_elements(array) == 0) return FACET_OK;
    if (h5_fault(FAULT_STORE_READ) ||
        H5Dread(opened->id, h5_memory_type(array->type), memory, file, H5P_DEFAULT, array->data) < 0)
        return h5_failed(store->path, "cannot read (a truncated file?)", error);
    if (memory != H5S_ALL || array->type != h5_facet_type(opened->type)) return FACET_OK;
    return check_sum(store, name, opened->id, array->data, bytes, error);
}

int facet_store_read(struct facet_store *store, const char *name, enum facet_type type, struct facet_array *array,
                     struct facet_error *error) {
    *array = (struct facet_array){0};
    h5_silence();
    struct opened opened;
    int code = open_dataset(store, name, &opened, error);
    if (code != FACET_OK) return code;
    code = describe(&opened, store->path, name, type, array, error);
    if (code == FACET_OK) code = read_selected(store, name, &opened, array, H5S_ALL, error);
    close_dataset(&opened);
    if (code != FACET_OK) facet_array_free(array);
    return code;
}

int facet_store_shape(struct facet_store *store, const char *name, struct facet_array *array,
                      struct facet_error *error) {
    *array = (struct facet_array){0};
    h5_silence();
    struct opened opened;
    int code = open_dataset(store, name, &opened, error);
    if (code != FACET_OK) return code;
    code = describe(&opened, store->path, name, 0, array, error);
    close_dataset(&opened);
    return code;
}

int facet_store_read_rows(struct facet_store *store, const char *name, enum facet_type type, int64_t first,
                          int64_t count, struct facet_array *array, struct facet_error *error) {
    *array = (struct facet_array){0};
    h5_silence();
    struct opened opened;
    hid_t memory = H5I_INVALID_HID;
    int code = open_dataset(store, name, &opened, error);
    if (code != FACET_OK) return code;
    code = describe(&opened, store->path, name, type, array, error);
    if (code != FACET_OK) goto error;
    if (array->rank == 0 || first < 0 || count < 0 || first + count > array->dims[0]) {
        code =
            facet_error_set(error, FACET_ERROR_DATA, "%s: dataset %s has rows 0 to %lld, not %lld to %lld", store->path,
                            name, (long long)array->dims[0] - 1, (long long)first, (long long)(first + count - 1));
        goto error;
    }
    hsize_t start[FACET_MAX_DIMS] = {(hsize_t)first}, extent[FACET_MAX_DIMS];
    memcpy(extent, opened.dims, sizeof extent);
    extent[0] = (hsize_t)count, array->dims[0] = count;
    H5Sselect_hyperslab(opened.space, H5S_SELECT_SET, start, NULL, extent, NULL);
    memory = H5Screate_simple(array->rank, extent, NULL);
    code = read_selected(store, name, &opened, array, memory, error);
error:
    if (memory >= 0) H5Sclose(memory);
    close_dataset(&opened);
    if (code != FACET_OK) facet_array_free(array);
    return code;
}

int facet_store_read_attribute(struct facet_store *store, const char *name, char **text, struct facet_error *error) {
    h5_silence();
    return h5_read_text_attribute(store->file, store->path, name, text, error);
}

// Copies fixed-width or variable-length text into one allocation: pointers first, then the characters.
static char **pack_strings(const char *fixed, char *const *variable, size_t width, int64_t count) {
    size_t bytes = (size_t)count * sizeof(char *);
    for (int64_t i = 0; i < count; i++)
        bytes += 1 + (fixed ? strnlen(fixed + (size_t)i * width, width) : variable[i] ? strlen(variable[i]) : 0);
    char **strings = facet_fault(FAULT_MEMORY_STRINGS) ? NULL : malloc(bytes + 1);
    if (!strings) return NULL;
    char *end = (char *)(strings + count);
    for (int64_t i = 0; i < count; i++) {
        const char *from = fixed ? fixed + (size_t)i * width : variable[i] ? variable[i] : "";
        size_t length = fixed ? strnlen(from, width) : strlen(from);
        memcpy(end, from, length);
        strings[i] = end;
        end[length] = '\0';
        end += length + 1;
    }
    return strings;
}

int facet_store_read_strings(struct facet_store *store, const char *name, char ***strings, int64_t *count,
                             struct facet_error *error) {
    *strings = NULL, *count = 0;
    h5_silence();
    struct opened opened;
    int code = open_dataset(store, name, &opened, error);
    if (code != FACET_OK) return code;
    int64_t n = H5Sget_simple_extent_npoints(opened.space);
    bool variable = H5Tis_variable_str(opened.type) > 0;
    size_t width = variable ? sizeof(char *) : H5Tget_size(opened.type);
    void *raw = NULL;
    if (H5Tget_class(opened.type) != H5T_STRING) {
        code = facet_error_set(error, FACET_ERROR_DATA, "%s: dataset %s holds no text", store->path, name);
        goto error;
    }
    raw = facet_fault(FAULT_MEMORY_RAW_STRINGS) ? NULL : calloc((size_t)n + 1, width);
    if (!raw) {
        code = facet_error_set(error, FACET_ERROR_MEMORY, "%s: out of memory for dataset %s", store->path, name);
        goto error;
    }
    if (h5_fault(FAULT_STORE_READ) || H5Dread(opened.id, opened.type, H5S_ALL, H5S_ALL, H5P_DEFAULT, raw) < 0) {
        code = h5_failed(store->path, "cannot read (a truncated file?)", error);
        goto error;
    }
    if (!variable) code = check_sum(store, name, opened.id, raw, (size_t)n * width, error);
    if (code != FACET_OK) goto error;
    *strings = pack_strings(variable ? NULL : raw, raw, width, n);
    if (variable) H5Dvlen_reclaim(opened.type, opened.space, H5P_DEFAULT, raw);
    if (!*strings)
        code = facet_error_set(error, FACET_ERROR_MEMORY, "%s: out of memory for %s", store->path, name);
    else
        *count = n;
error:
    free(raw);
    close_dataset(&opened);
    return code;
}

static int write_any(struct facet_store *store, const char *name, hid_t file_type, hid_t memory_type, int rank,
                     const hsize_t *dims, const void *data, struct facet_error *error) {
    char what[240];
    snprintf(what, sizeof what, "cannot write dataset %s", name);
    size_t bytes = H5Tget_size(memory_type);
    for (int i = 0; i < rank; i++) bytes *= (size_t)dims[i];
    hid_t links = H5Pcreate(H5P_LINK_CREATE), plain = H5Pcreate(H5P_DATASET_CREATE), id = H5I_INVALID_HID;
    hid_t space = rank ? H5Screate_simple(rank, dims, NULL) : H5Screate(H5S_SCALAR);
    if (!h5_fault(FAULT_STORE_WRITE) && H5Pset_create_intermediate_group(links, 1) >= 0 &&
        H5Pset_obj_track_times(plain, false) >= 0) // the same content is the same bytes
        id = H5Dcreate2(store->file, name, file_type, space, links, plain, H5P_DEFAULT);
    int code = FACET_OK;
    if (id < 0 || H5Dwrite(id, memory_type, H5S_ALL, H5S_ALL, H5P_DEFAULT, data) < 0)
        code = h5_failed(store->part, what, &store->failed);
    if (code == FACET_OK) code = write_sum(id, store->part, data, bytes, &store->failed);
    if (id >= 0 && H5Dclose(id) < 0 && code == FACET_OK) code = h5_failed(store->part, what, &store->failed);
    if (code != FACET_OK && error) *error = store->failed;
    if (space >= 0) H5Sclose(space);
    if (links >= 0) H5Pclose(links);
    if (plain >= 0) H5Pclose(plain);
    return code;
}

int facet_store_write(struct facet_store *store, const char *name, const struct facet_array *array,
                      struct facet_error *error) {
    FACET_REQUIRE(store->part);
    h5_silence();
    hsize_t dims[FACET_MAX_DIMS] = {0};
    for (int i = 0; i < array->rank; i++) dims[i] = (hsize_t)array->dims[i];
    return write_any(store, name, h5_file_type(array->type), h5_memory_type(array->type), array->rank, dims,
                     array->data, error);
}

int facet_store_write_string(struct facet_store *store, const char *name, const char *text, struct facet_error *error) {
    FACET_REQUIRE(store->part);
    h5_silence();
    hid_t type = h5_text_type(strlen(text) + 1);
    int code = write_any(store, name, type, type, 0, NULL, text, error);
    if (type >= 0) H5Tclose(type);
    return code;
}
