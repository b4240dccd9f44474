#include "dataset/internal.h"

#include <ctype.h>
#include <string.h>

// What BU-3DFE, BU-4DFE and RAW_84_LMS number alike. Only the last has the 84th.
const struct dataset_point dataset_points_of_bnd[] = {
    {.number = 1, .landmark = FACET_EYE_LEFT_INNER},  {.number = 5, .landmark = FACET_EYE_LEFT_OUTER},
    {.number = 9, .landmark = FACET_EYE_RIGHT_INNER}, {.number = 13, .landmark = FACET_EYE_RIGHT_OUTER},
    {.number = 40, .landmark = FACET_ALAR_LEFT},      {.number = 43, .landmark = FACET_SUBNASALE},
    {.number = 45, .landmark = FACET_ALAR_RIGHT},     {.number = 49, .landmark = FACET_MOUTH_LEFT},
    {.number = 52, .landmark = FACET_LIP_UPPER},      {.number = 55, .landmark = FACET_MOUTH_RIGHT},
    {.number = 58, .landmark = FACET_LIP_LOWER},      {.number = 76, .landmark = FACET_CHIN},
    {.number = 84, .landmark = FACET_NOSE_TIP},       {.name = NULL}};

// The words of two names are the same, whatever their order and letters' case.
static bool has_word(const char *name, const char *word, size_t length) {
    for (const char *c = name; *c;) {
        size_t n = strcspn(c, " _-"), i = 0;
        while (n == length && i < n && tolower((unsigned char)c[i]) == tolower((unsigned char)word[i])) i++;
        if (n == length && i == n) return true;
        c += n + (c[n] != '\0');
    }
    return false;
}

static bool has_all_words(const char *name, const char *words) {
    for (const char *c = words; *c;) {
        size_t n = strcspn(c, " _-");
        if (n > 0 && !has_word(name, c, n)) return false;
        c += n + (c[n] != '\0');
    }
    return true;
}

static int landmark_of(const struct dataset_point *points, const struct facet_point *point, int64_t number) {
    for (const struct dataset_point *p = points; p->name || p->number; p++) {
        bool same =
            p->name ? has_all_words(point->name, p->name) && has_all_words(p->name, point->name) : p->number == number;
        if (same) return (int)p->landmark;
    }
    return -1;
}

static const int pairs[][2] = {{FACET_ALAR_LEFT, FACET_ALAR_RIGHT},
                               {FACET_EYE_LEFT_INNER, FACET_EYE_RIGHT_INNER},
                               {FACET_EYE_LEFT_OUTER, FACET_EYE_RIGHT_OUTER},
                               {FACET_MOUTH_LEFT, FACET_MOUTH_RIGHT}};
enum { PAIRS = sizeof pairs / sizeof *pairs };

// Datasets disagree on whose left is meant. The face looks along +z and up is +y, so its left has the larger x.
static void settle_sides(float landmarks[FACET_LANDMARKS][4], int64_t n) {
    const float *found[FACET_LANDMARKS] = {NULL};
    double lead = 0;
    for (int64_t i = 0; i < n; i++) found[(int)landmarks[i][0]] = landmarks[i];
    for (int p = 0; p < PAIRS; p++)
        if (found[pairs[p][0]] && found[pairs[p][1]])
            lead += (double)found[pairs[p][0]][1] - (double)found[pairs[p][1]][1];
    if (!(lead < 0)) return;
    for (int64_t i = 0; i < n; i++)
        for (int p = 0; p < PAIRS; p++) {
            int landmark = (int)landmarks[i][0];
            if (landmark != pairs[p][0] && landmark != pairs[p][1]) continue;
            landmarks[i][0] = (float)(landmark == pairs[p][0] ? pairs[p][1] : pairs[p][0]);
            break;
        }
}

static int64_t take(const struct dataset_point *known, const struct facet_points *points, const struct facet_mesh *mesh,
                    float landmarks[FACET_LANDMARKS][4]) {
    bool has[FACET_LANDMARKS] = {false};
    int64_t n = 0;
    for (int64_t i = 0; i < points->count; i++) {
        int landmark = landmark_of(known, &points->all[i], i + 1);
        if (landmark < 0 || has[landmark] || !dataset_point_place(&points->all[i], mesh, landmarks[n] + 1)) continue;
        has[landmark] = true;
        landmarks[n++][0] = (float)landmark;
    }
    settle_sides(landmarks, n);
    return n;
}

int dataset_read_landmarks(const struct dataset_source *source, const struct dataset_scan *scan,
                           const struct facet_mesh *mesh, struct dataset_worker *worker,
                           float landmarks[FACET_LANDMARKS][4], int64_t *n, struct facet_error *error) {
    int role = DATASET_LANDMARKS - DATASET_SCAN;
    struct facet_points points = {0};
    *n = 0;
    if (scan->file[role] < 0) return FACET_OK;
    int code = facet_files_read(source->trees[scan->tree[role]], scan->file[role], &worker->more, error);
    if (!code)
        code = facet_points_parse(dataset_scan_path(source, scan, role), worker->more.data, worker->more.size, &points,
                                  error);
    if (code) return code;
    *n = take(source->description->points, &points, mesh, landmarks);
    facet_points_free(&points);
    return FACET_OK;
}
