// The tokenizer with bytes alone and with a few merges of our own; bad texts and bad files.
#include "nn/nn.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#include <cmocka.h>

enum { END = 256 }; // added to the id of a byte that ends a word

static int32_t byte(char c) {
    return c - '!';
}

static void check(const struct nn_tokenizer *tokenizer, const char *text, int n, const int32_t *want) {
    int32_t ids[32], start = (int32_t)nn_tokenizer_vocabulary(tokenizer) - 2;
    int64_t length = 0;
    struct facet_error error = {0};
    if (nn_tokenizer_encode(tokenizer, text, 32, ids, &length, &error)) fail_msg("%s: %s", text, error.text);
    assert_int_equal(length, n + 2);
    assert_int_equal(ids[0], start);
    for (int i = 0; i < n; i++) assert_int_equal(ids[i + 1], want[i]);
    for (int i = n + 1; i < 32; i++) assert_int_equal(ids[i], start + 1);
}

#define CHECK(tokenizer, text, ...)                                                                                    \
    check(tokenizer, text, sizeof((int32_t[]){__VA_ARGS__}) / sizeof(int32_t), (const int32_t[]){__VA_ARGS__})

static struct nn_tokenizer *open_bytes(void) {
    struct nn_tokenizer *tokenizer = NULL;
    assert_int_equal(nn_tokenizer_create(NULL, &tokenizer, NULL), FACET_OK);
    return tokenizer;
}

static void bytes_are_tokens_and_words_end(void **state) {
    (void)state;
    struct nn_tokenizer *t = open_bytes();
    assert_int_equal(nn_tokenizer_vocabulary(t), 514);
    CHECK(t, "ab c", byte('a'), byte('b') + END, byte('c') + END);
    CHECK(t, "\t AB\n\xc2\xa0 C ", byte('a'), byte('b') + END, byte('c') + END);
    CHECK(t, "it's", byte('i'), byte('t') + END, byte('\''), byte('s') + END);
    CHECK(t, "12!?", byte('1') + END, byte('2') + END, byte('!'), byte('?') + END);
    CHECK(t, "\xc3\xa9", 126 - 33 + 1 + 12 + 0xc3 - 0xae, 126 - 33 + 1 + 0xa9 - 0xa1 + END);
    CHECK(t, "\xc3\x89", 126 - 33 + 1 + 12 + 0xc3 - 0xae, 126 - 33 + 1 + 0xa9 - 0xa1 + END); // its capital
    CHECK(t, "x<|endoftext|>", byte('x') + END, 513);
    check(t, "", 0, NULL);
    nn_tokenizer_destroy(t);
    nn_tokenizer_destroy(NULL);
}

static void long_texts_are_cut_and_still_end(void **state) {
    (void)state;
    struct nn_tokenizer *t = open_bytes();
    int32_t ids[4];
    int64_t length;
    assert_int_equal(nn_tokenizer_encode(t, "abcdef", 4, ids, &length, NULL), FACET_OK);
    assert_int_equal(length, 4);
    assert_int_equal(ids[2], byte('b'));
    assert_int_equal(ids[3], 513);
    nn_tokenizer_destroy(t);
}

static void bad_utf8_is_refused_with_its_place(void **state) {
    (void)state;
    struct nn_tokenizer *t = open_bytes();
    const char *texts[] = {"face\xff", "face\xc3", "face\xed\xa0\x80", "face\xf8\x88\x80\x80\x80"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        int32_t ids[16];
        int64_t length;
        struct facet_error error = {0};
        assert_int_equal(nn_tokenizer_encode(t, texts[i], 16, ids, &length, &error), FACET_ERROR_DATA);
        assert_non_null(strstr(error.text, "UTF-8 (byte 4)"));
    }
    nn_tokenizer_destroy(t);
}

// ---- merges ------------------------------------------------------------------------------------------------------------

static char path[] = "nn_tokenizer_XXXXXX";

static void write_file(const char *text, bool compressed) {
    gzFile file = gzopen(path, compressed ? "wb" : "wbT");
    assert_non_null(file);
    assert_int_equal(gzwrite(file, text, (unsigned)strlen(text)), strlen(text));
    assert_int_equal(gzclose(file), Z_OK);
}

static void merges_are_applied_in_the_order_learnt(void **state) {
    (void)state;
    for (int compressed = 0; compressed < 2; compressed++) {
        write_file("heading\nb c\na b\nbc c\na a</w>\nbc d</w>\n", compressed);
        struct nn_tokenizer *t = NULL;
        struct facet_error error = {0};
        if (nn_tokenizer_create(path, &t, &error)) fail_msg("%s", error.text);
        assert_int_equal(nn_tokenizer_vocabulary(t), 519);
        CHECK(t, "abcd", byte('a'), 516);              // "b c" before "a b"
        CHECK(t, "abd", 513, byte('d') + END);         //
        CHECK(t, "aaaa", byte('a'), byte('a'), 515);   // only at the end of a word
        CHECK(t, "bcbcce", 512, 514, byte('e') + END); // all places of a pair, then the next pair
        nn_tokenizer_destroy(t);
    }
}

static void bad_merges_are_refused_with_their_line(void **state) {
    (void)state;
    const char *bad[][2] = {
        {"heading\na b\nab\n", "line 3: expected two symbols"},
        {"heading\na b c\n", "line 2: expected two symbols"},
        {"heading\n\n", "line 2: expected two symbols"},
        {"heading\na b\nabc d\n", "line 3: \"abc\" is neither"},
        {"heading\na b\na b\n", "line 3: \"ab\" was already made"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        write_file(bad[i][0], false);
        struct nn_tokenizer *t = NULL;
        struct facet_error error = {0};
        assert_int_equal(nn_tokenizer_create(path, &t, &error), FACET_ERROR_DATA);
        if (!strstr(error.text, bad[i][1])) fail_msg("\"%s\" does not say \"%s\"", error.text, bad[i][1]);
        assert_null(t);
    }
}

static void unreadable_files_are_refused(void **state) {
    (void)state;
    struct nn_tokenizer *t = NULL;
    struct facet_error error = {0};
    assert_int_equal(nn_tokenizer_create("no/such/file", &t, &error), FACET_ERROR_IO);
    assert_non_null(strstr(error.text, "no/such/file"));
    char text[4000] = "heading\n";
    for (int i = 8; i < 3998; i++) text[i] = (char)('a' + (i * i + i / 7) % 26);
    write_file(text, false);
    assert_int_equal(nn_tokenizer_create(path, &t, &error), FACET_ERROR_DATA);
    assert_non_null(strstr(error.text, "line 2: longer"));
    write_file(text, true);
    assert_int_equal(truncate(path, 100), 0);
    assert_int_equal(nn_tokenizer_create(path, &t, &error), FACET_ERROR_IO);
    assert_null(t);
}

static int make_file(void **state) {
    (void)state;
    int file = mkstemp(path);
    return file < 0 || close(file);
}

static int remove_file(void **state) {
    (void)state;
    return unlink(path);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bytes_are_tokens_and_words_end),
        cmocka_unit_test(long_texts_are_cut_and_still_end),
        cmocka_unit_test(bad_utf8_is_refused_with_its_place),
        cmocka_unit_test(merges_are_applied_in_the_order_learnt),
        cmocka_unit_test(bad_merges_are_refused_with_their_line),
        cmocka_unit_test(unreadable_files_are_refused),
    };
    return cmocka_run_group_tests(tests, make_file, remove_file);
}
