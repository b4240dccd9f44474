// A map stage for tests of the engine: passes number on, and notes in a file which processors its thread may use, a line
// a unit: "PROCESS first-processor number-of-processors".
#include "map.h"

#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <unistd.h>

static const struct facet_param_spec params[] = {
    {.name = "notes", .type = FACET_PARAM_STRING, .doc = "File to which lines are added."},
    {0},
};
static const struct facet_need needs[] = {{.name = "number", .rows = true}, {0}};
static const char *const makes[] = {"passed", NULL};

static int create(const struct facet_params *p, struct facet_stage *stage, void **self, struct facet_error *error) {
    (void)stage;
    const char *path = facet_param_string(p, "notes");
    FILE *notes = fopen(path, "a");
    if (!notes) return facet_error_set(error, FACET_ERROR_IO, "%s cannot be opened", path);
    *self = notes;
    return FACET_OK;
}

static int declare(const void *self, const struct facet_field *in, struct facet_field *out, struct facet_error *error) {
    (void)self, (void)in, (void)error;
    out[0] = (struct facet_field){.name = "passed", .type = FACET_F64};
    return FACET_OK;
}

static int transform(const void *self, const struct facet_block *in, struct facet_block *out,
                     struct facet_error *error) {
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set) != 0)
        return facet_error_set(error, FACET_ERROR_INTERNAL, "the system does not tell");
    int first = 0;
    while (first < CPU_SETSIZE - 1 && !CPU_ISSET(first, &set)) first++;
    dprintf(fileno((FILE *)self), "%d %d %d\n", (int)getpid(), first, CPU_COUNT(&set));
    for (int64_t row = 0; row < facet_block_rows(in); row++)
        if (facet_block_valid(in, row))
            *(double *)facet_block_data(out, 0, row) = *(const double *)facet_block_read(in, 0, row);
    return FACET_OK;
}

static void destroy(void *self) {
    if (self) fclose(self);
}

MAP_PLUGIN("where", "Notes where its threads run.", params, create, destroy);
