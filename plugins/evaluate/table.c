// metrics.txt: the scores as a table for a terminal. metrics.json has everything.
#include "evaluate/evaluation.h"
#include "split/prove.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static void print_interval(FILE *out, const struct interval *score) {
    char text[64];
    if (isfinite(score->low))
        snprintf(text, sizeof text, "%.1f [%.1f, %.1f]", 100 * score->value, 100 * score->low, 100 * score->high);
    else
        snprintf(text, sizeof text, "%.1f", 100 * score->value);
    fprintf(out, "  %-20s", text);
}

static void print_group(FILE *out, const struct evaluation *e, const struct group *group, int method) {
    char name[FOLD_NAME_MAX] = "all folds";
    if (group->fold >= 0) folds_name_at(e->names, group->fold, name);
    const char *dataset = group->dataset < 0 ? "all" : facet_items_dataset_name(e->items, group->dataset);
    fprintf(out, "%-16s %-12s %-7s %-9s %5lld", name, dataset, group->within ? "within" : "across",
            method_names[method], (long long)group->n);
    for (int metric = 0; metric < N_METRICS; metric++) print_interval(out, &group->scores[method][metric]);
    fputc('\n', out);
}

char *evaluation_table(const struct evaluation *e, const struct groups *groups) {
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    if (!out) return NULL;
    fprintf(out, "%-16s %-12s %-7s %-9s %5s  %-20s  %-20s  %-20s\n", "fold", "tested on", "domain", "method", "rows",
            "accuracy, %", "UAR, %", "macro-F1, %");
    for (int g = 0; g < groups->count; g++)
        for (int method = 0; method < e->methods; method++) print_group(out, e, &groups->all[g], method);
    fprintf(out, "[95 %% intervals over subjects]; within: other people of a dataset trained on, across: a dataset "
                 "never seen\n");
    if (fclose(out) == 0) return text;
    free(text);
    return NULL;
}
