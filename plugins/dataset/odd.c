#include "dataset/internal.h"

#include <stdio.h>
#include <string.h>

static const char *text_of(const struct dataset_source *source, int32_t text) {
    return source->texts.all[text];
}

static bool same_place(const struct dataset_scan *a, const struct dataset_scan *b) {
    return a->subject == b->subject && a->key == b->key;
}

// Annotations of persons and keys of which no scan is there, and the first of them.
static int64_t count_orphans(const struct dataset_source *source, const char **subject, const char **key) {
    const struct dataset_annotations *all = source->annotations;
    const char *s = "", *k = "";
    int64_t orphans = 0;
    for (int64_t i = 0; i < dataset_annotations_count(all); i++) {
        const char *before_s = s, *before_k = k;
        dataset_annotations_get(all, i, &s, &k);
        if ((i > 0 && s == before_s && k == before_k) || dataset_has_scan(source, s, k)) continue;
        if (orphans++ == 0) *subject = s, *key = k;
    }
    return orphans;
}

// Sequences, or scans that stand alone, of which no annotation says anything, and the first of them.
static int64_t count_bare(const struct dataset_source *source, int64_t *all, const struct dataset_scan **first) {
    int64_t bare = 0;
    *all = 0;
    for (int64_t i = 0; i < source->n_scans; i++) {
        const struct dataset_scan *scan = &source->scans[i];
        if (i > 0 && same_place(scan - 1, scan)) continue;
        ++*all;
        if (dataset_annotations_cover(source->annotations, scan)) continue;
        if (bare++ == 0) *first = scan;
    }
    return bare;
}

static int tell_annotations(const struct dataset_source *source, struct facet_items *items, struct facet_error *error) {
    const char *what = source->description->annotations, *subject = "", *key = "";
    const struct dataset_scan *first = NULL;
    int64_t all, bare, orphans = count_orphans(source, &subject, &key);
    if (dataset_annotations_count(source->annotations) == 0)
        return facet_items_note(items, error, "there are no %s: rows say nothing of what they hold", what);
    int code = FACET_OK;
    if (orphans)
        code = facet_items_note(items, error, "%lld entries of %s are of scans that are not there: first %s %s",
                                (long long)orphans, what, subject, key);
    bare = count_bare(source, &all, &first);
    if (!code && bare)
        code = facet_items_note(items, error, "of %lld of %lld scans or sequences %s say nothing: first %s %s",
                                (long long)bare, (long long)all, what, text_of(source, first->subject),
                                text_of(source, first->key));
    return code;
}

static bool is_somebody(const struct dataset_source *source, const char *pattern) {
    for (int64_t i = 0; i < source->n_scans; i++) {
        const struct dataset_scan *scan = &source->scans[i];
        if (i > 0 && scan[-1].subject == scan->subject) continue;
        if (dataset_is_like(text_of(source, scan->subject), pattern)) return true;
    }
    return false;
}

static int tell_nobodies(const struct dataset_source *source, const struct facet_params *given,
                         struct facet_items *items, struct facet_error *error) {
    int code = FACET_OK;
    for (size_t i = 0; !code && i < facet_param_count(given, "subjects"); i++) {
        const char *pattern = facet_param_string_at(given, "subjects", i);
        if (is_somebody(source, pattern)) continue;
        code = facet_items_note(items, error, "subjects: nobody is called \"%s\"; the first person is %s", pattern,
                                text_of(source, source->scans[0].subject));
    }
    return code;
}

int dataset_tell_mismatches(const struct dataset_source *source, const struct facet_params *given,
                            struct facet_items *items, struct facet_error *error) {
    int code = tell_nobodies(source, given, items, error);
    if (!code && source->description->annotations && strcmp(facet_param_string(given, "complete"), "ignore") != 0)
        code = tell_annotations(source, items, error);
    return code ? code : dataset_labels_tell_unused(source, given, items, error);
}
