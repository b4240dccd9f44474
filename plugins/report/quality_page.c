// The section on quality: scans found and used, why others were set aside, how the metrics are spread, the worst scans.
#include "report/quality_page.h"
#include "report/page.h"

#include <math.h>
#include <string.h>

// ---- found, used, set aside -----------------------------------------------------------------------------------------

static void found_line(struct html *html, const char *name, const struct quality_dataset *of) {
    double share = of->found ? (double)of->used / (double)of->found : 0;
    html_add(html, "<tr>");
    html_element(html, "th", name);
    html_add(html,
             "<td class=number>%lld</td><td class=number>%lld</td><td class=number>%lld</td>"
             "<td class=number>%.1f %%</td><td><span class=bar style=\"width:%.0fpx\"></span></td></tr>\n",
             (long long)of->found, (long long)of->used, (long long)(of->found - of->used), 100 * share, 130 * share);
}

static void found(struct html *html, const struct report_quality *quality, const struct facet_items *items) {
    struct quality_dataset all = {0, 0};
    html_add(html, "<table><thead><tr><th>dataset</th><th class=number>found</th><th class=number>used</th>"
                   "<th class=number>set aside</th><th class=number>used</th><th></th></tr></thead><tbody>\n");
    for (int d = 0; d < quality->n_datasets; d++) {
        found_line(html, facet_items_dataset_name(items, d), &quality->datasets[d]);
        all.found += quality->datasets[d].found, all.used += quality->datasets[d].used;
    }
    if (quality->n_datasets > 1) found_line(html, "all", &all);
    html_add(html, "</tbody></table>\n");
}

static void reasons(struct html *html, const struct report_quality *quality, const struct facet_items *items) {
    html_add(html, "<h3>Why scans were set aside</h3>\n<div class=scroll><table class=wide><thead><tr><th>stage</th>"
                   "<th>kind</th><th>reason</th>");
    for (int d = 0; d < quality->n_datasets; d++)
        html_element(html, "th class=number", facet_items_dataset_name(items, d));
    html_add(html, "<th class=number>scans</th></tr></thead><tbody>\n");
    for (int i = 0; i < quality->reasons.n; i++) {
        const struct report_reason *reason = &quality->reasons.all[i];
        html_add(html, "<tr>");
        html_element(html, "th", reason->stage);
        html_element(html, "td", strncmp(reason->code, "FACET_ERROR_", 12) ? reason->code : reason->code + 12);
        html_element(html, "td class=reason", reason->text);
        for (int d = 0; d < quality->n_datasets; d++)
            html_add(html, "<td class=number>%lld</td>", (long long)reason->by_dataset[d]);
        html_add(html, "<td class=number>%lld</td></tr>\n", (long long)reason->scans);
    }
    html_add(html, "</tbody></table></div>\n");
}

static void entry(struct html *html, const struct facet_items *items, const struct facet_quarantine_entry *entry) {
    struct facet_item item = facet_items_get(items, entry->row);
    html_add(html, "<tr><td class=number>%lld</td>", (long long)entry->row);
    html_element(html, "td", item.dataset);
    html_element(html, "td", item.subject);
    html_element(html, "td class=reason", item.path);
    html_element(html, "td class=reason", entry->message);
    html_add(html, "</tr>\n");
}

static void set_aside(struct html *html, const struct report_quality *quality, const struct facet_items *items) {
    if (quality->n_set_aside == 0) {
        html_add(html, "<p>No scan was set aside.</p>\n");
        return;
    }
    html_add(html, "<p>%lld of %lld scan%s could not be used. They keep their row and their reason.</p>\n",
             (long long)quality->n_set_aside, (long long)facet_items_count(items),
             facet_items_count(items) == 1 ? "" : "s");
    reasons(html, quality, items);
}

static void noted(struct html *html, const struct report_quality *quality, const struct facet_items *items) {
    if (quality->n_noted > 0)
        html_add(html,
                 "<p>%lld of %lld scan%s kept though something of theirs, landmarks or a picture, is broken or missing."
                 "</p>\n",
                 (long long)quality->n_noted, (long long)facet_items_count(items),
                 facet_items_count(items) == 1 ? " was" : "s were");
}

