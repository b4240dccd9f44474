#include "pipeline/graph.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool facet_node_is_map(const struct facet_node *node) {
    return node->stage && node->stage->plugin->kind == FACET_MAP;
}

static int place_in(const char *const *makes, const char *name) {
    for (int i = 0; makes && makes[i]; i++)
        if (strcmp(makes[i], name) == 0) return i;
    return -1;
}

static int place_among(const struct facet_field *fields, int count, const char *name) {
    for (int i = 0; i < count; i++)
        if (strcmp(fields[i].name, name) == 0) return i;
    return -1;
}

static const config_setting_t *setting_of(const struct facet_config *config, int node) {
    return config_setting_get_elem(config_lookup(&config->parsed, "stages"), (unsigned)(node - 1));
}

static void bind(struct facet_graph *graph, int node, int need, const struct facet_field *source_fields,
                 int n_source_fields, struct facet_problems *problems) {
    struct facet_node *n = &graph->nodes[node];
    const struct facet_need *wanted = &n->stage->plugin->needs[need];
    n->maker[need] = n->place[need] = -1;
    if (wanted->kept) return; // which stages are is not known yet
    for (int m = node - 1; m >= 0; m--) {
        const struct facet_node *maker = &graph->nodes[m];
        int place = maker->stage ? place_in(maker->stage->plugin->makes, wanted->name)
                                 : place_among(source_fields, n_source_fields, wanted->name);
        if (place < 0) continue;
        n->maker[need] = m, n->place[need] = place;
        return;
    }
    if (!wanted->optional)
        facet_problems_add(problems, setting_of(graph->config, node),
                           "%s needs %s, which no source or earlier stage makes", n->name, wanted->name);
}

static void add_node(struct facet_graph *graph, int node, const struct facet_field *source_fields, int n_source_fields,
                     struct facet_problems *problems) {
    const struct facet_stage_config *stage = &graph->config->stages[node - 1];
    struct facet_node *n = &graph->nodes[node];
    *n = (struct facet_node){.name = stage->name, .stage = stage, .chain = -1, .keep = stage->keep};
    while (stage->plugin->needs && stage->plugin->needs[n->n_needs].name) n->n_needs++;
    while (stage->plugin->makes && stage->plugin->makes[n->n_makes]) n->n_makes++;
    if (n->n_needs > FACET_MAX_NEEDS || n->n_makes > FACET_MAX_FIELDS) {
        facet_problems_add(problems, setting_of(graph->config, node), "plugin %s needs or makes more than %d arrays",
                           stage->plugin->name, FACET_MAX_FIELDS);
        n->n_needs = n->n_makes = 0;
    }
    for (int i = 0; i < n->n_needs; i++) bind(graph, node, i, source_fields, n_source_fields, problems);
    if (stage->plugin->kind == FACET_COLLECTIVE) n->keep = !stage->plugin->collective->always;
}

// A whole array is there only once its stage has done all rows, so a chain ends before a stage that needs one of its own.
static bool needs_whole_array_from(const struct facet_node *node, int first) {
    for (int i = 0; i < node->n_needs; i++)
        if (!node->stage->plugin->needs[i].rows && node->maker[i] >= first) return true;
    return false;
}

static void cut_chains(struct facet_graph *graph) {
    for (int i = 1; i < graph->n_nodes; i++) {
        if (!facet_node_is_map(&graph->nodes[i])) continue;
        bool goes_on = i > 1 && graph->nodes[i - 1].chain >= 0 &&
                       !needs_whole_array_from(&graph->nodes[i], graph->chains[graph->n_chains - 1].first);
        if (!goes_on) graph->chains[graph->n_chains++] = (struct facet_chain){.first = i, .last = i};
        struct facet_chain *chain = &graph->chains[graph->n_chains - 1];
        chain->last = i;
        chain->whole_sequences |= graph->nodes[i].stage->plugin->map->whole_sequences;
        graph->nodes[i].chain = graph->n_chains - 1;
    }
    // The sources run in the first chain; a pipeline that starts with a collective stage gets a chain of sources alone.
    if (graph->n_chains > 0 && graph->chains[0].first == 1)
        graph->chains[0].first = 0;
    else {
        memmove(graph->chains + 1, graph->chains, (size_t)graph->n_chains * sizeof *graph->chains);
        graph->chains[0] = (struct facet_chain){0};
        for (int i = 1; i < graph->n_nodes; i++) graph->nodes[i].chain += graph->nodes[i].chain >= 0;
        graph->n_chains++;
    }
    graph->nodes[0].chain = 0;
}

