#include "pipeline/command/command.h"

#include "pipeline/command/info_people.h"
#include "pipeline/output.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char usage[] =
    "usage: facet info FILE|WORKSPACE [--json | --hash]\n"
    "Shows what containers hold, who made them from what, and which rows are set aside. --hash prints\n"
    "the content hash alone, of one FILE.\n";

static const char *const shown_attributes[] = {"schema",  "pipeline", "stage",    "plugin",      "plugin_version",
                                               "created", "command",  "inputs",   "fingerprint", "ranks",
                                               "threads", "isa",      "libraries"};
enum { N_SHOWN = sizeof shown_attributes / sizeof *shown_attributes };

static json_t *attributes_json(struct facet_container *container) {
    json_t *all = json_object();
    for (int i = 0; i < N_SHOWN; i++) {
        char *text;
        if (facet_container_attribute(container, shown_attributes[i], &text, NULL) != FACET_OK) continue;
        json_object_set_new(all, shown_attributes[i], json_string(text));
        free(text);
    }
    return all;
}

static int datasets_json(struct facet_container *container, json_t *all, struct facet_error *error) {
    struct facet_dataset *datasets;
    int count;
    int code = facet_container_list(container, &datasets, &count, error);
    for (int i = 0; i < count; i++) {
        json_t *dims = json_array();
        for (int d = 0; d < datasets[i].rank; d++) json_array_append_new(dims, json_integer(datasets[i].dims[d]));
        const char *type = datasets[i].type ? facet_type_name(datasets[i].type) : "text";
        json_array_append_new(all, json_pack("{s:s, s:s, s:o}", "name", datasets[i].name, "type", type, "shape", dims));
    }
    free(datasets);
    return code;
}

// Text of a text dataset at one row; "" when it cannot be read.
static void row_text(struct facet_container *container, const char *name, int64_t row, char *text, size_t size) {
    struct facet_dataset is;
    *text = '\0';
    if (facet_container_describe(container, name, &is, NULL) != FACET_OK || is.type || is.width >= size) return;
    if (facet_container_read(container, name, row, 1, text, NULL) == FACET_OK)
        text[is.width] = '\0';
    else
        *text = '\0';
}

static int quarantine_json(struct facet_container *container, json_t *all, struct facet_error *error) {
    struct facet_dataset is;
    if (!facet_container_has(container, "quarantine/code")) return FACET_OK;
    int code = facet_container_describe(container, "quarantine/code", &is, error);
    int32_t *codes = code == FACET_OK ? malloc(((size_t)is.dims[0] + 1) * sizeof *codes) : NULL;
    if (code == FACET_OK && !codes) code = facet_error_set(error, FACET_ERROR_MEMORY, "out of memory");
    if (code == FACET_OK) code = facet_container_read(container, "quarantine/code", 0, is.dims[0], codes, error);
    for (int64_t row = 0; code == FACET_OK && row < is.dims[0]; row++) {
        char message[512], path[4096], stage[64];
        if (codes[row] == FACET_OK) continue;
        row_text(container, "quarantine/message", row, message, sizeof message);
        row_text(container, "items/path", row, path, sizeof path);
        row_text(container, "quarantine/stage", row, stage, sizeof stage);
        json_array_append_new(all, json_pack("{s:I, s:s, s:s, s:s, s:s%}", "row", (json_int_t)row, "stage", stage,
                                             "code", facet_code_name(codes[row]), "path", path, "message", message,
                                             strlen(message)));
    }
    free(codes);
    return code;
}

static int describe(struct facet_container *container, json_t **json, struct facet_error *error) {
    struct facet_hash hash;
    char text[33];
    json_t *datasets = json_array(), *quarantine = json_array(), *rows = json_array();
    int code = facet_content_hash(container, &hash, error);
    if (code == FACET_OK) code = datasets_json(container, datasets, error);
    if (code == FACET_OK) code = quarantine_json(container, quarantine, error);
    if (code == FACET_OK) code = facet_info_people(container, rows, error);
    if (code == FACET_OK) facet_hash_text(hash, text);
    *json = json_pack("{s:s, s:s, s:o, s:o, s:o, s:o}", "file", facet_container_path(container), "content",
                      code == FACET_OK ? text : "", "attributes", attributes_json(container), "datasets", datasets,
                      "rows", rows, "quarantine", quarantine);
    return code;
}

