// Meshes and range images in the layouts of the datasets.
#include "files.h"
#include "layouts.h"

#include <stdlib.h>
#include <string.h>

#include <zlib.h>

static void write_list(FILE *file, const char *head, const float *values, int64_t n, int each) {
    fprintf(file, "%s", head);
    for (int64_t i = 0; i < n; i++) {
        for (int k = 0; k < each; k++) fprintf(file, "%s%.6g", k ? " " : "", values[each * i + k]);
        fputs(i + 1 < n ? ",\n" : "\n", file);
    }
    fputs("]\n}\n", file);
}

static void write_indices(FILE *file, const char *head, const int32_t *triangles, int64_t n) {
    fprintf(file, "%s", head);
    for (int64_t i = 0; i < n; i++)
        fprintf(file, "%d, %d, %d, -1%s\n", triangles[3 * i], triangles[3 * i + 1], triangles[3 * i + 2],
                i + 1 < n ? "," : "");
    fputs("]\n", file);
}

void layout_write_wrl(const char *path, const struct layout_face *face, const char *texture) {
    struct facet_mesh mesh;
    FILE *file = layout_open(path);
    layout_mesh(face, &mesh);
    fputs("#VRML V2.0 utf8\n\nTransform {\nchildren [\nShape {\n", file);
    if (texture) fprintf(file, "appearance Appearance {\ntexture ImageTexture { url \"%s\" }\n}\n", texture);
    fputs("geometry IndexedFaceSet {\nsolid FALSE\n", file);
    write_list(file, "coord Coordinate {\npoint [\n", mesh.vertices, mesh.n_vertices, 3);
    write_indices(file, "coordIndex [\n", mesh.triangles, mesh.n_triangles);
    write_list(file, "texCoord TextureCoordinate {\npoint [\n", mesh.texcoords, mesh.n_texcoords, 2);
    write_indices(file, "texCoordIndex [\n", mesh.texture_triangles, mesh.n_triangles);
    fputs("}\n}\n]\n}\n", file);
    layout_close(file, path);
    facet_mesh_free(&mesh);
}

void layout_write_obj(const char *path, const struct layout_face *face, const char *library) {
    struct facet_mesh mesh;
    FILE *file = layout_open(path);
    layout_mesh(face, &mesh);
    if (library) fprintf(file, "mtllib %s\nusemtl skin\n", library);
    for (int64_t i = 0; i < mesh.n_vertices; i++)
        fprintf(file, "v %.6g %.6g %.6g\n", mesh.vertices[3 * i], mesh.vertices[3 * i + 1], mesh.vertices[3 * i + 2]);
    for (int64_t i = 0; i < mesh.n_texcoords; i++)
        fprintf(file, "vt %.6g %.6g\n", mesh.texcoords[2 * i], mesh.texcoords[2 * i + 1]);
    for (int64_t i = 0; i < mesh.n_triangles; i++) {
        const int32_t *t = mesh.triangles + 3 * i;
        fprintf(file, "f %d/%d %d/%d %d/%d\n", t[0] + 1, t[0] + 1, t[1] + 1, t[1] + 1, t[2] + 1, t[2] + 1);
    }
    layout_close(file, path);
    facet_mesh_free(&mesh);
}

void layout_write_mtl(const char *path, const char *texture) {
    FILE *file = layout_open(path);
    fprintf(file, "newmtl skin\nKd 1 1 1\nmap_Kd %s\n", texture);
    layout_close(file, path);
}

// x, y, z and the place in the picture, measured from its upper left corner; background holds zmin.
static double bnt_value(const struct layout_face *face, int block, int i, double zmin) {
    if (block == 3) return face->seen[i] ? (double)(i % face->columns) / (face->columns - 1) : 0;
    if (block == 4) return face->seen[i] ? 1 - (double)(i / face->columns) / (face->rows - 1) : 0;
    return face->seen[i] ? face->at[i][block] : zmin;
}

// The machines that tests run on are little-endian, as the format is.
void layout_write_bnt(const char *path, const struct layout_face *face, const char *picture) {
    FILE *file = layout_open(path);
    const double zmin = -1e9;
    uint16_t rows = (uint16_t)face->rows, columns = (uint16_t)face->columns, length = (uint16_t)strlen(picture);
    uint32_t n = (uint32_t)rows * columns, values = 5 * n;
    fwrite(&rows, 2, 1, file), fwrite(&columns, 2, 1, file), fwrite(&zmin, 8, 1, file);
    fwrite(&length, 2, 1, file), fwrite(picture, 1, length, file), fwrite(&values, 4, 1, file);
    for (int block = 0; block < 5; block++)
        for (uint32_t i = 0; i < n; i++) {
            double value = bnt_value(face, block, (int)i, zmin);
            fwrite(&value, 8, 1, file);
        }
    layout_close(file, path);
}

// The text of an .abs file: its rows begin at the top.
static char *abs_text(const struct layout_face *face, size_t *size) {
    char *text = NULL;
    FILE *file = open_memstream(&text, size);
    if (!file) perror("layouts"), exit(1);
    fprintf(file, "%d rows\n%d columns\npixels (flag X Y Z):\n", face->rows, face->columns);
    for (int line = 0; line < 4; line++, fputc('\n', file))
        for (int i = 0; i < face->rows * face->columns; i++) {
            int from = (face->rows - 1 - i / face->columns) * face->columns + i % face->columns;
            if (line == 0)
                fprintf(file, "%d ", face->seen[from]);
            else
                fprintf(file, "%.6f ", face->seen[from] ? (double)face->at[from][line - 1] : -999999.0);
        }
    layout_close(file, "a text in memory");
    return text;
}

void layout_write_abs(const char *path, const struct layout_face *face, bool compressed) {
    size_t size;
    char *text = abs_text(face, &size);
    if (compressed) {
        gzFile file = gzopen(path, "wb");
        if (!file || gzwrite(file, text, (unsigned)size) != (int)size || gzclose(file) != Z_OK) perror(path), exit(1);
    } else {
        FILE *file = layout_open(path);
        fwrite(text, 1, size, file);
        layout_close(file, path);
    }
    free(text);
}
