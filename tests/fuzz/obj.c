// Any bytes taken for a file named obj, and for a material library: a mesh whose indices hold, a name, or a sentence.
#include <facet/scan.h>

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct facet_mesh mesh;
    struct facet_error error = {0};
    int code = facet_mesh_parse("input.obj", data, size, &mesh, &error);
    if (code && (error.code != code || !*error.text || mesh.vertices || mesh.triangles)) abort();
    for (int64_t i = 0; i < 3 * mesh.n_triangles; i++)
        if (mesh.triangles[i] < 0 || mesh.triangles[i] >= mesh.n_vertices) abort();
    if (!mesh.texcoords != !mesh.texture_triangles || !mesh.texcoords != !mesh.n_texcoords) abort();
    for (int64_t i = 0; mesh.texcoords && i < 3 * mesh.n_triangles; i++)
        if (mesh.texture_triangles[i] < -1 || mesh.texture_triangles[i] >= mesh.n_texcoords) abort();
    unsigned colours = 0;
    for (int64_t i = 0; mesh.colours && i < 3 * mesh.n_vertices; i++) colours += mesh.colours[i]; // all can be read
    if (colours > 3u * 255 * (unsigned)mesh.n_vertices) abort();
    facet_mesh_free(&mesh);
    char picture[64];
    code = facet_mtl_texture(data, size, size % 2 ? "skin" : NULL, picture, sizeof picture, &error);
    if (code ? !*error.text : strnlen(picture, sizeof picture) == sizeof picture) abort();
    return 0;
}
