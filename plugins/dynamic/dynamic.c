// dynamic: what changes in the views of a sequence, in one picture: rank pooled, or the difference of two moments.
//
// Collective, so that rows are read as they are needed: a sequence may be longer than memory.
#include "dynamic/draw.h"

#include <facet/plugin.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const image_names[DYNAMIC_IMAGES] = {"pooled", "difference", "onset-apex", "frame"};

static const struct facet_param_spec params[] = {
    {.name = "images",
     .type = FACET_PARAM_STRINGS,
     .fallback = "[ \"pooled\" ]",
     .choices = "pooled|difference|onset-apex|frame",
     .doc =
         "What a row that carries a result shows, each in as many planes as the views have: frames pooled by rank, the "
         "row less the reference, the apex less the onset, the row itself."},
    {.name = "input",
     .type = FACET_PARAM_STRING,
     .fallback = "\"best\"",
     .choices = "best|u8|u16|f32",
     .doc = "Which of the stage's outputs is read; best: the finest that was asked for."},
    {.name = "pooling",
     .type = FACET_PARAM_STRING,
     .fallback = "\"harmonic\"",
     .choices = "harmonic|linear",
     .doc =
         "Weights of frame t of n: of running means, sum over k = t..n of (2k - n - 1)/k, or of frames, 2t - n - 1."},
    {.name = "window",
     .type = FACET_PARAM_INT,
     .fallback = "0",
     .unit = "frame",
     .max = 1e6,
     .doc = "Frames pooled together, carried by the middle one; 0: the whole sequence, carried by its apex."},
    {.name = "stride",
     .type = FACET_PARAM_INT,
     .fallback = "1",
     .unit = "frame",
     .min = 1,
     .max = 1e6,
     .doc = "From one window to the next."},
    {.name = "reference",
     .type = FACET_PARAM_STRING,
     .fallback = "\"onset\"",
     .choices = "onset|first",
     .doc = "What differences are taken from: the last frame before the expression begins, or the first one seen."},
    {.name = "magnify",
     .type = FACET_PARAM_FLOAT,
     .fallback = "4.0",
     .min = 0.01,
     .max = 1000,
     .doc = "A change of 255 / magnify codes or more fills the range of a code; more for micro-expressions."},
    {.name = "scale",
     .type = FACET_PARAM_STRING,
     .fallback = "\"fixed\"",
     .choices = "fixed|minmax",
     .doc = "The same code for the same change everywhere, or each plane of each view from its least to its most."},
    {.name = "min_cover",
     .type = FACET_PARAM_FLOAT,
     .fallback = "0.5",
     .max = 1,
     .doc = "Share of a window's frames that must show the surface in a pixel; 0 takes the background for zeros."},
    {.name = "min_frames",
     .type = FACET_PARAM_FLOAT,
     .fallback = "0.5",
     .max = 1,
     .doc = "Share of a window's frames that must be there; else it has no result."},
    {.name = NULL},
};

struct dynamic {
    struct facet_stage *stage;
    struct facet_comm *comm;
    const struct facet_items *items;
    int64_t rows, longest; // longest sequence
    struct dynamic_options options;
    struct dynamic_windows windows;
    struct dynamic_input input;
    struct dynamic_shape shape;
    size_t made_bytes;    // of a row's views
    uint8_t *codes;       // (planes), then of all images
    double (*ranges)[3];  // (planes) of what comes in
    double (*changes)[3]; // (images, planes) of what is made
    struct dynamic_frames frames;
    struct dynamic_canvas canvas;
    uint8_t *masks, *seen;          // of the rows of one sequence: (rows, views), (rows)
    struct dynamic_result *results; // (rows)
    int64_t *result_of;             // (rows) which a row carries, -1: none
    uint8_t *views, *made_masks, *made_codes, *carries;
    double (*made_ranges)[3]; // (rows, images * planes)
};

// ---- settings ---------------------------------------------------------------------------------------------------------

static int image_named(const char *name) {
    int image = 0;
    while (strcmp(image_names[image], name) != 0) image++;
    return image;
}

