// Shared by the files of facet forget alone.
#ifndef FACET_PIPELINE_FORGET_INTERNAL_H
#define FACET_PIPELINE_FORGET_INTERNAL_H

#include "io/h5/container.h"
#include "pipeline/forget.h"

#include <stdint.h>

struct facet_forgetting {
    const char *workspace;
    struct facet_tombstone *tombstone;
    bool dry_run, drop_models;
    json_t *report;
};

// One row's text in a container's item table, in pieces of a few thousand rows.
struct facet_text_reader;
int facet_text_reader_open(struct facet_container *container, const char *column, struct facet_text_reader **reader,
                           struct facet_error *error);
void facet_text_reader_close(struct facet_text_reader *reader); // NULL is fine
int64_t facet_text_reader_rows(const struct facet_text_reader *reader);
// Valid until the next call.
int facet_text_reader_get(struct facet_text_reader *reader, int64_t row, const char **text, struct facet_error *error);

// forget_people.c
// The names mean whom? Adds them to the tombstone.
int facet_forget_resolve(struct facet_forgetting *f, const struct facet_forget_options *options,
                         struct facet_error *error);
// found[row] is 1 where the tombstone means the row's person; the caller frees *found.
int facet_forget_find(struct facet_container *container, const struct facet_tombstone *tombstone, uint8_t **found,
                      int64_t *rows, int64_t *n_found, struct facet_error *error);

// forget_models.c
int facet_forget_is_model(struct facet_container *container, bool *model, struct facet_error *error);
// Notes in the tombstone the folds of a model whose training rows hold a found row.
int facet_forget_note_model(struct facet_forgetting *f, struct facet_container *container, const char *file,
                            const uint8_t *found, int64_t rows, struct facet_error *error);
// Lists the models noted so far that are still there, drops them when asked to, and strikes out those that are gone.
int facet_forget_list_models(struct facet_forgetting *f, struct facet_error *error);

// forget_erase.c: the container is open for writing; nothing is left of the found rows.
int facet_forget_erase_map(struct facet_container *container, const uint8_t *found, struct facet_error *error);
int facet_forget_erase_collective(struct facet_container *container, const uint8_t *found, struct facet_error *error);

// forget_files.c
// The containers of a workspace in name order; the caller frees each name and the list.
int facet_forget_containers(const char *workspace, char ***names, int *count, struct facet_error *error);
// A file that facet may have begun and not ended, by its first bytes.
bool facet_forget_is_ours(const char *path);
// Removes what is unfinished or may show a row: temporaries, checkpoints, pictures, the report. With dry_run only
// tells.
int facet_forget_clean(struct facet_forgetting *f, struct facet_error *error);
// Lists the files that still name one of the subjects.
int facet_forget_mentions(struct facet_forgetting *f, const char *const *subjects, int n_subjects,
                          struct facet_error *error);
void facet_forget_tell(struct facet_forgetting *f, const char *list, json_t *entry); // adds to a list of the report

#endif
