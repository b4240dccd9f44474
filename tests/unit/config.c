// Pipeline files: what they become, and every slip with its line; --set; how stages are bound and cut into chains.
#include "pipeline/config.h"
#include "pipeline/builtin.h"
#include "pipeline/graph.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static char path[] = "/tmp/facet-config-XXXXXX";
static struct facet_plugin_host *host;

static const char good[] = "name = \"g\";\n"
                           "workspace = \"run/g\";\n"
                           "seed = 7;\n"
                           "sources = ( { plugin = \"synth\"; name = \"lab\"; subjects = 3; } );\n"
                           "stages = ( { plugin = \"preprocess\"; },\n"
                           "           { plugin = \"render\"; size = 64; },\n"
                           "           { plugin = \"split\"; protocol = \"subject-k-fold\"; },\n"
                           "           { plugin = \"train\"; }, { plugin = \"encode\"; }, { plugin = \"fuse\"; } );\n";

static int load(const char *text, const char *const *sets, int n_sets, struct facet_config *config, char **report,
                struct facet_error *error) {
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
    return facet_config_load(path, sets, n_sets, host, config, report, error);
}

static void a_good_file_is_taken_as_written(void **state) {
    (void)state;
    struct facet_error error = {0};
    struct facet_config config;
    char *report;
    assert_int_equal(load(good, NULL, 0, &config, &report, &error), FACET_OK);
    assert_null(report);
    assert_string_equal(config.name, "g");
    assert_int_equal(config.seed, 7);
    assert_int_equal(config.unit_rows, 16);
    assert_int_equal(config.n_stages, 6);
    assert_string_equal(config.sources[0].name, "lab");
    assert_int_equal(facet_param_int(config.stages[1].params, "size"), 64);
    facet_config_free(&config);
}

static void set_reaches_stages_by_name_and_by_place(void **state) {
    (void)state;
    struct facet_error error = {0};
    struct facet_config config;
    char *report;
    const char *sets[] = {"seed=9", "stages[1].size=32", "lab.subjects=5", "render.views=({yaw=10.0;})",
                          "split.protocol=leave-one-dataset-out"};
    assert_int_equal(load(good, sets, 5, &config, &report, &error), FACET_OK);
    assert_int_equal(config.seed, 9);
    assert_int_equal(facet_param_int(config.stages[1].params, "size"), 32);
    assert_int_equal(facet_param_int(config.sources[0].params, "subjects"), 5);
    assert_int_equal(facet_param_count(config.stages[1].params, "views"), 1);
    assert_string_equal(facet_param_string(config.stages[2].params, "protocol"), "leave-one-dataset-out");
    facet_config_free(&config);
}

static void each_slip_is_told_with_its_line(void **state) {
    (void)state;
    static const struct {
        const char *text, *expected;
    } slips[] = {
        {"nane = \"g\";", "1: unknown key nane; did you mean name?"},
        {"name = \"g\"; workspace = \"w\";\nsources = 3;", ":2: sources must be a list of groups"},
        {"name = \"g\"; workspace = \"w\";\n\nsources = ( { plugin = \"synht\"; } );",
         ":3: unknown plugin \"synht\"; did you mean \"synth\"?"},
        {"name = \"g\"; workspace = \"w\"; sources = ( { } );", "plugin is missing"},
        {"name = \"g\"; workspace = \"w\"; sources = ( { plugin = \"render\"; } );",
         "render is a map plugin and does not belong in sources"},
        {"stages = ( { plugin = \"render\"; name = \"a/b\"; } );", "without dots, slashes or blanks"},
        {"stages = ( { plugin = \"render\"; },\n{ plugin = \"render\"; } );", ":2: the name render is taken"},
        {"stages = ( { plugin = \"render\"; keep = 1; } );", "keep must be true or false"},
        {"name = \"\";", "name must not be empty"},
        {"seed = -1;", "seed = -1 is out of range"},
        {"max_bad = 2.0;", "max_bad = 2 is out of range; it goes from 0 to 1"},
        {"stages = ( { plugin = \"render\"; name = \"source\"; } );", "the name source is the engine's"},
    };
    for (size_t i = 0; i < sizeof slips / sizeof *slips; i++) {
        struct facet_error error = {0};
        struct facet_config config;
        char *report;
        assert_int_equal(load(slips[i].text, NULL, 0, &config, &report, &error), FACET_ERROR_CONFIG);
        assert_non_null(report);
        if (!strstr(report, slips[i].expected)) fail_msg("\"%s\" gave:\n%s", slips[i].text, report);
        free(report);
    }
}

