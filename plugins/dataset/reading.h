// Reading scans into blocks, shared by the sources of datasets and of folders: who reads, and what becomes of a mesh, its
// landmarks and its colours.
#ifndef FACET_DATASET_READING_H
#define FACET_DATASET_READING_H

#include <facet/block.h>
#include <facet/files.h>
#include <facet/image.h>
#include <facet/item.h>
#include <facet/landmark.h>
#include <facet/params.h>
#include <facet/scan.h>

struct dataset_worker { // what one thread needs to read scans; used again for the next one
    struct facet_scan_reader *reader;
    struct facet_bytes bytes, more;
    struct dataset_worker *next;
};

struct dataset_pool *dataset_pool_create(void);                             // NULL: out of memory
void dataset_pool_destroy(struct dataset_pool *pool);                       // NULL is fine
struct dataset_worker *dataset_pool_take(struct dataset_pool *pool);        // NULL: out of memory
void dataset_pool_give(struct dataset_pool *pool, struct dataset_worker *); // NULL is fine

// What a row holds: its fields, the room of a scan, and what is done when something beside the mesh is broken.
struct dataset_rows {
    int64_t max_vertices, max_triangles;
    double unit;            // millimetres
    int landmarks, colours; // places of their fields, -1 when there are none
    int texcoords;          // of the first of the fields texcoords, texture and texture_size, -1 when there are none
    bool colour, pictures;  // whether the vertices' colours are wanted, and whether the pictures themselves are
    int64_t max_texels;
    bool keep_broken; // a scan whose landmarks or picture cannot be read is kept without them
};
// From the parameters max_vertices, max_triangles, unit_mm, broken_extras, textures, pictures and max_texels.
struct dataset_rows dataset_rows_of(const struct facet_params *given);
// The fields vertices, triangles, and landmarks, colours and pictures where they are wanted.
void dataset_rows_declare(struct dataset_rows *rows, bool landmarks, struct facet_field *fields, int *n_fields);
// Room for a mesh that was measured, and a quarter more.
void dataset_rows_widen(struct dataset_rows *rows, const struct facet_mesh *mesh);
// Room that is not given comes from the index; false: there is none, and `rows` begin with none.
bool dataset_rows_from_index(struct dataset_rows *rows, const struct facet_files *files);

// Fill a row of the block. path is for messages; values are in the file's unit. Errors: DATA (no room), MEMORY.
int dataset_put_mesh(const struct dataset_rows *rows, const char *path, const struct facet_mesh *mesh,
                     struct facet_block *block, int64_t row, struct facet_error *error);
int dataset_put_landmarks(const struct dataset_rows *rows, float (*landmarks)[4], int64_t n, struct facet_block *block,
                          int64_t row, struct facet_error *error);
int dataset_put_colours(const struct dataset_rows *rows, const struct facet_mesh *mesh, const uint8_t *colours,
                        struct facet_block *block, int64_t row, struct facet_error *error);
// The picture, halved until there is room for it, and where in it each triangle's corners lie; nothing of a mesh without, or when
// pictures are not wanted. Errors: MEMORY.
int dataset_put_picture(const struct dataset_rows *rows, const struct facet_mesh *mesh, struct facet_image *picture,
                        struct facet_block *block, int64_t row, struct facet_error *error);
// What is to be done about landmarks or a picture that gave `code`: the code, or OK when the row is kept and has a note.
int dataset_forgive(const struct dataset_rows *rows, const char *what, int code, struct facet_block *block, int64_t row,
                    const struct facet_error *error);

// What the list of files says of itself, such as archives that are broken, becomes notes of the source.
enum { DATASET_MOST_NOTES = 5 }; // of one sort; how many more there are is told
int dataset_pass_on_notes(const struct facet_files *files, struct facet_items *items, struct facet_error *error);

// Where a point of a landmark file lies, in the file's unit; false: the file does not say it.
bool dataset_point_place(const struct facet_point *point, const struct facet_mesh *mesh, float at[3]);

// Parameters of sources that read scans; entries of the plugin's table.
#define DATASET_PARAMS_READING                                                                                         \
    {.name = "broken_extras",                                                                                          \
     .type = FACET_PARAM_STRING,                                                                                       \
     .fallback = "\"keep\"",                                                                                           \
     .choices = "keep|set-aside",                                                                                      \
     .doc = "A scan whose landmarks or picture are broken or missing is kept without them and has a note, or is set "  \
            "aside."},                                                                                                 \
        {.name = "pictures",                                                                                           \
         .type = FACET_PARAM_BOOL,                                                                                     \
         .fallback = "false",                                                                                          \
         .doc = "Whether the picture itself goes along with the scan, besides the colours of its vertices."},          \
        {.name = "max_texels",                                                                                         \
         .type = FACET_PARAM_INT,                                                                                      \
         .fallback = "2097152",                                                                                        \
         .min = 1,                                                                                                     \
         .max = 268435456,                                                                                             \
         .doc = "Room for the pixels of such a picture; a larger one is halved until it fits."},                       \
        {.name = "unit_mm",                                                                                            \
         .type = FACET_PARAM_FLOAT,                                                                                    \
         .fallback = "1.0",                                                                                            \
         .unit = "mm",                                                                                                 \
         .min = 1e-6,                                                                                                  \
         .max = 1e6,                                                                                                   \
         .doc = "The length of one unit of the files."},                                                               \
        {.name = "max_vertices",                                                                                       \
         .type = FACET_PARAM_INT,                                                                                      \
         .fallback = "0",                                                                                              \
         .max = INT32_MAX,                                                                                             \
         .doc = "Room for the vertices of a scan; 0 takes it from the index, or reads the largest files and adds a "   \
                "quarter."},                                                                                           \
    {                                                                                                                  \
        .name = "max_triangles", .type = FACET_PARAM_INT, .fallback = "0", .max = INT32_MAX,                           \
        .doc = "Room for the triangles of a scan; 0 as for max_vertices."                                              \
    }

#endif
