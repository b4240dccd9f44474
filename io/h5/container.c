#include "io/h5/container.h"
#include "io/h5/h5.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define TEXT_OF_(x) #x
#define TEXT_OF(x) TEXT_OF_(x)

// Datasets stay open between calls: a run touches the same few once a unit.
struct open_dataset {
    struct facet_dataset is;
    hid_t id;
};

struct facet_container {
    char *path;
    hid_t file;
    struct open_dataset *open;
    int n_open, capacity;
};

size_t facet_dataset_row_bytes(const struct facet_dataset *dataset) {
    size_t bytes = dataset->type ? facet_type_size(dataset->type) : dataset->width;
    for (int i = 1; i < dataset->rank; i++) bytes *= (size_t)dataset->dims[i];
    return bytes;
}

int64_t facet_dataset_rows(const struct facet_dataset *dataset) {
    return dataset->rank > 0 ? dataset->dims[0] : 1;
}

static hid_t text_type(size_t width) {
    hid_t type = H5Tcopy(H5T_C_S1);
    H5Tset_size(type, width);
    H5Tset_strpad(type, H5T_STR_NULLPAD);
    H5Tset_cset(type, H5T_CSET_UTF8);
    return type;
}

static hid_t type_of(const struct facet_dataset *dataset, bool in_file) {
    if (!dataset->type) return text_type(dataset->width);
    return H5Tcopy(in_file ? h5_file_type(dataset->type) : h5_memory_type(dataset->type));
}

static hid_t access_list(MPI_Comm comm) {
    hid_t list = H5Pcreate(H5P_FILE_ACCESS);
    H5Pset_fapl_mpio(list, comm, MPI_INFO_NULL);
    H5Pset_coll_metadata_write(list, true);
    H5Pset_libver_bounds(list, H5F_LIBVER_V18, H5F_LIBVER_LATEST);
    H5Pset_alignment(list, 65536, 4096);
    H5Pset_fclose_degree(list, H5F_CLOSE_STRONG);
    return list;
}

static int create_dataset(hid_t file, const char *path, const struct facet_dataset *dataset,
                          struct facet_error *error) {
    hsize_t dims[FACET_MAX_DIMS];
    for (int i = 0; i < dataset->rank; i++) dims[i] = (hsize_t)dataset->dims[i];
    hid_t type = type_of(dataset, true);
    hid_t space = dataset->rank ? H5Screate_simple(dataset->rank, dims, NULL) : H5Screate(H5S_SCALAR);
    hid_t links = H5Pcreate(H5P_LINK_CREATE), layout = H5Pcreate(H5P_DATASET_CREATE);
    H5Pset_create_intermediate_group(links, 1);
    H5Pset_alloc_time(layout, H5D_ALLOC_TIME_EARLY);
    H5Pset_fill_time(layout, H5D_FILL_TIME_NEVER);
    hid_t id = H5Dcreate2(file, dataset->name, type, space, links, layout, H5P_DEFAULT);
    int code = id < 0 ? h5_failed(path, "cannot make a dataset", error) : FACET_OK;
    if (id >= 0) H5Dclose(id);
    H5Pclose(layout), H5Pclose(links), H5Sclose(space), H5Tclose(type);
    return code;
}

static int fill_new_file(MPI_Comm comm, const char *path, const struct facet_dataset *datasets, int n_datasets,
                         const struct facet_text_attribute *attributes, int n_attributes, struct facet_error *error) {
    hid_t access = access_list(comm);
    hid_t file = H5Fcreate(path, H5F_ACC_TRUNC, H5P_DEFAULT, access);
    H5Pclose(access);
    if (file < 0) return h5_failed(path, "cannot make the file", error);
    int code = FACET_OK;
    for (int i = 0; code == FACET_OK && i < n_attributes; i++)
        code = h5_write_text_attribute(file, path, attributes[i].name, attributes[i].text, error);
    for (int i = 0; code == FACET_OK && i < n_datasets; i++) code = create_dataset(file, path, &datasets[i], error);
    if (code == FACET_OK && H5Fflush(file, H5F_SCOPE_GLOBAL) < 0) code = h5_failed(path, "cannot flush", error);
    if (H5Fclose(file) < 0 && code == FACET_OK) code = h5_failed(path, "cannot close", error);
    return code;
}

// One rank renames; all learn how it went.
static int rename_into_place(MPI_Comm comm, const char *from, const char *to, struct facet_error *error) {
    int rank, failed = 0;
    MPI_Comm_rank(comm, &rank);
    if (rank == 0) failed = rename(from, to) != 0;
    MPI_Bcast(&failed, 1, MPI_INT, 0, comm);
    return failed ? h5_failed(to, "cannot rename the new file into place", error) : FACET_OK;
}

int facet_container_create(MPI_Comm comm, const char *path, const struct facet_dataset *datasets, int n_datasets,
                           const struct facet_text_attribute *attributes, int n_attributes,
                           struct facet_container **container, struct facet_error *error) {
    *container = NULL;
    h5_silence();
    char part[4200];
    snprintf(part, sizeof part, "%s.part", path);
    int code = fill_new_file(comm, part, datasets, n_datasets, attributes, n_attributes, error);
    if (code == FACET_OK) code = rename_into_place(comm, part, path, error);
    if (code == FACET_OK) code = facet_container_open(comm, path, true, container, error);
    return code;
}

