// Draws the report's pictures into <workspace>/report/pictures. Rank-local.
#ifndef FACET_REPORT_SHEETS_H
#define FACET_REPORT_SHEETS_H

#include "report/data.h"

// Fills data's sheets and the picture of its attention; subjects is how many of a dataset are shown. Does nothing when
// the pipeline draws no views.
int sheets_draw(struct facet_stage *stage, int subjects, struct report_data *data, struct facet_error *error);

#endif
