// The things a run is made of: the pipeline, its steps, tools and settings, sources, licences, papers, files.
#include "pipeline/citation.h"
#include "pipeline/crate_internal.h"
#include "pipeline/items.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static const char parameter_profile[] = "https://bioschemas.org/profiles/FormalParameter/1.0-RELEASE";
static const char workflow_profile[] = "https://bioschemas.org/profiles/ComputationalWorkflow/1.0-RELEASE";

void crate_tool_id(char id[CRATE_ID], const struct facet_plugin *plugin) {
    crate_id(id, "#plugin/%s-%s", plugin->name, plugin->version);
}

// ---- tools and their papers -----------------------------------------------------------------------------------------

static json_t *put_papers(struct crate *crate, const char *citation) {
    json_t *list = json_array();
    struct facet_paper paper;
    while (facet_next_paper(&citation, &paper)) {
        char id[CRATE_ID];
        if (*paper.url)
            snprintf(id, sizeof id, "%s", paper.url);
        else
            crate_id(id, "#paper/%s", paper.text);
        crate_put(crate, json_pack("{s:s, s:s, s:o, s:s*}", "@id", id, "@type", "ScholarlyArticle", "name",
                                   facet_json_text(paper.text), "datePublished", *paper.year ? paper.year : NULL));
        crate_refer(list, id);
    }
    return list;
}

static void put_tool(struct crate *crate, const struct facet_plugin *plugin, json_t *tools) {
    char id[CRATE_ID];
    crate_tool_id(id, plugin);
    json_t *papers = put_papers(crate, plugin->citation);
    json_t *tool =
        json_pack("{s:s, s:s, s:s, s:s, s:o}", "@id", id, "@type", "SoftwareApplication", "name", plugin->name,
                  "softwareVersion", plugin->version, "description", facet_json_text(plugin->summary));
    if (json_array_size(papers)) json_object_set(tool, "citation", papers);
    json_decref(papers);
    crate_put(crate, tool);
    crate_refer(tools, id);
}

// "Open MPI v4.1.4", "libdnnl.so.2.6": the name ends where the version begins.
static void put_library(struct crate *crate, const char *text, size_t length, json_t *list) {
    char id[CRATE_ID], name[200];
    snprintf(name, sizeof name, "%.*s", (int)length, text);
    crate_id(id, "#library/%s", name);
    char *version = strstr(name, ".so."), *space = strrchr(name, ' ');
    if (version)
        *version = '\0', version += strlen(".so.");
    else if (space)
        *space = '\0', version = space + 1;
    crate_put(crate, json_pack("{s:s, s:s, s:s, s:s*}", "@id", id, "@type", "SoftwareApplication", "name", name,
                               "softwareVersion", version));
    crate_refer(list, id);
}

static void put_engine(struct crate *crate) {
    json_t *libraries = json_array();
    const char *name = facet_ranks_library();
    put_library(crate, name, strlen(name), libraries);
    name = facet_container_library();
    put_library(crate, name, strlen(name), libraries);
    for (name = crate->run->libraries; *name; name += strcspn(name, " "), name += *name == ' ')
        put_library(crate, name, strcspn(name, " "), libraries);
    crate_put(crate, json_pack("{s:s, s:s, s:s, s:s, s:s, s:o}", "@id", "#facet-" FACET_VERSION, "@type",
                               "SoftwareApplication", "name", "Facet", "softwareVersion", FACET_VERSION, "description",
                               "The engine that carries out the pipeline", "softwareRequirements", libraries));
}

// ---- settings: "affine.factor = 2", a line each ---------------------------------------------------------------------

static void put_value(struct crate *crate, const char *line, size_t length, json_t *objects, json_t *inputs) {
    char key[200], value[600], parameter[CRATE_ID], id[CRATE_ID], hash[33];
    const char *equals = memchr(line, '=', length);
    if (!equals || equals == line) return;
    snprintf(key, sizeof key, "%.*s", (int)(equals - line - 1), line);
    snprintf(value, sizeof value, "%.*s", (int)(line + length - equals - 2), equals + 2);
    facet_hash_text(facet_hash_bytes((struct facet_hash){0}, value, strlen(value)), hash);
    crate_id(parameter, "#parameter/%s", key);
    crate_id(id, "#value/%s/%.8s", key, hash);
    crate_put(crate, json_pack("{s:s, s:s, s:s, s:s, s:o}", "@id", parameter, "@type", "FormalParameter", "name", key,
                               "additionalType", "Text", "conformsTo", crate_ref(parameter_profile)));
    crate_put(crate, json_pack("{s:s, s:s, s:s, s:o, s:o}", "@id", id, "@type", "PropertyValue", "name", key, "value",
                               facet_json_text(value), "exampleOfWork", crate_ref(parameter)));
    if (objects) crate_refer(objects, id);
    if (inputs) crate_refer(inputs, parameter);
}

