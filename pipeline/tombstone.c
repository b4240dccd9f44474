#include "pipeline/tombstone.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#define SCHEMA "facet-forgotten/1"
enum { KEY_BYTES = 16, PERSON_BYTES = 32, PERSON_TEXT = 2 * PERSON_BYTES + 1 };

struct facet_tombstone {
    json_t *root, *people, *models; // the latter two borrowed from the root
    unsigned char key[KEY_BYTES];
};

static void to_hex(const unsigned char *bytes, size_t count, char *text) {
    for (size_t i = 0; i < count; i++) sprintf(text + 2 * i, "%02x", bytes[i]);
}

static bool from_hex(const char *text, unsigned char *bytes, size_t count) {
    if (strlen(text) != 2 * count || strspn(text, "0123456789abcdef") != 2 * count) return false;
    for (size_t i = 0; i < count; i++) {
        unsigned int byte;
        if (sscanf(text + 2 * i, "%2x", &byte) != 1) return false;
        bytes[i] = (unsigned char)byte;
    }
    return true;
}

// ---- text and objects -----------------------------------------------------------------------------------------------

static bool check_people(const json_t *people) {
    size_t i;
    json_t *entry;
    unsigned char person[PERSON_BYTES];
    json_array_foreach(people, i, entry) {
        const char *text = json_string_value(json_object_get(entry, "person"));
        if (!text || !from_hex(text, person, sizeof person)) return false;
        if (!json_is_string(json_object_get(entry, "asked"))) return false;
    }
    return json_is_array(people);
}

static bool take_apart(struct facet_tombstone *t) {
    const char *schema = json_string_value(json_object_get(t->root, "schema"));
    const char *key = json_string_value(json_object_get(t->root, "key"));
    t->people = json_object_get(t->root, "forgotten"), t->models = json_object_get(t->root, "models");
    return schema && strcmp(schema, SCHEMA) == 0 && key && from_hex(key, t->key, sizeof t->key) &&
           check_people(t->people) && json_is_array(t->models);
}

int facet_tombstone_parse(const char *name, const char *text, struct facet_tombstone **tombstone,
                          struct facet_error *error) {
    json_error_t where;
    struct facet_tombstone *t = *tombstone = calloc(1, sizeof *t);
    if (!t) return facet_error_set(error, FACET_ERROR_MEMORY, "out of memory for %s", name);
    t->root = json_loads(text, 0, &where);
    if (t->root && take_apart(t)) return FACET_OK;
    // Going on without it would bring back whom it stands for.
    int code = facet_error_set(error, FACET_ERROR_DATA,
                               "%s: is not a list of forgotten people (schema " SCHEMA "): %s; put back a good copy",
                               name, t->root ? "an entry is missing or of another kind" : where.text);
    facet_tombstone_destroy(t);
    *tombstone = NULL;
    return code;
}

static int make_empty(struct facet_tombstone **tombstone, struct facet_error *error) {
    struct facet_tombstone *t = *tombstone = calloc(1, sizeof *t);
    char key[2 * KEY_BYTES + 1];
    if (!t) return facet_error_set(error, FACET_ERROR_MEMORY, "out of memory for a list of forgotten people");
    if (getrandom(t->key, sizeof t->key, 0) != sizeof t->key) {
        facet_tombstone_destroy(t);
        *tombstone = NULL;
        return facet_error_set(error, FACET_ERROR_INTERNAL, "the system gives no random numbers: %s", strerror(errno));
    }
    to_hex(t->key, sizeof t->key, key);
    t->root = json_pack("{s:s, s:s, s:[], s:[]}", "schema", SCHEMA, "key", key, "forgotten", "models");
    if (t->root && take_apart(t)) return FACET_OK;
    facet_tombstone_destroy(t);
    *tombstone = NULL;
    return facet_error_set(error, FACET_ERROR_MEMORY, "out of memory for a list of forgotten people");
}

char *facet_tombstone_text(const struct facet_tombstone *tombstone) {
    return json_dumps(tombstone->root, JSON_INDENT(1));
}

void facet_tombstone_destroy(struct facet_tombstone *tombstone) {
    if (!tombstone) return;
    json_decref(tombstone->root);
    free(tombstone);
}

// ---- people ---------------------------------------------------------------------------------------------------------

int facet_tombstone_count(const struct facet_tombstone *tombstone) {
    return (int)json_array_size(tombstone->people);
}

// The end of the dataset's name is part of what is hashed: no two people give the same bytes.
static bool person_text(const struct facet_tombstone *tombstone, const char *dataset, const char *subject,
                        char text[PERSON_TEXT]) {
    unsigned char hash[PERSON_BYTES];
    size_t before = strlen(dataset) + 1, size = before + strlen(subject);
    unsigned char *bytes = malloc(size);
    if (!bytes) return false;
    memcpy(bytes, dataset, before);
    memcpy(bytes + before, subject, size - before);
    bool good = HMAC(EVP_sha256(), tombstone->key, KEY_BYTES, bytes, size, hash, NULL) != NULL;
    free(bytes);
    if (good) to_hex(hash, sizeof hash, text);
    return good;
}

