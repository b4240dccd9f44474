// Whether what stands out at a place of a scan has the shape of a nose between two eyes.
#ifndef FACET_PREPROCESS_NOSE_H
#define FACET_PREPROCESS_NOSE_H

#include "preprocess/cloud.h"
#include "preprocess/template.h"

// The correlation, at most 1, of the visible points' depths with those of the generic face around a nose tip at `tip` of
// the view, once each has lost the quadric that fits it best: eggs, cheeks and the slope of a face have nothing left.
// 0 where too little is seen.
double preprocess_nose_likeness(const struct preprocess_template *face, const struct preprocess_view *view,
                                const double tip[3], double scale);

// Moves `tip` up or down to where nose bridge, eyes and brows, without what lies below them, are most like those of the
// generic face; false where it need not move. Lips that stand out beyond the nose pull the fit down onto them.
bool preprocess_nose_slip(const struct preprocess_template *face, const struct preprocess_view *view, double scale,
                          double tip[3]);

#endif
