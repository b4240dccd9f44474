// A relief in few numbers: how much of each of some smooth, mutually orthogonal patterns it holds.
#ifndef FACET_DESCRIBE_WAVES_H
#define FACET_DESCRIBE_WAVES_H

#include "describe/relief.h"

#include <facet/error.h>

struct waves;

// Polynomials in x and y up to a degree over the disc in the square, plane {1, x, y} left out: height and tilt of the whole are
// nobody's shape. Errors: MEMORY.
int waves_create(int degree, struct waves **waves, struct facet_error *error);
void waves_destroy(struct waves *waves); // NULL is fine
int waves_count(int degree);
// values (waves_count): the distance of those of two reliefs is the root of the mean over the disc of the squared difference of
// what the patterns hold of them. Every cell must have a height.
void waves_measure(const struct waves *waves, const struct relief *relief, float *values);
// The share of the disc that has surface.
double waves_covered(const struct waves *waves, const struct relief *relief);

#endif
