#include "folder/folder.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int read_name(const char *text, struct folder_point_name *name, struct facet_error *error) {
    const char *equals = strrchr(text, '=');
    int landmark = equals ? facet_landmark_code(equals + 1) : -1;
    if (landmark < 0 || equals == text)
        return facet_error_set(error, FACET_ERROR_CONFIG,
                               "landmark_names: \"%s\"; a point's name or number, = and one of Facet's landmarks "
                               "expected, such as \"34=nose_tip\"",
                               text);
    *name = (struct folder_point_name){text, (size_t)(equals - text), landmark};
    return FACET_OK;
}

int folder_point_names(const struct facet_params *given, struct folder *folder, struct facet_error *error) {
    size_t n = facet_param_count(given, "landmark_names");
    folder->names = calloc(n + 1, sizeof *folder->names);
    if (!folder->names) return facet_error_set(error, FACET_ERROR_MEMORY, "no memory for the names of landmarks");
    for (size_t i = 0; i < n; i++) {
        int code = read_name(facet_param_string_at(given, "landmark_names", i), &folder->names[i], error);
        if (code) return code;
    }
    folder->n_names = (int64_t)n;
    return FACET_OK;
}

// -1: it is none of Facet's.
static int landmark_of(const struct folder *folder, const struct facet_point *point, int64_t number) {
    char place[24];
    snprintf(place, sizeof place, "%lld", (long long)number);
    for (int64_t i = 0; i < folder->n_names; i++) {
        const struct folder_point_name *name = &folder->names[i];
        if ((strlen(point->name) == name->length && memcmp(point->name, name->name, name->length) == 0) ||
            (strlen(place) == name->length && memcmp(place, name->name, name->length) == 0))
            return name->landmark;
    }
    return facet_landmark_code(point->name);
}

static int64_t take(const struct folder *folder, const struct facet_points *points, const struct facet_mesh *mesh,
                    float landmarks[FACET_LANDMARKS][4]) {
    bool has[FACET_LANDMARKS] = {false};
    int64_t n = 0;
    for (int64_t i = 0; i < points->count; i++) {
        int landmark = landmark_of(folder, &points->all[i], i + 1);
        if (landmark < 0 || has[landmark] || !dataset_point_place(&points->all[i], mesh, landmarks[n] + 1)) continue;
        has[landmark] = true;
        landmarks[n++][0] = (float)landmark;
    }
    return n;
}

int folder_read_landmarks(const struct folder *folder, const struct folder_row *row, const struct facet_mesh *mesh,
                          struct dataset_worker *worker, float landmarks[FACET_LANDMARKS][4], int64_t *n,
                          struct facet_error *error) {
    struct facet_points points = {0};
    *n = 0;
    if (!*row->landmarks) return FACET_OK;
    int code = folder_read_file(folder, row, row->landmarks, &worker->more, error);
    if (!code) code = facet_points_parse(row->landmarks, worker->more.data, worker->more.size, &points, error);
    if (code) return code;
    *n = take(folder, &points, mesh, landmarks);
    if (*n == 0)
        code = facet_error_set(error, FACET_ERROR_DATA,
                               "%s: none of its %lld points is known; landmark_names says which point is what",
                               row->landmarks, (long long)points.count);
    facet_points_free(&points);
    return code;
}
