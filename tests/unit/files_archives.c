// Archives as folders: zip, tar, tar.gz, tar.zst give the same files as a folder would.
#include "archive_root.h"

#include <malloc.h>
#include <pthread.h>
#include <sys/stat.h>

static void check_member(const struct facet_files *files, int member, const char *prefix, struct facet_bytes *bytes) {
    char path[300];
    struct facet_error error = {0};
    size_t size;
    snprintf(path, sizeof path, "%s%s", prefix, name_of(member));
    int64_t file = facet_files_find(files, path);
    assert_true(file >= 0);
    const uint8_t *expected = content(member, &size);
    assert_int_equal(facet_files_get(files, file).bytes, size);
    int code = facet_files_read(files, file, bytes, &error);
    if (code) print_error("%s\n", error.text);
    assert_int_equal(code, FACET_OK);
    assert_int_equal(bytes->size, size);
    assert_memory_equal(bytes->data, expected, size);
}

// In order, backwards, and here and there.
static void check_all(const char *path, const char *prefix) {
    struct facet_files *files = open_files(path, NULL);
    struct facet_bytes bytes = {0};
    assert_int_equal(facet_files_count(files), MEMBERS);
    assert_int_equal(facet_files_notes(files), 0);
    for (int i = 0; i < MEMBERS; i++) check_member(files, i, prefix, &bytes);
    for (int i = MEMBERS; i-- > 0;) check_member(files, i, prefix, &bytes);
    for (int i = 0; i < MEMBERS; i++) check_member(files, i * 37 % MEMBERS, prefix, &bytes);
    facet_bytes_free(&bytes);
    facet_files_close(files);
}

// One member in `stored` is put in as it is, the others are deflated; 0: all are.
static void zip_all(struct made *zip, int stored, int is_zip64) {
    for (int i = 0; i < MEMBERS; i++) {
        size_t size;
        const uint8_t *bytes = content(i, &size);
        zip_put(zip, name_of(i), bytes, size, stored && i % stored == 0 ? 0 : 8);
    }
    zip_end(zip, is_zip64);
}

static void zip_is_read(void **state) {
    struct made zip = {0};
    (void)state;
    zip_all(&zip, 3, 0);
    made_write(&zip, at("x.zip"));
    check_all(root, "x/");
    check_all(at("x.zip"), "");
    made_free(&zip);
}

static void zip64_behind_other_bytes_is_read(void **state) {
    struct made zip = {0}, whole = {0};
    (void)state;
    zip_all(&zip, 0, 0);
    made_put(&whole, "#!/bin/sh\nexit 0\n", 17);
    made_put(&whole, zip.data, zip.size);
    made_write(&whole, at("self.zip"));
    check_all(root, "self/");
    unlink(at("self.zip"));
    made_free(&zip), made_free(&whole);
    zip_all(&zip, 1, 1);
    made_write(&zip, at("large.zip"));
    check_all(root, "large/");
    memset(zip.data + zip.size - 18, 0xff, 4); // numbers of volumes, which the zip64 end may tell instead
    made_write(&zip, at("large.zip"));
    check_all(root, "large/");
    memset(zip.data + zip.size - 22 - 20 - 56 + 16, 1, 4);
    made_write(&zip, at("large.zip"));
    struct facet_files *files = open_files(root, NULL);
    assert_non_null(strstr(facet_files_note(files, 0), "the archive has several volumes"));
    facet_files_close(files);
    made_free(&zip);
}

static void both_ends_of_a_zip_may_tell(void **state) {
    struct made zip = {0}, whole = {0};
    (void)state;
    zip_all(&zip, 0, 2);
    made_write(&zip, at("piped.zip"));
    check_all(root, "piped/");
    made_put(&whole, "#!/bin/sh\n", 10);
    made_put(&whole, zip.data, zip.size);
    made_write(&whole, at("piped.zip"));
    check_all(root, "piped/");
    made_free(&zip), made_free(&whole);
}

// As many as the old end can count: the number that announces zip64, in an archive without it.
static void zip_of_65535_members_is_read(void **state) {
    struct made zip = {0};
    char name[16];
    (void)state;
    for (int i = 0; i < 65535; i++) {
        snprintf(name, sizeof name, "%05d", i);
        zip_put(&zip, name, "x", 1, 0);
    }
    zip_end(&zip, 0);
    made_write(&zip, at("full.zip"));
    struct facet_files *files = open_files(at("full.zip"), NULL);
    assert_int_equal(facet_files_count(files), 65535);
    assert_int_equal(facet_files_notes(files), 0);
    facet_files_close(files);
    made_free(&zip);
}

