// Whose workspace is this, and which of its containers may be gone on with?
#include "pipeline/run_internal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

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

// The hash of one input in a list of them; NULL when it is not told. *length: of its text.
static const char *hash_of_input(const char *inputs, const char *name, size_t length, size_t *hash_length) {
    for (const char *line = inputs; line && *line; line += strcspn(line, "\n"), line += *line == '\n') {
        if (strncmp(line, name, length) != 0 || line[length] != ' ') continue;
        *hash_length = strcspn(line + length + 1, "\n");
        return *hash_length == 32 ? line + length + 1 : NULL; // "in memory" tells nothing
    }
    return NULL;
}

// "the content of render changed": the first input that both lists tell of, differently.
static bool inputs_differ(const char *was, const char *is, char *why, size_t size) {
    for (const char *line = is; *line; line += strcspn(line, "\n"), line += *line == '\n') {
        size_t length = strcspn(line, " "), a, b;
        const char *x = hash_of_input(was, line, length, &a), *y = hash_of_input(is, line, length, &b);
        if (!x || !y || (a == b && memcmp(x, y, a) == 0)) continue;
        if (length == 4 && memcmp(line, "rows", 4) == 0)
            snprintf(why, size, "other rows are set aside");
        else
            snprintf(why, size, "the content of %.*s changed", (int)length, line);
        return true;
    }
    return false;
}

static bool is_stale(const struct facet_run *run, int node, const char *description, const char *inputs, char *why,
                     size_t size) {
    const char *mine = run->nodes[node].description;
    if (strcmp(description, mine) != 0) {
        first_difference(description, mine, why, size);
        return true;
    }
    char *now = facet_run_inputs(run, node);
    bool differ = now && inputs_differ(inputs, now, why, size);
    free(now);
    return differ;
}

const char *facet_run_poisoned(const struct facet_run *run, int node, int64_t changed) {
    const struct facet_node *n = &run->graph.nodes[node];
    for (int i = 0; i < n->n_needs; i++) {
        int64_t altered = n->maker[i] >= 0 ? run->nodes[n->maker[i]].altered : 0;
        if (altered && altered <= changed) return run->graph.nodes[n->maker[i]].name;
    }
    return NULL;
}

struct provenance {
    char *schema, *fingerprint, *description, *inputs, *pipeline;
};

static int read_provenance(struct facet_container *container, struct provenance *p, struct facet_error *error) {
    int code = facet_container_attribute(container, "schema", &p->schema, error);
    if (code == FACET_OK) code = facet_container_attribute(container, "fingerprint", &p->fingerprint, error);
    if (code == FACET_OK) code = facet_container_attribute(container, "config", &p->description, error);
    if (code == FACET_OK) code = facet_container_attribute(container, "inputs", &p->inputs, error);
    if (code == FACET_OK) code = facet_container_attribute(container, "pipeline", &p->pipeline, error);
    return code;
}

static void free_provenance(struct provenance *p) {
    free(p->schema), free(p->fingerprint), free(p->description), free(p->inputs), free(p->pipeline);
}

static bool made_otherwise(const struct facet_run *run, int node, const char *path, const struct provenance *p,
                           char *why, size_t size) {
    const char *altered = facet_run_poisoned(run, node, facet_file_changed(path));
    if (strcmp(p->schema, FACET_SCHEMA) != 0) {
        snprintf(why, size, "its layout is %s, this version writes %s", p->schema, FACET_SCHEMA);
        return true;
    }
    if (is_stale(run, node, p->description, p->inputs, why, size)) return true;
    if (altered) {
        snprintf(why, size, "units of %s had been altered when it was made", altered);
        return true;
    }
    snprintf(why, size, "the sources list other rows, or hold other scans");
    return strcmp(p->fingerprint, run->nodes[node].fingerprint) != 0;
}

static int examine(const struct facet_run *run, int node, const char *path, bool *stale, char *why, size_t size,
                   struct facet_error *error) {
    struct facet_container *container = NULL;
    struct provenance p = {0};
    int code = facet_container_open(MPI_COMM_SELF, path, false, &container, error);
    if (code == FACET_OK) code = read_provenance(container, &p, error);
    if (code == FACET_OK) *stale = made_otherwise(run, node, path, &p, why, size);
    if (code == FACET_OK && *stale && strcmp(p.pipeline, run->config->name) != 0)
        code = facet_error_set(error, FACET_ERROR_STATE,
                               "%s was made by pipeline \"%s\": %s. Use another workspace, or --fresh to begin anew",
                               path, p.pipeline, why);
    free_provenance(&p);
    facet_container_close(container, NULL);
    return code;
}

static int remove_stale(const struct facet_run *run, int node, const char *path, struct facet_error *error) {
    char checkpoint[4200];
    facet_run_path(run, node, ".checkpoint.h5", checkpoint, sizeof checkpoint);
    facet_marks_remove(path);
    if (unlink(checkpoint) != 0 && errno != ENOENT)
        return facet_error_set(error, FACET_ERROR_IO, "%s: cannot be removed: %s", checkpoint, strerror(errno));
    if (unlink(path) != 0)
        return facet_error_set(error, FACET_ERROR_IO, "%s: cannot be removed: %s", path, strerror(errno));
    return FACET_OK;
}

