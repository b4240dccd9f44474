// facet forget WORKSPACE --subject S: erases a person's rows and keeps them away.
#include "pipeline/command/command.h"

#include "mpi/ranks.h"
#include "pipeline/forget.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char usage[] =
    "usage: facet forget WORKSPACE --subject S [--subject S]... [OPTION]...\n"
    "Erases every row of these people from the workspace, sees to it that later runs neither load nor write\n"
    "them, and lists the trained models that saw them.\n"
    "  --subject S      the person, as the source names them; may be given again\n"
    "  --dataset D      the source they are in; needed when several have a subject of this name\n"
    "  --drop-models    remove trained models that saw them: the next run trains anew\n"
    "  --dry-run        say what would be done\n"
    "  --json           the same as JSON\n";

enum { MOST_SUBJECTS = 1024 };
struct arguments {
    const char *workspace, *subjects[MOST_SUBJECTS];
    struct facet_forget_options options;
    bool json, help;
};

static int parse(int argc, char **argv, struct arguments *a) {
    enum { SUBJECT = 1, DATASET, DROP_MODELS, DRY_RUN, JSON, HELP };
    static const struct option options[] = {{"subject", required_argument, NULL, SUBJECT},
                                            {"dataset", required_argument, NULL, DATASET},
                                            {"drop-models", no_argument, NULL, DROP_MODELS},
                                            {"dry-run", no_argument, NULL, DRY_RUN},
                                            {"json", no_argument, NULL, JSON},
                                            {"help", no_argument, NULL, HELP},
                                            {0}};
    opterr = 0;
    for (int option; (option = getopt_long(argc, argv, "", options, NULL)) != -1;) switch (option) {
        case SUBJECT:
            if (!*optarg) return facet_usage_error(usage, "--subject is empty");
            if (a->options.n_subjects == MOST_SUBJECTS)
                return facet_usage_error(usage, "more than %d --subject", MOST_SUBJECTS);
            a->subjects[a->options.n_subjects++] = optarg;
            break;
        case DATASET:
            a->options.dataset = optarg;
            break;
        case DROP_MODELS:
            a->options.drop_models = true;
            break;
        case DRY_RUN:
            a->options.dry_run = true;
            break;
        case JSON:
            a->json = true;
            break;
        case HELP:
            a->help = true;
            return 0;
        default:
            return facet_usage_error(usage, "unknown option or missing value: %s", argv[optind - 1]);
        }
    if (optind + 1 != argc) return facet_usage_error(usage, "expected one workspace");
    if (!a->options.n_subjects) return facet_usage_error(usage, "who? say --subject");
    a->workspace = argv[optind];
    a->options.subjects = a->subjects;
    return 0;
}

static const char *text_of(const json_t *entry, const char *key) {
    return json_string_value(json_object_get(entry, key));
}

static void print_models(const json_t *models) {
    size_t i;
    json_t *entry;
    json_array_foreach(models, i, entry) {
        const json_t *folds = json_object_get(entry, "folds");
        char *list = json_dumps(folds, JSON_COMPACT | JSON_ENCODE_ANY);
        bool dropped = json_is_true(json_object_get(entry, "dropped"));
        printf("  %s was trained on them, folds %s%s\n", text_of(entry, "file"),
               json_is_null(folds) || !list ? "unknown" : list,
               dropped ? ": removed" : ": until it is trained anew; --drop-models removes it");
        free(list);
    }
}

static void print_list(const json_t *list, const char *what) {
    size_t i;
    json_t *entry;
    json_array_foreach(list, i, entry) printf("  %s %s\n", json_string_value(entry), what);
}

static void print_report(const json_t *report) {
    size_t i;
    json_t *entry;
    bool dry = json_is_true(json_object_get(report, "dry_run"));
    printf("%s: %lld rows %s\n", text_of(report, "workspace"),
           (long long)json_integer_value(json_object_get(report, "rows")), dry ? "to be erased" : "erased");
    json_array_foreach(json_object_get(report, "containers"), i, entry) {
        const char *done = text_of(entry, "done");
        printf("  %s: %lld rows, %s%s\n", text_of(entry, "file"),
               (long long)json_integer_value(json_object_get(entry, "rows")),
               dry && strncmp(done, "left", 4) != 0 ? "to be " : "", done);
    }
    print_list(json_object_get(report, "removed"), dry ? "to be removed" : "removed");
    print_models(json_object_get(report, "models"));
    print_list(json_object_get(report, "summaries"), "was computed with them; the next run computes it anew");
    json_array_foreach(json_object_get(report, "mentions"), i, entry) {
        const char *attribute = text_of(entry, "attribute");
        printf("  %s%s%s still has the name in it\n", text_of(entry, "file"), attribute ? ", attribute " : "",
               attribute ? attribute : "");
    }
}

static void print(const json_t *report, bool json) {
    char *text = json ? json_dumps(report, JSON_INDENT(2)) : NULL;
    if (text) puts(text);
    if (!json) print_report(report);
    free(text);
}

int facet_command_forget(int argc, char **argv) {
    struct arguments a = {0};
    struct facet_error error = {0};
    struct facet_comm *world;
    json_t *report = NULL;
    int status = parse(argc, argv, &a);
    if (status != 0) return status;
    if (a.help) return fputs(usage, stdout), 0;
    int code = facet_ranks_start(NULL, NULL, &world, &error);
    if (code != FACET_OK) return facet_complain(&error);
    code = facet_forget(a.workspace, &a.options, &report, &error);
    if (code == FACET_OK) print(report, a.json);
    json_decref(report);
    facet_ranks_stop(world);
    return code == FACET_OK ? 0 : facet_complain(&error);
}
