// Range images: .bnt of Bosphorus and .abs of FRGC become meshes that look the right way and do not cross depth jumps.
#include "layouts/layouts.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <zlib.h>

static const char path[] = "/tmp/facet-grid-test.tmp";
static char file_name[64];

static int make_name(void **state) {
    (void)state;
    snprintf(file_name, sizeof file_name, "%s.%d", path, (int)getpid());
    return 0;
}

static void read_file(struct facet_mesh *mesh) {
    struct facet_error error = {0};
    if (facet_mesh_read(file_name, mesh, &error)) fail_msg("%s", error.text);
    unlink(file_name);
}

static void parse(const char *text, struct facet_mesh *mesh) {
    struct facet_error error = {0};
    if (facet_mesh_parse("a.abs", text, strlen(text), mesh, &error)) fail_msg("%s", error.text);
}

static void assert_refused(const char *name, const char *bytes, size_t size, const char *sentence) {
    struct facet_mesh mesh;
    struct facet_error error;
    assert_int_equal(facet_mesh_parse(name, bytes, size, &mesh, &error), FACET_ERROR_DATA);
    assert_string_equal(error.text, sentence);
    assert_null(mesh.vertices);
}

static double normal_z(const struct facet_mesh *mesh, int64_t t) {
    const float *v[3];
    for (int k = 0; k < 3; k++) v[k] = mesh->vertices + 3 * mesh->triangles[3 * t + k];
    return ((double)v[1][0] - v[0][0]) * ((double)v[2][1] - v[0][1]) -
           ((double)v[2][0] - v[0][0]) * ((double)v[1][1] - v[0][1]);
}

// All points of the face, each triangle turned to +z, and the nose tip in place.
static void assert_is_face(const struct facet_mesh *mesh, const struct layout_face *face) {
    struct facet_mesh expected;
    layout_mesh(face, &expected);
    assert_int_equal(mesh->n_vertices, expected.n_vertices);
    assert_in_range(mesh->n_triangles, expected.n_triangles, expected.n_triangles + 2 * (face->rows + face->columns));
    for (int64_t t = 0; t < mesh->n_triangles; t++) assert_true(normal_z(mesh, t) > 0);
    double nearest = INFINITY;
    for (int64_t i = 0; i < mesh->n_vertices; i++) {
        const float *v = mesh->vertices + 3 * i;
        nearest = fmin(nearest, hypot(hypot(v[0], v[1]), v[2]));
    }
    assert_true(nearest < 1e-3);
    facet_mesh_free(&expected);
}

static void a_bnt_file_becomes_a_mesh(void **state) {
    (void)state;
    struct layout_face face;
    struct facet_mesh mesh;
    layout_face_make(&face, 1, 3, 0.5, LAYOUT_ROWS, LAYOUT_COLUMNS);
    layout_write_bnt(file_name, &face, "bs000_E_FEAR_0.png");
    read_file(&mesh);
    assert_is_face(&mesh, &face);
    assert_string_equal(mesh.texture, "bs000_E_FEAR_0.png");
    assert_int_equal(mesh.n_texcoords, mesh.n_vertices);
    assert_true(mesh.vertices[1] > mesh.vertices[3 * mesh.n_vertices - 2]); // from the top
    for (int64_t i = 0; i < mesh.n_vertices; i++) {
        const float *v = mesh.vertices + 3 * i, *t = mesh.texcoords + 2 * i;
        assert_float_equal(t[0], (v[0] + 80) / 160, 1e-5);
        assert_float_equal(t[1], (v[1] + 107) / 214, 1e-5);
    }
    assert_memory_equal(mesh.triangles, mesh.texture_triangles, (size_t)mesh.n_triangles * 12);
    facet_mesh_free(&mesh);
    layout_face_free(&face);
}

static void an_abs_file_becomes_a_mesh(void **state) {
    (void)state;
    struct layout_face face;
    layout_face_make(&face, 2, 1, 1, LAYOUT_ROWS, LAYOUT_COLUMNS);
    for (int compressed = 0; compressed < 2; compressed++) {
        struct facet_mesh mesh;
        struct facet_error error = {0};
        char renamed[80];
        snprintf(renamed, sizeof renamed, "%s.abs.gz", file_name);
        layout_write_abs(renamed, &face, compressed);
        if (facet_mesh_read(renamed, &mesh, &error)) fail_msg("%s", error.text);
        unlink(renamed);
        assert_is_face(&mesh, &face);
        assert_null(mesh.texcoords);
        facet_mesh_free(&mesh);
    }
    layout_face_free(&face);
}

