// Colours for values. Equal steps of a value are equal steps to the eye: in Oklab (B. Ottosson, A perceptual color space
// for image processing, 2020), along curves of the same length between their entries.
#ifndef FACET_COLOUR_H
#define FACET_COLOUR_H

#include <stdint.h>

enum facet_palette {
    FACET_PALETTE_GREY,       // black to white
    FACET_PALETTE_SEQUENTIAL, // from little, dark violet, over green to much, light yellow
    FACET_PALETTE_DIVERGING,  // signed values: blue, light grey in the middle, red
};

uint32_t facet_palette_colour(enum facet_palette palette, double share); // share 0..1, held there; 0xrrggbb
uint32_t facet_colour_between(uint32_t from, uint32_t to, double share); // 0 is from, 1 is to

#endif
