// What the writers of layouts share.
#ifndef FACET_TESTS_LAYOUTS_FILES_H
#define FACET_TESTS_LAYOUTS_FILES_H

#include <stdio.h>

FILE *layout_open(const char *path);             // or the end of the test
void layout_close(FILE *file, const char *path); // likewise when it was not all written

#endif
