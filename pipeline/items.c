#include "pipeline/items.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

// Strings kept once, found by an open hash table of ids.
struct strings {
    char **all;
    int count, capacity;
    int *table; // id + 1, 0 is free
    int slots;
};

struct row {
    int dataset, subject, subject_name, label, licence, consent;
    int32_t sequence, frame;
    float intensity;
    uint64_t stamp;
    char *path;
};

struct facet_items {
    struct strings datasets, subjects, names, labels, licences, consents;
    int *class_of_label; // place of a label in the sorted list; -1 for ""
    int *label_of_class;
    int classes;
    struct row *rows;
    int64_t count, capacity;
    int32_t first_sequence, next_sequence;
};

static int *slot_of(const struct strings *strings, const char *text) {
    uint64_t at = XXH3_64bits(text, strlen(text));
    for (;; at++) {
        int *slot = &strings->table[at % (uint64_t)strings->slots];
        if (*slot == 0 || strcmp(strings->all[*slot - 1], text) == 0) return slot;
    }
}

static bool grow_strings(struct strings *strings) {
    int capacity = strings->capacity ? 2 * strings->capacity : 64;
    char **all = realloc(strings->all, (size_t)capacity * sizeof *all);
    if (!all) return false;
    strings->all = all;
    int *table = calloc((size_t)capacity * 2, sizeof *table);
    if (!table) return false;
    free(strings->table);
    strings->table = table, strings->slots = 2 * capacity, strings->capacity = capacity;
    for (int i = 0; i < strings->count; i++) *slot_of(strings, strings->all[i]) = i + 1;
    return true;
}

// The string's id, added when new; -1 when out of memory.
static int intern(struct strings *strings, const char *text) {
    if (strings->count == strings->capacity && !grow_strings(strings)) return -1;
    int *slot = slot_of(strings, text);
    if (*slot) return *slot - 1;
    char *copy = strdup(text);
    if (!copy) return -1;
    strings->all[strings->count] = copy;
    *slot = ++strings->count;
    return strings->count - 1;
}

static void free_strings(struct strings *strings) {
    for (int i = 0; i < strings->count; i++) free(strings->all[i]);
    free(strings->all);
    free(strings->table);
}

struct facet_items *facet_items_create(void) {
    return calloc(1, sizeof(struct facet_items));
}

void facet_items_destroy(struct facet_items *items) {
    if (!items) return;
    struct strings *all[] = {&items->datasets, &items->subjects, &items->names,
                             &items->labels,   &items->licences, &items->consents};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) free_strings(all[i]);
    for (int64_t i = 0; i < items->count; i++) free(items->rows[i].path);
    free(items->class_of_label), free(items->label_of_class), free(items->rows);
    free(items);
}

int facet_items_begin_dataset(struct facet_items *items, const char *name, struct facet_error *error) {
    items->first_sequence = items->next_sequence;
    // A dataset's id is its place; the configuration keeps names apart.
    if (intern(&items->datasets, name) == items->datasets.count - 1) return FACET_OK;
    return facet_error_set(error, FACET_ERROR_MEMORY, "out of memory for the item table");
}

// Labels are few: the sorted order is made anew when one is added.
static bool sort_classes(struct facet_items *items) {
    size_t n = (size_t)items->labels.count;
    int *place = realloc(items->class_of_label, n * sizeof *place);
    if (place) items->class_of_label = place;
    int *label = realloc(items->label_of_class, n * sizeof *label);
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

static int add_subject(struct facet_items *items, int dataset, const char *subject) {
    char key[512];
    snprintf(key, sizeof key, "%d/%s", dataset, subject);
    return intern(&items->subjects, key);
}

int facet_items_add(struct facet_items *items, const struct facet_item *item, struct facet_error *error) {
    if (items->count == items->capacity) {
        int64_t capacity = items->capacity ? 2 * items->capacity : 256;
        struct row *more = realloc(items->rows, (size_t)capacity * sizeof *more);
        if (!more) goto error;
        items->rows = more, items->capacity = capacity;
    }
    int labels = items->labels.count;
    struct row row = {.dataset = items->datasets.count - 1,
                      .subject_name = intern(&items->names, item->subject ? item->subject : ""),
                      .label = intern(&items->labels, item->label ? item->label : ""),
                      .licence = intern(&items->licences, item->licence ? item->licence : ""),
                      .consent = intern(&items->consents, item->consent ? item->consent : ""),
                      .sequence = items->first_sequence + item->sequence,
                      .frame = item->frame,
                      .intensity = item->intensity,
                      .stamp = item->stamp,
                      .path = strdup(item->path ? item->path : "")};
    row.subject = add_subject(items, row.dataset, item->subject ? item->subject : "");
    if (!row.path) goto error;
    if (row.subject < 0 || row.subject_name < 0 || row.label < 0 || row.licence < 0 || row.consent < 0 ||
        (items->labels.count != labels && !sort_classes(items))) {
        free(row.path);
        goto error;
    }
    if (row.sequence >= items->next_sequence) items->next_sequence = row.sequence + 1;
    items->rows[items->count++] = row;
    return FACET_OK;
error:
    return facet_error_set(error, FACET_ERROR_MEMORY, "out of memory for the item table at row %lld",
                           (long long)items->count);
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
    return (struct facet_item){.dataset = r->dataset >= 0 ? items->datasets.all[r->dataset] : "",
                               .subject = items->names.all[r->subject_name],
                               .label = items->labels.all[r->label],
                               .path = r->path,
                               .licence = items->licences.all[r->licence],
                               .consent = items->consents.all[r->consent],
                               .sequence = r->sequence,
                               .frame = r->frame,
                               .intensity = r->intensity,
                               .stamp = r->stamp};
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
    return items->subjects.count;
}

int facet_items_dataset_of(const struct facet_items *items, int64_t row) {
    return row_at(items, row)->dataset;
}

int facet_items_subject_of(const struct facet_items *items, int64_t row) {
    return row_at(items, row)->subject;
}

int facet_items_class_of(const struct facet_items *items, int64_t row) {
    return items->class_of_label[row_at(items, row)->label];
}
