// Damaged files of every format of scans, landmarks and pictures: cut at every percent, a bit turned over, numbers made absurd.
// A reader must answer with something whose indices hold or with one sentence, leak nothing, and take room by the file's size.
#include "layouts/layouts.h"

#include <malloc.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

enum { ROWS = 15, COLUMNS = 13, FLIPS = 2000, ABSURDITIES = 600, SLACK = 1 << 20 };

// ---- what is allocated ----------------------------------------------------------------------------------------------

static atomic_llong in_use, peak;

// The sanitizers bring their own allocator, and find leaks themselves.
#if !defined(__SANITIZE_ADDRESS__)
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *old, size_t size);
void __libc_free(void *memory);

static void *taken(void *memory) {
    long long now = atomic_fetch_add(&in_use, (long long)malloc_usable_size(memory));
    now += (long long)malloc_usable_size(memory);
    if (now > atomic_load(&peak)) atomic_store(&peak, now);
    return memory;
}

static void given_back(void *memory) {
    atomic_fetch_sub(&in_use, (long long)malloc_usable_size(memory));
}

void *malloc(size_t size) {
    return taken(__libc_malloc(size));
}

void *calloc(size_t count, size_t size) {
    return taken(__libc_calloc(count, size));
}

void *realloc(void *old, size_t size) {
    given_back(old);
    return taken(__libc_realloc(old, size));
}

void free(void *memory) {
    given_back(memory);
    __libc_free(memory);
}
#endif

// ---- the files ------------------------------------------------------------------------------------------------------

enum kind { SCAN, POINTS, PICTURE };

// Seeds are written from a made-up face, or stand in the corpora of the fuzz targets. most: bytes of memory that a byte of
// the file may ask for: pictures and compressed text are denser than others. by_bits: to be damaged as binary, not as text.
struct seed {
    const char *name, *corpus;
    enum kind kind;
    int most;
    bool by_bits;
    char *bytes;
    size_t size;
};

static struct seed seeds[] = {
    {"a.obj", NULL, SCAN, 64, false, NULL, 0},
    {"corners.obj", "obj/corners.obj", SCAN, 64, false, NULL, 0},
    {"little.ply", NULL, SCAN, 64, true, NULL, 0},
    {"ascii.ply", "ply/ascii.ply", SCAN, 64, false, NULL, 0},
    {"big.ply", "ply/big.ply", SCAN, 64, true, NULL, 0},
    {"a.wrl", NULL, SCAN, 64, false, NULL, 0},
    {"shapes.wrl", "vrml/shapes.wrl", SCAN, 64, false, NULL, 0},
    {"grid.wrl", "vrml/grid.wrl", SCAN, 64, false, NULL, 0},
    {"places.wrl", "vrml/places.wrl", SCAN, 64, false, NULL, 0},
    {"text.stl", "stl/text.stl", SCAN, 64, false, NULL, 0},
    {"solid.stl", "stl/solid.stl", SCAN, 64, true, NULL, 0},
    {"colours.off", "off/colours.off", SCAN, 64, false, NULL, 0},
    {"normals.off", "off/normals.off", SCAN, 64, false, NULL, 0},
    {"textured.glb", "gltf/textured.glb", SCAN, 64, true, NULL, 0},
    {"placed.glb", "gltf/placed.glb", SCAN, 64, false, NULL, 0},
    {"a.bnt", NULL, SCAN, 64, true, NULL, 0},
    {"a.abs", NULL, SCAN, 64, false, NULL, 0},
    {"a.abs.gz", NULL, SCAN, 4096, true, NULL, 0},
    {"a.bnd", NULL, POINTS, 64, false, NULL, 0},
    {"a.pse", NULL, POINTS, 64, false, NULL, 0},
    {"a.lm2", NULL, POINTS, 64, false, NULL, 0},
    {"a.lm3", NULL, POINTS, 64, false, NULL, 0},
    {"a.txt", NULL, POINTS, 64, false, NULL, 0},
    {"a.png", NULL, PICTURE, 25000, true, NULL, 0},
    {"a.jpg", NULL, PICTURE, 8192, true, NULL, 0},
    {"prog.jpg", "picture/prog.jpg", PICTURE, 8192, true, NULL, 0},
    {"a.bmp", NULL, PICTURE, 64, true, NULL, 0},
    {"b8.bmp", "picture/b8.bmp", PICTURE, 64, true, NULL, 0},
};
enum { SEEDS = sizeof seeds / sizeof *seeds };

static void load(struct seed *seed, const char *path) {
    FILE *file = fopen(path, "rb");
    if (!file) fail_msg("%s: cannot be opened", path);
    fseek(file, 0, SEEK_END);
    seed->size = (size_t)ftell(file);
    rewind(file);
    seed->bytes = malloc(seed->size);
    assert_non_null(seed->bytes);
    assert_int_equal(fread(seed->bytes, 1, seed->size, file), seed->size);
    fclose(file);
}

