// Any bytes taken for a file named obj: a mesh whose indices hold, or a sentence.
#include <facet/scan.h>

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct facet_mesh mesh;
    struct facet_error error = {0};
    int code = facet_mesh_parse("input.obj", data, size, &mesh, &error);
    if (code && (error.code != code || !*error.text || mesh.vertices || mesh.triangles)) abort();
    for (int64_t i = 0; i < 3 * mesh.n_triangles; i++)
        if (mesh.triangles[i] < 0 || mesh.triangles[i] >= mesh.n_vertices) abort();
    facet_mesh_free(&mesh);
    return 0;
}
