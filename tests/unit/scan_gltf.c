// glTF binary files: meshes placed by nodes, values in every layout, and what is refused.
#include <facet/scan.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { ROOM = 8192 };
static char bytes[ROOM];

// A square in the buffer: places at byte 0 (12 each), texture coordinates at 48 (8 each), colours at 80 (4 bytes each),
// indices of two triangles at 96 as bytes and at 104 as 16 bits and at 116 as 32 bits.
static size_t square(char *buffer) {
    static const float places[4][3] = {{0, 0, 0}, {1, 0, 0}, {1, 1, 0}, {0, 1, 0}};
    static const float texcoords[4][2] = {{0, 1}, {1, 1}, {1, 0}, {0, 0.25f}};
    static const uint8_t colours[4][4] = {{255, 0, 0, 255}, {0, 255, 0, 255}, {0, 0, 255, 255}, {9, 8, 7, 255}};
    static const uint8_t narrow[8] = {0, 1, 2, 0, 2, 3};
    static const uint16_t middle[6] = {0, 1, 2, 0, 2, 3};
    static const uint32_t wide[6] = {0, 1, 2, 0, 2, 3};
    memcpy(buffer, places, 48), memcpy(buffer + 48, texcoords, 32), memcpy(buffer + 80, colours, 16);
    memcpy(buffer + 96, narrow, 8), memcpy(buffer + 104, middle, 12), memcpy(buffer + 116, wide, 24);
    return 140;
}

static char *put(char *at, uint32_t value) {
    memcpy(at, &value, 4);
    return at + 4;
}

static size_t make(const char *json) {
    char buffer[256];
    size_t length = strlen(json), padded = (length + 3) / 4 * 4, size = square(buffer);
    assert_true(padded + size + 28 <= ROOM);
    char *at = put(put(put(bytes, 0x46546c67), 2), (uint32_t)(28 + padded + size));
    at = put(put(at, (uint32_t)padded), 0x4e4f534a);
    memset(at, ' ', padded);
    memcpy(at, json, length);
    at = put(put(at + padded, (uint32_t)size), 0x004e4942);
    memcpy(at, buffer, size);
    return 28 + padded + size;
}

#define VIEWS "\"bufferViews\":[{\"buffer\":0,\"byteLength\":140},{\"buffer\":0,\"byteLength\":96,\"byteStride\":12}]"
#define PLACES "{\"bufferView\":1,\"componentType\":5126,\"count\":4,\"type\":\"VEC3\"}"
#define TEXCOORDS "{\"bufferView\":0,\"byteOffset\":48,\"componentType\":5126,\"count\":4,\"type\":\"VEC2\"}"
#define COLOURS                                                                                                        \
    "{\"bufferView\":0,\"byteOffset\":80,\"componentType\":5121,\"count\":4,\"type\":\"VEC4\",\"normalized\":true}"
#define INDICES(at, type)                                                                                              \
    "{\"bufferView\":0,\"byteOffset\":" at ",\"componentType\":" type ",\"count\":6,\"type\":\"SCALAR\"}"
#define ACCESSORS                                                                                                      \
    "\"accessors\":[" PLACES "," TEXCOORDS "," COLOURS                                                                 \
    "," INDICES("96", "5121") "," INDICES("104", "5123") "," INDICES("116", "5125") "]"
#define FILE_OF(rest) "{" VIEWS "," ACCESSORS "," rest "}"
#define MESH(primitive) "\"meshes\":[{\"primitives\":[" primitive "]}]"

static void parse(const char *json, struct facet_mesh *mesh) {
    struct facet_error error = {0};
    if (facet_mesh_parse("a.glb", bytes, make(json), mesh, &error)) fail_msg("%s", error.text);
}

static void assert_refused(const char *json, const char *sentence) {
    struct facet_mesh mesh;
    struct facet_error error;
    assert_int_equal(facet_mesh_parse("a.glb", bytes, make(json), &mesh, &error), FACET_ERROR_DATA);
    assert_string_equal(error.text, sentence);
    assert_null(mesh.vertices);
}