static bool is_note(const json_t *entry) {
    return strcmp(json_string_value(json_object_get(entry, "code")), facet_code_name(FACET_NOTED)) == 0;
}

static void print_ledger(const json_t *json, bool noted, const char *title) {
    const json_t *value, *all = json_object_get(json, "quarantine");
    size_t i, count = 0;
    json_array_foreach(all, i, value) count += is_note(value) == noted;
    if (count) printf("  %s: %zu rows\n", title, count);
    json_array_foreach(all, i, value) {
        if (is_note(value) != noted) continue;
        printf("    row %lld  %s  %s\n", (long long)json_integer_value(json_object_get(value, "row")),
               json_string_value(json_object_get(value, "path")), json_string_value(json_object_get(value, "message")));
    }
}

static void print_text(const json_t *json) {
    const char *key;
    json_t *value;
    size_t i;
    printf("%s\n  content      %s\n", json_string_value(json_object_get(json, "file")),
           json_string_value(json_object_get(json, "content")));
    json_object_foreach(json_object_get(json, "attributes"), key, value) {
        printf("  %-12s ", key);
        for (const char *p = json_string_value(value); *p; p++)
            if (*p != '\n')
                putchar(*p);
            else if (p[1])
                printf("\n               ");
        putchar('\n');
    }
    json_array_foreach(json_object_get(json, "datasets"), i, value) {
        char *shape = json_dumps(json_object_get(value, "shape"), JSON_COMPACT);
        printf("  %-32s %-5s %s\n", json_string_value(json_object_get(value, "name")),
               json_string_value(json_object_get(value, "type")), shape ? shape : "");
        free(shape);
    }
    json_array_foreach(json_object_get(json, "rows"), i, value) printf(
        "  %lld rows of %s, licence \"%s\", consent \"%s\"\n",
        (long long)json_integer_value(json_object_get(value, "rows")),
        json_string_value(json_object_get(value, "dataset")), json_string_value(json_object_get(value, "licence")),
        json_string_value(json_object_get(value, "consent")));
    print_ledger(json, false, "set aside");
    print_ledger(json, true, "kept with a note");
}

struct looking {
    json_t *all; // NULL: print as text
};

static int look(struct facet_container *container, void *context, struct facet_error *error) {
    struct looking *looking = context;
    json_t *json = NULL;
    int code = describe(container, &json, error);
    if (code == FACET_OK && looking->all)
        json_array_append(looking->all, json);
    else if (code == FACET_OK)
        print_text(json);
    json_decref(json);
    return code;
}

static int print_hash(struct facet_container *container, void *context, struct facet_error *error) {
    (void)context;
    struct facet_hash hash;
    char text[33];
    int code = facet_content_hash(container, &hash, error);
    if (code != FACET_OK) return code;
    facet_hash_text(hash, text);
    puts(text);
    return FACET_OK;
}

int facet_command_info(int argc, char **argv) {
    const char *path = NULL;
    bool json = false, hash = false;
    const struct facet_flag flags[] = {{"--json", &json}, {"--hash", &hash}, {0}};
    int over;
    if (!facet_parse_flags(argc, argv, usage, flags, &path, &over)) return over;
    if (!path) return facet_usage_error(usage, "expected a file or a workspace");
    struct facet_error error = {0};
    struct looking looking = {json ? json_array() : NULL};
    int code = facet_for_each_container(path, hash ? print_hash : look, &looking, &error);
    char *text = looking.all && code == FACET_OK ? json_dumps(looking.all, JSON_INDENT(2)) : NULL;
    if (text) puts(text);
    free(text);
    json_decref(looking.all);
    return code == FACET_OK ? 0 : facet_complain(&error);
}
