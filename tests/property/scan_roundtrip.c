// Every format gives back the very mesh that was written, to the bit, whatever the locale.
#include <facet/random.h>
#include <facet/scan.h>

#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

enum { MOST = 500 };

static float random_float(uint32_t mesh, uint32_t i) {
    if (facet_random_uniform(5, mesh, i, 1) < 0.5) return (float)(100 * facet_random_normal(5, mesh, i, 2));
    uint32_t bits = (uint32_t)facet_random_u64(5, mesh, i, 3);
    if ((bits & 0x7f800000u) == 0x7f800000u) bits &= ~0x00800000u; // any float but NaN and infinity
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static void check(uint32_t number, enum facet_mesh_format format) {
    static float vertices[3 * MOST];
    static int32_t triangles[3 * MOST];
    struct facet_mesh mesh = {.vertices = vertices, .triangles = triangles}, back = {0};
    struct facet_error error = {0};
    char path[] = "/tmp/facet-roundtrip-XXXXXX";
    int file = mkstemp(path);
    assert_true(file >= 0);
    close(file);
    mesh.n_vertices = 1 + (int64_t)(facet_random_uniform(5, number, 0, 4) * (MOST - 1));
    mesh.n_triangles = (int64_t)(facet_random_uniform(5, number, 0, 5) * MOST);
    for (uint32_t i = 0; i < 3 * mesh.n_vertices; i++) vertices[i] = random_float(number, i);
    for (uint32_t i = 0; i < 3 * mesh.n_triangles; i++)
        triangles[i] = (int32_t)(facet_random_uniform(5, number, i, 6) * (double)mesh.n_vertices);
    if (facet_mesh_write(path, format, &mesh, &error)) fail_msg("%s", error.text);
    if (facet_mesh_read(path, &back, &error)) fail_msg("%s", error.text);
    assert_int_equal(back.n_vertices, mesh.n_vertices);
    assert_int_equal(back.n_triangles, mesh.n_triangles);
    assert_memory_equal(back.vertices, vertices, (size_t)mesh.n_vertices * 3 * sizeof *vertices);
    if (mesh.n_triangles > 0)
        assert_memory_equal(back.triangles, triangles, (size_t)mesh.n_triangles * 3 * sizeof *triangles);
    facet_mesh_free(&back);
    unlink(path);
}

static void what_is_written_is_read(void **state) {
    (void)state;
    for (uint32_t number = 0; number < 50; number++)
        for (int format = FACET_MESH_OBJ; format <= FACET_MESH_PLY_BIG; format++)
            check(number, (enum facet_mesh_format)format);
}

int main(void) {
    setlocale(LC_ALL, "de_DE.UTF-8"); // a decimal comma, where the system has it
    const struct CMUnitTest tests[] = {cmocka_unit_test(what_is_written_is_read)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
