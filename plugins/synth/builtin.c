// The built-in face as a deformable model: every direction worked out once, at the mean face.
#include "synth/grid.h"
#include "synth/model.h"
#include "synth/pulls.h"

#include <string.h>

// An eyeball's sites all stand at its pole, so it moves as a whole.
static void fill_identity(const struct grid *grid, int64_t i, const double place[3], struct synth_model *model) {
    for (int d = 0; d < model->n_identity; d++) {
        double offset[3] = {0};
        identity_displace(d, &grid->sites[i], place, offset);
        for (int k = 0; k < 3; k++) model->identity[(d * model->n_vertices + i) * 3 + k] = (float)offset[k];
    }
}

static void fill_units(const struct grid *grid, int64_t i, const double place[3], struct synth_model *model) {
    int u = 0;
    for (int s = 0; s < unit_specs_count; s++) {
        const struct unit_spec *spec = &unit_specs[s];
        for (int side = spec->sided ? SYNTH_RIGHT : SYNTH_BOTH; side <= spec->sided; side += 2, u++) {
            double offset[3] = {0};
            unit_displace(spec, side, &grid->sites[i], place, offset);
            for (int k = 0; k < 3; k++) model->units[u].offset[3 * i + k] = (float)offset[k];
        }
    }
}

static int count_units(void) {
    int n = 0;
    for (int s = 0; s < unit_specs_count; s++) n += unit_specs[s].sided ? 2 : 1;
    return n;
}

static void name_units(struct synth_model *model) {
    int u = 0;
    for (int s = 0; s < unit_specs_count; s++) {
        const struct unit_spec *spec = &unit_specs[s];
        for (int side = spec->sided ? SYNTH_RIGHT : SYNTH_BOTH; side <= spec->sided; side += 2, u++) {
            model->units[u].au = spec->au;
            model->units[u].side = side;
        }
    }
}

static void fill(const struct grid *grid, struct synth_model *model) {
    memcpy(model->triangles, grid->triangles, (size_t)model->n_triangles * 3 * sizeof *model->triangles);
    name_units(model);
    for (int64_t i = 0; i < model->n_vertices; i++) {
        double place[3];
        anatomy_place(&grid->sites[i], &anatomy_lids_rest, place);
        for (int k = 0; k < 3; k++) model->mean[3 * i + k] = (float)place[k];
        fill_identity(grid, i, place, model);
        fill_units(grid, i, place, model);
    }
}

int synth_model_builtin(double density, struct synth_model *model, struct facet_error *error) {
    struct grid grid;
    int code = grid_create(density, &grid, error);
    if (code) return code;
    *model = (struct synth_model){.n_vertices = grid.n_sites,
                                  .n_triangles = grid.n_triangles,
                                  .n_identity = identity_count,
                                  .n_units = count_units()};
    code = synth_model_allocate(model, error);
    if (!code) fill(&grid, model);
    grid_free(&grid);
    return code;
}
