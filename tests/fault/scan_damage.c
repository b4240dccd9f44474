// Damaged files of every format: cut at every percent of their length, one bit turned over at a time. A reader must
// answer with a mesh whose indices hold, or with one sentence.
#include <facet/scan.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

enum { SIDE = 9 };

static char *load(const char *path, size_t *size) {
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    fseek(file, 0, SEEK_END);
    *size = (size_t)ftell(file);
    rewind(file);
    char *bytes = malloc(*size);
    assert_non_null(bytes);
    assert_int_equal(fread(bytes, 1, *size, file), *size);
    fclose(file);
    return bytes;
}

static char *sample(enum facet_mesh_format format, size_t *size) {
    float v[SIDE * SIDE][3];
    int32_t t[2 * (SIDE - 1) * (SIDE - 1)][3];
    int n = 0;
    for (int i = 0; i < SIDE * SIDE; i++) v[i][0] = (float)(i % SIDE), v[i][1] = (float)i / 7, v[i][2] = 0.25f;
    for (int i = 0; i < (SIDE - 1) * (SIDE - 1); i++) {
        int a = i / (SIDE - 1) * SIDE + i % (SIDE - 1);
        t[n][0] = a, t[n][1] = a + 1, t[n++][2] = a + SIDE;
        t[n][0] = a + 1, t[n][1] = a + SIDE + 1, t[n++][2] = a + SIDE;
    }
    struct facet_mesh mesh = {.vertices = v[0], .triangles = t[0], .n_vertices = SIDE * SIDE, .n_triangles = n};
    struct facet_error error;
    char path[] = "/tmp/facet-damage-XXXXXX";
    int file = mkstemp(path);
    assert_true(file >= 0);
    close(file);
    assert_int_equal(facet_mesh_write(path, format, &mesh, &error), FACET_OK);
    char *bytes = load(path, size);
    unlink(path);
    return bytes;
}

// A copy of just the size, so that a read past its end is seen by the address sanitizer.
static int parse(const char *bytes, size_t size) {
    struct facet_mesh mesh;
    struct facet_error error = {0};
    char *copy = malloc(size ? size : 1);
    assert_non_null(copy);
    memcpy(copy, bytes, size);
    int code = facet_mesh_parse("damaged", copy, size, &mesh, &error);
    free(copy);
    assert_true(code == FACET_OK || code == FACET_ERROR_DATA);
    if (code) {
        assert_int_equal(strncmp(error.text, "damaged: ", 9), 0);
        assert_null(strchr(error.text, '\n'));
        assert_int_equal(mesh.n_vertices, 0);
    }
    for (int64_t i = 0; i < 3 * mesh.n_triangles; i++)
        assert_true(mesh.triangles[i] >= 0 && mesh.triangles[i] < mesh.n_vertices);
    facet_mesh_free(&mesh);
    return code;
}

static void cut_files(void **state) {
    (void)state;
    for (int format = FACET_MESH_OBJ; format <= FACET_MESH_PLY_BIG; format++) {
        size_t size;
        int refused = 0;
        char *bytes = sample((enum facet_mesh_format)format, &size);
        assert_int_equal(parse(bytes, size), FACET_OK);
        for (size_t percent = 0; percent < 100; percent++) refused += parse(bytes, size * percent / 100) != FACET_OK;
        assert_true(format == FACET_MESH_OBJ ? refused > 0 : refused == 100); // a cut OBJ may be a shorter OBJ
        free(bytes);
    }
}

static void turned_bits(void **state) {
    (void)state;
    for (int format = FACET_MESH_OBJ; format <= FACET_MESH_PLY_BIG; format++) {
        size_t size;
        int refused = 0;
        char *bytes = sample((enum facet_mesh_format)format, &size);
        for (size_t bit = 0; bit < 8 * size; bit += 3) {
            bytes[bit / 8] = (char)(bytes[bit / 8] ^ (1 << bit % 8));
            refused += parse(bytes, size) != FACET_OK;
            bytes[bit / 8] = (char)(bytes[bit / 8] ^ (1 << bit % 8));
        }
        assert_true(refused > 0);
        assert_int_equal(parse(bytes, size), FACET_OK);
        free(bytes);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(cut_files), cmocka_unit_test(turned_bits)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
