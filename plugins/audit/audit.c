// audit: scans that are there twice, by content and by shape; docs/quality.md.
#include "audit/tell.h"
#include "split/folds.h"

#include <facet/plugin.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { SLICE = 1 << 16 }; // rows between two looks at whether to stop

static const struct facet_param_spec params[] = {
    {.name = "near_mm",
     .type = FACET_PARAM_FLOAT,
     .fallback = "0.5",
     .unit = "mm",
     .max = 5,
     .doc = "Two rows of different subjects whose descriptors are no farther apart show the same scan."},
    {.name = "on_duplicates",
     .type = FACET_PARAM_STRING,
     .fallback = "\"warn\"",
     .choices = "warn|refuse",
     .doc = "A scan under two datasets, subjects or labels: tell of it, or end the run."},
    {.name = NULL},
};

struct audit {
    struct facet_stage *stage;
    struct facet_comm *comm;
    struct audit_rows rows;
    struct audit_tree *tree;
    struct audit_pairs pairs;
    double near;
    bool has_folds;
};

// ---- searching: the places of the tree are dealt to ranks, those of a rank to threads ------------------------------

struct answer {
    struct audit_found others;
    int64_t own;
};

static void search_some(const struct audit *a, int64_t first, int64_t count, struct answer *answers) {
    int threads = facet_stage_threads(a->stage);
#pragma omp parallel for schedule(dynamic, 64) num_threads(threads)
    for (int64_t i = 0; i < count; i++) {
        answers[i].others = audit_tree_nearest(a->tree, first + i, a->near, AUDIT_OTHERS);
        answers[i].own = audit_tree_nearest(a->tree, first + i, a->near, AUDIT_OWN).row;
    }
}

static int take_up(struct audit *a, int64_t first, int64_t count, const struct answer *answers,
                   struct facet_error *error) {
    int code = FACET_OK;
    for (int64_t i = 0; i < count && !code; i++) {
        a->pairs.own_near += answers[i].own >= 0;
        code = audit_pairs_near(&a->rows, audit_tree_row(a->tree, first + i), answers[i].others, &a->pairs, error);
    }
    return code;
}

// All ranks leave with all answers. Collective.
static int search_slice(struct audit *a, int64_t first, int64_t count, struct answer *mine, struct answer *all,
                        size_t *bytes, struct facet_error *error) {
    int size = facet_comm_size(a->comm), rank = facet_comm_rank(a->comm);
    for (int r = 0; r < size; r++)
        bytes[r] =
            (size_t)(facet_comm_shard(count, size, r + 1) - facet_comm_shard(count, size, r)) * sizeof(struct answer);
    int64_t begin = facet_comm_shard(count, size, rank);
    search_some(a, first + begin, facet_comm_shard(count, size, rank + 1) - begin, mine);
    int code = facet_comm_allgatherv(a->comm, mine, bytes, all, error);
    return code ? code : facet_comm_agree(a->comm, take_up(a, first, count, all, error), error);
}

static int search_all(struct audit *a, struct facet_error *error) {
    int64_t n = audit_tree_count(a->tree);
    struct answer *mine = calloc(SLICE, sizeof *mine), *all = malloc(SLICE * sizeof *all);
    size_t *bytes = malloc((size_t)facet_comm_size(a->comm) * sizeof *bytes);
    int code = mine && all && bytes ? FACET_OK : facet_error_set(error, FACET_ERROR_MEMORY, "no memory for comparing");
    code = facet_comm_agree(a->comm, code, error);
    for (int64_t first = 0; first < n && !code; first += SLICE) {
        int64_t count = n - first < SLICE ? n - first : SLICE;
        code = search_slice(a, first, count, mine, all, bytes, error);
        facet_stage_progress(a->stage, first + count, n, "rows");
        if (!code && facet_stage_should_stop(a->stage))
            code = facet_error_set(error, FACET_INTERRUPTED, "%lld of %lld rows compared", (long long)(first + count),
                                   (long long)n);
    }
    free(mine);
    free(all);
    free(bytes);
    return code;
}

