#include "pipeline/command/command.h"

#include "mpi/ranks.h"
#include "pipeline/plan.h"
#include "pipeline/stop.h"

#include <getopt.h>
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char usage[] =
    "usage: facet plan FILE [OPTION]...\n"
    "Tries the pipeline FILE on a few rows and predicts what a run takes. The workspace is not touched and nothing is "
    "left\n"
    "behind. Under an MPI launcher the pilot runs on its ranks.\n"
    "  --set PATH=VALUE     override a setting, as in facet run\n"
    "  --ranks N            predict a run on N ranks (default: those of this launch)\n"
    "  --threads N          with N threads a rank (default: as a run here would have)\n"
    "  --pilot-seconds S    what the pilot should take; default 20. Two small sizes are tried whatever that takes\n"
    "  --json               print the prediction as JSON\n";

struct arguments {
    const char *file;
    struct facet_sets sets;
    bool json, help;
    struct facet_plan_options options;
};

static bool number(const char *text, double least, double most, double *value) {
    char *end;
    *value = strtod(text, &end);
    return end != text && !*end && *value >= least && *value <= most;
}

static int parse(int argc, char **argv, struct arguments *a, struct facet_error *error) {
    enum { SET = 1, RANKS, THREADS, SECONDS, JSON, HELP };
    static const struct option options[] = {{"set", required_argument, NULL, SET},
                                            {"ranks", required_argument, NULL, RANKS},
                                            {"threads", required_argument, NULL, THREADS},
                                            {"pilot-seconds", required_argument, NULL, SECONDS},
                                            {"json", no_argument, NULL, JSON},
                                            {"help", no_argument, NULL, HELP},
                                            {0}};
    *a = (struct arguments){.options = {.seconds = 20, .sweeper = -1}};
    opterr = 0;
    double n = 0;
    for (int option; (option = getopt_long(argc, argv, "", options, NULL)) != -1;) switch (option) {
        case SET:
            if (facet_add_set(&a->sets, optarg, error)) return error->code;
            break;
        case RANKS:
        case THREADS:
            if (!number(optarg, 1, 1e6, &n) || n != floor(n))
                return facet_error_set(error, FACET_ERROR_USAGE, "--%s %s: expected a whole number above 0",
                                       option == RANKS ? "ranks" : "threads", optarg);
            *(option == RANKS ? &a->options.ranks : &a->options.threads) = (int)n;
            break;
        case SECONDS:
            if (!number(optarg, 0, 1e6, &a->options.seconds))
                return facet_error_set(error, FACET_ERROR_USAGE, "--pilot-seconds %s: expected seconds", optarg);
            break;
        case JSON:
            a->json = true;
            break;
        case HELP:
            a->help = true;
            return 0;
        default:
            return facet_error_set(error, FACET_ERROR_USAGE, "unknown option or missing value: %s", argv[optind - 1]);
        }
    if (optind + 1 != argc) return facet_error_set(error, FACET_ERROR_USAGE, "expected one pipeline file");
    a->file = argv[optind];
    return 0;
}

// ---- for people -----------------------------------------------------------------------------------------------------

static const char *size_text(double bytes, char text[32]) {
    static const char *const units[] = {"B", "KiB", "MiB", "GiB", "TiB", "PiB"};
    int u = 0;
    for (; bytes >= 1024 && u < 5; u++) bytes /= 1024;
    if (bytes > 0)
        snprintf(text, 32, u && bytes < 10 ? "%.1f %s" : "%.0f %s", bytes, units[u]);
    else
        snprintf(text, 32, "-");
    return text;
}

static const char *time_text(double seconds, char text[32]) {
    long long whole = (long long)ceil(seconds);
    snprintf(text, 32, "%02lld:%02lld:%02lld", whole / 3600, whole / 60 % 60, whole % 60);
    return text;
}

static void print_stage(const struct facet_plan *plan, const struct facet_plan_stage *stage) {
    char kept[32], memory[32], units[32] = "-";
    if (stage->map) snprintf(units, sizeof units, "%lld", (long long)stage->units);
    printf("%-14s %10lld %8s %10s %10s %12.1f\n", stage->name, (long long)plan->rows, units,
           size_text(stage->kept ? stage->bytes : 0, kept), size_text(stage->memory, memory), stage->seconds);
}

static void print_pilots(const struct facet_plan *plan) {
    double seconds = 0;
    printf("\npilot: ");
    for (int i = 0; i < plan->n_pilots; i++) {
        seconds += plan->pilots[i].seconds;
        printf("%s%lld", i ? ", " : "", (long long)plan->pilots[i].rows);
        if (plan->pilots[i].ranks != plan->pilot_ranks) printf(" (on 1 rank)");
    }
    printf(" of %lld rows on %d rank%s with %d thread%s each, %.1f s\n", (long long)plan->rows, plan->pilot_ranks,
           plan->pilot_ranks == 1 ? "" : "s", plan->pilot_threads, plan->pilot_threads == 1 ? "" : "s", seconds);
}

