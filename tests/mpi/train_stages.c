// train, encode and fuse as stages: a training that was stopped anywhere ends with the bits of an undisturbed one, on
// any ranks; and the models it leaves recognise what they were shown.
// ranks: 1 2 3
// timeout: 300
#include "pipeline/block.h"
#include "pipeline/items.h"
#include "stage_fake.h"
#include "train/session.h"
#include "train_fake.h"

#include <facet/image.h>
#include <facet/plugin.h>
#include <unistd.h>

extern const struct facet_plugin facet_plugin_train, facet_plugin_encode, facet_plugin_fuse;

enum { FOLDS = 2, SLOTS = 2, BLIND = 21 }; // row 21 is seen by no view
static const char settings[] = "width = 16; depth = 1; heads = 2; embed = 32; patch = 4; batch = 8; micro = 3; "
                               "prompts = [ \"{}\", \"a face showing {}\" ]; class_weights = \"balanced\";";
#define QUICK "epochs = 4; warmup = 1.0; rate = 0.004;"

static struct facet_comm *world, *alone;

static struct facet_items *make_items(void) {
    static const char *const names[] = {"anger", "happiness", "surprise"};
    struct facet_error error;
    struct facet_items *items = facet_items_create();
    assert_non_null(items);
    for (int i = 0; i < FAKE_ROWS; i++) {
        const struct facet_item item = {.dataset = "fake",
                                        .subject = "s",
                                        .label = names[i % FAKE_CLASSES],
                                        .path = "",
                                        .licence = "",
                                        .sequence = i};
        assert_int_equal(facet_items_add(items, &item, &error), FACET_OK);
    }
    return items;
}

// Fold 0 trains on all rows but some for validation, fold 1 on the first rows; both test every row.
static struct facet_stage *make_stage(struct facet_comm *comm) {
    struct facet_stage *stage = calloc(1, sizeof *stage);
    struct fake *fake = fake_create();
    uint8_t roles[FOLDS][FAKE_ROWS];
    int32_t tests[FAKE_ROWS][SLOTS];
    assert_non_null(stage);
    stage->comm = comm, stage->seed = 11, stage->threads = 2, stage->items = make_items();
    stage->valid = malloc(FAKE_ROWS);
    assert_non_null(stage->valid);
    memset(stage->valid, 1, FAKE_ROWS);
    memset(fake->masks[BLIND], 0, FAKE_VIEWS);
    for (int i = 0; i < FAKE_ROWS; i++) {
        roles[0][i] = i % 7 == 3 ? ROLE_VALIDATION : ROLE_TRAIN, roles[1][i] = i < 14 ? ROLE_TRAIN : ROLE_TEST;
        tests[i][0] = i % 2 ? 0 : 1, tests[i][1] = i % 2 ? 1 : -1;
    }
    fake_give(stage, "views", FACET_U8, 5, (int64_t[]){FAKE_ROWS, FAKE_VIEWS, FAKE_CHANNELS, FAKE_SIZE, FAKE_SIZE},
              fake->pictures);
    fake_give(stage, "view_mask", FACET_U8, 2, (int64_t[]){FAKE_ROWS, FAKE_VIEWS}, fake->masks);
    fake_give(stage, "folds/role", FACET_U8, 2, (int64_t[]){FOLDS, FAKE_ROWS}, roles);
    fake_give(stage, "test_fold", FACET_I32, 2, (int64_t[]){FAKE_ROWS, SLOTS}, tests);
    free(fake);
    return stage;
}

static void destroy_stage(struct facet_stage *stage) {
    fake_clear(stage);
    facet_items_destroy((struct facet_items *)(uintptr_t)stage->items);
    free(stage->valid);
    free(stage);
}

static int run_train(struct facet_stage *stage, const char *more, struct facet_error *error) {
    char text[512];
    snprintf(text, sizeof text, "%s %s", settings, more);
    return fake_run(&facet_plugin_train, text, stage, error);
}

