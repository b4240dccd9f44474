// Making a container: the whole structure first, under a temporary name.
#include "io/h5/h5.h"
#include "mpi/ranks.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

hid_t h5_dataset_type(const struct facet_dataset *dataset, bool in_file) {
    if (!dataset->type) return h5_text_type(dataset->width);
    return H5Tcopy(in_file ? h5_file_type(dataset->type) : h5_memory_type(dataset->type));
}

// The structure is written by each rank on its own: when a collective write comes up short, on a full disk, Open MPI
// 4.1 reports success. Superblock 2 (V18) has no "open for writing" mark that a killed process would leave behind.
// Large arrays start at whole MiB, away from the structure: there the system's large pages and file systems' stripes begin.
hid_t h5_shared_access(MPI_Comm comm) {
    hid_t list = H5Pcreate(H5P_FILE_ACCESS);
    if (H5Pset_fapl_mpio(list, comm, MPI_INFO_NULL) >= 0 && H5Pset_coll_metadata_write(list, false) >= 0 &&
        H5Pset_libver_bounds(list, H5F_LIBVER_V18, H5F_LIBVER_LATEST) >= 0 &&
        H5Pset_alignment(list, 1 << 20, 1 << 20) >= 0 && H5Pset_fclose_degree(list, H5F_CLOSE_STRONG) >= 0)
        return list;
    if (list >= 0) H5Pclose(list);
    return H5I_INVALID_HID;
}

// No times of day in the structure; space at once, so that ranks can write without asking each other, and no filling.
static hid_t layout_list(void) {
    hid_t list = H5Pcreate(H5P_DATASET_CREATE);
    if (H5Pset_alloc_time(list, H5D_ALLOC_TIME_EARLY) >= 0 && H5Pset_fill_time(list, H5D_FILL_TIME_NEVER) >= 0 &&
        H5Pset_obj_track_times(list, false) >= 0)
        return list;
    if (list >= 0) H5Pclose(list);
    return H5I_INVALID_HID;
}

static hid_t space_of(const struct facet_dataset *dataset) {
    hsize_t dims[FACET_MAX_DIMS];
    for (int i = 0; i < dataset->rank; i++) dims[i] = (hsize_t)dataset->dims[i];
    return dataset->rank ? H5Screate_simple(dataset->rank, dims, NULL) : H5Screate(H5S_SCALAR);
}

int h5_create_dataset_as(hid_t file, const char *path, const struct facet_dataset *dataset, hid_t layout,
                         struct facet_error *error) {
    char what[200];
    snprintf(what, sizeof what, "cannot make dataset %s", dataset->name);
    hid_t type = h5_dataset_type(dataset, true), space = space_of(dataset);
    hid_t links = H5Pcreate(H5P_LINK_CREATE), id = H5I_INVALID_HID;
    if (!h5_fault(FAULT_H5_DATASET_CREATE) && H5Pset_create_intermediate_group(links, 1) >= 0)
        id = H5Dcreate2(file, dataset->name, type, space, links, layout, H5P_DEFAULT);
    int code = id < 0 ? h5_failed(path, what, error) : FACET_OK;
    if (id >= 0 && H5Dclose(id) < 0) code = h5_write_failed(path, what, H5_BALLAST, error);
    if (links >= 0) H5Pclose(links);
    if (space >= 0) H5Sclose(space);
    if (type >= 0) H5Tclose(type);
    return code;
}

int h5_create_dataset(hid_t file, const char *path, const struct facet_dataset *dataset, struct facet_error *error) {
    hid_t layout = layout_list();
    int code = h5_create_dataset_as(file, path, dataset, layout, error);
    if (layout >= 0) H5Pclose(layout);
    return code;
}

int h5_flush(struct facet_comm *comm, hid_t file, const char *path, int *ballast, struct facet_error *error) {
    h5_drop_ballast(ballast);
    int code = h5_in_disorder(comm, error);
    if (code != FACET_OK) return code;
    code = facet_comm_agree(comm, FACET_OK, error); // the room is there once its holder has come this far
    if (code != FACET_OK) return code;
    if (h5_fault(FAULT_H5_FLUSH) || H5Fflush(file, H5F_SCOPE_GLOBAL) < 0)
        code = h5_write_failed(path, "cannot flush", H5_BALLAST, error);
    return h5_agree(comm, code, error);
}

