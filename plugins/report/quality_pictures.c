#include "report/drawing.h"
#include "report/quality_page.h"

#include <stdio.h>

struct quality_file quality_worst_file(enum facet_metric metric, int place) {
    struct quality_file file;
    snprintf(file.name, sizeof file.name, "pictures/worst_%s_%d.png", facet_metric_about(metric)->name, place);
    return file;
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
    quality->pictured = !code;
    drawing_close(&drawing);
    return code;
}