// Rank 0 wrote; the others only made room.
static void compare(const struct facet_stage *stage, const struct facet_stage *reference) {
    assert_int_equal(stage->n_made, reference->n_made);
    for (int i = 0; i < stage->n_made && facet_comm_rank(world) == 0; i++) {
        const struct facet_array *a = &stage->made[i].array, *b = &reference->made[i].array;
        assert_string_equal(stage->made[i].name, reference->made[i].name);
        assert_memory_equal(a->data, b->data, facet_array_elements(a) * facet_type_size(a->type));
    }
}

static struct facet_stage *undisturbed(const char *more) {
    struct facet_error error = {0};
    struct facet_stage *stage = make_stage(alone);
    if (run_train(stage, more, &error)) fail_msg("%s", error.text);
    return stage;
}

static void stopped_anywhere_the_bits_are_the_same(void **state) {
    (void)state;
    struct facet_stage *reference = undisturbed(QUICK);
    struct facet_error error = {0};
    for (int64_t every = 0; every <= 4; every++) { // 3 and 2 steps an epoch: stops fall inside and between epochs
        struct facet_stage *stage = make_stage(world);
        int code, runs = 0;
        do {
            stage->steps = 0;
            stage->stop_at = every;
            code = run_train(stage, every % 2 ? QUICK "cache_mb = 0;" : QUICK, &error);
            runs++;
        } while (code == FACET_INTERRUPTED);
        if (code) fail_msg("%s", error.text);
        assert_true(every == 0 ? runs == 1 : runs > 2);
        compare(stage, reference);
        destroy_stage(stage);
    }
    destroy_stage(reference);
}

// A checkpoint every second step, and none when it ends: at most those two steps are done again.
static void killed_anywhere_it_repeats_what_no_checkpoint_has(void **state) {
    (void)state;
    struct facet_stage *reference = undisturbed(QUICK);
    struct facet_error error = {0};
    for (int64_t at = 3; at <= 5; at++) {
        struct facet_stage *stage = make_stage(world);
        stage->stop_at = at, stage->save_every = 2, stage->killed = true;
        int64_t steps = 0, kills = 0;
        int code;
        while ((code = run_train(stage, QUICK, &error)) == FACET_INTERRUPTED) {
            steps += stage->steps, kills++;
            stage->steps = 0;
        }
        if (code) fail_msg("%s", error.text);
        steps += stage->steps;
        assert_true(kills > 1);
        assert_in_range(steps, reference->steps + 1, reference->steps + 2 * kills);
        compare(stage, reference);
        destroy_stage(stage);
    }
    destroy_stage(reference);
}

static void check_other_model(struct facet_stage *a, struct facet_stage *b) {
    const struct facet_array *x = fake_made(a, "model/fold_0/image.patch");
    const struct facet_array *y = fake_made(b, "model/fold_0/image.patch");
    assert_memory_not_equal(x->data, y->data, facet_array_elements(x) * sizeof(float));
    destroy_stage(a);
    destroy_stage(b);
}

static void other_seed_other_model(void **state) {
    (void)state;
    struct facet_error error = {0};
    struct facet_stage *a = undisturbed(QUICK), *b = make_stage(alone);
    b->seed = 12;
    assert_int_equal(run_train(b, QUICK, &error), FACET_OK);
    check_other_model(a, b);
}

static void diverged_training_says_where(void **state) {
    (void)state;
    struct facet_error error = {0};
    struct facet_stage *stage = make_stage(world);
    assert_int_equal(run_train(stage, "rate = 1.0; decay = 10.0; warmup = 0.0; epochs = 400;", &error),
                     FACET_ERROR_DATA);
    assert_non_null(strstr(error.text, "fold 0, epoch "));
    assert_int_equal(stage->n_made, 0);
    destroy_stage(stage);
}

static void fold_without_rows_is_refused(void **state) {
    (void)state;
    struct facet_error error = {0};
    struct facet_stage *stage = make_stage(world);
    memset((uint8_t *)fake_find(stage->given, stage->n_given, "folds/role")->array.data + FAKE_ROWS, 0, FAKE_ROWS);
    assert_int_equal(run_train(stage, QUICK, &error), FACET_ERROR_DATA);
    assert_non_null(strstr(error.text, "fold 1 has no training row"));
    destroy_stage(stage);
}

