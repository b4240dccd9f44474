// OBJ and PLY: what is read from good files, and the sentence given for broken ones.
#include <facet/scan.h>

#include <malloc.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
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

// A picture that is named for a scan: the sentence about OBJ says why it speaks of that.
static void what_is_no_scan_is_told_so(void **state) {
    (void)state;
    static const char text[] = "\xff\xd8\xff\xe0",
                      more[] = "; neither its suffix nor its content is a scan's, so it was";
    struct facet_mesh mesh;
    struct facet_error error;
    assert_int_equal(facet_mesh_parse("a.b/face.jpg", text, strlen(text), &mesh, &error), FACET_ERROR_DATA);
    assert_non_null(strstr(error.text, more));
    assert_int_equal(facet_mesh_parse("a.b/face.obj", text, strlen(text), &mesh, &error), FACET_ERROR_DATA);
    assert_null(strstr(error.text, more));
    assert_int_equal(facet_mesh_parse("a.b/face", text, strlen(text), &mesh, &error), FACET_ERROR_DATA);
    assert_null(strstr(error.text, more));
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
    {"v 0 0 0\nvt x 0\n", "m: line 2: a texture coordinate expected, found \"x\""},
    {"v 0 0 0\nvt 0 x\n", "m: line 2: a texture coordinate expected, found \"x\""},
    {"v 0 0 0\nvt\n", "m: line 2: a texture coordinate expected, but the line ends"},
    {"v 0 0 0\nvt 0 0\nf 1/1 1/2 1/1\n", "m: line 3: the face names texture coordinate 2, but the file has 1"},
    {"v 0 0 0\nvt 0 0\nf 1/1 1/0 1/1\n", "m: line 3: the face names texture coordinate 0, but the file has 1"},
    {"v 0 0 0\nvt 0 0\nf 1/1 1/-2 1/1\n", "m: line 3: the face names texture coordinate -2, but the file has 1"},
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

// ---- colours and textures ---------------------------------------------------------------------------------------------

#define TRIANGLE "v 0 0 0\nv 1 0 0\nv 0 1 0\n"
#define UVS "vt 0 0\nvt 1 0.5\nvt 0.25 1 7\n"

static const struct dressed {
    const char *what, *text;
    int colours[9];              // -1 first: none
    int texcoords, triangles[6]; // texcoords 0: none
    float last[2];               // texture coordinate
    const char *texture, *material;
} dressed[] = {
    {.what = "colours to 1",
     .text = "v 0 0 0 1 0 0.5\nv 1 0 0 0 1 0\nv 0 1 0 0 0 1e-9\nf 1 2 3\n",
     .colours = {255, 0, 128, 0, 255, 0, 0, 0, 0}},
    {.what = "colours to 255, known late",
     .text = "v 0 0 0 1 0 0.4\nv 1 0 0 1 1 0\nv 0 1 0 200 300 -4\nf 1 2 3\n",
     .colours = {1, 0, 0, 1, 1, 0, 200, 255, 0}},
    {.what = "a weight is no colour", .text = "v 0 0 0 1\nv 1 0 0 1\nv 0 1 0 1\nf 1 2 3\n", .colours = {-1}},
    {.what = "colours and opacity",
     .text = "v 0 0 0 1 0 0 1\nv 1 0 0 0 1 0 1\nv 0 1 0 0 0 1 1\nf 1 2 3\n",
     .colours = {255, 0, 0, 0, 255, 0, 0, 0, 255}},
    {.what = "a colour is missing", .text = "v 0 0 0 1 0 0\nv 1 0 0\nv 0 1 0 0 0 1\nf 1 2 3\n", .colours = {-1}},
    {.what = "textures",
     .text =
         "mtllib my face.mtl other.mtl\nusemtl skin\n" TRIANGLE UVS "f 1/3 2/2 3/1\nf 1/-1/1 2/-2/1 3/-3/1\nusemtl b\n",
     .colours = {-1},
     .texcoords = 3,
     .triangles = {2, 1, 0, 2, 1, 0},
     .last = {0.25f, 1},
     .texture = "my face.mtl",
     .material = "skin"},
    {.what = "some corners without",
     .text = TRIANGLE UVS "f 1 2 3\nf 1/1 2 3//1\n",
     .colours = {-1},
     .texcoords = 3,
     .triangles = {-1, -1, -1, 0, -1, -1},
     .last = {0.25f, 1}},
    {.what = "a quad",
     .text = TRIANGLE "v 1 1 0\n" UVS "f 1/1 2/2 4/3 3/1\n",
     .colours = {-1},
     .texcoords = 3,
     .triangles = {0, 1, 2, 0, 2, 0},
     .last = {0.25f, 1}},
    {.what = "faces that name what no line gives", .text = TRIANGLE "f 1/1/1 2/5/1 3/0/1\n", .colours = {-1}},
    {.what = "ply colours",
     .text = HEAD("ascii") "comment TextureFile my face.png\nelement vertex 3\n" XYZ
                           "property uchar red\nproperty uchar green\nproperty uchar blue\nproperty float s\n"
                           "property float t\nelement face 2\n" FACE
                           "0 0 0 255 0 1 0 0\n1 0 0 2 256 -1 0 1\n0 1 0 4 5 6 0.5 0.25\n3 0 1 2\n3 2 1 0\n",
     .colours = {255, 0, 1, 2, 255, 0, 4, 5, 6},
     .texcoords = 3,
     .triangles = {0, 1, 2, 2, 1, 0},
     .last = {0.5f, 0.25f},
     .texture = "my face.png"},
    {.what = "ply colours as floats, texture coordinates a face",
     .text = HEAD("ascii") "element vertex 3\n" XYZ
                           "property float diffuse_red\nproperty float diffuse_green\nproperty double diffuse_blue\n"
                           "element face 2\nproperty list uchar float texcoord\n" FACE
                           "0 0 0 1 0 0.5\n1 0 0 0 1 2\n0 1 0 0 0 -1\n6 0 0 1 0 0 1 3 0 1 2\n0 3 2 1 0\n",
     .colours = {255, 0, 128, 0, 255, 255, 0, 0, 0},
     .texcoords = 3,
     .triangles = {0, 1, 2, -1, -1, -1},
     .last = {0, 1}},
};

// Odd lines in the middle of many good ones, which are read faster than line by line.
static const struct {
    const char *head, *good, *odd, *sentence; // sentence NULL: what is read stays good
} amid[] = {
    {"", "v 1.5 -2.25 3\n", "v 1.5 -2.25\n", "m: line 61: a coordinate expected, but the line ends"},
    {"", "v 1.5 -2.25 3\n", "v 1.5 . 3\n", "m: line 61: a coordinate expected, found \".\""},
    {"", "v 1.5 -2.25 3\n", "v 1.5 - 3\n", "m: line 61: a coordinate expected, found \"-\""},
    {"", "v 1.5 -2.25 3\n", "v 1.5 1.2.3 3\n", "m: line 61: a coordinate expected, found \"1.2.3\""},
    {"", "v 1.5 -2.25 3\n", "v 1.5 2/3 3\n", "m: line 61: a coordinate expected, found \"2/3\""},
    {"", "v 1.5 -2.25 3\n", "vnot 1 2 3\n", NULL},
    {"v 0 0 0\n", "f 1 1 1\n", "f 1 2 1\n", "m: line 62: the face names vertex 2, but the file has 1"},
    {"v 0 0 0\n", "f 1 1 1\n", "f 1 0 1\n", "m: line 62: the face names vertex 0, but 1 vertices stand before it"},
    {"v 0 0 0\n", "f 1 1 1\n", "f 1 4294967297 1\n",
     "m: line 62: the face names vertex 4294967297, but 1 vertices stand before it"},
    {"v 0 0 0\n", "f 1 1 1\n", "f 1 1\n", "m: line 62: a face of 2 corners, at least 3 expected"},
    {"v 0 0 0\n", "f 1//1 1//1 1//1\n", "f 1//1 1//x 1//1\n",
     "m: line 62: a corner like 1, 1/2, 1//3 or 1/2/3 expected, found \"1//x\""},
    {"v 0 0 0\n", "f 1//1 1//1 1//1\n", "f 1///1 1//1 1/1\n",
     "m: line 62: a corner like 1, 1/2, 1//3 or 1/2/3 expected, found \"1///1\""},
    {"v 0 0 0\nvt 0 0\n", "f 1/1/1 1/1/1 1/1/1\n", "f 1/1 1/1/1/1 1/1/1\n",
     "m: line 63: a corner like 1, 1/2, 1//3 or 1/2/3 expected, found \"1/1/1/1\""},
    {"v 0 0 0\nvt 0 0\n", "f 1/1/1 1/1/1 1/1/1\n", "f 1/ 1/1 1/1/1 1/1/1\n",
     "m: line 63: a corner like 1, 1/2, 1//3 or 1/2/3 expected, found \"1/\""},
    {"v 0 0 0\nvt 0 0\n", "f 1/1/1 1/1/1 1/1/1\n", "f 1/1/1 1/2/1 1/1/1\n",
     "m: line 63: the face names texture coordinate 2, but the file has 1"},
    {"v 0 0 0\nvt 0 0\n", "f 1/1 1/1 1/1\n", "f 1/1 1/1 1/1 # all\n", NULL},
    {"v 0 0 0\nvt 0 0\n", "f 1/1/1 1/1/1 1/1/1 1/1/1\n", "f 1/1/1 1/1/1 1/1/1 1/2/1\n",
     "m: line 63: the face names texture coordinate 2, but the file has 1"},
    {"v 0 0 0\n", "f 1 1 1 1\n", "f 1 1 1 2\n", "m: line 62: the face names vertex 2, but the file has 1"},
    {"v 0 0 0\n", "f 1//1 1//1 1//1 1//1\n", "f 1//1 1//1 1/1/1 1/1\n", NULL},
    {"v 0 0 0\n", "vn 0 0 1\n", "vn 0 0 \\\nf 1\n", NULL},
    {HEAD("ascii") "element vertex 121\n" XYZ "end_header\n", "1.5 -2.25 3\n", "1.5 -2.25\n",
     "m: line 68: one more value expected in row 60 of element vertex"},
    {HEAD("ascii") "element vertex 121\n" XYZ "end_header\n", "1.5 -2.25 3\n", "1.5 -2.25 3 4\n",
     "m: line 68: the end of the line expected in row 60 of element vertex"},
    {HEAD("ascii") "element vertex 1\n" XYZ "element face 121\n" FACE "0 0 0\n", "3 0 0 0\n", "2 0 0 0\n",
     "m: line 71: the end of the line expected in row 60 of element face"},
    {HEAD("ascii") "element vertex 1\n" XYZ "element face 121\n" FACE "0 0 0\n", "3 0 0 0\n", "3 0 1 0\n",
     "m: line 71: a vertex from 0 to 0, not 1, expected in row 60 of element face"},
};

static void odd_lines_amid_good_ones_are_found(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof amid / sizeof *amid; i++) {
        char text[8192];
        size_t length = (size_t)snprintf(text, sizeof text, "%s", amid[i].head);
        for (int k = 0; k < 121; k++)
            length += (size_t)snprintf(text + length, sizeof text - length, "%s", k == 60 ? amid[i].odd : amid[i].good);
        assert_true(length < sizeof text);
        struct facet_mesh mesh;
        struct facet_error error = {0};
        int code = facet_mesh_parse("m", text, length, &mesh, &error);
        if ((code == FACET_OK) != !amid[i].sentence) fail_msg("%s: \"%s\"", amid[i].odd, error.text);
        if (amid[i].sentence) assert_string_equal(error.text, amid[i].sentence);
        facet_mesh_free(&mesh);
    }
}

