// Lengths of time as people write them for batch systems.
#ifndef FACET_PIPELINE_DURATION_H
#define FACET_PIPELINE_DURATION_H

#include <stdbool.h>
#include <stddef.h>

// "5400" or "5400s", "90m", "1.5h", "2d", "3:50:00" (h:mm:ss), "1-12:00:00" (days first). False when text is none of
// these, or not above zero.
bool facet_duration_read(const char *text, double *seconds);
void facet_duration_write(double seconds, char *text, size_t size); // "45 s", "1:30:00"

#endif
