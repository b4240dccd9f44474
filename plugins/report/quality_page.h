// The section on quality: its parts, and the same facts as JSON.
#ifndef FACET_REPORT_QUALITY_PAGE_H
#define FACET_REPORT_QUALITY_PAGE_H

#include "report/html.h"
#include "report/quality.h"

#include <jansson.h>

// Small drawn histograms of one metric, a line a dataset, with its limit.
void quality_chart(struct html *html, const struct report_quality *quality, enum facet_metric metric,
                   const struct facet_items *items);
// Whether the metric has a spread to be drawn: it was measured, and not the same everywhere.
bool quality_has_chart(const struct report_quality *quality, enum facet_metric metric);
// Whether its worst scans are shown.
bool quality_has_worst(const struct report_quality *quality, enum facet_metric metric);

struct quality_text {
    char text[48];
};
struct quality_text quality_number(double value);                          // "0.512", "25312"; "–" when it is none
struct quality_text quality_value(enum facet_metric metric, double value); // with its unit: "0.512 mm", "20°"

// Where a picture lies, beside the page.
struct quality_file {
    char name[96];
};
struct quality_file quality_worst_file(enum facet_metric metric, int place);
struct quality_file quality_pair_file(int pair, int side);
// Draws the pictures of the worst scans and of pairs when the pipeline has views.
int quality_draw(struct facet_stage *stage, struct report_quality *quality, struct facet_error *error);

// report/quality.json; its layout is in docs/report.md. NULL when out of memory.
json_t *quality_json(const struct report_quality *quality, const struct facet_items *items);

#endif