// What a stage outside the maker's chain reads must be on disk.
static void decide_what_to_keep(struct facet_graph *graph) {
    for (int i = 1; i < graph->n_nodes; i++) {
        const struct facet_node *n = &graph->nodes[i];
        for (int j = 0; j < n->n_needs; j++)
            if (n->maker[j] >= 0 && (n->chain < 0 || n->chain != graph->nodes[n->maker[j]].chain))
                graph->nodes[n->maker[j]].keep = true;
    }
    for (int i = 0; i < graph->n_chains; i++) { // a chain that keeps nothing would do its work for nothing
        bool keeps = false;
        for (int n = graph->chains[i].first; n <= graph->chains[i].last; n++) keeps |= graph->nodes[n].keep;
        if (!keeps) graph->nodes[graph->chains[i].last].keep = true;
    }
}

// The nearest earlier stage that makes it and is kept.
static void bind_kept(struct facet_graph *graph, int node, int need) {
    struct facet_node *n = &graph->nodes[node];
    const char *name = n->stage->plugin->needs[need].name;
    for (int m = node - 1; m > 0 && n->maker[need] < 0; m--) {
        int place = place_in(graph->nodes[m].stage->plugin->makes, name);
        if (place >= 0 && graph->nodes[m].keep) n->maker[need] = m, n->place[need] = place;
    }
}

static void bind_what_is_kept(struct facet_graph *graph) {
    for (int i = 1; i < graph->n_nodes; i++)
        for (int j = 0; j < graph->nodes[i].n_needs; j++)
            if (graph->nodes[i].stage->plugin->needs[j].kept) bind_kept(graph, i, j);
}

int facet_graph_build(const struct facet_config *config, const struct facet_field *source_fields, int n_source_fields,
                      struct facet_graph *graph, struct facet_problems *problems) {
    *graph = (struct facet_graph){.config = config, .n_nodes = config->n_stages + 1};
    graph->nodes[0] = (struct facet_node){.name = "source", .n_makes = n_source_fields};
    for (int i = 1; i < graph->n_nodes; i++) add_node(graph, i, source_fields, n_source_fields, problems);
    cut_chains(graph);
    decide_what_to_keep(graph);
    bind_what_is_kept(graph);
    return problems->count ? FACET_ERROR_CONFIG : FACET_OK;
}

static void mark_ancestors(const struct facet_graph *graph, int node, bool *marked) {
    if (marked[node]) return;
    marked[node] = true;
    const struct facet_node *n = &graph->nodes[node];
    for (int i = 0; i < n->n_needs; i++)
        if (n->maker[i] >= 0) mark_ancestors(graph, n->maker[i], marked);
}

static bool describe_stage(const struct facet_stage_config *stage, const char *prefix, char **text) {
    char name[256];
    snprintf(name, sizeof name, "%s%s", prefix, stage->name);
    return facet_text_append(text, "%s.plugin = %s %s\n", name, stage->plugin->name, stage->plugin->version) &&
           facet_params_write(stage->params, name, text);
}

char *facet_graph_describe(const struct facet_graph *graph, int node) {
    const struct facet_config *config = graph->config;
    bool marked[FACET_MAX_NODES] = {true}; // every row number means what the sources say
    char *text = NULL;
    mark_ancestors(graph, node, marked);
    bool good = facet_text_append(&text, "seed = %lld\n", (long long)config->seed);
    for (int i = 0; good && i < config->n_sources; i++) good = describe_stage(&config->sources[i], "sources.", &text);
    for (int i = 1; good && i <= node; i++)
        if (marked[i]) good = describe_stage(graph->nodes[i].stage, "", &text);
    if (good) return text;
    free(text);
    return NULL;
}