static void background_and_jumps_are_cut(void **state) {
    (void)state;
    struct facet_mesh mesh;
    // The middle column of the upper row is background; the last column lies 100 mm behind the others.
    parse("2 rows\n4 columns\npixels (flag X Y Z):\n1 0 1 1 1 1 1 1\r\n"
          "0 -999999 2 3 0 1 2 3 \r\n1 -999999 1 1 0 0 0 0\r\n0 -999999 0 -100 0 0 0 -100 \n",
          &mesh);
    assert_int_equal(mesh.n_triangles, 2);
    assert_int_equal(mesh.n_vertices, 5);
    for (int64_t i = 0; i < mesh.n_vertices; i++) assert_true(mesh.vertices[3 * i] < 2.5f);
    for (int64_t t = 0; t < mesh.n_triangles; t++) assert_true(normal_z(&mesh, t) > 0);
    facet_mesh_free(&mesh);
    parse("2 rows\n3 columns\nflags:\n1 1 1 1 1 1\n0 1 nan 0 1 2\n1 1 1 0 0 0\n0 0 0 0 0 inf\n", &mesh);
    assert_int_equal(mesh.n_vertices, 4);
    assert_int_equal(mesh.n_triangles, 2);
    facet_mesh_free(&mesh);
}

// A corner that stands out is cut off by the diagonal beside it.
static void cells_are_cut_along_the_shorter_diagonal(void **state) {
    (void)state;
    static const char *const depths[] = {"3 0 0 0", "0 3 0 0", "0 0 3 0", "0 0 0 3"};
    for (int corner = 0; corner < 4; corner++) {
        struct facet_mesh mesh;
        char text[128];
        int uses = 0;
        snprintf(text, sizeof text, "2 rows\n2 columns\nflags\n1 1 1 1\n0 1 0 1\n0 0 1 1\n%s\n", depths[corner]);
        parse(text, &mesh);
        assert_int_equal(mesh.n_triangles, 2);
        for (int i = 0; i < 6; i++) uses += mesh.triangles[i] == corner;
        assert_int_equal(uses, 1);
        assert_true(normal_z(&mesh, 0) > 0 && normal_z(&mesh, 1) > 0);
        facet_mesh_free(&mesh);
    }
}

