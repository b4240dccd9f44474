// Archives as folders: zip, tar, tar.gz, tar.zst give the same files as a folder would; what they must not hold is left out.
#include "archives.h"

#include <facet/files.h>

#include <malloc.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <sys/stat.h>

#include <cmocka.h>

static char root[] = "/tmp/facet-archives-XXXXXX";
enum { MEMBERS = 60, BIG = 200000 };

static const char *at(const char *name) {
    static char path[256];
    snprintf(path, sizeof path, "%s/%s", root, name);
    return path;
}

static int make_root(void **state) {
    (void)state;
    return mkdtemp(root) ? 0 : -1;
}

static int empty_root(void **state) {
    char command[300];
    (void)state;
    snprintf(command, sizeof command, "rm -rf %s/*", root);
    return system(command);
}

static int remove_root(void **state) {
    return empty_root(state) || rmdir(root);
}

// Bytes that hardly compress, another run of them for every member.
static uint8_t *content(int member, size_t *size) {
    static uint8_t bytes[BIG];
    uint32_t value = 12345u + (uint32_t)member * 7919u;
    *size = member % 10 == 3 ? 0 : member % 10 == 7 ? BIG : 100 + 13 * (size_t)member;
    for (size_t i = 0; i < *size; i++) value = value * 1664525u + 1013904223u, bytes[i] = (uint8_t)(value >> 24);
    return bytes;
}

static const char *name_of(int member) {
    static char name[64];
    snprintf(name, sizeof name, "people/S%02d/scan_%03d.wrl", member / 7, member);
    return name;
}

