#include "pipeline/forget_internal.h"

#include "pipeline/lock.h"
#include "pipeline/marks.h"
#include "pipeline/run_internal.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static json_t *new_report(const char *workspace, bool dry_run) {
    return json_pack("{s:s, s:b, s:I, s:[], s:[], s:[], s:[], s:[]}", "workspace", workspace, "dry_run", dry_run,
                     "rows", (json_int_t)0, "containers", "models", "summaries", "removed", "mentions");
}

// ---- one container ----------------------------------------------------------------------------------------------------

struct looked {
    uint8_t *found;
    int64_t rows, n_found;
    bool map;
};

static bool has_kind(struct facet_container *container, const char *kind) {
    char *text = NULL;
    bool same = facet_container_attribute(container, "kind", &text, NULL) == FACET_OK && strcmp(text, kind) == 0;
    free(text);
    return same;
}

static int look(struct facet_forgetting *f, const char *file, struct facet_container *container, struct looked *looked,
                struct facet_error *error) {
    if (!facet_container_has(container, "items/subject")) return FACET_OK; // not a container of ours
    int code = facet_forget_find(container, f->tombstone, &looked->found, &looked->rows, &looked->n_found, error);
    if (code != FACET_OK || looked->n_found == 0) return code;
    looked->map = has_kind(container, "map");
    if (looked->map) return FACET_OK;
    bool model;
    code = facet_forget_is_model(container, &model, error);
    if (code == FACET_OK && model)
        return facet_forget_note_model(f, container, file, looked->found, looked->rows, error);
    if (!facet_container_has(container, "data/folds/role")) facet_forget_tell(f, "summaries", json_string(file));
    return code;
}

static void tell_container(struct facet_forgetting *f, const char *file, int64_t rows, const char *what) {
    facet_forget_tell(f, "containers",
                      json_pack("{s:s, s:I, s:s}", "file", file, "rows", (json_int_t)rows, "done", what));
    if (rows > json_integer_value(json_object_get(f->report, "rows")))
        json_object_set_new(f->report, "rows", json_integer(rows));
}

static int remove_container(struct facet_forgetting *f, const char *file, const char *path, int64_t rows,
                            struct facet_error *error) {
    tell_container(f, file, rows, "removed");
    if (f->dry_run) return FACET_OK;
    facet_marks_remove(path);
    if (unlink(path) == 0) return FACET_OK;
    return facet_error_set(error, FACET_ERROR_IO, "%s: cannot be removed: %s", path, strerror(errno));
}

// What cannot be read cannot be searched: it is made again.
static int give_up_container(struct facet_forgetting *f, const char *file, const char *path,
                             struct facet_error *error) {
    if (facet_forget_is_ours(path)) return remove_container(f, file, path, 0, error);
    tell_container(f, file, 0, "left as it is: not written by facet");
    return FACET_OK;
}

// One of an earlier layout, which the next run makes again in any case.
static bool is_outdated(const char *path) {
    struct facet_container *container = NULL;
    char *schema = NULL;
    bool outdated = facet_container_open(MPI_COMM_SELF, path, false, &container, NULL) != FACET_OK ||
                    facet_container_attribute(container, "schema", &schema, NULL) != FACET_OK ||
                    strcmp(schema, FACET_SCHEMA) != 0;
    free(schema);
    facet_container_close(container, NULL);
    return outdated;
}

static int erase(struct facet_forgetting *f, const char *file, const char *path, const struct looked *looked,
                 struct facet_error *error) {
    struct facet_container *container = NULL;
    if (is_outdated(path)) return remove_container(f, file, path, looked->n_found, error);
    tell_container(f, file, looked->n_found, "erased");
    if (f->dry_run) return FACET_OK;
    facet_marks_remove(path);
    int code = facet_container_open(MPI_COMM_SELF, path, true, &container, error);
    if (code == FACET_OK)
        code = looked->map ? facet_forget_erase_map(container, looked->found, error)
                           : facet_forget_erase_collective(container, looked->found, error);
    int closed = facet_container_close(container, code == FACET_OK ? error : NULL);
    return code == FACET_OK ? closed : code;
}