static int find_text(const struct facet_tombstone *tombstone, const char *person) {
    size_t i;
    json_t *entry;
    json_array_foreach(tombstone->people, i, entry) if (strcmp(json_string_value(json_object_get(entry, "person")),
                                                               person) == 0) return (int)i;
    return -1;
}

int facet_tombstone_find(const struct facet_tombstone *tombstone, const char *dataset, const char *subject) {
    char person[PERSON_TEXT];
    if (facet_tombstone_count(tombstone) == 0) return -1;
    // Not being able to tell must not bring anybody back.
    FACET_REQUIRE(person_text(tombstone, dataset, subject, person));
    return find_text(tombstone, person);
}

static void now_text(char text[32]) {
    time_t t = time(NULL);
    struct tm utc;
    gmtime_r(&t, &utc);
    strftime(text, 32, "%Y-%m-%dT%H:%M:%SZ", &utc);
}

int facet_tombstone_add(struct facet_tombstone *tombstone, const char *dataset, const char *subject,
                        struct facet_error *error) {
    char person[PERSON_TEXT], now[32];
    now_text(now);
    bool good = person_text(tombstone, dataset, subject, person);
    if (good && find_text(tombstone, person) >= 0) return FACET_OK;
    if (good)
        good = json_array_append_new(tombstone->people, json_pack("{s:s, s:s}", "person", person, "asked", now)) == 0;
    return good ? FACET_OK : facet_error_set(error, FACET_ERROR_MEMORY, "out of memory for a list of forgotten people");
}

bool facet_tombstone_finished(const struct facet_tombstone *tombstone) {
    size_t i;
    json_t *entry;
    json_array_foreach(tombstone->people, i, entry) if (!json_object_get(entry, "erased")) return false;
    return true;
}

void facet_tombstone_finish(struct facet_tombstone *tombstone) {
    char now[32];
    size_t i;
    json_t *entry;
    now_text(now);
    json_array_foreach(tombstone->people, i, entry) if (!json_object_get(entry, "erased"))
        json_object_set_new(entry, "erased", json_string(now));
}

const char *facet_tombstone_asked(const struct facet_tombstone *tombstone, int index) {
    return json_string_value(json_object_get(json_array_get(tombstone->people, (size_t)index), "asked"));
}

json_t *facet_tombstone_models(const struct facet_tombstone *tombstone) {
    return tombstone->models;
}

// ---- the file -------------------------------------------------------------------------------------------------------

int facet_tombstone_load(const char *workspace, struct facet_tombstone **tombstone, struct facet_error *error) {
    char path[4200];
    size_t size = 0;
    *tombstone = NULL;
    snprintf(path, sizeof path, "%s/" FACET_TOMBSTONE_FILE, workspace);
    FILE *file = fopen(path, "rb");
    if (!file && errno == ENOENT) return make_empty(tombstone, error);
    if (!file) return facet_error_set(error, FACET_ERROR_IO, "%s: %s", path, strerror(errno));
    char *text = NULL;
    FILE *memory = open_memstream(&text, &size);
    for (int c; memory && (c = getc(file)) != EOF;) putc(c, memory);
    bool good = !ferror(file) && memory && fclose(memory) == 0;
    fclose(file);
    int code = good ? facet_tombstone_parse(path, text, tombstone, error)
                    : facet_error_set(error, FACET_ERROR_IO, "%s: cannot be read", path);
    free(text);
    return code;
}

static bool write_and_sync(const char *path, const char *text) {
    FILE *file = fopen(path, "wb");
    if (!file) return false;
    bool good = fputs(text, file) >= 0 && fputc('\n', file) != EOF && fflush(file) == 0 && fsync(fileno(file)) == 0;
    return fclose(file) == 0 && good;
}

static bool sync_folder(const char *path) {
    int folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0) return false;
    bool good = fsync(folder) == 0;
    close(folder);
    return good;
}

int facet_tombstone_save(const struct facet_tombstone *tombstone, const char *workspace, struct facet_error *error) {
    char path[4200], part[4300];
    snprintf(path, sizeof path, "%s/" FACET_TOMBSTONE_FILE, workspace);
    snprintf(part, sizeof part, "%s.part", path);
    char *text = facet_tombstone_text(tombstone);
    if (!text) return facet_error_set(error, FACET_ERROR_MEMORY, "out of memory for %s", path);
    bool good = write_and_sync(part, text) && rename(part, path) == 0 && sync_folder(workspace);
    int reason = errno;
    free(text);
    if (good) return FACET_OK;
    return facet_error_set(error, FACET_ERROR_IO, "%s: cannot be written: %s", path, strerror(reason));
}
