// report: a page for people about what a run did, with its numbers, curves and pictures.
#include "report/gather.h"
#include "report/page.h"
#include "report/quality_page.h"
#include "report/sheets.h"

#include <facet/plugin.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

// Beside the page; the file is whole or not there.
static int write_file(struct facet_stage *stage, const char *name, const char *text, size_t length,
                      struct facet_error *error) {
    char path[4200], temporary[4300];
    int code = facet_stage_path(stage, name, path, sizeof path, error);
    if (code) return code;
    snprintf(temporary, sizeof temporary, "%s.new", path);
    FILE *file = fopen(temporary, "wb");
    bool good = file && fwrite(text, 1, length, file) == length;
    if (file && fclose(file) != 0) good = false;
    if (good && rename(temporary, path) == 0) return FACET_OK;
    int reason = errno;
    unlink(temporary);
    return facet_error_set(error, FACET_ERROR_IO, "%s: cannot be written: %s", path, strerror(reason));
}

static int write_page(struct facet_stage *stage, const struct report_data *data, struct facet_error *error) {
    struct html html = {0};
    page_write(&html, data);
    int code = html_status(&html, error);
    if (!code) code = write_file(stage, "report/index.html", html.text, html.length, error);
    html_free(&html);
    return code;
}

static int write_quality(struct facet_stage *stage, const struct report_data *data, struct facet_error *error) {
    json_t *json = quality_json(&data->quality, data->items);
    char *text = json ? json_dumps(json, JSON_INDENT(2) | JSON_REAL_PRECISION(9)) : NULL;
    int code = text ? write_file(stage, "report/quality.json", text, strlen(text), error)
                    : facet_error_set(error, FACET_ERROR_MEMORY, "no memory for quality.json");
    json_decref(json);
    free(text);
    return code;
}

// Rank 0 alone reads and writes all but the quality.
static int make(const struct facet_params *params, struct facet_stage *stage, struct report_data *data,
                struct facet_error *error) {
    int code = gather(stage, data, error);
    if (!code) code = sheets_draw(stage, (int)facet_param_int(params, "subjects"), data, error);
    if (!code) code = quality_draw(stage, &data->quality, error);
    if (!code) code = write_page(stage, data, error);
    return code ? code : write_quality(stage, data, error);
}

static int run(const struct facet_params *params, struct facet_stage *stage, struct facet_error *error) {
    struct facet_comm *comm = facet_stage_comm(stage);
    struct report_data data = {0};
    int code = quality_gather(stage, &data.quality, error);
    if (!code)
        code = facet_comm_agree(comm, facet_comm_rank(comm) == 0 ? make(params, stage, &data, error) : FACET_OK, error);
    report_data_free(&data);
    return code;
}

static const struct facet_param_spec params[] = {
    {.name = "subjects",
     .type = FACET_PARAM_INT,
     .fallback = "3",
     .min = 0,
     .max = 100,
     .doc = "Subjects of each dataset shown on the contact sheet of expressions."},
    {.name = NULL},
};
static const struct facet_need needs[] = {{.name = "views", .optional = true, .rows = true},
                                          {.name = "view_planes", .optional = true, .rows = true},
                                          {.name = "test_fold", .optional = true, .rows = true},
                                          {.name = "probabilities", .optional = true, .rows = true},
                                          {.name = "attention", .optional = true, .rows = true},
                                          {.name = "folds", .optional = true},
                                          {.name = "model", .optional = true},
                                          {.name = "curves", .optional = true},
                                          {.name = "metrics", .optional = true},
                                          {.name = "quality", .optional = true, .rows = true, .kept = true},
                                          {.name = "duplicates", .optional = true},
                                          {.name = NULL}};
static const struct facet_collective_ops ops = {.always = true, .run = run};

const struct facet_plugin facet_plugin_report = {
    .abi = FACET_PLUGIN_ABI,
    .size = sizeof(struct facet_plugin),
    .kind = FACET_COLLECTIVE,
    .name = "report",
    .version = "1.0.0",
    .summary =
        "writes a page about the run for people: results, confusions, curves, data quality, pictures, provenance",
    .params = params,
    .needs = needs,
    .collective = &ops,
};
