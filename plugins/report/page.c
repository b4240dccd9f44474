// The whole page.
#include "report/page.h"

static void heading(struct html *html, const struct report_data *data) {
    const struct facet_items *items = data->items;
    html_add(html, "<header>\n");
    html_element(html, "h1", *data->facts[REPORT_NAME] ? data->facts[REPORT_NAME] : "Facet");
    html_add(html, "<p class=lead>%lld scans of %d subjects in %d dataset%s, %d expressions",
             (long long)facet_items_count(items), facet_items_subjects(items), facet_items_datasets(items),
             facet_items_datasets(items) == 1 ? "" : "s", facet_items_classes(items));
    if (*data->facts[REPORT_CREATED]) {
        html_add(html, " · ");
        html_text(html, data->facts[REPORT_CREATED]);
    }
    html_add(html, "</p>\n");
}

static void contents(struct html *html, const struct report_data *data) {
    const struct {
        bool shown;
        const char *id, *title;
    } entries[] = {
        {data->metrics.n_cells > 0, "result", "Result"},
        {data->metrics.n_cells > 0, "domains", "Datasets"},
        {data->metrics.n_cells > 0, "confusion", "Confusions"},
        {data->mistakes.n_strips > 0, "mistakes", "Mistakes"},
        {data->attention.classes > 0, "attention", "Attention"},
        {data->curves.n_columns > 0, "training", "Training"},
        {true, "scans", "Scans"},
        {true, "quality", "Data quality"},
        {data->expressions.n_strips > 0, "expressions", "Expressions"},
        {data->views.n_strips > 0, "views", "Views"},
        {data->metrics.n_folds > 0, "folds", "Folds"},
        {true, "stages", "Stages"},
        {true, "made", "How this was made"},
    };
    html_add(html, "<nav>");
    for (size_t i = 0; i < sizeof entries / sizeof *entries; i++)
        if (entries[i].shown) html_add(html, "<a href=\"#%s\">%s</a> ", entries[i].id, entries[i].title);
    html_add(html, "</nav>\n</header>\n");
}

void page_fold(struct html *html, const struct report_metrics *metrics, int64_t fold) {
    bool trained = report_folds_differ_in_training(metrics) && *metrics->folds[fold].trained_on;
    if (trained) html_add(html, "trained on ");
    html_text(html, trained ? metrics->folds[fold].trained_on : metrics->folds[fold].name);
}

void page_section(struct html *html, const char *id, const char *title) {
    html_add(html, "<section id=%s>\n<h2>%s</h2>\n", id, title);
}

void page_section_end(struct html *html) {
    html_add(html, "</section>\n");
}

static void body(struct html *html, const struct report_data *data) {
    page_headline(html, &data->metrics);
    page_domains(html, &data->metrics);
    page_confusions(html, &data->metrics);
    page_sheet(html, "mistakes", "The surest mistakes", &data->mistakes);
    page_attention(html, &data->attention, data->items);
    page_curves(html, data);
    page_scans(html, data);
    page_quality(html, data);
    page_sheet(html, "expressions", "What the model saw: expressions", &data->expressions);
    page_sheet(html, "views", "What the model saw: views", &data->views);
    page_folds(html, data);
    page_stages(html, data);
    page_provenance(html, data);
}

void page_write(struct html *html, const struct report_data *data) {
    html_add(html, "<!doctype html>\n<html lang=en>\n<head>\n<meta charset=utf-8>\n"
                   "<meta name=viewport content=\"width=device-width,initial-scale=1\">\n");
    html_element(html, "title", *data->facts[REPORT_NAME] ? data->facts[REPORT_NAME] : "Facet");
    html_add(html, "\n<style>\n%s</style>\n</head>\n<body>\n", page_style);
    heading(html, data);
    contents(html, data);
    html_add(html, "<main>\n");
    body(html, data);
    html_add(html, "</main>\n<footer>Written by Facet ");
    html_text(html, data->facts[REPORT_VERSION]);
    html_add(html, ". Every number and picture on this page comes from the run described above.</footer>\n"
                   "</body>\n</html>\n");
}
