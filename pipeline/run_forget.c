// Keeping forgotten people away from a run.
#include "pipeline/forget.h"
#include "pipeline/items.h"
#include "pipeline/run_internal.h"

#include <stdlib.h>
#include <string.h>

// Rank 0 reads the tombstone, and finishes what is to be erased before anything of the workspace is used.
static int read_tombstone(struct facet_run *run, char **text, struct facet_error *error) {
    struct facet_tombstone *tombstone;
    int64_t found = 0;
    int code = facet_tombstone_load(run->config->workspace, &tombstone, error);
    if (code != FACET_OK) return code;
    if (facet_tombstone_count(tombstone) > 0) {
        if (!run->options->dry_run) code = facet_forget_finish(run->config->workspace, tombstone, &found, error);
        if (found > 0)
            facet_run_note(run, "rows of forgotten people were erased, which an earlier facet forget had left");
        if (code == FACET_OK) *text = facet_tombstone_text(tombstone);
        if (code == FACET_OK && !*text)
            code = facet_error_set(error, FACET_ERROR_MEMORY, "out of memory for a list of forgotten people");
    }
    facet_tombstone_destroy(tombstone);
    return code;
}

// Every rank gets the text; NULL when nobody is forgotten.
static int share_text(struct facet_comm *comm, char **text, struct facet_error *error) {
    int64_t size = *text ? (int64_t)strlen(*text) + 1 : 0;
    int code = facet_comm_bcast(comm, &size, sizeof size, 0, error);
    if (code != FACET_OK || size == 0) return code;
    if (!*text) *text = calloc((size_t)size, 1);
    if (!*text) code = facet_error_set(error, FACET_ERROR_MEMORY, "out of memory for a list of forgotten people");
    code = facet_comm_agree(comm, code, error);
    return code == FACET_OK ? facet_comm_bcast(comm, *text, (size_t)size, 0, error) : code;
}

static void mark_rows(struct facet_run *run, const struct facet_tombstone *tombstone, uint8_t *seen,
                      uint8_t *subjects) {
    const struct facet_items *items = run->sources.items;
    for (int64_t row = 0; row < run->rows; row++) {
        int subject = facet_items_subject_of(items, row);
        if (!seen[subject]) {
            struct facet_item item = facet_items_get(items, row);
            seen[subject] = 1;
            subjects[subject] = facet_tombstone_find(tombstone, item.dataset, item.subject) >= 0;
        }
        run->forgotten[row] = subjects[subject];
        run->n_forgotten += subjects[subject];
        if (subjects[subject]) run->valid[row] = 0;
    }
}

static int mask(struct facet_run *run, const char *text, struct facet_error *error) {
    struct facet_tombstone *tombstone = NULL;
    size_t n = (size_t)facet_items_subjects(run->sources.items) + 1;
    uint8_t *seen = calloc(n, 1), *subjects = calloc(n, 1);
    run->forgotten = calloc((size_t)run->rows + 1, 1);
    int code = facet_tombstone_parse(FACET_TOMBSTONE_FILE, text, &tombstone, error);
    if (code == FACET_OK && !(seen && subjects && run->forgotten))
        code = facet_error_set(error, FACET_ERROR_MEMORY, "out of memory for %lld rows", (long long)run->rows);
    if (code == FACET_OK) {
        mark_rows(run, tombstone, seen, subjects);
        code = facet_items_mask(run->sources.items, subjects, error);
    }
    facet_tombstone_destroy(tombstone);
    free(seen), free(subjects);
    return code;
}

int facet_run_mask_forgotten(struct facet_run *run, struct facet_error *error) {
    char *text = NULL;
    int code = facet_comm_rank(run->comm) == 0 ? read_tombstone(run, &text, error) : FACET_OK;
    code = facet_comm_agree(run->comm, code, error);
    if (code == FACET_OK) code = share_text(run->comm, &text, error);
    if (code == FACET_OK && text) code = mask(run, text, error);
    free(text);
    code = facet_comm_agree(run->comm, code, error);
    if (code == FACET_OK && run->n_forgotten)
        facet_run_note(run, "%lld rows of forgotten people are left out", (long long)run->n_forgotten);
    return code;
}
