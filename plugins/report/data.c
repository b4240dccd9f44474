#include "report/data.h"

#include <stdlib.h>

static void free_lines(char **lines, int64_t count) {
    for (int64_t i = 0; i < count; i++) free(lines[i]);
    free(lines);
}

static void free_sheet(struct report_sheet *sheet) {
    for (int i = 0; i < sheet->n_strips; i++) {
        free(sheet->strips[i].file);
        free(sheet->strips[i].heading);
        free_lines(sheet->strips[i].captions, sheet->strips[i].count);
    }
    free(sheet->strips);
}

void report_data_free(struct report_data *data) {
    if (!data) return;
    report_metrics_free(&data->metrics);
    json_decref(data->model);
    free_lines(data->folds, data->n_folds);
    facet_array_free(&data->curves.values);
    free_lines(data->curves.columns, data->curves.n_columns);
    free(data->attention.weight);
    free(data->attention.rows);
    free_sheet(&data->expressions);
    free_sheet(&data->views);
    free_sheet(&data->mistakes);
    for (int i = 0; i < REPORT_FACTS; i++) free(data->facts[i]);
    free(data->records);
    quality_free(&data->quality);
    *data = (struct report_data){0};
}
