// The numbers: the headline, who was tested where, and every score with its interval.
#include "report/page.h"

#include <math.h>
#include <string.h>

static void percent(struct html *html, double value) {
    if (isfinite(value))
        html_add(html, "%.1f", 100 * value);
    else
        html_add(html, "–");
}

// Points with their sign, the minus a real one.
static void points(struct html *html, double value) {
    if (isfinite(value))
        html_add(html, "%s%.1f", value < 0 ? "−" : "+", fabs(100 * value));
    else
        html_add(html, "–");
}

static void range(struct html *html, struct report_interval interval) {
    if (isfinite(interval.low) && isfinite(interval.high))
        html_add(html, "<span class=range>%.1f to %.1f</span>", 100 * interval.low, 100 * interval.high);
}

static void probability(struct html *html, double p) {
    if (!isfinite(p)) return;
    if (p < 0.001)
        html_add(html, "p&nbsp;&lt;&nbsp;0.001");
    else
        html_add(html, "p&nbsp;=&nbsp;%.3f", p);
}

static bool has(const struct report_metrics *metrics, enum report_method method) {
    for (int64_t i = 0; i < metrics->n_cells; i++)
        if (metrics->cells[i].scores[method].present) return true;
    return false;
}

static void tile(struct html *html, const struct report_cell *cell, enum report_method method) {
    const struct report_score *score = &cell->scores[method];
    if (!score->present) return;
    html_add(html, "<div class=tile><span>%s, %s</span><b class=%s>",
             cell->within ? "Within datasets" : "Across datasets", method == REPORT_MODEL ? "model" : "baseline",
             method == REPORT_MODEL ? "model" : "base");
    percent(html, score->uar.value);
    html_add(html, " %%</b>");
    range(html, score->uar);
    html_add(html, "<span class=note>%lld scans, %lld subjects</span></div>\n", (long long)cell->n,
             (long long)cell->subjects);
}

// A bootstrap over so few subjects gives intervals that are too narrow; nothing is concluded from them.
enum { FEW_SUBJECTS = 10 };

// True when the difference is told from zero.
static bool is_clear(const struct report_cell *cell) {
    return cell->subjects >= FEW_SUBJECTS && (cell->difference.low > 0 || cell->difference.high < 0);
}

static const char *conclusion(const struct report_cell *cell) {
    if (cell->subjects < FEW_SUBJECTS) return "too few subjects to conclude anything";
    return is_clear(cell) ? "more than the choice of subjects explains"
                          : "the interval holds zero, so these subjects do not show which is better";
}

static void difference(struct html *html, const struct report_cell *cell) {
    bool clear = is_clear(cell);
    html_add(html, "<span class=%s>", !clear ? "soft" : cell->difference.value > 0 ? "good" : "bad");
    points(html, cell->difference.value);
    html_add(html, "</span>");
    if (!isfinite(cell->difference.low)) return;
    html_add(html, "<br><span class=range>");
    points(html, cell->difference.low);
    html_add(html, " to ");
    points(html, cell->difference.high);
    html_add(html, "<br>");
    probability(html, cell->p);
    html_add(html, "</span>");
}

static void verdict(struct html *html, const struct report_cell *cell) {
    if (!cell->compared || !isfinite(cell->difference.value)) return;
    html_add(html, "<p>%s, the model is %.1f points %s the baseline",
             cell->within ? "Within datasets" : "Across datasets", 100 * fabs(cell->difference.value),
             cell->difference.value < 0 ? "below" : "above");
    if (isfinite(cell->difference.low)) {
        html_add(html, " (95&nbsp;%% interval ");
        points(html, cell->difference.low);
        html_add(html, " to ");
        points(html, cell->difference.high);
        html_add(html, ", ");
        probability(html, cell->p);
        html_add(html, "): %s", conclusion(cell));
    }
    html_add(html, ".</p>\n");
}

void page_headline(struct html *html, const struct report_metrics *metrics) {
    if (metrics->n_cells == 0) return;
    page_section(html, "result", "Result");
    html_add(
        html,
        "<p class=note>Unweighted average recall: the mean over the expressions of the share found, so that rare "
        "expressions count as much as common ones. Guessing gives %.1f&nbsp;%%. Ranges are 95&nbsp;%% intervals of "
        "a bootstrap over subjects (%lld draws); with fewer than %d subjects they are too narrow to be "
        "trusted.</p>\n<div class=tiles>\n",
        100.0 / (double)metrics->n_classes, (long long)metrics->resamples, FEW_SUBJECTS);
    for (int64_t i = 0; i < metrics->n_pooled; i++)
        for (int m = 0; m < REPORT_METHODS; m++) tile(html, &metrics->pooled[i], (enum report_method)m);
    html_add(html, "</div>\n");
    for (int64_t i = 0; i < metrics->n_pooled; i++) verdict(html, &metrics->pooled[i]);
    page_scores(html, metrics);
    page_section_end(html);
}

// ---- trained on x tested on -----------------------------------------------------------------------------------------

