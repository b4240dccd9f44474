// Any file of a layout by the suffix of its path.
#include "files.h"
#include "layouts.h"
#include "pictures.h"

#include <stdlib.h>
#include <strings.h>
#include <sys/stat.h>

FILE *layout_open(const char *path) {
    FILE *file = fopen(path, "wb");
    if (!file) perror(path), exit(1);
    return file;
}

void layout_close(FILE *file, const char *path) {
    if (ferror(file) || fclose(file)) perror(path), exit(1);
}

static bool ends_in(const char *path, const char *suffix) {
    size_t whole = strlen(path), length = strlen(suffix);
    return whole > length && strcasecmp(path + whole - length, suffix) == 0;
}

void layout_write_picture(const char *path, const struct facet_image *image) {
    enum { ROOM = 1 << 22 };
    char *bytes = malloc(ROOM);
    if (!bytes) perror("layouts"), exit(1);
    FILE *file = layout_open(path);
    size_t size = ends_in(path, ".png")   ? picture_as_png(image, bytes, ROOM)
                  : ends_in(path, ".bmp") ? picture_as_bmp(image, 24, 0, bytes, ROOM)
                                          : picture_as_jpeg(image, 95, 0, bytes, ROOM);
    fwrite(bytes, 1, size, file);
    layout_close(file, path);
    free(bytes);
}

static void make_folders(const char *path) {
    char folder[4096];
    snprintf(folder, sizeof folder, "%s", path);
    for (char *slash = strchr(folder + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        mkdir(folder, 0777); // there already, or the file cannot be opened
        *slash = '/';
    }
}

static void write_ply(const char *path, const struct layout_face *face) {
    struct facet_mesh mesh;
    struct facet_error error;
    layout_mesh(face, &mesh);
    if (facet_mesh_write(path, FACET_MESH_PLY_LITTLE, &mesh, &error)) fprintf(stderr, "%s\n", error.text), exit(1);
    facet_mesh_free(&mesh);
}

static void write_picture(const char *path) {
    struct facet_image image;
    layout_picture(&image);
    layout_write_picture(path, &image);
    facet_image_free(&image);
}

void layout_write(const char *path, const struct layout_face *face, const char *texture) {
    make_folders(path);
    if (ends_in(path, ".wrl"))
        layout_write_wrl(path, face, texture);
    else if (ends_in(path, ".obj"))
        layout_write_obj(path, face, texture && ends_in(texture, ".mtl") ? texture : NULL);
    else if (ends_in(path, ".mtl"))
        layout_write_mtl(path, texture ? texture : "face.png");
    else if (ends_in(path, ".ply"))
        write_ply(path, face);
    else if (ends_in(path, ".bnt"))
        layout_write_bnt(path, face, texture ? texture : "face.png");
    else if (ends_in(path, ".abs") || ends_in(path, ".abs.gz"))
        layout_write_abs(path, face, ends_in(path, ".gz"));
    else if (ends_in(path, ".bnd"))
        layout_write_bnd(path, face);
    else if (ends_in(path, ".pse"))
        layout_write_pse(path, face);
    else if (ends_in(path, ".lm2"))
        layout_write_lm2(path, face);
    else if (ends_in(path, ".lm3"))
        layout_write_lm3(path, face);
    else if (ends_in(path, ".txt"))
        layout_write_84_points(path, face);
    else
        write_picture(path);
}
