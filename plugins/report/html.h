// Markup written into memory. A failure sticks: later calls do nothing, html_status tells in the end.
#ifndef FACET_REPORT_HTML_H
#define FACET_REPORT_HTML_H

#include <facet/error.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct html {
    char *text; // zero-terminated once anything was written
    size_t length, capacity;
    bool failed;
};

// The format is markup, and what it puts in must be markup or numbers; anything read from outside goes through the two
// calls below.
void html_add(struct html *html, const char *format, ...) FACET_PRINTF(2, 3);
// Text of any origin: markup in it is shown, not obeyed; bytes that are no UTF-8 become U+FFFD. NULL is empty.
void html_text(struct html *html, const char *text);
// <tag>text</tag>; tag is a name with attributes ("td class=number").
void html_element(struct html *html, const char *tag, const char *text);
int html_status(const struct html *html, struct facet_error *error);
void html_free(struct html *html);

// A tint from paper (0) to deep (1), and whether ink on it must be white.
uint32_t html_tint(double share); // 0xrrggbb
bool html_tint_is_dark(double share);
const char *html_line_colour(int64_t index); // colours told apart by most eyes; they repeat after eight

#endif
