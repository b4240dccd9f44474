// One fit of the generic face to a thinned scan, from a start near enough.
#ifndef FACET_PREPROCESS_FIT_H
#define FACET_PREPROCESS_FIT_H

#include "preprocess/cloud.h"
#include "preprocess/pose.h"

// How well the visible points agree with the generic face whose nose tip stands at `tip` of the view: the mean over the
// squares of the face of what the points in each say, an empty square saying 0; the nose alone makes up a third. About
// 1 is perfect; distances beyond `reach` mm count against it.
double preprocess_fit_verdict(const struct preprocess_template *face, const struct preprocess_view *view,
                              const double tip[3], double scale, double reach);

// The share of the face's area, by weight, where the points are within `close` mm, root mean square.
double preprocess_fit_agreement(const struct preprocess_template *face, const struct preprocess_cloud *cloud,
                                struct preprocess_view *view, double close, const struct preprocess_pose *pose);

// Gauss-Newton steps on the weighted point-to-surface distances; reach falls from `from` to `to` mm. `firm`: by the parts
// of the face that tell most of the rotation, else by those that move least. pose is in the cloud's frame. Uses the view as working memory.
void preprocess_fit_refine(const struct preprocess_template *face, const struct preprocess_cloud *cloud,
                           struct preprocess_view *view, struct preprocess_search search, int steps, double from,
                           double to, bool firm, struct preprocess_pose *pose);

#endif
