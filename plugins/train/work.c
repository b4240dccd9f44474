#include "train/work.h"

#include <math.h>
#include <stdlib.h>

// Micro-batches, one after the other, of a rank's thread for one batch of so many rows.
static double rounds(double rows, double micro, double ranks, double threads) {
    return ceil(ceil(ceil(rows / micro) / ranks) / threads);
}

static double batches(double rows, double batch) {
    return rows > 0 ? ceil(rows / batch) : 0;
}

// The pictures, when they fit, as feed_open has it.
static int held(const struct facet_params *params, struct facet_stage *stage, double scale, double *bytes,
                struct facet_error *error) {
    struct facet_field views;
    int code = facet_stage_field(stage, "views", &views, error);
    if (code) return code;
    double pictures = scale * (double)facet_items_count(facet_stage_items(stage)) * (double)facet_field_bytes(&views);
    *bytes = pictures <= (double)facet_param_int(params, "cache_mb") * 1048576 ? pictures : 1;
    return FACET_OK;
}

int train_work(const struct facet_params *params, struct facet_stage *stage, double scale, struct facet_work *work,
               struct facet_error *error) {
    enum { ENDS_OF_EPOCHS, STEPS, ROUNDS, ROUNDS_OF_VALIDATION };
    struct facet_array roles = {0};
    double *amount = work->amount;
    int code = held(params, stage, scale, &work->bytes, error);
    if (!code) code = facet_stage_read(stage, "folds/role", &roles, error);
    if (code) return code;
    double epochs = (double)facet_param_int(params, "epochs"), batch = (double)facet_param_int(params, "batch");
    double micro = (double)facet_param_int(params, "micro"), threads = facet_stage_threads(stage);
    double ranks = facet_comm_size(facet_stage_comm(stage));
    const uint8_t *role = roles.data, *valid = facet_stage_valid(stage);
    for (int64_t fold = 0; fold < roles.dims[0]; fold++) {
        double trained = 0, validated = 0;
        for (int64_t row = 0; row < roles.dims[1]; row++, role++) {
            trained += valid[row] && *role == ROLE_TRAIN;
            validated += valid[row] && *role == ROLE_VALIDATION;
        }
        double steps = batches(scale * trained, batch), looks = batches(scale * validated, batch);
        amount[ENDS_OF_EPOCHS] += epochs;
        amount[STEPS] += epochs * steps;
        if (steps > 0) amount[ROUNDS] += epochs * steps * rounds(scale * trained / steps, micro, ranks, threads);
        if (looks > 0)
            amount[ROUNDS_OF_VALIDATION] += epochs * looks * rounds(scale * validated / looks, micro, ranks, threads);
    }
    facet_array_free(&roles);
    return FACET_OK;
}
