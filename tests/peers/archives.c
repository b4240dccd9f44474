// Scans out of archives beside the same scans in a folder, on one thread: what tests/peers/archives.sh builds and runs. All is
// warm; the containers take turns; a row shows medians, and the median of the ratios of its turns to the folder's.
#include <facet/files.h>

#include "timing.h"

#include <libdeflate.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

enum { MOST_TURNS = 99, MOST_CONTAINERS = 16, SIDE = 52, SAMPLE = 100 };

static void die(const char *what) {
    fprintf(stderr, "archives benchmark: %s\n", what);
    exit(1);
}

// ---- the scans ------------------------------------------------------------------------------------------------------------

static void write_scan(const char *folder, int number) {
    char path[4096];
    snprintf(path, sizeof path, "%s/scan_%05d.obj", folder, number);
    FILE *file = fopen(path, "wb");
    if (!file) die("a file cannot be written");
    for (int i = 0; i < SIDE * SIDE; i++) {
        double x = 2.0 * (i % SIDE) / (SIDE - 1) - 1, y = 2.0 * (i / SIDE) / (SIDE - 1) - 1, r = x * x + y * y;
        double noise = sin(12.9898 * (i + 1) * (number + 1)) * 0.3;
        fprintf(file, "v %.6f %.6f %.6f\n", 90.3 * x + noise, 110.7 * y - noise,
                60 * (1 - r) + 25 * exp(-20 * r) + noise);
    }
    for (int i = 0; i < (SIDE - 1) * (SIDE - 1); i++) {
        int a = 1 + i / (SIDE - 1) * SIDE + i % (SIDE - 1);
        fprintf(file, "f %d %d %d\nf %d %d %d\n", a, a + 1, a + SIDE, a + 1, a + SIDE + 1, a + SIDE);
    }
    if (fclose(file) != 0) die("a file cannot be written");
}

// ---- reading --------------------------------------------------------------------------------------------------------------

static struct facet_files *open_files(const char *path) {
    struct facet_files *files;
    struct facet_error error;
    if (facet_files_open(path, &(struct facet_files_options){0}, &files, &error)) die(error.text);
    if (facet_files_notes(files)) die(facet_files_note(files, 0));
    return files;
}

static double read_all(const struct facet_files *files, struct facet_bytes *bytes, double *total) {
    struct facet_error error;
    double begin = now();
    *total = 0;
    for (int64_t i = 0; i < facet_files_count(files); i++) {
        if (facet_files_read(files, i, bytes, &error)) die(error.text);
        *total += (double)bytes->size;
    }
    return now() - begin;
}

// ---- what unpacking alone costs: deflated scans in memory -------------------------------------------------------------------

struct sample {
    uint8_t *packed[SAMPLE];
    size_t packed_size[SAMPLE], size[SAMPLE], room;
    double bytes;
    uint8_t *out;
    int count;
};

static void take_sample(const struct facet_files *files, struct sample *sample) {
    struct facet_bytes bytes = {0};
    struct facet_error error;
    int64_t count = facet_files_count(files);
    for (sample->count = 0; sample->count < SAMPLE && sample->count < count; sample->count++) {
        int i = sample->count;
        if (facet_files_read(files, i, &bytes, &error)) die(error.text);
        z_stream z = {0};
        size_t room = bytes.size + bytes.size / 8 + 64;
        sample->packed[i] = malloc(room);
        if (!sample->packed[i] || deflateInit2(&z, 6, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY) != Z_OK) die("no memory");
        z.next_in = bytes.data, z.avail_in = (uInt)bytes.size, z.next_out = sample->packed[i], z.avail_out = (uInt)room;
        if (deflate(&z, Z_FINISH) != Z_STREAM_END) die("a scan cannot be deflated");
        deflateEnd(&z);
        sample->packed_size[i] = z.total_out, sample->size[i] = bytes.size, sample->bytes += (double)bytes.size;
        if (bytes.size > sample->room) sample->room = bytes.size;
    }
    sample->out = malloc(sample->room + 1);
    if (!sample->out) die("no memory");
    facet_bytes_free(&bytes);
}

