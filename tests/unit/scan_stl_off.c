// STL in text and in binary, and OFF with what vertices may have there.
#include <facet/scan.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static void parse(const char *name, const char *bytes, size_t size, struct facet_mesh *mesh) {
    struct facet_error error = {0};
    if (facet_mesh_parse(name, bytes, size, mesh, &error)) fail_msg("%s", error.text);
}

static void assert_refused(const char *name, const char *bytes, size_t size, const char *sentence) {
    struct facet_mesh mesh;
    struct facet_error error;
    assert_int_equal(facet_mesh_parse(name, bytes, size, &mesh, &error), FACET_ERROR_DATA);
    assert_string_equal(error.text, sentence);
    assert_null(mesh.vertices);
}

// A square of two triangles; the second brings the shared corners again, one of them with a negative zero.
static size_t binary_square(char bytes[256], const char *header) {
    static const float corners[2][3][3] = {{{0, 0, 0}, {1, 0, 0}, {1, 1, 0}}, {{0, -0.0f, 0}, {1, 1, 0}, {0, 1, 0}}};
    memset(bytes, 0, 256);
    strcpy(bytes, header);
    bytes[80] = 2;
    for (int t = 0; t < 2; t++) memcpy(bytes + 84 + 50 * t + 12, corners[t], sizeof corners[t]);
    return 184;
}

static void assert_square(const struct facet_mesh *mesh) {
    assert_int_equal(mesh->n_vertices, 4);
    assert_int_equal(mesh->n_triangles, 2);
    assert_memory_equal(mesh->triangles, ((int32_t[]){0, 1, 2, 0, 2, 3}), 6 * sizeof(int32_t));
    assert_memory_equal(mesh->vertices + 9, ((float[]){0, 1, 0}), 3 * sizeof(float));
}

static void equal_corners_of_binary_stl_are_one(void **state) {
    (void)state;
    struct facet_mesh mesh;
    char bytes[256];
    parse("a", bytes, binary_square(bytes, "made"), &mesh);
    assert_square(&mesh);
    facet_mesh_free(&mesh);
    parse("a.stl", bytes, binary_square(bytes, "solid made"), &mesh);
    assert_square(&mesh);
    facet_mesh_free(&mesh);
    parse("a.stl", bytes, binary_square(bytes, "made") + 7, &mesh); // more bytes than it needs
    assert_square(&mesh);
    facet_mesh_free(&mesh);
}

#define FIRST "facet normal 0 0 1\nouter loop\nvertex 0 0 0\nvertex 1 0 0\nvertex 1 1 0\nendloop\nendfacet\n"
#define SECOND                                                                                                         \
    "FACET NORMAL 0 0 1\r\n OUTER LOOP\r\n VERTEX 0 -0 0\r\n VERTEX 1e0 1 0\r\n VERTEX 0 1 "                           \
    "0\r\nENDLOOP\r\nENDFACET\r\n"

static void stl_in_text_is_read(void **state) {
    (void)state;
    struct facet_mesh mesh;
    const char one[] = "solid a b\n" FIRST SECOND "endsolid a b\n",
               two[] = "solid\n" FIRST "endsolid\nsolid\n" SECOND "endsolid";
    parse("a", one, sizeof one - 1, &mesh);
    assert_square(&mesh);
    facet_mesh_free(&mesh);
    parse("a", two, sizeof two - 1, &mesh);
    assert_square(&mesh);
    facet_mesh_free(&mesh);
}

