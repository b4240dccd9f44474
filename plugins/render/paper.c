#include "render/paper_internal.h"

#include <facet/animation.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WANTED_TILE = 128, LABEL_MAX_EMS = 15, TITLE_MAX_EMS = 36 };

static const double title_size = 1.4; // em

static const struct paper_ink inks[2] = {
    {.paper = 0xffffff, .picture = 0xf2f4f6, .ink = 0x171b20, .faint = 0x66707c, .rule = 0xb9c1ca},
    {.paper = 0x15181c, .picture = 0x1d2126, .ink = 0xeceff2, .faint = 0x98a2ae, .rule = 0x454d57},
};

// ---- drawing --------------------------------------------------------------------------------------------------------

int paper_px(const struct paper_layout *layout, double ems) {
    return (int)lround(ems * layout->em);
}

struct facet_type_style paper_style(const struct paper_layout *layout, double size, bool bold, uint32_t rgb) {
    return (struct facet_type_style){.pixels = size * layout->em, .bold = bold, .rgb = rgb};
}

void paper_say(const struct paper_layout *layout, const struct facet_type_style *style, double x, int y, double anchor,
               double width, const char *text) {
    char fitted[2 * PAPER_LINE];
    facet_typeface_fit(layout->face, style, text, width, fitted, sizeof fitted);
    if (anchor > 0) x -= anchor * facet_typeface_width(layout->face, style, fitted);
    facet_typeface_draw(layout->face, style, layout->image, anchor > 0 ? round(x) : x, y, fitted);
}

void paper_fill(struct facet_image *image, int x, int y, int width, int height, uint32_t rgb) {
    for (int row = y; row < y + height; row++)
        for (int column = x; column < x + width; column++) {
            if (row < 0 || row >= image->height || column < 0 || column >= image->width) continue;
            uint8_t *pixel = image->rgb + 3 * ((size_t)row * (size_t)image->width + (size_t)column);
            for (int k = 0; k < 3; k++) pixel[k] = (uint8_t)(rgb >> (16 - 8 * k));
        }
}

void paper_tile_name(const struct paper *paper, const struct paper_tile *tile, char name[PAPER_HEADING]) {
    const char *channel = facet_views_tile_name(&paper->shape, tile->tile);
    snprintf(name, PAPER_HEADING, "%s%s%s", tile->kind ? tile->kind : "", tile->kind ? " " : "", channel);
    for (char *at = name; *at; at++)
        if (*at == '_') *at = ' ';
    char *person = strstr(name, "gaussian");
    if (person) *person = 'G';
}

// ---- layout ---------------------------------------------------------------------------------------------------------

static int tile_side(const struct paper *paper) {
    int size = paper->shape.size;
    return paper->zoom < 0 ? (size - paper->zoom - 1) / -paper->zoom : size * paper->zoom;
}

static double width_of(const struct paper_layout *layout, double size, bool bold, const char *text) {
    struct facet_type_style style = paper_style(layout, size, bold, 0);
    return facet_typeface_width(layout->face, &style, text);
}

static double widest_line(const struct paper_layout *layout, const struct paper_cell *cell) {
    double widest = width_of(layout, 1, true, cell->words.subject);
    widest = fmax(widest, width_of(layout, 1, false, cell->words.label));
    widest = fmax(widest, width_of(layout, 0.86, false, cell->words.origin));
    return fmax(widest, width_of(layout, 0.86, false, cell->words.frame));
}

static int measure_labels(struct paper_layout *layout, const struct paper_source *source, struct facet_error *error) {
    double widest = 0;
    int code = FACET_OK, labels = layout->paper->columns == 1 ? source->count * source->frames : 0;
    for (int i = 0; i < labels && !code; i++) {
        struct paper_cell cell = {0};
        code = source->label(source->self, i / source->count, i % source->count, &cell, error);
        if (!code) widest = fmax(widest, widest_line(layout, &cell));
    }
    int most = paper_px(layout, LABEL_MAX_EMS), wanted = (int)ceil(widest);
    layout->label = wanted > most ? most : wanted;
    if (layout->label > 0) layout->label += paper_px(layout, 1.2);
    return code;
}

static bool has_headings(const struct paper *paper) {
    for (int v = 0; v < paper->n_views; v++)
        if (*paper->headings[v]) return true;
    return false;
}

static int64_t across(const struct paper_layout *layout) {
    int64_t view = (int64_t)layout->paper->n_tiles * (layout->tile + layout->tile_gap) - layout->tile_gap;
    return layout->paper->n_views * (view + layout->view_gap) - layout->view_gap;
}

