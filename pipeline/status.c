#include "pipeline/status_internal.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { SILENCE = 60 }; // seconds without a word after which a run is not taken to be alive

static const char *text_of(const json_t *object, const char *key) {
    const char *text = json_string_value(json_object_get(object, key));
    return text ? text : "";
}

static int64_t number_of(const json_t *object, const char *key) {
    return json_integer_value(json_object_get(object, key));
}

// Seconds since "2026-11-25T01:11:39Z"; negative when it is no time.
static double age_of(const char *text) {
    struct tm tm = {0};
    if (!strptime(text, "%Y-%m-%dT%H:%M:%SZ", &tm)) return -1;
    double age = difftime(time(NULL), timegm(&tm));
    return age < 0 ? 0 : age; // the other node's clock may be ahead
}

// On this host the process can be asked for; elsewhere only its silence tells.
static bool is_alive(const json_t *run, double age) {
    char host[128] = "";
    gethostname(host, sizeof host - 1);
    pid_t pid = (pid_t)number_of(run, "pid");
    bool here = strcmp(host, text_of(run, "host")) == 0 && pid > 0;
    if (here && kill(pid, 0) != 0 && errno == ESRCH) return false;
    return age >= 0 && age <= SILENCE;
}

static bool works_on(const json_t *run, const char *stage) {
    json_t *name;
    size_t i;
    json_array_foreach(json_object_get(json_object_get(run, "now"), "stages"), i,
                       name) if (strcmp(json_string_value(name), stage) == 0) return true;
    return false;
}

static const char *state_of(const json_t *stage, bool running, bool exists) {
    const char *told = text_of(stage, "state");
    bool kept = json_is_true(json_object_get(stage, "kept")) || exists, readable = !json_object_get(stage, "problem");
    int64_t done = number_of(stage, "done"), total = number_of(stage, "total");
    if (running) return "running";
    if (strcmp(told, "running") == 0 && !exists) return "begun"; // the run ended in it without a word
    if (kept && !exists) return strcmp(told, "not begun") == 0 || !*told || done == 0 ? "not begun" : "begun";
    if (exists && readable) return done == total ? "done" : "begun";
    return *told ? strcmp(told, "running") == 0 ? "begun" : told : "unknown";
}

// The run's word counts while it is at work on a stage, the container's otherwise.
static void settle_stage(const char *workspace, const json_t *run, bool alive, json_t *stages, json_t *stage,
                         struct status_seen *seen) {
    const json_t *now = json_object_get(run, "now");
    bool exists, running = alive && works_on(run, text_of(stage, "name"));
    status_read_container(workspace, stages, stage, seen, &exists);
    if (!exists && json_is_true(json_object_get(stage, "kept")) && strcmp(text_of(stage, "state"), "done") == 0)
        json_object_set_new(stage, "done", json_integer(0)); // its container is gone
    if (running && number_of(now, "total") > 0) {            // once it is known
        static const char *const keys[] = {"done", "total", "what"};
        for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
            json_object_set(stage, keys[i], json_object_get(now, keys[i]));
    }
    json_object_set_new(stage, "state", json_string(state_of(stage, running, exists)));
}

// What no container says yet, the run says of its stages: their rows set aside, without the reasons.
static void sum_reasons(json_t *stages) {
    json_t *stage, *count;
    const char *key;
    size_t i;
    json_array_foreach(stages, i, stage) {
        json_t *reasons = json_object_get(stage, "reasons");
        int64_t sum = 0;
        json_object_foreach(reasons, key, count) sum += json_integer_value(count);
        if (reasons) json_object_set_new(stage, "set_aside", json_integer(sum));
    }
}

static void add_alive(json_t *status, const json_t *run) {
    double age = age_of(text_of(run, "updated"));
    const char *state = text_of(run, "state");
    bool running = strcmp(state, "running") == 0, alive = running && is_alive(run, age);
    json_object_set_new(status, "state", json_string(!run ? "unknown" : running && !alive ? "no sign of life" : state));
    json_object_set_new(status, "alive", json_boolean(alive));
    if (run && age >= 0) json_object_set_new(status, "silent_seconds", json_real(age));
}

static json_t *read_run(const char *workspace) {
    char path[4200];
    snprintf(path, sizeof path, "%s/run.json", workspace);
    json_t *run = json_load_file(path, 0, NULL);
    if (json_is_object(run)) return run;
    json_decref(run);
    return NULL;
}

// Also a workspace whose run never came to write run.json is one.
static bool has_pipeline(const char *workspace) {
    char path[4200];
    snprintf(path, sizeof path, "%s/pipeline.cfg", workspace);
    return access(path, F_OK) == 0;
}

int facet_status_read(const char *workspace, json_t **status, struct facet_error *error) {
    struct stat is;
    struct status_seen seen = {0};
    *status = NULL;
    if (stat(workspace, &is) != 0 || !S_ISDIR(is.st_mode))
        return facet_error_set(error, FACET_ERROR_USAGE, "%s: there is no such workspace", workspace);
    setenv("HDF5_USE_FILE_LOCKING", "FALSE", 0); // nothing is locked, least of all what a run writes
    json_t *run = read_run(workspace), *stages = json_object_get(run, "stages"), *stage;
    stages = stages ? json_incref(stages) : status_stages_of_containers(workspace);
    if (!stages && !has_pipeline(workspace))
        return facet_error_set(error, FACET_ERROR_USAGE, "%s: is no workspace, nothing has been run in it", workspace);
    json_t *s = json_pack("{s:s}", "workspace", workspace);
    if (!s) return json_decref(run), json_decref(stages), facet_error_set(error, FACET_ERROR_MEMORY, "out of memory");
    add_alive(s, run);
    bool alive = json_is_true(json_object_get(s, "alive"));
    size_t i;
    json_array_foreach(stages, i, stage) settle_stage(workspace, run, alive, stages, stage, &seen);
    sum_reasons(stages);
    json_object_set_new(s, "stages", stages ? stages : json_array());
    if (run) json_object_del(run, "stages");
    json_object_set_new(s, "run", run ? run : json_null());
    free(seen.rows);
    *status = s;
    return FACET_OK;
}
