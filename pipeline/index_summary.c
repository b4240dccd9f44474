// What is told of an index at the end.
#include "pipeline/index_internal.h"

#include <stdlib.h>
#include <string.h>

// Two sentences are of one kind when they differ in names and numbers alone: what is compared are words of letters that
// hold no dot or slash.
static void kind_of(const char *message, char *kind, size_t size) {
    size_t n = 0;
    while (*message && n + 2 < size) {
        size_t length = strcspn(message, " ");
        bool plain = length > 0;
        for (size_t i = 0; i + 1 < length; i++) plain &= strchr("./_0123456789", message[i]) == NULL;
        if (plain && length < size - n - 2 && !strchr("0123456789", message[length - 1])) {
            memcpy(kind + n, message, length);
            n += length, kind[n++] = ' ';
        }
        message += length + (message[length] == ' ');
    }
    kind[n] = '\0';
}

static int add_example(struct facet_index_reason *reason, const char *path, const char *message,
                       struct facet_error *error) {
    int64_t i = reason->count++;
    if (i >= FACET_INDEX_EXAMPLES) return FACET_OK;
    bool named = strstr(message, path) != NULL;
    int length = asprintf(&reason->example[i], "%s%s%s", named ? "" : path, named ? "" : ": ", message);
    if (length >= 0) return FACET_OK;
    reason->example[i] = NULL;
    return index_no_memory(error);
}

static int count_broken(const struct index_run *run, const struct index_table *table,
                        struct facet_index_summary *summary, struct facet_error *error) {
    char kinds[FACET_INDEX_REASONS][FACET_ERROR_TEXT / 4], kind[FACET_ERROR_TEXT / 4];
    int code = FACET_OK;
    for (int64_t i = 0; !code && i < table->rows; i++) {
        if (table->codes[i] == FACET_OK) continue;
        const char *message = table->messages[i] ? table->messages[i] : "";
        int r = 0;
        kind_of(message, kind, sizeof kind);
        while (r < summary->n_reasons && strcmp(kinds[r], kind) != 0) r++;
        *(table->codes[i] == FACET_NOTED ? &summary->noted : &summary->broken) += 1;
        if (r == FACET_INDEX_REASONS) {
            summary->others++;
            continue;
        }
        if (r == summary->n_reasons) memcpy(kinds[summary->n_reasons++], kind, sizeof kind);
        code = add_example(&summary->reasons[r], facet_items_get(run->sources.items, i).path, message, error);
    }
    return code;
}

static int by_count(const void *a, const void *b) {
    const struct facet_index_reason *x = a, *y = b;
    return (x->count < y->count) - (x->count > y->count);
}

static int count_labels(const struct index_run *run, struct facet_index_summary *summary, struct facet_error *error) {
    const struct facet_items *items = run->sources.items;
    summary->n_labels = facet_items_classes(items);
    summary->labels = calloc((size_t)summary->n_labels + 1, sizeof *summary->labels);
    if (!summary->labels) return index_no_memory(error);
    for (int c = 0; c < summary->n_labels; c++) {
        summary->labels[c].name = strdup(facet_items_class_name(items, c));
        if (!summary->labels[c].name) return index_no_memory(error);
    }
    for (int64_t i = 0; i < facet_items_count(items); i++) {
        int label = facet_items_class_of(items, i);
        *(label < 0 ? &summary->unlabelled : &summary->labels[label].rows) += 1;
    }
    return FACET_OK;
}

static int take_notes(const struct index_run *run, struct facet_index_summary *summary, struct facet_error *error) {
    const struct facet_items *items = run->sources.items;
    summary->notes = calloc((size_t)facet_items_notes(items) + 1, sizeof *summary->notes);
    if (!summary->notes) return index_no_memory(error);
    for (int i = 0; i < facet_items_notes(items); i++) {
        summary->notes[i] = strdup(facet_items_note_text(items, i));
        if (!summary->notes[i]) return index_no_memory(error);
        summary->n_notes++;
    }
    return FACET_OK;
}

int index_summarise(const struct index_run *run, const struct index_table *table, struct facet_index_summary *summary,
                    struct facet_error *error) {
    summary->rows = table->rows, summary->read = run->read;
    summary->subjects = facet_items_subjects(run->sources.items);
    summary->other_settings = run->has_other_settings;
    int code = count_broken(run, table, summary, error);
    qsort(summary->reasons, (size_t)summary->n_reasons, sizeof *summary->reasons, by_count);
    if (!code) code = count_labels(run, summary, error);
    return code ? code : take_notes(run, summary, error);
}

void facet_index_summary_free(struct facet_index_summary *summary) {
    for (int r = 0; r < summary->n_reasons; r++)
        for (int i = 0; i < FACET_INDEX_EXAMPLES; i++) free(summary->reasons[r].example[i]);
    for (int i = 0; i < summary->n_notes; i++) free(summary->notes[i]);
    for (int i = 0; summary->labels && i < summary->n_labels; i++) free(summary->labels[i].name);
    free(summary->notes), free(summary->labels);
    *summary = (struct facet_index_summary){0};
}
