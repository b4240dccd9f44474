#include "pipeline/params.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

// One parameter's value: a scalar is a list of one.
struct value {
    size_t count;
    double *numbers;              // floats
    long long *integers;          // integers and booleans
    char **strings;               // strings and paths
    struct facet_params **groups; // groups
};

struct facet_params {
    const struct facet_param_spec *specs;
    int count;
    struct value *values;
};

static int table_length(const struct facet_param_spec *specs) {
    int n = 0;
    while (specs && specs[n].name) n++;
    return n;
}

static const char *type_words(enum facet_param_type type) {
    switch (type) {
    case FACET_PARAM_BOOL:
        return "true or false";
    case FACET_PARAM_INT:
        return "a whole number";
    case FACET_PARAM_FLOAT:
        return "a number";
    case FACET_PARAM_STRING:
    case FACET_PARAM_PATH:
        return "a string in double quotes";
    case FACET_PARAM_FLOATS:
        return "a list of numbers, [ 0.5, 1.0 ]";
    case FACET_PARAM_STRINGS:
        return "a list of strings, [ \"a\", \"b\" ]";
    case FACET_PARAM_GROUPS:
        return "a list of groups, ( { ... }, { ... } )";
    }
    return "something else";
}

static bool is_integer(const config_setting_t *s) {
    return config_setting_type(s) == CONFIG_TYPE_INT || config_setting_type(s) == CONFIG_TYPE_INT64;
}

static bool is_number(const config_setting_t *s) {
    return is_integer(s) || config_setting_type(s) == CONFIG_TYPE_FLOAT;
}

static double number_of(const config_setting_t *s) {
    return is_integer(s) ? (double)config_setting_get_int64(s) : config_setting_get_float(s);
}

// The scalar type that the elements of a parameter have.
static enum facet_param_type element_type(enum facet_param_type type) {
    if (type == FACET_PARAM_FLOATS) return FACET_PARAM_FLOAT;
    if (type == FACET_PARAM_STRINGS) return FACET_PARAM_STRING;
    return type;
}

static bool is_list(enum facet_param_type type) {
    return type == FACET_PARAM_FLOATS || type == FACET_PARAM_STRINGS || type == FACET_PARAM_GROUPS;
}

static bool type_fits(enum facet_param_type type, const config_setting_t *s) {
    switch (type) {
    case FACET_PARAM_BOOL:
        return config_setting_type(s) == CONFIG_TYPE_BOOL;
    case FACET_PARAM_INT:
        return is_integer(s);
    case FACET_PARAM_FLOAT:
        return is_number(s);
    case FACET_PARAM_STRING:
    case FACET_PARAM_PATH:
        return config_setting_type(s) == CONFIG_TYPE_STRING;
    case FACET_PARAM_FLOATS:
    case FACET_PARAM_STRINGS:
        if (!config_setting_is_array(s) && !config_setting_is_list(s)) return false;
        for (int i = 0; i < config_setting_length(s); i++)
            if (!type_fits(element_type(type), config_setting_get_elem(s, (unsigned)i))) return false;
        return true;
    case FACET_PARAM_GROUPS:
        if (!config_setting_is_list(s)) return false;
        for (int i = 0; i < config_setting_length(s); i++)
            if (!config_setting_is_group(config_setting_get_elem(s, (unsigned)i))) return false;
        return true;
    }
    return false;
}

static void check_range(const struct facet_param_spec *spec, const config_setting_t *s,
                        struct facet_problems *problems) {
    double x = number_of(s);
    const char *unit = spec->unit ? spec->unit : "";
    if (!isfinite(x))
        facet_problems_add(problems, s, "%s must be a finite number", spec->name);
    else if ((spec->min != 0 || spec->max != 0) && (x < spec->min || x > spec->max))
        facet_problems_add(problems, s, "%s = %g is out of range; it goes from %g to %g%s%s", spec->name, x, spec->min,
                           spec->max, *unit ? " " : "", unit);
}

enum { MOST_CHOICES = 64 };

// Cuts "a|b|c" into words inside `copy`; returns how many.
static int split_choices(char *copy, const char **words) {
    int n = 0;
    for (char *word = strtok(copy, "|"); word && n < MOST_CHOICES; word = strtok(NULL, "|")) words[n++] = word;
    return n;
}

