// facet bench: measures this machine and how close Facet comes to it; one sub-command a table entry.
#include "pipeline/command/bench.h"

#include "pipeline/command/command.h"

#include <stdio.h>
#include <string.h>

static const struct {
    const char *name;
    int (*run)(int argc, char **argv);
    const char *summary;
} benches[] = {
    {"io", facet_command_bench_io, "kept stages beside plain MPI-IO: writing and reading back"},
};
enum { N_BENCHES = sizeof benches / sizeof *benches };

static void print_help(FILE *to) {
    fputs("usage: facet bench WHAT [OPTION]...\nMeasures this machine, and how close Facet comes to it.\n\n", to);
    for (int i = 0; i < N_BENCHES; i++) fprintf(to, "  %-9s %s\n", benches[i].name, benches[i].summary);
    fputs("\nfacet bench WHAT --help tells more.\n", to);
}

int facet_command_bench(int argc, char **argv) {
    if (argc == 2 && strcmp(argv[1], "--help") == 0) return print_help(stdout), 0;
    for (int i = 0; argc > 1 && i < N_BENCHES; i++)
        if (strcmp(argv[1], benches[i].name) == 0) return benches[i].run(argc - 1, argv + 1);
    if (argc > 1) fprintf(stderr, "facet: there is no bench %s\n", argv[1]);
    print_help(stderr);
    return 2;
}