// ---- folds ------------------------------------------------------------------------------------------------------------

static bool split_by(const uint8_t *role, const int64_t rows[2]) {
    uint8_t a = role[rows[0]], b = role[rows[1]];
    return (a == ROLE_TEST && (b == ROLE_TRAIN || b == ROLE_VALIDATION)) ||
           (b == ROLE_TEST && (a == ROLE_TRAIN || a == ROLE_VALIDATION));
}

static int count_folds(struct audit *a, struct facet_error *error) {
    struct facet_array roles = {0};
    int code = facet_stage_read(a->stage, "folds/role", &roles, error);
    if (code) return code;
    if (roles.type != FACET_U8 || roles.rank != 2 || roles.dims[1] != a->rows.count)
        code = facet_error_set(error, FACET_ERROR_DATA, "folds/role must be u8 (folds, %lld), one value a row",
                               (long long)a->rows.count);
    for (int64_t f = 0; f < roles.dims[0] && !code; f++)
        for (int64_t i = 0; i < a->pairs.count; i++)
            a->pairs.all[i].apart += split_by((const uint8_t *)roles.data + f * a->rows.count, a->pairs.all[i].rows);
    facet_array_free(&roles);
    return code;
}

// ---- telling ----------------------------------------------------------------------------------------------------------

static int write_arrays(struct audit *a, struct facet_error *error) {
    const struct audit_pairs *p = &a->pairs;
    size_t n = (size_t)p->count;
    int64_t(*rows)[2] = malloc(n * sizeof *rows + 1);
    float *distance = malloc(n * sizeof *distance + 1);
    uint8_t *exact = malloc(n + 1), *kind = malloc(n + 1);
    int code = rows && distance && exact && kind ? FACET_OK
                                                 : facet_error_set(error, FACET_ERROR_MEMORY, "no memory for pairs");
    for (size_t i = 0; i < n && !code; i++) {
        memcpy(rows[i], p->all[i].rows, sizeof rows[i]);
        distance[i] = p->all[i].distance, exact[i] = p->all[i].exact, kind[i] = (uint8_t)p->all[i].kind;
    }
    if (!code && n) code = facet_stage_write(a->stage, "duplicates/rows", 0, p->count, rows, error);
    if (!code && n) code = facet_stage_write(a->stage, "duplicates/distance", 0, p->count, distance, error);
    if (!code && n) code = facet_stage_write(a->stage, "duplicates/exact", 0, p->count, exact, error);
    if (!code && n) code = facet_stage_write(a->stage, "duplicates/kind", 0, p->count, kind, error);
    free(rows);
    free(distance);
    free(exact);
    free(kind);
    return code;
}

static int create_arrays(struct audit *a, const char *json, struct facet_error *error) {
    const int64_t dims[] = {a->pairs.count, 2};
    int code = facet_stage_create(a->stage, "duplicates/rows", FACET_I64, 2, dims, error);
    if (!code) code = facet_stage_create(a->stage, "duplicates/distance", FACET_F32, 1, dims, error);
    if (!code) code = facet_stage_create(a->stage, "duplicates/exact", FACET_U8, 1, dims, error);
    if (!code) code = facet_stage_create(a->stage, "duplicates/kind", FACET_U8, 1, dims, error);
    return code ? code : facet_stage_create_string(a->stage, "duplicates/json", json, error);
}

static int64_t alarming(const struct audit_pairs *pairs) {
    int64_t n = 0;
    for (int64_t i = 0; i < pairs->count; i++) n += pairs->all[i].kind != AUDIT_REPEAT;
    return n;
}

static int write_files(struct audit *a, struct facet_error *error) {
    char path[4096];
    if (facet_comm_rank(a->comm) != 0) return FACET_OK;
    int code = facet_stage_path(a->stage, "duplicates.csv", path, sizeof path, error);
    if (!code) code = audit_write_csv(path, &a->rows, &a->pairs, a->has_folds, error);
    return code ? code : write_arrays(a, error);
}

