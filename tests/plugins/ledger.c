// A collective stage for tests of the engine: writes the quarantine ledger, a line an entry, to ledger.txt.
#include <facet/plugin.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

static const struct facet_need needs[] = {{.name = "value"}, {0}};

static int write_lines(struct facet_stage *stage, struct facet_error *error) {
    char path[4200];
    int code = facet_stage_path(stage, "ledger.txt", path, sizeof path, error);
    FILE *out = code == FACET_OK ? fopen(path, "w") : NULL;
    if (code != FACET_OK) return code;
    if (!out) return facet_error_set(error, FACET_ERROR_IO, "%s: %s", path, strerror(errno));
    for (int64_t i = 0; i < facet_stage_quarantined(stage); i++) {
        struct facet_quarantine_entry entry = facet_stage_quarantine(stage, i);
        fprintf(out, "%lld %s %s %s\n", (long long)entry.row, entry.stage, entry.code, entry.message);
    }
    if (fclose(out) != 0) return facet_error_set(error, FACET_ERROR_IO, "%s: %s", path, strerror(errno));
    return FACET_OK;
}

static int run(const struct facet_params *params, struct facet_stage *stage, struct facet_error *error) {
    (void)params;
    struct facet_comm *comm = facet_stage_comm(stage);
    int code = facet_comm_rank(comm) == 0 ? write_lines(stage, error) : FACET_OK;
    return facet_comm_agree(comm, code, error);
}

static const struct facet_collective_ops ops = {.always = true, .run = run};

const struct facet_plugin facet_plugin = {
    .abi = FACET_PLUGIN_ABI,
    .size = sizeof(struct facet_plugin),
    .kind = FACET_COLLECTIVE,
    .name = "ledger",
    .version = "1",
    .summary = "Lists the rows set aside.",
    .needs = needs,
    .collective = &ops,
};