static void assert_square(const struct facet_mesh *mesh) {
    assert_int_equal(mesh->n_vertices, 4);
    assert_int_equal(mesh->n_triangles, 2);
    assert_memory_equal(mesh->triangles, ((int32_t[]){0, 1, 2, 0, 2, 3}), 24);
    assert_memory_equal(mesh->vertices, ((float[]){0, 0, 0, 1000, 0, 0, 1000, 1000, 0, 0, 1000, 0}), 48);
}

static void indices_of_every_width(void **state) {
    (void)state;
    static const char *const files[] = {
        FILE_OF(MESH("{\"attributes\":{\"POSITION\":0},\"indices\":3}")),
        FILE_OF(MESH("{\"attributes\":{\"POSITION\":0},\"indices\":4}")),
        FILE_OF(MESH("{\"attributes\":{\"POSITION\":0},\"indices\":5,\"mode\":4}")),
    };
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        struct facet_mesh mesh;
        parse(files[i], &mesh);
        assert_square(&mesh);
        assert_null(mesh.colours);
        assert_null(mesh.texcoords);
        facet_mesh_free(&mesh);
    }
}

static void textures_and_colours(void **state) {
    (void)state;
    struct facet_mesh mesh;
    parse(FILE_OF("\"materials\":[{\"pbrMetallicRoughness\":{\"baseColorTexture\":{\"index\":0}}}],"
                  "\"textures\":[{\"source\":1}],\"images\":[{\"uri\":\"data:x\"},{\"uri\":\"a%20sk%C3%afn%00%4.png%\"}"
                  "]," MESH(
                      "{\"attributes\":{\"POSITION\":0,\"TEXCOORD_0\":1,\"COLOR_0\":2},\"indices\":3,\"material\":0}")),
          &mesh);
    assert_square(&mesh);
    assert_memory_equal(mesh.colours, ((uint8_t[]){255, 0, 0, 0, 255, 0, 0, 0, 255, 9, 8, 7}), 12);
    assert_memory_equal(mesh.texcoords, ((float[]){0, 0, 1, 0, 1, 1, 0, 0.75f}), 32);
    assert_memory_equal(mesh.texture_triangles, mesh.triangles, 24);
    assert_string_equal(mesh.texture, "a sk\xc3\xafn%00%4.png%");
    facet_mesh_free(&mesh);
}

#define SQUARE "{\"attributes\":{\"POSITION\":0},\"indices\":3}"

static void nodes_place_meshes(void **state) {
    (void)state;
    struct facet_mesh mesh;
    // A quarter turn about z under a translation, beside a mirrored copy whose triangles are turned back.
    parse(FILE_OF("\"scenes\":[{\"nodes\":[0,2]}],\"nodes\":["
                  "{\"translation\":[0,0,2],\"children\":[1]},"
                  "{\"rotation\":[0,0,0.70710678118654752,0.70710678118654752],\"scale\":[2,1,1],\"mesh\":0},"
                  "{\"matrix\":[-1,0,0,0,0,1,0,0,0,0,1,0,0.5,0,0,1],\"mesh\":0}]," MESH(SQUARE)),
          &mesh);
    assert_int_equal(mesh.n_vertices, 8);
    assert_memory_equal(mesh.triangles, ((int32_t[]){0, 1, 2, 0, 2, 3, 4, 6, 5, 4, 7, 6}), 48);
    assert_float_equal(mesh.vertices[6], -1000, 1e-2);
    assert_float_equal(mesh.vertices[7], 2000, 1e-2);
    assert_float_equal(mesh.vertices[8], 2000, 1e-2);
    assert_float_equal(mesh.vertices[15], -500, 1e-2);
    facet_mesh_free(&mesh);
}

static void triangles_without_indices(void **state) {
    (void)state;
    struct facet_mesh mesh;
    parse(FILE_OF(MESH("{\"attributes\":{\"POSITION\":0},\"mode\":0},{\"attributes\":{\"POSITION\":0}}")), &mesh);
    assert_int_equal(mesh.n_vertices, 4);
    assert_int_equal(mesh.n_triangles, 1);
    facet_mesh_free(&mesh);
}