// Known planes let the augmentation turn normals and change the depth: other pictures, another model.
static void planes_reach_the_augmentation(void **state) {
    (void)state;
    struct facet_error error = {0};
    uint8_t planes[FAKE_ROWS][FAKE_CHANNELS];
    for (int i = 0; i < FAKE_ROWS * FAKE_CHANNELS; i++)
        planes[i / FAKE_CHANNELS][i % FAKE_CHANNELS] = (uint8_t)(FACET_PLANE_DEPTH + i % FAKE_CHANNELS);
    struct facet_stage *a = undisturbed(QUICK), *b = make_stage(alone);
    fake_give(b, "view_planes", FACET_U8, 2, (int64_t[]){FAKE_ROWS, FAKE_CHANNELS}, planes);
    assert_int_equal(run_train(b, QUICK, &error), FACET_OK);
    check_other_model(a, b);
}

// ---- the models at work --------------------------------------------------------------------------------------------------

// One unit of all rows through a map plugin, its inputs taken from the stage by name.
static struct facet_block *run_map(const struct facet_plugin *plugin, struct facet_stage *stage) {
    struct facet_error error = {0};
    struct facet_params *params = NULL;
    struct facet_field in[4] = {0}, out[4] = {0};
    struct facet_block *from, *to;
    void *self;
    int n_in = 0, n_out = 0;
    for (; plugin->needs[n_in].rows; n_in++) {
        assert_int_equal(facet_stage_field(stage, plugin->needs[n_in].name, &in[n_in], &error), FACET_OK);
        memcpy(in[n_in].name, plugin->needs[n_in].name, strlen(plugin->needs[n_in].name) + 1);
    }
    while (plugin->makes[n_out]) n_out++;
    assert_int_equal(facet_params_from_text(plugin->params, "", &params, &error), FACET_OK);
    if (plugin->map->create(params, stage, &self, &error)) fail_msg("%s", error.text);
    if (plugin->map->declare(self, in, out, &error)) fail_msg("%s", error.text);
    assert_int_equal(facet_block_create(in, n_in, stage->items, 0, FAKE_ROWS, &from, &error), FACET_OK);
    assert_int_equal(facet_block_create(out, n_out, stage->items, 0, FAKE_ROWS, &to, &error), FACET_OK);
    for (int f = 0; f < n_in; f++)
        for (int64_t row = 0; row < FAKE_ROWS; row++)
            facet_stage_read_rows(stage, in[f].name, row, 1, facet_block_data(from, f, row), &error);
    for (int64_t row = 0; row < FAKE_ROWS; row++)
        if (!stage->valid[row]) facet_block_quarantine(to, row, FACET_ERROR_DATA, "set aside before");
    if (plugin->map->transform(self, from, to, &error)) fail_msg("%s", error.text);
    for (int64_t row = 0; row < FAKE_ROWS; row++) stage->valid[row] = facet_block_valid(to, row);
    plugin->map->destroy(self);
    facet_params_destroy(params);
    facet_block_destroy(from);
    return to;
}

static struct facet_stage *trained_stage(const char *more) {
    struct facet_stage *stage = undisturbed(more);
    fake_hand_on(stage, stage);
    return stage;
}

static void add_embeddings(struct facet_stage *stage, const struct facet_block *block) {
    enum { FLOATS = SLOTS * FAKE_VIEWS * 32 };
    static float all[FAKE_ROWS][FLOATS];
    for (int64_t row = 0; row < FAKE_ROWS; row++) memcpy(all[row], facet_block_read(block, 0, row), sizeof all[row]);
    fake_give(stage, "view_embeddings", FACET_F32, 4, (int64_t[]){FAKE_ROWS, SLOTS, FAKE_VIEWS, 32}, all);
}

// Right answers over all used slots; unused ones and the blind row must hold zeros.
static int count_right(const struct facet_block *fused, int *asked) {
    int right = *asked = 0;
    for (int64_t row = 0; row < FAKE_ROWS; row++)
        for (int slot = 0; slot < SLOTS; slot++) {
            const float *p = (const float *)facet_block_read(fused, 1, row) + slot * FAKE_CLASSES;
            bool used = row != BLIND && (slot == 0 || row % 2);
            assert_float_equal(p[0] + p[1] + p[2], used ? 1 : 0, 1e-5);
            int best = p[1] > p[0] ? 1 : 0;
            best = p[2] > p[best] ? 2 : best;
            *asked += used;
            right += used && best == row % FAKE_CLASSES;
        }
    return right;
}