static bool is_of_pipeline(const char *path, const char *name) {
    struct facet_container *container = NULL;
    char *pipeline = NULL;
    bool same = facet_container_open(MPI_COMM_SELF, path, false, &container, NULL) == FACET_OK &&
                facet_container_attribute(container, "pipeline", &pipeline, NULL) == FACET_OK &&
                strcmp(pipeline, name) == 0;
    free(pipeline);
    facet_container_close(container, NULL);
    return same;
}

int facet_run_remove_poisoned(struct facet_run *run, int after, struct facet_error *error) {
    char path[4200];
    int code = FACET_OK;
    for (int node = after + 1; code == FACET_OK && node < run->graph.n_nodes; node++) {
        const char *altered;
        if (facet_comm_rank(run->comm) != 0) break;
        facet_run_path(run, node, ".checkpoint.h5", path, sizeof path);
        if (facet_run_poisoned(run, node, facet_file_changed(path))) unlink(path);
        facet_run_path(run, node, ".h5", path, sizeof path);
        altered = facet_run_poisoned(run, node, facet_file_changed(path));
        if (!altered || !is_of_pipeline(path, run->config->name)) continue;
        facet_run_note(run, "%s is to be made again: units of %s had been altered when it was made",
                       run->graph.nodes[node].name, altered);
        code = remove_stale(run, node, path, error);
    }
    return facet_comm_agree(run->comm, code, error);
}

int facet_run_check_container(struct facet_run *run, int node, const char *path, bool *exists,
                              struct facet_error *error) {
    int code = FACET_OK;
    bool root = facet_comm_rank(run->comm) == 0, stale = false;
    char why[600] = "";
    *exists = facet_comm_any(run->comm, root && access(path, F_OK) == 0);
    if (run->options->dry_run && node >= run->redo_from) *exists = false; // a run would have removed it by now
    if (!*exists) return FACET_OK;
    if (root) code = examine(run, node, path, &stale, why, sizeof why, error);
    if (root && code == FACET_OK && stale && !run->options->dry_run) code = remove_stale(run, node, path, error);
    code = facet_comm_agree(run->comm, code, error);
    if (code != FACET_OK || !facet_comm_any(run->comm, stale)) return code;
    facet_run_note(run, "%s %s: %s", run->graph.nodes[node].name,
                   run->options->dry_run ? "would be made again" : "is made again", why);
    *exists = false;
    return FACET_OK;
}

const char *facet_run_doubt(const struct facet_run *run, int node) {
    const struct facet_node *n = &run->graph.nodes[node];
    bool doubt = run->mask_open;
    for (int i = 0; i < n->n_needs; i++)
        doubt |= n->maker[i] >= 0 && run->graph.nodes[n->maker[i]].keep && !run->nodes[n->maker[i]].finished &&
                 (n->chain < 0 || n->chain != run->graph.nodes[n->maker[i]].chain);
    return doubt ? ", unless what it reads comes out differently" : "";
}

// A run that was killed a moment ago may take so many seconds to be gone from all nodes.
enum { LOCK_PATIENCE = 10 };

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

int facet_run_stage_named(const struct facet_run *run, const char *option, const char *name, int *node,
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
            if (i == 0) facet_marks_remove(path);
        }
}

int facet_run_open_workspace(struct facet_run *run, struct facet_error *error) {
    int from = 0, until = INT_MAX, code = FACET_OK;
    if (run->options->from) code = facet_run_stage_named(run, "--from", run->options->from, &from, error);
    if (code == FACET_OK && run->options->until)
        code = facet_run_stage_named(run, "--until", run->options->until, &until, error);
    if (code == FACET_OK && from > until) // nothing would be made of what is removed
        code = facet_error_set(error, FACET_ERROR_USAGE, "--until %s comes before --from %s", run->options->until,
                               run->options->from);
    if (run->options->fresh || run->options->from) run->redo_from = run->options->fresh ? 0 : from;
    if (code != FACET_OK || facet_comm_rank(run->comm) != 0) return facet_comm_agree(run->comm, code, error);
    if (!run->options->dry_run) code = make_folder(run->config->workspace, error);
    if (code == FACET_OK && !run->options->dry_run)
        code = facet_lock_take(run->config->workspace, "facet run", LOCK_PATIENCE, &run->lock, error);
    bool redo = run->redo_from < INT_MAX;
    if (code == FACET_OK && redo) code = check_all_ours(run, run->redo_from, error);
    bool change = code == FACET_OK && !run->options->dry_run;
    if (change && redo) forget(run, run->redo_from);
    char path[4200];
    snprintf(path, sizeof path, "%s/user.log", run->config->workspace);
    if (change) {
        run->log = fopen(path, "a");
        if (!run->log)
            code = facet_error_set(error, FACET_ERROR_IO, "%s: %s", path, strerror(errno));
        else
            fprintf(run->log, "---- %s: %s\n%s\n", run->created, run->options->command ? run->options->command : "",
                    facet_cores_text(run->cores));
    }
    if (run->log && !facet_lock_holds(run->lock))
        facet_run_note(run, "%s: this file system knows no locks; see to it that no other run works here",
                       run->config->workspace);
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
