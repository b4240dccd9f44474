// Where it all comes from: scans, folds, stages, and how to make it again.
#include "report/page.h"

#include <stdlib.h>
#include <string.h>

// ---- scans ----------------------------------------------------------------------------------------------------------

// (datasets, classes + 1) rows that are not set aside; the last column has those without a label.
static int64_t *count_scans(const struct report_data *data) {
    int classes = facet_items_classes(data->items);
    int64_t *counts = calloc((size_t)facet_items_datasets(data->items) * (size_t)(classes + 1) + 1, sizeof *counts);
    for (int64_t row = 0; counts && row < facet_items_count(data->items); row++) {
        int label = facet_items_class_of(data->items, row);
        if (data->valid[row])
            counts[facet_items_dataset_of(data->items, row) * (classes + 1) + (label < 0 ? classes : label)]++;
    }
    return counts;
}

static int64_t count_subjects(const struct report_data *data, int dataset, uint8_t *seen) {
    int64_t count = 0;
    memset(seen, 0, (size_t)facet_items_subjects(data->items));
    for (int64_t row = 0; row < facet_items_count(data->items); row++) {
        int subject = facet_items_subject_of(data->items, row);
        if (facet_items_dataset_of(data->items, row) != dataset || !data->valid[row] || seen[subject]) continue;
        seen[subject] = 1;
        count++;
    }
    return count;
}

static void scan_lines(struct html *html, const struct report_data *data, const int64_t *counts, uint8_t *seen) {
    int classes = facet_items_classes(data->items);
    for (int d = 0; d < facet_items_datasets(data->items); d++) {
        int64_t all = 0;
        for (int c = 0; c <= classes; c++) all += counts[d * (classes + 1) + c];
        html_add(html, "<tr>");
        html_element(html, "th", facet_items_dataset_name(data->items, d));
        html_add(html, "<td class=number>%lld</td><td class=number>%lld</td>", (long long)count_subjects(data, d, seen),
                 (long long)all);
        for (int c = 0; c <= classes; c++)
            html_add(html, "<td class=number>%lld</td>", (long long)counts[d * (classes + 1) + c]);
        html_add(html, "</tr>\n");
    }
}

void page_scans(struct html *html, const struct report_data *data) {
    int64_t *counts = count_scans(data);
    uint8_t *seen = malloc((size_t)facet_items_subjects(data->items) + 1);
    page_section(html, "scans", "Scans");
    html_add(html, "<p class=note>What was read and not set aside.</p>\n<div class=scroll><table><thead><tr>"
                   "<th>dataset</th><th class=number>subjects</th><th class=number>scans</th>");
    for (int c = 0; c < facet_items_classes(data->items); c++)
        html_element(html, "th class=number", facet_items_class_name(data->items, c));
    html_add(html, "<th class=number>no label</th></tr></thead><tbody>\n");
    if (counts && seen)
        scan_lines(html, data, counts, seen);
    else
        html->failed = true;
    html_add(html, "</tbody></table></div>\n");
    page_section_end(html);
    free(counts);
    free(seen);
}

// ---- folds ----------------------------------------------------------------------------------------------------------

static void fold_line(struct html *html, const struct report_fold *fold) {
    html_add(html, "<tr>");
    html_element(html, "th", fold->name);
    html_element(html, "td", fold->trained_on);
    for (int r = 0; r < REPORT_ROLES; r++)
        html_add(html, "<td class=number>%lld <span class=range>of %lld</span></td>", (long long)fold->rows[r],
                 (long long)fold->subjects[r]);
    html_add(html, "</tr>\n");
}

void page_folds(struct html *html, const struct report_data *data) {
    const struct report_metrics *metrics = &data->metrics;
    if (metrics->n_folds == 0) return;
    page_section(html, "folds", "Folds");
    if (metrics->proved)
        html_add(html, "<p>No fold was tested on a subject it was trained on: checked from the written roles, after "
                       "they were dealt and again before the numbers were made.</p>\n");
    html_add(html, "<p class=note>The model of the last epoch is tested; validation scans, where there are any, serve "
                   "the training curves alone.</p>\n<div class=scroll><table><caption>Scans, and of how many subjects"
                   "</caption><thead><tr><th>fold</th><th>trained on</th><th class=number>train</th>"
                   "<th class=number>validation</th><th class=number>test</th></tr></thead><tbody>\n");
    for (int64_t f = 0; f < metrics->n_folds; f++) fold_line(html, &metrics->folds[f]);
    html_add(html, "</tbody></table></div>\n");
    if (metrics->set_aside > 0)
        html_add(html,
                 "<p class=note>%lld scan%s dealt to a fold could not be tested, for a later stage set %s aside."
                 "</p>\n",
                 (long long)metrics->set_aside, metrics->set_aside == 1 ? "" : "s",
                 metrics->set_aside == 1 ? "it" : "them");
    page_section_end(html);
}

