// facet cite WORKSPACE: what the plugins that made a workspace ask to be cited for.
#include "pipeline/citation.h"
#include "pipeline/command/command.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static const char usage[] = "usage: facet cite WORKSPACE [--bibtex]\n"
                            "Prints what the plugins of the stages that made WORKSPACE ask to be cited for.\n";

struct citing {
    bool bibtex;
    json_t *seen; // texts printed already
    int count;
};

// What TeX would take for a command.
static void print_tex(const char *text) {
    for (; *text; text++) {
        if (strchr("&%$#_", *text)) putchar('\\');
        putchar(*text);
    }
}

static void print_entry(const char *plugin, int number, const struct facet_paper *paper) {
    printf("@misc{facet-%s-%d,\n  title = {{", plugin, number);
    print_tex(paper->text);
    printf("}},\n");
    if (*paper->year) printf("  year = {%s},\n", paper->year);
    if (*paper->arxiv) printf("  eprint = {%s},\n  archivePrefix = {arXiv},\n", paper->arxiv);
    if (*paper->url) printf("  url = {%s},\n", paper->url);
    printf("  note = {cited for the Facet plugin %s}\n}\n", plugin);
}

static void print_papers(const json_t *made_by, struct citing *citing) {
    const char *plugin = json_string_value(json_object_get(made_by, "plugin"));
    const char *at = json_string_value(json_object_get(made_by, "citation"));
    struct facet_paper paper;
    for (int number = 1; plugin && facet_next_paper(&at, &paper); number++) {
        if (json_object_get(citing->seen, paper.text)) continue;
        json_object_set_new(citing->seen, paper.text, json_true());
        citing->count++;
        if (citing->bibtex)
            print_entry(plugin, number, &paper);
        else
            printf("%-12s %s%s%s\n", plugin, paper.text, *paper.url ? " " : "", paper.url);
    }
}

static int print_all(const char *workspace, struct citing *citing, struct facet_error *error) {
    static const char *const lists[] = {"sources", "stages"};
    char path[4200];
    json_error_t problem;
    json_t *one;
    size_t i;
    snprintf(path, sizeof path, "%s/run.json", workspace);
    json_t *run = json_load_file(path, 0, &problem);
    if (!run) return facet_error_set(error, FACET_ERROR_USAGE, "%s: %s", path, problem.text);
    for (size_t list = 0; list < sizeof lists / sizeof *lists; list++)
        json_array_foreach(json_object_get(run, lists[list]), i, one) print_papers(one, citing);
    json_decref(run);
    if (citing->count == 0 && !citing->bibtex) puts("nothing to cite");
    return FACET_OK;
}

int facet_command_cite(int argc, char **argv) {
    const char *workspace = NULL;
    struct citing citing = {0};
    const struct facet_flag flags[] = {{"--bibtex", &citing.bibtex}, {0}};
    int over;
    if (!facet_parse_flags(argc, argv, usage, flags, &workspace, &over)) return over;
    if (!workspace) return facet_usage_error(usage, "expected a workspace");
    struct facet_error error = {0};
    citing.seen = json_object();
    int code = print_all(workspace, &citing, &error);
    json_decref(citing.seen);
    return code == FACET_OK ? 0 : facet_complain(&error);
}
