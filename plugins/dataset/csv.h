// Records of a CSV file as RFC 4180 has them: quotes, doubled quotes, line ends inside quotes. One record is held at a time.
#ifndef FACET_DATASET_CSV_H
#define FACET_DATASET_CSV_H

#include <facet/error.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum { CSV_MOST_FIELDS = 128 };

struct csv {
    const char *name; // for messages
    FILE *file, *own; // own: to be closed
    int64_t next_line;
    char *store; // the record's fields
    size_t used, room;
    char *field[CSV_MOST_FIELDS]; // of the record; until the next one
    int n_fields;
    int64_t line; // where the record began
};

// Begins with bytes, or with a file that is open for reading and stays the caller's; a byte-order mark is passed over.
// Errors: MEMORY.
int csv_open(struct csv *csv, const char *name, const void *bytes, size_t size, struct facet_error *error);
void csv_open_file(struct csv *csv, const char *name, FILE *file);
void csv_close(struct csv *csv); // zeros are fine

// The first record. Errors: as csv_next, and DATA when the file is empty or its fields are separated by something else.
int csv_header(struct csv *csv, struct facet_error *error);
// The next record that is not an empty line; *found is false at the end. Errors: DATA, IO, MEMORY.
int csv_next(struct csv *csv, bool *found, struct facet_error *error);

// Passes over a byte-order mark at the beginning of a file.
void csv_pass_mark(FILE *file);

#endif
