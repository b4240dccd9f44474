// How fast a kept stage goes to disk and comes back, beside plain MPI-IO moving the same rows in the same pattern.
#ifndef FACET_PIPELINE_BENCH_IO_H
#define FACET_PIPELINE_BENCH_IO_H

#include <facet/comm.h>
#include <facet/field.h>

struct facet_bench_io_plan {
    const char *folder;       // the scratch files are made and removed here
    struct facet_field field; // what a row holds; a ragged row is between half and quite full
    int64_t rows, unit_rows;
    int repeats; // pairs
};

// Seconds a pair took, the median over the pairs; ratio is plain over facet of one pair, the median of that.
struct facet_bench_io_times {
    double facet, plain, ratio;
};

struct facet_bench_io_result {
    int64_t units;
    size_t unit_bytes, bytes;          // what plain MPI-IO moves: of the first unit, of all
    struct facet_bench_io_times write; // all rows handed to the system
    struct facet_bench_io_times flush; // the same, flushed to the device and closed
    struct facet_bench_io_times read;
};

// Collective, all arguments agree; the result is rank 0's. Errors: IO, MEMORY, DATA (what was read is not what was
// written).
int facet_bench_io(struct facet_comm *comm, const struct facet_bench_io_plan *plan,
                   struct facet_bench_io_result *result, struct facet_error *error);

#endif
