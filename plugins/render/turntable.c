#include "render/turntable.h"
#include "render/mesh_rows.h"
#include "render/picture.h"
#include "render/sheet_internal.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FINER = 3 }; // pictures are drawn so much larger and made smaller in colour: soft outlines

static const double margin = 1.04;

struct model {
    int64_t row;
    struct mesh_row mesh;
    double centre[3];
};

struct turntable {
    const struct turntable_options *options;
    struct facet_sheet rows; // what is said of them
    struct model *models;    // (n_models)
    int n_models;
    double extent; // mm, of all
    struct render_look look;
    struct render_easel *easel;
    struct paper_tile tiles[RENDER_MAX_PLANES];
    uint8_t *pixels, seen;
};

// ---- what is shown --------------------------------------------------------------------------------------------------

static int check_quantity(const struct turntable *table, const struct render_channel *channel,
                          struct facet_error *error) {
    bool bent = channel->quantity == RENDER_CURVATURE || channel->quantity == RENDER_PRINCIPAL;
    for (int i = 0; i < table->n_models; i++) {
        const struct render_subject *subject = &table->models[i].mesh.subject;
        bool pictured = channel->quantity == RENDER_TEXTURE && subject->texture;
        bool painted = channel->quantity == RENDER_COLOUR || channel->quantity == RENDER_TEXTURE;
        if ((bent && !subject->curvatures) || (painted && !pictured && !subject->colours))
            return facet_error_set(error, FACET_ERROR_USAGE, "channel \"%s\": the mesh of row %lld has no %s",
                                   channel->name, (long long)table->models[i].row, bent ? "curvatures" : "colours");
    }
    return FACET_OK;
}

static int refuse_channel(const char *name, struct facet_error *error) {
    char list[512] = "";
    for (int i = 0; i < render_n_channels; i++) {
        size_t at = strlen(list);
        snprintf(list + at, sizeof list - at, "%s%s", i ? ", " : "", render_channels[i].name);
    }
    return facet_error_set(error, FACET_ERROR_USAGE, "channel \"%s\": there are %s", name, list);
}

static int add_channel(struct turntable *table, const char *name, struct facet_error *error) {
    struct render_ranges ranges = {.depth_mm = table->extent, .curvature = 0.15, .gaussian = 0.01};
    const struct render_channel *channel = render_channel_named(name);
    if (!channel) return refuse_channel(name, error);
    int code = check_quantity(table, channel, error), tile = table->look.n_channels;
    if (code) return code;
    if (!render_look_add(&table->look, channel, &ranges))
        return facet_error_set(error, FACET_ERROR_USAGE, "channel \"%s\" is named more than once", name);
    struct render_scale scale = channel->scale(&ranges);
    table->tiles[tile] =
        (struct paper_tile){.tile = tile, .range = {true, scale.low, scale.high, sheet_unit(channel->name)}};
    return FACET_OK;
}

static int add_channels(struct turntable *table, struct facet_error *error) {
    const char *at = table->options->sheet.channels ? table->options->sheet.channels : "shaded";
    int code = FACET_OK;
    while (at && !code) {
        char name[48];
        size_t length = strcspn(at, ",");
        snprintf(name, sizeof name, "%.*s", (int)length, at);
        code = add_channel(table, name, error);
        at = at[length] ? at + length + 1 : NULL;
    }
    return code;
}

// ---- where it stands ------------------------------------------------------------------------------------------------

// The middle of its box, and how far a turn about the upright axis through it reaches at the options' pitch.
static double stand(struct model *model, double pitch) {
    const struct render_mesh *mesh = &model->mesh.subject.mesh;
    double low[3] = {INFINITY, INFINITY, INFINITY}, high[3] = {-INFINITY, -INFINITY, -INFINITY}, around = 0;
    for (int64_t v = 0; v < mesh->n_vertices; v++)
        for (int k = 0; k < 3; k++) {
            low[k] = fmin(low[k], mesh->vertices[v][k]);
            high[k] = fmax(high[k], mesh->vertices[v][k]);
        }
    for (int k = 0; k < 3; k++) model->centre[k] = (low[k] + high[k]) / 2;
    for (int64_t v = 0; v < mesh->n_vertices; v++)
        around = fmax(around, hypot(mesh->vertices[v][0] - model->centre[0], mesh->vertices[v][2] - model->centre[2]));
    double turn = pitch * 3.14159265358979323846 / 180;
    return fmax(around, (high[1] - low[1]) / 2 * fabs(cos(turn)) + around * fabs(sin(turn)));
}