// MPI-IO does not say why it could not open a file, so one rank asks the system: 0 or errno, the same on all ranks.
static int cannot_reach(MPI_Comm comm, const char *path, bool writable) {
    int rank, reason = 0;
    MPI_Comm_rank(comm, &rank);
    if (rank == 0 && access(path, writable ? R_OK | W_OK : R_OK) != 0) reason = errno;
    MPI_Bcast(&reason, 1, MPI_INT, 0, comm);
    return reason;
}

int facet_container_open(MPI_Comm comm, const char *path, bool writable, struct facet_container **container,
                         struct facet_error *error) {
    *container = NULL;
    h5_silence();
    struct facet_container *c = calloc(1, sizeof *c);
    if (c) c->path = strdup(path);
    if (!c || !c->path) {
        free(c);
        return facet_error_set(error, FACET_ERROR_MEMORY, "out of memory for the container %s", path);
    }
    int missing = cannot_reach(comm, path, writable);
    hid_t access_properties = access_list(comm);
    c->file = missing ? H5I_INVALID_HID : H5Fopen(path, writable ? H5F_ACC_RDWR : H5F_ACC_RDONLY, access_properties);
    H5Pclose(access_properties);
    if (c->file < 0) {
        if (missing) errno = missing;
        int code = h5_failed(path, "cannot open as an HDF5 container", error);
        free(c->path), free(c);
        return code;
    }
    *container = c;
    return FACET_OK;
}

int facet_container_close(struct facet_container *container, struct facet_error *error) {
    if (!container) return FACET_OK;
    h5_silence();
    int code = FACET_OK;
    for (int i = 0; i < container->n_open; i++) H5Dclose(container->open[i].id);
    if (H5Fclose(container->file) < 0) code = h5_failed(container->path, "cannot close", error);
    free(container->open);
    free(container->path);
    free(container);
    return code;
}

int facet_container_flush(struct facet_container *container, struct facet_error *error) {
    h5_silence();
    if (H5Fflush(container->file, H5F_SCOPE_GLOBAL) < 0) return h5_failed(container->path, "cannot flush", error);
    return FACET_OK;
}

int facet_container_add(struct facet_container *container, const struct facet_dataset *dataset,
                        struct facet_error *error) {
    h5_silence();
    return create_dataset(container->file, container->path, dataset, error);
}

static int read_shape(hid_t id, const char *path, const char *name, struct facet_dataset *is,
                      struct facet_error *error) {
    *is = (struct facet_dataset){0};
    snprintf(is->name, sizeof is->name, "%s", name);
    hid_t type = H5Dget_type(id), space = H5Dget_space(id);
    int code = FACET_OK, rank = H5Sget_simple_extent_ndims(space);
    bool text = H5Tget_class(type) == H5T_STRING && H5Tis_variable_str(type) <= 0;
    is->type = text ? 0 : h5_facet_type(type);
    is->width = text ? H5Tget_size(type) : 0;
    if (rank < 0 || rank > FACET_MAX_DIMS || (!text && !is->type)) {
        code = facet_error_set(error, FACET_ERROR_DATA, "%s: dataset %s is of a type or shape not in use here", path,
                               name);
    } else {
        hsize_t dims[FACET_MAX_DIMS] = {0};
        if (rank) H5Sget_simple_extent_dims(space, dims, NULL);
        is->rank = rank;
        for (int i = 0; i < rank; i++) is->dims[i] = (int64_t)dims[i];
    }
    H5Sclose(space), H5Tclose(type);
    return code;
}

static int remember(struct facet_container *container, const struct open_dataset *dataset, struct facet_error *error) {
    if (container->n_open == container->capacity) {
        int capacity = container->capacity ? 2 * container->capacity : 16;
        struct open_dataset *more = realloc(container->open, (size_t)capacity * sizeof *more);
        if (!more) return facet_error_set(error, FACET_ERROR_MEMORY, "out of memory for %s", container->path);
        container->open = more, container->capacity = capacity;
    }
    container->open[container->n_open++] = *dataset;
    return FACET_OK;
}

static int find(struct facet_container *container, const char *name, struct open_dataset *found,
                struct facet_error *error) {
    for (int i = 0; i < container->n_open; i++)
        if (strcmp(container->open[i].is.name, name) == 0) {
            *found = container->open[i];
            return FACET_OK;
        }
    h5_silence();
    found->id = H5Dopen2(container->file, name, H5P_DEFAULT);
    if (found->id < 0) {
        H5Eclear2(H5E_DEFAULT);
        return facet_error_set(error, FACET_ERROR_DATA, "%s: no dataset named %s", container->path, name);
    }
    int code = read_shape(found->id, container->path, name, &found->is, error);
    if (code == FACET_OK) code = remember(container, found, error);
    if (code != FACET_OK) H5Dclose(found->id);
    return code;
}