static void what_cannot_be_read_is_told(void **state) {
    (void)state;
    assert_refused("{", "a.glb: byte 4 of the JSON: string or '}' expected near end of file");
    assert_refused("{\"extensionsRequired\":[\"KHR_materials_unlit\",\"EXT_meshopt_compression\"]}",
                   "a.glb: the file needs the extension EXT_meshopt_compression, which is not read");
    assert_refused(
        FILE_OF(MESH("{\"attributes\":{\"POSITION\":0},\"extensions\":{\"KHR_draco_mesh_compression\":{}}}")),
        "a.glb: mesh 0, primitive 0: a mesh that Draco has not compressed expected");
    assert_refused(FILE_OF(MESH("{\"attributes\":{\"POSITION\":0},\"mode\":5}")),
                   "a.glb: mesh 0, primitive 0: triangles, neither strips nor fans, expected");
    assert_refused("{}", "a.glb: no vertex in any mesh of the scene");
    assert_refused(FILE_OF("\"scenes\":[{\"nodes\":[0]}],\"nodes\":[{\"children\":[1]},{\"children\":[0]}]"),
                   "a.glb: node 0: a node with one parent, at most 100 deep, expected");
    assert_refused(FILE_OF("\"scenes\":[{\"nodes\":[0]}],\"nodes\":[{\"scale\":[1,2]}]"),
                   "a.glb: node 0: a matrix of 16 numbers, or 3 of translation, 4 of rotation, 3 of scale expected");
    assert_refused(FILE_OF("\"scenes\":[{\"nodes\":[3]}],\"nodes\":[{}]"),
                   "a.glb: node 3: a node of the file expected");
    assert_refused(FILE_OF(MESH("{\"attributes\":{\"POSITION\":9}}")),
                   "a.glb: mesh 0, primitive 0: accessor 9: an accessor of the file expected");
    assert_refused(FILE_OF(MESH("{\"attributes\":{\"POSITION\":0},\"indices\":0}")),
                   "a.glb: mesh 0, primitive 0: indices of 8, 16 or 32 bits without sign expected");
}

#define ONE(accessor, view)                                                                                            \
    "{\"bufferViews\":[" view "],\"accessors\":[" accessor                                                             \
    "],\"meshes\":[{\"primitives\":[{\"attributes\":{\"POSITION\":0}}]}]}"
#define BAD "a.glb: mesh 0, primitive 0: accessor 0: "

