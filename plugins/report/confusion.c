// Confusion matrices: a line is what the scan shows, a column what was answered.
#include "report/page.h"

static void cell(struct html *html, double count, double line) {
    double share = line > 0 ? count / line : 0;
    html_add(html, "<td style=\"background:#%06x;color:%s\">", html_tint(share),
             html_tint_is_dark(share) ? "#fff" : "#1c2730");
    if (count > 0) html_add(html, "%.0f<small>%.0f</small>", 100 * share, count);
    html_add(html, "</td>");
}

static void matrix(struct html *html, const struct report_metrics *metrics, const struct report_cell *of,
                   enum report_method method) {
    const double *counts = of->scores[method].confusion;
    if (!of->scores[method].present) return;
    html_add(html, "<table class=\"heat small\"><caption>%s, ", method == REPORT_MODEL ? "Model" : "Baseline");
    html_text(html, *of->dataset ? of->dataset : of->within ? "within datasets" : "across datasets");
    if (*of->dataset) html_add(html, of->within ? " (seen in training)" : " (never seen)");
    html_add(html, "</caption><thead><tr><th>shown ↓ · answered →</th>");
    for (int64_t c = 0; c < metrics->n_classes; c++) html_element(html, "th", metrics->classes[c]);
    html_add(html, "</tr></thead><tbody>\n");
    for (int64_t t = 0; t < metrics->n_classes; t++) {
        double line = 0;
        for (int64_t c = 0; c < metrics->n_classes; c++) line += counts[t * metrics->n_classes + c];
        html_add(html, "<tr>");
        html_element(html, "th", metrics->classes[t]);
        for (int64_t c = 0; c < metrics->n_classes; c++) cell(html, counts[t * metrics->n_classes + c], line);
        html_add(html, "</tr>\n");
    }
    html_add(html, "</tbody></table>\n");
}

static void matrices(struct html *html, const struct report_metrics *metrics, const struct report_cell *cells,
                     int64_t count) {
    html_add(html, "<div class=pair>\n");
    for (int64_t i = 0; i < count; i++)
        for (int m = 0; m < REPORT_METHODS; m++) matrix(html, metrics, &cells[i], (enum report_method)m);
    html_add(html, "</div>\n");
}

void page_confusions(struct html *html, const struct report_metrics *metrics) {
    if (metrics->n_cells == 0) return;
    page_section(html, "confusion", "Confusions");
    html_add(html, "<p class=note>Of the scans that show the line's expression, the share in per cent answered as the "
                   "column's; below it how many scans that is. The diagonal is right.</p>\n");
    if (metrics->n_pooled > 0) matrices(html, metrics, metrics->pooled, metrics->n_pooled);
    html_add(html, metrics->n_pooled > 0 ? "<details><summary>For each fold and dataset</summary>\n" : "<div>\n");
    matrices(html, metrics, metrics->cells, metrics->n_cells);
    html_add(html, metrics->n_pooled > 0 ? "</details>\n" : "</div>\n");
    page_section_end(html);
}
