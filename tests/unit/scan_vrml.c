// VRML 2.0: the layout of BU-3DFE and BU-4DFE, and what other writers do with the freedom that the format leaves.
#include "layouts/layouts.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static void parse(const char *text, struct facet_mesh *mesh) {
    struct facet_error error = {0};
    if (facet_mesh_parse("a.wrl", text, strlen(text), mesh, &error)) fail_msg("%s", error.text);
}

static void assert_refused(const char *text, const char *sentence) {
    struct facet_mesh mesh;
    struct facet_error error;
    assert_int_equal(facet_mesh_parse("a.wrl", text, strlen(text), &mesh, &error), FACET_ERROR_DATA);
    assert_string_equal(error.text, sentence);
    assert_null(mesh.vertices);
}

static void assert_triangles(const struct facet_mesh *mesh, const int32_t *expected, int64_t n) {
    assert_int_equal(mesh->n_triangles, n);
    assert_memory_equal(mesh->triangles, expected, (size_t)n * 3 * sizeof *expected);
}

#define HEAD "#VRML V2.0 utf8\n"
#define FOUR "coord Coordinate { point [ 0 0 0, 1 0 0, 1 1 0, 0 1 0 ] }\n"

static void a_face_of_the_layout_comes_back(void **state) {
    (void)state;
    struct layout_face face;
    struct facet_mesh expected, mesh;
    struct facet_error error = {0};
    char path[] = "/tmp/facet-vrml-XXXXXX";
    int file = mkstemp(path);
    assert_true(file >= 0);
    close(file);
    layout_face_make(&face, 1, 2, 0.5, LAYOUT_ROWS, LAYOUT_COLUMNS);
    layout_mesh(&face, &expected);
    layout_write_wrl(path, &face, "F0001_AN01WH_F3D.bmp");
    if (facet_mesh_read(path, &mesh, &error)) fail_msg("%s", error.text);
    unlink(path);
    assert_int_equal(mesh.n_vertices, expected.n_vertices);
    assert_int_equal(mesh.n_texcoords, expected.n_texcoords);
    for (int64_t i = 0; i < 3 * mesh.n_vertices; i++) assert_float_equal(mesh.vertices[i], expected.vertices[i], 1e-3);
    assert_triangles(&mesh, expected.triangles, expected.n_triangles);
    size_t bytes = (size_t)mesh.n_triangles * 3 * sizeof(int32_t);
    assert_memory_equal(mesh.texture_triangles, expected.texture_triangles, bytes);
    assert_string_equal(mesh.texture, "F0001_AN01WH_F3D.bmp");
    facet_mesh_free(&mesh);
    facet_mesh_free(&expected);
    layout_face_free(&face);
}

static void separators_comments_and_order_are_free(void **state) {
    (void)state;
    struct facet_mesh mesh;
    parse("\xef\xbb\xbf" HEAD "# ] { a comment\r\nDEF a Shape{geometry DEF b IndexedFaceSet{coordIndex[0,1 2,-1\r\n"
          "0 2 3 # ] no end\n]convex TRUE,texCoordIndex[2 1 0 -1 2,0,3]solid FALSE\n"
          "normal Normal { vector [ 0 0 1 ] } coord DEF c Coordinate{point[0 0 0 1 0 0,1.0e+0 10E-1 0,,0 1 -0.5]}\n"
          "texCoord TextureCoordinate{point[0 0,.5 0,1 1,0 1]}}\n"
          "appearance Appearance{texture ImageTexture{repeatS FALSE url[\"a b.png\" \"c.png\"]}}}",
          &mesh);
    assert_triangles(&mesh, (int32_t[]){0, 1, 2, 0, 2, 3}, 2);
    assert_memory_equal(mesh.texture_triangles, ((int32_t[]){2, 1, 0, 2, 0, 3}), 6 * sizeof(int32_t));
    assert_true(mesh.vertices[6] == 1 && mesh.vertices[7] == 1 && mesh.vertices[11] == -0.5f);
    assert_true(mesh.texcoords[2] == 0.5f);
    assert_string_equal(mesh.texture, "a b.png");
    facet_mesh_free(&mesh);
}

static void polygons_are_fanned_and_turned(void **state) {
    (void)state;
    struct facet_mesh mesh;
    parse(HEAD "Shape { geometry IndexedFaceSet { " FOUR "coordIndex [ 0 1 2 3 -1, 0 1 -1, 3 2 1 -1 ] } }", &mesh);
    assert_triangles(&mesh, (int32_t[]){0, 1, 2, 0, 2, 3, 3, 2, 1}, 3);
    assert_null(mesh.texcoords);
    assert_null(mesh.texture);
    facet_mesh_free(&mesh);
    parse(HEAD "Shape { geometry IndexedFaceSet { ccw FALSE " FOUR "coordIndex [ 0 1 2 3 -1 ] } }", &mesh);
    assert_triangles(&mesh, (int32_t[]){0, 2, 1, 0, 3, 2}, 2);
    facet_mesh_free(&mesh);
}

