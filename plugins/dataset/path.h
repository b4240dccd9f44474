// Taking apart the paths and names of datasets.
#ifndef FACET_DATASET_PATH_H
#define FACET_DATASET_PATH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { DATASET_LEVELS = 6, DATASET_NAME = 96 };

// A path's names from its end: name[0] is the file's, name[1] its folder's, ... "" where there is none or it is longer than
// any dataset's.
struct dataset_path {
    char name[DATASET_LEVELS][DATASET_NAME];
    char stem[DATASET_NAME]; // the file's name without its last suffix
    char suffix[16];         // that suffix in lower case, with its dot; "" when there is none
};
void dataset_take_apart(const char *path, struct dataset_path *parts);

bool dataset_is_hidden(const char *name); // begins with a dot, or is what desktops leave behind

// The whole number at *text, at least one digit and at most 12; moves *text behind it. -1: there is none.
int64_t dataset_number(const char **text);
// The number that is the whole of text; -1 otherwise.
int64_t dataset_whole_number(const char *text);

void dataset_upper(char *text); // letters of ASCII

// Whether name matches a form of characters: '#' is a digit, '@' an upper-case letter, everything else itself.
bool dataset_has_form(const char *name, const char *form);

// "F007": the person-th, from 0, of so many women and the men behind them. name has room for 16 bytes.
void dataset_name_person(char *name, int64_t person, int64_t women, int digits);

// Bounded copies; what does not fit makes the target empty. Return whether it fitted.
bool dataset_copy(char *to, size_t room, const char *from, size_t length);

#endif
