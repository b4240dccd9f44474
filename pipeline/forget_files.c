// What a workspace holds beside its containers, and who is named there.
#include "pipeline/forget_internal.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

void facet_forget_tell(struct facet_forgetting *f, const char *list, json_t *entry) {
    json_array_append_new(json_object_get(f->report, list), entry);
}

static bool ends_with(const char *text, const char *end) {
    size_t a = strlen(text), b = strlen(end);
    return a >= b && strcmp(text + a - b, end) == 0;
}

static int is_container(const struct dirent *file) {
    const char *dot = strchr(file->d_name, '.');
    return dot && strcmp(dot, ".h5") == 0; // not stage.checkpoint.h5
}

int facet_forget_containers(const char *workspace, char ***names, int *count, struct facet_error *error) {
    struct dirent **files;
    *names = NULL, *count = 0;
    int n = scandir(workspace, &files, is_container, alphasort), code = FACET_OK;
    if (n < 0) return facet_error_set(error, FACET_ERROR_USAGE, "%s: %s", workspace, strerror(errno));
    *names = calloc((size_t)n + 1, sizeof **names);
    for (int i = 0; i < n; i++) {
        char *name = *names ? strdup(files[i]->d_name) : NULL;
        if (name)
            (*names)[(*count)++] = name;
        else
            code = facet_error_set(error, FACET_ERROR_MEMORY, "out of memory for the containers of %s", workspace);
        free(files[i]);
    }
    free(files);
    for (int i = 0; code != FACET_OK && i < *count; i++) free((*names)[i]);
    if (code != FACET_OK) free(*names), *names = NULL;
    return code;
}

bool facet_forget_is_ours(const char *path) {
    static const char signature[8] = {'\x89', 'H', 'D', 'F', '\r', '\n', '\x1a', '\n'};
    char head[8];
    FILE *file = fopen(path, "rb");
    if (!file) return false;
    size_t got = fread(head, 1, sizeof head, file);
    fclose(file);
    return got == 0 || (got == sizeof head && memcmp(head, signature, sizeof head) == 0);
}

// ---- files that go --------------------------------------------------------------------------------------------------

// A picture that facet view puts beside a container A.h5: A.png or A.gif, or of several pages A-1.png.
static bool is_sheet(const char *name, const char *workspace) {
    char path[4300];
    size_t length = strlen(name);
    if (!ends_with(name, ".png") && !ends_with(name, ".gif")) return false;
    snprintf(path, sizeof path, "%s/%.*s.h5", workspace, (int)(length - 4), name);
    if (access(path, F_OK) == 0) return true;
    for (length -= 4; length > 0 && name[length - 1] >= '0' && name[length - 1] <= '9'; length--) continue;
    if (length == 0 || name[length - 1] != '-') return false;
    snprintf(path, sizeof path, "%s/%.*s.h5", workspace, (int)(length - 1), name);
    return access(path, F_OK) == 0;
}

// Unfinished files, state of training, and pictures of scans.
static bool must_go(const char *name, const char *workspace) {
    static const char *const ends[] = {".h5.part", ".h5.new", ".h5.new.part", ".checkpoint.h5", ".checkpoint.h5.part"};
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
        if (ends_with(name, ends[i])) return true;
    if (strcmp(name, "duplicates.csv") == 0 || strcmp(name, "duplicates.csv.new") == 0)
        return true; // names people, and files of theirs
    return is_sheet(name, workspace);
}

static int remove_file(struct facet_forgetting *f, const char *relative, struct facet_error *error) {
    char path[4300];
    snprintf(path, sizeof path, "%s/%s", f->workspace, relative);
    facet_forget_tell(f, "removed", json_string(relative));
    if (f->dry_run || unlink(path) == 0 || errno == ENOENT) return FACET_OK;
    return facet_error_set(error, FACET_ERROR_IO, "%s: cannot be removed: %s", path, strerror(errno));
}

// The files of a folder that `goes` picks, not those of folders inside it.
static int clean_folder(struct facet_forgetting *f, const char *folder, bool (*goes)(const char *, const char *),
                        struct facet_error *error) {
    char path[4300], relative[600];
    struct dirent **files;
    struct stat status;
    int code = FACET_OK;
    snprintf(path, sizeof path, "%s/%s", f->workspace, folder);
    int n = scandir(path, &files, NULL, alphasort);
    if (n < 0 && errno == ENOENT) return FACET_OK;
    if (n < 0) return facet_error_set(error, FACET_ERROR_IO, "%s: %s", path, strerror(errno));
    for (int i = 0; i < n; i++) {
        const char *name = files[i]->d_name;
        snprintf(path, sizeof path, "%s/%s/%s", f->workspace, folder, name);
        snprintf(relative, sizeof relative, "%s%s%s", folder, *folder ? "/" : "", name);
        bool file = lstat(path, &status) == 0 && !S_ISDIR(status.st_mode);
        if (code == FACET_OK && file && (!goes || goes(name, f->workspace))) code = remove_file(f, relative, error);
        free(files[i]);
    }
    free(files);
    return code;
}

