// Any bytes taken for a file of landmarks of each layout: at least one landmark with a name that ends, or a sentence.
#include <facet/landmark.h>

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void parse(const char *name, const uint8_t *data, size_t size) {
    struct facet_points points;
    struct facet_error error = {0};
    int code = facet_points_parse(name, data, size, &points, &error);
    if (code && (error.code != code || !*error.text || points.all || points.count)) abort();
    if (!code && points.count < 1) abort();
    for (int64_t i = 0; i < points.count; i++) {
        const struct facet_point *point = &points.all[i];
        if (point->vertex < -1 || !memchr(point->name, '\0', sizeof point->name)) abort();
    }
    facet_points_free(&points);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static const char *const names[] = {"a.lm2", "a.lm3", "a.bnd", "a.pse", "a.txt"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) parse(names[i], data, size);
    return 0;
}
