#include "pipeline/command/command.h"
#include "pipeline/command/display.h"

#include "mpi/ranks.h"
#include "pipeline/builtin.h"
#include "pipeline/duration.h"
#include "pipeline/index.h"
#include "pipeline/stop.h"

#include <facet/json.h>
#include <getopt.h>
#include <jansson.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char usage[] =
    "usage: facet index PLUGIN ROOT [OPTION]...\n"
    "Lists the files below ROOT (a folder or an archive), loads every row of the source PLUGIN once and writes what it "
    "saw\n"
    "into one file, for the source's parameter `index`. Where the file is there already only what changed is read.\n"
    "  --set KEY=VALUE      a parameter of the source, as in a pipeline file\n"
    "  --out FILE           the index; default: the last name of ROOT with .index.h5 after it, in this folder\n"
    "  --max-time TIME      stop cleanly after this long: 5400, 90m, 3:50:00\n"
    "  --json               print the summary as JSON\n"
    "  --quiet              do not show progress\n";

struct arguments {
    struct facet_sets sets;
    bool json, help, quiet;
    char out[PATH_MAX];
    struct facet_index_options options;
};

static void name_index(const char *root, char *out, size_t size) {
    size_t length = strlen(root);
    while (length > 1 && root[length - 1] == '/') length--;
    const char *slash = memrchr(root, '/', length), *name = slash && slash + 1 < root + length ? slash + 1 : root;
    snprintf(out, size, "%.*s.index.h5", (int)(root + length - name), name);
}

static int parse(int argc, char **argv, struct arguments *a, struct facet_error *error) {
    enum { SET = 1, OUT, MAX_TIME, JSON, QUIET, HELP };
    static const struct option options[] = {{"set", required_argument, NULL, SET},
                                            {"max-time", required_argument, NULL, MAX_TIME},
                                            {"out", required_argument, NULL, OUT},
                                            {"json", no_argument, NULL, JSON},
                                            {"quiet", no_argument, NULL, QUIET},
                                            {"help", no_argument, NULL, HELP},
                                            {0}};
    *a = (struct arguments){0};
    opterr = 0;
    for (int option; (option = getopt_long(argc, argv, "", options, NULL)) != -1;) switch (option) {
        case SET:
            if (facet_add_set(&a->sets, optarg, error)) return error->code;
            break;
        case OUT:
            a->options.out = optarg;
            break;
        case MAX_TIME:
            if (!facet_duration_read(optarg, &a->options.stop.max_time))
                return facet_error_set(error, FACET_ERROR_USAGE,
                                       "--max-time: %s is no time; write 5400, 90m, 2h or 3:50:00", optarg);
            break;
        case JSON:
            a->json = true;
            break;
        case QUIET:
            a->quiet = true;
            break;
        case HELP:
            a->help = true;
            return FACET_OK;
        default:
            return facet_error_set(error, FACET_ERROR_USAGE, "unexpected %s", argv[optind - 1]);
        }
    if (argc - optind != 2) return facet_error_set(error, FACET_ERROR_USAGE, "expected a plugin and a root");
    a->options.sets = a->sets.all, a->options.n_sets = a->sets.n;
    a->options.plugin = argv[optind], a->options.root = argv[optind + 1];
    name_index(a->options.root, a->out, sizeof a->out);
    if (!a->options.out) a->options.out = a->out;
    if (strlen(a->options.out) > PATH_MAX - 32)
        return facet_error_set(error, FACET_ERROR_USAGE, "--out: the name is too long");
    return FACET_OK;
}

static void show_progress(int64_t done, int64_t total) {
    fprintf(stderr, "index: %lld of %lld rows\n", (long long)done, (long long)total);
}

// ---- the summary --------------------------------------------------------------------------------------------------------

static void print_number(const char *name, int64_t number) {
    printf("%-10s %12lld\n", name, (long long)number);
}

static void print_labels(const struct facet_index_summary *s) {
    for (int i = 0; i < s->n_labels; i++) printf("  %-24s %12lld\n", s->labels[i].name, (long long)s->labels[i].rows);
    if (s->unlabelled) printf("  %-24s %12lld\n", "(no label)", (long long)s->unlabelled);
}

static void print_broken(const struct facet_index_summary *s) {
    print_number("broken", s->broken);
    if (s->noted) print_number("noted", s->noted);
    for (int r = 0; r < s->n_reasons; r++) {
        const struct facet_index_reason *reason = &s->reasons[r];
        for (int i = 0; i < FACET_INDEX_EXAMPLES && i < reason->count; i++) printf("  %s\n", reason->example[i]);
        if (reason->count > FACET_INDEX_EXAMPLES)
            printf("  and %lld more like these\n", (long long)reason->count - FACET_INDEX_EXAMPLES);
    }
    if (s->others) printf("  and %lld for other reasons: see scans/messages of the index\n", (long long)s->others);
}