static int make_seeds(void **state) {
    struct layout_face face;
    const char *source = getenv("FACET_SOURCE");
    char folder[] = "/tmp/facet-broken-XXXXXX", path[4096];
    (void)state;
    if (!source || !mkdtemp(folder)) return fprintf(stderr, "FACET_SOURCE and /tmp are wanted\n"), 1;
    layout_face_make(&face, 1, 2, 1, ROWS, COLUMNS);
    for (int i = 0; i < SEEDS; i++) {
        const char *corpus = seeds[i].corpus;
        snprintf(path, sizeof path, "%s/%s%s", corpus ? source : folder, corpus ? "tests/fuzz/" : "",
                 corpus ? corpus : seeds[i].name);
        if (!corpus) layout_write(path, &face, "a.png");
        load(&seeds[i], path);
        if (!corpus) unlink(path);
    }
    rmdir(folder);
    layout_face_free(&face);
    return 0;
}

static int free_seeds(void **state) {
    (void)state;
    for (int i = 0; i < SEEDS; i++) free(seeds[i].bytes);
    return 0;
}

// ---- reading one of them --------------------------------------------------------------------------------------------

static void check_indices(const int32_t *indices, int64_t n, int64_t least, int64_t end) {
    for (int64_t i = 0; i < n; i++)
        if (indices[i] < least || indices[i] >= end) fail_msg("index %d of %lld", indices[i], (long long)end);
}

static int read_scan(const struct seed *seed, const char *bytes, size_t size, struct facet_error *error) {
    struct facet_mesh mesh;
    int code = facet_mesh_parse(seed->name, bytes, size, &mesh, error);
    if (code) assert_true(!mesh.vertices && !mesh.triangles && mesh.n_vertices == 0 && mesh.n_triangles == 0);
    check_indices(mesh.triangles, 3 * mesh.n_triangles, 0, mesh.n_vertices);
    if (mesh.texture_triangles) check_indices(mesh.texture_triangles, 3 * mesh.n_triangles, -1, mesh.n_texcoords);
    facet_mesh_free(&mesh);
    return code;
}

static int read_points(const struct seed *seed, const char *bytes, size_t size, struct facet_error *error) {
    struct facet_points points;
    int code = facet_points_parse(seed->name, bytes, size, &points, error);
    assert_true(code ? !points.all && points.count == 0 : points.count > 0);
    for (int64_t i = 0; i < points.count; i++) assert_non_null(memchr(points.all[i].name, 0, sizeof points.all->name));
    facet_points_free(&points);
    return code;
}

static int read_picture(const struct seed *seed, const char *bytes, size_t size, struct facet_error *error) {
    struct facet_image image;
    int code = facet_image_decode(seed->name, bytes, size, &image, error);
    assert_true(code ? !image.rgb : image.rgb && image.width > 0 && image.height > 0);
    facet_image_free(&image);
    return code;
}

static void check_sentence(const struct seed *seed, int code, const struct facet_error *error) {
    size_t length = strlen(seed->name);
    if (code == FACET_OK) return;
    if (code != FACET_ERROR_DATA || error->code != code) fail_msg("%s: code %d: %s", seed->name, code, error->text);
    if (strncmp(error->text, seed->name, length) != 0 || strncmp(error->text + length, ": ", 2) != 0 ||
        strlen(error->text) < length + 12 || strchr(error->text, '\n'))
        fail_msg("%s: no sentence: %s", seed->name, error->text);
}

// From a copy of just the size, so that the address sanitizer sees a read past its end.
static int read_bytes(const struct seed *seed, const char *bytes, size_t size) {
    static int (*const read[])(const struct seed *, const char *, size_t, struct facet_error *) = {
        [SCAN] = read_scan, [POINTS] = read_points, [PICTURE] = read_picture};
    struct facet_error error = {0};
    char *copy = malloc(size ? size : 1);
    assert_non_null(copy);
    memcpy(copy, bytes, size);
    long long before = atomic_load(&in_use);
    atomic_store(&peak, before);
    int code = read[seed->kind](seed, copy, size, &error);
    long long leaked = atomic_load(&in_use) - before, took = atomic_load(&peak) - before;
    free(copy);
    if (leaked != 0) fail_msg("%s: %lld bytes leaked: %s", seed->name, leaked, error.text);
    if (took > SLACK + seed->most * (long long)size)
        fail_msg("%s: took %lld bytes for a file of %zu: %s", seed->name, took, size, error.text);
    check_sentence(seed, code, &error);
    return code;
}

// ---- damages --------------------------------------------------------------------------------------------------------

static uint64_t random_state;

static uint64_t below(uint64_t end) {
    random_state = random_state * 6364136223846793005u + 1442695040888963407u;
    return (random_state >> 33) % end;
}

static void whole_files_are_read(void **state) {
    (void)state;
    for (int i = 0; i < SEEDS; i++)
        if (read_bytes(&seeds[i], seeds[i].bytes, seeds[i].size)) fail_msg("%s is refused", seeds[i].name);
}

