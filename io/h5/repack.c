// Containers rewritten with other storage: compressed, or in one piece again. Ranks read and pack pieces of the datasets in
// rounds; the first rank writes them, in order, to a file of its own that then takes the container's name.
#include "io/h5/repack.h"
#include "io/h5/h5.h"
#include "mpi/ranks.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char mark[] = "compress"; // the attribute of a compressed container

enum { PIECE = 1 << 20, ROUND = 1 << 28 }; // bytes: of a dataset that is not chunked; of a round, over all ranks

struct repack {
    struct facet_comm *comm;
    const char *path;
    char part[H5_PATH];
    bool compress;
    const struct facet_chunking *chunked;
    int n_chunked, threads;
    bool (*stop)(void);
    struct facet_container *from;
    hid_t file;  // on the first rank
    int ballast; // on the first rank
    size_t *counts;
};

// One dataset, cut into pieces of `step` rows.
struct task {
    const struct facet_dataset *is;
    const struct facet_chunking *how; // NULL: stored in one piece
    int64_t step;
    size_t row, piece; // bytes
    int64_t *first, n; // pieces
    hid_t to;          // on the first rank
};

// What every rank tells of its pieces.
struct header {
    uint64_t size;
    uint32_t mask;
};

static bool root(const struct repack *r) {
    return facet_comm_rank(r->comm) == 0;
}

static int out_of_memory(const struct repack *r, struct facet_error *error) {
    return facet_error_set(error, FACET_ERROR_MEMORY, "out of memory for rewriting %s", r->path);
}

// ---- the new file, on the first rank --------------------------------------------------------------------------------

static hid_t alone(void) {
    hid_t list = H5Pcreate(H5P_FILE_ACCESS);
    if (H5Pset_libver_bounds(list, H5F_LIBVER_V18, H5F_LIBVER_LATEST) >= 0 &&
        H5Pset_file_locking(list, false, true) >= 0 && H5Pset_alignment(list, PIECE, 4096) >= 0)
        return list;
    if (list >= 0) H5Pclose(list);
    return H5I_INVALID_HID;
}

static int copy_attribute(const struct repack *r, hid_t from, hsize_t index, struct facet_error *error) {
    char name[256], *text = NULL;
    if (H5Aget_name_by_idx(from, ".", H5_INDEX_NAME, H5_ITER_INC, index, name, sizeof name, H5P_DEFAULT) < 0)
        return h5_failed(r->path, "cannot list its attributes", error);
    if (strcmp(name, mark) == 0) return FACET_OK;
    int code = h5_read_text_attribute(from, r->path, name, &text, error);
    if (code == FACET_OK) code = h5_write_text_attribute(r->file, r->part, name, text, error);
    free(text);
    return code;
}

static int copy_attributes(const struct repack *r, struct facet_error *error) {
    hid_t list = alone(), from = H5Fopen(r->path, H5F_ACC_RDONLY, list);
    if (list >= 0) H5Pclose(list);
    H5O_info_t info;
    int code = from < 0 || H5Oget_info2(from, &info, H5O_INFO_NUM_ATTRS) < 0
                   ? h5_failed(r->path, "cannot open as an HDF5 container", error)
                   : FACET_OK;
    for (hsize_t i = 0; code == FACET_OK && i < info.num_attrs; i++) code = copy_attribute(r, from, i, error);
    if (code == FACET_OK && r->compress) code = h5_write_text_attribute(r->file, r->part, mark, "deflate", error);
    if (from >= 0) H5Fclose(from);
    return code;
}

// HDF5 cannot do without room for the structure, which grows with the number of chunks.
static int make_part(struct repack *r, struct facet_error *error) {
    int code = h5_make_file(r->part, error);
    if (code == FACET_OK) code = h5_take_ballast(r->part, H5_BALLAST, &r->ballast, error);
    if (code != FACET_OK) return code;
    hid_t list = alone();
    r->file = h5_fault(FAULT_H5_CREATE) ? H5I_INVALID_HID : H5Fcreate(r->part, H5F_ACC_TRUNC, H5P_DEFAULT, list);
    if (list >= 0) H5Pclose(list);
    return r->file < 0 ? h5_failed(r->part, "cannot make the file", error) : copy_attributes(r, error);
}

