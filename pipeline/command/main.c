#include "pipeline/command/command.h"
#include "pipeline/command/view.h"

#include <stdio.h>
#include <string.h>

static const struct {
    const char *name;
    int (*run)(int argc, char **argv);
    const char *summary;
} commands[] = {
    {"run", facet_command_run, "carry out a pipeline file, doing only what is not done"},
    {"plan", facet_command_plan, "predict time, memory and disk of a run from a pilot"},
    {"index", facet_command_index, "list the files of a source and look at every scan once"},
    {"status", facet_command_status, "how far a workspace is, while it runs and afterwards"},
    {"cite", facet_command_cite, "what to cite for a workspace"},
    {"plugins", facet_command_plugins, "list plugins, or the parameters of one"},
    {"info", facet_command_info, "look into a container or a workspace"},
    {"verify", facet_command_verify, "check every unit of a container or a workspace against its hash"},
    {"diff", facet_command_diff, "compare two containers by content"},
    {"forget", facet_command_forget, "erase a person from a workspace and keep them away"},
    {"view", facet_command_view, "draw rows of a container as a contact sheet"},
    {"bench", facet_command_bench, "measure this machine, and how close facet comes to it"},
};
enum { N_COMMANDS = sizeof commands / sizeof *commands };

static void print_help(FILE *to) {
    fprintf(
        to,
        "usage: facet COMMAND [OPTION]...\n\nFacial-expression recognition from 3D and 4D scans on CPU clusters.\n\n");
    for (int i = 0; i < N_COMMANDS; i++) fprintf(to, "  %-9s %s\n", commands[i].name, commands[i].summary);
    fprintf(to, "\nfacet COMMAND --help tells more. facet --version prints the version.\n"
                "Exit status: 0 done, 1 failed, 2 usage or configuration, 3 too many rows set aside,\n"
                "75 stopped cleanly on request (run again to go on).\n");
}

int main(int argc, char **argv) {
    if (argc < 2) {
        print_help(stderr);
        return 2;
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) {
        print_help(stdout);
        return 0;
    }
    if (strcmp(argv[1], "--version") == 0) {
        puts(FACET_VERSION);
        return 0;
    }
    for (int i = 0; i < N_COMMANDS; i++)
        if (strcmp(argv[1], commands[i].name) == 0) return commands[i].run(argc - 1, argv + 1);
    fprintf(stderr, "facet: there is no command %s; facet --help lists them\n", argv[1]);
    return 2;
}