static int read_images(const struct facet_params *given, struct dynamic_options *options, struct facet_error *error) {
    size_t n = facet_param_count(given, "images");
    if (n == 0) return facet_error_set(error, FACET_ERROR_CONFIG, "dynamic.images: the list is empty");
    for (size_t i = 0; i < n; i++) {
        enum dynamic_image image = (enum dynamic_image)image_named(facet_param_string_at(given, "images", i));
        for (int k = 0; k < options->n_images; k++)
            if (options->images[k] == image)
                return facet_error_set(error, FACET_ERROR_CONFIG, "dynamic.images: \"%s\" is listed twice",
                                       image_names[image]);
        options->images[options->n_images++] = image;
    }
    return FACET_OK;
}

static int read_settings(const struct facet_params *given, struct dynamic *d, struct facet_error *error) {
    struct dynamic_options *o = &d->options;
    o->pooling = strcmp(facet_param_string(given, "pooling"), "linear") == 0 ? DYNAMIC_LINEAR : DYNAMIC_HARMONIC;
    o->from_first = strcmp(facet_param_string(given, "reference"), "first") == 0;
    o->cover = facet_param_float(given, "min_cover");
    o->look = (struct dynamic_look){.magnify = facet_param_float(given, "magnify"),
                                    .stretch = strcmp(facet_param_string(given, "scale"), "minmax") == 0,
                                    .as_is = o->cover <= 0};
    d->windows = (struct dynamic_windows){.length = facet_param_int(given, "window"),
                                          .stride = facet_param_int(given, "stride"),
                                          .least = facet_param_float(given, "min_frames")};
    return read_images(given, o, error);
}

// ---- what comes in ----------------------------------------------------------------------------------------------------

static bool is_square(const struct facet_field *views, enum facet_type type) {
    return views->type == type && views->rank == 4 && !views->ragged && views->dims[2] == views->dims[3];
}

// What was not asked for is an array of another shape, of which every row is empty.
static int find_input(struct dynamic *d, const char *wanted, struct facet_field *views, struct facet_error *error) {
    static const enum facet_type finest_first[] = {FACET_F32, FACET_U16, FACET_U8};
    bool best = strcmp(wanted, "best") == 0;
    for (int i = 0; i < 3; i++) {
        const char *name = dynamic_input_name(finest_first[i]);
        if ((!best && strcmp(wanted, facet_type_name(finest_first[i])) != 0) || !facet_stage_has(d->stage, name))
            continue;
        int code = facet_stage_field(d->stage, name, views, error);
        d->input.type = finest_first[i];
        if (code || is_square(views, finest_first[i])) return code;
    }
    return facet_error_set(error, FACET_ERROR_CONFIG,
                           "dynamic.input = \"%s\": the stage before makes no such views (views, planes, size, size)",
                           wanted);
}

static int read_shape(struct dynamic *d, const char *wanted, struct facet_error *error) {
    struct facet_field views, mask;
    int code = find_input(d, wanted, &views, error);
    if (!code) code = facet_stage_field(d->stage, "view_mask", &mask, error);
    if (code) return code;
    if (mask.type != FACET_U8 || mask.rank != 1 || mask.dims[0] != views.dims[0])
        return facet_error_set(error, FACET_ERROR_CONFIG, "view_mask must be u8 (%lld), one value a view",
                               (long long)views.dims[0]);
    d->input.views = views.dims[0], d->input.planes = views.dims[1];
    d->input.size = views.dims[2], d->input.pixels = views.dims[2] * views.dims[2];
    d->shape = (struct dynamic_shape){.views = d->input.views,
                                      .planes = d->input.planes,
                                      .pixels = d->input.pixels,
                                      .threads = facet_stage_threads(d->stage)};
    d->made_bytes = facet_field_elements(&views) * (size_t)d->options.n_images;
    return FACET_OK;
}

// One row's value of a field of so many numbers.
static int read_about(struct dynamic *d, const char *name, enum facet_type type, int64_t numbers, int64_t row,
                      void *value, struct facet_error *error) {
    struct facet_field field;
    int code = facet_stage_field(d->stage, name, &field, error);
    if (code) return code;
    if (field.type != type || (int64_t)facet_field_elements(&field) != numbers)
        return facet_error_set(error, FACET_ERROR_CONFIG, "%s must be %s of %lld numbers, for %lld planes", name,
                               facet_type_name(type), (long long)numbers, (long long)d->shape.planes);
    return facet_stage_read_rows(d->stage, name, row, 1, value, error);
}

