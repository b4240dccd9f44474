#include "folder/rows.h"

#include <stdlib.h>
#include <string.h>

const char *folder_text_of(const struct folder_manifest *manifest, const struct folder_entry *row,
                           enum folder_text text) {
    return manifest->store + row->text[text];
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

// A text that is empty or stood in the row before is kept once.
static int keep(struct folder_manifest *m, const char *name, enum folder_text which, const char *text, uint32_t *place,
                struct facet_error *error) {
    const struct folder_entry *before = m->n_rows > 0 ? &m->rows[m->n_rows - 1] : NULL;
    size_t bytes = strlen(text) + 1;
    *place = 0;
    if (bytes == 1 && m->used > 0) return FACET_OK;
    if (before && strcmp(folder_text_of(m, before, which), text) == 0) {
        *place = before->text[which];
        return FACET_OK;
    }
    int code = grow_store(m, name, bytes, error);
    if (code) return code;
    memcpy(m->store + m->used, text, bytes);
    if (which == TEXT_PATH || which == TEXT_LANDMARKS || which == TEXT_TEXTURE) tidy_path(m->store + m->used);
    *place = (uint32_t)m->used;
    m->used += strlen(m->store + m->used) + 1;
    return FACET_OK;
}

static int grow_rows(struct folder_manifest *m, const char *name, struct facet_error *error) {
    if (m->n_rows == INT32_MAX)
        return facet_error_set(error, FACET_ERROR_DATA, "%s: more than %d rows", name, INT32_MAX);
    if (m->n_rows < m->rows_room) return FACET_OK;
    int64_t room = m->rows_room ? 2 * m->rows_room : 64;
    struct folder_entry *rows = realloc(m->rows, (size_t)room * sizeof *rows);
    if (!rows) return facet_error_set(error, FACET_ERROR_MEMORY, "%s: no memory for its rows", name);
    m->rows = rows;
    m->rows_room = room;
    return FACET_OK;
}

int folder_rows_add(struct folder_manifest *m, const char *name, const struct folder_record *record,
                    const struct folder_values *values, struct facet_error *error) {
    const char *const texts[N_TEXTS] = {
        [TEXT_PATH] = record->text[FOLDER_PATH],
        [TEXT_SUBJECT] = record->text[FOLDER_SUBJECT],
        [TEXT_LABEL] = values->label,
        [TEXT_LABELS] = values->labels,
        [TEXT_SEQUENCE] = record->text[FOLDER_SEQUENCE],
        [TEXT_LANDMARKS] = record->text[FOLDER_LANDMARKS],
        [TEXT_TEXTURE] = record->text[FOLDER_TEXTURE],
        [TEXT_AU] = values->au,
        [TEXT_LICENCE] = record->text[FOLDER_LICENCE],
        [TEXT_CONSENT] = record->text[FOLDER_CONSENT],
        [TEXT_SPLIT] = record->text[FOLDER_SPLIT],
    };
    struct folder_entry row = {.frame = values->frame,
                               .onset = values->onset,
                               .apex = values->apex,
                               .offset = values->offset,
                               .intensity = values->intensity,
                               .valence = values->valence,
                               .arousal = values->arousal,
                               .line = record->line};
    uint32_t none;
    int code = grow_rows(m, name, error);
    if (!code && m->used == 0) code = keep(m, name, TEXT_PATH, "", &none, error);
    for (int t = 0; !code && t < N_TEXTS; t++) code = keep(m, name, (enum folder_text)t, texts[t], &row.text[t], error);
    if (!code) m->rows[m->n_rows++] = row;
    return code;
}