static void print_summary(const struct arguments *a, const struct facet_index_summary *s) {
    char took[32];
    facet_duration_write(s->seconds, took, sizeof took);
    print_number("files", s->files), print_number("bytes", s->bytes), print_number("rows", s->rows);
    print_number("  new", s->added), print_number("  changed", s->changed), print_number("  unchanged", s->unchanged);
    print_number("  gone", s->gone), print_number("read now", s->read), print_number("subjects", s->subjects);
    print_number("labels", s->n_labels), print_labels(s), print_broken(s);
    for (int i = 0; i < s->n_notes; i++) printf("note: %s\n", s->notes[i]);
    if (s->other_settings)
        printf("note: the index that was there was made with other settings or another version; all was read again\n");
    printf("index: %s, in %s\n", a->options.out, took);
}

static json_t *reasons_json(const struct facet_index_summary *s) {
    json_t *all = json_array();
    for (int r = 0; r < s->n_reasons; r++) {
        json_t *examples = json_array();
        for (int i = 0; i < FACET_INDEX_EXAMPLES && s->reasons[r].example[i]; i++)
            json_array_append_new(examples, facet_json_text(s->reasons[r].example[i]));
        json_array_append_new(all,
                              json_pack("{s:I, s:o}", "count", (json_int_t)s->reasons[r].count, "examples", examples));
    }
    return all;
}

static json_t *labels_json(const struct facet_index_summary *s) {
    json_t *all = json_object();
    for (int i = 0; i < s->n_labels; i++) {
        json_t *name = facet_json_text(s->labels[i].name);
        const char *key = json_string_value(name);
        json_int_t others = json_integer_value(json_object_get(all, key)); // of a name that became the same
        json_object_set_new(all, key, json_integer(others + s->labels[i].rows));
        json_decref(name);
    }
    return all;
}

static json_t *summary_json(const struct arguments *a, const struct facet_index_summary *s) {
    json_t *notes = json_array();
    for (int i = 0; i < s->n_notes; i++) json_array_append_new(notes, facet_json_text(s->notes[i]));
    return json_pack("{s:o, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:b, s:I, s:I, s:o, s:I, s:I, s:I, s:o, s:I, s:o, s:f}",
                     "index", facet_json_text(a->options.out), "files", (json_int_t)s->files, "bytes",
                     (json_int_t)s->bytes, "rows", (json_int_t)s->rows, "new", (json_int_t)s->added, "changed",
                     (json_int_t)s->changed, "unchanged", (json_int_t)s->unchanged, "gone", (json_int_t)s->gone,
                     "other_settings", (int)s->other_settings, "read", (json_int_t)s->read, "subjects",
                     (json_int_t)s->subjects, "labels", labels_json(s), "unlabelled", (json_int_t)s->unlabelled,
                     "broken", (json_int_t)s->broken, "noted", (json_int_t)s->noted, "reasons", reasons_json(s),
                     "other_reasons", (json_int_t)s->others, "notes", notes, "seconds", s->seconds);
}

static int print_json(const struct arguments *a, const struct facet_index_summary *s, struct facet_error *error) {
    json_t *whole = summary_json(a, s);
    char *text = whole ? json_dumps(whole, JSON_INDENT(2)) : NULL;
    json_decref(whole);
    if (!text) return facet_error_set(error, FACET_ERROR_MEMORY, "out of memory for the summary");
    puts(text);
    free(text);
    return FACET_OK;
}

static int print(const struct arguments *a, const struct facet_index_summary *summary, struct facet_error *error) {
    if (a->json) return print_json(a, summary, error);
    print_summary(a, summary);
    return FACET_OK;
}

static int load_plugins(struct facet_comm *world, struct facet_plugin_host **host, struct facet_error *error) {
    int code = facet_plugin_host_create(facet_builtin_plugins, host, error);
    if (code == FACET_OK) code = facet_plugin_host_load(*host, getenv("FACET_PLUGIN_PATH"), error);
    return facet_comm_agree(world, code, error);
}

int facet_command_index(int argc, char **argv) {
    struct arguments a;
    struct facet_error error = {0};
    int parsed = parse(argc, argv, &a, &error);
    if (parsed == FACET_OK && a.help) return fputs(usage, stdout), 0;
    struct facet_comm *world = NULL;
    struct facet_plugin_host *host = NULL;
    struct facet_index_summary summary = {0};
    facet_ranks_end_with_launcher();
    facet_stop_on_signals(0); // before MPI starts, which takes a while
    int status;
    if (!facet_begin(parsed, usage, &world, &error, &status)) return status;
    if (!a.quiet) a.options.progress = show_progress;
    int code = load_plugins(world, &host, &error);
    if (code == FACET_OK) code = facet_index_run(world, host, &a.options, &summary, &error);
    if (code == FACET_OK && facet_comm_rank(world) == 0) code = print(&a, &summary, &error);
    status = facet_finish(world, code, facet_code_exit_status(FACET_INTERRUPTED), &error);
    facet_index_summary_free(&summary);
    facet_plugin_host_destroy(host);
    facet_ranks_stop(world);
    return status;
}
