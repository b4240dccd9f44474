// Contact sheets in the page, and what the model attended to.
#include "report/page.h"

static void strip(struct html *html, const struct report_strip *strip) {
    html_add(html, "<div class=strip>");
    bool captions = false;
    for (int i = 0; i < strip->count; i++) captions = captions || *strip->captions[i];
    if (captions) {
        html_add(html, "<div class=captions style=\"grid-template-columns:repeat(%d,1fr)\">", strip->count);
        for (int i = 0; i < strip->count; i++) html_element(html, "span", strip->captions[i]);
        html_add(html, "</div>");
    }
    html_add(html, "<div class=who>");
    html_text(html, strip->heading);
    html_add(html, "</div><img src=\"");
    html_text(html, strip->file);
    html_add(html, "\" alt=\"");
    html_text(html, strip->heading);
    html_add(html, "\"></div>\n");
}

void page_sheet(struct html *html, const char *id, const char *title, const struct report_sheet *sheet) {
    if (sheet->n_strips == 0) return;
    page_section(html, id, title);
    html_element(html, "p class=note", sheet->note);
    for (int i = 0; i < sheet->n_strips; i++) strip(html, &sheet->strips[i]);
    page_section_end(html);
}

static void weights(struct html *html, const struct report_attention *attention, const struct facet_items *items) {
    for (int64_t c = 0; c < attention->classes; c++) {
        html_add(html, "<tr>");
        html_element(html, "th", facet_items_class_name(items, (int)c));
        for (int64_t v = 0; v < attention->views; v++) {
            double share = attention->weight[c * attention->views + v];
            if (attention->rows[c] > 0)
                html_add(html, "<td style=\"background:#%06x;color:%s\">%.1f</td>", html_tint(share),
                         html_tint_is_dark(share) ? "#fff" : "#1c2730", 100 * share);
            else
                html_add(html, "<td class=none>–</td>");
        }
        html_add(html, "<td class=none>%lld</td></tr>\n", (long long)attention->rows[c]);
    }
}

void page_attention(struct html *html, const struct report_attention *attention, const struct facet_items *items) {
    if (attention->classes == 0) return;
    page_section(html, "attention", "Where the model looked");
    html_add(html,
             "<p class=note>The share in per cent that each view gets when the text of the expression a scan shows "
             "asks the views, as a mean over all tested scans of that expression. %.1f would be no "
             "preference.</p>\n<table class=heat><thead><tr><th>expression</th>",
             100.0 / (double)attention->views);
    for (int64_t v = 0; v < attention->views; v++) {
        html_add(html, "<th>");
        if (attention->picture)
            html_add(html,
                     "<span style=\"display:block;width:84px;height:84px;margin:0 auto 4px;border-radius:6px;"
                     "background:#f3f3f3 url(%s) %.4f%% 0/%lld00%% 100%%\"></span>",
                     attention->picture, attention->views > 1 ? 100.0 * (double)v / (double)(attention->views - 1) : 0,
                     (long long)attention->views);
        html_add(html, "view %lld</th>", (long long)v + 1);
    }
    html_add(html, "<th>tested</th></tr></thead><tbody>\n");
    weights(html, attention, items);
    html_add(html, "</tbody></table>\n");
    page_section_end(html);
}
