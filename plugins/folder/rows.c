#include "folder/rows.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

const char *folder_text_of(const struct folder_manifest *manifest, const struct folder_entry *row,
                           enum folder_text text) {
    if (text < N_OWN_TEXTS) return manifest->store + row->text[text];
    return manifest->texts.all[manifest->shared[row->shared].text[text - N_OWN_TEXTS]];
}

static int no_memory(const char *name, struct facet_error *error) {
    return facet_error_set(error, FACET_ERROR_MEMORY, "%s: no memory for its rows", name);
}

static int grow_store(struct folder_manifest *m, const char *name, size_t more, struct facet_error *error) {
    if (m->used + more <= m->room) return FACET_OK;
    size_t room = 2 * (m->used + more) + 4096;
    char *store = room <= UINT32_MAX ? realloc(m->store, room) : NULL;
    if (!store) return facet_error_set(error, FACET_ERROR_MEMORY, "%s: no memory for its texts", name);
    m->store = store;
    m->room = room;
    return FACET_OK;
}

// "./a//b" is "a/b".
static void tidy_path(char *path) {
    char *to = path + (*path == '/');
    for (const char *part = to; *part;) {
        size_t length = strcspn(part, "/");
        const char *next = part + length;
        next += strspn(next, "/");
        if (length > 0 && !(length == 1 && *part == '.')) {
            if (to > path && to[-1] != '/') *to++ = '/';
            memmove(to, part, length);
            to += length;
        }
        part = next;
    }
    *to = '\0';
}

static int keep_path(struct folder_manifest *m, const char *name, const char *text, uint32_t *place,
                     struct facet_error *error) {
    size_t bytes = strlen(text) + 1;
    *place = 0;
    if (bytes == 1 && m->used > 0) return FACET_OK;
    int code = grow_store(m, name, bytes, error);
    if (code) return code;
    memcpy(m->store + m->used, text, bytes);
    tidy_path(m->store + m->used);
    *place = (uint32_t)m->used;
    m->used += strlen(m->store + m->used) + 1;
    return FACET_OK;
}

static bool grow(void **all, int64_t count, int64_t *room, size_t bytes) {
    if (count < *room) return true;
    int64_t wider = *room ? 2 * *room : 64;
    void *more = realloc(*all, (size_t)wider * bytes);
    if (more) *all = more, *room = wider;
    return more != NULL;
}

// Rows often say what one of the rows before says: those are found by their bytes, the last one of each hash.
static int share(struct folder_manifest *m, const char *name, const struct folder_shared *shared, int32_t *place,
                 struct facet_error *error) {
    uint32_t hash = 2166136261u; // FNV-1a
    const unsigned char *bytes = (const unsigned char *)shared;
    for (size_t i = 0; i < sizeof *shared; i++) hash = (hash ^ bytes[i]) * 16777619u;
    int32_t *recent = &m->recent[hash % FOLDER_RECENT]; // place + 1
    *place = *recent - 1;
    if (*recent > 0 && memcmp(&m->shared[*place], shared, sizeof *shared) == 0) return FACET_OK;
    if (!grow((void **)&m->shared, m->n_shared, &m->shared_room, sizeof *shared)) return no_memory(name, error);
    *place = (int32_t)m->n_shared;
    m->shared[m->n_shared++] = *shared;
    *recent = *place + 1;
    return FACET_OK;
}

static int keep_shared(struct folder_manifest *m, const char *name, const struct folder_record *record,
                       const struct folder_values *values, int32_t *place, struct facet_error *error) {
    const char *const texts[] = {record->text[FOLDER_SUBJECT],
                                 values->label,
                                 values->labels,
                                 record->text[FOLDER_SEQUENCE],
                                 values->au,
                                 record->text[FOLDER_LICENCE],
                                 record->text[FOLDER_CONSENT],
                                 record->text[FOLDER_SPLIT]};
    _Static_assert(sizeof texts / sizeof *texts == N_TEXTS - N_OWN_TEXTS, "in the order of enum folder_text");
    struct folder_shared shared = {.onset = values->onset,
                                   .apex = values->apex,
                                   .offset = values->offset,
                                   .valence = values->valence,
                                   .arousal = values->arousal};
    for (int t = 0; t < N_TEXTS - N_OWN_TEXTS; t++)
        if ((shared.text[t] = dataset_text(&m->texts, texts[t])) < 0) return no_memory(name, error);
    return share(m, name, &shared, place, error);
}

int folder_rows_add(struct folder_manifest *m, const char *name, const struct folder_record *record,
                    const struct folder_values *values, struct facet_error *error) {
    static const enum folder_column own[N_OWN_TEXTS] = {FOLDER_PATH, FOLDER_LANDMARKS, FOLDER_TEXTURE};
    struct folder_entry row = {.frame = values->frame, .intensity = values->intensity, .line = (uint32_t)record->line};
    uint32_t none;
    if (m->n_rows == INT32_MAX || record->line > UINT32_MAX)
        return facet_error_set(error, FACET_ERROR_DATA, "%s: more than %d rows", name, INT32_MAX);
    int code = m->used == 0 ? keep_path(m, name, "", &none, error) : FACET_OK;
    for (int t = 0; !code && t < N_OWN_TEXTS; t++) code = keep_path(m, name, record->text[own[t]], &row.text[t], error);
    if (!code) code = keep_shared(m, name, record, values, &row.shared, error);
    if (!code && !grow((void **)&m->rows, m->n_rows, &m->rows_room, sizeof row)) code = no_memory(name, error);
    if (!code) m->rows[m->n_rows++] = row;
    return code;
}
