#include "pipeline/command/command.h"

#include "pipeline/output.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char usage[] =
    "usage: facet verify FILE|WORKSPACE\n"
    "Reads every unit again and compares it with the hash recorded when it was written. Exit status 0:\n"
    "all match; 1: the units listed do not, or are not done. facet run makes them again.\n";

static int verify(struct facet_container *container, void *context, struct facet_error *error) {
    int64_t *total_bad = context, units, n_bad;
    uint8_t *bad;
    bool items_match;
    int code = facet_output_verify(container, &bad, &units, &n_bad, &items_match, error);
    if (code != FACET_OK) return code;
    if (!items_match) printf("%s: the item table or the list of units was altered\n", facet_container_path(container));
    printf("%s: %lld of %lld units match\n", facet_container_path(container), (long long)(units - n_bad),
           (long long)units);
    for (int64_t unit = 0; unit < units; unit++) {
        int64_t range[2] = {0};
        if (!bad[unit]) continue;
        facet_container_read(container, "units/range", unit, 1, range, NULL);
        printf("  unit %lld, rows %lld to %lld, does not match its hash or is not done\n", (long long)unit,
               (long long)range[0], (long long)range[1] - 1);
    }
    free(bad);
    if (n_bad || !items_match) facet_marks_remove(facet_container_path(container)); // the next run looks itself
    *total_bad += n_bad + !items_match;
    return FACET_OK;
}

int facet_command_verify(int argc, char **argv) {
    if (argc == 2 && strcmp(argv[1], "--help") == 0) return fputs(usage, stdout), 0;
    if (argc != 2 || argv[1][0] == '-') return facet_usage_error(usage, "expected a file or a workspace");
    struct facet_error error = {0};
    int64_t bad = 0;
    int code = facet_for_each_container(argv[1], verify, &bad, &error);
    if (code != FACET_OK) return facet_complain(&error);
    return bad ? 1 : 0;
}
