#include "pipeline/items.h"

#include "pipeline/texts.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// 80 bytes a row; what rows share is kept once.
struct row {
    uint64_t stamp;
    const char *path;
    int32_t subject, label, labels, au, licence, consent, split, sequence, frame, onset, apex, offset;
    float intensity, valence, arousal;
};

struct subject {
    int32_t dataset, name; // among datasets and names
};

struct facet_items {
    struct facet_text_set datasets, names, labels, label_lists, aus, licences, consents, splits;
    struct facet_text_set notes;
    struct facet_text_keeper paths;
    struct subject *subjects; // in order of first appearance
    int32_t *subject_table;   // id + 1 at the subject's slot; 0 is free
    int32_t n_subjects, subject_room;
    int32_t *class_of_label; // place of a label in the sorted list; -1 for ""
    int32_t *label_of_class;
    int classes;
    struct row *rows;
    int64_t count, capacity;
    int32_t first_sequence, next_sequence;
};

struct facet_item facet_item_unknown(void) {
    return (struct facet_item){.dataset = "",
                               .subject = "",
                               .label = "",
                               .labels = "",
                               .au = "",
                               .path = "",
                               .licence = "",
                               .consent = "",
                               .split = "",
                               .intensity = NAN,
                               .valence = NAN,
                               .arousal = NAN,
                               .onset = -1,
                               .apex = -1,
                               .offset = -1};
}

struct facet_items *facet_items_create(void) {
    return calloc(1, sizeof(struct facet_items));
}

void facet_items_destroy(struct facet_items *items) {
    if (!items) return;
    struct facet_text_set *sets[] = {&items->datasets,    &items->names,  &items->labels,
                                     &items->label_lists, &items->aus,    &items->licences,
                                     &items->consents,    &items->splits, &items->notes};
    for (size_t i = 0; i < sizeof sets / sizeof *sets; i++) facet_text_set_free(sets[i]);
    facet_text_keeper_free(&items->paths);
    free(items->subjects), free(items->subject_table);
    free(items->class_of_label), free(items->label_of_class), free(items->rows);
    free(items);
}

int facet_items_begin_dataset(struct facet_items *items, const char *name, struct facet_error *error) {
    items->first_sequence = items->next_sequence;
    // A dataset's id is its place; the configuration keeps names apart.
    if (facet_text_set_add(&items->datasets, name) == items->datasets.count - 1) return FACET_OK;
    return facet_error_set(error, FACET_ERROR_MEMORY, "out of memory for the item table");
}

// Labels are few: the sorted order is made anew when one is added.
static bool sort_classes(struct facet_items *items) {
    size_t n = (size_t)items->labels.count;
    int32_t *place = realloc(items->class_of_label, n * sizeof *place);
    if (place) items->class_of_label = place;
    int32_t *label = realloc(items->label_of_class, n * sizeof *label);
    if (label) items->label_of_class = label;
    if (!place || !label) return false;
    items->classes = 0;
    for (int i = 0; i < (int)n; i++) {
        place[i] = -1;
        if (!*items->labels.all[i]) continue;
        int rank = 0;
        for (int j = 0; j < (int)n; j++)
            rank += *items->labels.all[j] && strcmp(items->labels.all[j], items->labels.all[i]) < 0;
        place[i] = rank, label[rank] = i, items->classes++;
    }
    return true;
}

static int32_t *subject_slot(const struct facet_items *items, struct subject subject) {
    uint64_t key = (uint64_t)(uint32_t)subject.dataset << 32 | (uint32_t)subject.name;
    uint32_t mask = 2 * (uint32_t)items->subject_room - 1, at = (uint32_t)((key * 0x9e3779b97f4a7c15u) >> 32);
    for (;; at++) {
        int32_t *slot = &items->subject_table[at & mask];
        const struct subject *there = *slot ? &items->subjects[*slot - 1] : NULL;
        if (!there || (there->dataset == subject.dataset && there->name == subject.name)) return slot;
    }
}

