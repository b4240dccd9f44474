// folder: scans in a tree of OBJ and PLY files, with a CSV file that says whose they are and what they show.
#include "folder/manifest.h"

#include <facet/plugin.h>
#include <facet/scan.h>

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

enum { VERTICES, TRIANGLES };
enum { MEASURED = 16 }; // the largest files of a format, read at the start to see how much room a scan needs

struct folder {
    struct folder_manifest *manifest;
    char *root, *labels;
    double unit;
    int64_t max_vertices, max_triangles;
};

static const struct facet_param_spec params[] = {
    {.name = "root", .type = FACET_PARAM_PATH, .doc = "The folder that the paths of the table start from."},
    {.name = "labels",
     .type = FACET_PARAM_STRING,
     .fallback = "\"labels.csv\"",
     .doc =
         "The table, from root: columns path, subject, label; sequence, frame, intensity, licence, consent if known."},
    {.name = "licence", .type = FACET_PARAM_STRING, .fallback = "\"\"", .doc = "Licence of the rows that name none."},
    {.name = "consent",
     .type = FACET_PARAM_STRING,
     .fallback = "\"\"",
     .doc = "What the people of the rows that name none have agreed to."},
    {.name = "unit_mm",
     .type = FACET_PARAM_FLOAT,
     .fallback = "1.0",
     .unit = "mm",
     .min = 1e-6,
     .max = 1e6,
     .doc = "The length of one unit of the files."},
    {.name = "max_vertices",
     .type = FACET_PARAM_INT,
     .fallback = "0",
     .max = INT_MAX,
     .doc = "Room for the vertices of a scan; 0 reads the 16 largest files of each format and adds a quarter."},
    {.name = "max_triangles",
     .type = FACET_PARAM_INT,
     .fallback = "0",
     .max = INT_MAX,
     .doc = "Room for the triangles of a scan; 0 as for max_vertices."},
    {.name = NULL},
};

static char *join(const char *root, const char *path) {
    char *whole = NULL;
    if (*path == '/') return strdup(path);
    return asprintf(&whole, "%s/%s", root, path) < 0 ? NULL : whole;
}

static int no_memory(struct facet_error *error) {
    return facet_error_set(error, FACET_ERROR_MEMORY, "no memory for a folder of scans");
}

struct candidate {
    const char *path;
    int64_t bytes, row;
};

static int by_size(const void *a, const void *b) {
    const struct candidate *x = a, *y = b;
    if (x->bytes != y->bytes) return x->bytes > y->bytes ? -1 : 1;
    return (x->row > y->row) - (x->row < y->row);
}

static bool is_ply(const char *path) {
    const char *dot = strrchr(path, '.');
    return dot && strcasecmp(dot, ".ply") == 0;
}

// The files of a format that are there, largest first.
static int list_by_size(const struct folder *folder, bool ply, struct candidate *list, int64_t *n,
                        struct facet_error *error) {
    *n = 0;
    for (int64_t i = 0; i < folder_manifest_rows(folder->manifest); i++) {
        const struct folder_row *row = folder_manifest_row(folder->manifest, i);
        struct stat status;
        if (is_ply(row->path) != ply) continue;
        char *path = join(folder->root, row->path);
        if (!path) return no_memory(error);
        if (stat(path, &status) == 0) list[(*n)++] = (struct candidate){row->path, (int64_t)status.st_size, i};
        free(path);
    }
    qsort(list, (size_t)*n, sizeof *list, by_size);
    return FACET_OK;
}