static void put_lines(struct crate *crate, const char *text, const char *prefix, json_t *objects, json_t *inputs) {
    for (size_t length; *text; text += length + (text[length] == '\n')) {
        length = strcspn(text, "\n");
        if (strncmp(text, prefix, strlen(prefix)) == 0) put_value(crate, text, length, objects, inputs);
    }
}

void crate_put_values(struct crate *crate, const char *prefix, int node, json_t *objects) {
    put_lines(crate, crate->run->nodes[node].description, prefix, objects, NULL);
}

// ---- the pipeline ---------------------------------------------------------------------------------------------------

static void put_step(struct crate *crate, int node, json_t *steps) {
    const struct facet_node *n = &crate->run->graph.nodes[node];
    const struct facet_plugin *plugin = n->stage ? n->stage->plugin : crate->run->config->sources[0].plugin;
    char id[CRATE_ID], tool[CRATE_ID], position[16];
    crate_id(id, "#step/%s", n->name);
    crate_tool_id(tool, plugin);
    snprintf(position, sizeof position, "%d", node);
    crate_put(crate, json_pack("{s:s, s:s, s:s, s:s, s:o}", "@id", id, "@type", "HowToStep", "name", n->name,
                               "position", position, "workExample", crate_ref(tool)));
    crate_refer(steps, id);
}

static void put_outputs(struct crate *crate, json_t *outputs) {
    for (int node = 0; node < crate->run->graph.n_nodes; node++) {
        char id[CRATE_ID];
        if (!crate->run->graph.nodes[node].keep) continue;
        crate_id(id, "#output/%s", crate->run->graph.nodes[node].name);
        crate_put(crate, json_pack("{s:s, s:s, s:s, s:s, s:o}", "@id", id, "@type", "FormalParameter", "name",
                                   crate->run->graph.nodes[node].name, "additionalType", "File", "conformsTo",
                                   crate_ref(parameter_profile)));
        crate_refer(outputs, id);
    }
}

void crate_put_workflow(struct crate *crate) {
    const struct facet_run *run = crate->run;
    char version[33];
    facet_hash_text(facet_hash_bytes((struct facet_hash){0}, run->config->text, strlen(run->config->text)), version);
    json_t *steps = json_array(), *tools = json_array(), *inputs = json_array(), *outputs = json_array();
    for (int i = 0; i < run->config->n_sources; i++) put_tool(crate, run->config->sources[i].plugin, tools);
    for (int i = 0; i < run->config->n_stages; i++) put_tool(crate, run->config->stages[i].plugin, tools);
    for (int node = 0; node < run->graph.n_nodes; node++) {
        put_step(crate, node, steps);
        put_lines(crate, run->nodes[node].description, "", NULL, inputs);
    }
    put_outputs(crate, outputs);
    put_engine(crate);
    crate_put(crate, json_pack("{s:s, s:s, s:s}", "@id", "#language", "@type", "ComputerLanguage", "name",
                               "Facet pipeline file (libconfig)"));
    crate_put(crate, json_pack("{s:s, s:[s, s, s, s], s:s, s:s, s:s, s:o, s:o, s:o, s:o, s:o, s:o}", "@id",
                               "pipeline.cfg", "@type", "File", "SoftwareSourceCode", "ComputationalWorkflow", "HowTo",
                               "name", run->config->name, "version", version, "encodingFormat", "text/plain",
                               "conformsTo", crate_ref(workflow_profile), "programmingLanguage", crate_ref("#language"),
                               "step", steps, "hasPart", tools, "input", inputs, "output", outputs));
}

// ---- sources and licences -------------------------------------------------------------------------------------------