static void tars_are_read(void **state) {
    static const int parts[] = {1, 5};
    (void)state;
    struct made tar = a_tar();
    made_write(&tar, at("t.TAR"));
    check_all(root, "t/");
    unlink(at("t.TAR"));
    for (int i = 0; i < 2; i++) {
        struct made gz = gzipped(&tar, parts[i]), zst = zstandard(&tar, parts[i]);
        made_write(&gz, at("t.tgz"));
        check_all(root, "t/");
        unlink(at("t.tgz"));
        made_write(&zst, at("t.tar.zst"));
        check_all(root, "t/");
        unlink(at("t.tar.zst"));
        made_free(&gz), made_free(&zst);
    }
    made_free(&tar);
}

struct reader {
    const struct facet_files *files;
    int first;
    bool is_right;
};

static void *read_some(void *context) {
    struct reader *reader = context;
    struct facet_bytes bytes = {0};
    reader->is_right = true;
    for (int i = 0; i < 120; i++) {
        int64_t file = (reader->first + i * (reader->first + 1)) % MEMBERS;
        reader->is_right &= facet_files_read(reader->files, file, &bytes, NULL) == FACET_OK;
        reader->is_right &= bytes.size == (size_t)facet_files_get(reader->files, file).bytes;
        uLong sum = crc32(crc32(0, NULL, 0), bytes.data, (uInt)bytes.size);
        size_t size = bytes.size;
        uint8_t *copy = malloc(size + 1);
        if (!copy) abort();
        memcpy(copy, bytes.data, size);
        reader->is_right &= facet_files_read(reader->files, file, &bytes, NULL) == FACET_OK;
        reader->is_right &= sum == crc32(crc32(0, NULL, 0), copy, (uInt)size) && memcmp(copy, bytes.data, size) == 0;
        free(copy);
    }
    facet_bytes_free(&bytes);
    return NULL;
}

static void threads_read_at_once(void **state) {
    enum { THREADS = 12 };
    pthread_t threads[THREADS];
    struct reader readers[THREADS];
    (void)state;
    struct made tar = a_tar(), gz = gzipped(&tar, 1);
    made_write(&gz, at("t.tar.gz"));
    struct facet_files *files = open_files(root, NULL);
    for (int i = 0; i < THREADS; i++) {
        readers[i] = (struct reader){files, i, false};
        assert_int_equal(pthread_create(&threads[i], NULL, read_some, &readers[i]), 0);
    }
    for (int i = 0; i < THREADS; i++) {
        pthread_join(threads[i], NULL);
        assert_true(readers[i].is_right);
    }
    struct facet_bytes bytes = {0};
    for (int i = 0; i < MEMBERS; i++) check_member(files, i, "t/", &bytes);
    facet_bytes_free(&bytes);
    facet_files_close(files);
    made_free(&tar), made_free(&gz);
}

static void names_too_long_for_a_header(void **state) {
    char name[400], record[500];
    struct made tar = {0};
    struct facet_bytes bytes = {0};
    (void)state;
    memset(name, 'n', 300);
    memcpy(name + 300, "/a.ply", 7);
    tar_put_kind(&tar, "././@LongLink", name, 307, 'L');
    tar_put(&tar, "cut", "one", 3);
    memset(name, 'p', 300);
    int size = snprintf(record, sizeof record, "316 path=%s\n10 size=3\n", name);
    assert_int_equal(size, 326);
    tar_put_kind(&tar, "pax", record, 326, 'x');
    tar_head(&tar, "short", 0, '0'); // the size told before counts
    made_put(&tar, "two", 3);
    made_put(&tar, (uint8_t[509]){0}, 509);
    tar_put(&tar, "plain", "three", 5);
    tar_end(&tar);
    made_write(&tar, at("t.tar"));
    struct facet_files *files = open_files(at("t.tar"), NULL);
    assert_int_equal(facet_files_count(files), 3);
    assert_int_equal(facet_files_get(files, 0).path[299], 'n');
    assert_int_equal(facet_files_read(files, 2, &bytes, NULL), FACET_OK);
    assert_memory_equal(bytes.data, "two", 3);
    assert_int_equal(facet_files_find(files, "plain"), 1);
    facet_bytes_free(&bytes);
    facet_files_close(files);
    made_free(&tar);
}

