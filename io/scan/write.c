// Writers of OBJ and PLY. Text holds nine significant digits, which give back the same float.
#include <facet/scan.h>

#include "fault/fault.h"

#include <errno.h>
#include <locale.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static void write_obj(FILE *file, const struct facet_mesh *mesh) {
    for (int64_t i = 0; i < mesh->n_vertices; i++) {
        const float *v = mesh->vertices + 3 * i;
        fprintf(file, "v %.9g %.9g %.9g\n", (double)v[0], (double)v[1], (double)v[2]);
    }
    for (int64_t i = 0; i < mesh->n_triangles; i++) {
        const int32_t *t = mesh->triangles + 3 * i;
        fprintf(file, "f %d %d %d\n", t[0] + 1, t[1] + 1, t[2] + 1);
    }
}

static void write_ply_header(FILE *file, const char *format, const struct facet_mesh *mesh) {
    fprintf(file,
            "ply\nformat %s 1.0\nelement vertex %lld\nproperty float x\nproperty float y\nproperty float z\n"
            "element face %lld\nproperty list uchar int vertex_indices\nend_header\n",
            format, (long long)mesh->n_vertices, (long long)mesh->n_triangles);
}

static void write_ply_ascii(FILE *file, const struct facet_mesh *mesh) {
    write_ply_header(file, "ascii", mesh);
    for (int64_t i = 0; i < mesh->n_vertices; i++) {
        const float *v = mesh->vertices + 3 * i;
        fprintf(file, "%.9g %.9g %.9g\n", (double)v[0], (double)v[1], (double)v[2]);
    }
    for (int64_t i = 0; i < mesh->n_triangles; i++) {
        const int32_t *t = mesh->triangles + 3 * i;
        fprintf(file, "3 %d %d %d\n", t[0], t[1], t[2]);
    }
}

static void put_word(unsigned char *out, const void *word, bool big) {
    uint32_t bits;
    memcpy(&bits, word, sizeof bits);
    for (int i = 0; i < 4; i++) out[i] = (unsigned char)(bits >> 8 * (big ? 3 - i : i));
}

static void write_ply_binary(FILE *file, const struct facet_mesh *mesh, bool big) {
    unsigned char row[13] = {3};
    write_ply_header(file, big ? "binary_big_endian" : "binary_little_endian", mesh);
    for (int64_t i = 0; i < mesh->n_vertices; i++) {
        for (int k = 0; k < 3; k++) put_word(row + 1 + 4 * k, &mesh->vertices[3 * i + k], big);
        fwrite(row + 1, 1, 12, file);
    }
    for (int64_t i = 0; i < mesh->n_triangles; i++) {
        for (int k = 0; k < 3; k++) put_word(row + 1 + 4 * k, &mesh->triangles[3 * i + k], big);
        fwrite(row, 1, 13, file);
    }
}

static void write_format(FILE *file, enum facet_mesh_format format, const struct facet_mesh *mesh) {
    switch (format) {
    case FACET_MESH_OBJ:
        write_obj(file, mesh);
        break;
    case FACET_MESH_PLY_ASCII:
        write_ply_ascii(file, mesh);
        break;
    case FACET_MESH_PLY_LITTLE:
        write_ply_binary(file, mesh, false);
        break;
    case FACET_MESH_PLY_BIG:
        write_ply_binary(file, mesh, true);
        break;
    }
}

static int failed(const char *path, struct facet_error *error) {
    return facet_error_set(error, FACET_ERROR_IO, "%s: cannot be written: %s", path, strerror(errno));
}

int facet_mesh_write(const char *path, enum facet_mesh_format format, const struct facet_mesh *mesh,
                     struct facet_error *error) {
    FILE *file = fopen(path, "wb");
    if (!file) return failed(path, error);
    locale_t c = newlocale(LC_NUMERIC_MASK, "C", (locale_t)0);
    if (!c) {
        fclose(file);
        return facet_error_set(error, FACET_ERROR_MEMORY, "%s: no memory for the C locale", path);
    }
    locale_t before = uselocale(c);
    write_format(file, format, mesh);
    uselocale(before);
    freelocale(c);
    bool good = !facet_fault(FAULT_SCAN_WRITE) && !ferror(file) && fflush(file) == 0;
    int reason = errno;
    bool closed = fclose(file) == 0;
    if (good && closed) return FACET_OK;
    if (!good) errno = reason;
    return failed(path, error);
}