// Where a code of what is made stands for a change by value, code 1 is the lowest and 255 the highest of the same range.
static void set_changes(struct dynamic *d) {
    int64_t planes = d->shape.planes;
    for (int i = 0; i < d->options.n_images; i++)
        for (int64_t p = 0; p < planes; p++) {
            const double *in = d->ranges[p];
            double *out = d->changes[i * planes + p];
            double most = 255 / d->options.look.magnify * (in[1] - in[0]) / (255 - in[2]);
            if (d->options.images[i] == DYNAMIC_FRAME)
                memcpy(out, in, sizeof d->ranges[p]);
            else if (!d->options.look.stretch)
                out[0] = -most, out[1] = most, out[2] = 1;
        }
}

// Of the first row that nothing set aside; such rows are all alike. Each image has planes of the same kinds.
static int read_planes(struct dynamic *d, struct facet_error *error) {
    const uint8_t *valid = facet_stage_valid(d->stage);
    int64_t row = 0, planes = d->shape.planes;
    bool has_codes = facet_stage_has(d->stage, "view_planes"), has_ranges = facet_stage_has(d->stage, "view_ranges");
    int code = FACET_OK;
    d->codes = calloc((size_t)(planes * d->options.n_images) + 1, 1);
    d->ranges = calloc((size_t)planes + 1, sizeof *d->ranges);
    d->changes = calloc((size_t)(planes * d->options.n_images) + 1, sizeof *d->changes);
    if (!d->codes || !d->ranges || !d->changes)
        return facet_error_set(error, FACET_ERROR_MEMORY, "no memory for what %lld planes show", (long long)planes);
    if (d->input.type != FACET_U8 && !has_ranges)
        return facet_error_set(error, FACET_ERROR_CONFIG, "%s cannot be read without view_ranges",
                               dynamic_input_name(d->input.type));
    while (row < d->rows && !valid[row]) row++;
    if (row == d->rows) return FACET_OK;
    if (has_codes) code = read_about(d, "view_planes", FACET_U8, planes, row, d->codes, error);
    if (!code && has_ranges) code = read_about(d, "view_ranges", FACET_F64, 3 * planes, row, d->ranges, error);
    for (int i = 1; i < d->options.n_images; i++) memcpy(d->codes + i * planes, d->codes, (size_t)planes);
    d->shape.codes = has_codes ? d->codes : NULL;
    d->input.ranges = d->ranges;
    set_changes(d);
    return code;
}

static int64_t longest_sequence(const struct facet_items *items) {
    int64_t longest = 1;
    for (int64_t first = 0, end; first < facet_items_count(items); first = end) {
        end = dynamic_sequence_end(items, first);
        if (end - first > longest) longest = end - first;
    }
    return longest;
}

static int make_room(struct dynamic *d, struct facet_error *error) {
    size_t longest = (size_t)d->longest, views = (size_t)d->shape.views;
    d->masks = malloc(longest * views);
    d->seen = malloc(longest);
    d->results = malloc(longest * sizeof *d->results);
    d->result_of = malloc(longest * sizeof *d->result_of);
    d->views = malloc(d->made_bytes);
    d->made_masks = malloc(longest * views);
    d->made_codes = malloc(longest * (size_t)(d->shape.planes * d->options.n_images));
    d->made_ranges = malloc(longest * (size_t)(d->shape.planes * d->options.n_images) * sizeof *d->made_ranges);
    d->carries = malloc(longest);
    if (d->masks && d->seen && d->results && d->result_of && d->views && d->made_masks && d->made_codes &&
        d->made_ranges && d->carries)
        return FACET_OK;
    return facet_error_set(error, FACET_ERROR_MEMORY, "no memory for a sequence of %lld frames", (long long)d->longest);
}

static int prepare(struct dynamic *d, const struct facet_params *given, struct facet_error *error) {
    int code = read_settings(given, d, error);
    if (!code) code = read_shape(d, facet_param_string(given, "input"), error);
    if (!code) code = read_planes(d, error);
    if (code) return code;
    d->longest = longest_sequence(d->items);
    code = make_room(d, error);
    if (!code) code = dynamic_frames_open(d->stage, &d->input, d->windows.length + 1, &d->frames, error);
    if (code) return code;
    return dynamic_canvas_create(&d->options, &d->shape, d->longest, &d->frames, &d->canvas, error);
}

