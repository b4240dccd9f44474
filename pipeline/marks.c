#include "pipeline/marks.h"

#include "io/h5/container.h"
#include "mpi/clock.h"

#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MARKS_PATH = 4300 };

struct facet_marks {
    struct facet_comm *comm;
    char *container, *identity;
    int64_t units;
    uint8_t *durable; // a unit each
    bool untouched;
    FILE *own; // this rank's file, while the container is written
    int64_t *noted, n_noted, room;
    double synced; // when, by the monotonic clock
};

// ---- the files ------------------------------------------------------------------------------------------------------

// "units 0-5 #<hash of what is before>": a line that was cut short does not match and is passed over.
static void write_line(FILE *file, const char *ranges) {
    char text[33];
    facet_hash_text(facet_hash_bytes((struct facet_hash){0}, ranges, strlen(ranges)), text);
    fprintf(file, "units%s #%s\n", ranges, text);
}

static void write_units(FILE *file, const uint8_t *done, int64_t units) {
    for (int64_t first = 0, end; first < units; first = end) {
        char range[48];
        for (end = first + 1; end < units && done[end] == done[first];) end++;
        snprintf(range, sizeof range, " %lld-%lld", (long long)first, (long long)end - 1);
        if (done[first]) write_line(file, range);
    }
}

static void take_line(struct facet_marks *marks, char *line) {
    char text[33], *hash = strchr(line, '#'), *end = line;
    if (!hash || hash == line) return;
    hash[-1] = '\0';
    facet_hash_text(facet_hash_bytes((struct facet_hash){0}, line, strlen(line)), text);
    if (strncmp(hash + 1, text, 32) != 0) return;
    while (*end) {
        long long first = strtoll(end, &end, 10), last = *end == '-' ? strtoll(end + 1, &end, 10) : -1;
        if (first < 0 || last < first || last >= marks->units) return;
        memset(marks->durable + first, 1, (size_t)(last - first + 1));
    }
}

int64_t facet_file_changed(const char *path) {
    struct stat is;
    return stat(path, &is) == 0 ? is.st_mtim.tv_sec * 1000000000LL + is.st_mtim.tv_nsec : 0;
}

static bool same_stamp(const struct facet_marks *marks, long long size, long long changed) {
    struct stat is;
    if (stat(marks->container, &is) != 0) return false;
    return is.st_size == size && facet_file_changed(marks->container) == changed;
}

static void take_file(struct facet_marks *marks, const char *path) {
    char *line = NULL, header[512];
    size_t room = 0;
    FILE *file = fopen(path, "r");
    if (!file) return;
    snprintf(header, sizeof header, "facet marks 1 %lld %s\n", (long long)marks->units, marks->identity);
    bool good = getline(&line, &room, file) > 0 && strcmp(line, header) == 0 && getline(&line, &room, file) > 0;
    long long size, changed;
    if (good && sscanf(line, "closed %lld %lld", &size, &changed) == 2)
        good = marks->untouched = same_stamp(marks, size, changed);
    while (good && getline(&line, &room, file) > 0)
        if (strncmp(line, "units ", 6) == 0) take_line(marks, line + 5);
    free(line);
    fclose(file);
}

// The container's own name, whatever it has in it, and any ending.
static void write_pattern(const char *container, char pattern[2 * MARKS_PATH]) {
    for (; *container; *pattern++ = *container++)
        if (strchr("*?[]\\", *container)) *pattern++ = '\\';
    strcpy(pattern, ".marks*");
}

static void of_all_files(const char *container, void (*act)(const char *path, void *context), void *context) {
    char pattern[2 * MARKS_PATH];
    glob_t found;
    if (strlen(container) + sizeof ".marks*" > MARKS_PATH) return;
    write_pattern(container, pattern);
    if (glob(pattern, 0, NULL, &found) != 0) return;
    for (size_t i = 0; i < found.gl_pathc; i++) act(found.gl_pathv[i], context);
    globfree(&found);
}

static void take_each(const char *path, void *context) {
    take_file(context, path);
}

static void remove_each(const char *path, void *keep) {
    if (!keep || strcmp(path, keep) != 0) unlink(path);
}

void facet_marks_remove(const char *container) {
    of_all_files(container, remove_each, NULL);
}

// Replaces the common file whole; where that fails there are no marks.
static void write_common(const struct facet_marks *marks, const uint8_t *done, const char *state) {
    char path[MARKS_PATH], part[MARKS_PATH + 8];
    snprintf(path, sizeof path, "%s.marks", marks->container);
    snprintf(part, sizeof part, "%s.part", path);
    FILE *file = fopen(part, "w");
    bool good = file != NULL;
    if (file) {
        fprintf(file, "facet marks 1 %lld %s\n%s\n", (long long)marks->units, marks->identity, state);
        write_units(file, done, marks->units);
        good = fflush(file) == 0 && fsync(fileno(file)) == 0;
        good = fclose(file) == 0 && good;
    }
    if (!good || rename(part, path) != 0) unlink(part), unlink(path);
    of_all_files(marks->container, remove_each, path);
}