static int lines_high(const struct paper_layout *layout) {
    return paper_px(layout, layout->paper->columns > 1 ? 2.9 : 5.4);
}

// What a title may ask for.
static int title_width(const struct paper_layout *layout) {
    if (!layout->paper->title) return 0;
    int width = (int)ceil(width_of(layout, title_size, true, layout->paper->title)),
        most = paper_px(layout, TITLE_MAX_EMS);
    return width < most ? width : most;
}

static int check_size(int64_t width, int64_t height, struct facet_error *error) {
    if (width <= FACET_IMAGE_SIDE && height <= FACET_IMAGE_SIDE && width * height <= FACET_IMAGE_PIXELS)
        return FACET_OK;
    return facet_error_set(
        error, FACET_ERROR_USAGE,
        "the sheet would be %lld x %lld pixels, and %d a side (%d million in all) can be drawn: take "
        "fewer rows, views or channels, a smaller zoom, or several pages",
        (long long)width, (long long)height, FACET_IMAGE_SIDE, FACET_IMAGE_PIXELS / 1000000);
}

// Legends, and so the height, are not known of what is too wide to be drawn.
static int too_wide(int64_t width, struct facet_error *error) {
    return facet_error_set(error, FACET_ERROR_USAGE,
                           "the sheet would be %lld pixels wide, and %d can be drawn: take fewer views, channels or "
                           "columns, or a smaller zoom",
                           (long long)width, FACET_IMAGE_SIDE);
}

static void lay_out_widths(struct paper_layout *layout) {
    int tiles = layout->paper->n_tiles;
    layout->em = fmin(28, fmax(fmin(14, fmax(10.5, layout->tile / 8.0)), layout->tile / 11.0));
    layout->margin = paper_px(layout, 1.6);
    layout->tile_gap = paper_px(layout, 0.3);
    layout->view_gap = tiles > 1 ? paper_px(layout, 1.1) : layout->tile_gap;
    layout->block_gap = paper_px(layout, layout->paper->n_views * tiles > 1 ? 1.6 : 0.5);
    layout->row_gap = paper_px(layout, layout->paper->columns > 1 ? 0.6 : 0.4);
}

// Legends are measured only on a page that may be drawn.
static int64_t lay_out_heights(struct paper_layout *layout, int n_cells, int64_t width) {
    const struct paper *paper = layout->paper;
    int lines = lines_high(layout);
    layout->top = layout->margin + (paper->title ? paper_px(layout, 2.3) : 0);
    layout->head = paper_px(layout, (has_headings(paper) ? 1.6 : 0) + (paper->n_tiles > 1 ? 1.5 : 0));
    layout->row = paper->columns > 1 ? layout->tile + lines : layout->tile > lines ? layout->tile : lines;
    int64_t rows = (n_cells + paper->columns - 1) / paper->columns;
    int64_t height = layout->top + layout->head + rows * (layout->row + layout->row_gap);
    if (height > FACET_IMAGE_SIDE) return height;
    layout->legend_top = (int)height + paper_px(layout, 0.8);
    int legends = paper_legends(layout, (int)width);
    return (legends ? layout->legend_top + legends : height - layout->row_gap) + layout->margin;
}

static int lay_out(struct paper_layout *layout, const struct paper_source *source, struct facet_error *error) {
    const struct paper *paper = layout->paper;
    layout->tile = tile_side(paper);
    lay_out_widths(layout);
    int code = measure_labels(layout, source, error);
    if (code) return code;
    int64_t pictures = across(layout), block = layout->label + pictures;
    int64_t width = paper->columns * (block + layout->block_gap) - layout->block_gap, least;
    if (width + 2 * layout->margin > FACET_IMAGE_SIDE) return too_wide(width + 2 * layout->margin, error);
    least = paper_legend_least(layout);
    if (width < least) width = least;
    least = title_width(layout);
    if (width < least) width = least;
    layout->pictures = (int)pictures;
    layout->block_width = (int)block;
    layout->content = (int)width;
    int64_t height = lay_out_heights(layout, source->count, width);
    code = check_size(width + 2 * layout->margin, height, error);
    layout->height = (int)height;
    return code;
}

// ---- the page -------------------------------------------------------------------------------------------------------

static void draw_title(const struct paper_layout *layout) {
    struct facet_type_style style = paper_style(layout, title_size, true, layout->ink.ink);
    if (layout->paper->title)
        paper_say(layout, &style, layout->margin, layout->margin + paper_px(layout, 1.1), 0, layout->content,
                  layout->paper->title);
}