static int close_part(struct repack *r, struct facet_error *error) {
    int code = FACET_OK;
    h5_drop_ballast(&r->ballast);
    if (r->file < 0) return code;
    if (h5_fault(FAULT_H5_FLUSH) || H5Fflush(r->file, H5F_SCOPE_GLOBAL) < 0)
        code = h5_write_failed(r->part, "cannot flush", H5_BALLAST, error);
    if (H5Fclose(r->file) < 0 && code == FACET_OK) code = h5_failed(r->part, "cannot close", error);
    r->file = H5I_INVALID_HID;
    return code;
}

static hid_t chunk_list(const struct task *t) {
    hsize_t dims[FACET_MAX_DIMS] = {(hsize_t)t->step};
    for (int i = 1; i < t->is->rank; i++) dims[i] = (hsize_t)t->is->dims[i];
    hid_t list = H5Pcreate(H5P_DATASET_CREATE);
    bool several = facet_type_size(t->is->type) > 1;
    if (H5Pset_chunk(list, t->is->rank, dims) >= 0 && (!several || H5Pset_shuffle(list) >= 0) &&
        H5Pset_deflate(list, H5_DEFLATE_LEVEL) >= 0 && H5Pset_obj_track_times(list, false) >= 0)
        return list;
    if (list >= 0) H5Pclose(list);
    return H5I_INVALID_HID;
}

static int open_target(const struct repack *r, struct task *t, struct facet_error *error) {
    hid_t layout = t->how ? chunk_list(t) : H5I_INVALID_HID;
    int code = t->how ? h5_create_dataset_as(r->file, r->part, t->is, layout, error)
                      : h5_create_dataset(r->file, r->part, t->is, error);
    if (layout >= 0) H5Pclose(layout);
    if (code != FACET_OK) return code;
    t->to = H5Dopen2(r->file, t->is->name, H5P_DEFAULT);
    return t->to < 0 ? h5_failed(r->part, "cannot open a dataset", error) : FACET_OK;
}

static bool write_rows(const struct task *t, int64_t first, int64_t count, const char *rows) {
    hsize_t start[FACET_MAX_DIMS] = {(hsize_t)first}, extent[FACET_MAX_DIMS] = {(hsize_t)count};
    for (int i = 1; i < t->is->rank; i++) extent[i] = (hsize_t)t->is->dims[i];
    hid_t type = h5_dataset_type(t->is, false), file = H5Dget_space(t->to);
    hid_t memory = t->is->rank ? H5Screate_simple(t->is->rank, extent, NULL) : H5Screate(H5S_SCALAR);
    bool selected = t->is->rank == 0 || H5Sselect_hyperslab(file, H5S_SELECT_SET, start, NULL, extent, NULL) >= 0;
    bool good = selected && H5Dwrite(t->to, type, memory, file, H5P_DEFAULT, rows) >= 0;
    if (memory >= 0) H5Sclose(memory);
    if (file >= 0) H5Sclose(file);
    if (type >= 0) H5Tclose(type);
    return good;
}

static int write_piece(const struct repack *r, const struct task *t, int64_t first, const struct header *header,
                       const char *bytes, struct facet_error *error) {
    char what[200];
    hsize_t offset[FACET_MAX_DIMS] = {(hsize_t)first};
    int64_t rows = facet_dataset_rows(t->is), count = rows - first < t->step ? rows - first : t->step;
    if (h5_fault(FAULT_H5_WRITE)) return h5_failed(r->part, "cannot write rows", error);
    bool good = t->how ? H5Dwrite_chunk(t->to, H5P_DEFAULT, header->mask, offset, (size_t)header->size, bytes) >= 0
                       : write_rows(t, first, count, bytes);
    if (good) return FACET_OK;
    snprintf(what, sizeof what, "cannot write rows from %lld on of %s", (long long)first, t->is->name);
    return h5_write_failed(r->part, what, (size_t)header->size, error);
}

