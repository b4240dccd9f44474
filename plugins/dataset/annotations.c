#include "dataset/internal.h"

#include <math.h>
#include <stdlib.h>

struct said {
    int32_t subject, key, code, au, split; // among the texts; -1: not known
    int32_t onset, apex, offset;
    int64_t frame, order;
    float valence, arousal, intensity;
};

struct dataset_annotations {
    struct dataset_texts *texts; // borrowed
    struct said *all;
    int64_t count, room;
};

struct dataset_annotation dataset_annotation_unknown(void) {
    return (struct dataset_annotation){.subject = "",
                                       .key = "",
                                       .frame = -1,
                                       .valence = NAN,
                                       .arousal = NAN,
                                       .intensity = NAN,
                                       .onset = -1,
                                       .apex = -1,
                                       .offset = -1};
}

struct dataset_annotations *dataset_annotations_create(struct dataset_texts *texts) {
    struct dataset_annotations *made = calloc(1, sizeof *made);
    if (made) made->texts = texts;
    return made;
}

void dataset_annotations_destroy(struct dataset_annotations *annotations) {
    if (!annotations) return;
    free(annotations->all);
    free(annotations);
}

static bool grow(struct dataset_annotations *to) {
    if (to->count < to->room) return true;
    int64_t room = to->room ? 2 * to->room : 256;
    struct said *more = realloc(to->all, (size_t)room * sizeof *more);
    if (more) to->all = more, to->room = room;
    return more != NULL;
}

static bool keep(struct dataset_texts *texts, const char *text, int32_t *number) {
    *number = text ? dataset_text(texts, text) : -1;
    return !text || *number >= 0;
}

int dataset_annotate(struct dataset_annotations *to, const struct dataset_annotation *annotation,
                     struct facet_error *error) {
    struct said said = {.frame = annotation->frame,
                        .order = to->count,
                        .onset = annotation->onset,
                        .apex = annotation->apex,
                        .offset = annotation->offset,
                        .valence = annotation->valence,
                        .arousal = annotation->arousal,
                        .intensity = annotation->intensity};
    if (!keep(to->texts, annotation->subject, &said.subject) || !keep(to->texts, annotation->key, &said.key) ||
        !keep(to->texts, annotation->code, &said.code) || !keep(to->texts, annotation->au, &said.au) ||
        !keep(to->texts, annotation->split, &said.split) || !grow(to))
        return dataset_no_memory(error);
    to->all[to->count++] = said;
    return FACET_OK;
}

static int by_place(const void *a, const void *b) {
    const struct said *x = a, *y = b;
    if (x->subject != y->subject) return x->subject < y->subject ? -1 : 1;
    if (x->key != y->key) return x->key < y->key ? -1 : 1;
    if (x->frame != y->frame) return x->frame < y->frame ? -1 : 1;
    return (x->order > y->order) - (x->order < y->order);
}

void dataset_annotations_sort(struct dataset_annotations *annotations) {
    if (annotations->count > 0) qsort(annotations->all, (size_t)annotations->count, sizeof *annotations->all, by_place);
}

int64_t dataset_annotations_count(const struct dataset_annotations *annotations) {
    return annotations->count;
}

void dataset_annotations_cut(struct dataset_annotations *annotations, int64_t count) {
    annotations->count = count;
}

static const char *text_or(const struct dataset_annotations *from, int32_t number, const char *otherwise) {
    return number >= 0 ? from->texts->all[number] : otherwise;
}

void dataset_annotations_get(const struct dataset_annotations *annotations, int64_t index, const char **subject,
                             const char **key) {
    const struct said *said = &annotations->all[index];
    *subject = text_or(annotations, said->subject, "");
    *key = text_or(annotations, said->key, "");
}

void dataset_annotations_mark_codes(const struct dataset_annotations *annotations, uint8_t *used) {
    for (int64_t i = 0; i < annotations->count; i++)
        if (annotations->all[i].code >= 0) used[annotations->all[i].code] = 1;
}

static void overlay(const struct dataset_annotations *from, const struct said *said, struct dataset_annotation *to) {
    to->code = text_or(from, said->code, to->code);
    to->au = text_or(from, said->au, to->au);
    to->split = text_or(from, said->split, to->split);
    if (!isnan(said->valence)) to->valence = said->valence;
    if (!isnan(said->arousal)) to->arousal = said->arousal;
    if (!isnan(said->intensity)) to->intensity = said->intensity;
    if (said->onset >= 0) to->onset = said->onset;
    if (said->apex >= 0) to->apex = said->apex;
    if (said->offset >= 0) to->offset = said->offset;
}

// The first that was said of a place or one behind it.
static int64_t find_place(const struct dataset_annotations *from, const struct dataset_scan *scan, int64_t frame) {
    struct said first = {.subject = scan->subject, .key = scan->key, .frame = frame, .order = -1};
    int64_t low = 0, high = from->count;
    while (low < high) {
        int64_t middle = low + (high - low) / 2;
        if (by_place(&from->all[middle], &first) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static bool is_of(const struct said *said, const struct dataset_scan *scan) {
    return said->subject == scan->subject && said->key == scan->key;
}

bool dataset_annotations_cover(const struct dataset_annotations *annotations, const struct dataset_scan *scan) {
    int64_t at = find_place(annotations, scan, -1);
    return at < annotations->count && is_of(&annotations->all[at], scan);
}

// All of one place, in the order in which they were said.
static void overlay_place(const struct dataset_annotations *from, const struct dataset_scan *scan, int64_t frame,
                          struct dataset_annotation *to) {
    for (int64_t at = find_place(from, scan, frame); at < from->count; at++) {
        const struct said *said = &from->all[at];
        if (!is_of(said, scan) || said->frame != frame) return;
        overlay(from, said, to);
    }
}

struct dataset_annotation dataset_annotation_of(const struct dataset_annotations *annotations,
                                                const struct dataset_scan *scan) {
    struct dataset_annotation found = dataset_annotation_unknown();
    overlay_place(annotations, scan, -1, &found);
    if (scan->frame >= 0) overlay_place(annotations, scan, scan->frame, &found);
    return found;
}
