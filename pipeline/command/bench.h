// The benches of facet bench, each in a file of its own; found in the table of bench.c.
#ifndef FACET_PIPELINE_COMMAND_BENCH_H
#define FACET_PIPELINE_COMMAND_BENCH_H

int facet_command_bench_io(int argc, char **argv);

#endif