static struct made a_tar(void) {
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

static struct facet_files *open_files(const char *path, const struct facet_files_options *options) {
    struct facet_files *files = NULL;
    struct facet_error error = {0};
    int code = facet_files_open(path, options, &files, &error);
    if (code) print_error("%s\n", error.text);
    assert_int_equal(code, FACET_OK);
    return files;
}

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

static void zip_is_read(void **state) {
    struct made zip = {0};
    size_t size;
    (void)state;
    for (int i = 0; i < MEMBERS; i++) {
        const uint8_t *bytes = content(i, &size);
        zip_put(&zip, name_of(i), bytes, size, i % 3 ? 8 : 0);
    }
    zip_end(&zip, 0);
    made_write(&zip, at("x.zip"));
    check_all(root, "x/");
    check_all(at("x.zip"), "");
    made_free(&zip);
}

static void zip64_behind_other_bytes_is_read(void **state) {
    struct made zip = {0}, whole = {0};
    size_t size;
    (void)state;
    for (int i = 0; i < MEMBERS; i++) {
        const uint8_t *bytes = content(i, &size);
        zip_put(&zip, name_of(i), bytes, size, 8);
    }
    zip_end(&zip, 0);
    made_put(&whole, "#!/bin/sh\nexit 0\n", 17);
    made_put(&whole, zip.data, zip.size);
    made_write(&whole, at("self.zip"));
    check_all(root, "self/");
    unlink(at("self.zip"));
    made_free(&zip), made_free(&whole);
    for (int i = 0; i < MEMBERS; i++) {
        const uint8_t *bytes = content(i, &size);
        zip_put(&zip, name_of(i), bytes, size, 0);
    }
    zip_end(&zip, 1);
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
    size_t size;
    (void)state;
    for (int i = 0; i < MEMBERS; i++) {
        const uint8_t *bytes = content(i, &size);
        zip_put(&zip, name_of(i), bytes, size, 8);
    }
    zip_end(&zip, 2);
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

static void check_notes(const struct facet_files *files, const char *const *notes, int n) {
    assert_int_equal(facet_files_notes(files), n);
    for (int i = 0; i < n; i++) {
        bool found = false;
        for (int k = 0; k < n; k++) found |= strstr(facet_files_note(files, k), notes[i]) != NULL;
        if (!found) print_error("no note says: %s\n", notes[i]);
        assert_true(found);
    }
}

static void evil_members_are_left_out_of_tar(void **state) {
    static const char *const notes[] = {"left out /etc/x, which has an absolute path",
                                        "left out a/../../x, which leads out of the archive",
                                        "left out a\\b, which has a name with a backslash in it",
                                        "left out link, which is a link",
                                        "left out hard, which is a link",
                                        "left out device, which is a device",
                                        "left out sparse, which has holes",
                                        "holds t/good twice; the last one counts"};
    struct made tar = {0};
    struct facet_bytes bytes = {0};
    (void)state;
    tar_put(&tar, "/etc/x", "x", 1);
    tar_put(&tar, "a/../../x", "x", 1);
    tar_put(&tar, "a\\b", "x", 1);
    tar_put(&tar, "good", "old", 3);
    tar_put_kind(&tar, "link", NULL, 0, '2');
    tar_put_kind(&tar, "hard", NULL, 0, '1');
    tar_put_kind(&tar, "device", NULL, 0, '3');
    tar_put_kind(&tar, "sparse", "x", 1, 'S');
    tar_put(&tar, "./good", "new", 3);
    tar_end(&tar);
    made_write(&tar, at("t.tar"));
    struct facet_files *files = open_files(root, NULL);
    assert_int_equal(facet_files_count(files), 1);
    assert_string_equal(facet_files_get(files, 0).path, "t/good");
    assert_int_equal(facet_files_read(files, 0, &bytes, NULL), FACET_OK);
    assert_memory_equal(bytes.data, "new", 3);
    check_notes(files, notes, 8);
    facet_bytes_free(&bytes);
    facet_files_close(files);
    made_free(&tar);
}

static void evil_members_are_left_out_of_zip(void **state) {
    static const char *const notes[] = {
        "left out ../x, which leads out of the archive",
        "left out link, which is a link",
        "left out secret, which is encrypted",
        "left out lzma, which is compressed in a way",
        "overlaps another member",
        "left out far, which would lie outside the file",
    };
    struct made zip = {0};
    (void)state;
    zip_put(&zip, "good", "good", 4, 0);
    zip_put(&zip, "../x", "x", 1, 0);
    zip_put_lying(&zip, "link", "good", 4, 0, &(struct zip_lie){.attributes = 0120777u << 16});
    zip_put_lying(&zip, "secret", "x", 1, 0, &(struct zip_lie){.flags = 1});
    zip_put_lying(&zip, "lzma", "x", 1, 0, &(struct zip_lie){.method = 14});
    zip_put(&zip, "quoted", "0123456789012345678901234567890123456789", 40, 0);
    zip_put_lying(&zip, "inside", "x", 1, 0, &(struct zip_lie){.place = zip.size - 20});
    zip_put_lying(&zip, "far", "x", 1, 0, &(struct zip_lie){.place = 1u << 30});
    zip_end(&zip, 0);
    made_write(&zip, at("z.zip"));
    struct facet_files *files = open_files(root, NULL);
    assert_int_equal(facet_files_count(files), 2);
    assert_string_equal(facet_files_get(files, 0).path, "z/good");
    assert_string_equal(facet_files_get(files, 1).path, "z/quoted");
    check_notes(files, notes, 6);
    facet_files_close(files);
    made_free(&zip);
}

static void refused(const struct facet_files *files, const char *path, int expected, const char *sentence) {
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

static void sum_again(uint8_t *head) {
    unsigned sum = 0;
    memcpy(head + 148, "        ", 8);
    for (int i = 0; i < 512; i++) sum += head[i];
    snprintf((char *)head + 148, 8, "%06o", sum);
}

// A sparse file of GNU tar whose map goes on in two blocks behind its header; what follows it is found.
static void maps_of_holes_are_stepped_over(void **state) {
    struct made tar = {0};
    uint8_t map[512] = {0};
    (void)state;
    tar_head(&tar, "sparse", 1, 'S');
    tar.data[482] = 1;
    sum_again(tar.data);
    map[504] = 1;
    made_put(&tar, map, sizeof map);
    map[504] = 0;
    made_put(&tar, map, sizeof map);
    made_put(&tar, (uint8_t[512]){'x'}, 512);
    tar_put(&tar, "plain", "three", 5);
    tar_end(&tar);
    made_write(&tar, at("t.tar"));
    struct facet_files *files = open_files(root, NULL);
    static const char *const notes[] = {"left out sparse, which has holes"};
    check_notes(files, notes, 1);
    assert_int_equal(facet_files_count(files), 1);
    facet_files_close(files);
    made_free(&tar);
}

// Sizes beyond what eleven octal digits hold: GNU's base 256, and a record of pax. Nothing of that size need be there.
static void sizes_beyond_octal_are_read(void **state) {
    struct made tar = {0};
    (void)state;
    tar_head(&tar, "large", 0, '0');
    memset(tar.data + 124, 0, 12);
    tar.data[124] = 0x80, tar.data[131] = 3; // 3 * 2^32
    sum_again(tar.data);
    made_write(&tar, at("base256.tar"));
    made_free(&tar);
    tar_put_kind(&tar, "pax", "20 size=12884901888\n", 20, 'x');
    tar_head(&tar, "large", 0, '0');
    made_write(&tar, at("pax.tar"));
    made_free(&tar);
    tar_head(&tar, "negative", 0, '0');
    memset(tar.data + 124, 0xff, 12);
    sum_again(tar.data);
    made_write(&tar, at("negative.tar"));
    struct facet_files *files = open_files(root, NULL);
    assert_int_equal(facet_files_count(files), 2);
    for (int i = 0; i < 2; i++) assert_int_equal(facet_files_get(files, i).bytes, INT64_C(3) << 32);
    refused(files, "base256/large", FACET_ERROR_DATA, "and more than 1073741824 are not read");
    facet_files_close(files);
    made_free(&tar);
}

static void bombs_do_not_go_off(void **state) {
    struct made zip = {0}, tar = {0};
    size_t size;
    (void)state;
    uint8_t *zeros = calloc(1, 4 << 20);
    assert_non_null(zeros);
    zip_put(&zip, "honest", zeros, 4 << 20, 8);
    zip_put_lying(&zip, "more", zeros, 1 << 20, 8, &(struct zip_lie){.bytes = 1000});
    zip_put_lying(&zip, "less", "abcdef", 6, 8, &(struct zip_lie){.bytes = 5000});
    zip_put_lying(&zip, "huge", "abcdef", 6, 8, &(struct zip_lie){.bytes = 0xf0000000});
    zip_put_lying(&zip, "loose", content(7, &size), 9000, 8, &(struct zip_lie){.bytes = 100});
    zip_put_lying(&zip, "wrong", "abcdef", 6, 0, &(struct zip_lie){.crc = 1});
    zip_end(&zip, 0);
    made_write(&zip, at("z.zip"));
    struct facet_files *files = open_files(root, NULL);
    refused(files, "z/honest", FACET_ERROR_DATA, "would unpack to 4194304, more than 1000 times as many");
    refused(files, "z/more", FACET_ERROR_DATA, "it unpacks to more bytes than it should");
    refused(files, "z/less", FACET_ERROR_DATA, "it unpacks to fewer bytes than it should");
    refused(files, "z/huge", FACET_ERROR_DATA, "and more than 1073741824 are not read");
    refused(files, "z/loose", FACET_ERROR_DATA, "it is packed to more than twice its size");
    refused(files, "z/wrong", FACET_ERROR_DATA, "its checksum is not that of its bytes");
    facet_files_close(files);
    unlink(at("z.zip"));
    tar_put(&tar, "first", "1", 1);
    for (int i = 0; i < 40; i++) tar_put(&tar, "zeros", zeros, 4 << 20);
    tar_end(&tar);
    struct made packed = zstandard(&tar, 1);
    made_write(&packed, at("t.tar.zst"));
    files = open_files(root, NULL);
    assert_true(facet_files_count(files) <= 2);
    assert_non_null(strstr(facet_files_note(files, facet_files_notes(files) - 1), "more than 1000 times as many"));
    facet_files_close(files);
    free(zeros);
    made_free(&zip), made_free(&tar), made_free(&packed);
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

static void cut_archives_keep_what_comes_before(void **state) {
    (void)state;
    struct made tar = a_tar(), cut = tar, zip = {0};
    cut.size = 512 + 7 * 1024 + 512 + 100000; // in member 7
    cut.size = 512;
    size_t size;
    for (int i = 0; i < 7; i++) content(i, &size), cut.size += 512 + (size + 511) / 512 * 512;
    cut.size += 512 + 1000;
    made_write(&cut, at("people.tar"));
    struct facet_files *files = open_files(root, NULL);
    assert_int_equal(facet_files_count(files), 8);
    assert_non_null(strstr(facet_files_note(files, 0), "in the middle of its last member"));
    refused(files, "people/S01/scan_007.wrl", FACET_ERROR_IO, "in the middle of people/S01/scan_007.wrl");
    facet_files_close(files);
    unlink(at("people.tar"));
    struct made gz = gzipped(&tar, 1);
    gz.size /= 2;
    made_write(&gz, at("people.tar.gz"));
    files = open_files(root, NULL);
    assert_in_range(facet_files_count(files), 20, 40);
    assert_non_null(strstr(facet_files_note(files, 0), "in the middle of its compressed data"));
    refused(files, facet_files_get(files, facet_files_count(files) - 1).path, FACET_ERROR_IO,
            "in the middle of its compressed data");
    facet_files_close(files);
    unlink(at("people.tar.gz"));
    zip_put(&zip, "one", "1", 1, 0);
    zip_put(&zip, "two", "22222222", 8, 8);
    made_write(&zip, at("z.zip"));
    files = open_files(root, NULL);
    assert_int_equal(facet_files_count(files), 2);
    assert_non_null(strstr(facet_files_note(files, 0), "without a table of contents"));
    facet_files_close(files);
    made_free(&tar), made_free(&gz), made_free(&zip);
}

static void broken_header_is_stepped_over(void **state) {
    struct made tar = {0};
    struct facet_bytes bytes = {0};
    (void)state;
    tar_put(&tar, "one", "1", 1);
    size_t second = tar.size;
    tar_put(&tar, "two", "22", 2);
    tar_put(&tar, "three", "333", 3);
    tar_end(&tar);
    tar.data[second + 3] ^= 1;
    made_write(&tar, at("t.tar"));
    struct facet_files *files = open_files(root, NULL);
    static const char *const notes[] = {"byte 1024: expected the header of a member", "goes on at byte 2048"};
    check_notes(files, notes, 2);
    assert_int_equal(facet_files_count(files), 2);
    assert_int_equal(facet_files_read(files, facet_files_find(files, "t/three"), &bytes, NULL), FACET_OK);
    assert_memory_equal(bytes.data, "333", 3);
    facet_bytes_free(&bytes);
    facet_files_close(files);
    made_free(&tar);
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

static void a_changed_archive_is_not_read(void **state) {
    struct made zip = {0};
    (void)state;
    zip_put(&zip, "x", "x", 1, 0);
    zip_end(&zip, 0);
    made_write(&zip, at("z.zip"));
    struct facet_files *files = open_files(root, NULL);
    uint64_t stamp = facet_files_get(files, 0).stamp;
    facet_files_close(files);
    files = open_files(root, NULL);
    assert_true(facet_files_get(files, 0).stamp == stamp);
    made_put(&zip, "more", 4);
    unlink(at("z.zip"));
    made_write(&zip, at("z.zip"));
    struct facet_files *after = open_files(root, NULL);
    assert_true(facet_files_get(after, 0).stamp != stamp);
    facet_files_close(after);
    facet_files_close(files);
    files = open_files(root, NULL);
    made_put(&zip, "more", 4);
    made_write(&zip, at("z.zip"));
    refused(files, "z/x", FACET_ERROR_IO, "z.zip: has changed since it was listed");
    facet_files_close(files);
    made_free(&zip);
}

static void what_is_no_archive_is_refused(void **state) {
    struct facet_files *files;
    struct facet_error error = {0};
    struct made made = {0};
    (void)state;
    made_put(&made, "nothing known", 13);
    made_write(&made, at("file"));
    assert_int_equal(facet_files_open(at("file"), NULL, &files, &error), FACET_ERROR_DATA);
    assert_non_null(strstr(error.text, "is neither a folder nor a zip"));
    made_write(&made, at("file.zip"));
    assert_int_equal(facet_files_open(at("file.zip"), NULL, &files, &error), FACET_ERROR_IO);
    assert_non_null(strstr(error.text, "ends at byte 13 without a table of contents"));
    made_write(&made, at("file.tar"));
    assert_int_equal(facet_files_open(at("file.tar"), NULL, &files, &error), FACET_ERROR_IO);
    made_free(&made);
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
        cmocka_unit_test_teardown(evil_members_are_left_out_of_tar, empty_root),
        cmocka_unit_test_teardown(evil_members_are_left_out_of_zip, empty_root),
        cmocka_unit_test_teardown(maps_of_holes_are_stepped_over, empty_root),
        cmocka_unit_test_teardown(sizes_beyond_octal_are_read, empty_root),
        cmocka_unit_test_teardown(bombs_do_not_go_off, empty_root),
        cmocka_unit_test_teardown(wide_windows_are_not_kept_for_all_archives, empty_root),
        cmocka_unit_test_teardown(cut_archives_keep_what_comes_before, empty_root),
        cmocka_unit_test_teardown(broken_header_is_stepped_over, empty_root),
        cmocka_unit_test_teardown(an_archive_looks_like_its_folder, empty_root),
        cmocka_unit_test_teardown(a_changed_archive_is_not_read, empty_root),
        cmocka_unit_test_teardown(what_is_no_archive_is_refused, empty_root),
    };
    return cmocka_run_group_tests(tests, make_root, remove_root);
}
