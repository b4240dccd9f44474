#include "nn/merges.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

enum { LINE = 1024 };

// ---- the table of merges -----------------------------------------------------------------------------------------------

struct nn_merge {
    uint64_t pair; // left in the upper half; 0 with made = 0: an empty slot
    int32_t made;
};

static struct nn_merge *merge_slot(const struct nn_merges *merges, uint64_t pair) {
    size_t at = (size_t)((pair * 0x9E3779B97F4A7C15u) >> 40) & (merges->size - 1);
    while (merges->slots[at].made && merges->slots[at].pair != pair) at = (at + 1) & (merges->size - 1);
    return &merges->slots[at];
}

static uint64_t pair_of(int32_t left, int32_t right) {
    return (uint64_t)(uint32_t)left << 32 | (uint32_t)right;
}

int32_t nn_merges_find(const struct nn_merges *merges, int32_t left, int32_t right) {
    if (!merges->size) return -1;
    const struct nn_merge *slot = merge_slot(merges, pair_of(left, right));
    return slot->made ? slot->made : -1;
}

void nn_merges_free(struct nn_merges *merges) {
    free(merges->slots);
    *merges = (struct nn_merges){0};
}

// ---- symbols by their text, needed only while the file is read -----------------------------------------------------------

enum { SYMBOLS = 1 << 17 }; // more than twice NN_FIRST_MERGE + NN_MAX_MERGES

struct symbol {
    char *text;
    int32_t id;
};

static struct symbol *symbol_slot(struct symbol *symbols, const char *text) {
    uint64_t h = 0xcbf29ce484222325u; // FNV-1a
    for (const char *p = text; *p; p++) h = (h ^ (unsigned char)*p) * 0x100000001b3u;
    size_t at = (size_t)(h ^ h >> 32) & (SYMBOLS - 1);
    while (symbols[at].text && strcmp(symbols[at].text, text)) at = (at + 1) & (SYMBOLS - 1);
    return &symbols[at];
}

static bool symbol_add(struct symbol *symbols, const char *text, int32_t id) {
    struct symbol *slot = symbol_slot(symbols, text);
    slot->text = strdup(text);
    slot->id = id;
    return slot->text != NULL;
}

static void symbols_free(struct symbol *symbols) {
    for (size_t i = 0; symbols && i < SYMBOLS; i++) free(symbols[i].text);
    free(symbols);
}

static bool printable(int byte) {
    return (byte >= '!' && byte <= '~') || (byte >= 0xa1 && byte <= 0xac) || byte >= 0xae;
}

void nn_byte_order(uint8_t order[NN_BYTES]) {
    int n = 0;
    for (int byte = 0; byte < NN_BYTES; byte++)
        if (printable(byte)) order[n++] = (uint8_t)byte;
    for (int byte = 0; byte < NN_BYTES; byte++)
        if (!printable(byte)) order[n++] = (uint8_t)byte;
}

// A byte is written as the character of its number, or, where that does not print, as one from U+0100 on.
static struct symbol *symbols_of_bytes(void) {
    struct symbol *symbols = calloc(SYMBOLS, sizeof *symbols);
    uint8_t order[NN_BYTES];
    nn_byte_order(order);
    for (int i = 0, next = 256; symbols && i < NN_BYTES; i++) {
        int point = printable(order[i]) ? order[i] : next++;
        char text[8] = {(char)point}, ending[8];
        if (point >= 0x80) {
            text[0] = (char)(0xc0 | point >> 6);
            text[1] = (char)(0x80 | (point & 0x3f));
        }
        strcpy(ending, text);
        strcat(ending, "</w>");
        if (!symbol_add(symbols, text, i) || !symbol_add(symbols, ending, NN_BYTES + i)) {
            symbols_free(symbols);
            return NULL;
        }
    }
    return symbols;
}

// ---- the file ----------------------------------------------------------------------------------------------------------

struct reader {
    const char *path;
    gzFile file;
    int64_t line; // the one in `text`, from 1
    char text[LINE];
    struct symbol *symbols;
};