static void shapes_are_joined(void **state) {
    (void)state;
    struct facet_mesh mesh;
    parse(HEAD "Group { children [ Shape { geometry IndexedFaceSet { " FOUR "coordIndex [ 0 1 2 ] } }\n"
               "Shape { geometry IndexedFaceSet { coord DEF k Coordinate { point [ 5 0 0 6 0 0 5 1 0 ] }\n"
               "texCoord TextureCoordinate { point [ 0 0 1 0 0 1 ] } coordIndex [ 0 1 2 -1 ] texCoordIndex [] } }\n"
               "Shape { geometry IndexedFaceSet { coord USE k coordIndex [ 2 1 0 -1 ] } } ] }",
          &mesh);
    assert_int_equal(mesh.n_vertices, 7);
    assert_triangles(&mesh, (int32_t[]){0, 1, 2, 4, 5, 6, 6, 5, 4}, 3);
    assert_memory_equal(mesh.texture_triangles, ((int32_t[]){-1, -1, -1, 0, 1, 2, -1, -1, -1}), 9 * sizeof(int32_t));
    facet_mesh_free(&mesh);
}

static void assert_places(const struct facet_mesh *mesh, const float *expected, int64_t n) {
    assert_int_equal(mesh->n_vertices, n);
    for (int64_t i = 0; i < 3 * n; i++) assert_float_equal(mesh->vertices[i], expected[i], 1e-5);
}

#define THREE "geometry IndexedFaceSet { coord Coordinate { point [ 1 0 0, 0 1 0, 0 0 1 ] } coordIndex [ 0 1 2 -1 ] }"

// Fields come before and behind the children that they move.
static void transforms_move_what_they_hold(void **state) {
    (void)state;
    struct facet_mesh mesh;
    parse(HEAD "Transform { children [ Shape { " THREE " } ] translation 10 20 30 rotation 0 0 2 1.5707963 }", &mesh);
    assert_places(&mesh, (float[]){10, 21, 30, 9, 20, 30, 10, 20, 31}, 3);
    assert_triangles(&mesh, (int32_t[]){0, 1, 2}, 1);
    facet_mesh_free(&mesh);
    parse(HEAD "Transform { center 1 1 1 scale 2 3 4 children Shape { " THREE " } }", &mesh);
    assert_places(&mesh, (float[]){1, -2, -3, -1, 1, -3, -1, -2, 1}, 3);
    facet_mesh_free(&mesh);
    parse(HEAD "Transform { scale 3 1 1 scaleOrientation 0 0 1 1.5707963 children [ Shape { " THREE " } ] }", &mesh);
    assert_places(&mesh, (float[]){1, 0, 0, 0, 3, 0, 0, 0, 1}, 3);
    facet_mesh_free(&mesh);
    parse(HEAD "DEF translation Transform { scale 2 2 2 children [ Shape { " THREE " } Transform { translation 0 0 5\n"
               "children [ Group { children [ Shape { " THREE " } ] } ] } ] } Shape { " THREE " }",
          &mesh);
    assert_places(&mesh, (float[]){2, 0, 0, 0, 2, 0, 0, 0, 2, 2, 0, 10, 0, 2, 10, 0, 0, 12, 1, 0, 0, 0, 1, 0, 0, 0, 1},
                  9);
    facet_mesh_free(&mesh);
}

static void mirrored_triangles_are_turned(void **state) {
    (void)state;
    struct facet_mesh mesh;
    parse(HEAD "Shape { " THREE " } Transform { scale 1 1 -1 children [ Shape { geometry IndexedFaceSet {\n"
               "coord Coordinate { point [ 1 0 0, 0 1 0, 0 0 1 ] } coordIndex [ 0 1 2 -1 ]\n"
               "texCoord TextureCoordinate { point [ 0 0 1 0 0 1 ] } } } ] }",
          &mesh);
    assert_triangles(&mesh, (int32_t[]){0, 1, 2, 3, 5, 4}, 2);
    assert_memory_equal(mesh.texture_triangles, ((int32_t[]){-1, -1, -1, 0, 2, 1}), 6 * sizeof(int32_t));
    assert_true(mesh.vertices[17] == -1);
    facet_mesh_free(&mesh);
}

