// OBJ and PLY: what is read from good files, and the sentence given for broken ones.
#include <facet/scan.h>

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define HEAD(format) "ply\nformat " format " 1.0\n"
#define XYZ "property float x\nproperty float y\nproperty float z\n"
#define FACE "property list uchar int vertex_indices\nend_header\n"

static const struct good {
    const char *what, *text;
    int vertices, triangles;
    int last[3];     // the last triangle
    float corner[3]; // the last vertex
} goods[] = {
    {"plain", "v 0 0 0\nv 1 0 0\nv 0 1 0.5\nf 1 2 3\n", 3, 1, {0, 1, 2}, {0, 1, 0.5f}},
    {"no last newline", "v 0 0 0\nv 1 0 0\nv 0 1 0.5\nf 1 2 3", 3, 1, {0, 1, 2}, {0, 1, 0.5f}},
    {"every corner form",
     "v 0 0 0\nv 1 0 0\nv 0 1 0\nvt 0 0\nvn 0 0 1\nf 1/1 2/1 3/1\nf 1//1 2//1 3//1\nf 3/1/1 2/1/1 1/1/1\n",
     3,
     3,
     {2, 1, 0},
     {0, 1, 0}},
    {"negative indices", "v 0 0 0\nv 1 0 0\nv 0 1 0\nf -3 -2 -1\nv 5 5 5\n", 4, 1, {0, 1, 2}, {5, 5, 5}},
    {"a pentagon is fanned", "v 0 0 0\nv 1 0 0\nv 2 1 0\nv 1 2 0\nv 0 2 0\nf 1 2 3 4 5\n", 5, 3, {0, 3, 4}, {0, 2, 0}},
    {"faces before vertices", "f 1 2 3\nv 0 0 0\nv 1 0 0\nv 0 1 0\n", 3, 1, {0, 1, 2}, {0, 1, 0}},
    {"CRLF, BOM, tabs, comments, groups, colours",
     "\xef\xbb\xbf# x\r\nmtllib a.mtl\r\no face\r\ng a b\r\ns off\r\nusemtl b\r\n\r\n  v\t0 0 0 1 0 0 \r\n"
     "v 1 0 0 # end\r\nv 0 1 0\r\nf 1 2 3 # end\r\n",
     3,
     1,
     {0, 1, 2},
     {0, 1, 0}},
    {"joined lines", "v 0 0 \\\n0\nv 1 0 0\nv 0 1 0\nf 1 2 \\\r\n 3\n", 3, 1, {0, 1, 2}, {0, 1, 0}},
    {"old line ends", "v 0 0 0\rv 1 0 0\rv 0 1 0\rf 1 2 3\r", 3, 1, {0, 1, 2}, {0, 1, 0}},
    {"ascii ply",
     HEAD("ascii") "comment by hand\nelement vertex 3\n" XYZ "element face 1\n" FACE
                   "0 0 0\n1 0 0\n\n0 1 0.5\n3 0 1 2\n",
     3,
     1,
     {0, 1, 2},
     {0, 1, 0.5f}},
    {"any order, any type, extra elements, CRLF",
     "ply\r\nformat ascii 1.0\r\nobj_info x\r\nelement camera 2\r\nproperty list uint8 float64 view\r\n"
     "property short id\r\nelement face 2\r\nproperty uchar red\r\nproperty list int uint vertex_index\r\n"
     "element vertex 4\r\nproperty uchar q\r\nproperty double z\r\nproperty int y\r\nproperty float32 x\r\n"
     "end_header\r\n2 .5 .5 7\r\n0 8\r\n9 4 0 1 2 3\r\n9 3 3 2 1\r\n1 2 3 4\r\n1 2 3 4\r\n1 2 3 4\r\n0 7.5 8 9\r\n",
     4,
     3,
     {3, 2, 1},
     {9, 8, 7.5f}},
    {"short lists make no triangle",
     HEAD("ascii") "element vertex 3\n" XYZ "element face 4\n" FACE "0 0 0\n1 0 0\n0 1 0\n0\n1 0\n2 0 1\n3 2 1 0",
     3,
     1,
     {2, 1, 0},
     {0, 1, 0}},
};