// A file that cannot be flushed is not closed: closing would fail too, now or when MPI ends.
int h5_close_written(struct facet_comm *comm, hid_t file, const char *path, int *ballast, struct facet_error *error) {
    int code = h5_flush(comm, file, path, ballast, error);
    if (code == FACET_OK) {
        if (h5_fault(FAULT_H5_CLOSE) || H5Fclose(file) < 0)
            code = h5_write_failed(path, "cannot close", H5_BALLAST, error);
        code = h5_agree(comm, code, error);
    }
    if (code != FACET_OK) facet_ranks_leave_unclean();
    return code;
}

struct structure {
    const struct facet_dataset *datasets;
    int n_datasets;
    const struct facet_text_attribute *attributes;
    int n_attributes;
};

// Each step is agreed: a rank that fails alone must not leave the others in the next one.
static int fill(struct facet_comm *comm, hid_t file, const char *path, const struct structure *all,
                struct facet_error *error) {
    int code = FACET_OK;
    for (int i = 0; code == FACET_OK && i < all->n_attributes; i++) {
        const struct facet_text_attribute *attribute = &all->attributes[i];
        code = h5_agree(comm, h5_write_text_attribute(file, path, attribute->name, attribute->text, error), error);
    }
    for (int i = 0; code == FACET_OK && i < all->n_datasets; i++)
        code = h5_agree(comm, h5_create_dataset(file, path, &all->datasets[i], error), error);
    return code;
}

// Room for the structure is taken once and set free again: that it can be had is what matters.
static int make_file(struct facet_comm *comm, const char *part, const struct structure *all,
                     struct facet_error *error) {
    int code = FACET_OK, ballast = -1;
    if (facet_comm_rank(comm) == 0) {
        size_t room = H5_BALLAST;
        for (int i = 0; i < all->n_attributes; i++) room += strlen(all->attributes[i].text);
        code = h5_make_file(part, error);
        if (code == FACET_OK) code = h5_take_ballast(part, room, &ballast, error);
        h5_drop_ballast(&ballast);
    }
    return facet_comm_agree(comm, code, error);
}

static int write_part(struct facet_comm *comm, const char *part, const struct structure *all,
                      struct facet_error *error) {
    int no_ballast = -1;
    int code = make_file(comm, part, all, error);
    if (code != FACET_OK) return code;
    hid_t access = h5_shared_access(facet_comm_mpi(comm));
    hid_t file = h5_fault(FAULT_H5_CREATE) ? H5I_INVALID_HID : H5Fcreate(part, H5F_ACC_TRUNC, H5P_DEFAULT, access);
    code = file < 0 ? h5_write_failed(part, "cannot make the file", H5_BALLAST, error) : FACET_OK;
    if (access >= 0) H5Pclose(access);
    code = h5_agree(comm, code, error);
    if (code != FACET_OK) return code; // where one rank has it open, closing would wait for those that have not
    code = fill(comm, file, part, all, error);
    int closed = h5_close_written(comm, file, part, &no_ballast, code == FACET_OK ? error : NULL);
    return code == FACET_OK ? closed : code;
}

int facet_container_create(MPI_Comm mpi, const char *path, const struct facet_dataset *datasets, int n_datasets,
                           const struct facet_text_attribute *attributes, int n_attributes,
                           struct facet_container **container, struct facet_error *error) {
    const struct structure all = {datasets, n_datasets, attributes, n_attributes};
    struct facet_comm *comm;
    char part[H5_PATH];
    *container = NULL;
    h5_silence();
    int code = h5_part_path(path, part, error);
    if (code == FACET_OK) code = facet_comm_create(mpi, &comm, error);
    if (code != FACET_OK) return code;
    bool root = facet_comm_rank(comm) == 0;
    code = write_part(comm, part, &all, error);
    if (code == FACET_OK && root) code = h5_move_into_place(part, path, error);
    if (code != FACET_OK && root) unlink(part);
    code = facet_comm_agree(comm, code, error);
    facet_comm_destroy(comm);
    return code == FACET_OK ? facet_container_open(mpi, path, true, container, error) : code;
}