static int file_error(struct reader *reader, struct facet_error *error) {
    int code;
    const char *text = gzerror(reader->file, &code);
    return facet_error_set(error, FACET_ERROR_IO, "%s, line %lld: cannot be read: %s", reader->path,
                           (long long)reader->line, text);
}

// The next line, without its end. *more is false behind the last.
static int next_line(struct reader *reader, bool *more, struct facet_error *error) {
    reader->line++;
    *more = gzgets(reader->file, reader->text, LINE) != NULL;
    int code;
    gzerror(reader->file, &code);
    if (code != Z_OK && code != Z_STREAM_END) return file_error(reader, error);
    if (!*more) return FACET_OK;
    size_t length = strlen(reader->text);
    if (length + 1 == LINE)
        return facet_error_set(error, FACET_ERROR_DATA, "%s, line %lld: longer than a merge can be (%d bytes)",
                               reader->path, (long long)reader->line, LINE - 2);
    reader->text[strcspn(reader->text, "\r\n")] = '\0';
    return FACET_OK;
}

// The symbol's id; -1, and an error, when there is none yet.
static int32_t find_symbol(struct reader *reader, const char *text, struct facet_error *error) {
    const struct symbol *slot = symbol_slot(reader->symbols, text);
    if (slot->text) return slot->id;
    facet_error_set(error, FACET_ERROR_DATA, "%s, line %lld: \"%s\" is neither a byte nor made further up",
                    reader->path, (long long)reader->line, text);
    return -1;
}

static int add_merge(struct reader *reader, struct nn_merges *merges, struct facet_error *error) {
    char *left = reader->text, *right = strchr(left, ' ');
    if (!right || right == left || !right[1] || strchr(right + 1, ' '))
        return facet_error_set(error, FACET_ERROR_DATA, "%s, line %lld: expected two symbols with one space between",
                               reader->path, (long long)reader->line);
    *right++ = '\0';
    int32_t a = find_symbol(reader, left, error), b = a < 0 ? -1 : find_symbol(reader, right, error);
    int32_t made = NN_FIRST_MERGE + merges->count;
    if (b < 0) return FACET_ERROR_DATA;
    memmove(right - 1, right, strlen(right) + 1); // `left` is now the two joined
    if (symbol_slot(reader->symbols, left)->text)
        return facet_error_set(error, FACET_ERROR_DATA, "%s, line %lld: \"%s\" was already made further up",
                               reader->path, (long long)reader->line, left);
    if (!symbol_add(reader->symbols, left, made))
        return facet_error_set(error, FACET_ERROR_MEMORY, "no memory for the merges of %s", reader->path);
    *merge_slot(merges, pair_of(a, b)) = (struct nn_merge){.pair = pair_of(a, b), .made = made};
    merges->count++;
    return FACET_OK;
}

static int read_lines(struct reader *reader, struct nn_merges *merges, struct facet_error *error) {
    bool more;
    int code = next_line(reader, &more, error); // the heading
    while (!code && more && merges->count < NN_MAX_MERGES) {
        code = next_line(reader, &more, error);
        if (!code && more) code = add_merge(reader, merges, error);
    }
    if (!code && merges->count == 0)
        code = facet_error_set(error, FACET_ERROR_DATA, "%s holds no merges, only %s", reader->path,
                               reader->line > 1 ? "a heading" : "nothing");
    return code;
}

int nn_merges_load(const char *path, struct nn_merges *merges, struct facet_error *error) {
    struct reader reader = {.path = path, .file = gzopen(path, "rb")};
    *merges = (struct nn_merges){.size = SYMBOLS};
    if (!reader.file) return facet_error_set(error, FACET_ERROR_IO, "cannot open the merges file %s", path);
    reader.symbols = symbols_of_bytes();
    merges->slots = calloc(merges->size, sizeof *merges->slots);
    int code = reader.symbols && merges->slots
                   ? read_lines(&reader, merges, error)
                   : facet_error_set(error, FACET_ERROR_MEMORY, "no memory for the merges of %s", path);
    symbols_free(reader.symbols);
    gzclose(reader.file);
    if (code) nn_merges_free(merges);
    return code;
}
