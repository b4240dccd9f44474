#include "pipeline/command/command.h"

#include "mpi/ranks.h"
#include "pipeline/command/display.h"
#include "pipeline/params.h"
#include "pipeline/stop.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char usage[] =
    "usage: facet run FILE [OPTION]...\n"
    "Carries out the pipeline FILE, under any MPI launcher or none. What is done already is not done again.\n"
    "  --set PATH=VALUE   override a setting: seed=3, train.epochs=5, lab.subjects=10, stages[1].size=64\n"
    "  --from STAGE       make STAGE and everything after it again\n"
    "  --until STAGE      stop after STAGE, and keep what it makes\n"
    "  --retry-quarantined  try again the rows that were set aside, and only those\n"
    "  --fresh            remove this pipeline's containers from the workspace first\n"
    "  --max-time TIME    stop cleanly after this long: 5400, 90m, 3:50:00 (key max_time)\n"
    "  --stop-signal NAME one more signal that asks the run to stop, beside TERM, INT, USR1 (key stop_signal)\n"
    "  --interrupted-exit N  exit status of a run that was stopped, instead of 75 (key interrupted_exit)\n"
    "  --dry-run          say what would be done\n"
    "  --quiet            no progress\n";

// ---- the command ----------------------------------------------------------------------------------------------------

struct arguments {
    const char *file;
    struct facet_sets sets;
    int stop_signal;
    char max_time[128], stop_signal_name[128], interrupted_exit[128]; // as --set has them
    bool quiet, help;
    struct facet_run_options options;
};

// An option that stands for a key of the pipeline file.
static int add_key(struct arguments *a, const char *format, const char *value, char *set, size_t size,
                   struct facet_error *error) {
    snprintf(set, size, format, value);
    return facet_add_set(&a->sets, set, error);
}

static int parse(int argc, char **argv, struct arguments *a, struct facet_error *error) {
    enum { SET = 1, FROM, UNTIL, RETRY, FRESH, MAX_TIME, STOP_SIGNAL, INTERRUPTED_EXIT, DRY_RUN, QUIET, HELP };
    static const struct option options[] = {{"set", required_argument, NULL, SET},
                                            {"from", required_argument, NULL, FROM},
                                            {"until", required_argument, NULL, UNTIL},
                                            {"fresh", no_argument, NULL, FRESH},
                                            {"max-time", required_argument, NULL, MAX_TIME},
                                            {"stop-signal", required_argument, NULL, STOP_SIGNAL},
                                            {"interrupted-exit", required_argument, NULL, INTERRUPTED_EXIT},
                                            {"dry-run", no_argument, NULL, DRY_RUN},
                                            {"quiet", no_argument, NULL, QUIET},
                                            {"help", no_argument, NULL, HELP},
                                            {"retry-quarantined", no_argument, NULL, RETRY},
                                            {0}};
    *a = (struct arguments){0};
    opterr = 0;
    const char *names;
    int code = FACET_OK;
    for (int option; code == FACET_OK && (option = getopt_long(argc, argv, "", options, NULL)) != -1;) switch (option) {
        case SET:
            code = facet_add_set(&a->sets, optarg, error);
            break;
        case MAX_TIME:
            code = add_key(a, "max_time=\"%s\"", optarg, a->max_time, sizeof a->max_time, error);
            break;
        case STOP_SIGNAL:
            a->stop_signal = facet_stop_signal_named(optarg, &names);
            code = add_key(a, "stop_signal=\"%s\"", optarg, a->stop_signal_name, sizeof a->stop_signal_name, error);
            break;
        case INTERRUPTED_EXIT:
            code = add_key(a, "interrupted_exit=%s", optarg, a->interrupted_exit, sizeof a->interrupted_exit, error);
            break;
        case FROM:
            a->options.from = optarg;
            break;
        case UNTIL:
            a->options.until = optarg;
            break;
        case RETRY:
            a->options.retry_quarantined = true;
            break;
        case FRESH:
            a->options.fresh = true;
            break;
        case DRY_RUN:
            a->options.dry_run = true;
            break;
        case QUIET:
            a->quiet = true;
            break;
        case HELP:
            a->help = true;
            return FACET_OK;
        default:
            return facet_error_set(error, FACET_ERROR_USAGE, "unknown option or missing value: %s", argv[optind - 1]);
        }
    if (code != FACET_OK) return code;
    if (optind + 1 != argc) return facet_error_set(error, FACET_ERROR_USAGE, "expected one pipeline file");
    a->file = argv[optind];
    return FACET_OK;
}

// The command as it could be typed again: what a shell would take apart is quoted.
static char *join(int argc, char **argv) {
    char *text = NULL;
    bool good = facet_text_append(&text, "facet");
    for (int i = 0; good && i < argc; i++) {
        bool plain = *argv[i] && !argv[i][strcspn(argv[i], " \t\n\"'\\$`*?[](){}<>|&;#~!")];
        good = plain ? facet_text_append(&text, " %s", argv[i]) : facet_text_append(&text, " '%s'", argv[i]);
    }
    if (good) return text;
    free(text);
    return NULL;
}

int facet_command_run(int argc, char **argv) {
    struct arguments a;
    struct facet_error error = {0};
    int parsed = parse(argc, argv, &a, &error);
    if (parsed == FACET_OK && a.help) {
        fputs(usage, stdout);
        return 0;
    }
    struct facet_comm *world = NULL;
    struct facet_plugin_host *host = NULL;
    struct facet_config config = {0};
    struct facet_run_summary summary = {0};
    struct facet_display display = {.terminal = isatty(STDERR_FILENO)};
    facet_ranks_end_with_launcher();
    facet_stop_on_signals(a.stop_signal); // before MPI starts, which takes a while
    int status;
    if (!facet_begin(parsed, usage, &world, &error, &status)) return status;
    char *command = join(argc, argv);
    a.options.command = command;
    if (!a.quiet)
        a.options.events =
            (struct facet_run_events){facet_display_progress, facet_display_note, facet_display_alarm, &display};
    else if (a.options.dry_run)
        a.options.events = (struct facet_run_events){.note = facet_display_note, .context = &display};
    int code = command ? FACET_OK : facet_error_set(&error, FACET_ERROR_MEMORY, "out of memory for the command line");
    code = facet_comm_agree(world, code, &error);
    if (code == FACET_OK) code = facet_load_pipeline(a.file, a.sets.all, a.sets.n, world, &host, &config, &error);
    a.options.events.alarm = facet_display_alarm;
    if (code == FACET_OK) facet_stop_on_signals(config.stop.signal);
    if (code == FACET_OK) code = facet_run_pipeline(world, &config, &a.options, &summary, &error);
    if (facet_comm_rank(world) == 0 && summary.count) facet_display_summary(&summary);
    status = facet_finish(world, code, config.stop.exit_status, &error);
    facet_config_free(&config);
    facet_plugin_host_destroy(host);
    facet_ranks_stop(world);
    free(command);
    return status;
}
