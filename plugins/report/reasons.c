#include "report/reasons.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char gap[] = "\xe2\x80\xa6"; // "…"

// ---- the shape of a sentence ----------------------------------------------------------------------------------------

enum { PLACES = 24, SHAPE_MAX = 1024 };

// A sentence with its places (numbers, quotes, names of files) taken out, and what stood there.
struct reason_shape {
    char frame[SHAPE_MAX]; // '\1' where a place is
    int places;
    struct {
        char text[64];
        bool differs;
    } at[PLACES];
};

static void add_place(struct reason_shape *shape, size_t *length, const char *text, size_t size, bool differs) {
    if (*length + 1 >= SHAPE_MAX) return;
    shape->frame[(*length)++] = '\1';
    if (shape->places == PLACES) return;
    size_t kept = size < sizeof shape->at->text ? size : sizeof shape->at->text - 1;
    memcpy(shape->at[shape->places].text, text, kept);
    shape->at[shape->places].differs = differs || kept < size;
    shape->places++;
}

static bool is_word(char c) {
    return isalnum((unsigned char)c) || c == '_' || (unsigned char)c >= 0x80;
}

// Bytes of the number at `at`; 0 when there is none. Digits in a name ("mm2") are no number.
static size_t number_length(const char *text, const char *at) {
    if (at > text && (is_word(at[-1]) || at[-1] == '.')) return 0;
    const char *end = at + (*at == '-' || *at == '+');
    if (!isdigit((unsigned char)*end)) return 0;
    while (isdigit((unsigned char)*end) || (*end == '.' && isdigit((unsigned char)end[1]))) end++;
    if ((*end == 'e' || *end == 'E') && (isdigit((unsigned char)end[1]) || (end[1] && strchr("+-", end[1]))))
        for (end += 2; isdigit((unsigned char)*end); end++) continue;
    return is_word(*end) ? 0 : (size_t)(end - at);
}

// Bytes of the quote at `at`, its marks included; 0 when there is none. An apostrophe in a word is no quote.
static size_t quote_length(const char *text, const char *at) {
    if ((*at != '"' && *at != '\'') || (at > text && is_word(at[-1]))) return 0;
    const char *end = strchr(at + 1, *at);
    return end ? (size_t)(end + 1 - at) : 0;
}

// Bytes from `at` to the end of the word in which `name` ends, when it begins in the word at `at`; else 0.
static size_t reach(const char *at, const char *name) {
    const char *found = strstr(at, name);
    if (!*name || !found || memchr(at, ' ', (size_t)(found - at))) return 0;
    size_t length = (size_t)(found - at) + strlen(name);
    return length + strcspn(at + length, " :,;)");
}

// Bytes of the name of the scan's file at `at`; 0 when there is none.
static size_t file_length(const char *text, const char *at, const char *path) {
    if (at > text && at[-1] != ' ') return 0;
    const char *slash = strrchr(path, '/');
    size_t length = reach(at, path);
    return length || !slash ? length : reach(at, slash + 1);
}

static void shape_of(const char *text, const char *path, struct reason_shape *shape) {
    size_t length = 0;
    *shape = (struct reason_shape){.places = 0};
    for (const char *at = text; *at && length + 1 < SHAPE_MAX;) {
        size_t file = file_length(text, at, path), taken = file;
        if (!taken) taken = quote_length(text, at);
        if (!taken) taken = number_length(text, at);
        if (taken)
            add_place(shape, &length, at, taken, file > 0);
        else
            shape->frame[length++] = *at == '\1' ? ' ' : *at;
        at += taken ? taken : 1;
    }
}

static void widen(struct reason_shape *shape, const struct reason_shape *other) {
    for (int p = 0; p < shape->places; p++)
        if (other->at[p].differs || strcmp(shape->at[p].text, other->at[p].text) != 0) shape->at[p].differs = true;
}

static char *shape_text(const struct reason_shape *shape) {
    char *text = NULL;
    size_t size;
    int place = 0;
    FILE *out = open_memstream(&text, &size);
    for (const char *at = shape->frame; out && *at; at++) {
        if (*at != '\1') {
            fputc(*at, out);
        } else {
            fputs(place >= shape->places || shape->at[place].differs ? gap : shape->at[place].text, out);
            place++;
        }
    }
    if (!out || fclose(out) != 0) return free(text), NULL;
    return text;
}

// ---- counting -------------------------------------------------------------------------------------------------------

static int no_memory(struct facet_error *error) {
    return facet_error_set(error, FACET_ERROR_MEMORY, "no memory for the reasons in the report");
}

static void free_reason(struct report_reason *reason) {
    free(reason->stage);
    free(reason->code);
    free(reason->text);
    free(reason->by_dataset);
    free(reason->like);
}

static struct report_reason *new_reason(struct report_reasons *reasons, const char *stage, const char *code,
                                        const struct reason_shape *shape) {
    if (!reasons->all) reasons->all = calloc(REASONS_KINDS + 1, sizeof *reasons->all);
    struct report_reason made = {.stage = strdup(stage),
                                 .code = strdup(code),
                                 .by_dataset = calloc((size_t)reasons->datasets + 1, sizeof *made.by_dataset),
                                 .like = malloc(sizeof *made.like)};
    if (!reasons->all || !made.stage || !made.code || !made.by_dataset || !made.like) return free_reason(&made), NULL;
    *made.like = *shape;
    reasons->all[reasons->n] = made;
    return &reasons->all[reasons->n++];
}

int reasons_add(struct report_reasons *reasons, const struct facet_quarantine_entry *entry, const char *path,
                int dataset, struct facet_error *error) {
    struct reason_shape shape;
    struct report_reason *reason = NULL;
    shape_of(entry->message, path, &shape);
    for (int i = 0; i < reasons->n && !reason; i++) {
        struct report_reason *known = &reasons->all[i];
        bool same = strcmp(known->stage, entry->stage) == 0 && strcmp(known->code, entry->code) == 0 &&
                    strcmp(known->like->frame, shape.frame) == 0;
        if (same || i == REASONS_KINDS) reason = known;
    }
    if (reason && *reason->code) widen(reason->like, &shape);
    if (!reason && reasons->n < REASONS_KINDS) reason = new_reason(reasons, entry->stage, entry->code, &shape);
    if (!reason) reason = new_reason(reasons, "", "", &(struct reason_shape){.frame = "other reasons"});
    if (!reason) return no_memory(error);
    reason->scans++;
    reason->by_dataset[dataset]++;
    return FACET_OK;
}

int reasons_finish(struct report_reasons *reasons, struct facet_error *error) {
    for (int i = 1; i < reasons->n; i++) { // few, and what is told first stays first
        struct report_reason moved = reasons->all[i];
        int at = i;
        for (; at > 0 && reasons->all[at - 1].scans < moved.scans; at--) reasons->all[at] = reasons->all[at - 1];
        reasons->all[at] = moved;
    }
    for (int i = 0; i < reasons->n; i++) {
        free(reasons->all[i].text);
        if (!(reasons->all[i].text = shape_text(reasons->all[i].like))) return no_memory(error);
    }
    return FACET_OK;
}

void reasons_free(struct report_reasons *reasons) {
    if (!reasons) return;
    for (int i = 0; i < reasons->n; i++) free_reason(&reasons->all[i]);
    free(reasons->all);
    *reasons = (struct report_reasons){.datasets = reasons->datasets};
}
