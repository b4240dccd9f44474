#include "report/quality.h"

#include <facet/comm.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { AT_ONCE = 4096 }; // rows

static int no_memory(struct facet_error *error) {
    return facet_error_set(error, FACET_ERROR_MEMORY, "no memory for the report's section on quality");
}

// ---- rows -----------------------------------------------------------------------------------------------------------

// This rank's share of the rows, read again for each thing that is asked of them.
struct sweep {
    struct facet_stage *stage;
    struct report_quality *quality;
    int width, metrics; // floats a row; how many of them are known
    float *rows;        // (AT_ONCE, width)
};

typedef void visit(void *context, int64_t row, int dataset, const float *values);

static int open_sweep(struct sweep *sweep, struct facet_error *error) {
    struct facet_field field;
    int code = facet_stage_field(sweep->stage, "quality", &field, error);
    if (code) return code;
    if (field.type != FACET_F32 || field.rank != 1 || field.dims[0] < 1 || field.dims[0] > 1 << 16)
        return facet_error_set(error, FACET_ERROR_DATA, "quality is not f32 (metrics)");
    sweep->width = (int)field.dims[0];
    sweep->metrics = sweep->width < FACET_METRICS ? sweep->width : FACET_METRICS;
    sweep->rows = malloc(AT_ONCE * (size_t)sweep->width * sizeof *sweep->rows);
    return sweep->rows ? FACET_OK : no_memory(error);
}

// Shows `see` every row of this rank that is not set aside.
static int go_over(const struct sweep *sweep, visit *see, void *context, struct facet_error *error) {
    const struct facet_items *items = facet_stage_items(sweep->stage);
    const struct facet_comm *comm = facet_stage_comm(sweep->stage);
    const uint8_t *valid = facet_stage_valid(sweep->stage);
    int64_t all = facet_items_count(items),
            end = facet_comm_shard(all, facet_comm_size(comm), facet_comm_rank(comm) + 1);
    int64_t first = facet_comm_shard(all, facet_comm_size(comm), facet_comm_rank(comm));
    for (int code; first < end; first += AT_ONCE) {
        int64_t count = end - first < AT_ONCE ? end - first : AT_ONCE;
        if ((code = facet_stage_read_rows(sweep->stage, "quality", first, count, sweep->rows, error))) return code;
        for (int64_t i = 0; i < count; i++)
            if (valid[first + i])
                see(context, first + i, facet_items_dataset_of(items, first + i), sweep->rows + i * sweep->width);
    }
    return FACET_OK;
}

// ---- sizes: where the axes lie, and what is worst -------------------------------------------------------------------

struct sizes {
    const struct sweep *sweep;
    double (*keys)[HISTOGRAM_KEYS + 1];          // (metrics) and how many values are no whole numbers
    float (*range)[2];                           // (metrics, datasets) smallest, largest
    struct quality_scan (*worst)[QUALITY_WORST]; // (metrics)
};

bool quality_is_worse(enum facet_worse worse, float a, float b) {
    if (worse == FACET_WORSE_FAR) return fabsf(a) > fabsf(b);
    return worse == FACET_WORSE_SMALL ? a < b : worse == FACET_WORSE_LARGE && a > b;
}

// Of two that are as bad, the one that comes first stays first.
static void keep_worst(struct quality_scan worst[QUALITY_WORST], enum facet_worse worse, struct quality_scan scan) {
    bool none = scan.row < 0 || worse == FACET_WORSE_NONE || (worse != FACET_WORSE_SMALL && scan.value == 0);
    int at = QUALITY_WORST;
    while (at > 0 && (worst[at - 1].row < 0 || quality_is_worse(worse, scan.value, worst[at - 1].value))) at--;
    if (none || at == QUALITY_WORST) return;
    memmove(worst + at + 1, worst + at, (size_t)(QUALITY_WORST - 1 - at) * sizeof *worst);
    worst[at] = scan;
}

static void see_size(void *context, int64_t row, int dataset, const float *values) {
    struct sizes *sizes = context;
    for (int m = 0; m < sizes->sweep->metrics; m++) {
        float *range = sizes->range[m * sizes->sweep->quality->n_datasets + dataset];
        if (!isfinite(values[m])) continue;
        sizes->keys[m][histogram_key(values[m])]++;
        sizes->keys[m][HISTOGRAM_KEYS] += values[m] != floorf(values[m]);
        range[0] = fminf(range[0], values[m]);
        range[1] = fmaxf(range[1], values[m]);
        keep_worst(sizes->worst[m], facet_metric_about((enum facet_metric)m)->worse,
                   (struct quality_scan){row, values[m]});
    }
}

