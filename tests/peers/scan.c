// Facet's readers of scans beside others', on one thread: what tests/peers/scan.sh builds and runs. The files are warm; the
// readers of a file take turns; a row shows medians and, for each peer, the median of the ratios of its turns to Facet's.
#include <facet/scan.h>

#include "scan_peers.h"
#include "timing.h"

#include <fcntl.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SIDE = 187, MOST_TURNS = 999, PATH = 4096 };

static struct facet_scan_reader *reader;
static char *buffer;
static size_t buffer_size;

static void die(const char *what) {
    fprintf(stderr, "scan benchmark: %s\n", what);
    exit(1);
}

// ---- the files ----------------------------------------------------------------------------------------------------------

static float vertices[SIDE * SIDE][3], normals[SIDE * SIDE][3], texcoords[SIDE * SIDE][2];
static int32_t triangles[2 * (SIDE - 1) * (SIDE - 1)][3];
enum { VERTICES = SIDE * SIDE, TRIANGLES = 2 * (SIDE - 1) * (SIDE - 1) };

static void make_mesh(void) {
    int n = 0;
    for (int i = 0; i < VERTICES; i++) {
        double u = (double)(i % SIDE) / (SIDE - 1), v = (double)(i / SIDE) / (SIDE - 1), x = 2 * u - 1, y = 2 * v - 1;
        double bump = exp(-20 * (x * x + y * y)), z = 60 * (1 - x * x - y * y) + 25 * bump;
        float normal[3] = {(float)(0.5 * x), (float)(0.5 * y), 0.8f};
        vertices[i][0] = (float)(90.3 * x + 0.01 * sin(31 * y)), vertices[i][1] = (float)(110.7 * y);
        vertices[i][2] = (float)z;
        texcoords[i][0] = (float)u, texcoords[i][1] = (float)v;
        memcpy(normals[i], normal, sizeof normal);
    }
    for (int i = 0; i < (SIDE - 1) * (SIDE - 1); i++) {
        int a = i / (SIDE - 1) * SIDE + i % (SIDE - 1);
        memcpy(triangles[n++], (int32_t[]){a, a + 1, a + SIDE}, sizeof *triangles);
        memcpy(triangles[n++], (int32_t[]){a + 1, a + SIDE + 1, a + SIDE}, sizeof *triangles);
    }
}

static FILE *create(char *path, const char *folder, const char *name) {
    snprintf(path, PATH, "%s/%s", folder, name);
    FILE *file = fopen(path, "wb");
    if (!file) die("a file cannot be written");
    return file;
}

static void finish(FILE *file) {
    if (fclose(file) != 0) die("a file cannot be written");
}

static void write_obj(char *path, const char *folder) {
    FILE *file = create(path, folder, "face.obj");
    for (int i = 0; i < VERTICES; i++)
        fprintf(file, "v %.6f %.6f %.6f\n", (double)vertices[i][0], (double)vertices[i][1], (double)vertices[i][2]);
    for (int i = 0; i < VERTICES; i++)
        fprintf(file, "vt %.6f %.6f\n", (double)texcoords[i][0], (double)texcoords[i][1]);
    for (int i = 0; i < VERTICES; i++)
        fprintf(file, "vn %.6f %.6f %.6f\n", (double)normals[i][0], (double)normals[i][1], (double)normals[i][2]);
    for (int i = 0; i < TRIANGLES; i++) {
        int a = triangles[i][0] + 1, b = triangles[i][1] + 1, c = triangles[i][2] + 1;
        fprintf(file, "f %d/%d/%d %d/%d/%d %d/%d/%d\n", a, a, a, b, b, b, c, c, c);
    }
    finish(file);
}

static void write_ply_head(FILE *file, const char *format) {
    fprintf(file,
            "ply\nformat %s 1.0\nelement vertex %d\nproperty float x\nproperty float y\nproperty float z\n"
            "element face %d\nproperty list uchar int vertex_indices\nend_header\n",
            format, VERTICES, TRIANGLES);
}

