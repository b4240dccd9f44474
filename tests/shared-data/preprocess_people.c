// timeout: 300
// No clean face of the synth source's people is set aside, and none is taken for one that looks aside: whole people were,
// whose noses or foreheads are far from the average. Needs ict_face_model.h5 in a folder of FACET_DATA.
#include "data_file.h"
#include "pipeline/block.h"
#include "pipeline/items.h"
#include "pipeline/params.h"
#include "preprocess/pose.h"

#include <facet/plugin.h>

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

extern const struct facet_plugin facet_plugin_synth;

enum { PEOPLE = 24, EXPRESSIONS = 7 };
static const double aside_most = 25; // degrees, of faces that look straight ahead

static double turn_of(double r[3][3]) {
    double cosine = (r[0][0] + r[1][1] + r[2][2] - 1) / 2;
    return acos(fmax(-1, fmin(1, cosine))) * 180 / 3.14159265358979323846;
}

static bool is_found(const struct preprocess_template *face, const struct facet_block *block, bool scale) {
    struct preprocess_search search = {.turn = true, .scale = scale};
    struct preprocess_surface surface;
    struct preprocess_pose pose;
    struct facet_error error = {0};
    int code = preprocess_surface_copy(facet_block_read(block, 0, 0), facet_block_count(block, 0, 0),
                                       facet_block_read(block, 1, 0), facet_block_count(block, 1, 0), &surface, &error);
    if (code) fail_msg("%s", error.text);
    code = preprocess_pose_find(face, &surface, search, &pose, &error);
    if (code) printf("%s\n", error.text);
    bool found = !code && turn_of(pose.rotation) < aside_most;
    if (!code && !found) printf("turned by %.0f degrees, score %.2f\n", turn_of(pose.rotation), pose.score);
    preprocess_surface_free(&surface);
    return found;
}

// How many faces of the people of a source are lost.
static int lost_of(const struct preprocess_template *face, const char *path, const char *name, uint64_t seed) {
    struct facet_items *items = facet_items_create();
    struct facet_params *params;
    struct facet_field fields[FACET_MAX_FIELDS];
    struct facet_error error;
    char text[1200];
    int n_fields, lost = 0;
    void *self;
    snprintf(text, sizeof text, "model = \"%s\"; subjects = %d; seed = 1; expressions = \"basic6+neutral\";", path,
             PEOPLE);
    assert_int_equal(facet_items_begin_dataset(items, name, &error), FACET_OK);
    if (facet_params_from_text(facet_plugin_synth.params, text, &params, &error)) fail_msg("%s", error.text);
    if (facet_plugin_synth.source->open(params, seed, items, fields, &n_fields, &self, &error))
        fail_msg("%s", error.text);
    for (int64_t i = 0; i < PEOPLE * EXPRESSIONS; i++) {
        struct facet_block *block;
        assert_int_equal(facet_block_create(fields, n_fields, items, i, 1, &block, &error), FACET_OK);
        assert_int_equal(facet_plugin_synth.source->load(self, i, block, 0, &error), FACET_OK);
        if (!is_found(face, block, i % 2)) {
            printf("%s: person %d, expression %d\n", name, (int)(i / EXPRESSIONS), (int)(i % EXPRESSIONS));
            lost++;
        }
        facet_block_destroy(block);
    }
    facet_plugin_synth.source->close(self);
    facet_params_destroy(params);
    facet_items_destroy(items);
    return lost;
}

static void no_clean_face_is_set_aside(void **state) {
    static struct preprocess_template face;
    preprocess_template_fill(&face);
    int lost = lost_of(&face, *state, "studio", 1);
    lost += lost_of(&face, *state, "dup", 7);
    lost += lost_of(&face, *state, "lab", 7);
    assert_int_equal(lost, 0);
}

int main(void) {
    static char path[1024];
    if (!data_file("ict_face_model.h5", path, sizeof path)) return 77;
    const struct CMUnitTest tests[] = {cmocka_unit_test_prestate(no_clean_face_is_set_aside, path)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
