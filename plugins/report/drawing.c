#include "report/drawing.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SIDE_MAX = 4096 };

int drawing_open(struct facet_stage *stage, struct drawing *drawing, struct facet_error *error) {
    struct facet_field views, planes = {0};
    bool known = facet_stage_has(stage, "view_planes");
    *drawing = (struct drawing){.stage = stage};
    int code = facet_stage_field(stage, "views", &views, error);
    if (!code && known) code = facet_stage_field(stage, "view_planes", &planes, error);
    if (code) return code;
    bool drawn = views.type == FACET_U8 && views.rank == 4 && views.dims[2] == views.dims[3];
    if (!drawn || views.dims[0] < 1 || views.dims[1] < 1 || views.dims[2] < 1 || views.dims[2] > SIDE_MAX)
        return facet_error_set(error, FACET_ERROR_DATA, "views is not u8 (views, planes, side, side)");
    if (known && (planes.type != FACET_U8 || planes.rank != 1 || planes.dims[0] != views.dims[1]))
        return facet_error_set(error, FACET_ERROR_DATA, "view_planes is not u8 (%lld), one a plane of views",
                               (long long)views.dims[1]);
    drawing->pixels = malloc(facet_field_bytes(&views));
    if (known) drawing->planes = malloc((size_t)views.dims[1]);
    if (!drawing->pixels || (known && !drawing->planes))
        return facet_error_set(error, FACET_ERROR_MEMORY, "no memory for the report's pictures");
    drawing->views = (struct facet_views){.n_views = (int)views.dims[0],
                                          .n_planes = (int)views.dims[1],
                                          .size = (int)views.dims[2],
                                          .pixels = drawing->pixels,
                                          .planes = drawing->planes,
                                          .background = DRAWING_PAPER * 0x010101u};
    return FACET_OK;
}

void drawing_close(struct drawing *drawing) {
    free(drawing->pixels);
    free(drawing->planes);
    *drawing = (struct drawing){0};
}

int drawing_read(struct drawing *drawing, int64_t row, struct facet_error *error) {
    int code = facet_stage_read_rows(drawing->stage, "views", row, 1, drawing->pixels, error);
    if (!code && drawing->planes)
        code = facet_stage_read_rows(drawing->stage, "view_planes", row, 1, drawing->planes, error);
    return code;
}

int drawing_best_tile(const struct drawing *drawing) {
    int tiles = facet_views_tiles(&drawing->views);
    for (int t = 0; t < tiles; t++)
        if (strcmp(facet_views_tile_name(&drawing->views, t), "normal") == 0) return t;
    return 0;
}

int drawing_write(struct drawing *drawing, const char *file, const struct facet_image *image,
                  struct facet_error *error) {
    char relative[128], path[4200];
    snprintf(relative, sizeof relative, "report/%s", file);
    int code = facet_stage_path(drawing->stage, relative, path, sizeof path, error);
    return code ? code : facet_image_write_png(path, image, error);
}

int drawing_one(struct drawing *drawing, int64_t row, const char *file, struct facet_error *error) {
    struct facet_image image = {0};
    int size = drawing->views.size, code = drawing_read(drawing, row, error);
    if (!code) code = facet_image_create(&image, size, size, DRAWING_PAPER, error);
    if (!code)
        facet_image_paste_view(&image, &drawing->views, drawing->views.n_views / 2, drawing_best_tile(drawing), 0, 0,
                               1);
    if (!code) code = drawing_write(drawing, file, &image, error);
    facet_image_free(&image);
    return code;
}