static const struct report_cell *find(const struct report_metrics *metrics, int64_t fold, const char *dataset) {
    for (int64_t i = 0; i < metrics->n_cells; i++)
        if (metrics->cells[i].fold == fold && strcmp(metrics->cells[i].dataset, dataset) == 0)
            return &metrics->cells[i];
    return NULL;
}

// The i-th cell is the first to name its dataset: that gives the columns in their order.
static bool names_dataset_first(const struct report_metrics *metrics, int64_t i) {
    for (int64_t k = 0; k < i; k++)
        if (strcmp(metrics->cells[k].dataset, metrics->cells[i].dataset) == 0) return false;
    return true;
}

static void domain_cell(struct html *html, const struct report_cell *cell, enum report_method method, double chance) {
    if (!cell || !cell->scores[method].present) {
        html_add(html, "<td class=none>–</td>");
        return;
    }
    struct report_interval uar = cell->scores[method].uar;
    double share = (uar.value - chance) / (1 - chance);
    html_add(html, "<td%s style=\"background:#%06x;color:%s\">", cell->within ? "" : " class=unseen", html_tint(share),
             html_tint_is_dark(share) ? "#fff" : "#1c2730");
    percent(html, uar.value);
    if (isfinite(uar.low) && isfinite(uar.high))
        html_add(html, "<small>%.0f–%.0f</small>", 100 * uar.low, 100 * uar.high);
    html_add(html, "</td>");
}

static void domain_line(struct html *html, const struct report_metrics *metrics, int64_t f, enum report_method method) {
    html_add(html, "<tr>");
    html_add(html, "<th>");
    page_fold(html, metrics, f);
    html_add(html, "</th>");
    for (int64_t i = 0; i < metrics->n_cells; i++)
        if (names_dataset_first(metrics, i))
            domain_cell(html, find(metrics, f, metrics->cells[i].dataset), method, 1.0 / (double)metrics->n_classes);
    html_add(html, "</tr>\n");
}

static void domain_map(struct html *html, const struct report_metrics *metrics, enum report_method method) {
    if (!has(metrics, method)) return;
    html_add(html, "<table class=heat><caption>%s</caption><thead><tr><th>tested on →</th>",
             method == REPORT_MODEL ? "Model" : "Baseline");
    for (int64_t i = 0; i < metrics->n_cells; i++)
        if (names_dataset_first(metrics, i)) html_element(html, "th", metrics->cells[i].dataset);
    html_add(html, "</tr></thead><tbody>\n");
    for (int64_t f = 0; f < metrics->n_folds; f++) domain_line(html, metrics, f, method);
    html_add(html, "</tbody></table>\n");
}

static bool tests_unseen(const struct report_metrics *metrics) {
    for (int64_t i = 0; i < metrics->n_cells; i++)
        if (!metrics->cells[i].within) return true;
    return false;
}

void page_domains(struct html *html, const struct report_metrics *metrics) {
    if (metrics->n_cells == 0) return;
    bool unseen = tests_unseen(metrics);
    page_section(html, "domains", unseen ? "Across datasets" : "Dataset by dataset");
    html_add(html,
             "<p class=note>Unweighted average recall in per cent, with its 95&nbsp;%% interval; the tint runs from "
             "guessing to perfect. %s</p>\n<div class=pair>\n",
             unseen
                 ? "A framed cell tests a dataset that the fold has never seen; the others test held-out subjects of "
                   "a dataset it was trained on."
                 : "Every fold was trained on other subjects of the dataset it tests.");
    domain_map(html, metrics, REPORT_MODEL);
    domain_map(html, metrics, REPORT_BASELINE);
    html_add(html, "</div>\n");
    page_section_end(html);
}

// ---- every score ----------------------------------------------------------------------------------------------------

enum { PLOT_WIDTH = 210, PLOT_HEIGHT = 44 };

static double plot_x(double share) {
    return 5 + (PLOT_WIDTH - 10) * share;
}

static void plot_interval(struct html *html, const struct report_score *score, int y, const char *colour) {
    if (!score->present) return;
    if (isfinite(score->uar.low) && isfinite(score->uar.high))
        html_add(html,
                 "<line x1=\"%.1f\" x2=\"%.1f\" y1=\"%d\" y2=\"%d\" stroke=\"%s\" stroke-width=\"3\" "
                 "stroke-opacity=\".45\" stroke-linecap=\"round\"/>",
                 plot_x(score->uar.low), plot_x(score->uar.high), y, y, colour);
    html_add(html, "<circle cx=\"%.1f\" cy=\"%d\" r=\"4.5\" fill=\"%s\"/>", plot_x(score->uar.value), y, colour);
}

