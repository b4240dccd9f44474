// Records of a CSV file as RFC 4180 has them: quotes, doubled quotes, line ends inside quotes.
#ifndef FACET_DATASET_CSV_H
#define FACET_DATASET_CSV_H

#include <facet/error.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { CSV_MOST_FIELDS = 128 };

struct csv {
    const char *name; // for messages
    const char *at, *end;
    int64_t next_line;
    char *store; // where fields go; as many bytes as the file and one more
    char *field[CSV_MOST_FIELDS];
    int n_fields;
    int64_t line; // where the record began
};

// The next record that is not an empty line; *found is false at the end. Errors: DATA.
int csv_next(struct csv *csv, bool *found, struct facet_error *error);

#endif
