#include "io/scan/ply.h"

#include <string.h>

static const struct {
    const char *name, *other_name;
    size_t size;
} types[] = {
    [PLY_INT8] = {"char", "int8", 1},        [PLY_UINT8] = {"uchar", "uint8", 1},
    [PLY_INT16] = {"short", "int16", 2},     [PLY_UINT16] = {"ushort", "uint16", 2},
    [PLY_INT32] = {"int", "int32", 4},       [PLY_UINT32] = {"uint", "uint32", 4},
    [PLY_FLOAT32] = {"float", "float32", 4}, [PLY_FLOAT64] = {"double", "float64", 8},
};

size_t ply_type_size(enum ply_type type) {
    return types[type].size;
}

static int broken(const struct facet_text *text, struct facet_error *error, const char *expected,
                  struct facet_word word) {
    if (word.length == 0)
        return facet_error_set(error, FACET_ERROR_DATA, "line %lld: %s expected, but the line ends",
                               (long long)text->line, expected);
    return facet_error_set(error, FACET_ERROR_DATA, "line %lld: %s expected, found \"%s\"", (long long)text->line,
                           expected, facet_quote(word).text);
}

static int read_format(struct facet_text *text, struct ply_header *header, struct facet_error *error) {
    static const char *const names[] = {
        [PLY_ASCII] = "ascii", [PLY_LITTLE] = "binary_little_endian", [PLY_BIG] = "binary_big_endian"};
    struct facet_word word;
    facet_next_word(text, &word);
    for (int f = PLY_ASCII; f <= PLY_BIG; f++)
        if (facet_word_is(word, names[f])) header->format = (enum ply_format)f;
    if (!header->format) return broken(text, error, "ascii, binary_little_endian or binary_big_endian", word);
    facet_next_word(text, &word);
    if (!facet_word_is(word, "1.0")) return broken(text, error, "format version 1.0", word);
    return FACET_OK;
}

static int read_element(struct facet_text *text, struct ply_header *header, struct facet_error *error) {
    struct facet_word name, count;
    if (header->n_elements == PLY_MOST_ELEMENTS)
        return facet_error_set(error, FACET_ERROR_DATA, "line %lld: more than %d elements", (long long)text->line,
                               PLY_MOST_ELEMENTS);
    struct ply_element *element = &header->elements[header->n_elements];
    if (!facet_next_word(text, &name)) return broken(text, error, "the name of an element", name);
    if (!facet_next_word(text, &count) || !facet_integer(count, &element->rows) || element->rows < 0)
        return broken(text, error, "the number of rows of an element", count);
    memcpy(element->name, facet_quote(name).text, sizeof element->name);
    header->n_elements++;
    return FACET_OK;
}

static int read_type(struct facet_text *text, enum ply_type *type, struct facet_error *error) {
    struct facet_word word;
    facet_next_word(text, &word);
    for (int t = PLY_INT8; t <= PLY_FLOAT64; t++) {
        if (!facet_word_is(word, types[t].name) && !facet_word_is(word, types[t].other_name)) continue;
        *type = (enum ply_type)t;
        return FACET_OK;
    }
    return broken(text, error, "a type such as float or uchar", word);
}

static const struct {
    const char *name;
    enum ply_role role;
} vertex_names[] = {{"x", PLY_X},
                    {"y", PLY_Y},
                    {"z", PLY_Z},
                    {"red", PLY_RED},
                    {"green", PLY_GREEN},
                    {"blue", PLY_BLUE},
                    {"diffuse_red", PLY_RED},
                    {"diffuse_green", PLY_GREEN},
                    {"diffuse_blue", PLY_BLUE},
                    {"u", PLY_U},
                    {"v", PLY_V},
                    {"s", PLY_U},
                    {"t", PLY_V},
                    {"texture_u", PLY_U},
                    {"texture_v", PLY_V}},
  face_names[] = {{"vertex_indices", PLY_INDICES}, {"vertex_index", PLY_INDICES}, {"texcoord", PLY_TEXCOORDS}};

static enum ply_role role_of(const struct ply_element *element, bool list, struct facet_word name) {
    bool vertex = strcmp(element->name, "vertex") == 0 && !list, face = strcmp(element->name, "face") == 0 && list;
    for (size_t i = 0; vertex && i < sizeof vertex_names / sizeof *vertex_names; i++)
        if (facet_word_is(name, vertex_names[i].name)) return vertex_names[i].role;
    for (size_t i = 0; face && i < sizeof face_names / sizeof *face_names; i++)
        if (facet_word_is(name, face_names[i].name)) return face_names[i].role;
    return PLY_OTHER;
}

static int read_list_types(struct facet_text *text, struct ply_property *property, struct facet_error *error) {
    int code = read_type(text, &property->count_type, error);
    if (!code && property->count_type >= PLY_FLOAT32)
        code = facet_error_set(error, FACET_ERROR_DATA, "line %lld: a list counted by an integer type expected",
                               (long long)text->line);
    return code ? code : read_type(text, &property->type, error);
}

