// Legends: what a channel's colours stand for.
#include "render/paper_internal.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { BAR_STEPS = 255 };

struct legend {
    const struct facet_channel *channel;
    const struct paper_tile *tile;
};

static struct legend legend_of(const struct paper *paper, int t) {
    return (struct legend){facet_views_channel(&paper->shape, paper->tiles[t].tile), &paper->tiles[t]};
}

// A legend's heading. However a channel's changes were told, they are changes of it; of what is not known, just changes.
static void name_of(const struct paper *paper, const struct legend *legend, char name[PAPER_HEADING]) {
    struct paper_tile plain = *legend->tile;
    if (plain.changes) plain.kind = "change of";
    paper_tile_name(paper, &plain, name);
    if (plain.changes && !plain.range.known) snprintf(name, PAPER_HEADING, "change");
}

// Colours, pictures and silhouettes need no words.
static bool is_explained(const struct legend *legend) {
    int plane = legend->channel->first_plane;
    if (legend->tile->changes) return legend->channel->planes == 1;
    return plane == FACET_PLANE_NORMAL_X || (legend->channel->planes == 1 && plane != FACET_PLANE_SHADED &&
                                             plane != FACET_PLANE_MASK && plane != FACET_PLANE_UNKNOWN);
}

static bool is_shown_before(const struct paper *paper, int t) {
    char name[PAPER_HEADING], other[PAPER_HEADING];
    struct legend legend = legend_of(paper, t);
    name_of(paper, &legend, name);
    for (int i = 0; i < t; i++) {
        legend = legend_of(paper, i);
        name_of(paper, &legend, other);
        const struct paper_range *a = &paper->tiles[t].range, *b = &paper->tiles[i].range;
        bool same = strcmp(name, other) == 0 && (!a->known || (a->low == b->low && a->high == b->high));
        if (is_explained(&legend) && same) return true;
    }
    return false;
}

static int width_of(const struct paper_layout *layout, const struct facet_channel *channel) {
    return paper_px(layout, channel->planes == 3 ? 13 : 14);
}

static int high(const struct paper_layout *layout, const struct facet_channel *channel) {
    return paper_px(layout, channel->planes == 3 ? 4.0 : 3.2);
}

static void name_it(const struct paper_layout *layout, const struct legend *legend, int x, int y) {
    struct facet_type_style bold = paper_style(layout, 0.86, true, layout->ink.ink);
    struct facet_type_style plain = paper_style(layout, 0.86, false, layout->ink.faint);
    char name[PAPER_HEADING];
    name_of(layout->paper, legend, name);
    facet_typeface_draw(layout->face, &bold, layout->image, x, y, name);
    double after = x + facet_typeface_width(layout->face, &bold, name);
    if (legend->tile->range.known && *legend->tile->range.unit)
        paper_say(layout, &plain, after + 0.4 * layout->em, y, 0, paper_px(layout, 8), legend->tile->range.unit);
}

// Words for the low end, the middle and the high end of a bar.
static const char *word_of(const struct legend *legend, int which) {
    static const char *const changes[3] = {"less", "as it was", "more"}, *const amounts[3] = {"little", "", "much"};
    static const char *const places[3] = {"far", "", "near"}, *const shapes[3] = {"cup", "saddle", "cap"};
    if (legend->tile->changes) return legend->tile->range.known && which == 1 ? "" : changes[which];
    if (legend->channel->first_plane == FACET_PLANE_DEPTH) return places[which];
    if (legend->channel->first_plane == FACET_PLANE_SHAPE_INDEX && !legend->tile->narrowed) return shapes[which];
    return legend->tile->range.known ? "" : amounts[which];
}

static void tick(const struct legend *legend, int which, char text[32]) {
    const struct paper_range *range = &legend->tile->range;
    const char *word = word_of(legend, which);
    double value = range->low + which * (range->high - range->low) / 2;
    if (range->known)
        snprintf(text, 32, "%s%.4g%s%s", value < 0 ? "−" : "", fabs(value), *word ? " " : "", word);
    else
        snprintf(text, 32, "%s", word);
}

static void draw_ticks(const struct paper_layout *layout, const struct legend *legend, int x, int y, int width) {
    struct facet_type_style style = paper_style(layout, 0.8, false, layout->ink.faint);
    for (int k = 0; k <= 2; k++) {
        char text[32];
        tick(legend, k, text);
        int at = x + k * (width - 1) / 2;
        paper_fill(layout->image, at, y, 1, paper_px(layout, 0.25), layout->ink.rule);
        paper_say(layout, &style, at + (k == 2), y + paper_px(layout, 1.05), k * 0.5, width, text);
    }
}