static int read_models(struct turntable *table, const int64_t *rows, struct facet_error *error) {
    int code = FACET_OK;
    for (int i = 0; i < table->n_models && !code; i++) {
        struct model *model = &table->models[i];
        if (rows[i] < 0 || rows[i] >= table->rows.n_rows)
            return facet_error_set(error, FACET_ERROR_USAGE, "row %lld: %s has rows 0 to %lld", (long long)rows[i],
                                   table->rows.field, (long long)table->rows.n_rows - 1);
        model->row = rows[i];
        code = mesh_row_read(table->rows.store, rows[i], &model->mesh, error);
        if (!code) table->extent = fmax(table->extent, margin * stand(model, table->options->pitch));
    }
    if (!code && !(table->extent > 0)) code = facet_error_set(error, FACET_ERROR_DATA, "the mesh is a single place");
    return code;
}

// ---- frames ---------------------------------------------------------------------------------------------------------

static double yaw_of(const struct turntable *table, int frame) {
    return 360.0 * frame / table->options->frames;
}

static int label(void *self, int frame, int cell, struct paper_cell *out, struct facet_error *error) {
    const struct turntable *table = self;
    (void)error;
    sheet_label(&table->rows, table->models[cell].row, out);
    out->set_aside = false;
    snprintf(out->words.frame, PAPER_LINE, "yaw %.0f°", yaw_of(table, frame));
    return FACET_OK;
}

static int read(void *self, int frame, int cell, struct paper_cell *out, struct facet_error *error) {
    struct turntable *table = self;
    const struct model *model = &table->models[cell];
    struct render_camera camera = render_camera_at(yaw_of(table, frame), table->options->pitch, 0);
    struct render_planes planes = {.u8 = table->pixels};
    bool seen = false;
    memcpy(camera.position, model->centre, sizeof camera.position);
    render_camera_fill(&camera, table->extent, table->look.size);
    int code = render_easel_draw(table->easel, &model->mesh.subject, &camera, 0, &planes, &seen, error);
    table->seen = seen;
    out->pixels = table->pixels;
    out->seen = &table->seen;
    return code;
}

static int play(struct turntable *table, const char *path, struct facet_error *error) {
    static const int only_view[] = {0};
    static const char no_heading[1][PAPER_HEADING];
    const struct turntable_options *options = table->options;
    struct paper_source source = {table, table->n_models, options->frames, label, read};
    struct paper_page *page = NULL;
    struct paper paper = {.title = options->sheet.title,
                          .dark = options->sheet.dark,
                          .columns = options->sheet.columns > 0 ? options->sheet.columns : 1,
                          .zoom = -FINER,
                          .shape = {.n_views = 1,
                                    .n_planes = table->look.n_planes,
                                    .size = table->look.size,
                                    .planes = table->look.planes},
                          .n_views = 1,
                          .n_tiles = table->look.n_channels,
                          .views = only_view,
                          .headings = no_heading,
                          .tiles = table->tiles};
    int code = paper_create(&paper, &source, &page, error);
    if (!code) code = paper_play(page, options->frames_a_second, path, error);
    paper_destroy(page);
    return code;
}

static int open_rows(struct turntable *table, struct facet_store *store, struct facet_error *error) {
    static const char field[] = "data/vertices_start";
    struct facet_array shape = {0};
    table->rows.store = store;
    snprintf(table->rows.field, sizeof table->rows.field, "%s", field);
    if (!facet_store_has(store, field))
        return facet_error_set(
            error, FACET_ERROR_DATA,
            "no data/vertices: a turntable is made of meshes, which preprocess keeps with keep = true");
    int code = facet_store_shape(store, field, &shape, error);
    table->rows.n_rows = shape.dims[0];
    return code ? code : sheet_read_columns(&table->rows, error);
}

static int turn(struct turntable *table, const int64_t *rows, const char *path, struct facet_error *error) {
    int code = read_models(table, rows, error);
    table->look.size = FINER * table->options->size;
    table->look.supersample = 1;
    if (!code) code = add_channels(table, error);
    if (!code) code = render_easel_create(&table->look, &table->easel, error);
    if (code) return code;
    size_t side = (size_t)table->look.size;
    table->pixels = malloc((size_t)table->look.n_planes * side * side);
    if (!table->pixels) return facet_error_set(error, FACET_ERROR_MEMORY, "no memory for a turntable");
    return play(table, path, error);
}

int facet_turntable(struct facet_store *store, const struct turntable_options *options, const int64_t *rows, int n_rows,
                    const char *path, struct facet_error *error) {
    struct turntable table = {.options = options, .n_models = n_rows};
    FACET_REQUIRE(n_rows > 0 && options->size > 0 && options->frames > 0);
    int code = open_rows(&table, store, error);
    table.models = calloc((size_t)n_rows, sizeof *table.models);
    if (!code && !table.models) code = facet_error_set(error, FACET_ERROR_MEMORY, "no memory for a turntable");
    if (!code) code = turn(&table, rows, path, error);
    for (int i = 0; i < n_rows && table.models; i++) mesh_row_free(&table.models[i].mesh);
    free(table.models);
    free(table.pixels);
    render_easel_destroy(table.easel);
    sheet_free_columns(&table.rows.columns);
    return code;
}
