// The quick way through a text file gives what the careful one gives: a vertical tab is enough to be treated with care. Files
// of all layouts, with an odd line here and there.
#include <facet/random.h>
#include <facet/scan.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { FILES = 400, LINES = 120, ROOM = 1 << 17 };

struct file {
    char text[ROOM];
    size_t length;
    uint32_t number, draws;
};

static double uniform(struct file *file) {
    return facet_random_uniform(17, file->number, file->draws++, 0);
}

static int below(struct file *file, int n) {
    return (int)(uniform(file) * n);
}

__attribute__((format(printf, 2, 3))) static void put(struct file *file, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    file->length += (size_t)vsnprintf(file->text + file->length, ROOM - file->length, format, arguments);
    va_end(arguments);
    assert_true(file->length < ROOM);
}

static void put_number(struct file *file) {
    // The last but one are almost in the middle between two floats; the last is no number.
    static const char *const odd[] = {"1e-3",
                                      "-.5",
                                      "7.",
                                      "+1",
                                      "nan",
                                      "0.1234567890123456789",
                                      "123456789012345678",
                                      "1",
                                      "-0",
                                      "0.0",
                                      "1e30",
                                      "16777217",
                                      "16777219.0",
                                      "-2.2500001",
                                      "8388609.5",
                                      "61.3240909576416",
                                      "33.1426830291748",
                                      "83.6491355895996",
                                      "64.8332176208496",
                                      "."};
    enum { ODD = sizeof odd / sizeof *odd };
    double value = (uniform(file) - 0.5) * (below(file, 4) ? 200 : 2);
    if (below(file, 30) == 0)
        put(file, " %s", odd[below(file, ODD - (below(file, 60) > 0))]);
    else if (file->number % 3)
        put(file, " %.*f", 1 + (int)(file->number % 9), value);
    else
        put(file, " %.9g", value);
}

static void put_numbers(struct file *file, int n) {
    for (int k = 0; k < n; k++) put_number(file);
}

static const char *line_end(struct file *file) {
    return file->number % 5 == 0 ? "\r\n" : below(file, 40) == 0 ? "  \n" : "\n";
}

static void put_corner(struct file *file, int form, int vertices, int texcoords) {
    int v = 1 + below(file, vertices), t = 1 + below(file, texcoords ? texcoords : 1);
    if (below(file, 60) == 0) v = -v, t = -t;
    if (form == 0) put(file, " %d", v);
    if (form == 1) put(file, " %d/%d", v, t);
    if (form == 2) put(file, " %d//%d", v, v);
    if (form == 3) put(file, " %d/%d/%d", v, t, v);
}

static void make_obj(struct file *file) {
    int n = LINES + below(file, LINES), texcoords = file->number % 4 ? n : 0, form = below(file, 4);
    put(file, "# a file\n");
    for (int i = 0; i < n; i++) {
        put(file, "v");
        put_numbers(file, 3 + (file->number % 2 ? 3 : 0));
        put(file, "%s", line_end(file));
        if (below(file, 50) == 0) put(file, "# v 1 2 3\\\ng odd\n");
    }
    for (int i = 0; i < n; i++) {
        if (texcoords) put(file, "vt"), put_numbers(file, 2 + (file->number % 7 == 0)), put(file, "%s", line_end(file));
        put(file, "vn"), put_numbers(file, 3), put(file, "%s", line_end(file));
    }
    for (int i = 0; i < n; i++) {
        int usual = 3 + (file->number % 4 == 3), corners = below(file, 20) ? usual : 3 + below(file, 3),
            mine = below(file, 30) ? form : below(file, 4);
        put(file, "f");
        for (int k = 0; k < corners; k++) put_corner(file, mine, n, texcoords);
        if (below(file, 1500) == 0) put(file, " 1/ 1 /1");
        if (below(file, 1500) == 0) put(file, " 1x");
        put(file, "%s%s", below(file, 40) ? "" : " # end", line_end(file));
    }
}

static void make_ply(struct file *file) {
    int n = LINES + below(file, LINES), columns = file->number % 2 ? 6 : 3;
    put(file, "ply\nformat ascii 1.0\nelement vertex %d\nproperty float x\n%sproperty float y\nproperty float z\n", n,
        columns == 6 ? "property uchar green\nproperty float red\nproperty uchar blue\n" : "");
    put(file, "element face %d\nproperty list uchar int vertex_indices\nend_header\n", n);
    for (int i = 0; i < n; i++) {
        if (below(file, 60) == 0) put(file, "\n");
        put_numbers(file, columns), put(file, "%s", line_end(file));
    }
    for (int i = 0; i < n; i++) {
        int corners = below(file, 20) ? 3 : below(file, 6);
        put(file, "%d", corners);
        for (int k = 0; k < corners; k++) put(file, " %d", below(file, 2000) ? below(file, n) : n);
        if (corners == 2 && below(file, 6) == 0) put(file, " 0");
        put(file, "%s", line_end(file));
    }
}

static const char *comma(struct file *file) {
    return file->number % 3 == 1 ? "" : below(file, 50) ? "," : " , ";
}

static void put_points(struct file *file, const char *type, int size, int n) {
    put(file, "%s { point [ ", type);
    for (int i = 0; i < n; i++) {
        for (int k = 0; k < size; k++) put_number(file);
        if (below(file, 80) == 0) put(file, " # a comment ]");
        put(file, "%s%s", comma(file), below(file, 8) ? line_end(file) : " ");
    }
    put(file, "]\n}\n");
}

