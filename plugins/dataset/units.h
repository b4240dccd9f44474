// Action units as FACS coders write them: "1+2", "AU4+AU7", "L12+R14A", "4+7(k)".
#ifndef FACET_DATASET_UNITS_H
#define FACET_DATASET_UNITS_H

#include <facet/item.h>
#include <stdbool.h>

// au as in struct facet_item: the units named are present, those marked (k) and all others not known. A side (L, R) and an
// intensity (A to E) are passed over. "" is no unit. False: it is nothing of the kind.
bool dataset_units(const char *text, char au[FACET_AU_MAX + 2]);

#endif
