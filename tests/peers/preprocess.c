// Thins a mesh as preprocess does and says how much processor time it took: tests/peers/preprocess.sh calls it in turn with other programs.
//   preprocess IN MAX_VERTICES OUT      a mesh is two int64 counts, then (n, 3) f32 vertices, then (m, 3) i32 triangles
#include "preprocess/surface.h"

#include "timing.h"

#include <stdio.h>
#include <stdlib.h>

static int read_mesh(const char *path, struct preprocess_surface *surface) {
    int64_t n[2] = {0};
    FILE *file = fopen(path, "rb");
    float *vertices = NULL;
    int32_t *triangles = NULL;
    int bad = !file || fread(n, sizeof n, 1, file) != 1;
    if (!bad) {
        vertices = malloc((size_t)n[0] * 12), triangles = malloc((size_t)n[1] * 12);
        bad = !vertices || !triangles || fread(vertices, 12, (size_t)n[0], file) != (size_t)n[0] ||
              fread(triangles, 12, (size_t)n[1], file) != (size_t)n[1];
    }
    if (!bad) bad = preprocess_surface_copy(vertices, n[0], triangles, n[1], surface, NULL);
    free(vertices), free(triangles);
    if (file) fclose(file);
    return bad;
}

static int write_mesh(const char *path, const struct preprocess_surface *surface) {
    const int64_t n[2] = {surface->n_vertices, surface->n_triangles};
    FILE *file = fopen(path, "wb");
    int bad = !file || fwrite(n, sizeof n, 1, file) != 1 ||
              fwrite(surface->vertices, 12, (size_t)n[0], file) != (size_t)n[0] ||
              fwrite(surface->triangles, 12, (size_t)n[1], file) != (size_t)n[1];
    return (file && fclose(file)) || bad;
}

// Once to warm up, once to be measured.
int main(int argc, char **argv) {
    struct preprocess_surface surface = {0};
    struct facet_error error = {0};
    double seconds = 0;
    if (argc != 4) return 2;
    for (int turn = 0; turn < 2; turn++) {
        preprocess_surface_free(&surface);
        if (read_mesh(argv[1], &surface)) return 1;
        double begin = seconds_of(CLOCK_PROCESS_CPUTIME_ID);
        int code = preprocess_surface_thin(&surface, atoll(argv[2]), &error);
        seconds = seconds_of(CLOCK_PROCESS_CPUTIME_ID) - begin;
        if (code) {
            fprintf(stderr, "%s\n", error.text);
            return 1;
        }
    }
    printf("%.6f\n", seconds);
    int bad = write_mesh(argv[3], &surface);
    preprocess_surface_free(&surface);
    return bad;
}
