#include "dataset/internal.h"
#include "dataset/paint.h"

int dataset_read_colours(const struct dataset_source *source, const struct dataset_scan *scan,
                         const struct facet_mesh *mesh, struct dataset_worker *worker, uint8_t **colours,
                         struct facet_image *picture, struct facet_error *error) {
    int role = DATASET_TEXTURE - DATASET_SCAN;
    *colours = NULL;
    if (scan->file[role] < 0 || !mesh->texcoords)
        return dataset_own_colours(dataset_scan_path(source, scan, 0), mesh, colours, error);
    int code = facet_files_read(source->trees[scan->tree[role]], scan->file[role], &worker->more, error);
    return code ? code
                : dataset_paint(dataset_scan_path(source, scan, role), &worker->more, mesh, colours, picture, error);
}