static void print_plan(const char *file, const struct facet_plan *plan) {
    char bytes[32], memory[32], time[32], limit[32];
    printf("%s: %lld rows of %lld subjects in %d dataset%s, %d classes\n", file, (long long)plan->rows,
           (long long)plan->subjects, plan->datasets, plan->datasets == 1 ? "" : "s", plan->classes);
    printf("a run on %d rank%s with %d thread%s each, from nothing:\n\n", plan->ranks, plan->ranks == 1 ? "" : "s",
           plan->threads, plan->threads == 1 ? "" : "s");
    printf("%-14s %10s %8s %10s %10s %12s\n", "stage", "rows", "units", "kept", "rank holds", "seconds");
    for (int i = 0; i < plan->n_stages; i++) print_stage(plan, &plan->stages[i]);
    printf("%-14s %10lld %8s %10s %10s %12.1f  = %s\n", "all", (long long)plan->rows, "", size_text(plan->bytes, bytes),
           size_text(plan->memory, memory), plan->seconds, time_text(plan->seconds, time));
    print_pilots(plan);
    for (int i = 0; i < plan->n_warnings; i++) printf("warning: %s\n", plan->warnings[i]);
    for (int i = 0; i < plan->n_notes; i++) printf("assumed: %s\n", plan->notes[i]);
    printf("batch job: --ntasks=%d --cpus-per-task=%d --time=%s\n", plan->ranks, plan->threads,
           time_text(plan->limit, limit));
}

// ---- for programs ---------------------------------------------------------------------------------------------------

static json_t *stages_json(const struct facet_plan *plan) {
    json_t *all = json_array();
    for (int i = 0; i < plan->n_stages; i++) {
        const struct facet_plan_stage *s = &plan->stages[i];
        json_array_append_new(all, json_pack("{s:s, s:s, s:b, s:I, s:I, s:f, s:f, s:f}", "name", s->name, "kind",
                                             s->map ? "map" : "collective", "kept", s->kept, "rows",
                                             (json_int_t)plan->rows, "units", (json_int_t)s->units, "seconds",
                                             s->seconds, "bytes", s->bytes, "memory", s->memory));
    }
    return all;
}

static json_t *pilots_json(const struct facet_plan *plan) {
    json_t *all = json_array();
    for (int i = 0; i < plan->n_pilots; i++)
        json_array_append_new(all, json_pack("{s:I, s:I, s:i, s:f}", "rows", (json_int_t)plan->pilots[i].rows,
                                             "set_aside", (json_int_t)plan->pilots[i].bad, "ranks",
                                             plan->pilots[i].ranks, "seconds", plan->pilots[i].seconds));
    return all;
}

static int print_json(const struct facet_plan *plan, struct facet_error *error) {
    json_t *notes = json_array(), *warnings = json_array();
    for (int i = 0; i < plan->n_warnings; i++) json_array_append_new(warnings, json_string(plan->warnings[i]));
    for (int i = 0; i < plan->n_notes; i++) json_array_append_new(notes, json_string(plan->notes[i]));
    json_t *whole =
        json_pack("{s:I, s:I, s:i, s:i, s:i, s:i, s:i, s:i, s:f, s:f, s:f, s:f, s:f, s:o, s:o, s:o, s:o}", "rows",
                  (json_int_t)plan->rows, "subjects", (json_int_t)plan->subjects, "datasets", plan->datasets, "classes",
                  plan->classes, "ranks", plan->ranks, "threads", plan->threads, "pilot_ranks", plan->pilot_ranks,
                  "pilot_threads", plan->pilot_threads, "opening_seconds", plan->opening, "seconds", plan->seconds,
                  "bytes", plan->bytes, "memory", plan->memory, "limit_seconds", plan->limit, "stages",
                  stages_json(plan), "pilots", pilots_json(plan), "assumed", notes, "warnings", warnings);
    char *text = whole ? json_dumps(whole, JSON_INDENT(2) | JSON_REAL_PRECISION(9)) : NULL;
    json_decref(whole);
    if (!text) return facet_error_set(error, FACET_ERROR_MEMORY, "out of memory for the prediction");
    puts(text);
    free(text);
    return FACET_OK;
}

// ---- the command ----------------------------------------------------------------------------------------------------

static int print(const struct arguments *a, const struct facet_plan *plan, struct facet_error *error) {
    if (a->json) return print_json(plan, error);
    print_plan(a->file, plan);
    return FACET_OK;
}

int facet_command_plan(int argc, char **argv) {
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
    struct facet_plan plan;
    facet_stop_on_signals(0);
    if (parsed == FACET_OK)
        a.options.sweeper = facet_sweeper_start(); // before MPI starts, which does not like to be forked
    int status;
    if (!facet_begin(parsed, usage, &world, &error, &status)) return status;
    int code = facet_load_pipeline(a.file, a.sets.all, a.sets.n, world, &host, &config, &error);
    if (code == FACET_OK) facet_stop_on_signals(config.stop.signal);
    if (code == FACET_OK) code = facet_plan_pipeline(world, &config, &a.options, &plan, &error);
    if (code == FACET_OK && facet_comm_rank(world) == 0) code = print(&a, &plan, &error);
    status = facet_finish(world, code, config.stop.exit_status, &error);
    facet_config_free(&config);
    facet_plugin_host_destroy(host);
    facet_ranks_stop(world);
    return status;
}
