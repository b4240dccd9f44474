// What of a scan may be a face: connected pieces of a size, and everything where nothing is connected.
#include "preprocess/solid.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

enum { SIDE = 20, STRAND = 3 };

// A sheet of SIDE * SIDE vertices at z = 0 in the middle of the list, loose triangles at z = 1 before and after it.
static int64_t sheet_and_strands(float (*v)[3], int32_t (*t)[3], int64_t *n_triangles) {
    int32_t n = 0;
    int64_t m = 0;
    for (int part = 0; part < 3; part++) {
        int32_t first = n, wide = part == 1 ? SIDE : STRAND, all = part == 1 ? SIDE * SIDE : STRAND;
        for (int32_t i = 0; i < all; i++, n++) {
            v[n][0] = (float)(i % wide), v[n][1] = (float)(i / wide) + (float)(i % 2) * (part != 1);
            v[n][2] = part == 1 ? 0 : 1;
        }
        if (part != 1) t[m][0] = first, t[m][1] = first + 1, t[m++][2] = first + 2;
        for (int32_t i = 0; part == 1 && i < (SIDE - 1) * (SIDE - 1); i++) {
            int32_t a = first + i / (SIDE - 1) * SIDE + i % (SIDE - 1);
            const int32_t two[2][3] = {{a, a + 1, a + SIDE}, {a + 1, a + SIDE + 1, a + SIDE}};
            memcpy(t[m], two, sizeof two);
            m += 2;
        }
    }
    *n_triangles = m;
    return n;
}

static void strands_go_and_the_sheet_stays(void **state) {
    (void)state;
    static float v[SIDE * SIDE + 2 * STRAND][3];
    static int32_t t[2 * SIDE * SIDE][3];
    struct preprocess_surface surface, solid;
    int64_t m = 0, n = sheet_and_strands(v, t, &m);
    assert_int_equal(preprocess_surface_copy(v[0], n, t[0], m, &surface, NULL), FACET_OK);
    assert_int_equal(preprocess_solid_create(&surface, &solid, NULL), FACET_OK);
    assert_int_equal(solid.n_vertices, SIDE * SIDE);
    assert_memory_equal(solid.vertices, v + STRAND, SIDE * SIDE * sizeof *v);
    preprocess_surface_free(&surface);
    preprocess_surface_free(&solid);
}

static void each_vertex_names_the_first_of_its_piece(void **state) {
    (void)state;
    static float v[SIDE * SIDE + 2 * STRAND][3];
    static int32_t t[2 * SIDE * SIDE][3], piece[SIDE * SIDE + 2 * STRAND];
    struct preprocess_surface surface;
    int64_t m = 0, n = sheet_and_strands(v, t, &m);
    assert_int_equal(preprocess_surface_copy(v[0], n, t[0], m, &surface, NULL), FACET_OK);
    preprocess_surface_label(&surface, piece);
    for (int32_t i = 0; i < n; i++)
        assert_int_equal(piece[i], i < STRAND ? 0 : i < STRAND + SIDE * SIDE ? STRAND : STRAND + SIDE * SIDE);
    preprocess_surface_free(&surface);
}

static void loose_triangles_are_kept_where_there_is_nothing_else(void **state) {
    (void)state;
    enum { LOOSE = 150 };
    static float v[3 * LOOSE][3];
    static int32_t t[LOOSE][3];
    struct preprocess_surface surface, solid;
    for (int32_t i = 0; i < 3 * LOOSE; i++) {
        v[i][0] = (float)(i / 3) + (float)(i % 3 == 1), v[i][1] = (float)(i % 3 == 2);
        t[i / 3][i % 3] = i;
    }
    assert_int_equal(preprocess_surface_copy(v[0], 3 * LOOSE, t[0], LOOSE, &surface, NULL), FACET_OK);
    assert_int_equal(preprocess_solid_create(&surface, &solid, NULL), FACET_OK);
    assert_int_equal(solid.n_vertices, 3 * LOOSE);
    assert_memory_equal(solid.vertices, v, sizeof v);
    preprocess_surface_free(&surface);
    preprocess_surface_free(&solid);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(strands_go_and_the_sheet_stays),
        cmocka_unit_test(each_vertex_names_the_first_of_its_piece),
        cmocka_unit_test(loose_triangles_are_kept_where_there_is_nothing_else),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
