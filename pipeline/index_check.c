#include "pipeline/index_check.h"

#include "pipeline/index_internal.h"
#include "pipeline/params.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

// ---- settings -----------------------------------------------------------------------------------------------------------

static bool matters(const char *line) {
    return strncmp(line, "root ", 5) != 0 && strncmp(line, "index ", 6) != 0;
}

int facet_index_settings(const struct facet_params *params, char **text, struct facet_error *error) {
    char *lines = NULL;
    *text = NULL;
    if (!facet_params_write(params, "", &lines)) return index_no_memory(error);
    char *settings = malloc(strlen(lines ? lines : "") + 1), *end = settings;
    for (const char *line = lines; settings && line && *line;) {
        size_t length = strcspn(line, "\n") + 1;
        if (matters(line + 1)) end = mempcpy(end, line + 1, length - 1); // after the dot of the empty prefix
        line += length;
    }
    free(lines);
    if (!settings) return index_no_memory(error);
    *end = '\0';
    *text = settings;
    return FACET_OK;
}

// The first line of `a` that `b` has not, or NULL. Length without the end.
static const char *first_missing(const char *a, const char *b, int *length) {
    for (; *a; a += *length + (a[*length] == '\n')) {
        *length = (int)strcspn(a, "\n");
        const char *found = b;
        while (*found && (strncmp(found, a, (size_t)*length) != 0 || found[*length] != '\n')) {
            found += strcspn(found, "\n");
            found += *found == '\n';
        }
        if (!*found) return a;
    }
    return NULL;
}

static int tell_difference(const char *path, const char *then, const char *now, struct facet_error *error) {
    int n_then = 0, n_now = 0;
    const char *a = first_missing(then, now, &n_then), *b = first_missing(now, then, &n_now);
    return facet_error_set(
        error, FACET_ERROR_CONFIG,
        "%s: was made with %.*s, the source says %.*s; run facet index again with the source's settings", path,
        a ? n_then : 7, a ? a : "nothing", b ? n_now : 18, b ? b : "nothing about that");
}

// ---- what an index says of itself -----------------------------------------------------------------------------------------

int facet_index_remedy(int code, struct facet_error *error) {
    bool damaged = code == FACET_ERROR_DATA || code == FACET_ERROR_IO;
    return damaged ? facet_error_append(error, "; remove it and run facet index again") : code;
}

static int read_text(struct facet_store *store, const char *name, char ***text, struct facet_error *error) {
    int64_t count;
    int code = facet_store_read_strings(store, name, text, &count, error);
    if (!code && count != 1) code = facet_error_set(error, FACET_ERROR_DATA, "%s is not one text", name);
    return code;
}

static int check_maker(struct facet_store *store, const char *path, const struct facet_plugin *plugin,
                       struct facet_error *error) {
    char **name = NULL, **version = NULL;
    int code = read_text(store, "plugin", &name, error);
    if (!code) code = read_text(store, "plugin_version", &version, error);
    if (!code && (strcmp(*name, plugin->name) != 0 || strcmp(*version, plugin->version) != 0))
        code = facet_error_set(error, FACET_ERROR_CONFIG,
                               "%s: was made by the plugin %s %s, and this is %s %s; run facet index again", path,
                               *name, *version, plugin->name, plugin->version);
    free(name), free(version);
    return code;
}

static int check_settings(struct facet_store *store, const char *path, const struct facet_params *params,
                          struct facet_error *error) {
    char **then = NULL, *now = NULL;
    int code = read_text(store, "parameters", &then, error);
    if (!code) code = facet_index_settings(params, &now, error);
    if (!code && strcmp(*then, now) != 0) code = tell_difference(path, *then, now, error);
    free(then), free(now);
    return code;
}

static const char *index_of(const struct facet_plugin *plugin, const struct facet_params *params) {
    for (const struct facet_param_spec *spec = plugin->params; spec && spec->name; spec++)
        if (strcmp(spec->name, "index") == 0 && spec->type == FACET_PARAM_STRING)
            return facet_param_string(params, "index");
    return "";
}

int facet_index_check(const struct facet_plugin *plugin, const struct facet_params *params, struct facet_error *error) {
    const char *path = index_of(plugin, params);
    struct facet_store *store;
    if (!*path) return FACET_OK;
    int code = facet_store_open(path, &store, error);
    if (code) return access(path, R_OK) == 0 ? facet_index_remedy(code, error) : code;
    if (facet_store_has(store, "plugin")) { // the list that facet index itself works from says nothing of scans
        code = check_maker(store, path, plugin, error);
        if (!code) code = check_settings(store, path, params, error);
    }
    facet_store_close(store);
    return facet_index_remedy(code, error);
}

int facet_index_check_old(const struct facet_plugin *plugin, const char *path, struct facet_error *error) {
    struct facet_store *store;
    char **name = NULL;
    if (access(path, F_OK) != 0) return FACET_OK;
    int code = facet_store_open(path, &store, error);
    if (!code) code = read_text(store, "plugin", &name, error);
    if (!code && strcmp(*name, plugin->name) != 0)
        code = facet_error_set(error, FACET_ERROR_USAGE,
                               "%s: is an index that the plugin %s made; remove it, or name another file with --out",
                               path, *name);
    else if (code == FACET_ERROR_IO || code == FACET_ERROR_DATA)
        facet_error_append(error,
                           "; if it is an index that was damaged remove it, if not name another file with --out");
    free(name);
    facet_store_close(store);
    return code;
}
