// Records of a JSON Lines file: an object a line. One line is held at a time.
#ifndef FACET_FOLDER_JSONL_H
#define FACET_FOLDER_JSONL_H

#include "folder/columns.h"
#include <stdbool.h>
#include <stdio.h>

struct jsonl {
    const char *name; // for messages
    FILE *file;       // borrowed
    int64_t next_line;
    char *line; // the record's text, for places in it
    size_t length, room;
    struct json_t *object;      // its strings are the record's
    char *made[FOLDER_COLUMNS]; // texts of numbers, lists and objects
};

// The next record that is not an empty line; *found is false at the end. The record is valid until the next call or
// jsonl_close. Errors: DATA with file:line:column, IO, MEMORY.
int jsonl_next(struct jsonl *jsonl, struct folder_record *record, bool *found, struct facet_error *error);
void jsonl_close(struct jsonl *jsonl);
// A key of the record that is no column but looks like one, `column` or, with -1, any; NULL: there is none.
const char *jsonl_key_like(const struct jsonl *jsonl, int column);
// The column of the line, from 1, where the value of a key begins; 1 when it cannot be told.
int64_t jsonl_place(const struct jsonl *jsonl, const char *key);

#endif
