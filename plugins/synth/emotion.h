// Which action units show an emotion, and how strongly one person shows it once.
#ifndef FACET_SYNTH_EMOTION_H
#define FACET_SYNTH_EMOTION_H

#include <stdint.h>

enum { EMOTION_MAX_AU = 64, EMOTION_NEUTRAL = 6, EMOTIONS = 7 };

extern const char *const emotion_names[EMOTIONS]; // the six basic ones, then neutral

// Strength of each action unit on the right [0] and left [1] side.
struct emotion_units {
    float strength[EMOTION_MAX_AU][2];
};

// One showing: drawn from key by (subject, clip); style_key and style bend the emotion the way of one population.
struct emotion_draw {
    uint64_t key, style_key;
    uint32_t subject, clip;
    double style; // 0: everybody follows the prototypes
};

// intensity scales everything but the resting face's own small tensions.
void emotion_units_draw(const struct emotion_draw *draw, int emotion, double intensity, struct emotion_units *units);

#endif