static void plot(struct html *html, const struct report_cell *cell, double chance) {
    html_add(html, "<svg width=%d height=%d viewBox=\"0 0 %d %d\" role=img aria-label=\"intervals\">", PLOT_WIDTH,
             PLOT_HEIGHT, PLOT_WIDTH, PLOT_HEIGHT);
    for (int tick = 0; tick <= 4; tick++)
        html_add(html, "<line x1=\"%.1f\" x2=\"%.1f\" y1=\"0\" y2=\"%d\" stroke=\"#dfe5ea\"/>", plot_x(tick / 4.0),
                 plot_x(tick / 4.0), PLOT_HEIGHT);
    html_add(html, "<line x1=\"%.1f\" x2=\"%.1f\" y1=\"0\" y2=\"%d\" stroke=\"#5b6975\" stroke-dasharray=\"2 3\"/>",
             plot_x(chance), plot_x(chance), PLOT_HEIGHT);
    bool both = cell->scores[REPORT_MODEL].present && cell->scores[REPORT_BASELINE].present;
    plot_interval(html, &cell->scores[REPORT_MODEL], both ? 14 : 22, "#0f4c75");
    plot_interval(html, &cell->scores[REPORT_BASELINE], both ? 31 : 22, "#b3641b");
    html_add(html, "</svg>");
}

static void score_number(struct html *html, struct report_interval interval) {
    html_add(html, "<td class=number>");
    percent(html, interval.value);
    html_add(html, "<br>");
    range(html, interval);
    html_add(html, "</td>");
}

static void score_line(struct html *html, const struct report_score *score, enum report_method method) {
    html_add(html, method == REPORT_MODEL ? "<td class=model>model</td>" : "<td class=base>baseline</td>");
    score_number(html, score->uar);
    score_number(html, score->accuracy);
    score_number(html, score->macro_f1);
    html_add(html, "<td class=number>");
    percent(html, score->ece);
    html_add(html, "</td>");
}

static void cell_name(struct html *html, const struct report_metrics *metrics, const struct report_cell *cell) {
    html_text(html, *cell->dataset ? cell->dataset : "all datasets");
    html_add(html, "<br><span class=range>%s", cell->within ? "seen in training" : "never seen");
    if (cell->fold >= 0 && cell->fold < metrics->n_folds) {
        html_add(html, " · ");
        page_fold(html, metrics, cell->fold);
    }
    html_add(html, "</span>");
}

// What both methods' lines share: the names and the plot of the cell.
static void cell_head(struct html *html, const struct report_metrics *metrics, const struct report_cell *cell,
                      int lines) {
    html_add(html, "<th rowspan=%d>", lines);
    cell_name(html, metrics, cell);
    html_add(html, "</th><td rowspan=%d class=number>%lld<br><span class=range>%lld subject%s</span></td>", lines,
             (long long)cell->n, (long long)cell->subjects, cell->subjects == 1 ? "" : "s");
    html_add(html, "<td rowspan=%d>", lines);
    plot(html, cell, 1.0 / (double)metrics->n_classes);
    html_add(html, "</td>");
}

static void cell_tail(struct html *html, const struct report_cell *cell, int lines) {
    html_add(html, "<td rowspan=%d class=number>", lines);
    if (cell->compared) difference(html, cell);
    html_add(html, "</td>");
}

static void score_rows(struct html *html, const struct report_metrics *metrics, const struct report_cell *cell) {
    int lines = cell->scores[REPORT_MODEL].present + cell->scores[REPORT_BASELINE].present;
    bool first = true;
    for (int m = 0; m < REPORT_METHODS; m++) {
        if (!cell->scores[m].present) continue;
        html_add(html, cell->fold < 0 ? "<tr class=whole>" : "<tr>");
        if (first) cell_head(html, metrics, cell, lines);
        score_line(html, &cell->scores[m], (enum report_method)m);
        if (first && has(metrics, REPORT_BASELINE)) cell_tail(html, cell, lines);
        first = false;
        html_add(html, "</tr>\n");
    }
}

void page_scores(struct html *html, const struct report_metrics *metrics) {
    html_add(html,
             "<h3>Every score</h3>\n<div class=scroll><table class=\"wide scores\"><thead><tr><th>tested on</th>"
             "<th class=number>scans</th><th>recall, 0 to 100&nbsp;%%<br><span class=range>dashed: guessing</span>"
             "</th><th></th><th class=number>average<br>recall</th><th class=number>accuracy</th>"
             "<th class=number>macro F1</th><th class=number>calibration<br>error</th>%s</tr></thead><tbody>\n",
             has(metrics, REPORT_BASELINE) ? "<th class=number>model −<br>baseline</th>" : "");
    for (int64_t i = 0; i < metrics->n_pooled; i++) score_rows(html, metrics, &metrics->pooled[i]);
    for (int64_t i = 0; i < metrics->n_cells; i++) score_rows(html, metrics, &metrics->cells[i]);
    html_add(html,
             "</tbody></table></div>\n<p class=note>Per cent. Calibration error: how far the probability given "
             "to the answer is, on average, from the share of right answers.%s</p>\n",
             has(metrics, REPORT_BASELINE) ? " The difference is of the average recall, on the same resampled "
                                             "subjects; p is two-sided and not corrected for the number of lines."
                                           : "");
}