static int tell(struct audit *a, bool refuse, struct facet_error *error) {
    char *json = audit_json(&a->rows, &a->pairs, a->near, a->has_folds), path[4096] = "", text[900];
    int code = json ? FACET_OK : facet_error_set(error, FACET_ERROR_MEMORY, "no memory for what was found");
    if (!code) code = facet_stage_path(a->stage, "duplicates.csv", path, sizeof path, error);
    code = facet_comm_agree(a->comm, code, error);
    if (!code) code = create_arrays(a, json, error);
    if (!code) code = facet_comm_agree(a->comm, write_files(a, error), error);
    free(json);
    if (code || a->pairs.count == 0) return code;
    audit_sentence(&a->rows, &a->pairs, path, text, sizeof text);
    if (refuse && alarming(&a->pairs) > 0) return facet_error_set(error, FACET_ERROR_DATA, "%s", text);
    facet_stage_warn(a->stage, "%s", text);
    return FACET_OK;
}

// ---- the stage --------------------------------------------------------------------------------------------------------

static int prepare(struct audit *a, struct facet_error *error) {
    int code = audit_rows_read(a->stage, &a->rows, error);
    if (!code) code = audit_pairs_exact(&a->rows, &a->pairs, error);
    if (!code) audit_pairs_count_frames(&a->rows, a->near, &a->pairs);
    return code ? code : audit_tree_create(&a->rows, &a->tree, error);
}

static int run(const struct facet_params *given, struct facet_stage *stage, struct facet_error *error) {
    struct audit a = {.stage = stage,
                      .comm = facet_stage_comm(stage),
                      .near = facet_param_float(given, "near_mm"),
                      .has_folds = facet_stage_has(stage, "folds")};
    int code = facet_comm_agree(a.comm, prepare(&a, error), error);
    if (!code) code = search_all(&a, error);
    if (!code) {
        code = audit_pairs_finish(&a.rows, &a.pairs, error);
        if (!code && a.has_folds) code = count_folds(&a, error);
        code = facet_comm_agree(a.comm, code, error);
    }
    if (!code) code = tell(&a, strcmp(facet_param_string(given, "on_duplicates"), "refuse") == 0, error);
    audit_tree_destroy(a.tree);
    audit_pairs_free(&a.pairs);
    audit_rows_free(&a.rows);
    return code;
}

// Rows are read, sorted into a tree and looked up in it.
static int work(const struct facet_params *given, struct facet_stage *stage, double scale, struct facet_work *work,
                struct facet_error *error) {
    enum { ROWS, LOOKS, EACH = 64 };
    struct facet_field descriptor;
    (void)given;
    int code = facet_stage_field(stage, "descriptor", &descriptor, error);
    if (code) return code;
    double rows = scale * (double)facet_items_count(facet_stage_items(stage));
    work->amount[ROWS] = rows;
    work->amount[LOOKS] = rows * log2(rows + 2);
    work->bytes = rows * ((double)facet_field_bytes(&descriptor) + EACH);
    return FACET_OK;
}

static const struct facet_need needs[] = {{.name = "descriptor", .rows = true},
                                          {.name = "content", .rows = true},
                                          {.name = "folds", .optional = true},
                                          {.name = NULL}};
static const char *const makes[] = {"duplicates", NULL};
static const struct facet_collective_ops ops = {.run = run, .work = work};

const struct facet_plugin facet_plugin_audit = {
    .abi = FACET_PLUGIN_ABI,
    .size = sizeof(struct facet_plugin),
    .kind = FACET_COLLECTIVE,
    .name = "audit",
    .version = "1.0.0",
    .summary = "finds scans that are there twice, by content and by shape, across datasets and subjects",
    .params = params,
    .needs = needs,
    .makes = makes,
    .collective = &ops,
};