// ---- opening --------------------------------------------------------------------------------------------------------

int facet_marks_open(struct facet_comm *comm, const char *container, const char *identity, int64_t units,
                     struct facet_marks **marks, struct facet_error *error) {
    *marks = NULL;
    struct facet_marks *m = calloc(1, sizeof *m);
    if (m) {
        *m = (struct facet_marks){.comm = comm, .units = units, .synced = facet_clock()};
        m->container = strdup(container), m->identity = strdup(identity);
        m->durable = calloc((size_t)units + 1, 1);
    }
    bool room = m && m->container && m->identity && m->durable;
    int code =
        room ? FACET_OK : facet_error_set(error, FACET_ERROR_MEMORY, "out of memory for the marks of %s", container);
    code = facet_comm_agree(comm, code, error);
    if (code != FACET_OK) goto error;
    if (facet_comm_rank(comm) == 0) of_all_files(container, take_each, m);
    uint8_t untouched = m->untouched;
    code = facet_comm_bcast(comm, m->durable, (size_t)units, 0, error);
    if (code == FACET_OK) code = facet_comm_bcast(comm, &untouched, 1, 0, error);
    m->untouched = untouched;
    if (code != FACET_OK) goto error;
    *marks = m;
    return FACET_OK;
error:
    facet_marks_close(m);
    return code;
}

void facet_marks_close(struct facet_marks *marks) {
    if (!marks) return;
    if (marks->own) fclose(marks->own);
    free(marks->container), free(marks->identity), free(marks->durable), free(marks->noted);
    free(marks);
}

bool facet_marks_have(const struct facet_marks *marks, int64_t unit) {
    return marks->durable[unit];
}

bool facet_marks_untouched(const struct facet_marks *marks) {
    return marks->untouched;
}

// ---- while the container is written ---------------------------------------------------------------------------------

int facet_marks_begin(struct facet_marks *marks, const uint8_t *done, struct facet_error *error) {
    marks->untouched = false;
    memcpy(marks->durable, done, (size_t)marks->units);
    int code = FACET_OK;
    if (facet_comm_rank(marks->comm) == 0) {
        write_common(marks, done, "open");
        // Older marks, which vouch for units that are written now, must not come back after a power cut.
        code = facet_container_sync_folder(marks->container, error);
    }
    code = facet_comm_agree(marks->comm, code, error); // a rank's own file must not be taken for an old one
    if (code != FACET_OK) return code;
    char path[MARKS_PATH];
    snprintf(path, sizeof path, "%s.marks.%d", marks->container, facet_comm_rank(marks->comm));
    marks->own = fopen(path, "w");
    if (marks->own) fprintf(marks->own, "facet marks 1 %lld %s\nopen\n", (long long)marks->units, marks->identity);
    marks->synced = facet_clock();
    return FACET_OK;
}

static int compare_units(const void *a, const void *b) {
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static void append_noted(struct facet_marks *marks) {
    qsort(marks->noted, (size_t)marks->n_noted, sizeof *marks->noted, compare_units);
    for (int64_t i = 0, end; i < marks->n_noted; i = end) {
        char line[48];
        for (end = i + 1; end < marks->n_noted && marks->noted[end] == marks->noted[end - 1] + 1;) end++;
        snprintf(line, sizeof line, " %lld-%lld", (long long)marks->noted[i], (long long)marks->noted[end - 1]);
        write_line(marks->own, line);
    }
    marks->n_noted = 0;
    if (fflush(marks->own) != 0) clearerr(marks->own);
}

int facet_marks_note(struct facet_marks *marks, int64_t unit, double seconds, struct facet_error *error) {
    if (!marks->own) return FACET_OK;
    if (marks->n_noted == marks->room) {
        int64_t room = marks->room ? 2 * marks->room : 64;
        int64_t *more = realloc(marks->noted, (size_t)room * sizeof *more);
        if (!more) return facet_error_set(error, FACET_ERROR_MEMORY, "out of memory for the marks of units");
        marks->noted = more, marks->room = room;
    }
    marks->noted[marks->n_noted++] = unit;
    if (facet_clock() - marks->synced < seconds) return FACET_OK;
    int code = facet_container_sync_file(marks->container, error);
    if (code == FACET_OK) append_noted(marks);
    marks->synced = facet_clock();
    return code;
}

void facet_marks_end(struct facet_marks *marks, const uint8_t *done) {
    struct stat is;
    char state[64];
    if (marks->own) fclose(marks->own);
    marks->own = NULL;
    bool all_closed = !facet_comm_any(marks->comm, false); // no rank writes its own file any more
    if (facet_comm_rank(marks->comm) != 0) return;
    if (!all_closed || stat(marks->container, &is) != 0) {
        facet_marks_remove(marks->container);
        return;
    }
    snprintf(state, sizeof state, "closed %lld %lld", (long long)is.st_size,
             (long long)facet_file_changed(marks->container));
    write_common(marks, done, state);
}
