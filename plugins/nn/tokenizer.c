// CLIP's tokenizer (Radford et al., ICML 2021; clip/simple_tokenizer.py). White space only separates words, so runs of
// it need no collapsing. HTML entities are taken as they stand. A letter whose lower case is several letters keeps its
// case.
#define PCRE2_CODE_UNIT_WIDTH 8

#include "nn/merges.h"
#include "nn/nn.h"

#include <pcre2.h>
#include <stdlib.h>
#include <string.h>

#define START_TEXT "<|startoftext|>"
#define END_TEXT "<|endoftext|>"
#define WORDS "<\\|startoftext\\|>|<\\|endoftext\\|>|'s|'t|'re|'ve|'m|'ll|'d|\\p{L}+|\\p{N}|[^\\s\\p{L}\\p{N}]+"

struct nn_tokenizer {
    struct nn_merges merges;
    int32_t byte_ids[NN_BYTES];
    pcre2_code *words, *capitals;
};

static int pattern_error(struct facet_error *error, int code, const char *what) {
    PCRE2_UCHAR text[128];
    pcre2_get_error_message(code, text, sizeof text);
    return facet_error_set(error, code == PCRE2_ERROR_NOMEMORY ? FACET_ERROR_MEMORY : FACET_ERROR_INTERNAL,
                           "the tokenizer could not %s: %s", what, (const char *)text);
}

static int compile(const char *pattern, pcre2_code **out, struct facet_error *error) {
    int code;
    PCRE2_SIZE at;
    *out = pcre2_compile((PCRE2_SPTR)pattern, PCRE2_ZERO_TERMINATED, PCRE2_UTF | PCRE2_UCP | PCRE2_CASELESS, &code, &at,
                         NULL);
    return *out ? FACET_OK : pattern_error(error, code, "compile its pattern");
}

int nn_tokenizer_create(const char *merges_path, struct nn_tokenizer **out, struct facet_error *error) {
    struct nn_tokenizer *tokenizer = calloc(1, sizeof *tokenizer);
    if (!tokenizer) return facet_error_set(error, FACET_ERROR_MEMORY, "no memory for a tokenizer");
    uint8_t order[NN_BYTES];
    nn_byte_order(order);
    for (int id = 0; id < NN_BYTES; id++) tokenizer->byte_ids[order[id]] = id;
    int code = compile(WORDS, &tokenizer->words, error);
    if (!code) code = compile("\\p{L}+", &tokenizer->capitals, error);
    if (!code && merges_path) code = nn_merges_load(merges_path, &tokenizer->merges, error);
    if (code) {
        nn_tokenizer_destroy(tokenizer);
        return code;
    }
    *out = tokenizer;
    return FACET_OK;
}

void nn_tokenizer_destroy(struct nn_tokenizer *tokenizer) {
    if (!tokenizer) return;
    pcre2_code_free(tokenizer->words);
    pcre2_code_free(tokenizer->capitals);
    nn_merges_free(&tokenizer->merges);
    free(tokenizer);
}

static int32_t start_id(const struct nn_tokenizer *tokenizer) {
    return NN_FIRST_MERGE + tokenizer->merges.count;
}

int64_t nn_tokenizer_vocabulary(const struct nn_tokenizer *tokenizer) {
    return start_id(tokenizer) + 2;
}

// ---- words -------------------------------------------------------------------------------------------------------------

// Joins, again and again, the pair that was learnt first, at all its places from left to right.
static int64_t join_pairs(const struct nn_merges *merges, int32_t *symbols, int64_t n) {
    for (;;) {
        int32_t first = INT32_MAX;
        for (int64_t i = 0; i + 1 < n; i++) {
            int32_t made = nn_merges_find(merges, symbols[i], symbols[i + 1]);
            if (made >= 0 && made < first) first = made;
        }
        if (first == INT32_MAX) return n;
        int64_t kept = 0;
        for (int64_t i = 0; i < n; i++) {
            bool joined = i + 1 < n && nn_merges_find(merges, symbols[i], symbols[i + 1]) == first;
            symbols[kept++] = joined ? first : symbols[i];
            i += joined;
        }
        n = kept;
    }
}