static void models_recognise_what_they_were_shown(void **state) {
    (void)state;
    static const char *const ablations[] = {"", "cvsa = false; mtgf = false;"};
    for (size_t i = 0; i < sizeof ablations / sizeof *ablations; i++) {
        char more[128];
        snprintf(more, sizeof more, "epochs = 30; rate = 0.004; augment = false; %s", ablations[i]);
        struct facet_stage *stage = trained_stage(more);
        struct facet_block *encoded = run_map(&facet_plugin_encode, stage);
        assert_false(facet_block_valid(encoded, BLIND));
        add_embeddings(stage, encoded);
        struct facet_block *fused = run_map(&facet_plugin_fuse, stage);
        int asked, right = count_right(fused, &asked);
        assert_int_equal(asked, FAKE_ROWS + FAKE_ROWS / 2 - 2);
        assert_true(right > 0.9 * asked);
        const float *attention = facet_block_read(fused, 2, 9); // row 9 misses view 0
        assert_float_equal(attention[0], 0, 0);
        assert_float_equal(attention[1] + attention[2], 1, 1e-5);
        facet_block_destroy(encoded);
        facet_block_destroy(fused);
        destroy_stage(stage);
    }
}

// What a training began with is in its checkpoint, what it ended with in its container: the merges may be gone.
static void merges_are_needed_once(void **state) {
    (void)state;
    char path[64], more[256];
    struct facet_error error = {0};
    snprintf(path, sizeof path, "train_stages_%d_%d.merges", facet_comm_size(world), facet_comm_rank(world));
    snprintf(more, sizeof more, "%s merges = \"%s\";", QUICK, path);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_true(fputs("heading\na n\nf a\nc e</w>\n", file) >= 0);
    assert_int_equal(fclose(file), 0);
    struct facet_stage *reference = undisturbed(more), *bytes = undisturbed(QUICK), *stage = make_stage(world);
    stage->stop_at = 2;
    assert_int_equal(run_train(stage, more, &error), FACET_INTERRUPTED);
    assert_int_equal(unlink(path), 0);
    stage->stop_at = 0;
    if (run_train(stage, more, &error)) fail_msg("%s", error.text);
    compare(stage, reference);
    const struct facet_array *rows = fake_made(stage, "model/fold_0/text.token");
    const struct facet_array *all = fake_made(bytes, "model/fold_0/text.token");
    assert_true(rows->dims[0] < 40 && all->dims[0] == 514);
    fake_hand_on(reference, reference);
    facet_block_destroy(run_map(&facet_plugin_encode, reference));
    destroy_stage(stage);
    destroy_stage(reference);
    stage = make_stage(world);
    assert_int_equal(run_train(stage, more, &error), FACET_ERROR_IO);
    assert_non_null(strstr(error.text, "cannot open the merges file"));
    assert_int_equal(stage->n_made, 0);
    destroy_stage(stage);
    destroy_stage(bytes);
}

int main(int argc, char **argv) {
    struct facet_error error;
    if (facet_ranks_start(&argc, &argv, &world, &error)) return 1;
    if (facet_comm_create(MPI_COMM_SELF, &alone, &error)) return 1;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(killed_anywhere_it_repeats_what_no_checkpoint_has),
        cmocka_unit_test(stopped_anywhere_the_bits_are_the_same),
        cmocka_unit_test(merges_are_needed_once),
        cmocka_unit_test(other_seed_other_model),
        cmocka_unit_test(diverged_training_says_where),
        cmocka_unit_test(fold_without_rows_is_refused),
        cmocka_unit_test(planes_reach_the_augmentation),
        cmocka_unit_test(models_recognise_what_they_were_shown),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    facet_comm_destroy(alone);
    facet_ranks_stop(world);
    return failed;
}