static void write_ply_ascii(char *path, const char *folder) {
    FILE *file = create(path, folder, "ascii.ply");
    write_ply_head(file, "ascii");
    for (int i = 0; i < VERTICES; i++)
        fprintf(file, "%.6f %.6f %.6f\n", (double)vertices[i][0], (double)vertices[i][1], (double)vertices[i][2]);
    for (int i = 0; i < TRIANGLES; i++)
        fprintf(file, "3 %d %d %d\n", triangles[i][0], triangles[i][1], triangles[i][2]);
    finish(file);
}

static void write_ply_binary(char *path, const char *folder) {
    FILE *file = create(path, folder, "binary.ply");
    write_ply_head(file, "binary_little_endian");
    fwrite(vertices, sizeof *vertices, VERTICES, file);
    for (int i = 0; i < TRIANGLES; i++) {
        fputc(3, file);
        fwrite(triangles[i], sizeof *triangles, 1, file);
    }
    finish(file);
}

static void write_vrml(char *path, const char *folder) {
    FILE *file = create(path, folder, "face.wrl");
    fprintf(file, "#VRML V2.0 utf8\nShape {\n geometry IndexedFaceSet {\n  coord Coordinate {\n   point [\n");
    for (int i = 0; i < VERTICES; i++)
        fprintf(file, "    %.6f %.6f %.6f,\n", (double)vertices[i][0], (double)vertices[i][1], (double)vertices[i][2]);
    fprintf(file, "   ]\n  }\n  coordIndex [\n");
    for (int i = 0; i < TRIANGLES; i++)
        fprintf(file, "   %d, %d, %d, -1,\n", triangles[i][0], triangles[i][1], triangles[i][2]);
    fprintf(file, "  ]\n }\n}\n");
    finish(file);
}

static void write_bnt(char *path, const char *folder) {
    FILE *file = create(path, folder, "face.bnt");
    const uint16_t head[2] = {SIDE, SIDE}, length = 8;
    const uint32_t count = 5 * VERTICES;
    const double background = -1e9;
    fwrite(head, sizeof head, 1, file), fwrite(&background, sizeof background, 1, file);
    fwrite(&length, sizeof length, 1, file), fwrite("face.png", 8, 1, file), fwrite(&count, sizeof count, 1, file);
    for (int k = 0; k < 5; k++)
        for (int i = 0; i < VERTICES; i++)
            fwrite(&(double){k < 3 ? (double)vertices[i][k] : (double)texcoords[i][k - 3]}, sizeof(double), 1, file);
    finish(file);
}

static void write_abs(char *path, const char *folder) {
    FILE *file = create(path, folder, "face.abs");
    fprintf(file, "%d rows\n%d columns\npixels (flag X Y Z):\n", SIDE, SIDE);
    for (int i = 0; i < VERTICES; i++) fputs("1 ", file);
    for (int k = 0; k < 3; k++) {
        fputc('\n', file);
        for (int i = 0; i < VERTICES; i++) fprintf(file, "%.6f ", (double)vertices[i][k]);
    }
    finish(file);
}

// ---- the readers --------------------------------------------------------------------------------------------------------

// Each gives vertices + triangles, so that nobody gets away with reading less.
static long by_facet(const char *path) {
    const struct facet_mesh *mesh;
    struct facet_error error;
    if (facet_scan_read(reader, path, &mesh, &error)) die(error.text);
    return (long)(mesh->n_vertices + mesh->n_triangles);
}

static size_t load(const char *path) {
    struct stat status;
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0 || fstat(file, &status) != 0) die("a file cannot be read");
    size_t size = (size_t)status.st_size;
    if (size + 1 > buffer_size) {
        free(buffer);
        buffer = malloc(buffer_size = size + 1);
        if (!buffer) die("no memory");
    }
    if (read(file, buffer, size) != (ssize_t)size) die("a file cannot be read");
    close(file);
    buffer[size] = '\0';
    return size;
}

static long by_read(const char *path) {
    load(path);
    return VERTICES + TRIANGLES;
}