static void good_files_are_read(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof goods / sizeof *goods; i++) {
        const struct good *g = &goods[i];
        struct facet_mesh mesh;
        struct facet_error error;
        if (facet_mesh_parse("mesh", g->text, strlen(g->text), &mesh, &error)) fail_msg("%s: %s", g->what, error.text);
        if (mesh.n_vertices != g->vertices || mesh.n_triangles != g->triangles) fail_msg("%s: wrong counts", g->what);
        for (int k = 0; k < 3; k++) {
            if (mesh.triangles[3 * (g->triangles - 1) + k] != g->last[k]) fail_msg("%s: wrong triangle", g->what);
            if (mesh.vertices[3 * (g->vertices - 1) + k] != g->corner[k]) fail_msg("%s: wrong vertex", g->what);
        }
        facet_mesh_free(&mesh);
    }
}

static const struct broken {
    const char *text, *sentence;
} brokens[] = {
    {"", "m: the file is empty"},
    {"hello\nworld\n", "m: no vertex (\"v x y z\") in 2 lines; is it an OBJ file?"},
    {"v 0 0 0\nv 1 0\n", "m: line 2: a coordinate expected, but the line ends"},
    {"v 0 0 0\nv 1 0 1,5\n", "m: line 2: a coordinate expected, found \"1,5\""},
    {"v 0 0 0\nv 1 0 0\nv 0 1 0\nf 1 2 4\nf 1 2 3\n", "m: line 4: the face names vertex 4, but the file has 3"},
    {"v 0 0 0\nf 0 1 1\n", "m: line 2: the face names vertex 0, but 1 vertices stand before it"},
    {"v 0 0 0\nf 1 -2 1\n", "m: line 2: the face names vertex -2, but 1 vertices stand before it"},
    {"v 0 0 0\nf 1 99999999999 1\n", "m: line 2: the face names vertex 99999999999, but 1 vertices stand before it"},
    {"v 0 0 0\nf 1 1 x\n", "m: line 2: a vertex number expected, found \"x\""},
    {"v 0 0 0\nf 1 1 1/\n", "m: line 2: a corner like 1, 1/2, 1//3 or 1/2/3 expected, found \"1/\""},
    {"v 0 0 0\nf 1 1 1/1/1/1\n", "m: line 2: a corner like 1, 1/2, 1//3 or 1/2/3 expected, found \"1/1/1/1\""},
    {"v 0 0 0\nf 1 1\n", "m: line 2: a face of 2 corners, at least 3 expected"},
    {"ply\n", "m: line 2: the file ends inside the header, end_header expected"},
    {"ply\nformat text 1.0\n", "m: line 2: ascii, binary_little_endian or binary_big_endian expected, found \"text\""},
    {"ply\nformat ascii 2.0\n", "m: line 2: format version 1.0 expected, found \"2.0\""},
    {"ply\nend_header\n", "m: the header has no format line"},
    {HEAD("ascii") "end_header\n", "m: the header has no element vertex"},
    {HEAD("ascii") "property float x\n", "m: line 3: a property before any element"},
    {HEAD("ascii") "element vertex many\n", "m: line 3: the number of rows of an element expected, found \"many\""},
    {HEAD("ascii") "element vertex -1\n", "m: line 3: the number of rows of an element expected, found \"-1\""},
    {HEAD("ascii") "element vertex 1\nproperty real x\n",
     "m: line 4: a type such as float or uchar expected, found \"real\""},
    {HEAD("ascii") "element vertex 1\nproperty float\n",
     "m: line 4: the name of a property expected, but the line ends"},
    {HEAD("ascii") "element vertex 1\nproperty list float int x\n",
     "m: line 4: a list counted by an integer type expected"},
    {HEAD("ascii") "elephant\n",
     "m: line 3: format, element, property, comment or end_header expected, found \"elephant\""},
    {HEAD("ascii") "element vertex 1\nproperty float x\nproperty float y\nend_header\n0 0\n",
     "m: the header must give element vertex one property z"},
    {HEAD("ascii") "element vertex 1\n" XYZ "element face 1\nproperty int a\nend_header\n0 0 0\n1\n",
     "m: the header must give element face one list vertex_indices"},
    {HEAD("ascii") "element vertex 0\nend_header\n", "m: the header gives element vertex no property"},
    {HEAD("ascii") "element vertex 3000000000\n" XYZ "end_header\n",
     "m: the header claims 3000000000 rows of element vertex, at most 2147483647 expected"},
    {HEAD("ascii") "element vertex 1000000\n" XYZ "end_header\n0 0 0\n",
     "m: the header claims 1000000 rows of element vertex, at least 6 bytes each, but only 6 bytes are left at byte "
     "106"},
    {HEAD("ascii") "element vertex 2\n" XYZ "end_header\n0 0 0\n1 0 \n",
     "m: line 9: one more value expected in row 1 of element vertex"},
    {HEAD("ascii") "element vertex 2\n" XYZ "end_header\n0 0 0\n1 0 x\n",
     "m: line 9: a number expected in row 1 of element vertex"},
    {HEAD("ascii") "element vertex 1\n" XYZ "end_header\n0 0 0 0\n",
     "m: line 8: the end of the line expected in row 0 of element vertex"},
    {HEAD("ascii") "element vertex 1\n" XYZ "element face 1\n" FACE "0 0 0\n3 0 0 1\n",
     "m: line 11: a vertex from 0 to 0, not 1, expected in row 0 of element face"},
    {HEAD("ascii") "element vertex 1\n" XYZ "element face 1\n" FACE "0 0 0\n3 0 0 0.5\n",
     "m: line 11: a vertex from 0 to 0, not 0.5, expected in row 0 of element face"},
    {HEAD("ascii") "element vertex 1\n" XYZ "element face 1\n" FACE "0 0 0\n-3 0 0 0\n",
     "m: line 11: the length of a list expected in row 0 of element face"},
    {HEAD("ascii") "element vertex 1\n" XYZ "element face 1\n" FACE "0 0 0\n200 0 0 0\n",
     "m: line 11: a list that fits into the rest of the file expected in row 0 of element face"},
    {HEAD("binary_big_endian") "element vertex 2\n" XYZ "end_header\n0123456789ab0123456789a",
     "m: byte 132: the file ends in row 1 of element vertex, 4 more bytes expected"},
};

