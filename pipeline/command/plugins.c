#include "pipeline/command/command.h"

#include "pipeline/builtin.h"
#include "pipeline/plugin_host.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char usage[] =
    "usage: facet plugins [NAME] [--json]\n"
    "Lists the plugins built in and those in the folders of FACET_PLUGIN_PATH, or shows what one\n"
    "plugin takes, needs and makes.\n";

static const char *type_name(enum facet_param_type type) {
    static const char *const names[] = {
        "?", "bool", "integer", "number", "string", "path", "list of numbers", "list of strings", "list of groups"};
    return type >= FACET_PARAM_BOOL && type <= FACET_PARAM_GROUPS ? names[type] : names[0];
}

static void print_params(const struct facet_param_spec *specs, int indent) {
    for (int i = 0; specs && specs[i].name; i++) {
        const struct facet_param_spec *s = &specs[i];
        printf("%*s%s (%s%s%s)", indent, "", s->name, type_name(s->type), s->unit ? ", " : "", s->unit ? s->unit : "");
        if (s->fallback)
            printf(" = %s", s->fallback);
        else
            printf(" required");
        if (s->min != 0 || s->max != 0) printf("  [%g, %g]", s->min, s->max);
        if (s->choices) printf("  one of %s", s->choices);
        printf("\n%*s%s\n", indent + 4, "", s->doc);
        print_params(s->members, indent + 4);
    }
}

static void print_plugin(const struct facet_plugin *p, const char *origin) {
    printf("%s %s (%s, %s)\n%s\n", p->name, p->version, facet_plugin_kind_name(p->kind), origin, p->summary);
    for (int i = 0; p->needs && p->needs[i].name; i++)
        printf("%s%s%s", i ? ", " : "needs: ", p->needs[i].name, p->needs[i].optional ? " (optional)" : "");
    if (p->needs && p->needs[0].name) putchar('\n');
    for (int i = 0; p->makes && p->makes[i]; i++) printf("%s%s", i ? ", " : "makes: ", p->makes[i]);
    if (p->makes && p->makes[0]) putchar('\n');
    if (p->params && p->params[0].name) puts("parameters:");
    print_params(p->params, 2);
    if (p->citation) printf("cite: %s\n", p->citation);
}

static json_t *params_json(const struct facet_param_spec *specs) {
    json_t *list = json_array();
    for (int i = 0; specs && specs[i].name; i++) {
        const struct facet_param_spec *s = &specs[i];
        json_t *one = json_pack("{s:s, s:s, s:s?, s:s?, s:s?, s:s}", "name", s->name, "type", type_name(s->type),
                                "default", s->fallback, "unit", s->unit, "choices", s->choices, "doc", s->doc);
        if (s->min != 0 || s->max != 0) {
            json_object_set_new(one, "min", json_real(s->min));
            json_object_set_new(one, "max", json_real(s->max));
        }
        if (s->members) json_object_set_new(one, "members", params_json(s->members));
        json_array_append_new(list, one);
    }
    return list;
}

static json_t *plugin_json(const struct facet_plugin *p, const char *origin) {
    json_t *needs = json_array(), *makes = json_array();
    for (int i = 0; p->needs && p->needs[i].name; i++) json_array_append_new(needs, json_string(p->needs[i].name));
    for (int i = 0; p->makes && p->makes[i]; i++) json_array_append_new(makes, json_string(p->makes[i]));
    return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s?, s:o, s:o, s:o}", "name", p->name, "version", p->version, "kind",
                     facet_plugin_kind_name(p->kind), "origin", origin, "summary", p->summary, "citation", p->citation,
                     "needs", needs, "makes", makes, "parameters", params_json(p->params));
}

static void print_json(json_t *json) {
    char *text = json_dumps(json, JSON_INDENT(2));
    if (text) puts(text);
    free(text);
    json_decref(json);
}

static int list(const struct facet_plugin_host *host, bool json) {
    json_t *all = json_array();
    for (int i = 0; i < facet_plugin_host_count(host); i++) {
        const struct facet_plugin *p = facet_plugin_host_at(host, i);
        if (json)
            json_array_append_new(all, plugin_json(p, facet_plugin_host_origin(host, i)));
        else
            printf("%-12s %-11s %-8s %s\n", p->name, facet_plugin_kind_name(p->kind), p->version, p->summary);
    }
    if (json)
        print_json(all);
    else
        json_decref(all);
    return 0;
}

static int show(const struct facet_plugin_host *host, const char *name, bool json) {
    for (int i = 0; i < facet_plugin_host_count(host); i++) {
        const struct facet_plugin *p = facet_plugin_host_at(host, i);
        if (strcmp(p->name, name) != 0) continue;
        if (json)
            print_json(plugin_json(p, facet_plugin_host_origin(host, i)));
        else
            print_plugin(p, facet_plugin_host_origin(host, i));
        return 0;
    }
    return facet_usage_error(usage, "there is no plugin %s", name);
}

int facet_command_plugins(int argc, char **argv) {
    const char *name = NULL;
    bool json = false;
    const struct facet_flag flags[] = {{"--json", &json}, {0}};
    int over;
    if (!facet_parse_flags(argc, argv, usage, flags, &name, &over)) return over;
    struct facet_error error = {0};
    struct facet_plugin_host *host = NULL;
    int code = facet_plugin_host_create(facet_builtin_plugins, &host, &error);
    if (code == FACET_OK) code = facet_plugin_host_load(host, getenv("FACET_PLUGIN_PATH"), &error);
    int status = code != FACET_OK ? facet_complain(&error) : name ? show(host, name, json) : list(host, json);
    facet_plugin_host_destroy(host);
    return status;
}