static int view_x(const struct paper_layout *layout, int block, int view) {
    int tiles = layout->paper->n_tiles, width = tiles * (layout->tile + layout->tile_gap) - layout->tile_gap;
    return layout->margin + block * (layout->block_width + layout->block_gap) + layout->label +
           view * (width + layout->view_gap);
}

// Long names are set smaller before they are cut.
static void draw_channel_names(const struct paper_layout *layout, int x, int y) {
    for (int t = 0; t < layout->paper->n_tiles; t++) {
        char name[PAPER_HEADING];
        paper_tile_name(layout->paper, &layout->paper->tiles[t], name);
        double width = width_of(layout, 0.86, false, name), size = 0.86;
        if (width > layout->tile) size = fmax(0.7, 0.85 * layout->tile / width);
        struct facet_type_style style = paper_style(layout, size, false, layout->ink.faint);
        paper_say(layout, &style, x + t * (layout->tile + layout->tile_gap) + layout->tile / 2.0, y, 0.5, layout->tile,
                  name);
    }
}

// A heading over its view's pictures, with a rule that spans them.
static void draw_heading(const struct paper_layout *layout, int block, int view) {
    const struct paper *paper = layout->paper;
    struct facet_type_style style = paper_style(layout, 1, true, layout->ink.ink);
    int x = view_x(layout, block, view), y = layout->top + paper_px(layout, 0.9);
    int width = paper->n_tiles * (layout->tile + layout->tile_gap) - layout->tile_gap;
    bool headed = has_headings(paper);
    bool once = layout->paper->columns > 1 && paper->n_views == 1; // the same over every column: said over the first
    if (headed && !once) paper_say(layout, &style, x + width / 2.0, y, 0.5, width, paper->headings[view]);
    if (once && block == 0) paper_say(layout, &style, x, y, 0, layout->content, paper->headings[view]);
    if (paper->n_tiles < 2) return;
    int thick = (int)fmax(1, lround(layout->em / 14));
    if (headed && !once)
        paper_fill(layout->image, x, layout->top + paper_px(layout, 1.45), width, thick, layout->ink.rule);
    draw_channel_names(layout, x, layout->top + layout->head - paper_px(layout, 0.5));
}

static void draw_label_beside(const struct paper_layout *layout, const struct paper_cell *cell, int x, int y) {
    const struct {
        const char *text;
        double size;
        bool bold, faint;
    } lines[PAPER_LINES] = {
        {cell->words.subject, 1, true, false},
        {cell->words.label, 1, false, false},
        {cell->words.origin, 0.86, false, true},
        {cell->words.frame, 0.86, false, true},
    };
    int count = 0, line = paper_px(layout, 1.32);
    for (int i = 0; i < PAPER_LINES; i++) count += *lines[i].text != 0;
    y += (layout->row - count * line) / 2 + paper_px(layout, 1.0);
    for (int i = 0; i < PAPER_LINES; i++) {
        if (!*lines[i].text) continue;
        struct facet_type_style style =
            paper_style(layout, lines[i].size, lines[i].bold, lines[i].faint ? layout->ink.faint : layout->ink.ink);
        paper_say(layout, &style, x, y, 0, layout->label - paper_px(layout, 0.6), lines[i].text);
        y += line;
    }
}

static void draw_label_below(const struct paper_layout *layout, const struct paper_cell *cell, int x, int y) {
    char second[2 * PAPER_LINE];
    bool both = *cell->words.origin && *cell->words.frame;
    struct facet_type_style bold = paper_style(layout, 0.93, true, layout->ink.ink);
    struct facet_type_style plain = paper_style(layout, 0.93, false, layout->ink.ink);
    struct facet_type_style faint = paper_style(layout, 0.8, false, layout->ink.faint);
    double width = layout->pictures, first = facet_typeface_width(layout->face, &bold, cell->words.subject);
    if (*cell->words.subject) first += 0.45 * layout->em;
    paper_say(layout, &bold, x, y + paper_px(layout, 1.15), 0, width, cell->words.subject);
    if (width - first > layout->em)
        paper_say(layout, &plain, x + first, y + paper_px(layout, 1.15), 0, width - first, cell->words.label);
    snprintf(second, sizeof second, "%s%s%s", cell->words.origin, both ? " · " : "", cell->words.frame);
    paper_say(layout, &faint, x, y + paper_px(layout, 2.25), 0, width, second);
}