static void release(struct dynamic *d) {
    dynamic_canvas_free(&d->canvas);
    dynamic_frames_close(&d->frames);
    free(d->codes), free(d->ranges), free(d->changes);
    free(d->masks), free(d->seen), free(d->results), free(d->result_of);
    free(d->views), free(d->made_masks), free(d->made_codes), free(d->made_ranges), free(d->carries);
}

// ---- a sequence -------------------------------------------------------------------------------------------------------

static int look_at(struct dynamic *d, int64_t first, int64_t end, struct facet_error *error) {
    const uint8_t *valid = facet_stage_valid(d->stage);
    size_t views = (size_t)d->shape.views;
    int code = facet_stage_read_rows(d->stage, "view_mask", first, end - first, d->masks, error);
    for (int64_t i = 0; i < end - first && !code; i++) {
        const uint8_t *mask = d->masks + (size_t)i * views;
        d->seen[i] = false;
        for (size_t v = 0; v < views; v++) d->seen[i] |= valid[first + i] && mask[v];
    }
    return code;
}

static int make_row(struct dynamic *d, const struct dynamic_sequence *sequence, int64_t row,
                    struct facet_error *error) {
    int64_t i = row - sequence->first, result = d->result_of[i];
    size_t planes = (size_t)(d->shape.planes * d->options.n_images), views = (size_t)d->shape.views;
    uint8_t *mask = d->made_masks + (size_t)i * views, *codes = d->made_codes + (size_t)i * planes;
    double(*ranges)[3] = d->made_ranges + (size_t)i * planes;
    int code = FACET_OK;
    memset(mask, 0, views);
    memset(codes, 0, planes);
    memset(ranges, 0, planes * sizeof *ranges);
    if (facet_stage_valid(d->stage)[row]) {
        memcpy(codes, d->codes, planes);
        memcpy(ranges, d->changes, planes * sizeof *ranges);
    }
    if (result >= 0)
        code = dynamic_draw(&d->canvas, sequence, d->masks, &d->results[result], d->views, mask, error);
    else
        memset(d->views, 0, d->made_bytes);
    d->carries[i] = memchr(mask, 1, views) != NULL;
    return code ? code : facet_stage_write(d->stage, "views", row, 1, d->views, error);
}

static int write_rest(struct dynamic *d, int64_t first, int64_t n, struct facet_error *error) {
    int code = facet_stage_write(d->stage, "view_mask", first, n, d->made_masks, error);
    if (!code) code = facet_stage_write(d->stage, "view_planes", first, n, d->made_codes, error);
    if (!code) code = facet_stage_write(d->stage, "view_ranges", first, n, d->made_ranges, error);
    return code ? code : facet_stage_write(d->stage, "carries", first, n, d->carries, error);
}

static int make_sequence(struct dynamic *d, int64_t first, int64_t end, struct facet_error *error) {
    const struct dynamic_sequence sequence = {d->items, first, end, d->seen};
    int code = look_at(d, first, end, error);
    if (code) return code;
    int64_t n = dynamic_plan(&sequence, &d->windows, d->results);
    for (int64_t i = 0; i < end - first; i++) d->result_of[i] = -1;
    for (int64_t i = 0; i < n; i++) d->result_of[d->results[i].row - first] = i;
    for (int64_t row = first; row < end && !code; row++) code = make_row(d, &sequence, row, error);
    return code ? code : write_rest(d, first, end - first, error);
}

// ---- all of them ------------------------------------------------------------------------------------------------------

// Sequences that begin in [from, to).
static int make_some(struct dynamic *d, int64_t from, int64_t to, struct facet_error *error) {
    int code = FACET_OK;
    while (from > 0 && from < to &&
           facet_items_get(d->items, from).sequence == facet_items_get(d->items, from - 1).sequence)
        from++;
    for (int64_t first = from, end; first < to && !code; first = end) {
        end = dynamic_sequence_end(d->items, first);
        code = make_sequence(d, first, end, error);
    }
    return code;
}