static void put_licence(struct crate *crate, const char *text, json_t *list) {
    char id[CRATE_ID];
    crate_id(id, "#licence/%s", *text ? text : "not stated");
    crate_put(crate, json_pack("{s:s, s:s, s:o, s:s}", "@id", id, "@type", "CreativeWork", "name",
                               facet_json_text(*text ? text : "not stated"), "description",
                               "Licence or consent under which scans were used, as the source states it"));
    crate_refer(list, id);
}

// Licences as the item table has them: rows of the same licence mostly follow one another.
static json_t *licences_of(struct crate *crate, int source) {
    const struct facet_sources *sources = &crate->run->sources;
    json_t *list = json_array();
    char *last = NULL;
    for (int64_t row = sources->first[source]; row < sources->first[source + 1]; row++) {
        const char *licence = facet_items_get(sources->items, row).licence;
        if (last && strcmp(last, licence) == 0) continue;
        free(last);
        last = strdup(licence);
        put_licence(crate, licence, list);
    }
    free(last);
    return list;
}

void crate_put_sources(struct crate *crate, json_t *objects) {
    const struct facet_run *run = crate->run;
    for (int i = 0; i < run->config->n_sources; i++) {
        const struct facet_stage_config *source = &run->config->sources[i];
        char id[CRATE_ID], description[300], prefix[200];
        crate_id(id, "#source/%s", source->name);
        snprintf(description, sizeof description, "%lld rows from the source plugin %s %s",
                 (long long)(run->sources.first[i + 1] - run->sources.first[i]), source->plugin->name,
                 source->plugin->version);
        snprintf(prefix, sizeof prefix, "sources.%s.", source->name);
        crate_put(crate, json_pack("{s:s, s:s, s:s, s:s, s:o}", "@id", id, "@type", "CreativeWork", "name",
                                   source->name, "description", description, "license", licences_of(crate, i)));
        crate_refer(objects, id);
        crate_put_values(crate, prefix, 0, objects);
    }
}

// ---- files ----------------------------------------------------------------------------------------------------------

static bool put_file(struct crate *crate, const char *name, const char *format, const char *about, json_t *results) {
    char path[4400], size[32];
    struct stat is;
    snprintf(path, sizeof path, "%s/%s", crate->run->config->workspace, name);
    if (stat(path, &is) != 0) return false;
    snprintf(size, sizeof size, "%lld", (long long)is.st_size);
    crate_put(crate, json_pack("{s:s, s:s, s:s, s:s, s:s, s:s}", "@id", name, "@type", "File", "name", name,
                               "description", about, "encodingFormat", format, "contentSize", size));
    crate_refer(results, name);
    return true;
}

bool crate_put_container(struct crate *crate, int node, json_t *results) {
    const struct facet_node *n = &crate->run->graph.nodes[node];
    const char *hash = crate->run->nodes[node].content_hash;
    char name[200], about[300], id[CRATE_ID], output[CRATE_ID];
    snprintf(name, sizeof name, "%s.h5", n->name);
    snprintf(about, sizeof about, "Container of the stage %s", n->name);
    if (!n->keep || !put_file(crate, name, "application/x-hdf5", about, results)) return false;
    json_t *file = json_object_get(crate->entities, name);
    crate_id(output, "#output/%s", n->name);
    json_object_set_new(file, "exampleOfWork", crate_ref(output));
    if (!*hash) return true;
    crate_id(id, "#content/%s", hash);
    crate_put(crate, json_pack("{s:s, s:s, s:s, s:s, s:s}", "@id", id, "@type", "PropertyValue", "name", "content hash",
                               "propertyID", "XXH3-128 of a Facet container's content", "value", hash));
    json_object_set_new(file, "identifier", crate_ref(id));
    crate_refer(results, id);
    return true;
}

void crate_put_files(struct crate *crate, json_t *results) {
    put_file(crate, "user.log", "text/plain", "What happened when", results);
    put_file(crate, "metrics.json", "application/json", "The evaluation's numbers", results);
    put_file(crate, "metrics.txt", "text/plain", "The evaluation's numbers", results);
    put_file(crate, "duplicates.csv", "text/csv", "Scans that are there twice", results);
    put_file(crate, "report/index.html", "text/html", "The report", results);
}
