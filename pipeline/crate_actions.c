// What a run did: one action for the whole, one for each stage it worked on, and who bade whom.
#include "pipeline/crate_internal.h"

#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

// What a stage used. unit: as QUDT names it, "SEC", "HR".
static void put_usage(struct crate *crate, json_t *list, const char *of, const char *name, const char *unit,
                      double value) {
    char id[CRATE_ID], text[32], unit_code[80];
    crate_id(id, "%s/%s", of, name);
    snprintf(text, sizeof text, "%.6g", value);
    snprintf(unit_code, sizeof unit_code, "http://qudt.org/vocab/unit/%s", unit);
    crate_put(crate, json_pack("{s:s, s:s, s:s, s:s, s:s, s:s}", "@id", id, "@type", "PropertyValue", "name", name,
                               "propertyID", name, "value", text, "unitCode", unit_code));
    crate_refer(list, id);
}

static void put_text(struct crate *crate, json_t *list, const char *of, const char *name, const char *value) {
    char id[CRATE_ID];
    crate_id(id, "%s/%s", of, name);
    crate_put(crate, json_pack("{s:s, s:s, s:s, s:o}", "@id", id, "@type", "PropertyValue", "name", name, "value",
                               facet_json_text(value)));
    crate_refer(list, id);
}

// Whose account the run had, where the system knows it.
static void put_person(struct crate *crate) {
    const struct passwd *user = getpwuid(getuid());
    if (!user) return;
    crate_id(crate->person, "#user/%s", user->pw_name);
    crate_put(crate, json_pack("{s:s, s:s, s:o}", "@id", crate->person, "@type", "Person", "name",
                               facet_json_text(user->pw_name)));
}

// "...Z" of the journal as "...+00:00", the form of ISO 8601 that the profile names.
static json_t *time_json(const char *text) {
    char offset[40];
    snprintf(offset, sizeof offset, "%.*s+00:00", (int)strcspn(text, "Z"), text);
    return json_string(offset);
}

static void set_outcome(json_t *action, int code, const struct facet_error *outcome) {
    bool good = code == FACET_OK;
    json_object_set_new(
        action, "actionStatus",
        json_string(good ? "http://schema.org/CompletedActionStatus" : "http://schema.org/FailedActionStatus"));
    if (!good) json_object_set_new(action, "error", facet_json_text(outcome->text));
}

static json_t *begin(const char *id, const char *type, const char *name, const char *instrument) {
    return json_pack("{s:s, s:s, s:o, s:o}", "@id", id, "@type", type, "name", facet_json_text(name), "instrument",
                     crate_ref(instrument));
}

// ---- a stage --------------------------------------------------------------------------------------------------------

static json_t *inputs_of(struct crate *crate, int node) {
    const struct facet_run *run = crate->run;
    const struct facet_node *n = &run->graph.nodes[node];
    json_t *objects = json_array();
    char prefix[200], name[200];
    snprintf(prefix, sizeof prefix, "%s.", n->name);
    if (node > 0) crate_put_values(crate, prefix, node, objects);
    if (node == 0) crate_put_sources(crate, objects);
    for (int i = 0; i < n->n_needs; i++) {
        if (n->maker[i] < 0) continue;
        snprintf(name, sizeof name, "%s.h5", run->graph.nodes[n->maker[i]].name);
        if (json_object_get(crate->entities, name)) crate_refer(objects, name);
    }
    return objects;
}

