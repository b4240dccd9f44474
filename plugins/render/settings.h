// What the parameters of the render stage come to.
#ifndef FACET_RENDER_SETTINGS_H
#define FACET_RENDER_SETTINGS_H

#include "render/cameras.h"
#include "render/picture.h"

struct render_settings {
    struct render_look look;
    struct render_cameras *cameras;
    bool u8, u16, f32;        // what the pictures are made as
    bool triangles, vertices; // whether the names of what is seen are kept
};

extern const struct facet_param_spec render_params[];
// Errors: CONFIG, MEMORY; *settings then needs no free.
int render_settings_read(const struct facet_params *given, struct render_settings *settings, struct facet_error *error);
void render_settings_free(struct render_settings *settings); // NULL is fine

#endif
