// A 5x7 bitmap font of the printable ASCII characters.
#ifndef FACET_IO_FONT_H
#define FACET_IO_FONT_H

enum { FACET_FONT_WIDTH = 5, FACET_FONT_HEIGHT = 7 };

// Seven rows of five cells, '#' is ink. NULL for what the font lacks.
const char *facet_font_glyph(unsigned char c);

#endif
