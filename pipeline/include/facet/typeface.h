// Text set in a typeface: Open Sans, antialiased. The typeface is part of the library, so that text looks the same on every
// machine, fonts installed or not.
#ifndef FACET_TYPEFACE_H
#define FACET_TYPEFACE_H

#include <facet/image.h>
#include <stdbool.h>

struct facet_typeface; // both weights, for one thread

struct facet_type_style {
    double pixels; // height of the em square
    bool bold;
    uint32_t rgb; // 0xrrggbb
};

// Errors: MEMORY, INTERNAL (the library that draws glyphs does not take the typeface).
int facet_typeface_create(struct facet_typeface **face, struct facet_error *error);
void facet_typeface_destroy(struct facet_typeface *face); // NULL is fine

// Text is UTF-8 on one line: what is no UTF-8 shows as U+FFFD, a character that the typeface lacks as a box.
double facet_typeface_width(struct facet_typeface *face, const struct facet_type_style *style,
                            const char *text); // pixels
// (x, y): where the first letter stands on the line. What falls outside of the picture is cut.
void facet_typeface_draw(struct facet_typeface *face, const struct facet_type_style *style, struct facet_image *image,
                         double x, int y, const char *text);
// Copies as much of text as is at most `width` pixels wide into fitted; what is cut shortened ends in "…".
void facet_typeface_fit(struct facet_typeface *face, const struct facet_type_style *style, const char *text,
                        double width, char *fitted, size_t size);

#endif