// ---- stages ---------------------------------------------------------------------------------------------------------

static void stage_line(struct html *html, const struct facet_stage_record *record, double longest) {
    html_add(html, "<tr>");
    html_element(html, "th", record->name);
    html_add(html, "<td>");
    html_text(html, record->plugin);
    html_add(html, " <span class=range>");
    html_text(html, record->plugin_version);
    html_add(html, "</span></td><td class=number>%.2f</td><td><span class=bar style=\"width:%.0fpx\"></span></td>",
             record->seconds, longest > 0 ? 130 * record->seconds / longest : 0);
    if (record->balance > 0)
        html_add(html, "<td class=number>%.0f %%</td>", 100 * record->balance);
    else
        html_add(html, "<td class=number>–</td>");
    html_add(html, "<td class=number>%.4f</td><td class=number>%lld</td><td>", record->core_hours,
             (long long)record->quarantined);
    html_element(html, "code", *record->content_hash ? record->content_hash : "not kept");
    html_add(html, "</td></tr>\n");
}

void page_stages(struct html *html, const struct report_data *data) {
    double longest = 0;
    for (int i = 0; i < data->n_records; i++)
        if (data->records[i].seconds > longest) longest = data->records[i].seconds;
    page_section(html, "stages", "Stages");
    html_add(html,
             "<p class=note>Wall time over all runs that worked on the stage; stages done together share it. Balance: "
             "how busy the workers of this run were, as a share of the busiest one. The hash is of the content: the "
             "same scans, settings and seed give the same hash on any number of ranks "
             "and threads.</p>\n<div class=scroll><table class=wide><thead><tr><th>stage</th><th>plugin</th>"
             "<th class=number>seconds</th><th></th><th class=number>balance</th><th class=number>core-hours</th>"
             "<th class=number>set aside</th><th>content</th></tr></thead>"
             "<tbody>\n");
    for (int i = 0; i < data->n_records; i++) stage_line(html, &data->records[i], longest);
    html_add(html, "</tbody></table></div>\n");
    page_section_end(html);
}

// ---- how this was made ----------------------------------------------------------------------------------------------

static void line(struct html *html, const char *name, const char *value) {
    if (!*value) return;
    html_element(html, "dt", name);
    html_element(html, "dd", value);
    html_add(html, "\n");
}

static void model(struct html *html, const json_t *description) {
    const char *key;
    json_t *value;
    if (!description) return;
    html_add(html, "<h3>The model</h3>\n<dl>");
    json_object_foreach((json_t *)description, key, value) {
        char *text = json_is_string(value) ? NULL : json_dumps(value, JSON_ENCODE_ANY);
        html_element(html, "dt", key);
        html_element(html, "dd", text ? text : json_string_value(value));
        html_add(html, "\n");
        free(text);
    }
    html_add(html, "</dl>\n");
}

static bool cited_before(const struct report_data *data, int i) {
    for (int k = 0; k < i; k++)
        if (strcmp(data->records[k].plugin, data->records[i].plugin) == 0) return true;
    return false;
}

static void citations(struct html *html, const struct report_data *data) {
    bool any = false;
    for (int i = 0; i < data->n_records; i++) {
        if (!data->records[i].citation || cited_before(data, i)) continue;
        if (!any) html_add(html, "<h3>To cite</h3>\n<dl>");
        any = true;
        line(html, data->records[i].plugin, data->records[i].citation);
    }
    if (any) html_add(html, "</dl>\n");
}

void page_provenance(struct html *html, const struct report_data *data) {
    char *const *facts = data->facts;
    page_section(html, "made", "How this was made");
    html_element(html, "pre", facts[REPORT_COMMAND]);
    html_add(html, "<dl>");
    line(html, "pipeline file", facts[REPORT_CONFIG_FILE]);
    line(html, "seed", facts[REPORT_SEED]);
    line(html, "written", facts[REPORT_CREATED]);
    line(html, "facet", facts[REPORT_VERSION]);
    line(html, "libraries", facts[REPORT_LIBRARIES]);
    line(html, "ranks", facts[REPORT_RANKS]);
    line(html, "threads a rank", facts[REPORT_THREADS]);
    line(html, "instructions", facts[REPORT_ISA]);
    html_add(html, "</dl>\n");
    model(html, data->model);
    citations(html, data);
    html_add(html, "<h3>The pipeline</h3>\n");
    html_element(html, "pre", facts[REPORT_CONFIG]);
    page_section_end(html);
}