static uint32_t bar_colour(const struct paper_layout *layout, const struct legend *legend, uint8_t code) {
    uint8_t pixel = code, plane = (uint8_t)legend->channel->first_plane, changes = legend->tile->changes, bytes[3];
    struct facet_views one = {1, 1, 1, &pixel, &plane, layout->ink.picture, &changes};
    struct facet_image dot = {.width = 1, .height = 1, .rgb = bytes};
    facet_image_paste_view(&dot, &one, 0, 0, 0, 0, 1);
    return (uint32_t)bytes[0] << 16 | (uint32_t)bytes[1] << 8 | bytes[2];
}

static void draw_bar(const struct paper_layout *layout, const struct legend *legend, int x, int y) {
    int width = width_of(layout, legend->channel), thick = paper_px(layout, 0.7), top = y + paper_px(layout, 1.35);
    for (int i = 0; i < width; i++) {
        uint8_t code = (uint8_t)(1 + (int64_t)i * (BAR_STEPS - 1) / (width - 1));
        paper_fill(layout->image, x + i, top, 1, thick, bar_colour(layout, legend, code));
    }
    draw_ticks(layout, legend, x, top + thick, width);
}

// The normals of half a sphere seen from before it, each pixel in its own colour.
static void draw_ball(const struct paper_layout *layout, int x, int y) {
    int radius = paper_px(layout, 1.15);
    for (int row = -radius; row < radius; row++)
        for (int column = -radius; column < radius; column++) {
            int hits = 0, sum[3] = {0};
            for (int s = 0; s < 16; s++) {
                double u = (column + (s % 4 + 0.5) / 4) / radius, v = -(row + (s / 4 + 0.5) / 4.0) / radius;
                double rest = 1 - u * u - v * v;
                if (rest < 0) continue;
                const double n[3] = {u, v, sqrt(rest)};
                for (int k = 0; k < 3; k++) sum[k] += (int)lround(127.5 + 127.5 * n[k]);
                hits++;
            }
            uint32_t rgb = 0;
            for (int k = 0; k < 3; k++) {
                int under = layout->ink.paper >> (16 - 8 * k) & 0xff;
                rgb |= (uint32_t)((sum[k] + (16 - hits) * under + 8) / 16) << (16 - 8 * k);
            }
            paper_fill(layout->image, x + radius + column, y + radius + row, 1, 1, rgb);
        }
}

static void draw_normal(const struct paper_layout *layout, const struct legend *legend, int x, int y) {
    static const char *const axes[3] = {"red: to the right", "green: upwards", "blue: to the camera"};
    struct facet_type_style style = paper_style(layout, 0.8, false, layout->ink.faint);
    int right = x + paper_px(layout, 3.0);
    draw_ball(layout, x, y + paper_px(layout, 0.75));
    name_it(layout, legend, right, y + paper_px(layout, 0.8));
    for (int k = 0; k < 3; k++)
        paper_say(layout, &style, right, y + paper_px(layout, 1.85 + 0.98 * k), 0, paper_px(layout, 10), axes[k]);
}

static void draw_legend(const struct paper_layout *layout, const struct legend *legend, int x, int y) {
    if (legend->channel->planes == 3) {
        draw_normal(layout, legend, x, y);
        return;
    }
    name_it(layout, legend, x, y + paper_px(layout, 0.8));
    draw_bar(layout, legend, x, y);
}

int paper_legend_least(const struct paper_layout *layout) {
    const struct paper *paper = layout->paper;
    int least = 0;
    for (int t = 0; t < paper->n_tiles; t++) {
        struct legend legend = legend_of(paper, t);
        int width = width_of(layout, legend.channel);
        if (is_explained(&legend) && width > least) least = width;
    }
    return least;
}

int paper_legends(const struct paper_layout *layout, int width) {
    const struct paper *paper = layout->paper;
    int x = 0, y = 0, line = 0;
    for (int t = 0; t < paper->n_tiles; t++) {
        struct legend legend = legend_of(paper, t);
        if (!is_explained(&legend) || is_shown_before(paper, t)) continue;
        if (x > 0 && x + width_of(layout, legend.channel) > width) {
            x = 0;
            y += line + paper_px(layout, 0.6);
            line = 0;
        }
        if (layout->image) draw_legend(layout, &legend, layout->margin + x, layout->legend_top + y);
        x += width_of(layout, legend.channel) + paper_px(layout, 2.2);
        if (high(layout, legend.channel) > line) line = high(layout, legend.channel);
    }
    return y + line;
}