// Brings the counts of all ranks together: sums has room for as many, and holds them afterwards.
static int add_up(struct facet_comm *comm, double *counts, size_t length, double *sums, struct facet_error *error) {
    return facet_comm_tree_sum_f64(comm, facet_comm_size(comm), &counts, length, sums, error);
}

// Everybody's `bytes`, in the order of ranks; the caller frees them.
static int everybodys(struct facet_comm *comm, const void *mine, size_t bytes, void **all, struct facet_error *error) {
    *all = malloc(bytes * (size_t)facet_comm_size(comm));
    int code = facet_comm_agree(comm, *all ? FACET_OK : no_memory(error), error);
    return code ? code : facet_comm_allgather(comm, mine, bytes, *all, error);
}

static void take_range(const struct sizes *sizes, struct report_quality *quality, const float (*range)[2]) {
    for (int m = 0; m < sizes->sweep->metrics; m++) {
        struct quality_metric *metric = &quality->metrics[m];
        for (int d = 0; d < quality->n_datasets; d++) {
            const float *r = range[m * quality->n_datasets + d];
            struct quality_spread *spread = &metric->spread[d];
            if (!(r[0] <= r[1])) continue;
            spread->smallest = fmin(spread->smallest, r[0]), spread->most = fmax(spread->most, r[1]);
            metric->smallest = fmin(metric->smallest, r[0]), metric->most = fmax(metric->most, r[1]);
        }
    }
}

static int share_ranges(const struct sizes *sizes, struct facet_comm *comm, struct facet_error *error) {
    struct report_quality *quality = sizes->sweep->quality;
    size_t entries = (size_t)FACET_METRICS * (size_t)quality->n_datasets;
    void *all = NULL;
    int code = everybodys(comm, sizes->range, entries * sizeof *sizes->range, &all, error);
    for (int r = 0; !code && r < facet_comm_size(comm); r++)
        take_range(sizes, quality, (const float(*)[2])all + (size_t)r * entries);
    free(all);
    return code;
}

// Of scans that are all alike none is bad; nor are those that are as good as any.
static bool is_bad(const struct quality_metric *metric, enum facet_worse worse, const struct quality_scan *scan) {
    return scan->row >= 0 && metric->smallest < metric->most &&
           (worse != FACET_WORSE_SMALL || scan->value < metric->most);
}

static int share_worst(const struct sizes *sizes, struct facet_comm *comm, struct facet_error *error) {
    struct quality_metric *metrics = sizes->sweep->quality->metrics;
    void *all = NULL;
    int code = everybodys(comm, sizes->worst, FACET_METRICS * sizeof *sizes->worst, &all, error);
    for (int64_t i = 0; !code && i < (int64_t)facet_comm_size(comm) * FACET_METRICS * QUALITY_WORST; i++) {
        int m = (int)(i / QUALITY_WORST % FACET_METRICS);
        keep_worst(metrics[m].worst, facet_metric_about((enum facet_metric)m)->worse,
                   ((const struct quality_scan *)all)[i]);
    }
    for (int m = 0; !code && m < FACET_METRICS; m++)
        while (
            metrics[m].n_worst < QUALITY_WORST &&
            is_bad(&metrics[m], facet_metric_about((enum facet_metric)m)->worse, &metrics[m].worst[metrics[m].n_worst]))
            metrics[m].n_worst++;
    free(all);
    return code;
}

// The axis holds the limit where it lies near.
static void set_axes(struct report_quality *quality, const double (*keys)[HISTOGRAM_KEYS + 1]) {
    for (int m = 0; m < FACET_METRICS; m++) {
        struct quality_metric *metric = &quality->metrics[m];
        const struct facet_metric_about *about = facet_metric_about((enum facet_metric)m);
        for (int k = 0; k < HISTOGRAM_KEYS; k++) metric->measured += keys[m][k];
        metric->axis = histogram_axis(
            &(struct histogram_values){keys[m], metric->smallest, metric->most, keys[m][HISTOGRAM_KEYS] == 0});
        if (isnan(metric->limit)) continue;
        metric->axis = histogram_reach(metric->axis, metric->limit);
        if (about->worse == FACET_WORSE_FAR) metric->axis = histogram_reach(metric->axis, -metric->limit);
    }
}