static bool grow_subjects(struct facet_items *items) {
    int32_t room = items->subject_room ? 2 * items->subject_room : 64; // a power of two
    struct subject *more = realloc(items->subjects, (size_t)room * sizeof *more);
    if (!more) return false;
    items->subjects = more;
    int32_t *table = calloc((size_t)room * 2, sizeof *table);
    if (!table) return false;
    free(items->subject_table);
    items->subject_table = table, items->subject_room = room;
    for (int32_t i = 0; i < items->n_subjects; i++) *subject_slot(items, items->subjects[i]) = i + 1;
    return true;
}

// A name means another person in another dataset. -1: out of memory.
static int32_t add_subject(struct facet_items *items, const char *name) {
    struct subject subject = {items->datasets.count - 1, facet_text_set_add(&items->names, name)};
    if (subject.name < 0 || (items->n_subjects == items->subject_room && !grow_subjects(items))) return -1;
    int32_t *slot = subject_slot(items, subject);
    if (*slot == 0) {
        items->subjects[items->n_subjects] = subject;
        *slot = ++items->n_subjects;
    }
    return *slot - 1;
}

static bool room_for_a_row(struct facet_items *items) {
    if (items->count < items->capacity) return true;
    int64_t capacity = items->capacity ? 2 * items->capacity : 256;
    struct row *more = realloc(items->rows, (size_t)capacity * sizeof *more);
    if (more) items->rows = more, items->capacity = capacity;
    return more != NULL;
}

static const char *text_or_none(const char *text) {
    return text ? text : "";
}

int facet_items_add(struct facet_items *items, const struct facet_item *item, struct facet_error *error) {
    int32_t labels = items->labels.count;
    struct row row = {.stamp = item->stamp,
                      .path = facet_text_keep(&items->paths, text_or_none(item->path)),
                      .subject = add_subject(items, text_or_none(item->subject)),
                      .label = facet_text_set_add(&items->labels, text_or_none(item->label)),
                      .labels = facet_text_set_add(&items->label_lists, text_or_none(item->labels)),
                      .au = facet_text_set_add(&items->aus, text_or_none(item->au)),
                      .licence = facet_text_set_add(&items->licences, text_or_none(item->licence)),
                      .consent = facet_text_set_add(&items->consents, text_or_none(item->consent)),
                      .split = facet_text_set_add(&items->splits, text_or_none(item->split)),
                      .sequence = items->first_sequence + item->sequence,
                      .frame = item->frame,
                      .onset = item->onset,
                      .apex = item->apex,
                      .offset = item->offset,
                      .intensity = item->intensity,
                      .valence = item->valence,
                      .arousal = item->arousal};
    bool texts =
        row.label >= 0 && row.labels >= 0 && row.au >= 0 && row.licence >= 0 && row.consent >= 0 && row.split >= 0;
    bool good = texts && row.path && row.subject >= 0 && room_for_a_row(items) &&
                (items->labels.count == labels || sort_classes(items));
    if (!good)
        return facet_error_set(error, FACET_ERROR_MEMORY, "out of memory for the item table at row %lld",
                               (long long)items->count);
    if (row.sequence >= items->next_sequence) items->next_sequence = row.sequence + 1;
    items->rows[items->count++] = row;
    return FACET_OK;
}

int facet_items_note(struct facet_items *items, struct facet_error *error, const char *format, ...) {
    char text[FACET_ERROR_TEXT];
    int at = items->datasets.count
                 ? snprintf(text, sizeof text / 2, "%s: ", items->datasets.all[items->datasets.count - 1])
                 : 0;
    va_list args;
    va_start(args, format);
    vsnprintf(text + at, sizeof text - (size_t)at, format, args);
    va_end(args);
    if (facet_text_set_add(&items->notes, text) >= 0) return FACET_OK;
    return facet_error_set(error, FACET_ERROR_MEMORY, "out of memory for what a source says");
}

int facet_items_notes(const struct facet_items *items) {
    return items->notes.count;
}

const char *facet_items_note_text(const struct facet_items *items, int note) {
    FACET_REQUIRE(note >= 0 && note < items->notes.count);
    return items->notes.all[note];
}

int64_t facet_items_count(const struct facet_items *items) {
    return items->count;
}

