#include "dataset/paint.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

// Pixel centres lie at whole numbers; outside the picture its border goes on.
static void sample(const struct facet_image *picture, double x, double y, uint8_t rgb[3]) {
    x = fmin(fmax(x, 0), picture->width - 1), y = fmin(fmax(y, 0), picture->height - 1);
    int left = (int)x, top = (int)y;
    int right = left + 1 < picture->width ? left + 1 : left, bottom = top + 1 < picture->height ? top + 1 : top;
    const uint8_t *upper = picture->rgb + 3 * (size_t)top * (size_t)picture->width;
    const uint8_t *lower = picture->rgb + 3 * (size_t)bottom * (size_t)picture->width;
    for (int k = 0; k < 3; k++) {
        double above = upper[3 * left + k] + (x - left) * (upper[3 * right + k] - upper[3 * left + k]);
        double below = lower[3 * left + k] + (x - left) * (lower[3 * right + k] - lower[3 * left + k]);
        rgb[k] = (uint8_t)(above + (y - top) * (below - above) + 0.5);
    }
}

// Of the corners that share a vertex the first says its colour.
static void paint(const struct facet_mesh *mesh, const struct facet_image *picture, uint8_t *colours, uint8_t *done) {
    for (int64_t i = 0; i < 3 * mesh->n_triangles; i++) {
        int64_t vertex = mesh->triangles[i], place = mesh->texture_triangles[i];
        if (place < 0 || place >= mesh->n_texcoords || done[vertex]) continue;
        double u = (double)mesh->texcoords[2 * place], v = (double)mesh->texcoords[2 * place + 1];
        if (!isfinite(u) || !isfinite(v)) continue;
        sample(picture, u * picture->width - 0.5, (1 - v) * picture->height - 0.5, colours + 3 * vertex);
        done[vertex] = 1;
    }
}

static int no_memory(const char *name, struct facet_error *error) {
    return facet_error_set(error, FACET_ERROR_MEMORY, "%s: no memory for its colours", name);
}

int dataset_paint(const char *name, const struct facet_bytes *bytes, const struct facet_mesh *mesh, uint8_t **colours,
                  struct facet_image *picture, struct facet_error *error) {
    *colours = NULL;
    int code = facet_image_decode(name, bytes->data, bytes->size, picture, error);
    if (code) return code;
    *colours = calloc((size_t)mesh->n_vertices + 1, 3);
    uint8_t *done = calloc((size_t)mesh->n_vertices + 1, 1);
    if (*colours && done)
        paint(mesh, picture, *colours, done);
    else
        code = no_memory(name, error);
    free(done);
    if (code) facet_image_free(picture);
    return code;
}

int dataset_own_colours(const char *name, const struct facet_mesh *mesh, uint8_t **colours, struct facet_error *error) {
    *colours = NULL;
    if (!mesh->colours) return FACET_OK;
    *colours = malloc((size_t)mesh->n_vertices * 3 + 1);
    if (!*colours) return no_memory(name, error);
    memcpy(*colours, mesh->colours, (size_t)mesh->n_vertices * 3);
    return FACET_OK;
}
