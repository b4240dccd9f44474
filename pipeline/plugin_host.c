#include "pipeline/plugin_host.h"

#include "pipeline/params.h"

#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct entry {
    const struct facet_plugin *plugin;
    char *origin;
    void *object; // dlopen's handle; NULL when built in
};

struct facet_plugin_host {
    struct entry *entries;
    int count, capacity;
};

const char *facet_plugin_kind_name(enum facet_plugin_kind kind) {
    static const char *const names[] = {"?", "source", "map", "collective"};
    return kind >= FACET_SOURCE && kind <= FACET_COLLECTIVE ? names[kind] : names[0];
}

static bool has_operations(const struct facet_plugin *p) {
    if ((p->source != NULL) + (p->map != NULL) + (p->collective != NULL) != 1) return false;
    switch (p->kind) {
    case FACET_SOURCE:
        return p->source && p->source->open && p->source->load && p->source->close;
    case FACET_MAP:
        return p->map && p->map->create && p->map->declare && p->map->transform && p->map->destroy;
    case FACET_COLLECTIVE:
        return p->collective && p->collective->run;
    }
    return false;
}

int facet_plugin_check(const struct facet_plugin *plugin, const char *origin, struct facet_error *error) {
    if (plugin->abi != FACET_PLUGIN_ABI || plugin->size != sizeof *plugin)
        return facet_error_set(error, FACET_ERROR_PLUGIN,
                               "%s: built for plugin interface %u (struct of %u bytes), this facet has %u (%zu bytes); "
                               "build the plugin against this version",
                               origin, plugin->abi, plugin->size, FACET_PLUGIN_ABI, sizeof *plugin);
    if (!plugin->name || !*plugin->name || !plugin->version || !plugin->summary)
        return facet_error_set(error, FACET_ERROR_PLUGIN, "%s: a plugin needs a name, a version and a summary", origin);
    if (plugin->kind < FACET_SOURCE || plugin->kind > FACET_COLLECTIVE || !has_operations(plugin))
        return facet_error_set(error, FACET_ERROR_PLUGIN,
                               "%s: plugin %s is of no known kind or lacks operations of its kind", origin,
                               plugin->name);
    if (plugin->kind == FACET_MAP && (!plugin->makes || !plugin->makes[0]))
        return facet_error_set(error, FACET_ERROR_PLUGIN, "%s: map plugin %s makes nothing", origin, plugin->name);
    for (int i = 0; plugin->needs && plugin->needs[i].name; i++)
        if (plugin->needs[i].kept && (plugin->kind != FACET_COLLECTIVE || !plugin->needs[i].optional))
            return facet_error_set(error, FACET_ERROR_PLUGIN,
                                   "%s: plugin %s needs %s where it is kept; only a collective plugin may, optionally",
                                   origin, plugin->name, plugin->needs[i].name);
    struct facet_error table;
    if (facet_params_check_table(plugin->params, &table))
        return facet_error_set(error, FACET_ERROR_PLUGIN, "%s: parameter table of plugin %s: %s", origin, plugin->name,
                               table.text);
    return FACET_OK;
}

static int by_name(const void *a, const void *b) {
    return strcmp(((const struct entry *)a)->plugin->name, ((const struct entry *)b)->plugin->name);
}

static int add(struct facet_plugin_host *host, const struct facet_plugin *plugin, const char *origin, void *object,
               struct facet_error *error) {
    int code = facet_plugin_check(plugin, origin, error);
    if (code != FACET_OK) return code;
    if (facet_plugin_host_find(host, plugin->name))
        return facet_error_set(error, FACET_ERROR_PLUGIN, "%s: there is already a plugin named %s", origin,
                               plugin->name);
    if (host->count == host->capacity) {
        int capacity = host->capacity ? 2 * host->capacity : 16;
        struct entry *more = realloc(host->entries, (size_t)capacity * sizeof *more);
        if (!more) return facet_error_set(error, FACET_ERROR_MEMORY, "out of memory for plugins");
        host->entries = more, host->capacity = capacity;
    }
    char *copy = strdup(origin);
    if (!copy) return facet_error_set(error, FACET_ERROR_MEMORY, "out of memory for plugins");
    host->entries[host->count++] = (struct entry){plugin, copy, object};
    qsort(host->entries, (size_t)host->count, sizeof *host->entries, by_name);
    return FACET_OK;
}