bool facet_container_has(struct facet_container *container, const char *name) {
    struct open_dataset found;
    return find(container, name, &found, NULL) == FACET_OK;
}

int facet_container_describe(struct facet_container *container, const char *name, struct facet_dataset *dataset,
                             struct facet_error *error) {
    struct open_dataset found;
    int code = find(container, name, &found, error);
    if (code == FACET_OK) *dataset = found.is;
    return code;
}

static int transfer(struct facet_container *container, const char *name, int64_t first, int64_t count, void *out,
                    const void *in, struct facet_error *error) {
    struct open_dataset at;
    int code = find(container, name, &at, error);
    if (code != FACET_OK) return code;
    if (first < 0 || count < 0 || first + count > facet_dataset_rows(&at.is))
        return facet_error_set(error, FACET_ERROR_DATA, "%s: rows %lld to %lld of %s, which has %lld", container->path,
                               (long long)first, (long long)(first + count), name,
                               (long long)facet_dataset_rows(&at.is));
    if (count == 0) return FACET_OK;
    h5_silence();
    hid_t file_space = H5Dget_space(at.id), memory_space = H5S_ALL, type = type_of(&at.is, false);
    if (at.is.rank > 0) {
        hsize_t start[FACET_MAX_DIMS] = {(hsize_t)first}, extent[FACET_MAX_DIMS] = {(hsize_t)count};
        for (int i = 1; i < at.is.rank; i++) extent[i] = (hsize_t)at.is.dims[i];
        H5Sselect_hyperslab(file_space, H5S_SELECT_SET, start, NULL, extent, NULL);
        memory_space = H5Screate_simple(at.is.rank, extent, NULL);
    }
    herr_t status = in ? H5Dwrite(at.id, type, memory_space, file_space, H5P_DEFAULT, in)
                       : H5Dread(at.id, type, memory_space, file_space, H5P_DEFAULT, out);
    if (status < 0) code = h5_failed(container->path, in ? "cannot write" : "cannot read", error);
    if (memory_space != H5S_ALL) H5Sclose(memory_space);
    H5Sclose(file_space), H5Tclose(type);
    return code;
}

int facet_container_write(struct facet_container *container, const char *name, int64_t first, int64_t count,
                          const void *rows, struct facet_error *error) {
    return transfer(container, name, first, count, NULL, rows, error);
}

int facet_container_read(struct facet_container *container, const char *name, int64_t first, int64_t count, void *rows,
                         struct facet_error *error) {
    return transfer(container, name, first, count, rows, NULL, error);
}

struct listing {
    struct facet_container *container;
    struct facet_dataset *all;
    int count, capacity, code;
    struct facet_error *error;
};

static herr_t list_one(hid_t root, const char *name, const H5O_info_t *info, void *context) {
    (void)root;
    struct listing *listing = context;
    if (info->type != H5O_TYPE_DATASET) return 0;
    if (listing->count == listing->capacity) {
        int capacity = listing->capacity ? 2 * listing->capacity : 32;
        struct facet_dataset *more = realloc(listing->all, (size_t)capacity * sizeof *more);
        if (!more) {
            listing->code = facet_error_set(listing->error, FACET_ERROR_MEMORY, "out of memory for a list of datasets");
            return -1;
        }
        listing->all = more, listing->capacity = capacity;
    }
    struct open_dataset found;
    listing->code = find(listing->container, name, &found, listing->error);
    if (listing->code != FACET_OK) return -1;
    listing->all[listing->count++] = found.is;
    return 0;
}

static int by_name(const void *a, const void *b) {
    return strcmp(((const struct facet_dataset *)a)->name, ((const struct facet_dataset *)b)->name);
}

int facet_container_list(struct facet_container *container, struct facet_dataset **datasets, int *count,
                         struct facet_error *error) {
    h5_silence();
    struct listing listing = {.container = container, .error = error};
    herr_t status = H5Ovisit2(container->file, H5_INDEX_NAME, H5_ITER_NATIVE, list_one, &listing, H5O_INFO_BASIC);
    if (status < 0 && listing.code == FACET_OK) listing.code = h5_failed(container->path, "cannot list", error);
    if (listing.code != FACET_OK) {
        free(listing.all);
        listing.all = NULL, listing.count = 0;
    } else if (listing.count) {
        qsort(listing.all, (size_t)listing.count, sizeof *listing.all, by_name);
    }
    *datasets = listing.all, *count = listing.count;
    return listing.code;
}

int facet_container_attribute(struct facet_container *container, const char *name, char **text,
                              struct facet_error *error) {
    h5_silence();
    return h5_read_text_attribute(container->file, container->path, name, text, error);
}

const char *facet_container_path(const struct facet_container *container) {
    return container->path;
}

const char *facet_container_library(void) {
    return "HDF5 " TEXT_OF(H5_VERS_MAJOR) "." TEXT_OF(H5_VERS_MINOR) "." TEXT_OF(H5_VERS_RELEASE);
}
