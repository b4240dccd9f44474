#include "dataset/internal.h"

#include <stdio.h>
#include <string.h>

bool dataset_subject_is_asked_for(const struct facet_params *given, const char *subject) {
    size_t n = facet_param_count(given, "subjects");
    for (size_t i = 0; i < n; i++)
        if (dataset_is_like(subject, facet_param_string_at(given, "subjects", i))) return true;
    return n == 0;
}

bool dataset_has_scan(const struct dataset_source *source, const char *subject, const char *key) {
    int64_t low = 0, high = source->n_scans;
    while (low < high) {
        int64_t middle = low + (high - low) / 2;
        const struct dataset_scan *scan = &source->scans[middle];
        int order = strcmp(source->texts.all[scan->subject], subject);
        if (!order) order = strcmp(source->texts.all[scan->key], key);
        if (order == 0) return true;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return false;
}

enum { NAMED = 3 }; // of what is missing

// What is missing from a list of all that must be there; "" when nothing is.
static void compare_list(const struct dataset_source *source, const struct facet_params *given, char *text,
                         size_t room) {
    const struct dataset_description *description = source->description;
    int64_t asked = 0, missing = 0;
    char first[256] = "";
    struct dataset_place place;
    for (int64_t i = 0;; i++) {
        place = (struct dataset_place){.frame = -1};
        if (!description->expected(given, i, &place)) break;
        if (!dataset_subject_is_asked_for(given, place.subject)) continue;
        asked++;
        if (dataset_has_scan(source, place.subject, place.key)) continue;
        size_t used = strlen(first);
        if (missing++ < NAMED)
            snprintf(first + used, sizeof first - used, "%s%s %s", used ? ", " : "", place.subject, place.key);
    }
    if (missing)
        snprintf(text, room, "%lld of the %lld %s of %s are missing: %s%s", (long long)missing, (long long)asked,
                 description->counts && description->counts(given).sequences ? "sequences" : "scans",
                 description->title, first, missing > NAMED ? ", ..." : "");
}

static struct dataset_counts count(const struct dataset_source *source) {
    struct dataset_counts counts = {.scans = source->n_scans};
    for (int64_t i = 0; i < source->n_scans; i++) {
        const struct dataset_scan *scan = &source->scans[i], *before = i > 0 ? scan - 1 : NULL;
        bool other = !before || before->subject != scan->subject;
        counts.subjects += other;
        counts.sequences += scan->frame >= 0 && (other || before->key != scan->key);
    }
    return counts;
}

static void compare_one(const char *what, int64_t there, int64_t whole, char *text, size_t room) {
    size_t used = strlen(text);
    if (whole > 0 && there < whole)
        snprintf(text + used, room - used, "%s%lld of %lld %s", used ? ", " : "", (long long)there, (long long)whole,
                 what);
}

static void compare_counts(const struct dataset_source *source, const struct facet_params *given, char *text,
                           size_t room) {
    const struct dataset_description *description = source->description;
    char parts[256] = "";
    struct dataset_counts whole = description->counts(given), there = count(source);
    if (facet_param_count(given, "subjects") > 0) return;
    compare_one("subjects", there.subjects, whole.subjects, parts, sizeof parts);
    compare_one("sequences", there.sequences, whole.sequences, parts, sizeof parts);
    compare_one("scans", there.scans, whole.scans, parts, sizeof parts);
    if (*parts) snprintf(text, room, "%s is not whole: only %s are there", description->title, parts);
}

static void name_more(const char *what, int64_t there, int64_t whole, char *text, size_t room) {
    size_t used = strlen(text);
    if (whole > 0 && there > whole)
        snprintf(text + used, room - used, "%s%lld %s, not %lld", used ? ", " : "", (long long)there, what,
                 (long long)whole);
}

// More than the whole dataset holds: another edition, or folders whose names are taken for people; "" when there is not.
static void find_more(const struct dataset_source *source, const struct facet_params *given, char *text, size_t room) {
    const struct dataset_description *description = source->description;
    struct dataset_counts whole = description->counts(given), there = count(source);
    char parts[256] = "";
    name_more("subjects", there.subjects, whole.subjects, parts, sizeof parts);
    name_more("sequences", there.sequences, whole.sequences, parts, sizeof parts);
    name_more("scans", there.scans, whole.scans, parts, sizeof parts);
    if (*parts) snprintf(text, room, "more than all of %s is there: %s", description->title, parts);
}

// Frames that lack between two others of their sequence; "" when none does.
static void find_gaps(const struct dataset_source *source, char *text, size_t room) {
    int64_t lacking = 0, gaps = 0;
    const struct dataset_scan *first = NULL;
    for (int64_t i = 1; i < source->n_scans; i++) {
        const struct dataset_scan *scan = &source->scans[i], *before = scan - 1;
        if (before->frame < 0 || before->subject != scan->subject || before->key != scan->key) continue;
        if (scan->frame == before->frame + 1) continue;
        lacking += scan->frame - before->frame - 1;
        if (gaps++ == 0) first = before;
    }
    if (gaps)
        snprintf(text, room, "%lld frames lack inside of sequences, in %lld places: first %s %s frame %lld",
                 (long long)lacking, (long long)gaps, source->texts.all[first->subject], source->texts.all[first->key],
                 (long long)first->frame + 1);
}

static int tell(const char *complete, const char *text, struct facet_items *items, struct facet_error *error) {
    if (!*text) return FACET_OK;
    if (strcmp(complete, "require") == 0) return facet_error_set(error, FACET_ERROR_DATA, "%s", text);
    return facet_items_note(items, error, "%s", text);
}

int dataset_check_complete(const struct dataset_source *source, const struct facet_params *given,
                           struct facet_items *items, struct facet_error *error) {
    const char *complete = facet_param_string(given, "complete");
    char text[512] = "", gaps[512] = "", more[512] = "";
    if (strcmp(complete, "ignore") == 0) return FACET_OK;
    if (source->description->expected) compare_list(source, given, text, sizeof text);
    if (!*text && source->description->counts) compare_counts(source, given, text, sizeof text);
    if (!source->description->sparse) find_gaps(source, gaps, sizeof gaps);
    if (source->description->counts) find_more(source, given, more, sizeof more);
    int code = *more ? facet_items_note(items, error, "%s", more) : FACET_OK;
    if (!code) code = tell(complete, text, items, error);
    return code ? code : tell(complete, gaps, items, error);
}