int facet_plugin_host_create(const struct facet_plugin *const *builtins, struct facet_plugin_host **host,
                             struct facet_error *error) {
    *host = calloc(1, sizeof **host);
    if (!*host) return facet_error_set(error, FACET_ERROR_MEMORY, "out of memory for plugins");
    int code = FACET_OK;
    for (int i = 0; code == FACET_OK && builtins[i]; i++) code = add(*host, builtins[i], "built in", NULL, error);
    if (code != FACET_OK) facet_plugin_host_destroy(*host), *host = NULL;
    return code;
}

void facet_plugin_host_destroy(struct facet_plugin_host *host) {
    if (!host) return;
    for (int i = 0; i < host->count; i++) {
        if (host->entries[i].object) dlclose(host->entries[i].object);
        free(host->entries[i].origin);
    }
    free(host->entries);
    free(host);
}

static int load_object(struct facet_plugin_host *host, const char *path, struct facet_error *error) {
    void *object = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (!object) return facet_error_set(error, FACET_ERROR_PLUGIN, "%s: cannot be loaded: %s", path, dlerror());
    const struct facet_plugin *plugin = dlsym(object, "facet_plugin");
    int code = plugin ? add(host, plugin, path, object, error)
                      : facet_error_set(error, FACET_ERROR_PLUGIN, "%s: exports no facet_plugin", path);
    if (code != FACET_OK) dlclose(object);
    return code;
}

static int is_object(const struct dirent *file) {
    size_t length = strlen(file->d_name);
    return length > 3 && strcmp(file->d_name + length - 3, ".so") == 0;
}

static int load_folder(struct facet_plugin_host *host, const char *folder, struct facet_error *error) {
    struct dirent **files = NULL;
    int count = scandir(folder, &files, is_object, alphasort);
    if (count < 0) return facet_error_set(error, FACET_ERROR_CONFIG, "plugin folder %s: %s", folder, strerror(errno));
    int code = FACET_OK;
    for (int i = 0; i < count; i++) {
        char path[4096];
        snprintf(path, sizeof path, "%s/%s", folder, files[i]->d_name);
        if (code == FACET_OK) code = load_object(host, path, error);
        free(files[i]);
    }
    free(files);
    return code;
}

int facet_plugin_host_load(struct facet_plugin_host *host, const char *folders, struct facet_error *error) {
    int code = FACET_OK;
    for (const char *from = folders; code == FACET_OK && from && *from;) {
        size_t length = strcspn(from, ":");
        char folder[4096];
        snprintf(folder, sizeof folder, "%.*s", (int)length, from);
        if (*folder) code = load_folder(host, folder, error);
        from += length + (from[length] == ':');
    }
    return code;
}

const struct facet_plugin *facet_plugin_host_find(const struct facet_plugin_host *host, const char *name) {
    for (int i = 0; i < host->count; i++)
        if (strcmp(host->entries[i].plugin->name, name) == 0) return host->entries[i].plugin;
    return NULL;
}

int facet_plugin_host_count(const struct facet_plugin_host *host) {
    return host->count;
}

const struct facet_plugin *facet_plugin_host_at(const struct facet_plugin_host *host, int index) {
    FACET_REQUIRE(index >= 0 && index < host->count);
    return host->entries[index].plugin;
}

const char *facet_plugin_host_origin(const struct facet_plugin_host *host, int index) {
    FACET_REQUIRE(index >= 0 && index < host->count);
    return host->entries[index].origin;
}
