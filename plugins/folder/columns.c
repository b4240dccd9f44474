#include "folder/columns.h"

#include <facet/text.h>

#include <ctype.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static const char *const names[FOLDER_COLUMNS] = {
    [FOLDER_PATH] = "path",           [FOLDER_SUBJECT] = "subject",
    [FOLDER_LABEL] = "label",         [FOLDER_LABELS] = "labels",
    [FOLDER_SEQUENCE] = "sequence",   [FOLDER_FRAME] = "frame",
    [FOLDER_INTENSITY] = "intensity", [FOLDER_LANDMARKS] = "landmarks",
    [FOLDER_TEXTURE] = "texture",     [FOLDER_AU] = "au",
    [FOLDER_VALENCE] = "valence",     [FOLDER_AROUSAL] = "arousal",
    [FOLDER_ONSET] = "onset",         [FOLDER_APEX] = "apex",
    [FOLDER_OFFSET] = "offset",       [FOLDER_LICENCE] = "licence",
    [FOLDER_CONSENT] = "consent",     [FOLDER_SPLIT] = "split",
};

const char *folder_column_name(enum folder_column column) {
    return names[column];
}

int folder_column_code(const char *name) {
    for (int c = 0; c < FOLDER_COLUMNS; c++)
        if (strcmp(names[c], name) == 0) return c;
    return -1;
}

enum { NAME_ROOM = 16 };

static int smaller(int a, int b) {
    return a < b ? a : b;
}

// How many letters are to be changed, put in, left out or swapped with the next to make one of the other, upper and lower
// case alike.
static int slips(const char *a, const char *b) {
    int n[NAME_ROOM + 1][NAME_ROOM + 1] = {{0}}, rows = (int)strlen(a), columns = (int)strlen(b);
    if (rows > NAME_ROOM || columns > NAME_ROOM) return NAME_ROOM;
    for (int i = 0; i <= rows; i++) n[i][0] = i;
    for (int j = 0; j <= columns; j++) n[0][j] = j;
    for (int i = 1; i <= rows; i++)
        for (int j = 1; j <= columns; j++) {
            int x = tolower((unsigned char)a[i - 1]), before = i > 1 ? tolower((unsigned char)a[i - 2]) : 0;
            n[i][j] = smaller(n[i - 1][j - 1] + (x != b[j - 1]), smaller(n[i - 1][j], n[i][j - 1]) + 1);
            if (i > 1 && j > 1 && x == b[j - 2] && before == b[j - 1]) n[i][j] = smaller(n[i][j], n[i - 2][j - 2] + 1);
        }
    return n[rows][columns];
}

int folder_column_like(const char *name) {
    int best = -1, fewest = NAME_ROOM;
    for (int c = 0; c < FOLDER_COLUMNS; c++) {
        size_t length = strlen(names[c]);
        int n = slips(name, names[c]), most = length < 4 ? 0 : length < 6 ? 1 : 2;
        if (n <= most && n < fewest) best = c, fewest = n;
    }
    return best;
}

static int complain(struct folder_complaint *complaint, enum folder_column column, const char *expected) {
    *complaint = (struct folder_complaint){column, expected};
    return -1;
}

static struct facet_word word_of(const char *text) {
    return (struct facet_word){text, strlen(text)};
}

static int read_frame(const struct folder_record *record, enum folder_column column, int32_t *frame,
                      struct folder_complaint *complaint) {
    const char *text = record->text[column];
    int64_t value = -1;
    if (*text && (!facet_integer(word_of(text), &value) || value < 0 || value > INT32_MAX))
        return complain(complaint, column, "a whole number from 0");
    *frame = (int32_t)value;
    return 0;
}

static int read_frames(const struct folder_record *record, struct folder_values *values,
                       struct folder_complaint *complaint) {
    if (read_frame(record, FOLDER_FRAME, &values->frame, complaint) ||
        read_frame(record, FOLDER_ONSET, &values->onset, complaint) ||
        read_frame(record, FOLDER_APEX, &values->apex, complaint) ||
        read_frame(record, FOLDER_OFFSET, &values->offset, complaint))
        return -1;
    if (values->apex >= 0 && values->apex < values->onset)
        return complain(complaint, FOLDER_APEX, "a frame not before the onset");
    if (values->offset >= 0 && (values->offset < values->onset || values->offset < values->apex))
        return complain(complaint, FOLDER_OFFSET, "a frame not before onset and apex");
    return 0;
}

static int read_amount(const struct folder_record *record, enum folder_column column, float least, float *amount,
                       struct folder_complaint *complaint) {
    const char *text = record->text[column];
    *amount = NAN;
    if (!*text) return 0;
    if (!facet_float(word_of(text), amount) || !(*amount >= least && *amount <= 1))
        return complain(complaint, column, least < 0 ? "a number from -1 to 1" : "a number from 0 to 1");
    return 0;
}

