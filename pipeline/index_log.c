// Logs of results: what a killed run has seen is not read again. A line is
//   KEY HASH CODE COUNT... MESSAGE CHECKSUM
// and counts when its checksum is that of all before it. The first line names the fingerprint.
#include "pipeline/index_internal.h"

#include <errno.h>
#include <glob.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int log_error(const struct index_run *run, const char *what, struct facet_error *error) {
    return facet_error_set(error, FACET_ERROR_IO, "%s.log: cannot be %s: %s", run->options->out, what, strerror(errno));
}

static void head_of(const struct index_run *run, char *head, size_t size) {
    char text[33];
    facet_hash_text(run->fingerprint, text);
    snprintf(head, size, "facet-index-log/1 %s\n", text);
}

static uint64_t checksum(const char *line, size_t length) {
    return facet_hash_bytes((struct facet_hash){0}, line, length).low;
}

// ---- writing --------------------------------------------------------------------------------------------------------

static void to_one_line(const char *message, char *line, size_t size) {
    size_t n = 0;
    for (; *message && n + 1 < size; message++) line[n++] = *message == '\n' || *message == '\r' ? ' ' : *message;
    line[n] = '\0';
}

int index_log_open(struct index_run *run, struct facet_error *error) {
    char path[PATH_MAX], head[80];
    snprintf(path, sizeof path, "%s.log.%04d", run->options->out, facet_comm_rank(run->comm));
    run->log = fopen(path, "ae");
    if (!run->log) return log_error(run, "opened", error);
    setvbuf(run->log, NULL, _IOLBF, 4096); // each result reaches the system as it comes: a killed run loses none
    head_of(run, head, sizeof head);
    fputc('\n', run->log); // after a line that was cut
    return fputs(head, run->log) < 0 ? log_error(run, "written", error) : FACET_OK;
}

int index_log_add(struct index_run *run, const struct index_result *result, struct facet_error *error) {
    char line[2048], message[256];
    to_one_line(result->message, message, sizeof message);
    int n = snprintf(line, sizeof line, "%016" PRIx64 "%016" PRIx64 " %016" PRIx64 "%016" PRIx64 " %d ",
                     result->key.high, result->key.low, result->hash.high, result->hash.low, result->code);
    for (int i = 0; i < run->n_ragged; i++)
        n += snprintf(line + n, sizeof line - (size_t)n, "%" PRId64 " ", result->counts[i]);
    n += snprintf(line + n, sizeof line - (size_t)n, "%s ", message);
    int written = fprintf(run->log, "%s%016" PRIx64 "\n", line, checksum(line, (size_t)n));
    return written < 0 ? log_error(run, "written", error) : FACET_OK;
}

int index_log_close(struct index_run *run, struct facet_error *error) {
    if (!run->log) return FACET_OK;
    bool good = fflush(run->log) == 0 && fsync(fileno(run->log)) == 0;
    int code = good ? FACET_OK : log_error(run, "written", error);
    if (fclose(run->log) != 0 && !code) code = log_error(run, "written", error);
    run->log = NULL;
    return code;
}

// ---- reading --------------------------------------------------------------------------------------------------------

static bool read_hash(const char *text, struct facet_hash *hash) {
    int used = 0;
    return sscanf(text, "%16" SCNx64 "%16" SCNx64 "%n", &hash->high, &hash->low, &used) == 2 && used == 32;
}

// The line without its end; false: it is none of ours, or was cut.
static bool read_line(const struct index_run *run, char *line, size_t length, struct index_result *result) {
    if (length < 32 + 1 + 32 + 1 + 16) return false;
    char *at = line + 66, *end = line + length - 16;
    uint64_t sum = strtoull(end, NULL, 16);
    if (end[-1] != ' ' || sum != checksum(line, length - 16)) return false;
    end[-1] = '\0';
    if (!read_hash(line, &result->key) || !read_hash(line + 33, &result->hash)) return false;
    result->code = (int)strtol(at, &at, 10);
    for (int i = 0; i < run->n_ragged; i++) result->counts[i] = strtoll(at, &at, 10);
    if (at < end && *at == ' ') at++;
    result->message = at;
    return true;
}

static int read_log(struct index_run *run, FILE *file, index_take *take, void *context, struct facet_error *error) {
    char *line = NULL, head[80];
    size_t room = 0;
    bool ours = false; // what follows was made with this fingerprint
    int code = FACET_OK;
    head_of(run, head, sizeof head);
    for (ssize_t length; !code && (length = getline(&line, &room, file)) > 0;) {
        struct index_result result = {0};
        if (strncmp(line, "facet-index-log/", 16) == 0) {
            ours = strcmp(line, head) == 0;
            continue;
        }
        if (line[length - 1] == '\n') line[--length] = '\0';
        if (ours && read_line(run, line, (size_t)length, &result)) code = take(run, &result, context, error);
    }
    if (!code && ferror(file)) code = log_error(run, "read", error);
    free(line);
    return code;
}

// Files beside the index whose names go on with `tail`, a pattern.
static int find_beside(const struct index_run *run, const char *tail, glob_t *found) {
    char pattern[2 * PATH_MAX + 32];
    size_t n = 0;
    for (const char *at = run->options->out; *at && n + 34 < sizeof pattern; at++) {
        if (strchr("*?[]\\", *at)) pattern[n++] = '\\';
        pattern[n++] = *at;
    }
    snprintf(pattern + n, sizeof pattern - n, "%s", tail);
    return glob(pattern, 0, NULL, found);
}

int index_log_read(struct index_run *run, index_take *take, void *context, struct facet_error *error) {
    glob_t found = {0};
    int status = find_beside(run, ".log.*", &found), code = FACET_OK;
    if (status == GLOB_NOSPACE) return index_no_memory(error);
    for (size_t i = 0; !code && status == 0 && i < found.gl_pathc; i++) {
        FILE *file = fopen(found.gl_pathv[i], "re");
        code = file ? read_log(run, file, take, context, error) : log_error(run, "opened", error);
        if (file) fclose(file);
    }
    globfree(&found);
    return code;
}

static void remove_beside(const struct index_run *run, const char *tail) {
    glob_t found = {0};
    if (find_beside(run, tail, &found) == 0)
        for (size_t i = 0; i < found.gl_pathc; i++) unlink(found.gl_pathv[i]);
    globfree(&found);
}

void index_log_remove(const struct index_run *run) {
    remove_beside(run, ".log.*");
    remove_beside(run, ".list.[0-9]*"); // parts of a list that a killed run left, on more ranks than this one
}