static void check_choice(const struct facet_param_spec *spec, const config_setting_t *s,
                         struct facet_problems *problems) {
    if (!spec->choices) return;
    const char *given = config_setting_get_string(s), *words[MOST_CHOICES];
    char copy[1024], list[1024];
    snprintf(copy, sizeof copy, "%s", spec->choices);
    snprintf(list, sizeof list, "%s", spec->choices);
    int n = split_choices(copy, words);
    for (int i = 0; i < n; i++)
        if (strcmp(words[i], given) == 0) return;
    const char *near = facet_nearest(given, words, n);
    for (char *bar = strchr(list, '|'); bar; bar = strchr(bar, '|')) *bar = ' ';
    facet_problems_add(problems, s, "%s = \"%s\" is not known; it is one of: %s%s%s%s", spec->name, given, list,
                       near ? "; did you mean \"" : "", near ? near : "", near ? "\"?" : "");
}

static void check_element(const struct facet_param_spec *spec, const config_setting_t *s,
                          struct facet_problems *problems) {
    if (config_setting_type(s) == CONFIG_TYPE_STRING)
        check_choice(spec, s, problems);
    else if (is_number(s))
        check_range(spec, s, problems);
}

// A path that is not there from the working folder is looked for in the folders of FACET_DATA.
static char *find_path(const char *path) {
    char at[4096];
    const char *folders = getenv("FACET_DATA");
    if (*path && *path != '/' && access(path, F_OK) != 0 && folders) {
        for (const char *from = folders; *from;) {
            size_t length = strcspn(from, ":");
            snprintf(at, sizeof at, "%.*s/%s", (int)length, from, path);
            if (access(at, F_OK) == 0) return strdup(at);
            from += length + (from[length] == ':');
        }
    }
    return strdup(path);
}

static bool store_element(const struct facet_param_spec *spec, const config_setting_t *s, struct value *value, size_t i,
                          struct facet_problems *problems) {
    switch (element_type(spec->type)) {
    case FACET_PARAM_BOOL:
        value->integers[i] = config_setting_get_bool(s);
        return true;
    case FACET_PARAM_INT:
        value->integers[i] = config_setting_get_int64(s);
        return true;
    case FACET_PARAM_FLOAT:
        value->numbers[i] = number_of(s);
        return true;
    case FACET_PARAM_STRING:
        return (value->strings[i] = strdup(config_setting_get_string(s))) != NULL;
    case FACET_PARAM_PATH:
        return (value->strings[i] = find_path(config_setting_get_string(s))) != NULL;
    case FACET_PARAM_GROUPS:
        return (value->groups[i] = facet_params_create(spec->members, s, NULL, 0, problems)) != NULL;
    default:
        return false;
    }
}

static void free_value(struct value *value) {
    for (size_t i = 0; value->strings && i < value->count; i++) free(value->strings[i]);
    for (size_t i = 0; value->groups && i < value->count; i++) facet_params_destroy(value->groups[i]);
    free(value->numbers), free(value->integers), free(value->strings), free(value->groups);
}

static bool allocate_value(struct value *value, size_t count) {
    value->count = count;
    value->numbers = calloc(count + 1, sizeof *value->numbers);
    value->integers = calloc(count + 1, sizeof *value->integers);
    value->strings = calloc(count + 1, sizeof *value->strings);
    value->groups = calloc(count + 1, sizeof *value->groups);
    return value->numbers && value->integers && value->strings && value->groups;
}

// Takes a setting as the value of a parameter. Returns false when out of memory.
static bool take(const struct facet_param_spec *spec, const config_setting_t *s, struct value *value,
                 struct facet_problems *problems) {
    if (!type_fits(spec->type, s)) {
        facet_problems_add(problems, s, "%s must be %s", spec->name, type_words(spec->type));
        return allocate_value(value, 0);
    }
    bool list = is_list(spec->type);
    size_t count = list ? (size_t)config_setting_length(s) : 1;
    if (!allocate_value(value, count)) return false;
    for (size_t i = 0; i < count; i++) {
        const config_setting_t *element = list ? config_setting_get_elem(s, (unsigned)i) : s;
        check_element(spec, element, problems);
        if (!store_element(spec, element, value, i, problems)) return false;
    }
    return true;
}

static bool take_fallback(const struct facet_param_spec *spec, struct value *value, struct facet_problems *problems) {
    char text[2048];
    snprintf(text, sizeof text, "v = %s;", spec->fallback);
    config_t config;
    config_init(&config);
    bool good = false;
    if (config_read_string(&config, text))
        good = take(spec, config_lookup(&config, "v"), value, problems);
    else {
        facet_problems_add(problems, NULL, "the default of %s is not in libconfig's form: %s", spec->name,
                           spec->fallback);
        good = allocate_value(value, 0);
    }
    config_destroy(&config);
    return good;
}

static bool among(const char *name, const char *const *names, int count) {
    for (int i = 0; i < count; i++)
        if (strcmp(name, names[i]) == 0) return true;
    return false;
}

