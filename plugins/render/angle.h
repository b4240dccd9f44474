// Arcs, and the brightness of screens, in plain arithmetic: a mathematical library may differ from processor to processor.
#ifndef FACET_RENDER_ANGLE_H
#define FACET_RENDER_ANGLE_H

float render_arc(float y, float x);    // degrees from +x to (x, y), -180..180, within 2e-5; 0 for (0, 0)
float render_srgb(float linear);       // light, 0..1, as a screen is told it (IEC 61966-2-1), within 1e-6
int render_log2(float x, float *rest); // x = (1 + rest) 2^n with rest in 0..1, n returned; x finite and above 0

#endif
