// Rows of contiguous datasets go to their place in the file by MPI-IO itself, whose file HDF5 hands out: no dataspaces are
// made and compared for each piece. HDF5 keeps nothing of such rows in memory, so both ways may be mixed.
#include "io/h5/h5.h"

#include <limits.h>

static bool lies_as_in_memory(hid_t id, const struct facet_dataset *is) {
    hid_t file = H5Dget_type(id), memory = h5_dataset_type(is, false), list = H5Dget_create_plist(id);
    bool same = file >= 0 && memory >= 0 && list >= 0 && H5Tequal(file, memory) > 0 &&
                H5Pget_layout(list) == H5D_CONTIGUOUS && H5Pget_external_count(list) == 0;
    if (list >= 0) H5Pclose(list);
    if (memory >= 0) H5Tclose(memory);
    if (file >= 0) H5Tclose(file);
    return same;
}

int64_t h5_place(hid_t id, const struct facet_dataset *is) {
    if (!lies_as_in_memory(id, is)) return -1;
    haddr_t at = H5Dget_offset(id);
    H5Eclear2(H5E_DEFAULT);
    return at == HADDR_UNDEF || at > (haddr_t)INT64_MAX ? -1 : (int64_t)at;
}

bool h5_move_bytes(hid_t file, int64_t at, size_t bytes, char *out, const char *in) {
    MPI_File *shared;
    MPI_Status status;
    int moved = 0;
    if (bytes > INT_MAX || H5Fget_vfd_handle(file, H5P_DEFAULT, (void **)&shared) < 0) return false;
    int code = in ? MPI_File_write_at(*shared, at, in, (int)bytes, MPI_BYTE, &status)
                  : MPI_File_read_at(*shared, at, out, (int)bytes, MPI_BYTE, &status);
    return code == MPI_SUCCESS && MPI_Get_count(&status, MPI_BYTE, &moved) == MPI_SUCCESS && (size_t)moved == bytes;
}
