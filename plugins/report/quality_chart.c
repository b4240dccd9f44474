// Histograms in the page, drawn as SVG: one panel a metric, one line of bars a dataset, all along one axis.
#include "report/quality_page.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { WIDTH = 340, LEFT = 6, RIGHT = 10, HEAD = 16, SAID = 16, BARS = 34, LINE = SAID + BARS + 8, FOOT = 22 };

bool quality_has_chart(const struct report_quality *quality, enum facet_metric metric) {
    const struct quality_metric *m = &quality->metrics[metric];
    return m->axis.bars > 0 && m->smallest < m->most;
}

static struct quality_text number_of(double value, int digits) {
    struct quality_text number = {"–"};
    if (!isfinite(value)) return number;
    bool whole = value == floor(value) && fabs(value) < 1e15;
    const char *sign = value < 0 ? "−" : "";
    if (whole || (fabs(value) >= 1000 && digits <= 3))
        snprintf(number.text, sizeof number.text, "%s%.0f", sign, fabs(value));
    else
        snprintf(number.text, sizeof number.text, "%s%.*g", sign, digits, fabs(value));
    return number;
}

struct quality_text quality_number(double value) {
    return number_of(value, 3);
}

static const char *unit_text(const char *unit) {
    static const struct {
        const char *unit, *text;
    } known[] = {{"", ""}, {"mm", " mm"}, {"mm^2", " mm²"}, {"degree", "°"}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (strcmp(unit, known[i].unit) == 0) return known[i].text;
    return "";
}

static void add_unit(enum facet_metric metric, struct quality_text *number) {
    size_t length = strlen(number->text);
    snprintf(number->text + length, sizeof number->text - length, "%s", unit_text(facet_metric_about(metric)->unit));
}

struct quality_text quality_value(enum facet_metric metric, double value) {
    struct quality_text number = quality_number(value);
    if (isfinite(value)) add_unit(metric, &number);
    return number;
}

static double x_at(const struct histogram_axis *axis, double value) {
    return LEFT + (value - axis->low) / (axis->step * axis->bars) * (WIDTH - LEFT - RIGHT);
}

static void bars(struct html *html, const struct histogram_axis *axis, const struct quality_spread *spread,
                 const char *colour, int foot) {
    double tallest = 0;
    for (int k = 0; k < axis->bars; k++) tallest = fmax(tallest, quality_bar(spread, k));
    html_add(html, "<path fill=\"%s\" d=\"", colour);
    for (int k = 0; k < axis->bars; k++) {
        double count = quality_bar(spread, k), from = x_at(axis, axis->low + axis->step * k);
        double to = x_at(axis, axis->low + axis->step * (k + 1));
        if (count > 0) // a lone scan among thousands is still to be seen
            html_add(html, "M%.1f %dV%.1fH%.1fV%dZ", from + 0.4, foot, foot - fmax(1, BARS * count / tallest), to - 0.4,
                     foot);
    }
    html_add(html, "\"/><line x1=\"%d\" x2=\"%d\" y1=\"%d\" y2=\"%d\" stroke=\"#b9c3cb\"/>", LEFT, WIDTH - RIGHT, foot,
             foot);
}

// At most `most` characters of a name, none of them in part.
static void short_name(struct html *html, const char *name, int most) {
    char text[128];
    size_t length = 0;
    while (name[length] && length < sizeof text - 4 && most >= 0)
        most -= ((unsigned char)name[++length] & 0xc0) != 0x80;
    bool cut = most < 0;
    if (cut) // what was stepped over is the first byte of the character too many
        do length--;
        while (length > 0 && ((unsigned char)name[length] & 0xc0) == 0x80);
    snprintf(text, sizeof text, "%.*s%s", (int)length, name, cut || name[length] ? "…" : "");
    html_text(html, text);
}

static void said(struct html *html, enum facet_metric metric, const struct quality_spread *spread) {
    if (spread->measured == 0) {
        html_add(html, "not measured");
        return;
    }
    if (!isnan(spread->median)) html_add(html, "median %s", quality_value(metric, spread->median).text);
    if (spread->below > 0) html_add(html, " · %.0f below", spread->below);
    if (spread->above > 0) html_add(html, " · %.0f above", spread->above);
    if (spread->missing > 0) html_add(html, " · %.0f missing", spread->missing);
}

static void limit_line(struct html *html, const struct histogram_axis *axis, double limit, int foot, const char *name,
                       double given) {
    double x = x_at(axis, limit);
    if (x < LEFT || x > WIDTH - RIGHT) return;
    html_add(html,
             "<line x1=\"%.1f\" x2=\"%.1f\" y1=\"%d\" y2=\"%d\" stroke=\"#a3262a\" stroke-width=\"1.5\" "
             "stroke-dasharray=\"4 3\"/>",
             x, x, HEAD, foot);
    if (!name) return;
    bool left = x > WIDTH / 2.0;
    html_add(html, "<text x=\"%.1f\" y=\"%d\" text-anchor=\"%s\" fill=\"#a3262a\">%s = %s</text>",
             left ? fmin(x + 4, WIDTH - RIGHT) : fmax(x - 4, LEFT), HEAD - 4, left ? "end" : "start", name,
             quality_number(given).text);
}

static void limits(struct html *html, const struct quality_metric *metric, const struct facet_metric_about *about,
                   int foot) {
    const struct histogram_axis *axis = &metric->axis;
    if (isnan(metric->limit)) return;
    double end = axis->low + axis->step * axis->bars;
    bool far = about->worse == FACET_WORSE_FAR;
    if (metric->limit < axis->low || metric->limit > end)
        html_add(html, "<text x=\"%d\" y=\"%d\" text-anchor=\"end\" fill=\"#a3262a\">%s = %s, off this axis</text>",
                 WIDTH - RIGHT, HEAD - 4, about->limit, quality_number(metric->limit).text);
    limit_line(html, axis, metric->limit, foot, about->limit, metric->limit);
    if (far) limit_line(html, axis, -metric->limit, foot, NULL, 0);
}

// With so many digits that numbers a step apart are not the same.
static struct quality_text tick(double value, double step) {
    double digits = value == 0 ? 3 : floor(log10(fabs(value))) - floor(log10(step)) + 2;
    return number_of(value, (int)fmax(3, fmin(15, digits)));
}

static void ticks(struct html *html, enum facet_metric metric, const struct histogram_axis *axis, int foot) {
    double end = axis->low + axis->step * axis->bars, step = axis->step;
    for (int k = 0; (end - axis->low) / step > 5; k++) step *= k % 3 == 1 ? 2.5 : 2;
    if (axis->whole) step = fmax(1, floor(step));
    double last = floor(end / step + 1e-9);
    for (double k = ceil(axis->low / step - 1e-9); k <= last; k++) {
        double x = x_at(axis, k * step);
        struct quality_text text = tick(k * step, step);
        if (k == last) add_unit(metric, &text);
        const char *anchor = x < LEFT + 12 ? "start" : x > WIDTH - RIGHT - 24 ? "end" : "middle";
        html_add(html,
                 "<line x1=\"%.1f\" x2=\"%.1f\" y1=\"%d\" y2=\"%d\" stroke=\"#b9c3cb\"/>"
                 "<text x=\"%.1f\" y=\"%d\" text-anchor=\"%s\" fill=\"#5b6975\">%s</text>",
                 x, x, foot, foot + 4, x, foot + 16, anchor, text.text);
    }
}

void quality_chart(struct html *html, const struct report_quality *quality, enum facet_metric metric,
                   const struct facet_items *items) {
    const struct quality_metric *m = &quality->metrics[metric];
    const struct facet_metric_about *about = facet_metric_about(metric);
    int foot = HEAD + LINE * quality->n_datasets - 8, height = foot + FOOT;
    html_add(html, "<figure><figcaption><b>%s</b> %s</figcaption>", about->name, about->about);
    html_add(html, "<svg viewBox=\"0 0 %d %d\" width=%d height=%d role=img aria-label=\"histogram of %s\">", WIDTH,
             height, WIDTH, height, about->name);
    for (int d = 0; d < quality->n_datasets; d++)
        bars(html, &m->axis, &m->spread[d], html_line_colour(d), HEAD + LINE * d + SAID + BARS);
    limits(html, m, about, foot);
    for (int d = 0; d < quality->n_datasets; d++) {
        html_add(html, "<text x=\"%d\" y=\"%d\" fill=\"#1c2730\">", LEFT, HEAD + LINE * d + 12);
        short_name(html, facet_items_dataset_name(items, d), 18);
        html_add(html, "</text><text x=\"%d\" y=\"%d\" text-anchor=\"end\" fill=\"#5b6975\">", WIDTH - RIGHT,
                 HEAD + LINE * d + 12);
        said(html, metric, &m->spread[d]);
        html_add(html, "</text>");
    }
    ticks(html, metric, &m->axis, foot);
    html_add(html, "</svg></figure>\n");
}
