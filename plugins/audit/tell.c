#include "audit/tell.h"

#include <facet/json.h>

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

// ---- duplicates.csv ---------------------------------------------------------------------------------------------------

static void put_text(FILE *file, const char *text) {
    if (!strpbrk(text, ",\"\r\n")) {
        fputs(text, file);
        return;
    }
    putc('"', file);
    for (; *text; text++) {
        if (*text == '"') putc('"', file);
        putc(*text, file);
    }
    putc('"', file);
}

static void put_row(FILE *file, const struct audit_rows *rows, int64_t row) {
    const struct facet_item item = facet_items_get(rows->items, row);
    const char *const texts[] = {item.dataset, item.subject, item.label, item.path};
    fprintf(file, ",%lld", (long long)row);
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) putc(',', file), put_text(file, texts[i]);
    fprintf(file, ",%d,%d", item.sequence, item.frame);
}

static void put_pairs(FILE *file, const struct audit_rows *rows, const struct audit_pairs *pairs, bool has_folds) {
    fputs("kind,match,distance_mm,folds_apart", file);
    for (char side = 'a'; side <= 'b'; side++)
        fprintf(file, ",row_%c,dataset_%c,subject_%c,label_%c,path_%c,sequence_%c,frame_%c", side, side, side, side,
                side, side, side);
    fputs("\r\n", file);
    for (int64_t i = 0; i < pairs->count; i++) {
        const struct audit_pair *pair = &pairs->all[i];
        fprintf(file, "%s,%s,%.3f,", audit_kind_names[pair->kind], pair->exact ? "exact" : "near", pair->distance);
        if (has_folds) fprintf(file, "%d", pair->apart);
        for (int k = 0; k < 2; k++) put_row(file, rows, pair->rows[k]);
        fputs("\r\n", file);
    }
}

int audit_write_csv(const char *path, const struct audit_rows *rows, const struct audit_pairs *pairs, bool has_folds,
                    struct facet_error *error) {
    char fresh[4200];
    snprintf(fresh, sizeof fresh, "%s.new", path);
    FILE *file = fopen(fresh, "wb");
    if (file) put_pairs(file, rows, pairs, has_folds);
    bool good = file && !ferror(file);
    if (file && fclose(file) != 0) good = false;
    if (good && rename(fresh, path) == 0) return FACET_OK;
    int reason = errno;
    unlink(fresh);
    return facet_error_set(error, FACET_ERROR_IO, "%s: cannot be written: %s", path, strerror(reason));
}

// ---- JSON -------------------------------------------------------------------------------------------------------------

static json_t *kinds_json(const struct audit_pairs *pairs) {
    json_t *kinds = json_object();
    for (int k = 0; k < AUDIT_KINDS; k++)
        json_object_set_new(kinds, audit_kind_names[k],
                            json_pack("{s:I, s:I}", "exact",
                                      (json_int_t)audit_pairs_of(pairs, (enum audit_kind)k, true), "near",
                                      (json_int_t)audit_pairs_of(pairs, (enum audit_kind)k, false)));
    return kinds;
}

// Pairs of rows of two datasets, for every two that have any.
static json_t *between_json(const struct audit_rows *rows, const struct audit_pairs *pairs) {
    int n = facet_items_datasets(rows->items);
    json_t *list = json_array();
    int64_t *count = calloc((size_t)n * (size_t)n + 1, sizeof *count);
    for (int64_t i = 0; count && i < pairs->count; i++) {
        const struct audit_pair *pair = &pairs->all[i];
        if (pair->kind == AUDIT_DATASETS)
            count[facet_items_dataset_of(rows->items, pair->rows[0]) * n +
                  facet_items_dataset_of(rows->items, pair->rows[1])]++;
    }
    for (int i = 0; count && i < n * n; i++)
        if (count[i])
            json_array_append_new(list, json_pack("{s:o, s:o, s:I}", "a",
                                                  facet_json_text(facet_items_dataset_name(rows->items, i / n)), "b",
                                                  facet_json_text(facet_items_dataset_name(rows->items, i % n)),
                                                  "pairs", (json_int_t)count[i]));
    free(count);
    return count ? list : (json_decref(list), NULL);
}

static int64_t apart(const struct audit_pairs *pairs) {
    int64_t n = 0;
    for (int64_t i = 0; i < pairs->count; i++) n += pairs->all[i].apart > 0;
    return n;
}

char *audit_json(const struct audit_rows *rows, const struct audit_pairs *pairs, double near_mm, bool has_folds) {
    json_t *root =
        json_pack("{s:i, s:f, s:I, s:I, s:o, s:o, s:I, s:o, s:I, s:I, s:I, s:s}", "format", 1, "near_mm", near_mm,
                  "compared", (json_int_t)pairs->compared, "undescribed", (json_int_t)pairs->undescribed, "pairs",
                  kinds_json(pairs), "between", between_json(rows, pairs), "rows_in_pairs", (json_int_t)pairs->in_pairs,
                  "pairs_across_folds", has_folds ? json_integer(apart(pairs)) : json_null(), "rows_near_own_sequences",
                  (json_int_t)pairs->own_near, "frames_near_previous", (json_int_t)pairs->frames_near,
                  "frames_repeated", (json_int_t)pairs->frames_same, "file", "duplicates.csv");
    char *text = root ? json_dumps(root, JSON_INDENT(2) | JSON_REAL_PRECISION(9)) : NULL;
    json_decref(root);
    return text;
}

// ---- sentences --------------------------------------------------------------------------------------------------------

__attribute__((format(printf, 3, 4))) static void append(char *text, size_t size, const char *format, ...) {
    size_t used = strlen(text);
    va_list args;
    va_start(args, format);
    vsnprintf(text + used, size - used, format, args);
    va_end(args);
}

static void append_row(const struct audit_rows *rows, int64_t row, char *text, size_t size) {
    const struct facet_item item = facet_items_get(rows->items, row);
    append(text, size, "%.40s/%.40s", item.dataset, item.subject);
    if (*item.label) append(text, size, " %.20s", item.label);
    if (*item.path) append(text, size, " (%.80s)", item.path);
}

void audit_sentence(const struct audit_rows *rows, const struct audit_pairs *pairs, const char *file, char *text,
                    size_t size) {
    static const char *const about[AUDIT_KINDS] = {"in two datasets", "under two subjects", "under two labels",
                                                   "twice under one label"};
    enum { SHOWN = 3 };
    const char *before = "";
    snprintf(text, size, "%lld pairs of rows show the same scan: ", (long long)pairs->count);
    for (int k = 0; k < AUDIT_KINDS; k++) {
        int64_t n = audit_pairs_of(pairs, (enum audit_kind)k, true) + audit_pairs_of(pairs, (enum audit_kind)k, false);
        if (n) append(text, size, "%s%lld %s", before, (long long)n, about[k]), before = ", ";
    }
    for (int64_t i = 0; i < pairs->count && i < SHOWN; i++) {
        const struct audit_pair *pair = &pairs->all[i];
        append(text, size, "; row %lld ", (long long)pair->rows[0]);
        append_row(rows, pair->rows[0], text, size);
        append(text, size, pair->exact ? " = row %lld " : " ~ row %lld ", (long long)pair->rows[1]);
        append_row(rows, pair->rows[1], text, size);
    }
    append(text, size, "; all are in %s", file);
}