// "1=1 2=0 4=?": a unit and whether it is there. Units that are not named are not known.
static int read_units(const char *text, char au[FACET_AU_MAX + 2]) {
    char units[FACET_AU_MAX + 2] = {0}; // 0: not named
    struct facet_text rest = {.at = text, .end = text + strlen(text), .line = 1};
    struct facet_word word;
    int longest = -1;
    while (facet_next_word(&rest, &word)) {
        int64_t unit;
        if (word.length < 3 || word.at[word.length - 2] != '=' || !strchr("01?", word.at[word.length - 1]) ||
            !facet_integer((struct facet_word){word.at, word.length - 2}, &unit) || unit < 1 || unit > FACET_AU_MAX ||
            units[unit])
            return -1;
        units[unit] = word.at[word.length - 1];
        if (units[unit] != '?' && unit > longest) longest = (int)unit;
    }
    for (int i = 0; i <= longest; i++) au[i] = units[i] ? units[i] : '?';
    au[longest + 1] = '\0';
    return rest.at < rest.end ? -1 : 0; // a line end inside
}

static int by_text(const void *a, const void *b) {
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

// "b+a+b" is "a+b".
static int read_labels(const char *text, char labels[FOLDER_LABELS_MAX]) {
    char copy[FOLDER_LABELS_MAX], *part[FOLDER_LABELS_MAX], *rest = copy;
    int n = 0;
    if (strlen(text) >= sizeof copy) return -1;
    strcpy(copy, text);
    labels[0] = '\0';
    while (*text && rest) {
        part[n] = strsep(&rest, "+");
        if (!*part[n++]) return -1;
    }
    qsort(part, (size_t)n, sizeof *part, by_text);
    for (int i = 0; i < n; i++) {
        if (i > 0 && strcmp(part[i - 1], part[i]) == 0) continue;
        if (i > 0) strcat(labels, "+");
        strcat(labels, part[i]);
    }
    return 0;
}

// Bytes that continue a character behind its first; -1: none begins so.
static int continuation(unsigned char first) {
    if (first < 0x80) return 0;
    if (first >= 0xc2 && first < 0xe0) return 1;
    if (first >= 0xe0 && first < 0xf0) return 2;
    return first >= 0xf0 && first < 0xf5 ? 3 : -1;
}

static bool is_utf8(const char *text) {
    while (*text) {
        int more = continuation((unsigned char)*text++);
        for (; more > 0 && ((unsigned char)*text & 0xc0) == 0x80; more--) text++;
        if (more != 0) return false;
    }
    return true;
}

// Names of files are whatever bytes they are.
static int check_texts(const struct folder_record *record, struct folder_complaint *complaint) {
    static const enum folder_column texts[] = {FOLDER_SUBJECT, FOLDER_LABEL,   FOLDER_LABELS, FOLDER_SEQUENCE,
                                               FOLDER_LICENCE, FOLDER_CONSENT, FOLDER_SPLIT};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (!is_utf8(record->text[texts[i]])) return complain(complaint, texts[i], "text in UTF-8");
    return 0;
}

int folder_values_read(const struct folder_record *record, struct folder_values *values,
                       struct folder_complaint *complaint) {
    const char *path = record->text[FOLDER_PATH];
    if (!path[strspn(path, "./")]) return complain(complaint, FOLDER_PATH, "the name of a file");
    if (!*record->text[FOLDER_SUBJECT]) return complain(complaint, FOLDER_SUBJECT, "the name of a person");
    if (check_texts(record, complaint) || read_frames(record, values, complaint) ||
        read_amount(record, FOLDER_INTENSITY, 0, &values->intensity, complaint) ||
        read_amount(record, FOLDER_VALENCE, -1, &values->valence, complaint) ||
        read_amount(record, FOLDER_AROUSAL, -1, &values->arousal, complaint))
        return -1;
    if (read_units(record->text[FOLDER_AU], values->au))
        return complain(complaint, FOLDER_AU, "action units such as 1=1 2=0 4=?, each once");
    if (read_labels(record->text[FOLDER_LABELS], values->labels))
        return complain(complaint, FOLDER_LABELS, "names joined by +, at most 255 bytes");
    const char *label = record->text[FOLDER_LABEL];
    if (strlen(label) >= sizeof values->label) return complain(complaint, FOLDER_LABEL, "at most 255 bytes");
    strcpy(values->label, label);
    if (!*label) values->label[strcspn(strcpy(values->label, record->text[FOLDER_LABELS]), "+")] = '\0';
    return 0;
}
