#include "folder/jsonl.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool is_space(char c) {
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

// The end of the string that begins with the quote at `at`.
static const char *pass_string(const char *at, const char *end) {
    for (at++; at < end && *at != '"'; at++) at += *at == '\\';
    return at < end ? at + 1 : end;
}

int64_t jsonl_place(const struct jsonl *jsonl, const char *key) {
    const char *at = jsonl->line, *end = at + jsonl->length;
    size_t length = strlen(key);
    for (int depth = 0; at < end;) {
        if (*at != '"') {
            depth += (*at == '{' || *at == '[') - (*at == '}' || *at == ']');
            at++;
            continue;
        }
        const char *start = at + 1;
        at = pass_string(at, end);
        bool is_key = depth == 1 && at - start == (ptrdiff_t)length + 1 && memcmp(start, key, length) == 0;
        while (at < end && is_space(*at)) at++;
        if (!is_key || at == end || *at != ':') continue;
        for (at++; at < end && is_space(*at);) at++;
        return at - jsonl->line + 1;
    }
    return 1;
}

static int no_memory(const struct jsonl *jsonl, struct facet_error *error) {
    return facet_error_set(error, FACET_ERROR_MEMORY, "%s: no memory for line %lld", jsonl->name,
                           (long long)jsonl->next_line - 1);
}

static int wrong(const struct jsonl *jsonl, enum folder_column column, const char *expected,
                 struct facet_error *error) {
    const char *key = folder_column_name(column);
    return facet_error_set(error, FACET_ERROR_DATA, "%s:%lld:%lld: %s expected as %s", jsonl->name,
                           (long long)jsonl->next_line - 1, (long long)jsonl_place(jsonl, key), expected, key);
}

// ["a", "b"] is "a+b".
static char *join_labels(const json_t *list, bool *good) {
    size_t room = 1, index;
    json_t *label;
    json_array_foreach(list, index, label) {
        const char *text = json_string_value(label);
        *good = *good && text && *text && !strchr(text, '+');
        room += text ? strlen(text) + 1 : 0;
    }
    char *joined = malloc(room), *to = joined;
    if (!joined) return NULL;
    *to = '\0';
    json_array_foreach(list, index, label) {
        if (!*good) break;
        if (index > 0) to = stpcpy(to, "+");
        to = stpcpy(to, json_string_value(label));
    }
    return joined;
}

// '\0' for what says nothing about an action unit.
static char unit_state(const json_t *value) {
    if (json_is_null(value)) return '?';
    if (json_is_boolean(value)) return json_is_true(value) ? '1' : '0';
    if (json_is_integer(value) && (json_integer_value(value) == 0 || json_integer_value(value) == 1))
        return (char)('0' + json_integer_value(value));
    return json_is_string(value) && strcmp(json_string_value(value), "?") == 0 ? '?' : '\0';
}

// {"1": 1, "2": 0, "4": null} is "1=1 2=0 4=?".
static char *join_units(json_t *object, bool *good) {
    size_t room = 1;
    const char *key;
    json_t *value;
    json_object_foreach(object, key, value) room += strlen(key) + 3;
    char *joined = malloc(room), *to = joined;
    if (!joined) return NULL;
    *to = '\0';
    json_object_foreach(object, key, value) {
        char state = unit_state(value);
        *good = *good && state != '\0' && !strpbrk(key, " \t\r\n");
        if (*good) to += sprintf(to, "%s=%c ", key, state);
    }
    return joined;
}