// Every number of the text by strtof or strtol, nothing kept but two arrays.
static long by_strtof(const char *path) {
    static float numbers[16 * VERTICES];
    static long indices[16 * TRIANGLES];
    size_t size = load(path);
    long n_numbers = 0, n_indices = 0;
    for (char *at = buffer, *end = buffer + size, *stop; at < end; at = stop) {
        bool face = *at == 'f';
        for (stop = at; *stop && *stop != '\n';) {
            bool number = (*stop >= '0' && *stop <= '9') || *stop == '-';
            if (!number) stop++;
            if (number && face) indices[n_indices++ % (16 * TRIANGLES)] = strtol(stop, &stop, 10);
            if (number && !face) numbers[n_numbers++ % (16 * VERTICES)] = strtof(stop, &stop);
        }
        stop += *stop == '\n';
    }
    return n_numbers + n_indices > 0 && numbers[0] != indices[0] ? VERTICES + TRIANGLES : 0;
}

struct contestant {
    const char *name;
    long (*run)(const char *path);
};

static double timed(const struct contestant *contestant, const char *path) {
    double begin = now();
    long count = contestant->run(path);
    double seconds = now() - begin;
    if (count != VERTICES + TRIANGLES) die("a reader did not read the whole mesh");
    return seconds;
}

static void compare(const char *what, const char *path, const struct contestant *all, int n, int turns) {
    static double seconds[8][MOST_TURNS], ratio[MOST_TURNS];
    struct stat status;
    if (stat(path, &status) != 0) die("a file is gone");
    for (int t = -2; t < turns; t++)
        for (int i = 0; i < n; i++) {
            double s = timed(&all[i], path);
            if (t >= 0) seconds[i][t] = s;
        }
    double ratios[8];
    for (int i = 1; i < n; i++) {
        for (int t = 0; t < turns; t++) ratio[t] = seconds[i][t] / seconds[0][t];
        ratios[i] = median(ratio, turns);
    }
    for (int i = 0; i < n; i++) {
        double s = median(seconds[i], turns);
        printf("| %s | %s | %.3f ms | %.0f MB/s | %.2f |\n", what, all[i].name, 1e3 * s,
               1e-6 * (double)status.st_size / s, i ? ratios[i] : 1.0);
    }
    fflush(stdout);
}

#define COUNT(array) ((int)(sizeof(array) / sizeof *(array)))

int main(int argc, char **argv) {
    static const struct contestant obj[] = {
        {"Facet", by_facet},
#ifdef PEER_FAST_OBJ
        {"fast_obj", by_fast_obj},
#endif
        {"strtof", by_strtof},
        {"read()", by_read},
    };
    static const struct contestant ply[] = {
        {"Facet", by_facet},
#ifdef PEER_MINIPLY
        {"miniply", by_miniply},
#endif
        {"read()", by_read},
    };
    static const struct contestant vrml[] = {
        {"Facet", by_facet},
#ifdef PEER_COIN
        {"Coin", by_coin},
#endif
        {"read()", by_read},
    };
    char path[PATH];
    int turns = argc > 2 ? atoi(argv[2]) : 15;
    if (argc < 2 || turns < 1 || turns > MOST_TURNS) die("usage: scan FOLDER [TURNS]");
    make_mesh();
    reader = facet_scan_reader_create();
    if (!reader) die("no memory");
    printf("| file | reader | time | speed | Facet is faster by |\n|---|---|---|---|---|\n");
    write_obj(path, argv[1]);
    compare("OBJ", path, obj, COUNT(obj), turns);
    write_ply_ascii(path, argv[1]);
    compare("PLY in text", path, ply, COUNT(ply), turns);
    write_ply_binary(path, argv[1]);
    compare("PLY in binary", path, ply, COUNT(ply), turns);
    write_vrml(path, argv[1]);
    compare("VRML", path, vrml, COUNT(vrml), turns);
    static const struct contestant plain[] = {{"Facet", by_facet}, {"read()", by_read}};
    write_bnt(path, argv[1]);
    compare("BNT", path, plain, COUNT(plain), turns);
    write_abs(path, argv[1]);
    compare("ABS", path, plain, COUNT(plain), turns);
    facet_scan_reader_destroy(reader);
    free(buffer);
    return 0;
}
