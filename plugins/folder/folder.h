// A folder (or archive) of scans: shared by the files of this plugin.
#ifndef FACET_FOLDER_H
#define FACET_FOLDER_H

#include "dataset/reading.h"
#include "folder/manifest.h"
#include <facet/files.h>
#include <facet/landmark.h>
#include <facet/params.h>
#include <facet/scan.h>

#include <stdbool.h>

struct folder_point_name { // a point of landmark files, by its name or by its place in the file from 1
    const char *name;      // borrowed from the parameters
    size_t length;
    int landmark;
};

struct folder {
    struct folder_manifest *manifest;
    struct facet_files *files;
    char *labels;       // the manifest's name, for messages
    const char **paths; // all that the manifest names, sorted; borrowed from it
    int64_t n_paths;
    struct folder_point_name *names;
    int64_t n_names;
    bool has_landmarks; // of some row
    bool told_label;    // that the vocabulary has another spelling, or none
    struct dataset_rows rows;
    struct dataset_pool *pool;
};

// Sets room that is not given: from the index, or from the largest files of each format.
int folder_find_room(struct folder *folder, struct facet_error *error);

// "eye corner=eye_left_inner", "34=nose_tip".
int folder_point_names(const struct facet_params *given, struct folder *folder, struct facet_error *error);

struct facet_block;
int folder_load(const void *self, int64_t index, struct facet_block *block, int64_t row, struct facet_error *error);

// The points of a row's file that Facet has a name for, as the field `landmarks` holds them; *n of them.
int folder_read_landmarks(const struct folder *folder, const struct folder_row *row, const struct facet_mesh *mesh,
                          struct dataset_worker *worker, float landmarks[FACET_LANDMARKS][4], int64_t *n,
                          struct facet_error *error);
// A colour a vertex from the row's picture or the scan: (n_vertices, 3) bytes, NULL: it has none; and that picture, empty when there
// is none. Both are the caller's to free.
int folder_read_colours(const struct folder *folder, const struct folder_row *row, const struct facet_mesh *mesh,
                        struct dataset_worker *worker, uint8_t **colours, struct facet_image *picture,
                        struct facet_error *error);
// Reads a file that the manifest's row names.
int folder_read_file(const struct folder *folder, const struct folder_row *row, const char *path,
                     struct facet_bytes *bytes, struct facet_error *error);

#endif