static void report_unknown_keys(const struct facet_param_spec *specs, int n_specs, const config_setting_t *group,
                                const char *const *others, int n_others, struct facet_problems *problems) {
    enum { MOST_KEYS = 128 };
    const char *known[MOST_KEYS];
    int n = 0;
    for (int i = 0; i < n_specs && n < MOST_KEYS; i++) known[n++] = specs[i].name;
    for (int i = 0; i < n_others && n < MOST_KEYS; i++) known[n++] = others[i];
    for (int i = 0; i < config_setting_length(group); i++) {
        const config_setting_t *s = config_setting_get_elem(group, (unsigned)i);
        const char *name = config_setting_name(s);
        if (among(name, known, n)) continue;
        const char *near = facet_nearest(name, known, n);
        if (near)
            facet_problems_add(problems, s, "unknown key %s; did you mean %s?", name, near);
        else
            facet_problems_add(problems, s, "unknown key %s", name);
    }
}

struct facet_params *facet_params_create(const struct facet_param_spec *specs, const config_setting_t *group,
                                         const char *const *others, int n_others, struct facet_problems *problems) {
    struct facet_params *params = calloc(1, sizeof *params);
    if (!params) return NULL;
    params->specs = specs, params->count = table_length(specs);
    params->values = calloc((size_t)params->count + 1, sizeof *params->values);
    if (!params->values) goto error;
    if (group) report_unknown_keys(specs, params->count, group, others, n_others, problems);
    for (int i = 0; i < params->count; i++) {
        const config_setting_t *s = group ? config_setting_get_member(group, specs[i].name) : NULL;
        struct value *value = &params->values[i];
        bool good = true;
        if (s)
            good = take(&specs[i], s, value, problems);
        else if (specs[i].fallback)
            good = take_fallback(&specs[i], value, problems);
        else {
            facet_problems_add(problems, group, "%s is missing: %s", specs[i].name, specs[i].doc);
            good = allocate_value(value, 0);
        }
        if (!good) goto error;
    }
    return params;
error:
    facet_params_destroy(params);
    return NULL;
}

void facet_params_destroy(struct facet_params *params) {
    if (!params) return;
    for (int i = 0; params->values && i < params->count; i++) free_value(&params->values[i]);
    free(params->values);
    free(params);
}

int facet_params_from_text(const struct facet_param_spec *specs, const char *text, struct facet_params **params,
                           struct facet_error *error) {
    *params = NULL;
    struct facet_problems problems = {.file = "text"};
    config_t config;
    config_init(&config);
    int code = FACET_OK;
    if (!config_read_string(&config, text)) {
        code = facet_error_set(error, FACET_ERROR_CONFIG, "text:%d: %s", config_error_line(&config),
                               config_error_text(&config));
        goto error;
    }
    *params = facet_params_create(specs, config_root_setting(&config), NULL, 0, &problems);
    if (problems.count)
        code = facet_error_set(error, FACET_ERROR_CONFIG, "%s", problems.text ? problems.text : "");
    else if (!*params)
        code = facet_error_set(error, FACET_ERROR_MEMORY, "out of memory for parameters");
error:
    if (code != FACET_OK) facet_params_destroy(*params), *params = NULL;
    facet_problems_free(&problems);
    config_destroy(&config);
    return code;
}

static bool fallback_passes(const struct facet_param_spec *spec, struct facet_error *error) {
    struct facet_problems problems = {.file = "default"};
    struct value value = {0};
    bool passes = take_fallback(spec, &value, &problems) && problems.count == 0;
    if (!passes) facet_error_set(error, FACET_ERROR_PLUGIN, "%s", problems.text ? problems.text : "out of memory");
    free_value(&value);
    facet_problems_free(&problems);
    return passes;
}

const char *facet_params_check_table(const struct facet_param_spec *specs, struct facet_error *error) {
    for (int i = 0; i < table_length(specs); i++) {
        bool group = specs[i].type == FACET_PARAM_GROUPS;
        if (specs[i].type < FACET_PARAM_BOOL || specs[i].type > FACET_PARAM_GROUPS || !specs[i].doc ||
            group != (specs[i].members != NULL)) {
            facet_error_set(error, FACET_ERROR_PLUGIN, "parameter %s lacks a type, a doc or its members",
                            specs[i].name);
            return error->text;
        }
        if (specs[i].fallback && !fallback_passes(&specs[i], error)) return error->text;
    }
    return NULL;
}

static const struct value *value_of(const struct facet_params *params, const char *name, enum facet_param_type type,
                                    enum facet_param_type or_type) {
    for (int i = 0; i < params->count; i++) {
        if (strcmp(params->specs[i].name, name) != 0) continue;
        FACET_REQUIRE(params->specs[i].type == type || params->specs[i].type == or_type);
        return &params->values[i];
    }
    facet_fatal(__FILE__, __LINE__, "no parameter named %s in the plugin's table", name);
}