static void empty_sizes(struct sizes *sizes, int n_datasets) {
    for (int i = 0; i < FACET_METRICS * n_datasets; i++) sizes->range[i][0] = INFINITY, sizes->range[i][1] = -INFINITY;
    for (int m = 0; m < FACET_METRICS; m++)
        for (int i = 0; i < QUALITY_WORST; i++) sizes->worst[m][i] = (struct quality_scan){.row = -1};
}

static int gather_sizes(const struct sweep *sweep, struct facet_error *error) {
    struct facet_comm *comm = facet_stage_comm(sweep->stage);
    size_t datasets = (size_t)sweep->quality->n_datasets;
    double(*sums)[HISTOGRAM_KEYS + 1] = calloc(FACET_METRICS, sizeof *sums);
    struct sizes sizes = {.sweep = sweep,
                          .keys = calloc(FACET_METRICS, sizeof *sizes.keys),
                          .range = calloc(FACET_METRICS * datasets + 1, sizeof *sizes.range),
                          .worst = calloc(FACET_METRICS, sizeof *sizes.worst)};
    int code = sums && sizes.keys && sizes.range && sizes.worst ? FACET_OK : no_memory(error);
    if (!code) empty_sizes(&sizes, (int)datasets);
    if (!code) code = go_over(sweep, see_size, &sizes, error);
    code = facet_comm_agree(comm, code, error);
    if (!code) code = add_up(comm, sizes.keys[0], FACET_METRICS * (HISTOGRAM_KEYS + 1), sums[0], error);
    if (!code) code = share_ranges(&sizes, comm, error);
    if (!code) code = share_worst(&sizes, comm, error);
    if (!code) set_axes(sweep->quality, (const double(*)[HISTOGRAM_KEYS + 1]) sums);
    free(sums), free(sizes.keys), free(sizes.range), free(sizes.worst);
    return code;
}

// ---- spreads: how the values lie along the axes ---------------------------------------------------------------------

enum { BELOW = HISTOGRAM_CELLS, ABOVE, MEASURED, MISSING, COUNTS };

struct counts {
    const struct sweep *sweep;
    double (*at)[COUNTS]; // (metrics, datasets)
};

static void see_value(void *context, int64_t row, int dataset, const float *values) {
    struct counts *counts = context;
    const struct report_quality *quality = counts->sweep->quality;
    (void)row;
    for (int m = 0; m < FACET_METRICS; m++) {
        double *at = counts->at[m * quality->n_datasets + dataset];
        bool missing = m >= counts->sweep->metrics || !isfinite(values[m]);
        at[missing ? MISSING : MEASURED]++;
        if (missing) continue;
        int cell = histogram_cell(&quality->metrics[m].axis, values[m]);
        at[cell == HISTOGRAM_BELOW ? BELOW : cell == HISTOGRAM_ABOVE ? ABOVE : cell]++;
    }
}

static void take_counts(const double *at, const struct histogram_axis *axis, struct quality_spread *spread) {
    memcpy(spread->cells, at, sizeof spread->cells);
    spread->below = at[BELOW], spread->above = at[ABOVE];
    spread->measured = at[MEASURED], spread->missing = at[MISSING];
    spread->median = histogram_median(axis, spread->below, spread->cells, spread->above);
    if (!isnan(spread->median)) spread->median = fmax(spread->smallest, fmin(spread->most, spread->median));
    if (spread->measured == 0) spread->smallest = spread->most = NAN;
}

static int gather_spreads(const struct sweep *sweep, struct facet_error *error) {
    struct report_quality *quality = sweep->quality;
    struct facet_comm *comm = facet_stage_comm(sweep->stage);
    size_t entries = (size_t)FACET_METRICS * (size_t)quality->n_datasets;
    double(*sums)[COUNTS] = calloc(entries + 1, sizeof *sums);
    struct counts counts = {sweep, calloc(entries + 1, sizeof *counts.at)};
    int code = sums && counts.at ? FACET_OK : no_memory(error);
    if (!code) code = go_over(sweep, see_value, &counts, error);
    code = facet_comm_agree(comm, code, error);
    if (!code && entries) code = add_up(comm, counts.at[0], entries * COUNTS, sums[0], error);
    for (size_t i = 0; !code && i < entries; i++) {
        struct quality_metric *metric = &quality->metrics[i / (size_t)quality->n_datasets];
        take_counts(sums[i], &metric->axis, &metric->spread[i % (size_t)quality->n_datasets]);
    }
    free(sums), free(counts.at);
    return code;
}