// ---- a round: every rank packs some pieces --------------------------------------------------------------------------

static int read_pieces(const struct repack *r, const struct task *t, const int64_t *first, int64_t n, char *raw,
                       struct facet_error *error) {
    int64_t rows = facet_dataset_rows(t->is);
    int code = FACET_OK;
    for (int64_t i = 0; code == FACET_OK && i < n; i++) {
        int64_t count = rows - first[i] < t->step ? rows - first[i] : t->step;
        size_t bytes = (size_t)count * t->row;
        code = facet_container_read(r->from, t->is->name, first[i], count, raw + (size_t)i * t->piece, error);
        memset(raw + (size_t)i * t->piece + bytes, 0, t->piece - bytes); // the last chunk is a whole one
    }
    return code;
}

static size_t stored_bytes(const struct task *t, int64_t first) {
    int64_t left = facet_dataset_rows(t->is) - first;
    return t->how || left >= t->step ? t->piece : (size_t)left * t->row;
}

static int pack_pieces(const struct repack *r, const struct task *t, const int64_t *first, int64_t n,
                       struct h5_packed *packed, struct facet_error *error) {
    if (r->stop && r->stop())
        return facet_error_set(error, FACET_INTERRUPTED, "stopped on request while rewriting %s; run again to go on",
                               r->path);
    char *raw = malloc((size_t)n * t->piece + 1);
    int code = raw ? read_pieces(r, t, first, n, raw, error) : out_of_memory(r, error);
    size_t element = t->is->type ? facet_type_size(t->is->type) : 1;
    bool good = true;
    if (code == FACET_OK) {
#pragma omp parallel for schedule(dynamic) num_threads(r->threads) reduction(&& : good)
        for (int64_t i = 0; i < n; i++) {
            const char *from = raw + (size_t)i * t->piece;
            bool packs = t->how ? h5_pack_chunk(from, t->piece, element, &packed[i])
                                : h5_pack_plain(from, stored_bytes(t, first[i]), &packed[i]);
            good = good && packs;
        }
    }
    free(raw);
    return code == FACET_OK && !good ? out_of_memory(r, error) : code;
}

// What one round has on every rank: `most` headers of each rank, and on the first rank all bytes.
struct exchange {
    int64_t most;
    struct header *mine, *all;
    char *bytes, *gathered;
};

static void free_exchange(struct exchange *x) {
    free(x->mine), free(x->all), free(x->bytes), free(x->gathered);
}

static int put_together(const struct repack *r, const struct h5_packed *packed, int64_t n, struct exchange *x,
                        struct facet_error *error) {
    size_t total = 0;
    x->mine = calloc((size_t)x->most + 1, sizeof *x->mine);
    x->all = calloc((size_t)x->most * (size_t)facet_comm_size(r->comm) + 1, sizeof *x->all);
    for (int64_t i = 0; i < n; i++) total += packed[i].size;
    x->bytes = facet_fault(FAULT_MEMORY_REPACK) ? NULL : malloc(total + 1);
    if (!x->mine || !x->all || !x->bytes) return out_of_memory(r, error);
    total = 0;
    for (int64_t i = 0; i < n; i++) {
        x->mine[i] = (struct header){packed[i].size, packed[i].mask};
        if (packed[i].size) memcpy(x->bytes + total, packed[i].bytes, packed[i].size);
        total += packed[i].size;
    }
    return FACET_OK;
}

