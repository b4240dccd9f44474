#include "pipeline/run_internal.h"

#include <dirent.h>
#include <errno.h>
#include <hwloc.h>
#include <omp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

double facet_run_clock(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

void facet_run_path(const struct facet_run *run, int node, const char *suffix, char *path, size_t size) {
    snprintf(path, size, "%s/%s%s", run->config->workspace, run->graph.nodes[node].name, suffix);
}

void facet_run_note(struct facet_run *run, const char *format, ...) {
    if (facet_comm_rank(run->comm) != 0) return;
    char text[FACET_ERROR_TEXT];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    if (run->log) fprintf(run->log, "%s\n", text), fflush(run->log);
    if (run->options->events.note) run->options->events.note(run->options->events.context, text);
}

void facet_run_progress(struct facet_run *run, const char *stage, int64_t done, int64_t total, const char *what) {
    const struct facet_run_events *events = &run->options->events;
    if (facet_comm_rank(run->comm) == 0 && events->progress)
        events->progress(events->context, stage, done, total, what);
}

struct facet_run_summary_row *facet_run_summarise(struct facet_run *run, int node) {
    struct facet_run_summary_row *row = &run->summary->rows[run->summary->count++];
    *row = (struct facet_run_summary_row){
        .kept = run->graph.nodes[node].keep, .rows = run->rows, .quarantined = run->nodes[node].quarantined};
    snprintf(row->name, sizeof row->name, "%s", run->graph.nodes[node].name);
    memcpy(row->content_hash, run->nodes[node].content_hash, sizeof row->content_hash);
    if (run->log)
        fprintf(run->log, "%s: %lld rows, %lld set aside, content %s\n", row->name, (long long)row->rows,
                (long long)row->quarantined, *row->content_hash ? row->content_hash : "not kept");
    return row;
}

// ---- containers of earlier stages -----------------------------------------------------------------------------------

static int open_input(struct facet_run *run, int node, struct facet_error *error) {
    char path[4200];
    if (run->nodes[node].input) return FACET_OK;
    facet_run_path(run, node, ".h5", path, sizeof path);
    int code = facet_container_open(facet_comm_mpi(run->comm), path, false, &run->nodes[node].input, error);
    return facet_comm_agree(run->comm, code, error);
}

int facet_run_open_inputs(struct facet_run *run, int first, int last, struct facet_error *error) {
    int code = FACET_OK;
    for (int node = first; node <= last; node++) {
        const struct facet_node *n = &run->graph.nodes[node];
        for (int i = 0; code == FACET_OK && i < n->n_needs; i++)
            if (n->maker[i] >= 0 && (n->maker[i] < first || n->maker[i] > last))
                code = open_input(run, n->maker[i], error);
    }
    return code;
}

void facet_run_close_inputs(struct facet_run *run) {
    for (int node = 0; node < run->graph.n_nodes; node++) {
        facet_container_close(run->nodes[node].input, NULL);
        run->nodes[node].input = NULL;
    }
}

int facet_run_field(struct facet_run *run, int node, const char *name, struct facet_field *field,
                    struct facet_error *error) {
    const struct facet_node_state *state = &run->nodes[node];
    for (int i = 0; state->declared && i < run->graph.nodes[node].n_makes; i++)
        if (strcmp(state->fields[i].name, name) == 0) {
            *field = state->fields[i];
            return FACET_OK;
        }
    struct facet_dataset is;
    char path[200];
    snprintf(path, sizeof path, "data/%s", name);
    if (!state->input) return facet_error_set(error, FACET_ERROR_INTERNAL, "%s is asked for before it is there", name);
    int code = facet_container_describe(state->input, path, &is, error);
    if (code != FACET_OK) return code;
    if (!is.type || is.rank < 1 || is.dims[0] != run->rows)
        return facet_error_set(error, FACET_ERROR_DATA, "%s of stage %s does not have one value a row", name,
                               run->graph.nodes[node].name);
    *field = (struct facet_field){.type = is.type, .rank = is.rank - 1};
    snprintf(field->name, sizeof field->name, "%s", name);
    memcpy(field->dims, is.dims + 1, (size_t)field->rank * sizeof *field->dims);
    snprintf(path, sizeof path, "data/%s_count", name);
    field->ragged = facet_container_has(state->input, path);
    return FACET_OK;
}

// ---- whose workspace is this? -----------------------------------------------------------------------------------------

// "render.size was 64, is 112": the first line in which two descriptions differ.
static void first_difference(const char *was, const char *is, char *text, size_t size) {
    while (*was && *is) {
        size_t a = strcspn(was, "\n"), b = strcspn(is, "\n");
        if (a == b && memcmp(was, is, a) == 0) {
            was += a + (was[a] == '\n'), is += b + (is[b] == '\n');
            continue;
        }
        size_t key = strcspn(is, "=");
        if (strncmp(was, is, key + 1) == 0 && key < b)
            snprintf(text, size, "%.*s was %.*s, is %.*s", (int)(key - 1), is, (int)(a - key - 2), was + key + 2,
                     (int)(b - key - 2), is + key + 2);
        else
            snprintf(text, size, "it had \"%.*s\" where this pipeline has \"%.*s\"", (int)a, was, (int)b, is);
        return;
    }
    if (*was || *is)
        snprintf(text, size, "%s \"%.*s\"", *was ? "it also had" : "this pipeline also has",
                 (int)strcspn(*was ? was : is, "\n"), *was ? was : is);
    else
        snprintf(text, size, "the sources list other rows, or hold other scans");
}

static int compare_fingerprint(const struct facet_run *run, int node, const char *path,
                               struct facet_container *container, struct facet_error *error) {
    char *fingerprint = NULL, *description = NULL, *pipeline = NULL, difference[600];
    int code = facet_container_attribute(container, "fingerprint", &fingerprint, error);
    if (code == FACET_OK) code = facet_container_attribute(container, "config", &description, error);
    if (code == FACET_OK) code = facet_container_attribute(container, "pipeline", &pipeline, error);
    if (code == FACET_OK && strcmp(fingerprint, run->nodes[node].fingerprint) != 0) {
        first_difference(description, run->nodes[node].description, difference, sizeof difference);
        bool foreign = strcmp(pipeline, run->config->name) != 0;
        code =
            facet_error_set(error, FACET_ERROR_STATE,
                            "%s was made %s%s%s: %s. Use another workspace, or --from %s to make it and what follows "
                            "again, or --fresh to begin anew",
                            path, foreign ? "by pipeline \"" : "with other settings", foreign ? pipeline : "",
                            foreign ? "\"" : "", difference, run->graph.nodes[node].name);
    }
    free(fingerprint), free(description), free(pipeline);
    return code;
}

int facet_run_check_fingerprint(struct facet_run *run, int node, const char *path, bool *exists,
                                struct facet_error *error) {
    int code = FACET_OK;
    bool root = facet_comm_rank(run->comm) == 0;
    *exists = facet_comm_any(run->comm, root && access(path, F_OK) == 0);
    if (!*exists) return FACET_OK;
    if (root) {
        struct facet_container *container = NULL;
        code = facet_container_open(MPI_COMM_SELF, path, false, &container, error);
        if (code == FACET_OK) code = compare_fingerprint(run, node, path, container, error);
        facet_container_close(container, NULL);
    }
    return facet_comm_agree(run->comm, code, error);
}

static int fingerprint(struct facet_run *run, int node, struct facet_error *error) {
    struct facet_node_state *state = &run->nodes[node];
    state->description = facet_graph_describe(&run->graph, node);
    if (!state->description)
        return facet_error_set(error, FACET_ERROR_MEMORY, "out of memory for a stage's description");
    struct facet_hash hash = facet_hash_bytes(run->sources.hash, state->description, strlen(state->description));
    facet_hash_text(hash, state->fingerprint);
    return FACET_OK;
}

// ---- the workspace ----------------------------------------------------------------------------------------------------

static int make_folder(const char *path, struct facet_error *error) {
    char part[4096];
    snprintf(part, sizeof part, "%s", path);
    for (char *slash = strchr(part + 1, '/');; slash = strchr(slash + 1, '/')) {
        if (slash) *slash = '\0';
        if (mkdir(part, 0777) != 0 && errno != EEXIST)
            return facet_error_set(error, FACET_ERROR_IO, "workspace %s: %s", part, strerror(errno));
        if (!slash) return FACET_OK;
        *slash = '/';
    }
}

static int stage_named(const struct facet_run *run, const char *option, const char *name, int *node,
                       struct facet_error *error) {
    const char *names[FACET_MAX_NODES];
    for (*node = 1; *node < run->graph.n_nodes; (*node)++) {
        if (strcmp(run->graph.nodes[*node].name, name) == 0) return FACET_OK;
        names[*node - 1] = run->graph.nodes[*node].name;
    }
    const char *near = facet_nearest(name, names, run->graph.n_nodes - 1);
    return facet_error_set(error, FACET_ERROR_USAGE, "%s %s: there is no such stage%s%s%s", option, name,
                           near ? "; did you mean " : "", near ? near : "", near ? "?" : "");
}

// A file that is in the way but was not written by facet is not removed. A container cut short still starts as HDF5 does.
static int check_ours(const char *path, struct facet_error *error) {
    static const char signature[8] = {'\x89', 'H', 'D', 'F', '\r', '\n', '\x1a', '\n'};
    char head[8] = "", *schema = NULL;
    FILE *file = fopen(path, "rb");
    if (!file) return FACET_OK; // not there
    size_t got = fread(head, 1, sizeof head, file);
    fclose(file);
    bool ours = got == 0 || (got == sizeof head && memcmp(head, signature, sizeof head) == 0);
    struct facet_container *container = NULL;
    if (ours && facet_container_open(MPI_COMM_SELF, path, false, &container, NULL) == FACET_OK) {
        ours = facet_container_attribute(container, "schema", &schema, NULL) == FACET_OK &&
               strncmp(schema, "facet/", 6) == 0;
        free(schema);
        facet_container_close(container, NULL);
    }
    if (ours) return FACET_OK;
    return facet_error_set(error, FACET_ERROR_STATE,
                           "%s was not written by facet; move it away or use another workspace", path);
}

static int check_all_ours(const struct facet_run *run, int from, struct facet_error *error) {
    char path[4200];
    int code = FACET_OK;
    for (int node = from; code == FACET_OK && node < run->graph.n_nodes; node++) {
        facet_run_path(run, node, ".h5", path, sizeof path);
        code = check_ours(path, error);
    }
    return code;
}

// Only files this pipeline itself would write are removed.
static void forget(const struct facet_run *run, int from) {
    static const char *const suffixes[] = {".h5", ".h5.part", ".h5.new", ".h5.new.part", ".checkpoint.h5"};
    char path[4200];
    for (int node = from; node < run->graph.n_nodes; node++)
        for (size_t i = 0; i < sizeof suffixes / sizeof *suffixes; i++) {
            facet_run_path(run, node, suffixes[i], path, sizeof path);
            unlink(path);
        }
}

static int open_workspace(struct facet_run *run, struct facet_error *error) {
    int from = 0, code = FACET_OK;
    if (run->options->from) code = stage_named(run, "--from", run->options->from, &from, error);
    if (code != FACET_OK || facet_comm_rank(run->comm) != 0) return facet_comm_agree(run->comm, code, error);
    if (!run->options->dry_run) code = make_folder(run->config->workspace, error);
    bool redo = run->options->fresh || run->options->from;
    if (run->options->fresh) from = 0;
    if (code == FACET_OK && redo) code = check_all_ours(run, from, error);
    bool change = code == FACET_OK && !run->options->dry_run;
    if (change && redo) forget(run, from);
    char path[4200];
    snprintf(path, sizeof path, "%s/user.log", run->config->workspace);
    if (change) {
        run->log = fopen(path, "a");
        if (!run->log)
            code = facet_error_set(error, FACET_ERROR_IO, "%s: %s", path, strerror(errno));
        else
            fprintf(run->log, "---- %s: %s\n", run->created, run->options->command ? run->options->command : "");
    }
    snprintf(path, sizeof path, "%s/pipeline.cfg", run->config->workspace);
    bool record = change && code == FACET_OK;
    FILE *copy = record ? fopen(path, "w") : NULL;
    if (record && !copy) code = facet_error_set(error, FACET_ERROR_IO, "%s: %s", path, strerror(errno));
    if (copy) {
        bool written = fputs(run->config->text, copy) >= 0;
        if (fclose(copy) != 0 || !written)
            code = facet_error_set(error, FACET_ERROR_IO, "%s: %s", path, strerror(errno));
    }
    return facet_comm_agree(run->comm, code, error);
}

// ---- machine ----------------------------------------------------------------------------------------------------------

static int cores_of_this_node(void) {
    hwloc_topology_t topology;
    int cores = 0;
    if (hwloc_topology_init(&topology) != 0) return 1;
    if (hwloc_topology_load(topology) == 0) cores = hwloc_get_nbobjs_by_type(topology, HWLOC_OBJ_CORE);
    hwloc_topology_destroy(topology);
    return cores > 0 ? cores : 1;
}

static int choose_threads(const struct facet_run *run) {
    int ranks = facet_comm_ranks_on_node(run->comm);
    if (run->config->threads > 0) return (int)run->config->threads;
    if (getenv("OMP_NUM_THREADS")) return omp_get_max_threads();
    int threads = cores_of_this_node() / ranks;
    return threads > 0 ? threads : 1;
}

static const char *instruction_set(void) {
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx512f")) return "x86-64 AVX-512";
    if (__builtin_cpu_supports("avx2")) return "x86-64 AVX2";
    return "x86-64";
#else
    return "portable";
#endif
}

static void note_circumstances(struct facet_run *run) {
    time_t t = time(NULL);
    struct tm utc;
    gmtime_r(&t, &utc);
    strftime(run->created, sizeof run->created, "%Y-%m-%dT%H:%M:%SZ", &utc);
    snprintf(run->isa, sizeof run->isa, "%s", instruction_set());
    snprintf(run->ranks_text, sizeof run->ranks_text, "%d", facet_comm_size(run->comm));
    snprintf(run->threads_text, sizeof run->threads_text, "%d", run->threads);
    snprintf(run->seed_text, sizeof run->seed_text, "%lld", (long long)run->config->seed);
}

// ---- the whole --------------------------------------------------------------------------------------------------------

static int build_graph(struct facet_run *run, struct facet_error *error) {
    struct facet_problems problems = {.file = run->config->file};
    int code = facet_graph_build(run->config, run->sources.fields, run->sources.n_fields, &run->graph, &problems);
    if (code != FACET_OK) facet_error_set(error, code, "%s", problems.text ? problems.text : "out of memory");
    facet_problems_free(&problems);
    memcpy(run->nodes[0].fields, run->sources.fields, sizeof run->sources.fields);
    run->nodes[0].declared = true;
    for (int node = 0; code == FACET_OK && node < run->graph.n_nodes; node++) code = fingerprint(run, node, error);
    return facet_comm_agree(run->comm, code, error);
}

static int prepare(struct facet_run *run, struct facet_error *error) {
    int code = facet_sources_open(run->config, run->comm, &run->sources, error);
    if (code != FACET_OK) return code;
    run->rows = facet_items_count(run->sources.items);
    run->valid = malloc((size_t)run->rows + 1);
    if (!run->valid)
        code = facet_error_set(error, FACET_ERROR_MEMORY, "out of memory for %lld rows", (long long)run->rows);
    else
        memset(run->valid, 1, (size_t)run->rows);
    code = facet_comm_agree(run->comm, code, error);
    if (code == FACET_OK) code = build_graph(run, error);
    if (code == FACET_OK) code = open_workspace(run, error);
    return code;
}

static int do_stages(struct facet_run *run, struct facet_error *error) {
    int until = run->graph.n_nodes, code = FACET_OK;
    if (run->options->until) code = stage_named(run, "--until", run->options->until, &until, error);
    if (code == FACET_OK && run->options->until && run->graph.nodes[until].chain >= 0) {
        run->graph.chains[run->graph.nodes[until].chain].last = until;
        run->graph.nodes[until].keep = true; // stopping there is for having it
    }
    for (int node = 0; code == FACET_OK && node < run->graph.n_nodes && node <= until;) {
        int chain = run->graph.nodes[node].chain;
        if (facet_comm_any(run->comm, facet_stop_requested()))
            return facet_error_set(error, FACET_INTERRUPTED, "stopped on request before stage %s; run again to go on",
                                   run->graph.nodes[node].name);
        if (chain >= 0) {
            code = facet_run_chain(run, chain, error);
            node = run->graph.chains[chain].last + 1;
        } else {
            code = facet_run_collective(run, node, error);
            node++;
        }
    }
    return code;
}

int facet_run_pipeline(struct facet_comm *comm, const struct facet_config *config,
                       const struct facet_run_options *options, struct facet_run_summary *summary,
                       struct facet_error *error) {
    *summary = (struct facet_run_summary){0};
    struct facet_run *run = calloc(1, sizeof *run);
    int code = facet_comm_agree(
        comm, run ? FACET_OK : facet_error_set(error, FACET_ERROR_MEMORY, "out of memory for a run"), error);
    if (code != FACET_OK) {
        free(run);
        return code;
    }
    *run = (struct facet_run){.comm = comm, .config = config, .options = options, .summary = summary};
    run->threads = choose_threads(run);
    note_circumstances(run);
    run->libraries = facet_loaded_libraries();
    code = run->libraries ? FACET_OK : facet_error_set(error, FACET_ERROR_MEMORY, "out of memory for a run");
    code = facet_comm_agree(comm, code, error);
    if (code == FACET_OK) code = prepare(run, error);
    if (code == FACET_OK) code = do_stages(run, error);
    if (run->log) {
        if (code != FACET_OK) fprintf(run->log, "%s: %s\n", facet_code_name(code), error->text);
        fclose(run->log);
    }
    for (int node = 0; node < run->graph.n_nodes; node++) free(run->nodes[node].description);
    facet_sources_close(&run->sources);
    free(run->valid);
    free(run->libraries);
    free(run);
    return code;
}