static int make_text(struct jsonl *jsonl, enum folder_column column, json_t *value, struct facet_error *error) {
    const char *expected = "a text or a number";
    bool good = true;
    char *made = NULL;
    if (json_is_integer(value) && asprintf(&made, "%lld", (long long)json_integer_value(value)) < 0) made = NULL;
    if (json_is_real(value) && asprintf(&made, "%.17g", json_real_value(value)) < 0) made = NULL;
    if (column == FOLDER_LABELS) {
        expected = "a text or a list of names without +";
        good = json_is_array(value);
        free(made);
        made = join_labels(value, &good);
    } else if (column == FOLDER_AU) {
        expected = "a text or an object of action units that are 0, 1 or null";
        good = json_is_object(value);
        free(made);
        made = join_units(value, &good);
    } else {
        good = json_is_number(value);
    }
    jsonl->made[column] = made;
    if (!good) return wrong(jsonl, column, expected, error);
    return made ? FACET_OK : no_memory(jsonl, error);
}

static int fill(struct jsonl *jsonl, struct folder_record *record, struct facet_error *error) {
    *record = (struct folder_record){.line = jsonl->next_line - 1};
    for (int c = 0; c < FOLDER_COLUMNS; c++) {
        json_t *value = json_object_get(jsonl->object, folder_column_name((enum folder_column)c));
        record->text[c] = json_is_string(value) ? json_string_value(value) : "";
        if (!value || json_is_null(value) || json_is_string(value)) continue;
        int code = make_text(jsonl, (enum folder_column)c, value, error);
        if (code) return code;
        record->text[c] = jsonl->made[c];
    }
    return FACET_OK;
}

static int parse_line(struct jsonl *jsonl, struct facet_error *error) {
    json_error_t reason;
    jsonl->object = json_loadb(jsonl->line, jsonl->length, JSON_REJECT_DUPLICATES, &reason);
    if (!jsonl->object && json_error_code(&reason) == json_error_out_of_memory) return no_memory(jsonl, error);
    if (!jsonl->object)
        return facet_error_set(error, FACET_ERROR_DATA, "%s:%lld:%d: %s; a whole object a line expected", jsonl->name,
                               (long long)jsonl->next_line - 1, reason.column > 0 ? reason.column : 1, reason.text);
    if (json_is_object(jsonl->object)) return FACET_OK;
    return facet_error_set(error, FACET_ERROR_DATA, "%s:%lld:1: an object expected, {\"path\": ..., ...}", jsonl->name,
                           (long long)jsonl->next_line - 1);
}

static bool is_blank(const char *line, size_t length) {
    size_t i = 0;
    while (i < length && is_space(line[i])) i++;
    return i == length;
}

static int next_line(struct jsonl *jsonl, bool *found, struct facet_error *error) {
    ssize_t length;
    do {
        length = getline(&jsonl->line, &jsonl->room, jsonl->file);
        jsonl->next_line++;
    } while (length >= 0 && is_blank(jsonl->line, (size_t)length));
    *found = length >= 0;
    if (*found) jsonl->length = (size_t)length;
    if (*found || feof(jsonl->file)) return FACET_OK;
    if (!ferror(jsonl->file)) return no_memory(jsonl, error);
    return facet_error_set(error, FACET_ERROR_IO, "%s: cannot be read to its end", jsonl->name);
}

static void forget(struct jsonl *jsonl) {
    for (int c = 0; c < FOLDER_COLUMNS; c++) {
        free(jsonl->made[c]);
        jsonl->made[c] = NULL;
    }
    json_decref(jsonl->object);
    jsonl->object = NULL;
}

int jsonl_next(struct jsonl *jsonl, struct folder_record *record, bool *found, struct facet_error *error) {
    forget(jsonl);
    int code = next_line(jsonl, found, error);
    if (!code && *found) code = parse_line(jsonl, error);
    return !code && *found ? fill(jsonl, record, error) : code;
}

void jsonl_close(struct jsonl *jsonl) {
    forget(jsonl);
    free(jsonl->line);
    jsonl->line = NULL;
}

const char *jsonl_key_like(const struct jsonl *jsonl, int column) {
    const char *key;
    json_t *value;
    json_object_foreach(jsonl->object, key, value) {
        int like = folder_column_code(key) < 0 ? folder_column_like(key) : -1;
        if (like >= 0 && (column < 0 || like == column)) return key;
    }
    return NULL;
}
