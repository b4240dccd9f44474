#include <facet/colour.h>

#include <math.h>

enum { ENTRIES = 33 };

// Whole numbers, so that no machine's mathematics library can change them. The curves: lightness from 0.26 to 0.94 with
// the hue turning from violet to yellow; lightness from 0.40 to 0.93 and back with the chroma going through none.
static const uint32_t sequential[ENTRIES] = {
    0x240b60, 0x231668, 0x211f70, 0x1e2878, 0x19327d, 0x143b80, 0x104482, 0x0f4c83, 0x135484, 0x175c85, 0x1a6488,
    0x1d6c8b, 0x20758e, 0x237d91, 0x268594, 0x288d97, 0x2b9699, 0x2d9e9b, 0x2fa69b, 0x31ae9b, 0x36b699, 0x40be96,
    0x4ec492, 0x60ca8d, 0x73d089, 0x86d585, 0x99d981, 0xabdd7e, 0xbde17b, 0xcfe479, 0xe0e77d, 0xf0ea83, 0xffed8b};
static const uint32_t diverging[ENTRIES] = {
    0x1b4192, 0x234c9a, 0x2d57a3, 0x3762aa, 0x426cb1, 0x4e77b8, 0x5982be, 0x668cc4, 0x7297ca, 0x80a1cf, 0x8dacd4,
    0x9bb6d9, 0xa9c0dd, 0xb8cbe1, 0xc7d5e4, 0xd7dee7, 0xe8e8e8, 0xe6dbd6, 0xe3cec6, 0xdfc1b7, 0xdbb4a8, 0xd6a79a,
    0xd09b8c, 0xca8e7f, 0xc48172, 0xbd7566, 0xb6685a, 0xaf5c4f, 0xa74f44, 0x9f423a, 0x963530, 0x8d2827, 0x83191e};

uint32_t facet_colour_between(uint32_t from, uint32_t to, double share) {
    uint32_t mixed = 0;
    for (int shift = 16; shift >= 0; shift -= 8) {
        double a = from >> shift & 0xff, b = to >> shift & 0xff;
        mixed |= (uint32_t)(a + share * (b - a) + 0.5) << shift;
    }
    return mixed;
}

static double hold(double share) {
    return share > 0 ? fmin(share, 1) : 0; // what is no number too
}

uint32_t facet_palette_colour(enum facet_palette palette, double share) {
    double held = hold(share), at = held * (ENTRIES - 1);
    if (palette == FACET_PALETTE_GREY) return facet_colour_between(0, 0xffffff, held);
    const uint32_t *entries = palette == FACET_PALETTE_DIVERGING ? diverging : sequential;
    int below = at < ENTRIES - 2 ? (int)at : ENTRIES - 2;
    return facet_colour_between(entries[below], entries[below + 1], at - below);
}