// The room is agreed on before anybody sends.
static int gather(const struct repack *r, struct exchange *x, struct facet_error *error) {
    size_t all = 0;
    int code = facet_comm_allgather(r->comm, x->mine, (size_t)x->most * sizeof *x->mine, x->all, error);
    for (int rank = 0; rank < facet_comm_size(r->comm); rank++) {
        r->counts[rank] = 0;
        for (int64_t i = 0; i < x->most; i++) r->counts[rank] += x->all[rank * x->most + i].size;
        all += r->counts[rank];
    }
    if (code == FACET_OK && root(r)) x->gathered = facet_fault(FAULT_MEMORY_REPACK) ? NULL : malloc(all + 1);
    if (code == FACET_OK && root(r) && !x->gathered) code = out_of_memory(r, error);
    code = facet_comm_agree(r->comm, code, error);
    return code == FACET_OK ? facet_comm_gatherv(r->comm, x->bytes, r->counts, x->gathered, 0, error) : code;
}

static int write_round(const struct repack *r, const struct task *t, int64_t low, int64_t n, const struct exchange *x,
                       struct facet_error *error) {
    int size = facet_comm_size(r->comm), code = FACET_OK;
    const char *bytes = x->gathered;
    for (int rank = 0; rank < size; rank++) {
        int64_t from = facet_comm_shard(n, size, rank), to = facet_comm_shard(n, size, rank + 1);
        for (int64_t i = from; code == FACET_OK && i < to; i++) {
            const struct header *header = &x->all[rank * x->most + (i - from)];
            if (header->size) code = write_piece(r, t, t->first[low + i], header, bytes, error);
            bytes += header->size;
        }
    }
    return code;
}

// Pieces [low, low + n) of the task.
static int do_round(const struct repack *r, const struct task *t, int64_t low, int64_t n, struct facet_error *error) {
    int size = facet_comm_size(r->comm), rank = facet_comm_rank(r->comm);
    int64_t from = facet_comm_shard(n, size, rank), mine = facet_comm_shard(n, size, rank + 1) - from;
    struct exchange x = {.most = (n + size - 1) / size};
    struct h5_packed *packed = calloc((size_t)mine + 1, sizeof *packed);
    int code = packed ? pack_pieces(r, t, t->first + low + from, mine, packed, error) : out_of_memory(r, error);
    if (code == FACET_OK) code = put_together(r, packed, mine, &x, error);
    for (int64_t i = 0; packed && i < mine; i++) free(packed[i].bytes);
    free(packed);
    code = facet_comm_agree(r->comm, code, error);
    if (code == FACET_OK) code = gather(r, &x, error);
    if (code == FACET_OK && root(r)) code = write_round(r, t, low, n, &x, error);
    free_exchange(&x);
    return facet_comm_agree(r->comm, code, error);
}

// ---- a dataset ------------------------------------------------------------------------------------------------------

static const struct facet_chunking *chunking_of(const struct repack *r, const char *name) {
    for (int i = 0; i < r->n_chunked; i++)
        if (strcmp(r->chunked[i].name, name) == 0) return &r->chunked[i];
    return NULL;
}

// Chunks that touch no used range are not even looked at.
static void choose_pieces(struct task *t) {
    const int64_t all[1][2] = {{0, facet_dataset_rows(t->is)}};
    const int64_t(*used)[2] = t->how && t->how->used ? t->how->used : all;
    int64_t n_used = t->how && t->how->used ? t->how->n_used : 1, next = 0;
    for (int64_t i = 0; i < n_used; i++) {
        if (used[i][0] / t->step > next) next = used[i][0] / t->step;
        for (; next * t->step < used[i][1]; next++) t->first[t->n++] = next * t->step;
    }
}

static int begin_task(const struct repack *r, struct task *t, struct facet_error *error) {
    int64_t rows = facet_dataset_rows(t->is);
    t->row = facet_dataset_row_bytes(t->is);
    t->step = t->how ? t->how->chunk_rows : t->row ? PIECE / (int64_t)t->row : rows;
    if (t->step > rows) t->step = rows;
    if (t->step < 1) t->step = 1;
    t->piece = (size_t)t->step * t->row;
    t->first = malloc((size_t)(rows / t->step + 2) * sizeof *t->first);
    if (!t->first) return out_of_memory(r, error);
    choose_pieces(t);
    return root(r) ? open_target(r, t, error) : FACET_OK;
}

