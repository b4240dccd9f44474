// Writes files of made-up faces for scripts that build a dataset's folders:
//   layout_files PERSON EXPRESSION INTENSITY PATH...    one face as each of the files, told apart by suffix
//   layout_files < LIST                                 one such line a face
// A picture among the paths is the texture that the others name, an .mtl file the library that .obj files name.
#include "layouts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_WORDS = 64 };

static bool ends_in(const char *path, const char *suffix) {
    const char *dot = strrchr(path, '.');
    return dot && strcmp(dot, suffix) == 0;
}

static const char *file_name(const char *path) {
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

static void write_face(char **words, int count) {
    struct layout_face face;
    const char *texture = NULL, *library = NULL;
    if (count < 4) fputs("layout_files: PERSON EXPRESSION INTENSITY PATH... expected\n", stderr), exit(2);
    for (int i = count - 1; i >= 3; i--) {
        const char *path = words[i];
        if (ends_in(path, ".png") || ends_in(path, ".jpg") || ends_in(path, ".bmp")) texture = file_name(path);
        if (ends_in(path, ".mtl")) library = file_name(path);
    }
    layout_face_make(&face, atoi(words[0]), atoi(words[1]), atof(words[2]), LAYOUT_ROWS, LAYOUT_COLUMNS);
    for (int i = 3; i < count; i++) layout_write(words[i], &face, ends_in(words[i], ".obj") ? library : texture);
    layout_face_free(&face);
}

int main(int argc, char **argv) {
    char line[8192];
    if (argc > 1) write_face(argv + 1, argc - 1);
    while (argc == 1 && fgets(line, sizeof line, stdin)) {
        char *words[MOST_WORDS];
        int count = 0;
        for (char *word = strtok(line, " \n"); word && count < MOST_WORDS; word = strtok(NULL, " \n"))
            words[count++] = word;
        if (count > 0) write_face(words, count);
    }
    return 0;
}