static void values_outside_the_buffer_are_told(void **state) {
    (void)state;
    static const char view[] = BAD "a bufferView inside the buffer expected",
                      values[] = BAD "values inside the bufferView expected";
    static const struct {
        const char *json, *sentence;
    } cases[] = {
        {ONE("{\"bufferView\":0,\"componentType\":5126,\"count\":12,\"type\":\"VEC3\"}",
             "{\"buffer\":0,\"byteLength\":140}"),
         values},
        {ONE("{\"bufferView\":0,\"componentType\":5126,\"count\":9223372036854775807,\"type\":\"VEC3\"}",
             "{\"buffer\":0,\"byteLength\":140}"),
         values},
        {ONE("{\"bufferView\":0,\"byteOffset\":-4,\"componentType\":5126,\"count\":1,\"type\":\"VEC3\"}",
             "{\"buffer\":0,\"byteLength\":140}"),
         values},
        {ONE("{\"bufferView\":0,\"componentType\":5126,\"count\":1,\"type\":\"VEC3\"}",
             "{\"buffer\":0,\"byteLength\":141}"),
         view},
        {ONE("{\"bufferView\":0,\"componentType\":5126,\"count\":1,\"type\":\"VEC3\"}",
             "{\"buffer\":0,\"byteOffset\":9223372036854775807,\"byteLength\":9}"),
         view},
        {ONE("{\"bufferView\":0,\"componentType\":5126,\"count\":1,\"type\":\"VEC3\"}",
             "{\"buffer\":1,\"byteLength\":9}"),
         BAD "a bufferView of the file's own buffer expected"},
        {ONE("{\"bufferView\":0,\"componentType\":5126,\"count\":1,\"type\":\"VEC3\"}",
             "{\"buffer\":0,\"byteLength\":99,\"byteStride\":4}"),
         BAD "a byteStride of 252 at most expected"},
        {ONE("{\"componentType\":5126,\"count\":1,\"type\":\"VEC3\"}", "{}"), BAD "a bufferView of the file expected"},
        {ONE("{\"bufferView\":0,\"sparse\":{}}", "{}"), BAD "values that are not sparse expected"},
        {ONE("{\"bufferView\":0,\"componentType\":5124,\"count\":1,\"type\":\"VEC3\"}", "{}"),
         BAD "a componentType from 5120 to 5126 and a type from SCALAR to VEC4 expected"},
        {FILE_OF(MESH("{\"attributes\":{\"POSITION\":1}}")),
         "a.glb: mesh 0, primitive 0: places of three floats expected"},
        {ONE("{\"bufferView\":0,\"componentType\":5122,\"count\":1,\"type\":\"VEC3\"}",
             "{\"buffer\":0,\"byteLength\":99}"),
         "a.glb: mesh 0, primitive 0: places of three floats expected"},
        {ONE("{\"bufferView\":0,\"componentType\":5126,\"count\":1,\"type\":\"VEC3\"}",
             "{\"buffer\":0,\"byteLength\":99}],\"buffers\":[{\"uri\":\"a.bin\"}"),
         BAD "a bufferView of the file's own buffer expected"},
        {FILE_OF(MESH("{}")), "a.glb: mesh 0, primitive 0: places of vertices (POSITION) expected"},
        {"{" VIEWS ",\"accessors\":[" PLACES
         "," INDICES("48", "5125") "]," MESH("{\"attributes\":{\"POSITION\":0},\"indices\":1}") "}",
         "a.glb: mesh 0, primitive 0: index 1: a vertex from 0 to 3 expected, found 1065353216"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) assert_refused(cases[i].json, cases[i].sentence);
}

// One mesh placed a thousand times would be more than its file could mean.
static void values_are_not_multiplied_without_end(void **state) {
    (void)state;
    char json[ROOM], *at = json;
    struct facet_mesh mesh;
    struct facet_error error;
    at += sprintf(at, "{" VIEWS "," ACCESSORS ",\"meshes\":[{\"primitives\":[");
    for (int i = 0; i < 120; i++) at += sprintf(at, "%s{\"attributes\":{\"POSITION\":0}}", i ? "," : "");
    at += sprintf(at, "]}],\"scenes\":[{\"nodes\":[0,1,2,3,4,5,6,7,8,9,10,11,12,13,14]}],\"nodes\":[");
    for (int i = 0; i < 15; i++) at += sprintf(at, "%s{\"mesh\":0}", i ? "," : "");
    sprintf(at, "]}");
    assert_int_equal(facet_mesh_parse("a.glb", bytes, make(json), &mesh, &error), FACET_ERROR_DATA);
    assert_non_null(strstr(error.text, "more vertices or triangles than the file has bytes"));
}

static void a_broken_container_is_told(void **state) {
    (void)state;
    struct facet_mesh mesh;
    struct facet_error error;
    size_t size = make(FILE_OF(MESH(SQUARE)));
    assert_int_equal(facet_mesh_parse("a.glb", bytes, 11, &mesh, &error), FACET_ERROR_DATA);
    assert_string_equal(error.text, "a.glb: byte 0: the 12 bytes of a glTF header expected");
    assert_int_equal(facet_mesh_parse("a.glb", bytes, size - 1, &mesh, &error), FACET_ERROR_DATA);
    assert_non_null(strstr(error.text, "a.glb: byte 8: a length of at most"));
    bytes[12]++;
    assert_int_equal(facet_mesh_parse("a.glb", bytes, size, &mesh, &error), FACET_ERROR_DATA);
    bytes[4] = 1;
    assert_int_equal(facet_mesh_parse("a.glb", bytes, size, &mesh, &error), FACET_ERROR_DATA);
    assert_string_equal(error.text, "a.glb: byte 4: glTF of version 2 expected, found 1");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(indices_of_every_width),
        cmocka_unit_test(textures_and_colours),
        cmocka_unit_test(nodes_place_meshes),
        cmocka_unit_test(triangles_without_indices),
        cmocka_unit_test(what_cannot_be_read_is_told),
        cmocka_unit_test(values_outside_the_buffer_are_told),
        cmocka_unit_test(values_are_not_multiplied_without_end),
        cmocka_unit_test(a_broken_container_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
