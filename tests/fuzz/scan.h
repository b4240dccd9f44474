// What holds for any bytes taken for a scan: a mesh whose indices hold, or a sentence and nothing else.
#ifndef FACET_TESTS_FUZZ_SCAN_H
#define FACET_TESTS_FUZZ_SCAN_H

#include <facet/scan.h>

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static inline void fuzz_indices(const int32_t *indices, int64_t n, int64_t least, int64_t end) {
    for (int64_t i = 0; i < n; i++)
        if (indices[i] < least || indices[i] >= end) abort();
}

static inline int fuzz_scan(const char *name, const uint8_t *data, size_t size) {
    struct facet_mesh mesh;
    struct facet_error error = {0};
    int code = facet_mesh_parse(name, data, size, &mesh, &error);
    if (code && (error.code != code || strncmp(error.text, name, strlen(name)) != 0)) abort();
    if (code && (mesh.vertices || mesh.triangles || mesh.texcoords || mesh.texture || mesh.n_vertices)) abort();
    fuzz_indices(mesh.triangles, 3 * mesh.n_triangles, 0, mesh.n_vertices);
    if (!mesh.texcoords != !mesh.texture_triangles || !mesh.texcoords != !mesh.n_texcoords) abort();
    if (mesh.texture_triangles) fuzz_indices(mesh.texture_triangles, 3 * mesh.n_triangles, -1, mesh.n_texcoords);
    unsigned colours = 0;
    for (int64_t i = 0; mesh.colours && i < 3 * mesh.n_vertices; i++) colours += mesh.colours[i]; // all can be read
    if (colours > 3u * 255 * (unsigned)mesh.n_vertices) abort();
    facet_mesh_free(&mesh);
    return 0;
}

#endif
