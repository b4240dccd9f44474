// facet status WORKSPACE: how far a run is, from another shell or afterwards.
#include "pipeline/status.h"

#include "pipeline/command/command.h"
#include "pipeline/command/display.h"

#include <stdlib.h>
#include <string.h>

static const char usage[] =
    "usage: facet status WORKSPACE [--json]\n"
    "Shows how far the pipeline in WORKSPACE is, while it runs and afterwards. Only reads, needs no launcher.\n"
    "Exit status 0; 2: there is no such workspace.\n";

static const char *text_of(const json_t *object, const char *key) {
    const char *text = json_string_value(json_object_get(object, key));
    return text ? text : "";
}

static double number_of(const json_t *object, const char *key) {
    return json_number_value(json_object_get(object, key));
}

static void print_head(const json_t *status) {
    const json_t *run = json_object_get(status, "run");
    const char *state = text_of(status, "state"), *job = text_of(run, "slurm_job"), *message = text_of(run, "message");
    char silent[32];
    facet_display_time(number_of(status, "silent_seconds"), silent, sizeof silent);
    if (!json_is_object(run)) {
        printf("%s: no run.json; what the containers say:\n", text_of(status, "workspace"));
        return;
    }
    printf("%s: pipeline %s, %.0f rows, %.0f ranks x %.0f threads, process %.0f on %s%s%s\n",
           text_of(status, "workspace"), text_of(run, "pipeline"), number_of(run, "rows"), number_of(run, "ranks"),
           number_of(run, "threads"), number_of(run, "pid"), text_of(run, "host"), *job ? ", Slurm job " : "", job);
    if (strcmp(state, "running") == 0)
        printf("running since %s, last word %s ago\n", text_of(run, "began"), silent);
    else if (strcmp(state, "no sign of life") == 0)
        printf("no sign of life since %s (%s ago); run again to go on\n", text_of(run, "updated"), silent);
    else
        printf("%s at %s%s%s\n", state, text_of(run, "updated"), *message ? ": " : "", message);
}

static void print_stage(const json_t *stage) {
    char done[64] = "", seconds[32] = "-", hours[32] = "-";
    const char *state = text_of(stage, "state"), *what = text_of(stage, "what");
    if (number_of(stage, "total") > 0 && strcmp(state, "not begun") != 0)
        snprintf(done, sizeof done, "%.0f of %.0f %.*s", number_of(stage, "done"), number_of(stage, "total"),
                 (int)strcspn(what, " "), what);
    if (number_of(stage, "seconds_all_runs") > 0) {
        snprintf(seconds, sizeof seconds, "%.1f", number_of(stage, "seconds_all_runs"));
        snprintf(hours, sizeof hours, "%.4f", number_of(stage, "core_hours_all_runs"));
    }
    printf("%-14s %-10s %-22s %9.0f %9s %10s\n", text_of(stage, "name"), state, done, number_of(stage, "set_aside"),
           seconds, hours);
    if (*text_of(stage, "problem")) printf("    cannot be read now: %s\n", text_of(stage, "problem"));
}

static void print_now(const json_t *status) {
    const json_t *now = json_object_get(json_object_get(status, "run"), "now"),
                 *left = json_object_get(now, "seconds_left");
    if (!json_is_true(json_object_get(status, "alive")) || !json_is_object(now)) return;
    printf("at work on %s", text_of(now, "stage"));
    if (number_of(now, "total") > 0)
        printf(": %.0f of %.0f %s", number_of(now, "done"), number_of(now, "total"), text_of(now, "what"));
    if (number_of(now, "rate") > 0) printf(", %.3g a second", number_of(now, "rate"));
    if (number_of(now, "rows_per_second") > 0) printf(" (%.3g rows)", number_of(now, "rows_per_second"));
    if (json_is_number(left)) {
        char text[32];
        facet_display_time(json_number_value(left), text, sizeof text);
        printf(", %s left", text);
    }
    printf("; moved last at %s\n", text_of(now, "moved"));
}

static void print_reasons(const json_t *stages) {
    json_t *stage, *count;
    const char *reason;
    size_t i;
    bool any = false;
    json_array_foreach(stages, i, stage) json_object_foreach(json_object_get(stage, "reasons"), reason, count) {
        if (!any) puts("set aside:");
        any = true;
        printf("  %-14s %-22s %lld rows\n", text_of(stage, "name"), reason, (long long)json_integer_value(count));
    }
}

static void print_text(const json_t *status) {
    json_t *stages = json_object_get(status, "stages"), *stage;
    size_t i;
    print_head(status);
    print_now(status);
    printf("%-14s %-10s %-22s %9s %9s %10s\n", "stage", "state", "done", "set aside", "seconds", "core-hours");
    json_array_foreach(stages, i, stage) print_stage(stage);
    print_reasons(stages);
}

int facet_command_status(int argc, char **argv) {
    const char *workspace = NULL;
    bool json = false;
    const struct facet_flag flags[] = {{"--json", &json}, {0}};
    int over;
    if (!facet_parse_flags(argc, argv, usage, flags, &workspace, &over)) return over;
    if (!workspace) return facet_usage_error(usage, "expected a workspace");
    struct facet_error error = {0};
    json_t *status;
    int code = facet_status_read(workspace, &status, &error);
    if (code != FACET_OK) return facet_complain(&error);
    char *text = json ? json_dumps(status, JSON_INDENT(2)) : NULL;
    if (text)
        puts(text);
    else
        print_text(status);
    free(text);
    json_decref(status);
    return 0;
}