// A broken file says nothing here; it is set aside when its row is loaded.
static int measure(struct folder *folder, const struct candidate *list, int64_t n, struct facet_error *error) {
    for (int64_t i = 0, good = 0; i < n && good < MEASURED; i++) {
        struct facet_mesh mesh;
        char *path = join(folder->root, list[i].path);
        if (!path) return no_memory(error);
        int code = facet_mesh_read(path, &mesh, error);
        free(path);
        if (code == FACET_ERROR_MEMORY) return code;
        if (code) continue;
        int64_t vertices = mesh.n_vertices + mesh.n_vertices / 4, triangles = mesh.n_triangles + mesh.n_triangles / 4;
        if (vertices > folder->max_vertices) folder->max_vertices = vertices;
        if (triangles > folder->max_triangles) folder->max_triangles = triangles;
        facet_mesh_free(&mesh);
        good++;
    }
    return FACET_OK;
}

static int find_room(struct folder *folder, struct facet_error *error) {
    struct folder given = *folder;
    int code = FACET_OK;
    if (given.max_vertices > 0 && given.max_triangles > 0) return FACET_OK;
    struct candidate *list = malloc((size_t)folder_manifest_rows(folder->manifest) * sizeof *list);
    if (!list) return no_memory(error);
    folder->max_vertices = folder->max_triangles = 1;
    for (int ply = 0; !code && ply < 2; ply++) {
        int64_t n;
        code = list_by_size(folder, ply, list, &n, error);
        if (!code) code = measure(folder, list, n, error);
    }
    if (given.max_vertices > 0) folder->max_vertices = given.max_vertices;
    if (given.max_triangles > 0) folder->max_triangles = given.max_triangles;
    free(list);
    return code;
}

// A file that was replaced is another scan: its size and time of change go into the item table's hash.
static uint64_t stamp_of(const struct folder *folder, const struct folder_row *row) {
    struct stat status;
    char *path = join(folder->root, row->path);
    bool there = path && stat(path, &status) == 0;
    free(path);
    if (!there) return 0;
    uint64_t seconds = (uint64_t)status.st_mtim.tv_sec, part = (uint64_t)status.st_mtim.tv_nsec;
    return (seconds * 1000000000u + part) ^ ((uint64_t)status.st_size << 20);
}

static int add_items(const struct folder *folder, const struct facet_params *given, struct facet_items *items,
                     struct facet_error *error) {
    const char *licence = facet_param_string(given, "licence"), *consent = facet_param_string(given, "consent");
    for (int64_t i = 0; i < folder_manifest_rows(folder->manifest); i++) {
        const struct folder_row *row = folder_manifest_row(folder->manifest, i);
        struct facet_item item = facet_item_unknown();
        item.subject = row->subject;
        item.label = row->label;
        item.path = row->path;
        item.licence = *row->licence ? row->licence : licence;
        item.consent = *row->consent ? row->consent : consent;
        item.sequence = row->group;
        item.frame = row->frame;
        item.intensity = row->intensity;
        item.stamp = stamp_of(folder, row);
        int code = facet_items_add(items, &item, error);
        if (code) return code;
    }
    return FACET_OK;
}

static void close_folder(void *self) {
    struct folder *folder = self;
    if (!folder) return;
    folder_manifest_destroy(folder->manifest);
    free(folder->root);
    free(folder->labels);
    free(folder);
}

static int create(const struct facet_params *given, struct folder **made, struct facet_error *error) {
    struct folder *folder = *made = calloc(1, sizeof *folder);
    if (!folder) return no_memory(error);
    folder->unit = facet_param_float(given, "unit_mm");
    folder->max_vertices = facet_param_int(given, "max_vertices");
    folder->max_triangles = facet_param_int(given, "max_triangles");
    folder->root = strdup(facet_param_string(given, "root"));
    folder->labels = folder->root ? join(folder->root, facet_param_string(given, "labels")) : NULL;
    if (!folder->labels) return no_memory(error);
    int code = folder_manifest_read(folder->labels, &folder->manifest, error);
    return code ? code : find_room(folder, error);
}

