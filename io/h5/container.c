#include "io/h5/h5.h"
#include "mpi/ranks.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define TEXT_OF_(x) #x
#define TEXT_OF(x) TEXT_OF_(x)

// Datasets stay open between calls: a run touches the same few once a unit.
struct open_dataset {
    struct facet_dataset is;
    hid_t id;
    int64_t place; // byte of the file where its rows begin as they lie in memory; -1: HDF5 has to fetch them
};

struct facet_container {
    char *path;
    struct facet_comm *comm;
    hid_t file;
    bool writable;
    int ballast;   // on the first rank of a writable container
    int unwritten; // datasets added since the structure was last written
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

// MPI-IO does not say why it could not open a file, so the system is asked first.
static int reach(const char *path, bool writable, struct facet_error *error) {
    static const char what[] = "cannot open as an HDF5 container";
    struct stat is;
    if (facet_fault(FAULT_FILE_REACH) || stat(path, &is) != 0) return h5_system_failed(path, what, errno, error);
    if (S_ISDIR(is.st_mode)) return h5_system_failed(path, what, EISDIR, error);
    if (!S_ISREG(is.st_mode)) return facet_error_set(error, FACET_ERROR_IO, "%s: %s: not a regular file", path, what);
    if (access(path, writable ? R_OK | W_OK : R_OK) != 0) return h5_system_failed(path, what, errno, error);
    return FACET_OK;
}

static void free_container(struct facet_container *container) {
    h5_drop_ballast(&container->ballast);
    facet_comm_destroy(container->comm);
    free(container->open);
    free(container->path);
    free(container);
}

static int take_ballast(struct facet_container *container, struct facet_error *error) {
    int code = FACET_OK;
    if (facet_comm_rank(container->comm) == 0)
        code = h5_take_ballast(container->path, H5_BALLAST, &container->ballast, error);
    return facet_comm_agree(container->comm, code, error);
}

static int open_file(struct facet_container *container, struct facet_error *error) {
    const char *path = container->path;
    int code = facet_comm_rank(container->comm) == 0 ? reach(path, container->writable, error) : FACET_OK;
    code = facet_comm_agree(container->comm, code, error);
    if (code == FACET_OK && container->writable) code = take_ballast(container, error);
    if (code != FACET_OK) return code;
    hid_t list = h5_shared_access(facet_comm_mpi(container->comm));
    container->file = h5_fault(FAULT_H5_OPEN)
                          ? H5I_INVALID_HID
                          : H5Fopen(path, container->writable ? H5F_ACC_RDWR : H5F_ACC_RDONLY, list);
    if (container->file < 0) code = h5_failed(path, "cannot open as an HDF5 container", error);
    if (list >= 0) H5Pclose(list);
    return h5_agree(container->comm, code, error);
}

static int open_as_it_is(MPI_Comm mpi, const char *path, bool writable, struct facet_container **container,
                         struct facet_error *error) {
    struct facet_comm *comm;
    *container = NULL;
    h5_silence();
    int code = facet_comm_create(mpi, &comm, error);
    if (code != FACET_OK) return code;
    struct facet_container *c = facet_fault(FAULT_MEMORY_CONTAINER) ? NULL : calloc(1, sizeof *c);
    if (c) *c = (struct facet_container){.comm = comm, .writable = writable, .ballast = -1};
    if (c) c->path = facet_fault(FAULT_MEMORY_PATH) ? NULL : strdup(path);
    if (!c || !c->path) code = facet_error_set(error, FACET_ERROR_MEMORY, "out of memory for the container %s", path);
    code = facet_comm_agree(comm, code, error);
    if (code == FACET_OK) code = open_file(c, error);
    if (code == FACET_OK) {
        *container = c;
        return FACET_OK;
    }
    if (c)
        free_container(c);
    else
        facet_comm_destroy(comm);
    return code;
}

static int close_datasets(struct facet_container *container, struct facet_error *error) {
    int code = FACET_OK;
    for (int i = 0; i < container->n_open; i++)
        if (h5_fault(FAULT_H5_DATASET_CLOSE) || H5Dclose(container->open[i].id) < 0)
            code = h5_failed(container->path, "cannot close a dataset", error);
    return facet_comm_agree(container->comm, code, error);
}

static int close_read(struct facet_container *container, struct facet_error *error) {
    int code = FACET_OK;
    if (h5_fault(FAULT_H5_CLOSE) || H5Fclose(container->file) < 0)
        code = h5_failed(container->path, "cannot close", error);
    return h5_agree(container->comm, code, error);
}

static int close_all(struct facet_container *container, struct facet_error *error) {
    int code = close_datasets(container, error);
    struct facet_error *first = code == FACET_OK ? error : NULL;
    int closed = container->writable
                     ? h5_close_written(container->comm, container->file, container->path, &container->ballast, first)
                     : close_read(container, first);
    return code == FACET_OK ? closed : code;
}

// A file that one process alone has only read is lost to nobody when it cannot be closed. Its datasets go with it.
static int close_own(struct facet_container *container) {
    H5Fclose(container->file);
    H5Eclear2(H5E_DEFAULT);
    return FACET_OK;
}

int facet_container_open(MPI_Comm mpi, const char *path, bool writable, struct facet_container **container,
                         struct facet_error *error) {
    int code = open_as_it_is(mpi, path, writable, container, error);
    if (code != FACET_OK || !writable) return code;
    if (!facet_comm_any((*container)->comm, facet_container_compressed(*container))) return FACET_OK;
    code = facet_container_close(*container, error);
    *container = NULL;
    if (code == FACET_OK) code = facet_container_expand(mpi, path, error);
    return code == FACET_OK ? open_as_it_is(mpi, path, writable, container, error) : code;
}

int facet_container_close(struct facet_container *container, struct facet_error *error) {
    if (!container) return FACET_OK;
    h5_silence();
    bool own = !container->writable && facet_comm_size(container->comm) == 1;
    int code = h5_in_disorder(container->comm, error);
    if (code == FACET_OK) code = own ? close_own(container) : close_all(container, error);
    free_container(container);
    return code;
}

int facet_container_flush(struct facet_container *container, struct facet_error *error) {
    h5_silence();
    if (!container->writable) return FACET_OK;
    int code = h5_flush(container->comm, container->file, container->path, &container->ballast, error);
    container->unwritten = 0;
    return code == FACET_OK ? take_ballast(container, error) : code;
}

int facet_container_add(struct facet_container *container, const struct facet_dataset *dataset,
                        struct facet_error *error) {
    enum { MOST_UNWRITTEN = 64 }; // their structure stays below what HDF5 keeps in memory, and below the ballast
    h5_silence();
    int code = h5_in_disorder(container->comm, error);
    if (code != FACET_OK) return code;
    code = h5_agree(container->comm, h5_create_dataset(container->file, container->path, dataset, error), error);
    if (code != FACET_OK || ++container->unwritten < MOST_UNWRITTEN) return code;
    return facet_container_flush(container, error);
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
    if (h5_fault(FAULT_H5_DATASET_SHAPE)) {
        code = h5_failed(path, "cannot read the shape of a dataset", error);
    } else if (rank < 0 || rank > FACET_MAX_DIMS || (!text && !is->type)) {
        code = facet_error_set(error, FACET_ERROR_DATA, "%s: dataset %s is of a type or shape not in use here", path,
                               name);
    } else {
        hsize_t dims[FACET_MAX_DIMS] = {0};
        if (rank) H5Sget_simple_extent_dims(space, dims, NULL);
        if (!h5_countable(rank, dims))
            code = facet_error_set(error, FACET_ERROR_DATA, "%s: dataset %s is larger than memory can be", path, name);
        is->rank = rank;
        for (int i = 0; i < rank; i++) is->dims[i] = (int64_t)dims[i];
    }
    if (space >= 0) H5Sclose(space);
    if (type >= 0) H5Tclose(type);
    return code;
}

static int remember(struct facet_container *container, const struct open_dataset *dataset, struct facet_error *error) {
    if (container->n_open == container->capacity) {
        int capacity = container->capacity ? 2 * container->capacity : 16;
        size_t bytes = (size_t)capacity * sizeof *container->open;
        struct open_dataset *more = facet_fault(FAULT_MEMORY_DATASETS) ? NULL : realloc(container->open, bytes);
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
    if (!h5_has(container->file, name))
        return facet_error_set(error, FACET_ERROR_DATA, "%s: no dataset named %s", container->path, name);
    found->id = h5_fault(FAULT_H5_DATASET_OPEN) ? H5I_INVALID_HID : H5Dopen2(container->file, name, H5P_DEFAULT);
    if (found->id < 0) return h5_failed(container->path, "cannot open a dataset", error);
    int code = read_shape(found->id, container->path, name, &found->is, error);
    if (code == FACET_OK) found->place = h5_place(found->id, &found->is);
    if (code == FACET_OK) code = remember(container, found, error);
    if (code != FACET_OK) H5Dclose(found->id);
    return code;
}

bool facet_container_has(struct facet_container *container, const char *name) {
    h5_silence();
    return h5_has(container->file, name);
}

int facet_container_describe(struct facet_container *container, const char *name, struct facet_dataset *dataset,
                             struct facet_error *error) {
    struct open_dataset found;
    int code = find(container, name, &found, error);
    if (code == FACET_OK) *dataset = found.is;
    return code;
}

// The part of a dataset that one call moves: where it lies in the file, and packed in memory.
static bool select_rows(const struct open_dataset *at, int64_t first, int64_t count, hid_t *file, hid_t *memory) {
    *memory = H5I_INVALID_HID;
    *file = H5Dget_space(at->id);
    if (*file < 0) return false;
    if (at->is.rank == 0) {
        *memory = H5Screate(H5S_SCALAR);
        return *memory >= 0;
    }
    hsize_t start[FACET_MAX_DIMS] = {(hsize_t)first}, extent[FACET_MAX_DIMS] = {(hsize_t)count};
    for (int i = 1; i < at->is.rank; i++) extent[i] = (hsize_t)at->is.dims[i];
    *memory = H5Screate_simple(at->is.rank, extent, NULL);
    return *memory >= 0 && H5Sselect_hyperslab(*file, H5S_SELECT_SET, start, NULL, extent, NULL) >= 0;
}

static herr_t move_by_hdf5(const struct open_dataset *at, int64_t first, int64_t count, char *out, const char *in) {
    hid_t file, memory, type = h5_dataset_type(&at->is, false);
    herr_t status = -1;
    if (select_rows(at, first, count, &file, &memory))
        status = in ? H5Dwrite(at->id, type, memory, file, H5P_DEFAULT, in)
                    : H5Dread(at->id, type, memory, file, H5P_DEFAULT, out);
    if (memory >= 0) H5Sclose(memory);
    if (file >= 0) H5Sclose(file);
    if (type >= 0) H5Tclose(type);
    return status;
}

// One of `out` and `in` is NULL.
static int move_rows(const struct facet_container *container, const struct open_dataset *at, int64_t first,
                     int64_t count, char *out, const char *in, struct facet_error *error) {
    char what[240];
    size_t row = facet_dataset_row_bytes(&at->is), bytes = row * (size_t)count;
    bool moved = !h5_fault(in ? FAULT_H5_WRITE : FAULT_H5_READ);
    if (moved)
        moved = at->place >= 0 ? h5_move_bytes(container->file, at->place + first * (int64_t)row, bytes, out, in)
                               : move_by_hdf5(at, first, count, out, in) >= 0;
    if (moved) return FACET_OK;
    snprintf(what, sizeof what, "cannot %s rows %lld to %lld of %s", in ? "write" : "read", (long long)first,
             (long long)(first + count - 1), at->is.name);
    return in ? h5_write_failed(container->path, what, bytes, error) : h5_failed(container->path, what, error);
}

enum { LARGEST_MOVE = 1 << 30 }; // bytes; the counts of MPI-IO are int

static int transfer(struct facet_container *container, const char *name, int64_t first, int64_t count, char *out,
                    const char *in, struct facet_error *error) {
    struct open_dataset at;
    int code = find(container, name, &at, error);
    if (code != FACET_OK) return code;
    int64_t rows = facet_dataset_rows(&at.is);
    if (first < 0 || count < 0 || first > rows || count > rows - first)
        return facet_error_set(error, FACET_ERROR_DATA, "%s: rows %lld to %lld of %s, which has %lld", container->path,
                               (long long)first, (long long)(first + count - 1), name, (long long)rows);
    h5_silence();
    size_t row = facet_dataset_row_bytes(&at.is);
    int64_t most = row > 0 && row < LARGEST_MOVE ? LARGEST_MOVE / (int64_t)row : 1;
    for (int64_t done = 0; code == FACET_OK && done < count && row > 0; done += most) {
        int64_t part = count - done < most ? count - done : most;
        size_t place = (size_t)done * row;
        code = move_rows(container, &at, first + done, part, out ? out + place : NULL, in ? in + place : NULL, error);
    }
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
        size_t bytes = (size_t)capacity * sizeof *listing->all;
        struct facet_dataset *more = facet_fault(FAULT_MEMORY_LIST) ? NULL : realloc(listing->all, bytes);
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
    herr_t status = h5_fault(FAULT_H5_LIST)
                        ? -1
                        : H5Ovisit2(container->file, H5_INDEX_NAME, H5_ITER_NATIVE, list_one, &listing, H5O_INFO_BASIC);
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