// First all are looked into, while the split still tells who was trained on; then they are erased.
static int each_container(struct facet_forgetting *f, bool erasing, int64_t *found, struct facet_error *error) {
    char **files, path[4300];
    int count, code = facet_forget_containers(f->workspace, &files, &count, error);
    for (int i = 0; i < count; i++) {
        struct facet_container *container = NULL;
        struct looked looked = {0};
        snprintf(path, sizeof path, "%s/%s", f->workspace, files[i]);
        bool readable =
            code == FACET_OK && facet_container_open(MPI_COMM_SELF, path, false, &container, NULL) == FACET_OK;
        if (readable) code = look(f, files[i], container, &looked, error);
        facet_container_close(container, NULL);
        if (code == FACET_OK && erasing && !readable) code = give_up_container(f, files[i], path, error);
        if (code == FACET_OK && erasing && looked.n_found) code = erase(f, files[i], path, &looked, error);
        *found += looked.n_found;
        free(looked.found);
        free(files[i]);
    }
    free(files);
    return code;
}

// ---- the whole --------------------------------------------------------------------------------------------------------

static int erase_everything(struct facet_forgetting *f, struct facet_error *error) {
    int64_t found = 0;
    int code = each_container(f, true, &found, error);
    if (code == FACET_OK) code = facet_forget_clean(f, error);
    if (code == FACET_OK) code = facet_forget_list_models(f, error);
    if (code != FACET_OK || f->dry_run) return code;
    facet_tombstone_finish(f->tombstone);
    return facet_tombstone_save(f->tombstone, f->workspace, error);
}

// The tombstone comes first: whatever ends this before its end, the next run or the next try goes on with it.
static int forget(struct facet_forgetting *f, const struct facet_forget_options *options, struct facet_error *error) {
    int64_t found = 0;
    int code = facet_forget_resolve(f, options, error);
    if (code == FACET_OK) code = each_container(f, false, &found, error);
    if (code == FACET_OK && !f->dry_run) code = facet_tombstone_save(f->tombstone, f->workspace, error);
    json_array_clear(json_object_get(f->report, "summaries"));
    if (code == FACET_OK) code = erase_everything(f, error);
    return code == FACET_OK ? facet_forget_mentions(f, options->subjects, options->n_subjects, error) : code;
}

int facet_forget(const char *workspace, const struct facet_forget_options *options, json_t **report,
                 struct facet_error *error) {
    struct facet_forgetting f = {.workspace = workspace,
                                 .dry_run = options->dry_run,
                                 .drop_models = options->drop_models,
                                 .report = new_report(workspace, options->dry_run)};
    struct facet_lock *lock = NULL;
    int code = f.report ? FACET_OK : facet_error_set(error, FACET_ERROR_MEMORY, "out of memory for a report");
    if (code == FACET_OK && access(workspace, F_OK) != 0)
        code = facet_error_set(error, FACET_ERROR_USAGE, "%s: %s", workspace, strerror(errno));
    if (code == FACET_OK && !options->dry_run) code = facet_lock_take(workspace, "facet forget", 0, &lock, error);
    if (code == FACET_OK) code = facet_tombstone_load(workspace, &f.tombstone, error);
    if (code == FACET_OK) code = forget(&f, options, error);
    facet_tombstone_destroy(f.tombstone);
    facet_lock_release(lock);
    *report = f.report;
    return code;
}

int facet_forget_finish(const char *workspace, struct facet_tombstone *tombstone, int64_t *found,
                        struct facet_error *error) {
    struct facet_forgetting f = {
        .workspace = workspace, .tombstone = tombstone, .report = new_report(workspace, false)};
    *found = 0;
    if (!f.report) return facet_error_set(error, FACET_ERROR_MEMORY, "out of memory for a report");
    int code = each_container(&f, false, found, error);
    if (code == FACET_OK && (*found || !facet_tombstone_finished(tombstone))) code = erase_everything(&f, error);
    json_decref(f.report);
    return code;
}
