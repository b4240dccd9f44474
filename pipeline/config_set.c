#include "pipeline/config_set.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *name_of(config_setting_t *entry) {
    const char *name = NULL;
    if (config_setting_lookup_string(entry, "name", &name) || config_setting_lookup_string(entry, "plugin", &name))
        return name;
    return "";
}

static config_setting_t *stage_named(const config_t *config, const char *name) {
    static const char *const lists[] = {"stages", "sources"};
    for (int l = 0; l < 2; l++) {
        config_setting_t *list = config_lookup(config, lists[l]);
        for (int i = 0; list && i < config_setting_length(list); i++) {
            config_setting_t *entry = config_setting_get_elem(list, (unsigned)i);
            if (config_setting_is_group(entry) && strcmp(name_of(entry), name) == 0) return entry;
        }
    }
    return NULL;
}

// libconfig writes "stages.[3]" where people write "stages[3]".
static void write_path(const char *from, size_t length, char *path, size_t size) {
    size_t n = 0;
    for (size_t i = 0; i < length && n + 2 < size; i++) {
        if (from[i] == '[' && i > 0 && from[i - 1] != '.') path[n++] = '.';
        path[n++] = from[i];
    }
    path[n] = '\0';
}

// Follows "a.b[2].c" up to the last dot; *last is what follows it. The first word may name a stage.
static config_setting_t *parent_of(const config_t *config, char *path, const char **last) {
    char *dot = strrchr(path, '.');
    if (!dot) {
        *last = path;
        return config_root_setting(config);
    }
    *dot = '\0', *last = dot + 1;
    config_setting_t *whole = config_lookup(config, path);
    if (whole) return whole;
    char *first_dot = strchr(path, '.');
    if (first_dot) *first_dot = '\0';
    config_setting_t *stage = stage_named(config, path);
    if (stage && first_dot) return config_setting_lookup(stage, first_dot + 1);
    return stage;
}

static int copy_into(config_setting_t *to, const config_setting_t *from);

static int add_copy(config_setting_t *parent, const char *name, const config_setting_t *from, const char *set) {
    config_setting_t *copy = config_setting_add(parent, name, config_setting_type(from));
    if (!copy) return -1;
    config_setting_set_hook(copy, (void *)(uintptr_t)set);
    return copy_into(copy, from);
}

static int copy_into(config_setting_t *to, const config_setting_t *from) {
    switch (config_setting_type(from)) {
    case CONFIG_TYPE_INT:
        return config_setting_set_int(to, config_setting_get_int(from)) - 1;
    case CONFIG_TYPE_INT64:
        return config_setting_set_int64(to, config_setting_get_int64(from)) - 1;
    case CONFIG_TYPE_FLOAT:
        return config_setting_set_float(to, config_setting_get_float(from)) - 1;
    case CONFIG_TYPE_BOOL:
        return config_setting_set_bool(to, config_setting_get_bool(from)) - 1;
    case CONFIG_TYPE_STRING:
        return config_setting_set_string(to, config_setting_get_string(from)) - 1;
    default:
        break;
    }
    for (int i = 0; i < config_setting_length(from); i++) {
        const config_setting_t *element = config_setting_get_elem(from, (unsigned)i);
        if (add_copy(to, config_setting_name(element), element, NULL) != 0) return -1;
    }
    return 0;
}

static void quote(const char *value, char *text, size_t size) {
    size_t n = (size_t)snprintf(text, size, "v = \"");
    for (; *value && n + 4 < size; value++) {
        if (*value == '"' || *value == '\\') text[n++] = '\\';
        text[n++] = *value;
    }
    snprintf(text + n, size - n, "\";");
}

int facet_config_set(config_t *config, const char *set, struct facet_error *error) {
    char path[512], text[2048];
    const char *equals = strchr(set, '='), *last;
    if (!equals || equals == set || (size_t)(equals - set) >= sizeof path || strlen(equals) > 1000)
        return facet_error_set(error, FACET_ERROR_USAGE, "--set %s: expected path=value", set);
    write_path(set, (size_t)(equals - set), path, sizeof path);
    config_t value;
    config_init(&value);
    snprintf(text, sizeof text, "v = %s;", equals + 1);
    int code = FACET_OK;
    if (!config_read_string(&value, text)) {
        quote(equals + 1, text, sizeof text);
        config_read_string(&value, text);
    }
    config_setting_t *parent = parent_of(config, path, &last);
    config_setting_t *parsed = config_lookup(&value, "v");
    if (!parsed) {
        code = facet_error_set(error, FACET_ERROR_USAGE, "--set %s: the value cannot be read", set);
    } else if (!parent || !config_setting_is_group(parent)) {
        code = facet_error_set(error, FACET_ERROR_USAGE, "--set %s: there is no stage, source or group %s", set, path);
    } else {
        if (config_setting_get_member(parent, last)) config_setting_remove(parent, last);
        if (add_copy(parent, last, parsed, set) != 0)
            code = facet_error_set(error, FACET_ERROR_USAGE, "--set %s: %s is not a name", set, last);
    }
    config_destroy(&value);
    return code;
}
