#include "nn/prompts.h"

#include <string.h>

// Facial actions of the basic emotions after Ekman & Friesen's EMFACS prototypes, said in words.
static const struct {
    const char *name, *face;
} faces[] = {
    {"anger", "brows lowered, eyes glaring, lips pressed"},
    {"disgust", "nose wrinkled, upper lip raised"},
    {"fear", "brows raised and drawn together, eyes wide, lips stretched"},
    {"happiness", "lip corners pulled up, cheeks raised"},
    {"sadness", "inner brows raised, lip corners pulled down"},
    {"surprise", "brows raised, eyes wide, jaw dropped"},
    {"neutral", "relaxed, no muscle at work"},
    {"contempt", "one lip corner tightened"},
};

const char *nn_prompt_face(const char *name) {
    for (size_t i = 0; i < sizeof faces / sizeof *faces; i++)
        if (strcmp(name, faces[i].name) == 0) return faces[i].face;
    return name;
}

static size_t append(char *text, size_t size, size_t at, const char *part, size_t length) {
    for (size_t i = 0; i < length; i++)
        if (at + i + 1 < size) text[at + i] = part[i];
    return at + length;
}

size_t nn_prompt_write(const char *template, const char *name, char *text, size_t size) {
    size_t at = 0;
    for (const char *c = template; *c;) {
        const char *insert = strncmp(c, "{}", 2) == 0       ? name
                             : strncmp(c, "{face}", 6) == 0 ? nn_prompt_face(name)
                                                            : NULL;
        if (insert) {
            at = append(text, size, at, insert, strlen(insert));
            c += c[1] == '}' ? 2 : 6;
        } else {
            at = append(text, size, at, c++, 1);
        }
    }
    if (size > 0) text[at < size ? at : size - 1] = '\0';
    return at;
}