// ---- limits and datasets --------------------------------------------------------------------------------------------

// As the last preprocess stage is given it; 0 there means that there is none. Settings of that name in other plugins
// mean something else.
static double limit_of(const struct facet_stage *stage, const char *name) {
    double limit = 0;
    for (int i = 0; name && i < facet_stage_records(stage); i++) {
        struct facet_stage_record record = facet_stage_record(stage, i);
        bool sets = record.params && strcmp(record.plugin, "preprocess") == 0;
        if (sets && facet_param_has(record.params, name, FACET_PARAM_FLOAT))
            limit = facet_param_float(record.params, name);
    }
    return limit > 0 ? limit : NAN;
}

static int create(struct facet_stage *stage, struct report_quality *quality, struct facet_error *error) {
    const struct facet_items *items = facet_stage_items(stage);
    size_t datasets = (size_t)facet_items_datasets(items);
    *quality = (struct report_quality){.n_datasets = (int)datasets, .measured = facet_stage_has(stage, "quality")};
    quality->reasons.datasets = (int)datasets;
    quality->datasets = calloc(datasets + 1, sizeof *quality->datasets);
    if (!quality->datasets) return no_memory(error);
    for (int64_t row = 0; row < facet_items_count(items); row++) {
        struct quality_dataset *dataset = &quality->datasets[facet_items_dataset_of(items, row)];
        dataset->found++, dataset->used += facet_stage_valid(stage)[row];
    }
    for (int m = 0; m < FACET_METRICS; m++) {
        struct quality_metric *metric = &quality->metrics[m];
        *metric = (struct quality_metric){.smallest = INFINITY,
                                          .most = -INFINITY,
                                          .limit = limit_of(stage, facet_metric_about((enum facet_metric)m)->limit),
                                          .spread = calloc(datasets + 1, sizeof *metric->spread)};
        if (!metric->spread) return no_memory(error);
        for (size_t d = 0; d < datasets; d++) metric->spread[d].smallest = INFINITY, metric->spread[d].most = -INFINITY;
        for (int i = 0; i < QUALITY_WORST; i++) metric->worst[i].row = -1;
    }
    return FACET_OK;
}

// The ledger is read by rank 0.
static int gather_reasons(struct facet_stage *stage, struct report_quality *quality, struct facet_error *error) {
    const struct facet_items *items = facet_stage_items(stage);
    int code = FACET_OK;
    quality->n_set_aside = facet_stage_quarantined(stage);
    for (int64_t i = 0; i < quality->n_set_aside && !code; i++) {
        struct facet_quarantine_entry entry = facet_stage_quarantine(stage, i);
        if (i < QUALITY_FIRST) quality->first[quality->n_first++] = entry;
        code = reasons_add(&quality->reasons, &entry, facet_items_get(items, entry.row).path,
                           facet_items_dataset_of(items, entry.row), error);
    }
    quality->n_noted = facet_stage_noted(stage);
    for (int64_t i = 0; i < quality->n_noted && i < QUALITY_FIRST; i++)
        quality->noted[quality->n_first_noted++] = facet_stage_note(stage, i);
    return code ? code : reasons_finish(&quality->reasons, error);
}

int quality_gather(struct facet_stage *stage, struct report_quality *quality, struct facet_error *error) {
    struct facet_comm *comm = facet_stage_comm(stage);
    struct sweep sweep = {.stage = stage, .quality = quality};
    int code = create(stage, quality, error);
    if (!code && facet_comm_rank(comm) == 0) code = gather_reasons(stage, quality, error);
    if (!code && facet_comm_rank(comm) == 0) code = quality_pairs_gather(stage, &quality->pairs, error);
    if (!code && quality->measured) code = open_sweep(&sweep, error);
    code = facet_comm_agree(comm, code, error);
    if (!code && quality->measured) code = gather_sizes(&sweep, error);
    if (!code && quality->measured) code = gather_spreads(&sweep, error);
    free(sweep.rows);
    return code;
}

double quality_bar(const struct quality_spread *spread, int bar) {
    double count = 0;
    for (int c = 0; c < HISTOGRAM_FINE; c++) count += spread->cells[bar * HISTOGRAM_FINE + c];
    return count;
}

void quality_free(struct report_quality *quality) {
    if (!quality) return;
    for (int m = 0; m < FACET_METRICS; m++) free(quality->metrics[m].spread);
    free(quality->datasets);
    reasons_free(&quality->reasons);
    *quality = (struct report_quality){0};
}
