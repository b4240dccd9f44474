// timeout: 300
// Archives cut at every hundredth of their length and with bits flipped: what is sound is read, the rest is a sentence, and
// memory stays small. tests/unit/files_refused.c has bombs, traversal and lying headers.
#include "archive_check.h"
#include "archives.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <sys/resource.h>

#include <cmocka.h>

enum { MEMBERS = 30, FLIPS = 2000, MOST_MEMORY_KIB = 400 << 10 };
static char path[64];

static void fill(uint8_t *bytes, size_t size, uint32_t value) {
    for (size_t i = 0; i < size; i++) {
        value = value * 1664525u + 1013904223u;
        bytes[i] = i % 3 ? (uint8_t)(value >> 24) : ' ';
    }
}

static struct made make_tar(void) {
    struct made tar = {0};
    uint8_t bytes[3000];
    char name[200];
    for (int i = 0; i < MEMBERS; i++) {
        snprintf(name, sizeof name, "set/S%02d/%03d.ply", i / 5, i);
        fill(bytes, sizeof bytes, (uint32_t)i);
        if (i % 10 == 4) {
            char record[100];
            int size = snprintf(record, sizeof record, "%d path=%s\n", 9 + (int)strlen(name), name);
            tar_put_kind(&tar, "pax", record, (size_t)size, 'x');
        }
        if (i % 10 == 7) tar_put_kind(&tar, "././@LongLink", name, strlen(name) + 1, 'L');
        tar_put(&tar, name, bytes, 100 * (size_t)i);
    }
    tar_end(&tar);
    return tar;
}

static struct made make_zip(void) {
    struct made zip = {0};
    uint8_t bytes[3000];
    char name[200];
    for (int i = 0; i < MEMBERS; i++) {
        snprintf(name, sizeof name, "set/S%02d/%03d.ply", i / 5, i);
        fill(bytes, sizeof bytes, (uint32_t)i);
        zip_put(&zip, name, bytes, 100 * (size_t)i, i % 4 ? 8 : 0);
    }
    zip_end(&zip, 1);
    return zip;
}

static void cut_everywhere(const struct made *whole, int64_t in_the_last) {
    int64_t before = 0;
    for (int percent = 0; percent < 100; percent++) {
        struct archive_outcome outcome = archive_try(path, whole->data, whole->size * (size_t)percent / 100);
        if (percent > 0) assert_true(outcome.tells_byte && outcome.notes > 0);
        assert_true(outcome.files >= before || whole->size == 0); // the more there is, the more is read
        assert_true(outcome.read >= outcome.files - 1);           // only the one that is cut cannot be
        before = outcome.files;
    }
    assert_true(before >= in_the_last);
    struct archive_outcome outcome = archive_try(path, whole->data, whole->size);
    assert_int_equal(outcome.read, MEMBERS);
    assert_int_equal(outcome.notes, 0);
}

// A flipped bit harms one member or two at the most where members can be found without it.
static void flip_bits(struct made *whole, int64_t least) {
    uint32_t value = 20240229;
    int64_t read = 0;
    for (int i = 0; i < FLIPS; i++) {
        value = value * 1664525u + 1013904223u;
        size_t byte = (value >> 3) % whole->size;
        whole->data[byte] ^= (uint8_t)(1 << (value & 7));
        read += archive_try(path, whole->data, whole->size).read;
        whole->data[byte] ^= (uint8_t)(1 << (value & 7));
    }
    assert_true(read >= least * FLIPS);
}

// A sanitizer holds back what was freed, for a while, so that it is not taken for used: there it would be its own memory.
static void memory_stayed_small(void) {
#if !defined(__SANITIZE_ADDRESS__)
    struct rusage usage;
    assert_int_equal(getrusage(RUSAGE_SELF, &usage), 0);
    assert_true(usage.ru_maxrss < MOST_MEMORY_KIB);
#endif
}

static void break_it(const char *suffix, struct made *whole, int64_t in_the_last, int64_t least) {
    snprintf(path, sizeof path, "/tmp/facet-broken-%d.%s", (int)getpid(), suffix);
    cut_everywhere(whole, in_the_last);
    flip_bits(whole, least);
    memory_stayed_small();
    unlink(path);
}

static void zip(void **state) {
    (void)state;
    struct made whole = make_zip();
    break_it("zip", &whole, MEMBERS, MEMBERS - 2);
    made_free(&whole);
}

static void tar(void **state) {
    (void)state;
    struct made whole = make_tar();
    break_it("tar", &whole, MEMBERS - 1, MEMBERS - 2);
    made_free(&whole);
}

static void tar_gz(void **state) {
    (void)state;
    struct made plain = make_tar(), whole = gzipped(&plain, 3);
    break_it("tar.gz", &whole, MEMBERS / 2, MEMBERS / 4);
    made_free(&plain), made_free(&whole);
}

static void tar_zst(void **state) {
    (void)state;
    struct made plain = make_tar(), whole = zstandard(&plain, 3);
    break_it("tar.zst", &whole, MEMBERS / 2, MEMBERS / 4);
    made_free(&plain), made_free(&whole);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(zip), cmocka_unit_test(tar), cmocka_unit_test(tar_gz),
                                       cmocka_unit_test(tar_zst)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