static bool same_name(const char *a, const char *b) {
    return a && b ? strcmp(a, b) == 0 : a == b;
}

static void colours_and_textures_are_read(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof dressed / sizeof *dressed; i++) {
        const struct dressed *d = &dressed[i];
        struct facet_mesh mesh;
        struct facet_error error;
        if (facet_mesh_parse("mesh", d->text, strlen(d->text), &mesh, &error)) fail_msg("%s: %s", d->what, error.text);
        if (!mesh.colours != (d->colours[0] < 0)) fail_msg("%s: colours", d->what);
        for (int k = 0; mesh.colours && k < 9; k++)
            if (mesh.colours[k] != d->colours[k]) fail_msg("%s: colour %d is %d", d->what, k, mesh.colours[k]);
        if (mesh.n_texcoords != d->texcoords || !mesh.texcoords != !d->texcoords) fail_msg("%s: texcoords", d->what);
        for (int k = 0; d->texcoords && k < 6; k++)
            if (mesh.texture_triangles[k] != d->triangles[k]) fail_msg("%s: texture corner %d", d->what, k);
        if (d->texcoords) assert_memory_equal(mesh.texcoords + 2 * (d->texcoords - 1), d->last, sizeof d->last);
        if (!same_name(mesh.texture, d->texture) || !same_name(mesh.material, d->material))
            fail_msg("%s: names", d->what);
        facet_mesh_free(&mesh);
    }
}