static void cut_files(void **state) {
    (void)state;
    for (int i = 0; i < SEEDS; i++) {
        int refused = 0;
        for (size_t percent = 0; percent < 100; percent++)
            refused += read_bytes(&seeds[i], seeds[i].bytes, seeds[i].size * percent / 100) != FACET_OK;
        bool may_be_shorter = strstr(seeds[i].name, ".obj") || strstr(seeds[i].name, ".txt");
        if (may_be_shorter ? refused == 0 : refused < 90) fail_msg("%s: %d refused", seeds[i].name, refused);
    }
}

static void turned_bits(void **state) {
    (void)state;
    random_state = 7;
    for (int i = 0; i < SEEDS; i++) {
        int refused = 0;
        for (int flip = 0; flip < FLIPS; flip++) {
            uint64_t bit = below(8 * seeds[i].size);
            char *byte = &seeds[i].bytes[bit / 8], was = *byte;
            *byte = (char)(was ^ (1 << bit % 8));
            refused += read_bytes(&seeds[i], seeds[i].bytes, seeds[i].size) != FACET_OK;
            *byte = was;
        }
        if (refused == 0 && strcmp(seeds[i].name, "a.bmp") != 0) fail_msg("%s: all read", seeds[i].name);
    }
}

// Where a damage may be: anywhere, but every other time in the first bytes, where the counts are.
static size_t early_or_late(const struct seed *seed) {
    return below(2) && seed->size > 64 ? 64 : seed->size;
}

static bool is_number(char c) {
    return (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '+';
}

// One number of a text becomes another.
static size_t absurd_text(const struct seed *seed, char *damaged) {
    static const char *const numbers[] = {"nan",
                                          "inf",
                                          "-infinity",
                                          "1e39",
                                          "-1",
                                          "0",
                                          "-2147483649",
                                          "2147483647",
                                          "9999999",
                                          "4294967296",
                                          "99999999999999999999",
                                          "1e-400",
                                          "1.5",
                                          "0x10",
                                          ""};
    size_t from = below(early_or_late(seed)), to, size;
    while (from > 0 && !is_number(seed->bytes[from])) from--;
    while (from > 0 && is_number(seed->bytes[from - 1])) from--;
    for (to = from; to < seed->size && is_number(seed->bytes[to]);) to++;
    const char *number = numbers[below(sizeof numbers / sizeof *numbers)];
    size = from + strlen(number);
    memcpy(damaged, seed->bytes, from);
    memcpy(damaged + from, number, strlen(number));
    memcpy(damaged + size, seed->bytes + to, seed->size - to);
    return size + seed->size - to;
}

// Two or four bytes become a count, an index or a float that is absurd.
static size_t absurd_bits(const struct seed *seed, char *damaged) {
    static const uint32_t values[] = {0,          1,          0x7fffffff, 0x80000000, 0xffffffff,
                                      0x7fc00000, 0x7f800000, 0xff800000, 0xffff};
    memcpy(damaged, seed->bytes, seed->size);
    uint32_t value = values[below(sizeof values / sizeof *values)];
    size_t bytes = below(2) ? 4 : 2;
    memcpy(damaged + below(early_or_late(seed) - bytes), &value, bytes);
    return seed->size;
}

static void absurd_numbers(void **state) {
    (void)state;
    random_state = 11;
    for (int i = 0; i < SEEDS; i++) {
        int refused = 0;
        char *damaged = malloc(seeds[i].size + 64);
        assert_non_null(damaged);
        for (int n = 0; n < ABSURDITIES; n++) {
            size_t size = (seeds[i].by_bits ? absurd_bits : absurd_text)(&seeds[i], damaged);
            refused += read_bytes(&seeds[i], damaged, size) != FACET_OK;
        }
        free(damaged);
        if (refused == 0) fail_msg("%s: all read", seeds[i].name);
    }
}

// Texts with a byte order mark and with the line ends of other systems are as good as before.
static void other_systems_texts(void **state) {
    (void)state;
    static const char *const ends[] = {"\n", "\r\n", "\r"};
    for (int i = 0; i < SEEDS; i++) {
        if (seeds[i].by_bits || strstr(seeds[i].name, ".glb")) continue;
        char *text = malloc(2 * seeds[i].size + 3);
        assert_non_null(text);
        for (int which = 0; which < 6; which++) {
            size_t size = which % 2 ? 3 : 0;
            memcpy(text, "\xef\xbb\xbf", 3);
            for (size_t k = 0; k < seeds[i].size; k++) {
                const char *end = ends[which / 2], one[2] = {seeds[i].bytes[k], 0};
                if (*one == '\r') continue;
                const char *piece = *one == '\n' ? end : one;
                memcpy(text + size, piece, strlen(piece));
                size += strlen(piece);
            }
            bool may_be_refused =
                which % 2 && strstr(seeds[i].name, ".ply"); // which begins with "ply", says its standard
            if (read_bytes(&seeds[i], text, size) && !may_be_refused)
                fail_msg("%s: ends %d are refused", seeds[i].name, which);
        }
        free(text);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whole_files_are_read), cmocka_unit_test(cut_files),           cmocka_unit_test(turned_bits),
        cmocka_unit_test(absurd_numbers),       cmocka_unit_test(other_systems_texts),
    };
    return cmocka_run_group_tests(tests, make_seeds, free_seeds);
}