// shape: the same for lists whose polygons have the same corners.
static void put_polygons(struct file *file, int n, int most, uint32_t shape) {
    put(file, " [\n");
    for (int i = 0; i < n; i++) {
        double kind = facet_random_uniform(23, shape, (uint32_t)i, 0), broken = below(file, 9000) ? 0 : 1;
        int corners = kind < 0.8 ? 3 + (file->number % 4 == 2) : kind < 0.95 ? 4 : (int)(100 * (kind - 0.95));
        for (int k = 0; k < corners; k++)
            put(file, k || below(file, 40) ? " %d%s" : " 00%d%s", broken ? most : below(file, most), comma(file));
        put(file, below(file, 60) ? " -1" : " -01");
        put(file, "%s%s", comma(file), below(file, 10) ? line_end(file) : " ");
    }
    put(file, "]\n");
}

static void make_vrml(struct file *file) {
    int n = LINES / 2 + below(file, LINES), points = n / 2, texcoords = file->number % 4 ? points : 0;
    put(file, "#VRML V2.0 utf8\nShape { geometry IndexedFaceSet {\n%s coord ",
        file->number % 5 == 2 ? "ccw FALSE" : "");
    put_points(file, "Coordinate", 3, points);
    if (texcoords) put(file, " texCoord "), put_points(file, "TextureCoordinate", 2, texcoords);
    put(file, "coordIndex"), put_polygons(file, n, points, file->number);
    if (texcoords && file->number % 8 > 1)
        put(file, "texCoordIndex"), put_polygons(file, n, points, below(file, 30) ? file->number : file->number + 1);
    put(file, "} }\n");
}

static void make_abs(struct file *file) {
    int rows = 9 + below(file, 9), columns = 9 + below(file, 9);
    put(file, "%d rows\n%d columns\nflags%s", rows, columns, line_end(file));
    for (int i = 0; i < rows * columns; i++)
        put(file, "%s%s", below(file, 40000) ? below(file, 5) ? "1" : "0" : "2", below(file, 30) ? " " : "  ");
    for (int axis = 0; axis < 3; axis++) {
        put(file, "%s", line_end(file));
        for (int i = 0; i < rows * columns; i++) {
            put_number(file);
            if (below(file, 9000) == 0) put(file, "x");
        }
    }
    put(file, "%s", line_end(file));
}

// The same with a vertical tab before each line, or (where lines mean nothing) for each blank.
static size_t indent(const struct file *file, char *out) {
    size_t length = 0;
    for (size_t i = 0; i < file->length; i++) {
        bool body = file->text[0] != 'p' || i > 4, is_range = file->text[0] >= '0' && file->text[0] <= '9';
        if ((i == 0 || file->text[i - 1] == '\n') && body) out[length++] = '\v';
        out[length++] = is_range && i > 30 && file->text[i] == ' ' ? '\v' : file->text[i];
    }
    return length;
}

static bool same(const void *a, const void *b, size_t size) {
    return !a || !b ? a == b : memcmp(a, b, size) == 0;
}

static bool compare(const struct file *file, const char *name) {
    static char indented[2 * ROOM];
    struct facet_mesh quick, careful;
    struct facet_error error = {0}, expected = {0};
    size_t length = indent(file, indented);
    int code = facet_mesh_parse(name, file->text, file->length, &quick, &error);
    if (facet_mesh_parse(name, indented, length, &careful, &expected) != code || strcmp(error.text, expected.text) != 0)
        fail_msg("file %u: \"%s\", not \"%s\"", file->number, error.text, expected.text);
    size_t vertices = (size_t)careful.n_vertices, triangles = 3 * (size_t)careful.n_triangles;
    bool equal = quick.n_vertices == careful.n_vertices && quick.n_triangles == careful.n_triangles &&
                 quick.n_texcoords == careful.n_texcoords && same(quick.vertices, careful.vertices, vertices * 12) &&
                 same(quick.triangles, careful.triangles, triangles * 4) &&
                 same(quick.colours, careful.colours, vertices * 3) &&
                 same(quick.texcoords, careful.texcoords, 8 * (size_t)careful.n_texcoords) &&
                 same(quick.texture_triangles, careful.texture_triangles, triangles * 4);
    if (!equal) fail_msg("%s %u: another mesh", name, file->number);
    facet_mesh_free(&quick), facet_mesh_free(&careful);
    return code == FACET_OK;
}

static void check(void (*make)(struct file *file), const char *name) {
    static struct file file;
    int read = 0;
    for (uint32_t number = 0; number < FILES; number++) {
        file.length = 0, file.number = number, file.draws = 0;
        make(&file);
        read += compare(&file, name);
    }
    assert_in_range(read, FILES / 4, FILES - 5); // both good and broken ones
}

static void obj(void **state) {
    (void)state;
    check(make_obj, "a.obj");
}

static void ply(void **state) {
    (void)state;
    check(make_ply, "a.ply");
}

static void vrml(void **state) {
    (void)state;
    check(make_vrml, "a.wrl");
}

static void abs_text(void **state) {
    (void)state;
    check(make_abs, "a.abs");
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(obj), cmocka_unit_test(ply), cmocka_unit_test(vrml),
                                       cmocka_unit_test(abs_text)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
