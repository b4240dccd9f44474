// Training curves, one panel a column, one line a fold, drawn as SVG in the page.
#include "report/page.h"

#include <math.h>
#include <string.h>

enum { WIDTH = 330, HEIGHT = 190, LEFT = 54, RIGHT = 10, TOP = 10, BOTTOM = 26 };

struct axes {
    double low, high; // of what the lines show
    int64_t epochs;
};

static const float *line_at(const struct report_curves *curves, int64_t fold, int64_t epoch) {
    return (const float *)curves->values.data + (fold * curves->values.dims[1] + epoch) * curves->n_columns;
}

static double x_at(const struct axes *axes, int64_t epoch) {
    double share = axes->epochs > 1 ? (double)epoch / (double)(axes->epochs - 1) : 0.5;
    return LEFT + share * (WIDTH - LEFT - RIGHT);
}

static double y_at(const struct axes *axes, double value) {
    return TOP + (axes->high - value) / (axes->high - axes->low) * (HEIGHT - TOP - BOTTOM);
}

static bool ends_with(const char *name, const char *end) {
    size_t length = strlen(name), tail = strlen(end);
    return length >= tail && strcmp(name + length - tail, end) == 0;
}

// Shares are drawn from 0 to 1, all else over its own range, with zero in it when it is near.
static struct axes axes_of(const struct report_curves *curves, int64_t column) {
    struct axes axes = {INFINITY, -INFINITY, curves->values.dims[1]};
    for (int64_t i = 0; i < curves->values.dims[0] * axes.epochs; i++) {
        double value = ((const float *)curves->values.data)[i * curves->n_columns + column];
        if (!isfinite(value)) continue;
        axes.low = fmin(axes.low, value);
        axes.high = fmax(axes.high, value);
    }
    if (!isfinite(axes.low) || ends_with(curves->columns[column], "accuracy")) axes.low = 0, axes.high = 1;
    if (axes.low > 0 && axes.low < 0.6 * axes.high) axes.low = 0;
    if (axes.high - axes.low < 1e-12) axes.low -= 0.5, axes.high += 0.5;
    return axes;
}

// The largest of 1, 2, 5 times a power of ten that gives at least three steps.
static double step_of(const struct axes *axes) {
    double rough = (axes->high - axes->low) / 3, power = pow(10, floor(log10(rough)));
    return rough >= 5 * power ? 5 * power : rough >= 2 * power ? 2 * power : power;
}

static void grid(struct html *html, const struct axes *axes) {
    double step = step_of(axes), first = ceil(axes->low / step - 1e-9);
    for (double k = first; k * step <= axes->high + 1e-9 * step; k++) {
        double y = y_at(axes, k * step);
        html_add(html,
                 "<line x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\" stroke=\"#dfe5ea\"/>"
                 "<text x=\"%d\" y=\"%.1f\" text-anchor=\"end\" fill=\"#5b6975\">%.4g</text>",
                 LEFT, WIDTH - RIGHT, y, y, LEFT - 6, y + 4, k * step + 0.0);
    }
    html_add(html, "<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\" fill=\"#5b6975\">1</text>", x_at(axes, 0),
             HEIGHT - 8);
    if (axes->epochs > 1)
        html_add(html, "<text x=\"%.1f\" y=\"%d\" text-anchor=\"end\" fill=\"#5b6975\">epoch %lld</text>",
                 x_at(axes, axes->epochs - 1), HEIGHT - 8, (long long)axes->epochs);
}

// A gap is left where the value is not a number.
static void line(struct html *html, const struct report_curves *curves, const struct axes *axes, int64_t fold,
                 int64_t column) {
    bool pen = false;
    html_add(html,
             "<path fill=\"none\" stroke=\"%s\" stroke-width=\"1.8\" stroke-linejoin=\"round\" "
             "stroke-linecap=\"round\" d=\"",
             html_line_colour(fold));
    for (int64_t epoch = 0; epoch < axes->epochs; epoch++) {
        double value = line_at(curves, fold, epoch)[column];
        if (isfinite(value)) html_add(html, "%c%.1f %.1f", pen ? 'L' : 'M', x_at(axes, epoch), y_at(axes, value));
        if (isfinite(value) && !pen) html_add(html, "h0"); // a lone epoch shows as a dot
        pen = isfinite(value);
    }
    html_add(html, "\"/>");
}

static const char *title_of(const char *column) {
    static const char *const known[][2] = {{"total", "Loss, all parts weighted"},
                                           {"train_accuracy", "Accuracy on training scans"},
                                           {"validation_accuracy", "Accuracy on validation scans"},
                                           {"rate", "Learning rate"}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (strcmp(column, known[i][0]) == 0) return known[i][1];
    return NULL;
}

static void panel(struct html *html, const struct report_curves *curves, int64_t column) {
    struct axes axes = axes_of(curves, column);
    const char *title = title_of(curves->columns[column]);
    html_add(html, "<figure><figcaption>");
    if (!title) html_add(html, "Loss part: ");
    html_text(html, title ? title : curves->columns[column]);
    html_add(html, "</figcaption><svg viewBox=\"0 0 %d %d\" width=%d height=%d role=img aria-label=\"training curve\">",
             WIDTH, HEIGHT, WIDTH, HEIGHT);
    grid(html, &axes);
    for (int64_t fold = 0; fold < curves->values.dims[0]; fold++) line(html, curves, &axes, fold, column);
    html_add(html, "</svg></figure>\n");
}

static void key(struct html *html, const struct report_data *data) {
    const struct report_curves *curves = &data->curves;
    html_add(html, "<div class=key>");
    for (int64_t fold = 0; fold < curves->values.dims[0]; fold++) {
        html_add(html, "<span><i style=\"background:%s\"></i>", html_line_colour(fold));
        if (fold < data->metrics.n_folds)
            page_fold(html, &data->metrics, fold);
        else if (fold < data->n_folds)
            html_text(html, data->folds[fold]);
        else
            html_add(html, "fold %lld", (long long)fold);
        html_add(html, "</span>");
    }
    html_add(html, "</div>\n");
}

void page_curves(struct html *html, const struct report_data *data) {
    const struct report_curves *curves = &data->curves;
    if (curves->n_columns == 0) return;
    page_section(html, "training", "Training");
    html_add(html, "<p class=note>One line a fold. The model of the last epoch is the one that was tested; none was "
                   "chosen by its score.</p>\n");
    key(html, data);
    html_add(html, "<div class=panels>\n");
    for (int64_t column = 0; column < curves->n_columns; column++) panel(html, curves, column);
    html_add(html, "</div>\n");
    page_section_end(html);
}
