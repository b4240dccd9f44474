#include "pipeline/crate_internal.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

void crate_id(char id[CRATE_ID], const char *format, ...) {
    char text[CRATE_ID];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    size_t n = 0;
    for (const char *p = text; *p && n + 4 < CRATE_ID; p++)
        if (isalnum((unsigned char)*p) || strchr("#/.-_~:=", *p))
            id[n++] = *p;
        else
            n += (size_t)snprintf(id + n, CRATE_ID - n, "%%%02X", (unsigned char)*p);
    id[n] = '\0';
}

json_t *crate_ref(const char *id) {
    return json_pack("{s:s}", "@id", id);
}

void crate_put(struct crate *crate, json_t *entity) {
    const char *id = json_string_value(json_object_get(entity, "@id"));
    if (!id || json_object_set_new(crate->entities, id, entity) != 0) crate->failed = true;
}

void crate_refer(json_t *list, const char *id) {
    json_t *one;
    size_t i;
    json_array_foreach(list, i, one) {
        const char *is = json_string_value(json_object_get(one, "@id"));
        if (is && strcmp(is, id) == 0) return;
    }
    json_array_append_new(list, crate_ref(id));
}

// What earlier runs said; nothing where there is no crate or it cannot be read.
static void read_earlier(struct crate *crate, const char *path) {
    json_t *earlier = json_load_file(path, 0, NULL), *entity;
    size_t i;
    json_array_foreach(json_object_get(earlier, "@graph"), i,
                       entity) if (json_is_string(json_object_get(entity, "@id")))
        crate_put(crate, json_incref(entity));
    json_decref(earlier);
}

static const struct {
    const char *id, *name, *version;
} profiles[] = {
    {"https://w3id.org/ro/wfrun/process/0.5", "Process Run Crate", "0.5"},
    {"https://w3id.org/ro/wfrun/workflow/0.5", "Workflow Run Crate", "0.5"},
    {"https://w3id.org/ro/wfrun/provenance/0.5", "Provenance Run Crate", "0.5"},
    {"https://w3id.org/workflowhub/workflow-ro-crate/1.0", "Workflow RO-Crate", "1.0"},
};
enum { N_PROFILES = sizeof profiles / sizeof *profiles };

static json_t *put_profiles(struct crate *crate) {
    json_t *list = json_array();
    for (int i = 0; i < N_PROFILES; i++) {
        crate_put(crate, json_pack("{s:s, s:s, s:s, s:s}", "@id", profiles[i].id, "@type", "CreativeWork", "name",
                                   profiles[i].name, "version", profiles[i].version));
        crate_refer(list, profiles[i].id);
    }
    return list;
}

// All entities whose @type is, or has, `type`.
static json_t *refer_to_all(const struct crate *crate, const char *type) {
    json_t *list = json_array(), *entity, *one;
    const char *id;
    size_t i;
    json_object_foreach(crate->entities, id, entity) {
        const json_t *is = json_object_get(entity, "@type");
        bool match = json_is_string(is) && strcmp(json_string_value(is), type) == 0;
        json_array_foreach(is, i, one) match |= strcmp(json_string_value(one), type) == 0;
        if (match) crate_refer(list, id);
    }
    return list;
}

static json_t *refer_to_licences(struct crate *crate) {
    json_t *list = json_array(), *entity;
    const char *id;
    json_object_foreach(crate->entities, id, entity) if (strncmp(id, "#licence/", 9) == 0) crate_refer(list, id);
    return list;
}

static void put_root(struct crate *crate) {
    const struct facet_config *config = crate->run->config;
    char now[32], description[300];
    journal_time(now);
    snprintf(description, sizeof description, "What Facet %s made with the pipeline %s, and how.", FACET_VERSION,
             config->name);
    crate_put(crate, json_pack("{s:s, s:s, s:s, s:s, s:s, s:o, s:o, s:o, s:o, s:o}", "@id", "./", "@type", "Dataset",
                               "name", config->name, "description", description, "datePublished", now, "license",
                               refer_to_licences(crate), "conformsTo", put_profiles(crate), "hasPart",
                               refer_to_all(crate, "File"), "mainEntity", crate_ref("pipeline.cfg"), "mentions",
                               refer_to_all(crate, "OrganizeAction")));
    json_t *root = json_object_get(crate->entities, "./"), *runs = refer_to_all(crate, "CreateAction"), *one;
    size_t i;
    json_array_foreach(runs, i, one)
        crate_refer(json_object_get(root, "mentions"), json_string_value(json_object_get(one, "@id")));
    json_decref(runs);
    if (*crate->person) json_object_set_new(root, "author", crate_ref(crate->person));
    crate_put(crate, json_pack("{s:s, s:s, s:o, s:[o, o]}", "@id", "ro-crate-metadata.json", "@type", "CreativeWork",
                               "about", crate_ref("./"), "conformsTo", crate_ref("https://w3id.org/ro/crate/1.1"),
                               crate_ref("https://w3id.org/workflowhub/workflow-ro-crate/1.0")));
}

// What there is one of is said plainly, not as a list of one.
static void take_out_of_list(json_t *entity) {
    const char *key;
    json_t *value;
    void *next;
    json_object_foreach_safe(entity, next, key, value) if (json_array_size(value) == 1)
        json_object_set(entity, key, json_array_get(value, 0));
}

static json_t *whole(const struct crate *crate) {
    json_t *graph = json_array(), *entity;
    const char *id;
    json_object_foreach(crate->entities, id, entity) {
        take_out_of_list(entity);
        json_array_append(graph, entity);
    }
    return json_pack("{s:[s, s], s:o}", "@context", "https://w3id.org/ro/crate/1.1/context",
                     "https://w3id.org/ro/terms/workflow-run/context", "@graph", graph);
}

int facet_crate_write(const struct facet_run *run, int code, const struct facet_error *outcome,
                      struct facet_error *error) {
    struct crate crate = {.run = run, .entities = json_object()};
    char path[4200];
    snprintf(path, sizeof path, "%s/ro-crate-metadata.json", run->config->workspace);
    snprintf(crate.action, sizeof crate.action, "#run-%s", facet_journal_run_id(run));
    crate_put(&crate, crate_ref("ro-crate-metadata.json")); // these two come first in the file
    crate_put(&crate, crate_ref("./"));
    read_earlier(&crate, path);
    crate_put_workflow(&crate);
    crate_put_actions(&crate, code, outcome);
    put_root(&crate);
    json_t *json = crate.failed ? NULL : whole(&crate);
    int written = facet_json_write(json, path, error);
    json_decref(json);
    json_decref(crate.entities);
    return written;
}
