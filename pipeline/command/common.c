#include "pipeline/command/command.h"

#include "mpi/ranks.h"
#include "pipeline/builtin.h"
#include "pipeline/run.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

int facet_complain(const struct facet_error *error) {
    fprintf(stderr, "facet: %s\n", error->text);
    return facet_code_exit_status(error->code);
}

int facet_usage_error(const char *usage, const char *format, ...) {
    va_list args;
    va_start(args, format);
    fprintf(stderr, "facet: ");
    vfprintf(stderr, format, args);
    fprintf(stderr, "\n%s", usage);
    va_end(args);
    return 2;
}

static bool take_flag(const struct facet_flag *flags, const char *argument) {
    while (flags->name && strcmp(argument, flags->name) != 0) flags++;
    if (flags->name) *flags->given = true;
    return flags->name != NULL;
}

bool facet_parse_flags(int argc, char **argv, const char *usage, const struct facet_flag *flags, const char **operand,
                       int *status) {
    for (int i = 1; i < argc; i++) {
        if (take_flag(flags, argv[i])) continue;
        if (strcmp(argv[i], "--help") == 0) return *status = 0, fputs(usage, stdout), false;
        if (argv[i][0] == '-' || *operand) return *status = facet_usage_error(usage, "unexpected %s", argv[i]), false;
        *operand = argv[i];
    }
    return true;
}

// Is this the first of the ranks that failed?
static bool first_to_fail(struct facet_comm *world, int code) {
    int size = facet_comm_size(world), *all = calloc((size_t)size, sizeof *all), first = 0;
    bool room = !facet_comm_any(world, all == NULL);
    if (room) facet_comm_allgather(world, &code, sizeof code, all, NULL);
    while (room && first < size && all[first] == FACET_OK) first++;
    free(all);
    return first == facet_comm_rank(world) && code != FACET_OK;
}

// A file or plugin that is older on one node would have the ranks do different things.
static int check_same(struct facet_comm *world, const struct facet_config *config, struct facet_error *error) {
    char *text = facet_config_text(config);
    struct facet_hash mine = {0};
    if (text) mine = facet_hash_bytes(mine, text, strlen(text));
    struct facet_hash first = mine;
    int code = text ? FACET_OK : facet_error_set(error, FACET_ERROR_MEMORY, "out of memory for %s", config->file);
    free(text);
    code = facet_comm_agree(world, code, error);
    if (code == FACET_OK) code = facet_comm_bcast(world, &first, sizeof first, 0, error);
    if (code == FACET_OK && memcmp(&mine, &first, sizeof mine) != 0)
        code = facet_error_set(error, FACET_ERROR_CONFIG,
                               "%s, or a plugin it names, is not what rank 0 finds under that name", config->file);
    return facet_comm_agree(world, code, error);
}

int facet_load_pipeline(const char *file, const char *const *sets, int n_sets, struct facet_comm *world,
                        struct facet_plugin_host **host, struct facet_config *config, struct facet_error *error) {
    char *report = NULL;
    int code = facet_plugin_host_create(facet_builtin_plugins, host, error);
    if (code == FACET_OK) code = facet_plugin_host_load(*host, getenv("FACET_PLUGIN_PATH"), error);
    if (code == FACET_OK) code = facet_config_load(file, sets, n_sets, *host, config, &report, error);
    if (first_to_fail(world, code) && report) fprintf(stderr, "%s\n", report);
    free(report);
    code = facet_comm_agree(world, code, error);
    return code == FACET_OK ? check_same(world, config, error) : code;
}

int facet_add_set(struct facet_sets *sets, const char *set, struct facet_error *error) {
    if (sets->n == FACET_MOST_SETS)
        return facet_error_set(error, FACET_ERROR_USAGE, "more than %d --set", FACET_MOST_SETS);
    sets->all[sets->n++] = set;
    return FACET_OK;
}

bool facet_begin(int parsed, const char *usage, struct facet_comm **world, struct facet_error *error, int *status) {
    int code = facet_ranks_start(NULL, NULL, world, parsed == FACET_OK ? error : NULL);
    if (code != FACET_OK) return *status = facet_finish_unstarted(code, error), false;
    facet_set_fatal_handler(facet_end_all_ranks);
    if (parsed == FACET_OK) return true;
    if (facet_ranks_own() == 0) facet_usage_error(usage, "%s", error->text);
    facet_ranks_stop(*world);
    return *status = facet_code_exit_status(FACET_ERROR_USAGE), false;
}

static int look_into(const char *path, facet_look *look, void *context, struct facet_error *error) {
    struct facet_container *container;
    int code = facet_container_open(MPI_COMM_SELF, path, false, &container, error);
    if (code != FACET_OK) return code;
    code = look(container, context, error);
    facet_container_close(container, NULL);
    return code;
}

static int is_container(const struct dirent *file) {
    const char *dot = strchr(file->d_name, '.');
    return dot && strcmp(dot, ".h5") == 0; // not stage.checkpoint.h5
}

static int look_into_folder(const char *folder, facet_look *look, void *context, struct facet_error *error) {
    struct dirent **files;
    int count = scandir(folder, &files, is_container, alphasort), code = FACET_OK;
    if (count < 0) return facet_error_set(error, FACET_ERROR_IO, "%s: %s", folder, strerror(errno));
    if (count == 0) code = facet_error_set(error, FACET_ERROR_IO, "%s: holds no containers (*.h5)", folder);
    for (int i = 0; i < count; i++) {
        char path[4200];
        snprintf(path, sizeof path, "%s/%s", folder, files[i]->d_name);
        if (code == FACET_OK) code = look_into(path, look, context, error);
        free(files[i]);
    }
    free(files);
    return code;
}

int facet_for_each_container(const char *path, facet_look *look, void *context, struct facet_error *error) {
    struct facet_comm *world;
    struct stat status;
    int code = facet_ranks_start(NULL, NULL, &world, error);
    if (code != FACET_OK) return code;
    if (stat(path, &status) != 0)
        code = facet_error_set(error, FACET_ERROR_USAGE, "%s: %s", path, strerror(errno));
    else if (S_ISDIR(status.st_mode))
        code = look_into_folder(path, look, context, error);
    else
        code = look_into(path, look, context, error);
    facet_ranks_stop(world);
    return code;
}
