#include "dataset/internal.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

int dataset_no_memory(struct facet_error *error) {
    return facet_error_set(error, FACET_ERROR_MEMORY, "no memory for a dataset");
}

void dataset_close(void *self) {
    struct dataset_source *source = self;
    if (!source) return;
    dataset_pool_destroy(source->pool);
    for (int i = 0; i < source->n_trees; i++) facet_files_close(source->trees[i]);
    dataset_annotations_destroy(source->annotations);
    dataset_texts_free(&source->texts);
    free(source->scans);
    free(source);
}

// ---- rows -----------------------------------------------------------------------------------------------------------
// Whether the scans from `first` on, all of one subject, are wanted; *n of them.
static bool is_wanted(const struct dataset_source *source, const struct facet_params *given, int64_t first, int64_t *n,
                      const char **codes) {
    const struct dataset_description *description = source->description;
    int32_t subject = source->scans[first].subject;
    for (*n = 0; first + *n < source->n_scans && source->scans[first + *n].subject == subject; ++*n)
        codes[*n] = source->texts.all[source->scans[first + *n].code];
    if (!dataset_subject_is_asked_for(given, source->texts.all[subject])) return false;
    return !description->subject_wanted || description->subject_wanted(given, codes, *n);
}

static int keep_wanted_subjects(struct dataset_source *source, const struct facet_params *given,
                                struct facet_error *error) {
    const char **codes = malloc((size_t)source->n_scans * sizeof *codes);
    int64_t kept = 0;
    if (!codes) return dataset_no_memory(error);
    for (int64_t i = 0, n; i < source->n_scans; i += n) {
        if (!is_wanted(source, given, i, &n, codes)) continue;
        memmove(source->scans + kept, source->scans + i, (size_t)n * sizeof *source->scans);
        kept += n;
    }
    source->n_scans = kept;
    free(codes);
    return FACET_OK;
}

static uint64_t stamp_of(const struct dataset_source *source, const struct dataset_scan *scan) {
    uint64_t stamp = 0;
    for (int role = 0; role < DATASET_ROLES; role++)
        if (scan->file[role] >= 0)
            stamp =
                stamp * 0x9e3779b97f4a7c15u + facet_files_get(source->trees[scan->tree[role]], scan->file[role]).stamp;
    return stamp;
}

static float first_known(float a, float b) {
    return isnan(a) ? b : a;
}

static const char *code_of(const struct dataset_source *source, const struct dataset_scan *scan,
                           const struct dataset_annotation *said) {
    return said->code ? said->code : source->texts.all[scan->code];
}

static int add_item(const struct dataset_source *source, const struct facet_params *given, struct facet_items *items,
                    const struct dataset_scan *scan, const struct dataset_labels *labels,
                    const struct dataset_annotation *said, int32_t sequence, struct facet_error *error) {
    struct facet_item item = facet_item_unknown();
    struct dataset_told told = {.au = ""};
    item.subject = source->texts.all[scan->subject];
    item.label = labels->label;
    item.labels = labels->labels;
    item.path = dataset_scan_path(source, scan, 0);
    item.licence = facet_param_string(given, "licence");
    item.consent = facet_param_string(given, "consent");
    item.sequence = sequence;
    item.frame = scan->frame < 0 ? 0 : scan->frame;
    item.intensity = first_known(said->intensity, scan->intensity);
    item.valence = said->valence;
    item.arousal = said->arousal;
    item.onset = said->onset;
    item.apex = said->apex;
    item.offset = said->offset;
    if (source->description->tell) source->description->tell(given, item.subject, code_of(source, scan, said), &told);
    item.au = said->au ? said->au : told.au;
    if (said->split || told.split) item.split = said->split ? said->split : told.split;
    item.stamp = stamp_of(source, scan);
    return facet_items_add(items, &item, error);
}

// Of what a table of the user's calls itself a label, the first that is no word of the vocabulary is told.
static int tell_word(const struct dataset_source *source, const struct dataset_labels *labels, bool *told,
                     struct facet_items *items, struct facet_error *error) {
    if (*told || !source->description->codes_are_labels || !*labels->label || dataset_word(labels->label))
        return FACET_OK;
    *told = true;
    return facet_items_note(items, error, "label \"%s\" is not a word of the vocabulary; it stays as it is",
                            labels->label);
}

static bool same_sequence(const struct dataset_scan *a, const struct dataset_scan *b) {
    return a->frame >= 0 && b->frame >= 0 && a->subject == b->subject && a->key == b->key;
}

