#include "dataset/internal.h"
#include "dataset/vocabulary.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool is_like(const char *name, const char *pattern, size_t length) {
    if (length > 0 && pattern[length - 1] == '*') return strncmp(name, pattern, length - 1) == 0;
    return strlen(name) == length && memcmp(name, pattern, length) == 0;
}

bool dataset_is_like(const char *name, const char *pattern) {
    return is_like(name, pattern, strlen(pattern));
}

// How exactly a pattern says which codes it means.
static int exactness(const char *pattern, size_t length) {
    return pattern[length - 1] == '*' ? (int)length : 2 * DATASET_TEXT;
}

struct choice {
    int exactness;
    bool drop;
    const char *label;
};

static void consider(struct choice *best, const char *code, const char *pattern, size_t length, const char *label) {
    if (length == 0 || !is_like(code, pattern, length) || exactness(pattern, length) <= best->exactness) return;
    *best = (struct choice){exactness(pattern, length), label == NULL, label};
}

// The user's word goes before the dataset's where both are as exact.
static struct choice choose(const struct dataset_description *description, const struct facet_params *given,
                            const char *code) {
    struct choice best = {.exactness = -1, .label = description->codes_are_labels ? code : ""};
    for (size_t i = 0; i < facet_param_count(given, "labels"); i++) {
        const char *entry = facet_param_string_at(given, "labels", i), *equals = strchr(entry, '=');
        consider(&best, code, entry, (size_t)(equals - entry), equals[1] ? equals + 1 : NULL);
    }
    for (const struct dataset_label *l = description->labels; l && l->code; l++)
        consider(&best, code, l->code, strlen(l->code), l->label);
    return best;
}

int dataset_labels_check(const struct dataset_description *description, const struct facet_params *given,
                         struct facet_items *items, struct facet_error *error) {
    (void)description;
    for (size_t i = 0; i < facet_param_count(given, "labels"); i++) {
        const char *entry = facet_param_string_at(given, "labels", i), *equals = strchr(entry, '=');
        char label[2 * DATASET_TEXT];
        bool known = true, good = equals && equals > entry;
        if (good && equals[1]) good = dataset_label_spell(equals + 1, label, sizeof label, &known);
        if (!good)
            return facet_error_set(error, FACET_ERROR_CONFIG,
                                   "labels: \"%s\"; a code, = and a label expected, such as \"AN=anger\", or nothing "
                                   "after the = to drop the scans",
                                   entry);
        if (known) continue;
        int code = facet_items_note(items, error, "labels: \"%s\" is not a word of the vocabulary; it stays as it is",
                                    equals + 1);
        if (code) return code;
    }
    return FACET_OK;
}

// ---- codes that are there -------------------------------------------------------------------------------------------
enum { CODES_TOLD = 8 };

// Numbers of texts: those of scans and those of annotations.
static void mark_codes(const struct dataset_source *source, uint8_t *used) {
    for (int64_t i = 0; i < source->n_scans; i++) used[source->scans[i].code] = 1;
    dataset_annotations_mark_codes(source->annotations, used);
}

// Whether one of "A+B+C" is like an entry's code.
static bool fits(const char *codes, const char *pattern, size_t length) {
    char code[DATASET_TEXT];
    for (const char *c = codes;; c++) {
        size_t n = strcspn(c, "+");
        if (dataset_copy(code, sizeof code, c, n) && is_like(code, pattern, length)) return true;
        c += n;
        if (!*c) return false;
    }
}

static bool fits_any(const struct dataset_texts *texts, const uint8_t *used, const char *pattern, size_t length) {
    for (int32_t t = 0; t < texts->count; t++)
        if (used[t] && fits(texts->all[t], pattern, length)) return true;
    return false;
}

static void name_codes(const struct dataset_texts *texts, const uint8_t *used, char *text, size_t room) {
    int told = 0;
    *text = '\0';
    for (int32_t t = 0; t < texts->count && told <= CODES_TOLD; t++) {
        if (!used[t] || !*texts->all[t]) continue;
        size_t length = strlen(text);
        snprintf(text + length, room - length, "%s%s", told ? ", " : "", told < CODES_TOLD ? texts->all[t] : "...");
        told++;
    }
}

int dataset_labels_tell_unused(const struct dataset_source *source, const struct facet_params *given,
                               struct facet_items *items, struct facet_error *error) {
    uint8_t *used = calloc((size_t)source->texts.count + 1, 1);
    char there[(CODES_TOLD + 1) * (DATASET_TEXT + 2)];
    int code = used ? FACET_OK : dataset_no_memory(error);
    if (used) mark_codes(source, used);
    for (size_t i = 0; !code && i < facet_param_count(given, "labels"); i++) {
        const char *entry = facet_param_string_at(given, "labels", i);
        size_t length = strcspn(entry, "=");
        if (fits_any(&source->texts, used, entry, length)) continue;
        name_codes(&source->texts, used, there, sizeof there);
        code = facet_items_note(items, error, "labels: \"%s\" fits no scan; the codes are %s", entry, there);
    }
    free(used);
    return code;
}

// ---- a code's labels ------------------------------------------------------------------------------------------------
static void join(struct dataset_labels *labels, const char *more) {
    size_t used = strlen(labels->labels);
    snprintf(labels->labels + used, sizeof labels->labels - used, "%s%s", used ? "+" : "", more);
}

static void add(const struct dataset_description *description, const struct facet_params *given, const char *code,
                struct dataset_labels *labels) {
    struct choice choice = choose(description, given, code);
    if (choice.drop)
        labels->drop = true;
    else if (*choice.label)
        join(labels, choice.label);
}

// Of several the first that was named is the row's class.
static void settle(struct dataset_labels *labels) {
    char all[sizeof labels->labels];
    bool known = true;
    snprintf(labels->label, sizeof labels->label, "%.*s", (int)strcspn(labels->labels, "+"), labels->labels);
    const char *word = dataset_word(labels->label);
    if (word) snprintf(labels->label, sizeof labels->label, "%s", word);
    if (!strchr(labels->labels, '+') || !dataset_label_spell(labels->labels, all, sizeof all, &known)) *all = '\0';
    snprintf(labels->labels, sizeof labels->labels, "%s", strchr(all, '+') ? all : "");
}

void dataset_labels_of(const struct dataset_description *description, const struct facet_params *given,
                       const char *code, struct dataset_labels *labels) {
    *labels = (struct dataset_labels){0};
    for (const char *c = code; *c;) {
        char part[DATASET_TEXT];
        size_t length = strcspn(c, "+");
        if (dataset_copy(part, sizeof part, c, length)) add(description, given, part, labels);
        c += length + (c[length] == '+');
    }
    settle(labels);
}
