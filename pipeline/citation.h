// What a plugin asks to be cited for, taken apart: papers are parted by semicolons.
#ifndef FACET_PIPELINE_CITATION_H
#define FACET_PIPELINE_CITATION_H

#include <stdbool.h>
#include <stddef.h>

struct facet_paper {
    char text[400];          // as the plugin says it
    char arxiv[24], year[8]; // "2507.01673", "2025"; "" when it has none
    char url[200];           // of its arXiv page or DOI; ""
};

// The paper at *at, which moves on; false when there is none left. NULL is no citation.
bool facet_next_paper(const char **at, struct facet_paper *paper);

#endif
