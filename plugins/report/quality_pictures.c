#include "report/drawing.h"
#include "report/quality_page.h"

#include <stdio.h>

struct quality_file quality_worst_file(enum facet_metric metric, int place) {
    struct quality_file file;
    snprintf(file.name, sizeof file.name, "pictures/worst_%s_%d.png", facet_metric_about(metric)->name, place);
    return file;
}

struct quality_file quality_pair_file(int pair, int side) {
    struct quality_file file;
    snprintf(file.name, sizeof file.name, "pictures/pair_%d_%d.png", pair, side);
    return file;
}

static int draw_pairs(struct drawing *drawing, const struct quality_pairs *pairs, struct facet_error *error) {
    int code = FACET_OK;
    for (int i = 0; i < 2 * pairs->n_first && !code; i++)
        code = drawing_one(drawing, pairs->first[i / 2].rows[i % 2], quality_pair_file(i / 2, i % 2).name, error);
    return code;
}

static int draw_worst(struct drawing *drawing, const struct report_quality *quality, struct facet_error *error) {
    int code = FACET_OK;
    for (int m = 0; m < FACET_METRICS; m++) {
        const struct quality_metric *metric = &quality->metrics[m];
        bool shown = quality_has_worst(quality, (enum facet_metric)m);
        for (int i = 0; shown && i < metric->n_worst && !code; i++)
            code = drawing_one(drawing, metric->worst[i].row, quality_worst_file((enum facet_metric)m, i).name, error);
    }
    return code;
}

int quality_draw(struct facet_stage *stage, struct report_quality *quality, struct facet_error *error) {
    struct drawing drawing = {0};
    if (!facet_stage_has(stage, "views")) return FACET_OK;
    int code = drawing_open(stage, &drawing, error);
    if (!code) code = draw_worst(&drawing, quality, error);
    if (!code) code = draw_pairs(&drawing, &quality->pairs, error);
    quality->pictured = !code;
    drawing_close(&drawing);
    return code;
}
