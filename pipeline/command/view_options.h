// The command line of facet view.
#ifndef FACET_PIPELINE_COMMAND_VIEW_OPTIONS_H
#define FACET_PIPELINE_COMMAND_VIEW_OPTIONS_H

#include "render/turntable.h"

struct view_numbers {
    int64_t *values;
    int count;
};

struct view_request {
    const char *file, *out;        // out NULL: beside the file
    struct turntable_options look; // its sheet: of still ones and of sequences too
    bool turntable;
    struct view_numbers rows, sequences;
    const char *dataset; // of the sequences; NULL: any
    int page;            // rows a page; 0: all on one
    bool help;
};

extern const char view_usage[];
// Errors: USAGE, MEMORY. view_request_free in any case.
int view_parse(struct view_request *request, int argc, char **argv, struct facet_error *error);
void view_request_free(struct view_request *request);

#endif
