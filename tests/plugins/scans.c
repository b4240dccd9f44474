// A map stage that writes each row's mesh to a file, for tests of what reads files: FOLDER/SUBJECT_LABEL_FRAME.ply.
#include "map.h"

#include <facet/scan.h>

#include <stdio.h>

static const struct facet_param_spec params[] = {
    {.name = "folder", .type = FACET_PARAM_STRING, .doc = "Where the files go."},
    {0},
};
static const struct facet_need needs[] = {{.name = "vertices", .rows = true}, {.name = "triangles", .rows = true}, {0}};
static const char *const makes[] = {"written", NULL};

static int create(const struct facet_params *p, struct facet_stage *stage, void **self, struct facet_error *error) {
    (void)stage, (void)error;
    *self = (void *)facet_param_string(p, "folder"); // lives as long as the pipeline
    return FACET_OK;
}

static int declare(const void *self, const struct facet_field *in, struct facet_field *out, struct facet_error *error) {
    (void)self, (void)in, (void)error;
    out[0] = (struct facet_field){.name = "written", .type = FACET_I32};
    return FACET_OK;
}

static int transform(const void *self, const struct facet_block *in, struct facet_block *out,
                     struct facet_error *error) {
    for (int64_t row = 0; row < facet_block_rows(in); row++) {
        struct facet_item item = facet_block_item(in, row);
        char path[4096];
        struct facet_mesh mesh = {.vertices = (float *)facet_block_read(in, 0, row),
                                  .triangles = (int32_t *)facet_block_read(in, 1, row),
                                  .n_vertices = facet_block_count(in, 0, row),
                                  .n_triangles = facet_block_count(in, 1, row)};
        if (!facet_block_valid(in, row)) continue;
        snprintf(path, sizeof path, "%s/%s_%s_%d.ply", (const char *)self, item.subject, item.label, (int)item.frame);
        int code = facet_mesh_write(path, FACET_MESH_PLY_LITTLE, &mesh, error);
        if (code) return code;
        *(int32_t *)facet_block_data(out, 0, row) = 1;
    }
    return FACET_OK;
}

static void destroy(void *self) {
    (void)self;
}

MAP_PLUGIN("scans", "Writes meshes.", params, create, destroy);
