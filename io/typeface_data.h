// Two font files in memory.
#ifndef FACET_IO_TYPEFACE_DATA_H
#define FACET_IO_TYPEFACE_DATA_H

#define FACET_TYPEFACE_PART __attribute__((visibility("hidden")))
extern const unsigned char facet_typeface_regular[] FACET_TYPEFACE_PART;
extern const unsigned char facet_typeface_regular_end[] FACET_TYPEFACE_PART;
extern const unsigned char facet_typeface_bold[] FACET_TYPEFACE_PART;
extern const unsigned char facet_typeface_bold_end[] FACET_TYPEFACE_PART;

#endif