static void what_is_broken_is_told(void **state) {
    (void)state;
    static const struct {
        const char *text, *sentence;
    } cases[] = {
        {"2 rows\nx columns\n", "a.abs: line 2: the number of columns expected, found \"x\""},
        {"2 rows\n", "a.abs: line 2: the number of columns expected, but the file ends"},
        {"99999 rows\n99999 columns\nflags\n1 1\n",
         "a.abs: 99999 x 99999 points of at least 8 bytes each, but only 4 bytes are left at line 4"},
        {"1 rows\n2 columns\nflags\n1 2\n1 2\n1 2\n1 2\n", "a.abs: line 4: a flag, 0 or 1, expected, found \"2\""},
        {"1 rows\n2 columns\nflags\n1 1\n1 2x\n1 2\n1 2\n", "a.abs: line 5: a coordinate expected, found \"2x\""},
        {"1 rows\n2 columns\nflags\n1 1\n1.5 2\n1 2\n1", "a.abs: line 7: a coordinate expected, but the file ends"},
        {"1 rows\n2 columns\nflags\n1 1\n1 2\n1 2\n1 2\n3", "a.abs: line 8: the end of the file expected, found \"3\""},
        {"1 rows\n2 columns\nflags\n1 1\n1 2\n1 2\n1 2\n",
         "a.abs: no three neighbours among 1 x 2 points are a surface"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_refused("a.abs", cases[i].text, strlen(cases[i].text), cases[i].sentence);
    assert_refused("a.bnt", "\2\0\2\0", 4, "a.bnt: byte 4: the file ends, a header up to byte 14 expected");
    assert_refused("a.bnt", "\2\0\2\0........\1\0a\24\0\0\0", 19,
                   "a.bnt: byte 19: the file ends, the values of all points up to byte 179 expected");
    assert_refused("a.bnt", "\2\0\2\0........\1\0a\25\0\0\0", 19,
                   "a.bnt: byte 15: 20 values for 2 x 2 points expected, found 21");
}

static void a_broken_gzip_file_is_told(void **state) {
    (void)state;
    struct facet_mesh mesh;
    struct facet_error error;
    struct layout_face face;
    layout_face_make(&face, 2, 1, 1, 9, 7);
    layout_write_abs(file_name, &face, true);
    layout_face_free(&face);
    FILE *file = fopen(file_name, "rb");
    char bytes[4096];
    assert_non_null(file);
    size_t size = fread(bytes, 1, sizeof bytes, file);
    fclose(file);
    unlink(file_name);
    assert_int_equal(facet_mesh_parse("a.abs.gz", bytes, size, &mesh, &error), FACET_OK);
    facet_mesh_free(&mesh);
    assert_int_equal(facet_mesh_parse("a.abs.gz", bytes, size / 2, &mesh, &error), FACET_ERROR_DATA);
    assert_non_null(strstr(error.text, "the compressed data from byte 0 on are broken or end early"));
    bytes[size - 6] ^= 1; // the checksum
    assert_int_equal(facet_mesh_parse("a.abs.gz", bytes, size, &mesh, &error), FACET_ERROR_DATA);
}

static size_t gzip_member(const char *text, size_t size, char *member, size_t room) {
    z_stream stream = {.next_in = (z_const Bytef *)text, .avail_in = (uInt)size, .next_out = (Bytef *)member};
    stream.avail_out = (uInt)room;
    assert_int_equal(deflateInit2(&stream, 6, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY), Z_OK);
    assert_int_equal(deflate(&stream, Z_FINISH), Z_STREAM_END);
    deflateEnd(&stream);
    return stream.total_out;
}

// As gzip and bgzip write them; what stands behind them is padding.
static void members_of_gzip_follow_each_other(void **state) {
    (void)state;
    static const char text[] = "2 rows\n2 columns\nflags\n1 1 1 1\n0 1 0 1\n0 0 1 1\n1 2 3 4\n";
    char bytes[1024] = {0};
    size_t first = gzip_member(text, 30, bytes, sizeof bytes);
    size_t size = first + gzip_member(text + 30, strlen(text) - 30, bytes + first, sizeof bytes - first);
    for (size_t padding = 0; padding < 40; padding += 39) {
        struct facet_mesh mesh;
        struct facet_error error = {0};
        if (facet_mesh_parse("a.abs.gz", bytes, size + padding, &mesh, &error)) fail_msg("%s", error.text);
        assert_int_equal(mesh.n_vertices, 4);
        assert_true(mesh.vertices[11] == 4);
        facet_mesh_free(&mesh);
    }
    bytes[first + 20] ^= 64;
    struct facet_mesh mesh;
    struct facet_error error;
    char sentence[128];
    snprintf(sentence, sizeof sentence, "from byte %zu on", first);
    assert_int_equal(facet_mesh_parse("a.abs.gz", bytes, size, &mesh, &error), FACET_ERROR_DATA);
    assert_non_null(strstr(error.text, sentence));
}

// A hundred thousand bytes that would come out as more than any scan has.
static void a_bomb_is_put_down(void **state) {
    (void)state;
    enum { ROUNDS = 129, ROOM = 1 << 20 };
    static char blanks[1 << 20], bomb[ROOM];
    z_stream stream = {.next_out = (Bytef *)bomb, .avail_out = ROOM};
    memset(blanks, ' ', sizeof blanks);
    assert_int_equal(deflateInit2(&stream, 1, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY), Z_OK);
    for (int i = 0; i < ROUNDS; i++) {
        stream.next_in = (Bytef *)blanks, stream.avail_in = sizeof blanks;
        assert_int_equal(deflate(&stream, i + 1 < ROUNDS ? Z_NO_FLUSH : Z_FINISH),
                         i + 1 < ROUNDS ? Z_OK : Z_STREAM_END);
    }
    assert_refused("a.abs.gz", bomb, stream.total_out,
                   "a.abs.gz: more than 134217728 bytes come out of the compressed file");
    deflateEnd(&stream);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_bnt_file_becomes_a_mesh),    cmocka_unit_test(an_abs_file_becomes_a_mesh),
        cmocka_unit_test(background_and_jumps_are_cut), cmocka_unit_test(cells_are_cut_along_the_shorter_diagonal),
        cmocka_unit_test(what_is_broken_is_told),       cmocka_unit_test(a_broken_gzip_file_is_told),
        cmocka_unit_test(a_bomb_is_put_down),           cmocka_unit_test(members_of_gzip_follow_each_other),
    };
    return cmocka_run_group_tests(tests, make_name, NULL);
}