static void broken_files_get_a_sentence(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof brokens / sizeof *brokens; i++) {
        struct facet_mesh mesh;
        struct facet_error error = {0};
        int code = facet_mesh_parse("m", brokens[i].text, strlen(brokens[i].text), &mesh, &error);
        if (!code) fail_msg("%s was read", brokens[i].text);
        assert_int_equal(code, FACET_ERROR_DATA);
        assert_string_equal(error.text, brokens[i].sentence);
        assert_null(mesh.vertices);
        assert_int_equal(mesh.n_vertices, 0);
    }
}

static void a_name_decides_when_content_does_not(void **state) {
    (void)state;
    struct facet_mesh mesh;
    struct facet_error error;
    assert_int_equal(facet_mesh_parse("a.PLY", "v 0 0 0\n", 8, &mesh, &error), FACET_ERROR_DATA);
    assert_string_equal(error.text, "a.PLY: line 1: \"ply\" expected, found \"v\"");
    assert_int_equal(facet_mesh_parse("a.txt", "v 0 0 0\n", 8, &mesh, &error), FACET_OK);
    facet_mesh_free(&mesh);
}

static void what_cannot_be_opened_is_named(void **state) {
    (void)state;
    struct facet_mesh mesh;
    struct facet_error error;
    assert_int_equal(facet_mesh_read("/no/such.obj", &mesh, &error), FACET_ERROR_IO);
    assert_string_equal(error.text, "/no/such.obj: cannot be opened: No such file or directory");
    assert_int_equal(facet_mesh_read("/", &mesh, &error), FACET_ERROR_IO);
    assert_int_equal(facet_mesh_write("/no/such.obj", FACET_MESH_OBJ, &mesh, &error), FACET_ERROR_IO);
    assert_string_equal(error.text, "/no/such.obj: cannot be written: No such file or directory");
}

static void a_full_disk_is_told(void **state) {
    (void)state;
    float v[3] = {1, 2, 3};
    struct facet_mesh mesh = {.vertices = v, .n_vertices = 1};
    struct facet_error error = {0};
    FILE *full = fopen("/dev/full", "wb");
    if (!full) skip();
    fclose(full);
    assert_int_equal(facet_mesh_write("/dev/full", FACET_MESH_PLY_BIG, &mesh, &error), FACET_ERROR_IO);
    assert_string_equal(error.text, "/dev/full: cannot be written: No space left on device");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(good_files_are_read),
        cmocka_unit_test(broken_files_get_a_sentence),
        cmocka_unit_test(a_name_decides_when_content_does_not),
        cmocka_unit_test(what_cannot_be_opened_is_named),
        cmocka_unit_test(a_full_disk_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