// One frame that asks its reader for a window of 128 MiB, however little there is.
static struct made wide_zstandard(const struct made *from) {
    struct made to = {0};
    ZSTD_CCtx *context = ZSTD_createCCtx();
    size_t room = ZSTD_compressBound(from->size) + 64;
    uint8_t *bytes = malloc(room);
    assert_true(context && bytes);
    ZSTD_CCtx_setParameter(context, ZSTD_c_windowLog, 27);
    ZSTD_outBuffer out = {bytes, room, 0};
    ZSTD_inBuffer first = {from->data, from->size / 2, 0}, rest = {from->data, from->size, from->size / 2};
    assert_false(ZSTD_isError(ZSTD_compressStream2(context, &out, &first, ZSTD_e_flush))); // before the size is known
    assert_int_equal(ZSTD_compressStream2(context, &out, &rest, ZSTD_e_end), 0);
    made_put(&to, bytes, out.pos);
    ZSTD_freeCCtx(context);
    free(bytes);
    return to;
}

static void wide_windows_are_not_kept_for_all_archives(void **state) {
    enum { ARCHIVES = 5 };
    (void)state;
    struct made tar = a_tar(), packed = wide_zstandard(&tar);
    struct facet_bytes bytes = {0};
    for (int i = 0; i < ARCHIVES; i++) {
        char name[16];
        snprintf(name, sizeof name, "%d.tar.zst", i);
        made_write(&packed, at(name));
    }
    struct facet_files *files = open_files(root, NULL);
    assert_int_equal(facet_files_notes(files), 0);
    for (int i = 0; i < ARCHIVES; i++) {
        char name[64];
        snprintf(name, sizeof name, "%d/%s", i, name_of(7));
        assert_int_equal(facet_files_read(files, facet_files_find(files, name), &bytes, NULL), FACET_OK);
    }
#if !defined(__SANITIZE_ADDRESS__)
    assert_true(mallinfo2().hblkhd < (size_t)300 << 20); // large blocks that are taken: less than three windows
#endif
    facet_files_close(files);
    facet_bytes_free(&bytes);
    made_free(&tar), made_free(&packed);
}

static bool no_neutral(const void *context, const char *path) {
    (void)context;
    return !strstr(path, "Neutral/") && !strstr(path, "F002/");
}

static void an_archive_looks_like_its_folder(void **state) {
    static const char *const expected[] = {"F001/Angry/a.wrl", "F001/Angry/b.wrl", "F003/x"};
    struct made tar = {0}, zip = {0};
    (void)state;
    assert_int_equal(mkdir(at("F001"), 0700), 0);
    assert_int_equal(mkdir(at("F001/Angry"), 0700), 0);
    tar_put(&tar, "unpacked", "1", 1); // any bytes
    made_write(&tar, at("F001/Angry/a.wrl"));
    made_free(&tar);
    tar_put(&tar, "F001/Angry/a.wrl", "packed", 6);
    tar_put(&tar, "F001/Angry/b.wrl", "b", 1);
    tar_put(&tar, "F001/Neutral/c.wrl", "c", 1);
    tar_end(&tar);
    made_write(&tar, at("F001.tar"));
    made_write(&tar, at("F002.tar")); // not wanted
    zip_put(&zip, "x", "x", 1, 0);
    zip_end(&zip, 0);
    made_write(&zip, at("F003.zip"));
    struct facet_files *files = open_files(root, &(struct facet_files_options){.wanted = no_neutral});
    assert_int_equal(facet_files_count(files), 3);
    for (int i = 0; i < 3; i++) assert_string_equal(facet_files_get(files, i).path, expected[i]);
    assert_int_equal(facet_files_get(files, 0).bytes, 1024); // the one in the folder
    facet_files_close(files);
    made_free(&tar), made_free(&zip);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(zip_is_read, empty_root),
        cmocka_unit_test_teardown(zip64_behind_other_bytes_is_read, empty_root),
        cmocka_unit_test_teardown(both_ends_of_a_zip_may_tell, empty_root),
        cmocka_unit_test_teardown(zip_of_65535_members_is_read, empty_root),
        cmocka_unit_test_teardown(tars_are_read, empty_root),
        cmocka_unit_test_teardown(threads_read_at_once, empty_root),
        cmocka_unit_test_teardown(names_too_long_for_a_header, empty_root),
        cmocka_unit_test_teardown(wide_windows_are_not_kept_for_all_archives, empty_root),
        cmocka_unit_test_teardown(an_archive_looks_like_its_folder, empty_root),
    };
    return cmocka_run_group_tests(tests, make_root, remove_root);
}
