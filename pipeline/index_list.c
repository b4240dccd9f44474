// Listing shared out: each rank lists entries of the root, rank 0 puts the parts together.
#include "pipeline/index_internal.h"

#include "io/files/index.h"
#include "mpi/counter.h"
#include "pipeline/stop.h"

#include <string.h>
#include <unistd.h>

static void part_path(const struct index_run *run, int rank, char *path, size_t size) {
    snprintf(path, size, "%s.%04d", run->list, rank);
}

static int write_list(const struct facet_files *files, const char *path, struct facet_error *error) {
    struct facet_store *store;
    int code = facet_store_create(path, &store, error);
    if (code) return code;
    code = facet_store_write_string(store, "schema", FILES_INDEX_SCHEMA, error);
    if (!code) code = files_index_write(files, store, error);
    if (!code) code = facet_store_commit(store, error);
    facet_store_close(store);
    return code;
}

// Archives that did not change are known from the index that is there, or from the list of a run that was stopped.
static int open_known(const struct index_run *run, const char *root, struct facet_files **known,
                      struct facet_error *error) {
    *known = NULL;
    if (access(run->options->out, F_OK) == 0) return files_index_open(run->options->out, root, known, error);
    struct facet_error ignored;
    if (access(run->list, F_OK) == 0 && files_index_open(run->list, root, known, &ignored) == FACET_ERROR_MEMORY)
        return facet_error_set(error, FACET_ERROR_MEMORY, "%s", ignored.text);
    return FACET_OK;
}

static int list_share(const struct files_top *top, struct facet_counter *counter, struct facet_files *part,
                      struct facet_error *error) {
    int code = FACET_OK;
    while (!code && !facet_stop_requested()) {
        int64_t first, count;
        code = facet_counter_claim(counter, 1, &first, &count, error);
        if (code || count == 0) break;
        code = files_part_add(part, top->names[first], error);
    }
    return code;
}

// This rank's part; rank 0 keeps its own in memory, the others write theirs into a file.
static int make_part(struct index_run *run, const char *root, const struct files_top *top,
                     struct facet_counter *counter, struct facet_files **part, struct facet_error *error) {
    struct facet_files *known = NULL;
    char path[PATH_MAX + 8];
    int rank = facet_comm_rank(run->comm);
    int code = open_known(run, root, &known, error);
    if (!code) code = files_parts_begin(root, top->spacing, known, part, error);
    if (!code) code = list_share(top, counter, *part, error);
    if (!code) code = files_parts_end(*part, error);
    facet_files_close(known);
    part_path(run, rank, path, sizeof path);
    if (!code && rank > 0) code = write_list(*part, path, error);
    if (code || rank > 0) facet_files_close(*part), *part = NULL;
    return code;
}

static int join_part(const struct index_run *run, const char *root, int rank, struct facet_files *files,
                     struct facet_error *error) {
    struct facet_files *part;
    char path[PATH_MAX + 8];
    part_path(run, rank, path, sizeof path);
    int code = files_index_open(path, root, &part, error);
    if (code) return code;
    code = files_part_move(files, part, error);
    facet_files_close(part);
    unlink(path);
    return code;
}

static int join_parts(struct index_run *run, const char *root, struct facet_files *files, struct facet_error *error) {
    int code = FACET_OK, ranks = facet_comm_size(run->comm);
    for (int rank = 1; !code && rank < ranks; rank++) code = join_part(run, root, rank, files, error);
    if (!code && ranks > 1) code = files_parts_end(files, error);
    if (!code && facet_files_count(files) == 0) {
        bool told = facet_files_notes(files) > 0; // such as an archive that is cut
        code = facet_error_set(error, FACET_ERROR_DATA, "%s: holds no files%s%s", root, told ? "; " : "",
                               told ? facet_files_note(files, 0) : "");
    }
    return code ? code : write_list(files, run->list, error);
}

int index_list(struct index_run *run, const char *root, struct facet_error *error) {
    struct files_top top;
    struct facet_counter *counter = NULL;
    struct facet_files *part = NULL;
    int code = files_top_list(root, &top, error);
    if (!code && top.count == 0) code = facet_error_set(error, FACET_ERROR_DATA, "%s: holds no files", root);
    code = facet_comm_agree(run->comm, code, error);
    if (code) return files_top_free(&top), code;
    code = facet_counter_create(run->comm, top.count, &counter, error);
    if (!code) {
        code = make_part(run, root, &top, counter, &part, error);
        code = facet_comm_agree(run->comm, code, error);
        facet_counter_destroy(counter);
    }
    files_top_free(&top);
    if (!code) code = facet_stop_agree(run->comm, error);
    if (!code && facet_comm_rank(run->comm) == 0) code = join_parts(run, root, part, error);
    facet_files_close(part);
    return facet_comm_agree(run->comm, code, error);
}
