#include "dataset/path.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

bool dataset_copy(char *to, size_t room, const char *from, size_t length) {
    bool fits = length < room;
    memcpy(to, from, fits ? length : 0);
    to[fits ? length : 0] = '\0';
    return fits;
}

static void part_suffix(struct dataset_path *parts) {
    const char *name = parts->name[0], *dot = strrchr(name, '.');
    size_t length = dot && dot > name ? (size_t)(dot - name) : strlen(name);
    dataset_copy(parts->stem, sizeof parts->stem, name, length);
    dataset_copy(parts->suffix, sizeof parts->suffix, name + length, strlen(name + length));
    for (char *c = parts->suffix; *c; c++) *c = (char)tolower((unsigned char)*c);
}

void dataset_take_apart(const char *path, struct dataset_path *parts) {
    const char *end = path + strlen(path);
    if (end > path && end[-1] == '/') end--;
    for (int level = 0; level < DATASET_LEVELS; level++) {
        const char *start = end;
        while (start > path && start[-1] != '/') start--;
        dataset_copy(parts->name[level], DATASET_NAME, start, (size_t)(end - start));
        end = start > path ? start - 1 : path;
    }
    part_suffix(parts);
}

bool dataset_is_hidden(const char *name) {
    static const char *const left[] = {"__MACOSX", "Thumbs.db",    "desktop.ini",
                                       "@eaDir",   "$RECYCLE.BIN", "System Volume Information"};
    for (size_t i = 0; i < sizeof left / sizeof *left; i++)
        if (strcasecmp(name, left[i]) == 0) return true;
    return *name == '.';
}

void dataset_upper(char *text) {
    for (; *text; text++)
        if (*text >= 'a' && *text <= 'z') *text = (char)(*text - 'a' + 'A');
}

void dataset_name_person(char *name, int64_t person, int64_t women, int digits) {
    bool woman = person < women;
    sprintf(name, "%c%0*d", woman ? 'F' : 'M', digits, (int)(woman ? person : person - women) + 1);
}

int64_t dataset_number(const char **text) {
    int64_t value = 0;
    int digits = 0;
    const char *c = *text;
    for (; *c >= '0' && *c <= '9' && digits < 13; c++, digits++) value = 10 * value + (*c - '0');
    if (digits == 0 || digits > 12) return -1;
    *text = c;
    return value;
}

int64_t dataset_whole_number(const char *text) {
    int64_t value = dataset_number(&text);
    return *text ? -1 : value;
}

bool dataset_has_form(const char *name, const char *form) {
    for (; *name && *form; name++, form++) {
        bool same = *form == '#'   ? *name >= '0' && *name <= '9'
                    : *form == '@' ? *name >= 'A' && *name <= 'Z'
                                   : *name == *form;
        if (!same) return false;
    }
    return *name == *form;
}
