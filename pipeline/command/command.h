// The facet command: one function a sub-command, found in the table of main.c.
#ifndef FACET_PIPELINE_COMMAND_H
#define FACET_PIPELINE_COMMAND_H

#include "io/h5/container.h"
#include "pipeline/config.h"

#include <facet/comm.h>
#include <facet/error.h>

// argv[0] is the sub-command's name. Each returns an exit status. Results go to stdout, everything else to stderr.
int facet_command_run(int argc, char **argv);
int facet_command_plan(int argc, char **argv);
int facet_command_index(int argc, char **argv);
int facet_command_status(int argc, char **argv);
int facet_command_cite(int argc, char **argv);
int facet_command_plugins(int argc, char **argv);
int facet_command_info(int argc, char **argv);
int facet_command_verify(int argc, char **argv);
int facet_command_diff(int argc, char **argv);
int facet_command_forget(int argc, char **argv);
int facet_command_bench(int argc, char **argv);

// "facet: sentence" on stderr; returns the exit status of error->code.
int facet_complain(const struct facet_error *error);
int facet_usage_error(const char *usage, const char *format, ...) FACET_PRINTF(2, 3); // returns 2

// The arguments of a command of one process that takes flags and one operand at the most. False when the command is over:
// *status is its exit status.
struct facet_flag {
    const char *name; // "--json"; NULL ends the list
    bool *given;
};
bool facet_parse_flags(int argc, char **argv, const char *usage, const struct facet_flag *flags, const char **operand,
                       int *status);

// What --set gives.
enum { FACET_MOST_SETS = 256 };
struct facet_sets {
    const char *all[FACET_MOST_SETS];
    int n;
};
int facet_add_set(struct facet_sets *sets, const char *set, struct facet_error *error); // errors: USAGE

// What commands of many ranks share. Loads plugins and file; the first rank that finds it wrong
// prints how. Collective.
int facet_load_pipeline(const char *file, const char *const *sets, int n_sets, struct facet_comm *world,
                        struct facet_plugin_host **host, struct facet_config *config, struct facet_error *error);
// Starts MPI for a command line that was understood, or not (`parsed`, `error`): all ranks were given the same, and one
// tells. False when the command is over: *status is its exit status. Collective.
bool facet_begin(int parsed, const char *usage, struct facet_comm **world, struct facet_error *error, int *status);
// For facet_set_fatal_handler: a broken invariant on one rank must not leave the others waiting.
void facet_end_all_ranks(const char *file, int line, const char *text);
// The end of a command of many ranks, whose code is `code` here and on every rank that MPI can still reach: the sentence
// is told once. Returns the exit status (`interrupted` for FACET_INTERRUPTED), or ends the process where MPI cannot be
// ended in an orderly way. Collective.
int facet_finish(struct facet_comm *world, int code, int interrupted, struct facet_error *error);
int facet_finish_unstarted(int code, struct facet_error *error); // the same when facet_ranks_start failed

// A command that looks at containers runs as one process. Calls `look` on FILE, or on every container of a WORKSPACE in
// name order; stops at the first failure.
typedef int facet_look(struct facet_container *container, void *context, struct facet_error *error);
int facet_for_each_container(const char *path, facet_look *look, void *context, struct facet_error *error);

#endif
