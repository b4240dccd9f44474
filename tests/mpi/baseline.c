// The baseline through the stage interface: the same bits for any ranks and threads, and people it never saw.
// ranks: 1 2 3 4
// timeout: 120
#include "split_fake.h"
#include "stage_fake.h"

#include <facet/random.h>

extern const struct facet_plugin facet_plugin_split, facet_plugin_baseline;
static struct facet_comm *world, *alone;

enum { VIEWS = 2, CHANNELS = 2, SIZE = 40, PLANES = VIEWS * CHANNELS, PICTURE = PLANES * SIZE * SIZE, CLASSES = 3 };

// A bright bar whose place is the class, a subject's own shade, and noise.
static void paint(const struct facet_items *items, int64_t row, uint8_t *pixels) {
    int label = facet_items_class_of(items, row), shade = facet_items_subject_of(items, row) * 5;
    for (int i = 0; i < PICTURE; i++) {
        int y = i / SIZE % SIZE;
        uint32_t noise = (uint32_t)facet_random_u64(5, (uint32_t)row, (uint32_t)i, 0) % 60;
        pixels[i] = (uint8_t)(20 + shade + (int)noise + (y / 8 == label ? 50 : 0));
    }
}

static void give_views(struct facet_stage *stage) {
    int64_t rows = facet_items_count(stage->items);
    const int64_t views[] = {rows, VIEWS, CHANNELS, SIZE, SIZE}, masks[] = {rows, VIEWS};
    uint8_t *pixels = calloc((size_t)rows, PICTURE), *mask = malloc((size_t)rows * VIEWS);
    assert_true(pixels && mask);
    memset(mask, 1, (size_t)rows * VIEWS);
    for (int64_t row = 0; row < rows; row++) paint(stage->items, row, pixels + row * PICTURE);
    fake_give(stage, "views", FACET_U8, 5, views, pixels);
    fake_give(stage, "view_mask", FACET_U8, 2, masks, mask);
    free(pixels);
    free(mask);
}

// Each rank writes its own rows; the whole is their sum, since the rest is zero.
static float *run(struct facet_comm *comm, int threads, const char *settings, size_t *count) {
    static const char *const names[] = {"lab", "wild"};
    static const int sizes[] = {6, 7};
    struct facet_error error = {0};
    struct facet_items *items = fake_items(2, names, sizes, 2);
    uint8_t *valid = fake_valid(items);
    valid[3] = 0;
    struct facet_stage *stage = calloc(1, sizeof *stage);
    assert_non_null(stage);
    *stage = (struct facet_stage){.comm = comm, .items = items, .valid = valid, .threads = threads, .seed = 7};
    if (fake_run(&facet_plugin_split, "within = 0.3;", stage, &error)) fail_msg("%s", error.text);
    // On ranks other than 0 the fake split has nothing written; every rank makes it alike, so rank 0's is shared.
    for (int i = 0; i < stage->n_made; i++) {
        struct facet_array *a = &stage->made[i].array;
        facet_comm_bcast(comm, a->data, facet_array_elements(a) * facet_type_size(a->type), 0, NULL);
    }
    fake_hand_on(stage, stage);
    give_views(stage);
    if (fake_run(&facet_plugin_baseline, settings, stage, &error)) fail_msg("%s", error.text);
    const struct facet_array *made = fake_made(stage, "baseline_probabilities");
    *count = facet_array_elements(made);
    int size = facet_comm_size(comm);
    float *all = malloc(*count * sizeof *all * (size_t)size), *sum = calloc(*count, sizeof *sum);
    assert_true(all && sum);
    assert_int_equal(facet_comm_allgather(comm, made->data, *count * sizeof *all, all, &error), FACET_OK);
    for (int r = 0; r < size; r++)
        for (size_t i = 0; i < *count; i++) sum[i] += all[(size_t)r * *count + i];
    free(all);
    fake_clear(stage);
    free(stage);
    free(valid);
    facet_items_destroy(items);
    return sum;
}

static void ranks_and_threads_do_not_change_a_bit(void **state) {
    (void)state;
    static const char *const settings[] = {"", "components = 7; downsample = 3;", "max_rows = 31; shrinkage = 0.2;"};
    for (int s = 0; s < 3; s++) {
        size_t count;
        float *reference = run(alone, 1, settings[s], &count);
        for (int threads = 1; threads <= 2; threads++) {
            float *shared = run(world, threads, settings[s], &count);
            assert_memory_equal(shared, reference, count * sizeof *shared);
            free(shared);
        }
        free(reference);
    }
}

static void people_never_seen_are_read_rightly(void **state) {
    (void)state;
    size_t count;
    int tested = 0, right = 0;
    float *p = run(world, 1, "", &count);
    for (size_t i = 0; i < count; i += CLASSES) {
        float sum = p[i] + p[i + 1] + p[i + 2];
        if (sum == 0) continue;
        assert_true(sum > 0.999f && sum < 1.001f);
        size_t row = i / CLASSES / 2, of = row < 36 ? row / 6 % 3 : (row - 36) / 7 % 3;
        tested++;
        right += p[i + of] > 0.5f;
    }
    assert_int_equal(tested,
                     36 + 42 + 2 * 6 + 2 * 6 - 1); // both datasets whole, two subjects of each twice, one row set aside
    assert_true(right >= tested * 9 / 10);
    free(p);
}

int main(int argc, char **argv) {
    struct facet_error error;
    if (facet_ranks_start(&argc, &argv, &world, &error)) return 1;
    if (facet_comm_create(MPI_COMM_SELF, &alone, &error)) return 1;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ranks_and_threads_do_not_change_a_bit),
        cmocka_unit_test(people_never_seen_are_read_rightly),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    facet_comm_destroy(alone);
    facet_ranks_stop(world);
    return failed;
}