static void materials_name_pictures(void **state) {
    (void)state;
    const char library[] = "\xef\xbb\xbf# made by hand\r\nnewmtl plain\r\nKd 1 1 1\r\nnewmtl the skin\r\n"
                           "map_Kd -blendu on -s 1 1 1 -mm 0 1 my face.png\r\nmap_Kd second.png\r\nnewmtl cloth\r\n"
                           "  map_Kd -o 0.5 cloth.jpg\r\n";
    const struct {
        const char *material, *picture;
    } wanted[] = {{"the skin", "my face.png"},
                  {"cloth", "cloth.jpg"},
                  {"plain", ""},
                  {NULL, "my face.png"},
                  {"hair", "my face.png"}};
    struct facet_error error = {0};
    char picture[64];
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++) {
        assert_int_equal(
            facet_mtl_texture(library, sizeof library - 1, wanted[i].material, picture, sizeof picture, &error), 0);
        assert_string_equal(picture, wanted[i].picture);
    }
    assert_int_equal(facet_mtl_texture(library, sizeof library - 1, NULL, picture, 11, &error), FACET_ERROR_DATA);
    assert_string_equal(error.text, "the name of a picture has 11 bytes, at most 10 expected");
}

// The second time a reader reads a file it takes no memory.
static void a_reader_keeps_its_room(void **state) {
    (void)state;
    struct facet_scan_reader *reader = facet_scan_reader_create();
    const struct facet_mesh *mesh;
    struct facet_error error;
    assert_non_null(reader);
    const float *vertices = NULL;
    const int32_t *triangles = NULL;
    size_t used = 0;
    for (int turn = 0; turn < 3; turn++) {
        for (size_t i = 0; i < sizeof dressed / sizeof *dressed; i++)
            assert_int_equal(facet_scan_parse(reader, "mesh", dressed[i].text, strlen(dressed[i].text), &mesh, &error),
                             0);
        if (turn == 1) used = mallinfo2().uordblks, vertices = mesh->vertices, triangles = mesh->triangles;
    }
    assert_int_equal(mallinfo2().uordblks, used);
    assert_ptr_equal(mesh->vertices, vertices);
    assert_ptr_equal(mesh->triangles, triangles);
    facet_scan_reader_destroy(reader);
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
        cmocka_unit_test(what_is_no_scan_is_told_so),     cmocka_unit_test(good_files_are_read),
        cmocka_unit_test(broken_files_get_a_sentence),    cmocka_unit_test(odd_lines_amid_good_ones_are_found),
        cmocka_unit_test(colours_and_textures_are_read),  cmocka_unit_test(materials_name_pictures),
        cmocka_unit_test(a_reader_keeps_its_room),        cmocka_unit_test(a_name_decides_when_content_does_not),
        cmocka_unit_test(what_cannot_be_opened_is_named), cmocka_unit_test(a_full_disk_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