static void list(struct html *html, const struct facet_items *items, const char *id, const char *what, int64_t all,
                 const struct facet_quarantine_entry *first, int n) {
    if (n == 0) return;
    html_add(html, "<h3 id=%s>", id);
    if (all == 1)
        html_add(html, "The one that was %s", what);
    else
        html_add(html, "%s %d that were %s", n < all ? "The first" : "All", n, what);
    html_add(html, "</h3>\n<div class=scroll><table class=wide><thead><tr><th class=number>row</th><th>dataset</th>"
                   "<th>subject</th><th>scan</th><th>why</th></tr></thead><tbody>\n");
    for (int i = 0; i < n; i++) entry(html, items, &first[i]);
    html_add(html, "</tbody></table></div>\n");
}

// ---- how the metrics are spread -------------------------------------------------------------------------------------

// Metrics of which a picture would say nothing are told in a sentence.
static void unvaried(struct html *html, const struct report_quality *quality) {
    int same = 0, missing = 0;
    for (int m = 0; m < FACET_METRICS; m++) {
        const struct quality_metric *metric = &quality->metrics[m];
        if (metric->measured == 0 || metric->smallest < metric->most) continue;
        html_add(html, "%s%s %s", same++ ? ", " : "<p class=note>The same in every scan: ",
                 facet_metric_about((enum facet_metric)m)->name,
                 quality_value((enum facet_metric)m, metric->most).text);
    }
    if (same) html_add(html, ".</p>\n");
    for (int m = 0; m < FACET_METRICS; m++)
        if (quality->metrics[m].measured == 0)
            html_add(html, "%s%s", missing++ ? ", " : "<p class=note>Not measured in any scan: ",
                     facet_metric_about((enum facet_metric)m)->name);
    if (missing) html_add(html, ".</p>\n");
}

static void spreads(struct html *html, const struct report_quality *quality, const struct facet_items *items) {
    html_add(html,
             "<h3>How good the scans are</h3>\n<p class=note>Of the scans that are used, for each dataset; the highest "
             "bars are as high in every line. Dashed: the limit beyond which scans are set aside. Missing: nothing can "
             "be said of those scans.</p>\n<div class=panels>\n");
    for (int m = 0; m < FACET_METRICS; m++)
        if (quality_has_chart(quality, (enum facet_metric)m)) quality_chart(html, quality, (enum facet_metric)m, items);
    html_add(html, "</div>\n");
    unvaried(html, quality);
}

// ---- the worst scans ------------------------------------------------------------------------------------------------

bool quality_has_worst(const struct report_quality *quality, enum facet_metric metric) {
    return quality->metrics[metric].n_worst > 0 &&
           (facet_metric_about(metric)->limit != NULL || metric == FACET_METRIC_SPIKES);
}

static void card(struct html *html, const struct report_quality *quality, enum facet_metric metric, int place,
                 const struct facet_items *items) {
    const struct quality_scan *scan = &quality->metrics[metric].worst[place];
    struct facet_item item = facet_items_get(items, scan->row);
    html_add(html, "<div class=scan>");
    if (quality->pictured)
        html_add(html, "<img src=\"%s\" alt=\"row %lld\">", quality_worst_file(metric, place).name,
                 (long long)scan->row);
    html_add(html, "<b>%s</b><span>", quality_value(metric, scan->value).text);
    html_text(html, item.dataset);
    html_add(html, ", ");
    html_text(html, item.subject);
    html_add(html, "</span>");
    html_element(html, "span class=path", item.path);
    html_add(html, "</div>\n");
}

static bool has_limits(const struct report_quality *quality) {
    bool any = false;
    for (int m = 0; m < FACET_METRICS; m++) any = any || !isnan(quality->metrics[m].limit);
    return any;
}