static void broken_stl_is_told(void **state) {
    (void)state;
    char bytes[256];
    size_t size = binary_square(bytes, "made");
    assert_refused("a.stl", bytes, 83, "a.stl: byte 83: the file ends, the number of triangles at byte 80 expected");
    assert_refused("a.stl", bytes, size - 1, "a.stl: byte 183: the file ends, 2 triangles up to byte 184 expected");
    char named[256];
    binary_square(named, "solid made");
    assert_refused("a.stl", named, size - 1, "a.stl: byte 183: the file ends, 2 triangles up to byte 184 expected");
    bytes[83] = 127;
    assert_refused("a.stl", bytes, size,
                   "a.stl: byte 184: the file ends, 2130706434 triangles up to byte 106535321784 "
                   "expected");
    memset(bytes + 80, 0, 4);
    assert_refused("a.stl", bytes, 84, "a.stl: no triangle in 84 bytes; is it an STL file?");
    static const struct {
        const char *text, *sentence;
    } cases[] = {
        {"solid\n" FIRST, "a.stl: line 9: endsolid expected, but the file ends"},
        {"solid\nfacet\nouter loop\nvertex 0 0 x\n", "a.stl: line 4: a coordinate expected, found \"x\""},
        {"solid\nfacet\nouter loop\nvertex 0 0 0\nvertex 0 0 0\nendloop\n",
         "a.stl: line 6: three corners before endloop expected, found \"endloop\""},
        {"solid\nfacet\nvertex 0 0 0\nvertex 0 0 0\nvertex 0 0 0\nvertex 0 0 0\n",
         "a.stl: line 6: endloop after three corners expected, found \"vertex\""},
        {"solid\nfaces\n",
         "a.stl: line 2: facet, outer loop, vertex, endloop, endfacet or endsolid expected, found \"faces\""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_refused("a.stl", cases[i].text, strlen(cases[i].text), cases[i].sentence);
}

static void off_is_read(void **state) {
    (void)state;
    static const char *const texts[] = {
        "OFF\n4 1 0\n0 0 0\n1 0 0\n1 1 0\n0 1 0\n4 0 1 2 3\n",
        "OFF 4 2 5 # counts\n# a comment\n\n0 0 0\n1 0 0 # here too\r\n1 1 0\r\n0 1 0\r\n3 0 1 2 255 0 0\n3 0 2 3 0.5 "
        "1 1",
        "NOFF\n4 1 0\n0 0 0 0 0 1\n1 0 0 0 0 1\n1 1 0 0 0 1\n0 1 0 0 0 1\n4 0 1 2 3",
        "STCNOFF\n4 1 0\n0 0 0 0 0 1 0 9 0 1 0 0\n1 0 0 0 0 1 0 9 0 1 0 0\n1 1 0 0 0 1 0 9 0 1 0 0\n"
        "0 1 0 0 0 1 0 9 0 1 0 0\n4 0 1 2 3",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct facet_mesh mesh;
        parse("a", texts[i], strlen(texts[i]), &mesh);
        assert_square(&mesh);
        assert_int_equal(mesh.colours != NULL, i == 3);
        if (mesh.colours) assert_int_equal(mesh.colours[10], 9);
        facet_mesh_free(&mesh);
    }
}

static void colours_of_off_are_numbers_or_fractions(void **state) {
    (void)state;
    struct facet_mesh mesh;
    const char text[] = "COFF\n3 1 0\n0 0 0 0 128 255 255\n1 0 0 0.0 0.5 1.0 1\n1 1 0 -1 300 nan\n3 0 1 2\n";
    parse("a", text, sizeof text - 1, &mesh);
    assert_memory_equal(mesh.colours, ((uint8_t[]){0, 128, 255, 0, 128, 255, 0, 255, 0}), 9);
    facet_mesh_free(&mesh);
}

static void broken_off_is_told(void **state) {
    (void)state;
    static const struct {
        const char *text, *sentence;
    } cases[] = {
        {"ON\n", "a.off: line 1: OFF, COFF, NOFF, CNOFF or STOFF expected, found \"ON\""},
        {"OFF BINARY\n", "a.off: line 1: an OFF file in text expected, found \"BINARY\""},
        {"OFF\n3\n", "a.off: line 2: the number of faces expected, but the line ends"},
        {"OFF\n999999999 1 0\n0 0 0\n",
         "a.off: line 3: 999999999 vertices and 1 faces cannot stand in the 6 bytes that follow"},
        {"OFF\n2 0 0\n0 0 0\n\n    1 2\n\n", "a.off: line 5: a number of a vertex expected, but the line ends"},
        {"OFF\n1 1 0\n0 0 0\n3 0 0 1\n", "a.off: line 4: a vertex from 0 to 0 expected, found \"1\""},
        {"OFF\n1 1 0\n0 0 0\n\n", "a.off: line 5: the number of corners of a face expected, but the file ends"},
        {"OFF\n0 0 0\n", "a.off: line 3: a vertex expected, the file claims none"},
        {"COFF\n1 0 0\n0 0 0 1 2\n  ", "a.off: line 3: red, green or blue expected, but the line ends"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_refused("a.off", cases[i].text, strlen(cases[i].text), cases[i].sentence);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(equal_corners_of_binary_stl_are_one),
        cmocka_unit_test(stl_in_text_is_read),
        cmocka_unit_test(broken_stl_is_told),
        cmocka_unit_test(off_is_read),
        cmocka_unit_test(colours_of_off_are_numbers_or_fractions),
        cmocka_unit_test(broken_off_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