static void draw_pictures(const struct paper_layout *layout, const struct paper_cell *cell, int block, int y) {
    const struct paper *paper = layout->paper;
    struct facet_views views = paper->shape;
    struct facet_type_style style = paper_style(layout, 0.86, false, layout->ink.faint);
    views.pixels = cell->pixels;
    views.background = layout->ink.picture;
    for (int v = 0; v < paper->n_views; v++) {
        bool blank = cell->set_aside || (cell->seen && !cell->seen[paper->views[v]]);
        for (int t = 0; t < paper->n_tiles; t++) {
            int x = view_x(layout, block, v) + t * (layout->tile + layout->tile_gap);
            if (!blank)
                facet_image_paste_view(layout->image, &views, paper->views[v], paper->tiles[t].tile, x, y, paper->zoom);
            if (!blank) continue;
            paper_fill(layout->image, x, y, layout->tile, layout->tile, layout->ink.picture);
            paper_say(layout, &style, x + layout->tile / 2.0, y + layout->tile / 2 + paper_px(layout, 0.3), 0.5,
                      layout->tile, cell->set_aside ? "set aside" : "sees nothing");
        }
    }
}

static int draw_cell(const struct paper_layout *layout, const struct paper_source *source, int frame, int index,
                     struct facet_error *error) {
    struct paper_cell cell = {0};
    int columns = layout->paper->columns, block = index % columns;
    int x = layout->margin + block * (layout->block_width + layout->block_gap);
    int y = layout->top + layout->head + index / columns * (layout->row + layout->row_gap);
    int code = source->label(source->self, frame, index, &cell, error);
    if (!code) code = source->read(source->self, frame, index, &cell, error);
    if (code) return code;
    if (columns > 1) {
        draw_pictures(layout, &cell, block, y);
        draw_label_below(layout, &cell, x, y + layout->tile);
    } else {
        draw_pictures(layout, &cell, block, y + (layout->row - layout->tile) / 2);
        draw_label_beside(layout, &cell, x, y);
    }
    return FACET_OK;
}

struct paper_page {
    struct paper paper;
    struct paper_source source;
    struct paper_layout layout;
};

int paper_create(const struct paper *paper, const struct paper_source *source, struct paper_page **out,
                 struct facet_error *error) {
    *out = NULL;
    FACET_REQUIRE(source->count > 0 && source->frames > 0);
    FACET_REQUIRE(paper->n_views > 0 && paper->n_tiles > 0 && paper->columns > 0);
    struct paper_page *page = calloc(1, sizeof *page);
    if (!page) return facet_error_set(error, FACET_ERROR_MEMORY, "no memory for a page");
    int size = paper->shape.size;
    page->paper = *paper;
    page->source = *source;
    if (paper->zoom == 0) page->paper.zoom = size < WANTED_TILE ? (WANTED_TILE + size / 2) / size : 1;
    if (paper->columns > source->count) page->paper.columns = source->count;
    page->layout = (struct paper_layout){.paper = &page->paper, .ink = inks[paper->dark]};
    int code = facet_typeface_create(&page->layout.face, error);
    if (!code) code = lay_out(&page->layout, source, error);
    if (code)
        paper_destroy(page);
    else
        *out = page;
    return code;
}

void paper_destroy(struct paper_page *page) {
    if (!page) return;
    facet_typeface_destroy(page->layout.face);
    free(page);
}

int paper_draw(const struct paper_page *page, int frame, struct facet_image *image, struct facet_error *error) {
    struct paper_layout layout = page->layout;
    const struct paper *paper = &page->paper;
    int code = facet_image_create(image, layout.content + 2 * layout.margin, layout.height, 0, error);
    if (code) return code;
    layout.image = image;
    paper_fill(image, 0, 0, image->width, image->height, layout.ink.paper);
    draw_title(&layout);
    for (int i = 0; i < paper->columns * paper->n_views; i++)
        draw_heading(&layout, i / paper->n_views, i % paper->n_views);
    for (int i = 0; i < page->source.count && !code; i++) code = draw_cell(&layout, &page->source, frame, i, error);
    if (!code) paper_legends(&layout, layout.content);
    if (code) facet_image_free(image);
    return code;
}

int paper_play(const struct paper_page *page, double frames_a_second, const char *path, struct facet_error *error) {
    struct facet_animation *animation = NULL;
    int frames = page->source.frames, code = FACET_OK;
    for (int frame = 0; frame < frames && !code; frame++) {
        struct facet_image image;
        code = paper_draw(page, frame, &image, error);
        if (code) break;
        if (frame == 0)
            code = facet_animation_create(path, image.width, image.height, frames, 1000 / frames_a_second, &animation,
                                          error);
        if (!code) code = facet_animation_add(animation, &image, error);
        facet_image_free(&image);
    }
    if (!code) code = facet_animation_write(animation, error);
    facet_animation_destroy(animation);
    return code;
}