static void put_stage(struct crate *crate, int node, int code, const struct facet_error *outcome, json_t *controls) {
    const struct journal_stage *stage = &crate->run->journal->stages[node];
    const struct facet_node *n = &crate->run->graph.nodes[node];
    char id[CRATE_ID], step[CRATE_ID], control[CRATE_ID], tool[CRATE_ID], name[300];
    if (stage->account.phase == FACET_NOT_BEGUN || stage->account.skipped) return;
    crate_id(id, "%s/%s", crate->action, n->name);
    crate_id(control, "%s/%s/control", crate->action, n->name);
    crate_id(step, "#step/%s", n->name);
    crate_tool_id(tool, n->stage ? n->stage->plugin : crate->run->config->sources[0].plugin);
    snprintf(name, sizeof name, "Stage %s", n->name);
    json_t *results = json_array(), *usage = json_array(), *action = begin(id, "CreateAction", name, tool);
    bool done = stage->account.phase == FACET_DONE;
    if (done) crate_put_container(crate, node, results);
    put_usage(crate, usage, id, "wall-time", "SEC", stage->account.seconds);
    put_usage(crate, usage, id, "core-hours", "HR", stage->account.core_hours);
    json_object_set_new(action, "startTime", time_json(stage->began));
    if (*stage->ended) json_object_set_new(action, "endTime", time_json(stage->ended));
    json_object_set_new(action, "object", inputs_of(crate, node));
    json_object_set_new(action, "result", results);
    json_object_set_new(action, "resourceUsage", usage);
    snprintf(name, sizeof name, "Rows taken through the stage %s", n->name);
    json_object_set_new(action, "description", json_string(name));
    if (*crate->person) json_object_set_new(action, "agent", crate_ref(crate->person));
    set_outcome(action, done ? FACET_OK : code, outcome);
    crate_put(crate, action);
    json_t *bade = begin(control, "ControlAction", name, step);
    json_object_set_new(bade, "object", crate_ref(id));
    set_outcome(bade, done ? FACET_OK : code, outcome);
    crate_put(crate, bade);
    crate_refer(controls, control);
}

// ---- the whole ------------------------------------------------------------------------------------------------------

static json_t *put_circumstances(struct crate *crate) {
    const struct facet_run *run = crate->run;
    json_t *list = json_array();
    put_text(crate, list, crate->action, "command", run->options->command ? run->options->command : "");
    put_text(crate, list, crate->action, "ranks", run->ranks_text);
    put_text(crate, list, crate->action, "threads", run->threads_text);
    put_text(crate, list, crate->action, "instructions", run->isa);
    put_text(crate, list, crate->action, "host", run->journal->host);
    return list;
}

void crate_put_actions(struct crate *crate, int code, const struct facet_error *outcome) {
    const struct facet_run *run = crate->run;
    char organize[CRATE_ID], name[300], now[32];
    journal_time(now);
    put_person(crate);
    json_t *objects = json_array(), *results = json_array(), *controls = json_array();
    crate_put_sources(crate, objects);
    for (int node = 0; node < run->graph.n_nodes; node++) {
        put_stage(crate, node, code, outcome, controls);
        crate_put_values(crate, "", node, objects);
        if (run->nodes[node].finished) crate_put_container(crate, node, results);
    }
    crate_put_files(crate, results);
    snprintf(name, sizeof name, "Run of the pipeline %s", run->config->name);
    json_t *action = begin(crate->action, "CreateAction", name, "pipeline.cfg");
    crate_id(organize, "%s/organize", crate->action);
    json_t *organizing = begin(organize, "OrganizeAction", name, "#facet-" FACET_VERSION);
    for (int i = 0; i < 2; i++) {
        json_t *one = i ? organizing : action;
        json_object_set_new(one, "startTime", time_json(run->created));
        json_object_set_new(one, "endTime", time_json(now));
        if (*crate->person) json_object_set_new(one, "agent", crate_ref(crate->person));
        set_outcome(one, code, outcome);
    }
    json_object_set_new(action, "description", facet_json_text(run->options->command ? run->options->command : name));
    json_object_set_new(action, "object", objects);
    json_object_set_new(action, "result", results);
    json_object_set_new(action, "environment", put_circumstances(crate));
    json_object_set_new(organizing, "object", controls);
    json_object_set_new(organizing, "result", crate_ref(crate->action));
    crate_put(crate, action);
    crate_put(crate, organizing);
}
