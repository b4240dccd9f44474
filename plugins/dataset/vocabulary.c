#include "dataset/vocabulary.h"

#include <facet/item.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

struct word {
    const char *word;
    const char *also; // other spellings, a blank between
};

// docs/datasets.md has the table.
static const struct word words[] = {
    {"amusement", "amused"},
    {"anger", "angry ang"},
    {"confusion", "confused"},
    {"contempt", "contemptuous"},
    {"disgust", "disgusted dis"},
    {"embarrassment", "embarrassed embarrassing"},
    {"excitement", "excited"},
    {"fear", "fearful afraid scared fea"},
    {"frustration", "frustrated"},
    {"happiness", "happy joy joyful hap"},
    {"negative", ""},
    {"neutral", "neu"},
    {"other", "others"},
    {"pain", "painful"},
    {"positive", ""},
    {"repression", "repressed"},
    {"sadness", "sad"},
    {"smile", "smiling"},
    {"surprise", "surprised sur"},
};
enum { WORDS = sizeof words / sizeof *words };

static bool is_among(const char *list, const char *text, size_t length) {
    for (const char *c = list; *c;) {
        size_t n = strcspn(c, " ");
        if (n == length && strncasecmp(c, text, length) == 0) return true;
        c += n + (c[n] == ' ');
    }
    return false;
}

static const char *find(const char *text, size_t length) {
    for (size_t i = 0; length > 0 && i < WORDS; i++)
        if (is_among(words[i].word, text, length) || is_among(words[i].also, text, length)) return words[i].word;
    return NULL;
}

const char *dataset_word(const char *text) {
    return find(text, strlen(text));
}

const char *dataset_word_at(size_t index) {
    return index < WORDS ? words[index].word : NULL;
}

enum { MOST_AT_ONCE = 8, WORD_ROOM = 64 };

static int by_text(const void *a, const void *b) {
    return strcmp(a, b);
}

static int spell_all(const char *text, char (*all)[WORD_ROOM], bool *known) {
    int n = 0;
    for (const char *c = text;; c++) {
        size_t length = strcspn(c, "+");
        if (length == 0 || length >= WORD_ROOM || n == MOST_AT_ONCE) return 0;
        const char *word = find(c, length);
        if (!word) *known = false;
        snprintf(all[n++], WORD_ROOM, "%.*s", word ? (int)strlen(word) : (int)length, word ? word : c);
        c += length;
        if (!*c) return n;
    }
}

bool dataset_label_spell(const char *text, char *to, size_t room, bool *known) {
    char all[MOST_AT_ONCE][WORD_ROOM];
    int n = spell_all(text, all, known);
    size_t used = 0;
    qsort(all, (size_t)n, sizeof *all, by_text);
    *to = '\0';
    for (int i = 0; i < n; i++) {
        if (i > 0 && strcmp(all[i], all[i - 1]) == 0) continue;
        size_t need = strlen(all[i]) + (used > 0);
        if (used + need >= room) return false;
        used += (size_t)snprintf(to + used, room - used, "%s%s", used ? "+" : "", all[i]);
    }
    return n > 0;
}

void dataset_au_set(char au[DATASET_AU_ROOM], int unit, char state) {
    size_t length = strlen(au);
    if (unit < 0 || unit > FACET_AU_MAX) return;
    for (; length <= (size_t)unit; length++) au[length] = '?';
    au[length] = '\0';
    au[unit] = state;
}
