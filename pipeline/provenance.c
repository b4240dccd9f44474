// Who made a container, from what, with what: the attributes of its root. None of them enters its content hash.
#include "pipeline/run_internal.h"

#include <stdlib.h>
#include <string.h>

static int add(struct facet_attributes *attributes, const char *name, struct facet_error *error, const char *format,
               ...) FACET_PRINTF(4, 5);

static int add(struct facet_attributes *attributes, const char *name, struct facet_error *error, const char *format,
               ...) {
    char *text = NULL;
    va_list args;
    va_start(args, format);
    int length = vasprintf(&text, format, args);
    va_end(args);
    if (length < 0) return facet_error_set(error, FACET_ERROR_MEMORY, "out of memory for provenance");
    FACET_REQUIRE(attributes->count < FACET_MOST_ATTRIBUTES);
    attributes->texts[attributes->count] = text;
    attributes->all[attributes->count++] = (struct facet_text_attribute){name, text};
    return FACET_OK;
}

// Forgotten rows of a map stage's container are erased where they are: other rows need not be made again for that. What a
// collective stage makes of the whole is another thing without them.
static bool mask_of(const struct facet_run *run, const struct facet_node *node, char text[33]) {
    bool map = !node->stage || node->stage->plugin->kind == FACET_MAP;
    size_t n = (size_t)run->rows;
    uint8_t *mask = map && run->forgotten ? malloc(n + 1) : NULL;
    if (map && run->forgotten && !mask) return false;
    for (size_t i = 0; mask && i < n; i++) mask[i] = run->valid[i] | run->forgotten[i];
    facet_hash_text(facet_hash_bytes((struct facet_hash){0}, mask ? mask : run->valid, n), text);
    free(mask);
    return true;
}

char *facet_run_inputs(const struct facet_run *run, int index) {
    const struct facet_node *node = &run->graph.nodes[index];
    char *text = NULL, mask[33];
    bool listed[FACET_MAX_NODES] = {false};
    if (!mask_of(run, node, mask)) return NULL;
    bool good = facet_text_append(&text, "rows %s\n", run->mask_open ? "not known yet" : mask);
    for (int i = 0; good && i < node->n_needs; i++) {
        int maker = node->maker[i];
        if (maker < 0 || listed[maker]) continue;
        listed[maker] = true;
        const char *hash = run->nodes[maker].content_hash;
        good = facet_text_append(&text, "%s %s\n", run->graph.nodes[maker].name, *hash ? hash : "in memory");
    }
    if (good) return text;
    free(text);
    return NULL;
}

static char *fields_text(const struct facet_run *run, int node) {
    char *text = NULL;
    bool good = facet_text_append(&text, "%s", "");
    for (int i = 0; good && i < run->graph.nodes[node].n_makes && run->nodes[node].declared; i++)
        good = facet_text_append(&text, "%s\n", run->nodes[node].fields[i].name);
    if (good) return text;
    free(text);
    return NULL;
}

static char *nodes_text(const struct facet_run *run) {
    char *text = NULL;
    for (int i = 0; i < run->graph.n_nodes; i++)
        if (!facet_text_append(&text, "%s\n", run->graph.nodes[i].name)) {
            free(text);
            return NULL;
        }
    return text;
}

int facet_provenance(const struct facet_run *run, int node, struct facet_attributes *attributes,
                     struct facet_error *error) {
    const struct facet_node *n = &run->graph.nodes[node];
    const struct facet_plugin *plugin = n->stage ? n->stage->plugin : NULL;
    *attributes = (struct facet_attributes){0};
    char *inputs = facet_run_inputs(run, node), *fields = fields_text(run, node), *nodes = nodes_text(run);
    bool map = !plugin || plugin->kind == FACET_MAP;
    const struct {
        const char *name, *text;
    } plain[] = {
        {"schema", FACET_SCHEMA},
        {"facet_version", FACET_VERSION},
        {"pipeline", run->config->name},
        {"stage", n->name},
        {"plugin", plugin ? plugin->name : "source"},
        {"plugin_version", plugin ? plugin->version : FACET_VERSION},
        {"kind", map ? "map" : "collective"},
        {"created", run->created},
        {"config", run->nodes[node].description},
        {"pipeline_file", run->config->text},
        {"command", run->options->command ? run->options->command : ""},
        {"fingerprint", run->nodes[node].fingerprint},
        {"inputs", inputs},
        {"fields", fields},
        {"stages", nodes},
        {"isa", run->isa},
    };
    int code = inputs && fields && nodes ? FACET_OK : facet_error_set(error, FACET_ERROR_MEMORY, "out of memory");
    for (size_t i = 0; code == FACET_OK && i < sizeof plain / sizeof *plain; i++)
        code = add(attributes, plain[i].name, error, "%s", plain[i].text);
    if (code == FACET_OK) code = add(attributes, "ranks", error, "%d", facet_comm_size(run->comm));
    if (code == FACET_OK) code = add(attributes, "threads", error, "%d", run->threads);
    if (code == FACET_OK)
        code = add(attributes, "libraries", error, "%s; %s; %s", facet_ranks_library(), facet_container_library(),
                   run->libraries);
    free(inputs), free(fields), free(nodes);
    if (code != FACET_OK) facet_attributes_free(attributes);
    return code;
}

void facet_attributes_free(struct facet_attributes *attributes) {
    for (int i = 0; i < attributes->count; i++) free(attributes->texts[i]);
    *attributes = (struct facet_attributes){0};
}
