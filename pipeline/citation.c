#include "pipeline/citation.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

// The last number of four digits that is a year.
static void find_year(struct facet_paper *paper) {
    for (const char *p = paper->text; *p; p++) {
        size_t digits = strspn(p, "0123456789");
        bool word = p == paper->text || !(isalnum((unsigned char)p[-1]) || p[-1] == '.' || p[-1] == ':');
        if (digits == 4 && word && (strncmp(p, "19", 2) == 0 || strncmp(p, "20", 2) == 0) && p[4] != '.')
            snprintf(paper->year, sizeof paper->year, "%.4s", p);
        if (digits) p += digits - 1;
    }
}

static void find_address(struct facet_paper *paper) {
    const char *arxiv = strstr(paper->text, "arXiv:"), *doi = strstr(paper->text, "doi:");
    if (arxiv) {
        arxiv += strlen("arXiv:");
        snprintf(paper->arxiv, sizeof paper->arxiv, "%.*s", (int)strspn(arxiv, "0123456789."), arxiv);
        snprintf(paper->url, sizeof paper->url, "https://arxiv.org/abs/%s", paper->arxiv);
    } else if (doi) {
        doi += strlen("doi:");
        snprintf(paper->url, sizeof paper->url, "https://doi.org/%.*s", (int)strcspn(doi, " ,"), doi);
    }
}

bool facet_next_paper(const char **at, struct facet_paper *paper) {
    if (!*at) return false;
    const char *text = *at + strspn(*at, "; ");
    size_t length = strcspn(text, ";");
    *paper = (struct facet_paper){0};
    if (length == 0) return false;
    snprintf(paper->text, sizeof paper->text, "%.*s", (int)length, text);
    find_year(paper);
    find_address(paper);
    *at = text + length;
    return true;
}
