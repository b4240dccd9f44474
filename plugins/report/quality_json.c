// quality.json; its layout is in docs/report.md.
#include "report/quality_page.h"

#include <facet/json.h>
#include <math.h>

// A failed set leaves a hole that the caller must know of.
struct builder {
    const struct report_quality *quality;
    const struct facet_items *items;
    bool failed;
};

static void put(struct builder *b, json_t *object, const char *key, json_t *value) {
    b->failed |= json_object_set_new(object, key, value) != 0;
}

static void push(struct builder *b, json_t *array, json_t *value) {
    b->failed |= json_array_append_new(array, value) != 0;
}

static json_t *number(double value) {
    return isfinite(value) ? json_real(value) : json_null();
}

static json_t *whole(double value) {
    return json_integer((json_int_t)value);
}

static void put_datasets(struct builder *b, json_t *root) {
    json_t *array = json_array();
    for (int d = 0; d < b->quality->n_datasets; d++) {
        const struct quality_dataset *of = &b->quality->datasets[d];
        json_t *dataset = json_object();
        put(b, dataset, "name", facet_json_text(facet_items_dataset_name(b->items, d)));
        put(b, dataset, "found", json_integer(of->found));
        put(b, dataset, "used", json_integer(of->used));
        put(b, dataset, "set_aside", json_integer(of->found - of->used));
        push(b, array, dataset);
    }
    put(b, root, "datasets", array);
}

static void put_reasons(struct builder *b, json_t *root) {
    json_t *array = json_array();
    for (int i = 0; i < b->quality->reasons.n; i++) {
        const struct report_reason *of = &b->quality->reasons.all[i];
        json_t *reason = json_object(), *counts = json_array();
        for (int d = 0; d < b->quality->n_datasets; d++) push(b, counts, json_integer(of->by_dataset[d]));
        put(b, reason, "stage", facet_json_text(of->stage));
        put(b, reason, "code", facet_json_text(of->code));
        put(b, reason, "text", facet_json_text(of->text));
        put(b, reason, "scans", json_integer(of->scans));
        put(b, reason, "by_dataset", counts);
        push(b, array, reason);
    }
    put(b, root, "reasons", array);
    put(b, root, "kept_with_a_note", json_integer(b->quality->n_noted));
}

static void put_scan(struct builder *b, json_t *object, int64_t row) {
    struct facet_item item = facet_items_get(b->items, row);
    put(b, object, "row", json_integer(row));
    put(b, object, "dataset", facet_json_text(item.dataset));
    put(b, object, "subject", facet_json_text(item.subject));
    put(b, object, "path", facet_json_text(item.path));
}

static json_t *worst(struct builder *b, const struct quality_metric *metric) {
    json_t *array = json_array();
    for (int i = 0; i < metric->n_worst; i++) {
        json_t *scan = json_object();
        put_scan(b, scan, metric->worst[i].row);
        put(b, scan, "value", number(metric->worst[i].value));
        push(b, array, scan);
    }
    return array;
}

static json_t *spread(struct builder *b, const struct histogram_axis *axis, const struct quality_spread *of) {
    json_t *object = json_object(), *bars = json_array();
    put(b, object, "measured", whole(of->measured));
    put(b, object, "missing", whole(of->missing));
    put(b, object, "smallest", number(of->smallest));
    put(b, object, "median", number(of->median));
    put(b, object, "largest", number(of->most));
    put(b, object, "below", whole(of->below));
    for (int k = 0; k < axis->bars; k++) push(b, bars, whole(quality_bar(of, k)));
    put(b, object, "bars", bars);
    put(b, object, "above", whole(of->above));
    return object;
}

static json_t *limit(struct builder *b, const struct quality_metric *metric, const struct facet_metric_about *about) {
    if (isnan(metric->limit)) return json_null();
    json_t *object = json_object();
    put(b, object, "setting", json_string(about->limit));
    put(b, object, "value", number(metric->limit));
    return object;
}

static void put_metrics(struct builder *b, json_t *root) {
    json_t *array = json_array();
    for (int m = 0; m < FACET_METRICS && b->quality->measured; m++) {
        const struct quality_metric *of = &b->quality->metrics[m];
        const struct facet_metric_about *about = facet_metric_about((enum facet_metric)m);
        json_t *metric = json_object(), *spreads = json_array();
        put(b, metric, "name", json_string(about->name));
        put(b, metric, "unit", json_string(about->unit));
        put(b, metric, "limit", limit(b, of, about));
        put(b, metric, "low", of->axis.bars ? number(of->axis.low) : json_null());
        put(b, metric, "step", of->axis.bars ? number(of->axis.step) : json_null());
        for (int d = 0; d < b->quality->n_datasets; d++) push(b, spreads, spread(b, &of->axis, &of->spread[d]));
        put(b, metric, "by_dataset", spreads);
        put(b, metric, "worst", worst(b, of));
        push(b, array, metric);
    }
    put(b, root, "metrics", array);
}

static json_t *pair(struct builder *b, const struct quality_pair *of) {
    json_t *object = json_object(), *scans = json_array();
    put(b, object, "exact", json_boolean(of->exact));
    put(b, object, "distance_mm", number(of->distance));
    for (int side = 0; side < 2; side++) {
        json_t *scan = json_object();
        put_scan(b, scan, of->rows[side]);
        push(b, scans, scan);
    }
    put(b, object, "scans", scans);
    return object;
}

static void put_pairs(struct builder *b, json_t *root) {
    const struct quality_pairs *of = &b->quality->pairs;
    if (!of->searched) {
        put(b, root, "duplicates", json_null());
        return;
    }
    json_t *duplicates = json_object(), *array = json_array();
    for (int i = 0; i < of->n_first; i++) push(b, array, pair(b, &of->first[i]));
    put(b, duplicates, "exact", json_integer(of->exact));
    put(b, duplicates, "near", json_integer(of->near));
    put(b, duplicates, "between_people", json_integer(of->between_people));
    put(b, duplicates, "pairs", array);
    put(b, root, "duplicates", duplicates);
}

json_t *quality_json(const struct report_quality *quality, const struct facet_items *items) {
    struct builder b = {quality, items, false};
    json_t *root = json_object();
    put(&b, root, "format", json_integer(1));
    put_datasets(&b, root);
    put_reasons(&b, root);
    put_metrics(&b, root);
    put_pairs(&b, root);
    if (!b.failed) return root;
    json_decref(root);
    return NULL;
}
