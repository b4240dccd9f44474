// Shared by the files of this library.
#ifndef FACET_DATASET_INTERNAL_H
#define FACET_DATASET_INTERNAL_H

#include "dataset/dataset.h"
#include "dataset/reading.h"
#include "dataset/texts.h"

#include <facet/files.h>
#include <facet/scan.h>

// ---- catalogue.c: the files of a dataset as scans ---------------------------------------------------------------------
enum { DATASET_TREES = 4 };
enum { DATASET_ROLES = 3 }; // scan, landmarks, texture

struct dataset_scan {
    int32_t subject, key, code; // among the texts
    int32_t frame;              // -1: stands alone
    float intensity;
    int32_t file[DATASET_ROLES]; // in its tree; -1: there is none
    uint8_t tree[DATASET_ROLES];
};

struct dataset_source {
    const struct dataset_description *description;
    struct facet_files *trees[DATASET_TREES];
    int n_trees;
    int64_t strays;
    struct dataset_texts texts;
    struct dataset_scan *scans; // by subject, key and frame
    int64_t n_scans;
    struct dataset_annotations *annotations;
    struct dataset_rows rows;
    struct dataset_pool *pool;
};

// Lists the files, finds out what they are, reads the annotations. What is odd about them becomes notes of items.
int dataset_catalogue(struct dataset_source *source, const struct facet_params *given, struct facet_items *items,
                      struct facet_error *error);
const char *dataset_scan_path(const struct dataset_source *source, const struct dataset_scan *scan, int role);

// ---- annotations.c ----------------------------------------------------------------------------------------------------
struct dataset_annotations *dataset_annotations_create(struct dataset_texts *texts); // NULL: out of memory
void dataset_annotations_destroy(struct dataset_annotations *annotations);           // NULL is fine
void dataset_annotations_sort(struct dataset_annotations *annotations);
int64_t dataset_annotations_count(const struct dataset_annotations *annotations);
void dataset_annotations_cut(struct dataset_annotations *annotations, int64_t count); // keeps the first ones
// Of a sorted list: of whom and what one says.
void dataset_annotations_get(const struct dataset_annotations *annotations, int64_t index, const char **subject,
                             const char **key);
void dataset_annotations_mark_codes(const struct dataset_annotations *annotations,
                                    uint8_t *used); // 1 at a text's number
// Whether anything was said of the scan's sequence or one of its frames.
bool dataset_annotations_cover(const struct dataset_annotations *annotations, const struct dataset_scan *scan);
// What was said of the scan's frame, and where that does not know, of its whole sequence. Texts are borrowed.
struct dataset_annotation dataset_annotation_of(const struct dataset_annotations *annotations,
                                                const struct dataset_scan *scan);

// ---- labels.c ---------------------------------------------------------------------------------------------------------
bool dataset_is_like(const char *name, const char *pattern); // a '*' at the pattern's end is anything
struct dataset_labels {                                      // of a row
    char label[2 * DATASET_TEXT], labels[2 * DATASET_TEXT];
    bool drop;
};
// Errors: CONFIG (an entry of the parameter cannot be understood).
int dataset_labels_check(const struct dataset_description *description, const struct facet_params *given,
                         struct facet_items *items, struct facet_error *error);
void dataset_labels_of(const struct dataset_description *description, const struct facet_params *given,
                       const char *code, struct dataset_labels *labels);

// Tells of entries of the parameter that fit no code. Errors: MEMORY.
int dataset_labels_tell_unused(const struct dataset_source *source, const struct facet_params *given,
                               struct facet_items *items, struct facet_error *error);

// ---- complete.c -------------------------------------------------------------------------------------------------------
// Errors: DATA, when the parameter `complete` says "require" and something is missing.
int dataset_check_complete(const struct dataset_source *source, const struct facet_params *given,
                           struct facet_items *items, struct facet_error *error);
bool dataset_subject_is_asked_for(const struct facet_params *given, const char *subject);
bool dataset_has_scan(const struct dataset_source *source, const char *subject, const char *key); // of any frame

// ---- odd.c: what does not fit together --------------------------------------------------------------------------------
// Annotations of scans that are not there and scans without any; names in `subjects` that nobody has. Errors: MEMORY.
int dataset_tell_mismatches(const struct dataset_source *source, const struct facet_params *given,
                            struct facet_items *items, struct facet_error *error);

// ---- rooms.c ----------------------------------------------------------------------------------------------------------
int dataset_read_mesh(const struct dataset_source *source, const struct dataset_scan *scan,
                      struct dataset_worker *worker, const struct facet_mesh **mesh, struct facet_error *error);
// Sets room that is not given: from the index, or from the largest files.
int dataset_find_room(struct dataset_source *source, struct facet_error *error);

// ---- points.c, colours.c ----------------------------------------------------------------------------------------------
// The field `landmarks` of a scan, in the file's unit; *n of them.
int dataset_read_landmarks(const struct dataset_source *source, const struct dataset_scan *scan,
                           const struct facet_mesh *mesh, struct dataset_worker *worker,
                           float landmarks[FACET_LANDMARKS][4], int64_t *n, struct facet_error *error);
// A colour a vertex, (n_vertices, 3) bytes, NULL: it has none; and the picture they come from, empty when they come from none.
// Both are the caller's to free.
int dataset_read_colours(const struct dataset_source *source, const struct dataset_scan *scan,
                         const struct facet_mesh *mesh, struct dataset_worker *worker, uint8_t **colours,
                         struct facet_image *picture, struct facet_error *error);

int dataset_no_memory(struct facet_error *error);

#endif
