// What the parts that call Facet share.
#ifndef FACET_RASTER_FACET_H
#define FACET_RASTER_FACET_H

#include "raster_bench.h"

#include "render/raster.h"

void must(int code, const struct facet_error *error); // else says why and ends
struct render_camera camera_of(const struct look *look);

#endif
