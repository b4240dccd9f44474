#include "pipeline/problems.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void facet_problems_free(struct facet_problems *problems) {
    free(problems->text);
    problems->text = NULL, problems->count = 0;
}

static void place_of(const struct facet_problems *problems, const config_setting_t *where, char *text, size_t size) {
    const char *set = NULL;
    for (const config_setting_t *s = where; s && !set; s = s->parent) set = config_setting_get_hook(s);
    const char *file = where ? config_setting_source_file(where) : NULL;
    if (!file) file = problems->file;
    if (set)
        snprintf(text, size, "--set %s", set);
    else if (where && config_setting_source_line(where))
        snprintf(text, size, "%s:%u", file, config_setting_source_line(where));
    else
        snprintf(text, size, "%s", file);
}

void facet_problems_add(struct facet_problems *problems, const config_setting_t *where, const char *format, ...) {
    char place[512], message[1024];
    place_of(problems, where, place, sizeof place);
    va_list args;
    va_start(args, format);
    vsnprintf(message, sizeof message, format, args);
    va_end(args);
    problems->count++;
    size_t before = problems->text ? strlen(problems->text) : 0;
    size_t size = before + strlen(place) + strlen(message) + 4;
    char *text = realloc(problems->text, size);
    if (!text) {
        problems->out_of_memory = true;
        return;
    }
    problems->text = text;
    snprintf(text + before, size - before, "%s%s: %s", before ? "\n" : "", place, message);
}

// Optimal string alignment distance, capped by the words' lengths (Damerau 1964).
static int distance(const char *a, const char *b) {
    enum { LONGEST = 63 };
    int d[LONGEST + 1][LONGEST + 1];
    int n = (int)strlen(a), m = (int)strlen(b);
    if (n > LONGEST || m > LONGEST) return LONGEST;
    for (int i = 0; i <= n; i++) d[i][0] = i;
    for (int j = 0; j <= m; j++) d[0][j] = j;
    for (int i = 1; i <= n; i++)
        for (int j = 1; j <= m; j++) {
            int best = d[i - 1][j - 1] + (a[i - 1] != b[j - 1]);
            if (d[i - 1][j] + 1 < best) best = d[i - 1][j] + 1;
            if (d[i][j - 1] + 1 < best) best = d[i][j - 1] + 1;
            bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
            if (swapped && d[i - 2][j - 2] + 1 < best) best = d[i - 2][j - 2] + 1;
            d[i][j] = best;
        }
    return d[n][m];
}

const char *facet_nearest(const char *word, const char *const *candidates, int count) {
    const char *nearest = NULL;
    int best = (int)strlen(word) / 3 + 1;
    for (int i = 0; i < count; i++) {
        int d = distance(word, candidates[i]);
        if (d <= best && (!nearest || d < best)) nearest = candidates[i], best = d;
    }
    return nearest;
}
