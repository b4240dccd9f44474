// What archives must not hold is left out, and broken ones give what can be had of them, with a sentence.
#include "archive_root.h"

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
        cmocka_unit_test_teardown(evil_members_are_left_out_of_tar, empty_root),
        cmocka_unit_test_teardown(evil_members_are_left_out_of_zip, empty_root),
        cmocka_unit_test_teardown(maps_of_holes_are_stepped_over, empty_root),
        cmocka_unit_test_teardown(sizes_beyond_octal_are_read, empty_root),
        cmocka_unit_test_teardown(bombs_do_not_go_off, empty_root),
        cmocka_unit_test_teardown(cut_archives_keep_what_comes_before, empty_root),
        cmocka_unit_test_teardown(broken_header_is_stepped_over, empty_root),
        cmocka_unit_test_teardown(a_changed_archive_is_not_read, empty_root),
        cmocka_unit_test_teardown(what_is_no_archive_is_refused, empty_root),
    };
    return cmocka_run_group_tests(tests, make_root, remove_root);
}
