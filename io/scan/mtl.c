// Material libraries of OBJ files: which picture a material is covered with.
#include <facet/scan.h>

#include <facet/text.h>

#include <stdbool.h>
#include <string.h>

static struct facet_word rest_of_line(struct facet_text text) {
    struct facet_word word, rest = {text.at, 0};
    while (facet_next_word(&text, &word)) {
        if (rest.length == 0) rest.at = word.at;
        rest.length = (size_t)(word.at + word.length - rest.at);
    }
    return rest;
}

static bool is_number(struct facet_word word) {
    float ignored;
    return facet_float(word, &ignored);
}

// Options stand before the name: one word each, but ranges (-mm) two and vectors (-o, -s, -t) up to three numbers.
static void skip_option(struct facet_text *text, struct facet_word option) {
    bool vector = facet_word_is(option, "-o") || facet_word_is(option, "-s") || facet_word_is(option, "-t");
    int words = vector ? 3 : facet_word_is(option, "-mm") ? 2 : 1;
    for (int i = 0; i < words; i++) {
        struct facet_text ahead = *text;
        struct facet_word word;
        if (!facet_next_word(&ahead, &word) || (vector && !is_number(word))) return;
        *text = ahead;
    }
}

static struct facet_word picture_name(struct facet_text text) {
    for (;;) {
        struct facet_text ahead = text;
        struct facet_word word;
        if (!facet_next_word(&ahead, &word) || *word.at != '-') return rest_of_line(text);
        skip_option(&ahead, word);
        text = ahead;
    }
}

// The first picture of a material, or of all when that is NULL. Whether the material is there.
static bool find(struct facet_text text, const char *material, struct facet_word *picture) {
    bool inside = !material, met = inside;
    struct facet_word word;
    picture->length = 0;
    for (; text.at < text.end && picture->length == 0; facet_skip_line(&text)) {
        if (!facet_next_word(&text, &word)) continue;
        if (facet_word_is(word, "newmtl") && material) {
            inside = facet_word_is(rest_of_line(text), material);
            met |= inside;
        }
        if (inside && facet_word_is(word, "map_Kd")) *picture = picture_name(text);
    }
    return met;
}

static int give(struct facet_word name, char *picture, size_t room, struct facet_error *error) {
    if (name.length >= room)
        return facet_error_set(error, FACET_ERROR_DATA, "the name of a picture has %zu bytes, at most %zu expected",
                               name.length, room - 1);
    memcpy(picture, name.at, name.length);
    picture[name.length] = '\0';
    return FACET_OK;
}

int facet_mtl_texture(const void *bytes, size_t size, const char *material, char *picture, size_t room,
                      struct facet_error *error) {
    const char *begin = bytes;
    size_t mark = size >= 3 && memcmp(begin, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
    if (size == 0) return give((struct facet_word){"", 0}, picture, room, error);
    struct facet_text text = {begin + mark, begin + size, 1, true};
    struct facet_word found = {begin, 0};
    if (!find(text, material, &found)) find(text, NULL, &found);
    return give(found, picture, room, error);
}
