// Stands in for libFuzzer where clang is not used: feeds every file of a folder once to the target.
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int replay(const char *path) {
    FILE *file = fopen(path, "rb");
    if (!file || fseek(file, 0, SEEK_END) != 0) return 1;
    long size = ftell(file);
    rewind(file);
    uint8_t *data = size >= 0 ? malloc((size_t)size + 1) : NULL; // a byte more: an empty file needs an address too
    int failed = !data || fread(data, 1, (size_t)size, file) != (size_t)size;
    fclose(file);
    if (!failed) {
        uint8_t *exact = realloc(data, size > 0 ? (size_t)size : 1);
        data = exact ? exact : data;
        LLVMFuzzerTestOneInput(data, (size_t)size);
    }
    free(data);
    return failed;
}

int main(int argc, char **argv) {
    DIR *folder = argc == 2 ? opendir(argv[1]) : NULL;
    int replayed = 0, failed = 0;
    if (!folder) {
        fprintf(stderr, "replay: one folder of inputs expected, got %s\n", argc == 2 ? argv[1] : "none");
        return 1;
    }
    for (const struct dirent *entry; (entry = readdir(folder));) {
        char path[4096];
        if (entry->d_name[0] == '.') continue;
        snprintf(path, sizeof path, "%s/%s", argv[1], entry->d_name);
        failed += replay(path);
        replayed++;
    }
    closedir(folder);
    printf("%d inputs, %d unreadable\n", replayed, failed);
    return replayed == 0 || failed > 0;
}
