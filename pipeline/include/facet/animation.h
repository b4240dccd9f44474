// Pictures that move. The file's name says the format: .gif is GIF, which slides play and which has 256 colours a frame;
// anything else is APNG, an animated PNG: exact, played by browsers, its first frame a picture to all else.
#ifndef FACET_ANIMATION_H
#define FACET_ANIMATION_H

#include <facet/image.h>

struct facet_animation; // plays over and over; kept in memory until it is written

// Frames of one size; each is shown for so many milliseconds (GIF: rounded to hundredths of a second, at least two).
int facet_animation_create(const char *path, int width, int height, int frames, double milliseconds,
                           struct facet_animation **animation, struct facet_error *error);
// To be called `frames` times. What did not change since the frame before is not stored again. Errors: MEMORY.
int facet_animation_add(struct facet_animation *animation, const struct facet_image *image, struct facet_error *error);
// Writes the file as facet_image_write_png does. Errors: MEMORY, IO.
int facet_animation_write(struct facet_animation *animation, struct facet_error *error);
void facet_animation_destroy(struct facet_animation *animation); // NULL is fine

#endif