static int read_property(struct facet_text *text, struct ply_header *header, struct facet_error *error) {
    if (header->n_elements == 0)
        return facet_error_set(error, FACET_ERROR_DATA, "line %lld: a property before any element",
                               (long long)text->line);
    struct ply_element *element = &header->elements[header->n_elements - 1];
    if (element->n_properties == PLY_MOST_PROPERTIES)
        return facet_error_set(error, FACET_ERROR_DATA, "line %lld: more than %d properties", (long long)text->line,
                               PLY_MOST_PROPERTIES);
    struct ply_property *property = &element->properties[element->n_properties];
    struct facet_text before = *text;
    struct facet_word word;
    facet_next_word(text, &word);
    bool list = facet_word_is(word, "list");
    if (!list) *text = before;
    int code = list ? read_list_types(text, property, error) : read_type(text, &property->type, error);
    if (code) return code;
    if (!facet_next_word(text, &word)) return broken(text, error, "the name of a property", word);
    property->role = role_of(element, list, word);
    element->n_properties++;
    return FACET_OK;
}

static int count_role(const struct ply_element *element, enum ply_role role) {
    int n = 0;
    for (int p = 0; p < element->n_properties; p++) n += element->properties[p].role == role;
    return n;
}

static int check_element(struct ply_header *header, const struct ply_element *element, struct facet_error *error) {
    bool vertex = strcmp(element->name, "vertex") == 0, face = strcmp(element->name, "face") == 0;
    if (element->n_properties == 0)
        return facet_error_set(error, FACET_ERROR_DATA, "the header gives element %s no property", element->name);
    if (element->rows > INT32_MAX)
        return facet_error_set(error, FACET_ERROR_DATA,
                               "the header claims %lld rows of element %s, at most %d expected",
                               (long long)element->rows, element->name, INT32_MAX);
    for (int role = PLY_X; vertex && role <= PLY_Z; role++)
        if (count_role(element, (enum ply_role)role) != 1)
            return facet_error_set(error, FACET_ERROR_DATA, "the header must give element vertex one property %c",
                                   "xyz"[role - PLY_X]);
    if (face && count_role(element, PLY_INDICES) != 1)
        return facet_error_set(error, FACET_ERROR_DATA, "the header must give element face one list vertex_indices");
    if ((vertex && header->vertices >= 0) || (face && header->has_faces))
        return facet_error_set(error, FACET_ERROR_DATA, "the header names element %s twice", element->name);
    bool colours = vertex, texcoords = vertex;
    for (int role = PLY_RED; role <= PLY_BLUE; role++) colours &= count_role(element, (enum ply_role)role) == 1;
    for (int role = PLY_U; role <= PLY_V; role++) texcoords &= count_role(element, (enum ply_role)role) == 1;
    header->has_colours |= colours;
    header->has_vertex_texcoords |= texcoords;
    header->has_face_texcoords |= face && count_role(element, PLY_TEXCOORDS) == 1;
    if (vertex) header->vertices = element->rows;
    if (face) header->has_faces = true;
    return FACET_OK;
}

static int check_header(struct ply_header *header, struct facet_error *error) {
    if (!header->format) return facet_error_set(error, FACET_ERROR_DATA, "the header has no format line");
    header->vertices = -1;
    for (int e = 0; e < header->n_elements; e++) {
        int code = check_element(header, &header->elements[e], error);
        if (code) return code;
    }
    if (header->vertices < 0) return facet_error_set(error, FACET_ERROR_DATA, "the header has no element vertex");
    return FACET_OK;
}

// "comment TextureFile name": the rest of the line, blanks and all.
static void read_comment(struct facet_text *text, struct ply_header *header) {
    struct facet_word word;
    if (!facet_next_word(text, &word) || !facet_word_is(word, "TextureFile") || header->texture.length > 0) return;
    while (facet_next_word(text, &word)) {
        if (header->texture.length == 0) header->texture.at = word.at;
        header->texture.length = (size_t)(word.at + word.length - header->texture.at);
    }
}

int ply_read_header(struct facet_text *text, struct ply_header *header, struct facet_error *error) {
    struct facet_word word;
    facet_next_word(text, &word);
    if (!facet_word_is(word, "ply")) return broken(text, error, "\"ply\"", word);
    for (facet_skip_line(text); text->at < text->end; facet_skip_line(text)) {
        int code = FACET_OK;
        if (!facet_next_word(text, &word) || facet_word_is(word, "obj_info")) continue;
        if (facet_word_is(word, "comment")) {
            read_comment(text, header);
            continue;
        }
        if (facet_word_is(word, "end_header")) {
            facet_skip_line(text);
            return check_header(header, error);
        }
        if (facet_word_is(word, "format")) {
            code = read_format(text, header, error);
        } else if (facet_word_is(word, "element")) {
            code = read_element(text, header, error);
        } else if (facet_word_is(word, "property")) {
            code = read_property(text, header, error);
        } else {
            code = broken(text, error, "format, element, property, comment or end_header", word);
        }
        if (code) return code;
    }
    return facet_error_set(error, FACET_ERROR_DATA, "line %lld: the file ends inside the header, end_header expected",
                           (long long)text->line);
}