static int64_t pieces_of_a_round(const struct repack *r, const struct task *t) {
    int64_t wanted = 2 * (int64_t)r->threads * facet_comm_size(r->comm);
    int64_t fit = t->piece ? ROUND / (int64_t)t->piece : wanted;
    return wanted < fit ? wanted : fit > 0 ? fit : 1;
}

static int move_dataset(const struct repack *r, const struct facet_dataset *is, struct facet_error *error) {
    struct task t = {.is = is, .how = chunking_of(r, is->name), .to = H5I_INVALID_HID};
    int code = facet_comm_agree(r->comm, begin_task(r, &t, error), error);
    int64_t step = code == FACET_OK ? pieces_of_a_round(r, &t) : 1;
    for (int64_t low = 0; code == FACET_OK && t.row > 0 && low < t.n; low += step)
        code = do_round(r, &t, low, t.n - low < step ? t.n - low : step, error);
    if (t.to >= 0 && H5Dclose(t.to) < 0 && code == FACET_OK) code = h5_failed(r->part, "cannot close", error);
    free(t.first);
    return facet_comm_agree(r->comm, code, error);
}

static int move_datasets(const struct repack *r, struct facet_error *error) {
    struct facet_dataset *all;
    int count, code = facet_comm_agree(r->comm, facet_container_list(r->from, &all, &count, error), error);
    for (int i = 0; code == FACET_OK && i < count; i++) code = move_dataset(r, &all[i], error);
    free(all);
    return code;
}

// ---- the whole ------------------------------------------------------------------------------------------------------

static int begin(struct repack *r, struct facet_error *error) {
    r->counts = calloc((size_t)facet_comm_size(r->comm), sizeof *r->counts);
    int code = r->counts ? h5_part_path(r->path, r->part, error) : out_of_memory(r, error);
    code = facet_comm_agree(r->comm, code, error);
    if (code != FACET_OK) return code;
    code = facet_container_open(facet_comm_mpi(r->comm), r->path, false, &r->from, error);
    if (code == FACET_OK && root(r)) code = make_part(r, error);
    return facet_comm_agree(r->comm, code, error);
}

static int finish(struct repack *r, int code, struct facet_error *error) {
    int closed = close_part(r, code == FACET_OK ? error : NULL);
    if (code == FACET_OK) code = closed;
    closed = facet_container_close(r->from, code == FACET_OK ? error : NULL);
    if (code == FACET_OK) code = closed;
    code = facet_comm_agree(r->comm, code, error);
    if (code == FACET_OK && root(r)) code = h5_move_into_place(r->part, r->path, error);
    if (code != FACET_OK && root(r) && *r->part) unlink(r->part);
    return facet_comm_agree(r->comm, code, error);
}

static int repack(MPI_Comm mpi, struct repack *r, struct facet_error *error) {
    r->file = H5I_INVALID_HID, r->ballast = -1;
    h5_silence();
    int code = facet_comm_create(mpi, &r->comm, error);
    if (code != FACET_OK) return code;
    code = begin(r, error);
    if (code == FACET_OK) code = move_datasets(r, error);
    code = finish(r, code, error);
    free(r->counts);
    facet_comm_destroy(r->comm);
    return code;
}

int facet_container_compress(MPI_Comm comm, const char *path, const struct facet_chunking *chunked, int n_chunked,
                             int threads, bool (*stop)(void), struct facet_error *error) {
    struct repack r = {
        .path = path, .compress = true, .chunked = chunked, .n_chunked = n_chunked, .threads = threads, .stop = stop};
    return repack(comm, &r, error);
}

int facet_container_expand(MPI_Comm comm, const char *path, struct facet_error *error) {
    struct repack r = {.path = path, .threads = 1};
    return repack(comm, &r, error);
}

bool facet_container_compressed(struct facet_container *container) {
    char *how;
    if (facet_container_attribute(container, mark, &how, NULL) != FACET_OK) return false;
    free(how);
    return true;
}