static const struct row *row_at(const struct facet_items *items, int64_t row) {
    FACET_REQUIRE(row >= 0 && row < items->count);
    return &items->rows[row];
}

struct facet_item facet_items_get(const struct facet_items *items, int64_t row) {
    const struct row *r = row_at(items, row);
    const struct subject *subject = &items->subjects[r->subject];
    return (struct facet_item){.dataset = subject->dataset >= 0 ? items->datasets.all[subject->dataset] : "",
                               .subject = items->names.all[subject->name],
                               .label = items->labels.all[r->label],
                               .labels = items->label_lists.all[r->labels],
                               .au = items->aus.all[r->au],
                               .path = r->path,
                               .licence = items->licences.all[r->licence],
                               .consent = items->consents.all[r->consent],
                               .split = items->splits.all[r->split],
                               .sequence = r->sequence,
                               .frame = r->frame,
                               .intensity = r->intensity,
                               .valence = r->valence,
                               .arousal = r->arousal,
                               .onset = r->onset,
                               .apex = r->apex,
                               .offset = r->offset,
                               .stamp = r->stamp};
}

int facet_items_mask(struct facet_items *items, const uint8_t *subjects, struct facet_error *error) {
    int32_t labels = items->labels.count, name = facet_text_set_add(&items->names, "");
    struct row none = {
        .path = "", .intensity = NAN, .valence = NAN, .arousal = NAN, .onset = -1, .apex = -1, .offset = -1};
    none.label = facet_text_set_add(&items->labels, ""), none.labels = facet_text_set_add(&items->label_lists, "");
    none.licence = facet_text_set_add(&items->licences, ""), none.consent = facet_text_set_add(&items->consents, "");
    none.au = facet_text_set_add(&items->aus, ""), none.split = facet_text_set_add(&items->splits, "");
    bool good = name >= 0 && none.label >= 0 && none.labels >= 0 && none.au >= 0 && none.licence >= 0 &&
                none.consent >= 0 && none.split >= 0;
    if (!good || (items->labels.count != labels && !sort_classes(items)))
        return facet_error_set(error, FACET_ERROR_MEMORY, "out of memory for the item table");
    for (int32_t i = 0; i < items->n_subjects; i++)
        if (subjects[i]) items->subjects[i].name = name;
    for (int64_t i = 0; i < items->count; i++) {
        struct row *row = &items->rows[i];
        if (!subjects[row->subject]) continue;
        none.stamp = row->stamp, none.subject = row->subject, none.sequence = row->sequence, none.frame = row->frame;
        *row = none;
    }
    return FACET_OK;
}

struct facet_item_widths facet_items_widths(const struct facet_items *items) {
    return (struct facet_item_widths){.dataset = items->datasets.keeper.longest,
                                      .subject = items->names.keeper.longest,
                                      .label = items->labels.keeper.longest,
                                      .labels = items->label_lists.keeper.longest,
                                      .au = items->aus.keeper.longest,
                                      .path = items->paths.longest,
                                      .licence = items->licences.keeper.longest,
                                      .consent = items->consents.keeper.longest,
                                      .split = items->splits.keeper.longest};
}

int facet_items_datasets(const struct facet_items *items) {
    return items->datasets.count;
}

const char *facet_items_dataset_name(const struct facet_items *items, int dataset) {
    FACET_REQUIRE(dataset >= 0 && dataset < items->datasets.count);
    return items->datasets.all[dataset];
}

int facet_items_classes(const struct facet_items *items) {
    return items->classes;
}

const char *facet_items_class_name(const struct facet_items *items, int label) {
    FACET_REQUIRE(label >= 0 && label < items->classes);
    return items->labels.all[items->label_of_class[label]];
}

int facet_items_subjects(const struct facet_items *items) {
    return items->n_subjects;
}

int facet_items_dataset_of(const struct facet_items *items, int64_t row) {
    return items->subjects[row_at(items, row)->subject].dataset;
}

int facet_items_subject_of(const struct facet_items *items, int64_t row) {
    return row_at(items, row)->subject;
}

int facet_items_class_of(const struct facet_items *items, int64_t row) {
    return items->class_of_label[row_at(items, row)->label];
}