static void worst(struct html *html, const struct report_quality *quality, const struct facet_items *items) {
    int shown = 0;
    for (int m = 0; m < FACET_METRICS; m++) {
        enum facet_metric metric = (enum facet_metric)m;
        if (!quality_has_worst(quality, metric)) continue;
        if (!shown++)
            html_add(html, "<h3>The worst scans that are used</h3>\n<p class=note>Worst first.%s</p>\n",
                     has_limits(quality) ? " What is beyond a limit is not among them: it was set aside." : "");
        html_add(html, "<div class=worst><div><b>%s</b><span class=note>%s</span></div><div class=scans>\n",
                 facet_metric_about(metric)->name, facet_metric_about(metric)->about);
        for (int i = 0; i < quality->metrics[m].n_worst; i++) card(html, quality, metric, i, items);
        html_add(html, "</div></div>\n");
    }
}

// ---- pairs ----------------------------------------------------------------------------------------------------------

static void half(struct html *html, const struct facet_items *items, int64_t row) {
    struct facet_item item = facet_items_get(items, row);
    html_add(html, "<td class=reason>");
    html_text(html, item.dataset);
    html_add(html, ", ");
    html_text(html, item.subject);
    if (*item.label) html_add(html, ", ");
    html_text(html, item.label);
    html_add(html, "<br><span class=soft>");
    html_text(html, item.path);
    html_add(html, "</span></td>");
}

static void pair_line(struct html *html, const struct report_quality *quality, int i, const struct facet_items *items) {
    const struct quality_pair *pair = &quality->pairs.first[i];
    html_add(html, "<tr>");
    for (int side = 0; side < 2 && quality->pictured; side++)
        html_add(html, "<td class=half><img src=\"%s\" alt=\"row %lld\"></td>", quality_pair_file(i, side).name,
                 (long long)pair->rows[side]);
    html_add(html, "<td>%s</td><td class=number>", pair->exact ? "exact" : "near");
    if (isfinite(pair->distance)) html_add(html, pair->distance > 0 ? "%.3f mm" : "%.0f mm", pair->distance);
    html_add(html, "</td>");
    for (int side = 0; side < 2; side++) half(html, items, pair->rows[side]);
    html_add(html, "</tr>\n");
}

static void pairs(struct html *html, const struct report_quality *quality, const struct facet_items *items) {
    const struct quality_pairs *of = &quality->pairs;
    html_add(html, "<h3>Scans that are there twice</h3>\n");
    if (of->n_first == 0) {
        html_add(html, "<p>No two scans are the same.</p>\n");
        return;
    }
    html_add(
        html,
        "<p>%lld pair%s with the same content, %lld more with the same shape; %lld of all are of two people, or of "
        "two datasets.</p>\n<p class=note>%s, those of two people first, then exact ones, then the closest."
        "</p>\n<div class=scroll><table class=wide><thead><tr>%s<th>kind</th><th class=number>distance</th>"
        "<th>scan</th><th>and</th></tr></thead><tbody>\n",
        (long long)of->exact, of->exact == 1 ? "" : "s", (long long)of->near, (long long)of->between_people,
        of->n_first < of->exact + of->near ? "The first 12" : "All", quality->pictured ? "<th></th><th></th>" : "");
    for (int i = 0; i < of->n_first; i++) pair_line(html, quality, i, items);
    html_add(html, "</tbody></table></div>\n");
}

void page_quality(struct html *html, const struct report_data *data) {
    const struct report_quality *quality = &data->quality;
    page_section(html, "quality", "Data quality");
    html_add(html, "<p class=note>Also in <a href=\"quality.json\">quality.json</a>.</p>\n");
    found(html, quality, data->items);
    set_aside(html, quality, data->items);
    noted(html, quality, data->items);
    if (quality->measured) spreads(html, quality, data->items);
    if (quality->measured) worst(html, quality, data->items);
    if (quality->pairs.searched) pairs(html, quality, data->items);
    if (!quality->measured)
        html_add(html, "<p class=note>No stage kept the metrics of the scans: add <code>describe</code> after "
                       "<code>preprocess</code> to see them here.</p>\n");
    list(html, data->items, "quarantine", "set aside", quality->n_set_aside, quality->first, quality->n_first);
    list(html, data->items, "noted", "kept without something", quality->n_noted, quality->noted,
         quality->n_first_noted);
    page_section_end(html);
}