static void files_that_are_no_pipelines_are_refused(void **state) {
    (void)state;
    struct facet_error error = {0};
    struct facet_config config;
    char *report;
    assert_int_equal(load("name = ;", NULL, 0, &config, &report, &error), FACET_ERROR_CONFIG);
    assert_non_null(strstr(error.text, ":1: syntax error"));
    assert_int_equal(facet_config_load("/nowhere.cfg", NULL, 0, host, &config, &report, &error), FACET_ERROR_CONFIG);
    assert_non_null(strstr(error.text, "No such file"));
    const char *sets[] = {"train.epochs"}, *nobody[] = {"nobody.x=1"};
    assert_int_equal(load(good, sets, 1, &config, &report, &error), FACET_ERROR_USAGE);
    assert_int_equal(load(good, nobody, 1, &config, &report, &error), FACET_ERROR_USAGE);
    assert_non_null(strstr(error.text, "there is no stage, source or group nobody"));
}

static const struct facet_field source_fields[] = {
    {.name = "vertices", .type = FACET_F32, .rank = 2, .dims = {10, 3}, .ragged = true},
    {.name = "triangles", .type = FACET_I32, .rank = 2, .dims = {10, 3}, .ragged = true},
};

static void needs_are_met_by_the_nearest_earlier_maker(void **state) {
    (void)state;
    struct facet_error error = {0};
    struct facet_config config;
    struct facet_graph *graph = calloc(1, sizeof *graph);
    struct facet_problems problems = {.file = path};
    char *report;
    assert_int_equal(load(good, NULL, 0, &config, &report, &error), FACET_OK);
    assert_int_equal(facet_graph_build(&config, source_fields, 2, graph, &problems), FACET_OK);
    assert_int_equal(graph->nodes[1].maker[0], 0); // preprocess takes the source's vertices
    assert_int_equal(graph->nodes[2].maker[0], 1); // render takes those of preprocess
    assert_int_equal(graph->nodes[5].maker[0], 2); // encode takes the views of render, across split and train
    assert_int_equal(graph->n_chains, 2);
    assert_int_equal(graph->chains[0].last, 2);
    assert_int_equal(graph->chains[1].first, 5);
    assert_int_equal(graph->chains[1].last, 6);
    assert_false(graph->nodes[1].keep);
    assert_true(graph->nodes[2].keep);  // train reads it
    assert_false(graph->nodes[5].keep); // fuse takes it from memory
    assert_true(graph->nodes[6].keep);  // a chain must leave something
    facet_config_free(&config);
    free(graph);
}

// A stage that reads what is kept, and nothing but that.
static int no_work(const struct facet_params *params, struct facet_stage *stage, struct facet_error *error) {
    (void)params, (void)stage, (void)error;
    return FACET_OK;
}
static const struct facet_need reader_needs[] = {{.name = "normals", .optional = true, .rows = true, .kept = true},
                                                 {.name = NULL}};
static const struct facet_collective_ops reader_ops = {.always = true, .run = no_work};
static const struct facet_plugin reader = {.abi = FACET_PLUGIN_ABI,
                                           .size = sizeof reader,
                                           .kind = FACET_COLLECTIVE,
                                           .name = "reader",
                                           .version = "1",
                                           .summary = "reads",
                                           .needs = reader_needs,
                                           .collective = &reader_ops};