static double by_zlib(const struct sample *sample) {
    double begin = now();
    z_stream z = {0};
    if (inflateInit2(&z, -15) != Z_OK) die("no memory");
    for (int i = 0; i < sample->count; i++) {
        inflateReset(&z);
        z.next_in = sample->packed[i], z.avail_in = (uInt)sample->packed_size[i];
        z.next_out = sample->out, z.avail_out = (uInt)sample->size[i];
        if (inflate(&z, Z_FINISH) != Z_STREAM_END) die("a scan cannot be inflated");
    }
    inflateEnd(&z);
    return now() - begin;
}

static double by_libdeflate(const struct sample *sample) {
    double begin = now();
    struct libdeflate_decompressor *d = libdeflate_alloc_decompressor();
    if (!d) die("no memory");
    for (int i = 0; i < sample->count; i++)
        if (libdeflate_deflate_decompress(d, sample->packed[i], sample->packed_size[i], sample->out, sample->size[i],
                                          NULL))
            die("a scan cannot be inflated");
    libdeflate_free_decompressor(d);
    return now() - begin;
}

static void tell(const char *what, double *seconds, const double *folder, int turns, double bytes) {
    double ratios[MOST_TURNS];
    for (int t = 0; t < turns; t++) ratios[t] = seconds[t] / folder[t];
    double s = median(seconds, turns);
    printf("| %s | %.3f s | %.0f MB/s | %.2f |\n", what, s, 1e-6 * bytes / s, median(ratios, turns));
}

static void compare(int turns, int n, char **paths) {
    static double seconds[MOST_CONTAINERS + 2][MOST_TURNS];
    static struct sample sample;
    struct facet_files *files[MOST_CONTAINERS];
    struct facet_bytes bytes = {0};
    double listing[MOST_CONTAINERS], folder[MOST_TURNS], total = 0, expected = 0;
    for (int i = 0; i < n; i++) {
        double begin = now();
        files[i] = open_files(paths[i]);
        listing[i] = now() - begin;
    }
    take_sample(files[0], &sample);
    for (int t = -1; t < turns; t++) {
        int to = t < 0 ? 0 : t; // the first turn warms up
        for (int i = 0; i < n; i++) {
            seconds[i][to] = read_all(files[i], &bytes, &total);
            if (i == 0) expected = total;
            if (total != expected) die("a container holds other scans than the folder");
        }
        seconds[n][to] = by_zlib(&sample) * total / sample.bytes;
        seconds[n + 1][to] = by_libdeflate(&sample) * total / sample.bytes;
    }
    memcpy(folder, seconds[0], sizeof folder);
    printf("%lld scans, %.0f MB\n\n| container | time | speed | to the folder |\n|---|---|---|---|\n",
           (long long)facet_files_count(files[0]), 1e-6 * total);
    for (int i = 0; i < n; i++) tell(paths[i], seconds[i], folder, turns, total);
    tell("inflating by zlib, from memory", seconds[n], folder, turns, total);
    tell("inflating by libdeflate, from memory", seconds[n + 1], folder, turns, total);
    printf("\n| container | listing |\n|---|---|\n");
    for (int i = 0; i < n; i++) printf("| %s | %.3f s |\n", paths[i], listing[i]);
    for (int i = 0; i < n; i++) facet_files_close(files[i]);
    for (int i = 0; i < sample.count; i++) free(sample.packed[i]);
    free(sample.out);
    facet_bytes_free(&bytes);
}

int main(int argc, char **argv) {
    if (argc == 4 && strcmp(argv[1], "write") == 0) {
        for (int i = 0; i < atoi(argv[3]); i++) write_scan(argv[2], i);
        return 0;
    }
    int turns = argc > 3 ? atoi(argv[2]) : 0;
    if (turns < 1 || turns > MOST_TURNS || argc - 3 > MOST_CONTAINERS) die("usage: archives read TURNS CONTAINER...");
    compare(turns, argc - 3, argv + 3);
    return 0;
}
