// A map stage that takes time but no core: each unit sleeps for a log-normal time drawn from its first row. Its rows hold
// when they were begun and ended, by the system's clock, and how long the sleep was meant to be: for measuring balance.
#include "map.h"

#include <facet/random.h>

#include <errno.h>
#include <math.h>
#include <time.h>

static const struct facet_param_spec params[] = {
    {.name = "mean_ms",
     .type = FACET_PARAM_FLOAT,
     .fallback = "10.0",
     .unit = "ms",
     .min = 0,
     .max = 60000,
     .doc = "Mean."},
    {.name = "sigma", .type = FACET_PARAM_FLOAT, .fallback = "1.0", .min = 0, .max = 4, .doc = "Of the logarithm."},
    {0},
};
static const struct facet_need needs[] = {{.name = "x", .rows = true}, {0}};
static const char *const makes[] = {"began", "ended", "meant", NULL};

struct nap {
    double mean, sigma; // s
    uint64_t seed;
};

static int create(const struct facet_params *p, struct facet_stage *stage, void **self, struct facet_error *error) {
    struct nap *nap = malloc(sizeof *nap);
    if (!nap) return facet_error_set(error, FACET_ERROR_MEMORY, "out of memory");
    *nap = (struct nap){facet_param_float(p, "mean_ms") * 1e-3, facet_param_float(p, "sigma"), facet_stage_seed(stage)};
    *self = nap;
    return FACET_OK;
}

static int declare(const void *self, const struct facet_field *in, struct facet_field *out, struct facet_error *error) {
    (void)self, (void)in, (void)error;
    out[0] = (struct facet_field){.name = "began", .type = FACET_F64};
    out[1] = (struct facet_field){.name = "ended", .type = FACET_F64};
    out[2] = (struct facet_field){.name = "meant", .type = FACET_F64};
    return FACET_OK;
}

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static int transform(const void *self, const struct facet_block *in, struct facet_block *out,
                     struct facet_error *error) {
    const struct nap *nap = self;
    (void)error;
    double began = now(), normal = facet_random_normal(nap->seed, (uint32_t)facet_block_first(in), 0, 0);
    double seconds = nap->mean * exp(nap->sigma * normal - 0.5 * nap->sigma * nap->sigma);
    struct timespec left = {(time_t)seconds, (long)(1e9 * (seconds - floor(seconds)))};
    while (nanosleep(&left, &left) != 0 && errno == EINTR) {
    }
    double ended = now();
    for (int64_t row = 0; row < facet_block_rows(in); row++) {
        *(double *)facet_block_data(out, 0, row) = began;
        *(double *)facet_block_data(out, 1, row) = ended;
        *(double *)facet_block_data(out, 2, row) = seconds;
    }
    return FACET_OK;
}

MAP_PLUGIN("nap", "Sleeps.", params, create, free);