static int64_t encode_word(const struct nn_tokenizer *tokenizer, const char *word, size_t length, int32_t *symbols) {
    bool start = length == strlen(START_TEXT) && !memcmp(word, START_TEXT, length);
    bool end = length == strlen(END_TEXT) && !memcmp(word, END_TEXT, length);
    if (start || end) {
        symbols[0] = start_id(tokenizer) + end;
        return 1;
    }
    for (size_t i = 0; i < length; i++) symbols[i] = tokenizer->byte_ids[(unsigned char)word[i]];
    symbols[length - 1] += NN_BYTES;
    return join_pairs(&tokenizer->merges, symbols, (int64_t)length);
}

// ---- texts -------------------------------------------------------------------------------------------------------------

// One text on its way: in lower case, with room for the symbols of its longest word.
struct work {
    char *lower;
    PCRE2_SIZE length;
    int32_t *symbols;
    pcre2_match_data *match;
};

static void work_free(struct work *work) {
    free(work->lower);
    free(work->symbols);
    pcre2_match_data_free(work->match);
}

static int lower_case(const struct nn_tokenizer *tokenizer, const char *text, struct work *work,
                      struct facet_error *error) {
    PCRE2_SIZE size = strlen(text);
    work->length = 2 * size + 1; // a letter of two bytes may have a lower case of three
    work->lower = malloc(work->length);
    work->match = pcre2_match_data_create_from_pattern(tokenizer->words, NULL);
    work->symbols = malloc(work->length * sizeof *work->symbols);
    if (!work->lower || !work->match || !work->symbols)
        return facet_error_set(error, FACET_ERROR_MEMORY, "no memory to tokenize %zu bytes", size);
    int done = pcre2_substitute(tokenizer->capitals, (PCRE2_SPTR)text, size, 0,
                                PCRE2_SUBSTITUTE_GLOBAL | PCRE2_SUBSTITUTE_EXTENDED, work->match, NULL,
                                (PCRE2_SPTR) "\\L$0", PCRE2_ZERO_TERMINATED, (PCRE2_UCHAR *)work->lower, &work->length);
    if (done >= 0) return FACET_OK;
    if (done <= PCRE2_ERROR_UTF8_ERR1 && done >= PCRE2_ERROR_UTF8_ERR21)
        return facet_error_set(error, FACET_ERROR_DATA, "a text is not valid UTF-8 (byte %zu)",
                               pcre2_get_startchar(work->match));
    return pattern_error(error, done, "put a text into lower case");
}

// Fills ids from *count on, at most up to `room`.
static int encode_words(const struct nn_tokenizer *tokenizer, struct work *work, int64_t room, int32_t *ids,
                        int64_t *count, struct facet_error *error) {
    PCRE2_SIZE at = 0;
    while (*count < room) {
        int found = pcre2_match(tokenizer->words, (PCRE2_SPTR)work->lower, work->length, at, PCRE2_NO_UTF_CHECK,
                                work->match, NULL);
        if (found == PCRE2_ERROR_NOMATCH) return FACET_OK;
        if (found < 0) return pattern_error(error, found, "split a text into words");
        const PCRE2_SIZE *span = pcre2_get_ovector_pointer(work->match);
        int64_t n = encode_word(tokenizer, work->lower + span[0], span[1] - span[0], work->symbols);
        if (n > room - *count) n = room - *count;
        memcpy(ids + *count, work->symbols, (size_t)n * sizeof *ids);
        *count += n;
        at = span[1];
    }
    return FACET_OK;
}

int nn_tokenizer_encode(const struct nn_tokenizer *tokenizer, const char *text, int64_t context, int32_t *ids,
                        int64_t *length, struct facet_error *error) {
    FACET_REQUIRE(context >= 2);
    struct work work = {0};
    int64_t count = 1;
    ids[0] = start_id(tokenizer);
    int code = lower_case(tokenizer, text, &work, error);
    if (!code) code = encode_words(tokenizer, &work, context - 1, ids, &count, error);
    work_free(&work);
    if (code) return code;
    *length = count + 1;
    for (; count < context; count++) ids[count] = start_id(tokenizer) + 1;
    return FACET_OK;
}
