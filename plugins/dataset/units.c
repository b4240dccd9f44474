#include "dataset/units.h"

#include "dataset/path.h"

#include <string.h>

static const char *pass_blanks(const char *at) {
    return at + strspn(at, " \t");
}

// One unit at *text, without the '+' behind it.
static bool read_unit(const char **text, char states[FACET_AU_MAX + 1]) {
    const char *at = pass_blanks(*text);
    if (strncmp(at, "AU", 2) == 0) at += 2;
    if (*at == 'L' || *at == 'R') at++;
    int64_t unit = dataset_number(&at);
    if (unit < 1 || unit > FACET_AU_MAX) return false;
    at += strspn(at, "ABCDELR");
    at = pass_blanks(at);
    bool doubtful = strncmp(at, "(k)", 3) == 0;
    if (doubtful) at += 3;
    if (!doubtful) states[unit] = '1';
    *text = pass_blanks(at);
    return true;
}

bool dataset_units(const char *text, char au[FACET_AU_MAX + 2]) {
    char states[FACET_AU_MAX + 1];
    int length = 0;
    memset(states, '?', sizeof states);
    au[0] = '\0';
    text = pass_blanks(text);
    for (bool more = *text != '\0'; more;) {
        if (!read_unit(&text, states)) return false;
        more = *text == '+';
        text += more;
    }
    for (int i = 0; i <= FACET_AU_MAX; i++)
        if (states[i] != '?') length = i + 1;
    memcpy(au, states, (size_t)length);
    au[length] = '\0';
    return *text == '\0';
}