// A Transform that does nothing leaves every bit; nodes with fields of the same names are no Transforms.
static void what_does_not_move_stays(void **state) {
    (void)state;
    struct facet_mesh mesh;
    parse(HEAD
          "Viewpoint { orientation 0 1 0 1 } Transform { translation 0 0 0 rotation 0 1 0 0 center 7 7 7 children [\n"
          "Shape { appearance Appearance { textureTransform TextureTransform { scale 2 2 rotation 3 } }\n"
          "geometry IndexedFaceSet { coord Coordinate { point [ 0.1 1e-30 33333.333 ] } } } ] }",
          &mesh);
    assert_memory_equal(mesh.vertices, ((float[]){0.1f, 1e-30f, 33333.333f}), 3 * sizeof(float));
    facet_mesh_free(&mesh);
}

static void what_would_be_half_read_is_refused(void **state) {
    (void)state;
    assert_refused(HEAD "Transform { translation 1 2 x children [ ] }",
                   "a.wrl: line 2: a number of a Transform expected, found \"x\"");
    assert_refused(HEAD "Transform { scale 1 1 inf children [ ] }",
                   "a.wrl: line 2: a number of a Transform expected, found \"inf\"");
    assert_refused(HEAD "LOD { level [ Shape { " THREE " } ] }",
                   "a.wrl: line 2: a file without LOD, Switch and Inline expected, found \"LOD\"");
    assert_refused(HEAD "DEF a Shape { " THREE " }\nTransform { children [ USE a ] }",
                   "a.wrl: line 3: a shape that is written out expected, found \"USE\"");
    assert_refused(HEAD "Shape { geometry DEF a IndexedFaceSet { } }\nShape { geometry USE a }",
                   "a.wrl: line 3: a shape that is written out expected, found \"USE\"");
    assert_refused(HEAD "EXTERNPROTO X [ ] \"x.wrl\" X { }",
                   "a.wrl: line 2: a file without prototypes expected, found \"EXTERNPROTO\"");
    assert_refused(
        HEAD "Transform { children Shape { geometry IndexedFaceSet { coord DEF k Coordinate { point [ 0 0 0 ] } } } }\n"
             "Shape { geometry IndexedFaceSet { coord USE k } }",
        "a.wrl: line 3: coordinates that are named in the same Transform expected, found \"k\"");
    char deep[16 * 40 + sizeof HEAD] = HEAD;
    for (int i = 0; i < 40; i++) strcat(deep, "Transform {\n");
    assert_refused(deep, "a.wrl: line 35: at most 32 Transforms in each other expected, found \"Transform\"");
}

// Short numbers are read in another way than long ones: each gives what strtof gives, to the bit.
static void numbers_are_those_of_strtof(void **state) {
    (void)state;
    static const char *const formats[] = {"%.0f", "%.1f", "%.2f", "%.4f", "%.6f", "%.9f", "%g", "%.9g", "%e", "%+.3f"};
    enum { TRIES = 3000 };
    for (int i = 0; i < TRIES; i++) {
        char number[64], text[512];
        double value = (double)((i * 7919) % 20011 - 10000) / (double[]){1, 10, 64, 997, 1e5, 3e7}[i % 6];
        snprintf(number, sizeof number, formats[i % 10], value);
        if (i % 7 == 0 && strncmp(number, "0.", 2) == 0) memmove(number, number + 1, strlen(number)); // ".5"
        if (i % 11 == 0 && !strpbrk(number, ".e")) strcat(number, ".");                               // "5."
        snprintf(text, sizeof text,
                 HEAD "Shape { geometry IndexedFaceSet { coord Coordinate { point [ %s, %s %s\n] } } } # %20s\n",
                 number, number, number, "");
        struct facet_mesh mesh;
        float expected = strtof(number, NULL);
        parse(text, &mesh);
        for (int k = 0; k < 3; k++) assert_memory_equal(&mesh.vertices[k], &expected, sizeof expected);
        facet_mesh_free(&mesh);
    }
}

