// A folder in which tests make archives, the members of most of them, and what is expected of the list of its files.
#ifndef FACET_TESTS_ARCHIVE_ROOT_H
#define FACET_TESTS_ARCHIVE_ROOT_H

#include "archives.h"

#include <facet/files.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

#include <cmocka.h>

enum { MEMBERS = 60, BIG = 200000 };
static char root[] = "/tmp/facet-archives-XXXXXX";

static inline const char *at(const char *name) {
    static char path[256];
    snprintf(path, sizeof path, "%s/%s", root, name);
    return path;
}

static inline int make_root(void **state) {
    (void)state;
    return mkdtemp(root) ? 0 : -1;
}

static inline int empty_root(void **state) {
    char command[300];
    (void)state;
    snprintf(command, sizeof command, "rm -rf %s/*", root);
    return system(command);
}

static inline int remove_root(void **state) {
    return empty_root(state) || rmdir(root);
}

// Bytes that hardly compress, another run of them for every member.
static inline uint8_t *content(int member, size_t *size) {
    static uint8_t bytes[BIG];
    uint32_t value = 12345u + (uint32_t)member * 7919u;
    *size = member % 10 == 3 ? 0 : member % 10 == 7 ? BIG : 100 + 13 * (size_t)member;
    for (size_t i = 0; i < *size; i++) value = value * 1664525u + 1013904223u, bytes[i] = (uint8_t)(value >> 24);
    return bytes;
}

static inline const char *name_of(int member) {
    static char name[64];
    snprintf(name, sizeof name, "people/S%02d/scan_%03d.wrl", member / 7, member);
    return name;
}

static inline struct made a_tar(void) {
    struct made tar = {0};
    size_t size;
    tar_put_kind(&tar, "people/", NULL, 0, '5');
    for (int i = 0; i < MEMBERS; i++) {
        const uint8_t *bytes = content(i, &size);
        tar_put(&tar, name_of(i), bytes, size);
    }
    tar_end(&tar);
    return tar;
}

static inline struct facet_files *open_files(const char *path, const struct facet_files_options *options) {
    struct facet_files *files = NULL;
    struct facet_error error = {0};
    int code = facet_files_open(path, options, &files, &error);
    if (code) print_error("%s\n", error.text);
    assert_int_equal(code, FACET_OK);
    return files;
}

static inline void check_notes(const struct facet_files *files, const char *const *notes, int n) {
    assert_int_equal(facet_files_notes(files), n);
    for (int i = 0; i < n; i++) {
        bool found = false;
        for (int k = 0; k < n; k++) found |= strstr(facet_files_note(files, k), notes[i]) != NULL;
        if (!found) print_error("no note says: %s\n", notes[i]);
        assert_true(found);
    }
}

static inline void refused(const struct facet_files *files, const char *path, int expected, const char *sentence) {
    struct facet_error error = {0};
    struct facet_bytes bytes = {0};
    int64_t file = facet_files_find(files, path);
    assert_true(file >= 0);
    int code = facet_files_read(files, file, &bytes, &error);
    if (!strstr(error.text, sentence)) print_error("%s\n", error.text);
    assert_int_equal(code, expected);
    assert_non_null(strstr(error.text, sentence));
    assert_int_equal(bytes.size, 0);
    assert_true(bytes.room < 1 << 28);
    facet_bytes_free(&bytes);
}

#endif