static void a_need_of_what_is_kept_keeps_nothing(void **state) {
    (void)state;
    struct facet_config config = {.n_stages = 4};
    struct facet_graph *graph = calloc(1, sizeof *graph);
    struct facet_problems problems = {.file = path};
    const struct facet_plugin *preprocess = facet_plugin_host_find(host, "preprocess"),
                              *render = facet_plugin_host_find(host, "render");
    const struct facet_plugin *plugins[] = {preprocess, preprocess, render, &reader};
    static const struct {
        bool keep[2];
        int maker;
    } cases[] = {{{false, false}, -1}, {{true, false}, 1}, {{false, true}, 2}, {{true, true}, 2}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        for (int s = 0; s < 4; s++)
            config.stages[s] = (struct facet_stage_config){
                .name = plugins[s]->name, .plugin = plugins[s], .keep = s < 2 && cases[i].keep[s]};
        assert_int_equal(facet_graph_build(&config, source_fields, 2, graph, &problems), FACET_OK);
        assert_int_equal(graph->nodes[4].maker[0], cases[i].maker);
        assert_int_equal(graph->nodes[1].keep, cases[i].keep[0]);
        assert_int_equal(graph->nodes[2].keep, cases[i].keep[1]);
    }
    free(graph);
}

static void a_need_of_what_is_kept_is_optional(void **state) {
    (void)state;
    struct facet_need needs[] = {{.name = "normals", .kept = true}, {.name = NULL}};
    struct facet_plugin plugin = reader;
    struct facet_error error = {0};
    assert_int_equal(facet_plugin_check(&plugin, "here", &error), FACET_OK);
    plugin.needs = needs;
    assert_int_equal(facet_plugin_check(&plugin, "here", &error), FACET_ERROR_PLUGIN);
    assert_non_null(strstr(error.text, "needs normals where it is kept"));
}

static void a_description_changes_with_what_a_stage_depends_on_alone(void **state) {
    (void)state;
    struct facet_error error = {0};
    struct facet_config config;
    struct facet_graph *graph = calloc(1, sizeof *graph);
    struct facet_problems problems = {.file = path};
    char *report, *texts[2][2];
    const char *sets[] = {"train.epochs=3"};
    for (int i = 0; i < 2; i++) {
        assert_int_equal(load(good, sets, i, &config, &report, &error), FACET_OK);
        assert_int_equal(facet_graph_build(&config, source_fields, 2, graph, &problems), FACET_OK);
        texts[i][0] = facet_graph_describe(graph, 2);
        texts[i][1] = facet_graph_describe(graph, 6);
        facet_config_free(&config);
    }
    assert_string_equal(texts[0][0], texts[1][0]);
    assert_string_not_equal(texts[0][1], texts[1][1]);
    assert_non_null(strstr(texts[1][1], "train.epochs = 3\n"));
    for (int i = 0; i < 4; i++) free(texts[i / 2][i % 2]);
    free(graph);
}

static void unmet_needs_are_problems(void **state) {
    (void)state;
    struct facet_error error = {0};
    struct facet_config config;
    struct facet_graph *graph = calloc(1, sizeof *graph);
    struct facet_problems problems = {.file = path};
    char *report;
    const char *sets[] = {"stages=({plugin=\"render\";})"};
    assert_int_equal(load(good, sets, 1, &config, &report, &error), FACET_OK);
    assert_int_equal(facet_graph_build(&config, source_fields, 2, graph, &problems), FACET_ERROR_CONFIG);
    assert_non_null(strstr(problems.text, "render needs normals, which no source or earlier stage makes"));
    facet_problems_free(&problems);
    facet_config_free(&config);
    free(graph);
}

int main(void) {
    struct facet_error error = {0};
    int file = mkstemp(path);
    if (file < 0 || facet_plugin_host_create(facet_builtin_plugins, &host, &error) != FACET_OK) return 1;
    close(file);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_good_file_is_taken_as_written),
        cmocka_unit_test(set_reaches_stages_by_name_and_by_place),
        cmocka_unit_test(each_slip_is_told_with_its_line),
        cmocka_unit_test(files_that_are_no_pipelines_are_refused),
        cmocka_unit_test(needs_are_met_by_the_nearest_earlier_maker),
        cmocka_unit_test(a_need_of_what_is_kept_keeps_nothing),
        cmocka_unit_test(a_need_of_what_is_kept_is_optional),
        cmocka_unit_test(a_description_changes_with_what_a_stage_depends_on_alone),
        cmocka_unit_test(unmet_needs_are_problems),
    };
    int failures = cmocka_run_group_tests(tests, NULL, NULL);
    facet_plugin_host_destroy(host);
    unlink(path);
    return failures;
}