// So are short indices; none of these is one too far, too long, or at the very end of the file.
static void indices_may_be_of_any_length(void **state) {
    (void)state;
    struct facet_mesh mesh;
    parse(HEAD "Shape { geometry IndexedFaceSet { " FOUR
               "coordIndex [ 0,00000001,+2,-1 00000000000003 2 1 -1,-00,1,2,-01 3 0 1 -1\n2 3 0\n] } } #           ",
          &mesh);
    assert_triangles(&mesh, (int32_t[]){0, 1, 2, 3, 2, 1, 0, 1, 2, 3, 0, 1, 2, 3, 0}, 5);
    facet_mesh_free(&mesh);
    parse(HEAD "Shape{geometry IndexedFaceSet{" FOUR "coordIndex[0 1 2 -1]}}", &mesh);
    assert_triangles(&mesh, (int32_t[]){0, 1, 2}, 1);
    facet_mesh_free(&mesh);
    assert_refused(HEAD "Shape { geometry IndexedFaceSet { " FOUR "coordIndex [ 0 1 4294967298 -1 ] } } #          ",
                   "a.wrl: line 3: an index from 0 to 3, or -1, expected, found \"4294967298\"");
    assert_refused(HEAD "Shape { geometry IndexedFaceSet { " FOUR "coordIndex [ 0 1 2.5 -1 ] } } #                 ",
                   "a.wrl: line 3: an index or ] expected, found \"2.5\"");
}

static void what_is_broken_is_told(void **state) {
    (void)state;
    assert_refused("#VRML V1.0 ascii\n", "a.wrl: line 1: VRML of version 2.0 (#VRML V2.0) expected");
    assert_refused(HEAD, "a.wrl: no IndexedFaceSet in 16 bytes; is it a VRML 2.0 file?");
    assert_refused(HEAD "Shape { geometry IndexedFaceSet { coord Coordinate { point [ 1 2 x ] } } }",
                   "a.wrl: line 2: a coordinate expected, found \"x\"");
    assert_refused(HEAD "Shape { geometry IndexedFaceSet {\ncoord Coordinate { point [ 1 2 3.5.1 ] } } }",
                   "a.wrl: line 3: a coordinate expected, found \"3.5.1\"");
    assert_refused(HEAD "Shape { geometry IndexedFaceSet {\n" FOUR "\ncoordIndex [ 0 1 4 ] } }",
                   "a.wrl: line 5: an index from 0 to 3, or -1, expected, found \"4\"");
    assert_refused(HEAD "Shape { geometry IndexedFaceSet { " FOUR "coordIndex [ 0 1 9223372036854775807 ] } }",
                   "a.wrl: line 3: an index or ] expected, found \"9223372036854775807\"");
    assert_refused(HEAD "Shape { geometry IndexedFaceSet { " FOUR "coordIndex [ 0 1 -2 ] } }",
                   "a.wrl: line 3: an index from 0 to 3, or -1, expected, found \"-2\"");
    assert_refused(HEAD "Shape { geometry IndexedFaceSet { " FOUR "coordIndex [ 0 1 2",
                   "a.wrl: line 3: the end of a node or list expected, but the file ends");
    assert_refused(HEAD "Shape { geometry IndexedFaceSet { " FOUR "coordIndex [ 0 1 2 ] }",
                   "a.wrl: line 3: the end of a node or list expected, but the file ends");
    assert_refused(HEAD "Shape { geometry IndexedFaceSet { coord USE k } }",
                   "a.wrl: line 2: a name that DEF gave to coordinates before expected, found \"k\"");
    assert_refused(HEAD "PROTO X [ ] { }", "a.wrl: line 2: a file without prototypes expected, found \"PROTO\"");
    assert_refused(HEAD "}", "a.wrl: line 2: a node expected, found \"}\"");
    assert_refused(HEAD "Shape { geometry IndexedFaceSet { " FOUR "texCoord TextureCoordinate { point [ 0 0 ] }\n"
                        "coordIndex [ 0 1 2 -1 ] } }",
                   "a.wrl: vertex 1 of a face, but only 1 texture coordinates");
    assert_refused(HEAD "Shape { geometry IndexedFaceSet { " FOUR "texCoord TextureCoordinate { point [ 0 0 1 1 ] }\n"
                        "coordIndex [ 0 1 2 -1 ]\ntexCoordIndex [ 0 1 -1 1 ] } }",
                   "a.wrl: line 5: a texCoordIndex of as many corners a face as coordIndex expected, found \"-1\"");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_face_of_the_layout_comes_back), cmocka_unit_test(separators_comments_and_order_are_free),
        cmocka_unit_test(polygons_are_fanned_and_turned),  cmocka_unit_test(shapes_are_joined),
        cmocka_unit_test(transforms_move_what_they_hold),  cmocka_unit_test(mirrored_triangles_are_turned),
        cmocka_unit_test(what_does_not_move_stays),        cmocka_unit_test(what_would_be_half_read_is_refused),
        cmocka_unit_test(numbers_are_those_of_strtof),     cmocka_unit_test(indices_may_be_of_any_length),
        cmocka_unit_test(what_is_broken_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