// What evaluate writes for people beside its container.
static void tell_summaries(struct facet_forgetting *f) {
    static const char *const files[] = {"metrics.json", "metrics.txt"};
    char path[4300];
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        snprintf(path, sizeof path, "%s/%s", f->workspace, files[i]);
        if (access(path, F_OK) == 0) facet_forget_tell(f, "summaries", json_string(files[i]));
    }
}

int facet_forget_clean(struct facet_forgetting *f, struct facet_error *error) {
    if (json_integer_value(json_object_get(f->report, "rows")) > 0) tell_summaries(f);
    int code = clean_folder(f, "", must_go, error);
    if (code == FACET_OK) code = clean_folder(f, "report", NULL, error);
    return code == FACET_OK ? clean_folder(f, "report/pictures", NULL, error) : code;
}

// ---- files that still name somebody ---------------------------------------------------------------------------------

// The name by itself, not as part of a longer word.
static bool names(const char *text, size_t size, const char *word) {
    size_t length = strlen(word);
    for (const char *at = text; (at = memmem(at, size - (size_t)(at - text), word, length)); at++) {
        const char *end = at + length;
        bool begins = at == text || !(isalnum((unsigned char)at[-1]) || at[-1] == '_');
        bool ends = end == text + size || !(isalnum((unsigned char)*end) || *end == '_');
        if (begins && ends) return true;
    }
    return false;
}

static bool names_any(const char *text, size_t size, const char *const *subjects, int n_subjects) {
    for (int i = 0; i < n_subjects; i++)
        if (names(text, size, subjects[i])) return true;
    return false;
}

static char *read_whole(const char *path, size_t *size) {
    char *text = NULL;
    FILE *file = fopen(path, "rb"), *memory = file ? open_memstream(&text, size) : NULL;
    for (int c; memory && (c = getc(file)) != EOF;) putc(c, memory);
    bool good = memory && !ferror(file);
    if (memory && fclose(memory) != 0) good = false;
    if (file) fclose(file);
    if (!good) free(text), text = NULL;
    return text;
}

static void attributes_name(struct facet_forgetting *f, const char *file, const char *const *subjects, int n_subjects) {
    static const char *const attributes[] = {"config", "pipeline_file", "command"};
    struct facet_container *container = NULL;
    char path[4300];
    snprintf(path, sizeof path, "%s/%s", f->workspace, file);
    if (facet_container_open(MPI_COMM_SELF, path, false, &container, NULL) != FACET_OK) return; // not one of ours
    for (size_t i = 0; i < sizeof attributes / sizeof *attributes; i++) {
        char *text = NULL;
        if (facet_container_attribute(container, attributes[i], &text, NULL) != FACET_OK) continue;
        if (names_any(text, strlen(text), subjects, n_subjects))
            facet_forget_tell(f, "mentions", json_pack("{s:s, s:s}", "file", file, "attribute", attributes[i]));
        free(text);
    }
    facet_container_close(container, NULL);
}

static int file_names(struct facet_forgetting *f, const char *file, const char *const *subjects, int n_subjects,
                      struct facet_error *error) {
    char path[4300];
    size_t size = 0;
    struct stat status;
    snprintf(path, sizeof path, "%s/%s", f->workspace, file);
    if (stat(path, &status) != 0 || !S_ISREG(status.st_mode)) return FACET_OK;
    if (ends_with(file, ".h5")) {
        attributes_name(f, file, subjects, n_subjects);
        return FACET_OK;
    }
    char *text = read_whole(path, &size);
    if (!text) return facet_error_set(error, FACET_ERROR_IO, "%s: cannot be read", path);
    if (names_any(text, size, subjects, n_subjects)) facet_forget_tell(f, "mentions", json_pack("{s:s}", "file", file));
    free(text);
    return FACET_OK;
}

int facet_forget_mentions(struct facet_forgetting *f, const char *const *subjects, int n_subjects,
                          struct facet_error *error) {
    struct dirent **files;
    int n = scandir(f->workspace, &files, NULL, alphasort), code = FACET_OK;
    if (n < 0) return facet_error_set(error, FACET_ERROR_IO, "%s: %s", f->workspace, strerror(errno));
    for (int i = 0; i < n; i++) {
        if (code == FACET_OK) code = file_names(f, files[i]->d_name, subjects, n_subjects, error);
        free(files[i]);
    }
    free(files);
    return code;
}