// Scans whose code is to be dropped leave the list: a scan's place in it is its row.
static int add_items(struct dataset_source *source, const struct facet_params *given, struct facet_items *items,
                     struct facet_error *error) {
    int64_t kept = 0;
    int32_t sequence = -1;
    bool told = false;
    for (int64_t i = 0; i < source->n_scans; i++) {
        struct dataset_scan scan = source->scans[i];
        struct dataset_annotation said = dataset_annotation_of(source->annotations, &scan);
        struct dataset_labels labels;
        dataset_labels_of(source->description, given, code_of(source, &scan, &said), &labels);
        if (labels.drop) continue;
        if (kept == 0 || !same_sequence(&source->scans[kept - 1], &scan)) sequence++;
        int code = tell_word(source, &labels, &told, items, error);
        if (!code) code = add_item(source, given, items, &scan, &labels, &said, sequence, error);
        if (code) return code;
        source->scans[kept++] = scan;
    }
    source->n_scans = kept;
    return FACET_OK;
}

// ---- opening --------------------------------------------------------------------------------------------------------
// Rows of the scans that are wanted, of which there must be one.
static int add_wanted(struct dataset_source *source, const struct facet_params *given, struct facet_items *items,
                      struct facet_error *error) {
    int64_t all = source->n_scans;
    int code = keep_wanted_subjects(source, given, error);
    if (!code) code = add_items(source, given, items, error);
    if (code || source->n_scans > 0) return code;
    return facet_error_set(error, FACET_ERROR_DATA, "of the %lld scans of %s the parameters leave none", (long long)all,
                           source->description->title);
}

static int fill(struct dataset_source *source, const struct facet_params *given, struct facet_items *items,
                struct facet_error *error) {
    source->annotations = dataset_annotations_create(&source->texts);
    int code = source->annotations ? FACET_OK : dataset_no_memory(error);
    if (!code) code = dataset_labels_check(source->description, given, items, error);
    if (!code) code = dataset_catalogue(source, given, items, error);
    if (!code) code = dataset_check_complete(source, given, items, error);
    if (!code) code = dataset_tell_mismatches(source, given, items, error);
    if (!code) code = add_wanted(source, given, items, error);
    return code ? code : dataset_find_room(source, error);
}

int dataset_open(const struct dataset_description *description, const struct facet_params *given,
                 struct facet_items *items, struct facet_field *fields, int *n_fields, void **self,
                 struct facet_error *error) {
    int code = description->check ? description->check(given, error) : FACET_OK;
    if (code) return code;
    struct dataset_source *source = calloc(1, sizeof *source);
    if (!source) return dataset_no_memory(error);
    source->description = description;
    source->rows = dataset_rows_of(given);
    source->pool = dataset_pool_create();
    code = source->pool ? fill(source, given, items, error) : dataset_no_memory(error);
    if (code) {
        dataset_close(source);
        return code;
    }
    dataset_rows_declare(&source->rows, description->points && facet_param_bool(given, "landmarks"), fields, n_fields);
    *self = source;
    return FACET_OK;
}

// ---- loading --------------------------------------------------------------------------------------------------------
static int put_landmarks(const struct dataset_source *source, const struct dataset_scan *scan,
                         const struct facet_mesh *mesh, struct dataset_worker *worker, struct facet_block *block,
                         int64_t row, struct facet_error *error) {
    float landmarks[FACET_LANDMARKS][4];
    int64_t n;
    if (source->rows.landmarks < 0) return FACET_OK;
    int code = dataset_read_landmarks(source, scan, mesh, worker, landmarks, &n, error);
    if (code) return dataset_forgive(&source->rows, "landmarks", code, block, row, error);
    return dataset_put_landmarks(&source->rows, landmarks, n, block, row, error);
}

static int put_colours(const struct dataset_source *source, const struct dataset_scan *scan,
                       const struct facet_mesh *mesh, struct dataset_worker *worker, struct facet_block *block,
                       int64_t row, struct facet_error *error) {
    uint8_t *colours = NULL;
    struct facet_image picture = {0};
    if (source->rows.colours < 0) return FACET_OK;
    int code = dataset_read_colours(source, scan, mesh, worker, &colours, &picture, error);
    if (code) return dataset_forgive(&source->rows, "a picture", code, block, row, error);
    code = dataset_put_colours(&source->rows, mesh, colours, block, row, error);
    if (!code) code = dataset_put_picture(&source->rows, mesh, &picture, block, row, error);
    free(colours);
    facet_image_free(&picture);
    return code;
}

int dataset_load(const void *self, int64_t index, struct facet_block *block, int64_t row, struct facet_error *error) {
    const struct dataset_source *source = self;
    const struct dataset_scan *scan = &source->scans[index];
    const struct facet_mesh *mesh = NULL;
    struct dataset_worker *worker = dataset_pool_take(source->pool);
    if (!worker) return dataset_no_memory(error);
    int code = dataset_read_mesh(source, scan, worker, &mesh, error);
    if (!code) code = dataset_put_mesh(&source->rows, dataset_scan_path(source, scan, 0), mesh, block, row, error);
    if (!code) code = put_landmarks(source, scan, mesh, worker, block, row, error);
    if (!code) code = put_colours(source, scan, mesh, worker, block, row, error);
    dataset_pool_give(source->pool, worker);
    return code;
}
