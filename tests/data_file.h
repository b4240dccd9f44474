// Files of optional test data, for tests that are skipped without them.
#ifndef FACET_TESTS_DATA_FILE_H
#define FACET_TESTS_DATA_FILE_H

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

// The first of FACET_DATA's folders that has the file. False, having said so, when none has: the test exits with 77.
static inline bool data_file(const char *name, char *path, size_t size) {
    const char *folder = getenv("FACET_DATA");
    while (folder && *folder) {
        int length = (int)strcspn(folder, ":");
        snprintf(path, size, "%.*s/%s", length, folder, name);
        if (access(path, R_OK) == 0) return true;
        folder += length + (folder[length] == ':');
    }
    printf("skipped: no %s in a folder of FACET_DATA\n", name);
    return false;
}

#endif
