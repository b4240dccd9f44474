// The report's page and its sections. A section writes nothing when its part of the data is empty.
#ifndef FACET_REPORT_PAGE_H
#define FACET_REPORT_PAGE_H

#include "report/data.h"
#include "report/html.h"

extern const char *const page_style; // the style sheet

void page_write(struct html *html, const struct report_data *data);

void page_headline(struct html *html, const struct report_metrics *metrics);
void page_domains(struct html *html, const struct report_metrics *metrics);    // trained on x tested on
void page_scores(struct html *html, const struct report_metrics *metrics);     // every number with its interval
void page_confusions(struct html *html, const struct report_metrics *metrics); // true x predicted
void page_curves(struct html *html, const struct report_data *data);
void page_sheet(struct html *html, const char *id, const char *title, const struct report_sheet *sheet);
void page_attention(struct html *html, const struct report_attention *attention, const struct facet_items *items);
void page_scans(struct html *html, const struct report_data *data);   // what was read
void page_quality(struct html *html, const struct report_data *data); // how good it is, and what was set aside
void page_folds(struct html *html, const struct report_data *data);   // who trained and who tested, and the proof
void page_stages(struct html *html, const struct report_data *data);
void page_provenance(struct html *html, const struct report_data *data);

void page_fold(struct html *html, const struct report_metrics *metrics, int64_t fold); // "trained on lab" or its name
void page_section(struct html *html, const char *id, const char *title);
void page_section_end(struct html *html);

#endif
