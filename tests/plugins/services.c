// A collective stage for tests of the engine that uses each service of the engine once: sums over ranks, gathering, a
// checkpoint saved and read back, texts, rows, a picture. Its results are the same on any number of ranks.
#include <facet/image.h>
#include <facet/plugin.h>

#include <stdlib.h>
#include <string.h>

enum { SHARDS = 5, LENGTH = 3 };

static const struct facet_need needs[] = {{.name = "value", .rows = true}, {0}};
static const char *const makes[] = {"sums", "note", NULL};

static int sum_both(struct facet_comm *comm, double *f64, float *f32, struct facet_error *error) {
    double doubles[SHARDS][LENGTH], *d[SHARDS];
    float floats[SHARDS][LENGTH], *f[SHARDS];
    int rank = facet_comm_rank(comm), size = facet_comm_size(comm);
    int64_t first = facet_comm_shard(SHARDS, size, rank), end = facet_comm_shard(SHARDS, size, rank + 1);
    for (int64_t i = first; i < end; i++) {
        d[i - first] = doubles[i], f[i - first] = floats[i];
        for (int k = 0; k < LENGTH; k++) doubles[i][k] = 1.0 / (double)(i + k + 1), floats[i][k] = (float)doubles[i][k];
    }
    int code = facet_comm_tree_sum_f64(comm, SHARDS, d, LENGTH, f64, error);
    return code == FACET_OK ? facet_comm_tree_sum_f32(comm, SHARDS, f, LENGTH, f32, error) : code;
}

static int gather_both(struct facet_comm *comm, struct facet_error *error) {
    int size = facet_comm_size(comm);
    int *all = calloc((size_t)size, sizeof *all), mine = facet_comm_rank(comm);
    size_t *counts = calloc((size_t)size, sizeof *counts);
    int code = all && counts ? FACET_OK : facet_error_set(error, FACET_ERROR_MEMORY, "out of memory");
    code = facet_comm_agree(comm, code, error);
    for (int r = 0; code == FACET_OK && r < size; r++) counts[r] = sizeof mine;
    if (code == FACET_OK) code = facet_comm_allgather(comm, &mine, sizeof mine, all, error);
    if (code == FACET_OK) code = facet_comm_allgatherv(comm, &mine, counts, all, error);
    if (code == FACET_OK && all[size - 1] != size - 1)
        code = facet_error_set(error, FACET_ERROR_INTERNAL, "gathered something else");
    free(all), free(counts);
    return code;
}

static int save_and_load(struct facet_stage *stage, double *sums, struct facet_error *error) {
    const char *const name = "sums";
    struct facet_array saved = {.type = FACET_F64, .rank = 1, .dims = {LENGTH}, .data = sums}, loaded;
    bool found;
    int code = facet_stage_save(stage, 1, &name, &saved, error);
    if (code == FACET_OK) code = facet_stage_load(stage, 1, &name, &loaded, &found, error);
    if (code != FACET_OK) return code;
    if (!found || memcmp(loaded.data, sums, LENGTH * sizeof *sums) != 0)
        code = facet_error_set(error, FACET_ERROR_INTERNAL, "loaded something else");
    facet_array_free(&loaded);
    return code;
}

static int draw(struct facet_stage *stage, struct facet_error *error) {
    char path[4200];
    struct facet_image image;
    int code = facet_stage_path(stage, "pictures/grey.png", path, sizeof path, error);
    if (code == FACET_OK) code = facet_image_create(&image, 8, 8, 128, error);
    if (code != FACET_OK) return code;
    code = facet_image_write_png(path, &image, error);
    facet_image_free(&image);
    return code;
}

static int write_results(struct facet_stage *stage, const double *sums, struct facet_error *error) {
    double first;
    if (facet_comm_rank(facet_stage_comm(stage)) != 0) return FACET_OK;
    int code = facet_stage_read_rows(stage, "value", 0, 1, &first, error);
    if (code == FACET_OK) code = facet_stage_write(stage, "sums", 0, LENGTH, sums, error);
    return code == FACET_OK ? draw(stage, error) : code;
}

static int run(const struct facet_params *params, struct facet_stage *stage, struct facet_error *error) {
    (void)params;
    struct facet_comm *comm = facet_stage_comm(stage);
    const int64_t length = LENGTH;
    double sums[LENGTH];
    float f32[LENGTH];
    int code = sum_both(comm, sums, f32, error);
    if (code == FACET_OK) code = gather_both(comm, error);
    if (code == FACET_OK) code = save_and_load(stage, sums, error);
    if (code == FACET_OK) code = facet_stage_create(stage, "sums", FACET_F64, 1, &length, error);
    if (code == FACET_OK) code = facet_stage_create_string(stage, "note", "all services", error);
    facet_stage_quarantined(stage);
    return code == FACET_OK ? facet_comm_agree(comm, write_results(stage, sums, error), error) : code;
}

static const struct facet_collective_ops ops = {.run = run};

const struct facet_plugin facet_plugin = {
    .abi = FACET_PLUGIN_ABI,
    .size = sizeof(struct facet_plugin),
    .kind = FACET_COLLECTIVE,
    .name = "services",
    .version = "1",
    .summary = "One of everything.",
    .needs = needs,
    .makes = makes,
    .collective = &ops,
};