bool facet_param_has(const struct facet_params *params, const char *name, enum facet_param_type type) {
    for (int i = 0; i < params->count; i++)
        if (strcmp(params->specs[i].name, name) == 0) return params->specs[i].type == type;
    return false;
}

bool facet_param_bool(const struct facet_params *params, const char *name) {
    return value_of(params, name, FACET_PARAM_BOOL, FACET_PARAM_BOOL)->integers[0] != 0;
}

int64_t facet_param_int(const struct facet_params *params, const char *name) {
    return value_of(params, name, FACET_PARAM_INT, FACET_PARAM_INT)->integers[0];
}

int64_t facet_params_repeat(struct facet_params *params, int64_t times) {
    for (int i = 0; i < params->count; i++) {
        if (!params->specs[i].repeats) continue;
        int64_t was = params->values[i].integers[0];
        if (times > 0) params->values[i].integers[0] = times;
        return was;
    }
    return 0;
}

double facet_param_float(const struct facet_params *params, const char *name) {
    return value_of(params, name, FACET_PARAM_FLOAT, FACET_PARAM_FLOAT)->numbers[0];
}

const char *facet_param_string(const struct facet_params *params, const char *name) {
    return value_of(params, name, FACET_PARAM_STRING, FACET_PARAM_PATH)->strings[0];
}

size_t facet_param_count(const struct facet_params *params, const char *name) {
    for (int i = 0; i < params->count; i++)
        if (strcmp(params->specs[i].name, name) == 0) return params->values[i].count;
    facet_fatal(__FILE__, __LINE__, "no parameter named %s in the plugin's table", name);
}

double facet_param_float_at(const struct facet_params *params, const char *name, size_t index) {
    const struct value *value = value_of(params, name, FACET_PARAM_FLOATS, FACET_PARAM_FLOATS);
    FACET_REQUIRE(index < value->count);
    return value->numbers[index];
}

const char *facet_param_string_at(const struct facet_params *params, const char *name, size_t index) {
    const struct value *value = value_of(params, name, FACET_PARAM_STRINGS, FACET_PARAM_STRINGS);
    FACET_REQUIRE(index < value->count);
    return value->strings[index];
}

const struct facet_params *facet_param_group_at(const struct facet_params *params, const char *name, size_t index) {
    const struct value *value = value_of(params, name, FACET_PARAM_GROUPS, FACET_PARAM_GROUPS);
    FACET_REQUIRE(index < value->count);
    return value->groups[index];
}

bool facet_text_append(char **text, const char *format, ...) {
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    size_t before = *text ? strlen(*text) : 0;
    size_t more = (size_t)vsnprintf(NULL, 0, format, args);
    char *grown = realloc(*text, before + more + 1);
    if (grown) {
        *text = grown;
        vsnprintf(grown + before, more + 1, format, again);
    }
    va_end(again), va_end(args);
    return grown != NULL;
}

static bool write_element(const struct facet_param_spec *spec, const struct value *value, size_t i, const char *name,
                          char **text) {
    switch (element_type(spec->type)) {
    case FACET_PARAM_BOOL:
        return facet_text_append(text, "%s = %s\n", name, value->integers[i] ? "true" : "false");
    case FACET_PARAM_INT:
        return facet_text_append(text, "%s = %lld\n", name, value->integers[i]);
    case FACET_PARAM_FLOAT:
        return facet_text_append(text, "%s = %.17g\n", name, value->numbers[i]);
    case FACET_PARAM_GROUPS:
        return facet_params_write(value->groups[i], name, text);
    case FACET_PARAM_PATH: { // where a file lies does not change what it holds; the item table tells content apart
        const char *slash = strrchr(value->strings[i], '/');
        return facet_text_append(text, "%s = \"%s\"\n", name, slash ? slash + 1 : value->strings[i]);
    }
    default:
        return facet_text_append(text, "%s = \"%s\"\n", name, value->strings[i]);
    }
}

bool facet_params_write(const struct facet_params *params, const char *prefix, char **text) {
    for (int i = 0; i < params->count; i++) {
        const struct facet_param_spec *spec = &params->specs[i];
        const struct value *value = &params->values[i];
        char name[256];
        for (size_t j = 0; j < value->count; j++) {
            if (is_list(spec->type))
                snprintf(name, sizeof name, "%s.%s[%zu]", prefix, spec->name, j);
            else
                snprintf(name, sizeof name, "%s.%s", prefix, spec->name);
            if (!write_element(spec, value, j, name, text)) return false;
        }
        bool empty_list = is_list(spec->type) && value->count == 0;
        if (empty_list && !facet_text_append(text, "%s.%s = none\n", prefix, spec->name)) return false;
    }
    return true;
}