static int open_folder(const struct facet_params *given, uint64_t seed, struct facet_items *items,
                       struct facet_field *fields, int *n_fields, void **self, struct facet_error *error) {
    (void)seed;
    struct folder *folder = NULL;
    int code = create(given, &folder, error);
    if (!code) code = add_items(folder, given, items, error);
    if (code) {
        close_folder(folder);
        return code;
    }
    fields[VERTICES] = (struct facet_field){
        .name = "vertices", .type = FACET_F32, .rank = 2, .dims = {folder->max_vertices, 3}, .ragged = true};
    fields[TRIANGLES] = (struct facet_field){
        .name = "triangles", .type = FACET_I32, .rank = 2, .dims = {folder->max_triangles, 3}, .ragged = true};
    *n_fields = 2;
    *self = folder;
    return FACET_OK;
}

static int check_room(const struct folder *folder, const struct folder_row *row, const struct facet_mesh *mesh,
                      struct facet_error *error) {
    if (mesh->n_vertices <= folder->max_vertices && mesh->n_triangles <= folder->max_triangles) return FACET_OK;
    return facet_error_set(error, FACET_ERROR_DATA,
                           "%s has %lld vertices and %lld triangles, but there is room for %lld and %lld; raise "
                           "max_vertices and max_triangles",
                           row->path, (long long)mesh->n_vertices, (long long)mesh->n_triangles,
                           (long long)folder->max_vertices, (long long)folder->max_triangles);
}

static int hand_over(const struct folder *folder, const struct facet_mesh *mesh, struct facet_block *block, int64_t row,
                     struct facet_error *error) {
    int code = facet_block_resize(block, VERTICES, row, mesh->n_vertices, error);
    if (!code) code = facet_block_resize(block, TRIANGLES, row, mesh->n_triangles, error);
    if (code) return code;
    float *vertices = facet_block_data(block, VERTICES, row);
    for (int64_t i = 0; i < 3 * mesh->n_vertices; i++) vertices[i] = (float)(folder->unit * mesh->vertices[i]);
    size_t triangle_bytes = (size_t)mesh->n_triangles * 3 * sizeof *mesh->triangles;
    if (triangle_bytes > 0) memcpy(facet_block_data(block, TRIANGLES, row), mesh->triangles, triangle_bytes);
    return FACET_OK;
}

static int read_row(const struct folder *folder, const struct folder_row *row, struct facet_mesh *mesh,
                    struct facet_error *error) {
    char *path = join(folder->root, row->path);
    struct stat status;
    if (!path) return no_memory(error);
    int code;
    if (stat(path, &status) != 0 && (errno == ENOENT || errno == ENOTDIR)) {
        const char *slash = strrchr(folder->labels, '/');
        code = facet_error_set(error, FACET_ERROR_IO, "%s line %lld names %s, which does not exist",
                               slash ? slash + 1 : folder->labels, (long long)row->line, row->path);
    } else {
        code = facet_mesh_read(path, mesh, error);
    }
    free(path);
    return code;
}

static int load(const void *self, int64_t index, struct facet_block *block, int64_t row, struct facet_error *error) {
    const struct folder *folder = self;
    const struct folder_row *entry = folder_manifest_row(folder->manifest, index);
    struct facet_mesh mesh = {0};
    int code = read_row(folder, entry, &mesh, error);
    if (!code) code = check_room(folder, entry, &mesh, error);
    if (!code) code = hand_over(folder, &mesh, block, row, error);
    facet_mesh_free(&mesh);
    return code;
}

static const struct facet_source_ops ops = {.open = open_folder, .load = load, .close = close_folder};
static const char *const makes[] = {"vertices", "triangles", NULL};

const struct facet_plugin facet_plugin_folder = {
    .abi = FACET_PLUGIN_ABI,
    .size = sizeof(struct facet_plugin),
    .kind = FACET_SOURCE,
    .name = "folder",
    .version = "1.0.0",
    .summary = "scans in OBJ and PLY files, labelled by a CSV table",
    .params = params,
    .makes = makes,
    .source = &ops,
};