// Each rank makes the sequences that begin in its share of the rows, in rounds, after which it may be told to stop.
static int make_all(struct dynamic *d, struct facet_error *error) {
    enum { ROUND = 256 }; // rows of a rank
    int size = facet_comm_size(d->comm), rank = facet_comm_rank(d->comm), code = FACET_OK;
    int64_t from = facet_comm_shard(d->rows, size, rank), to = facet_comm_shard(d->rows, size, rank + 1);
    int64_t rounds = (d->rows / size + ROUND) / ROUND;
    for (int64_t i = 0; i < rounds && !code; i++) {
        int64_t n = to - from;
        code = make_some(d, from + n * i / rounds, from + n * (i + 1) / rounds, error);
        code = facet_comm_agree(d->comm, code, error);
        facet_stage_progress(d->stage, d->rows * (i + 1) / rounds, d->rows, "rows");
        if (!code && facet_stage_should_stop(d->stage))
            code = facet_error_set(error, FACET_INTERRUPTED, "after %lld of %lld parts", (long long)i + 1,
                                   (long long)rounds);
    }
    return code;
}

static const char *about(const struct dynamic_options *options) {
    return options->pooling == DYNAMIC_LINEAR
               ? "linear: frame t of n weighs 2 t - n - 1; a single frame is itself"
               : "harmonic: frame t of n weighs the sum over k = t..n of (2 k - n - 1) / k; a single frame is itself";
}

static int create_arrays(struct dynamic *d, struct facet_error *error) {
    const int64_t planes = d->shape.planes * d->options.n_images;
    const int64_t size = d->input.size, views[] = {d->rows, d->shape.views, planes, size, size};
    const int64_t codes[] = {d->rows, planes, 3};
    int code = facet_stage_create(d->stage, "views", FACET_U8, 5, views, error);
    if (!code) code = facet_stage_create(d->stage, "view_mask", FACET_U8, 2, views, error);
    if (!code) code = facet_stage_create(d->stage, "view_planes", FACET_U8, 2, codes, error);
    if (!code) code = facet_stage_create(d->stage, "view_ranges", FACET_F64, 3, codes, error);
    if (!code) code = facet_stage_create(d->stage, "carries", FACET_U8, 1, views, error);
    return code ? code : facet_stage_create_string(d->stage, "pooling", about(&d->options), error);
}

static int run(const struct facet_params *given, struct facet_stage *stage, struct facet_error *error) {
    const struct facet_items *items = facet_stage_items(stage);
    struct dynamic d = {
        .stage = stage, .comm = facet_stage_comm(stage), .items = items, .rows = facet_items_count(items)};
    int code = facet_comm_agree(d.comm, prepare(&d, given, error), error);
    if (!code) code = create_arrays(&d, error);
    if (!code) code = make_all(&d, error);
    release(&d);
    return code;
}

// Frames are added up once for a whole sequence, and once for each window they are in.
static int work(const struct facet_params *given, struct facet_stage *stage, double scale, struct facet_work *work,
                struct facet_error *error) {
    enum { ROWS, FRAMES };
    (void)error;
    double rows = scale * (double)facet_items_count(facet_stage_items(stage));
    double window = (double)facet_param_int(given, "window"), stride = (double)facet_param_int(given, "stride");
    work->amount[ROWS] = rows;
    work->amount[FRAMES] = rows * (window > stride ? window / stride : 1);
    return FACET_OK;
}

static const struct facet_need needs[] = {{.name = "views", .rows = true},
                                          {.name = "views_u16", .rows = true, .optional = true},
                                          {.name = "views_f32", .rows = true, .optional = true},
                                          {.name = "view_ranges", .rows = true, .optional = true},
                                          {.name = "view_mask", .rows = true},
                                          {.name = "view_planes", .rows = true, .optional = true},
                                          {.name = NULL}};
static const char *const makes[] = {"views", "view_mask", "view_planes", "view_ranges", "carries", "pooling", NULL};
static const struct facet_collective_ops ops = {.run = run, .work = work};

const struct facet_plugin facet_plugin_dynamic = {
    .abi = FACET_PLUGIN_ABI,
    .size = sizeof(struct facet_plugin),
    .kind = FACET_COLLECTIVE,
    .name = "dynamic",
    .version = "1.0.0",
    .summary = "shows what changes in the views of a sequence: dynamic images, differences, onset to apex",
    .citation =
        "H. Bilen, B. Fernando, E. Gavves, A. Vedaldi, Action recognition with dynamic image networks, TPAMI 2018",
    .params = params,
    .needs = needs,
    .makes = makes,
    .collective = &ops,
};
