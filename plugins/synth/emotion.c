// Prototypes: Friesen & Ekman, EMFACS-7, 1983, the major variants.
#include "synth/emotion.h"

#include <facet/random.h>

#include <math.h>
#include <stddef.h>
#include <string.h>

const char *const emotion_names[EMOTIONS] = {"anger", "disgust", "fear", "happiness", "sadness", "surprise", "neutral"};

enum { ANGER, DISGUST, FEAR, HAPPINESS, SADNESS, SURPRISE };
enum { DRAW_PRESENT, DRAW_STRENGTH, DRAW_SIDE, DRAW_REST, DRAWS }; // one counter each per table row

static const struct part {
    int emotion, au;
    double low, high, probability;
} parts[] = {
    {ANGER, 4, 0.7, 1.1, 1.0},      {ANGER, 5, 0.3, 0.8, 0.8},      {ANGER, 7, 0.5, 1.0, 0.9},
    {ANGER, 23, 0.5, 1.0, 0.7},     {ANGER, 24, 0.4, 1.0, 0.6},     {ANGER, 17, 0.2, 0.6, 0.4},
    {DISGUST, 9, 0.7, 1.1, 0.95},   {DISGUST, 10, 0.3, 0.9, 0.6},   {DISGUST, 15, 0.2, 0.6, 0.5},
    {DISGUST, 16, 0.3, 0.8, 0.6},   {DISGUST, 17, 0.2, 0.6, 0.4},   {DISGUST, 7, 0.2, 0.6, 0.4},
    {DISGUST, 25, 0.2, 0.6, 0.4},   {FEAR, 1, 0.6, 1.0, 1.0},       {FEAR, 2, 0.4, 0.9, 0.9},
    {FEAR, 4, 0.4, 0.8, 0.9},       {FEAR, 5, 0.5, 1.0, 0.95},      {FEAR, 7, 0.2, 0.5, 0.5},
    {FEAR, 20, 0.5, 1.1, 0.9},      {FEAR, 25, 0.4, 0.9, 0.9},      {FEAR, 26, 0.2, 0.6, 0.6},
    {HAPPINESS, 6, 0.4, 1.0, 0.9},  {HAPPINESS, 12, 0.7, 1.1, 1.0}, {HAPPINESS, 25, 0.3, 0.9, 0.6},
    {HAPPINESS, 26, 0.2, 0.5, 0.2}, {HAPPINESS, 7, 0.2, 0.5, 0.2},  {SADNESS, 1, 0.6, 1.0, 0.95},
    {SADNESS, 4, 0.4, 0.9, 0.9},    {SADNESS, 15, 0.5, 1.0, 0.95},  {SADNESS, 17, 0.3, 0.9, 0.6},
    {SADNESS, 11, 0.2, 0.6, 0.2},   {SADNESS, 45, 0.1, 0.35, 0.5},  {SURPRISE, 1, 0.6, 1.0, 1.0},
    {SURPRISE, 2, 0.6, 1.0, 1.0},   {SURPRISE, 5, 0.5, 1.0, 0.9},   {SURPRISE, 25, 0.3, 0.8, 0.9},
    {SURPRISE, 26, 0.5, 1.1, 0.9},  {SURPRISE, 27, 0.2, 0.6, 0.25},
};
// Units that a face at rest may hold slightly tense.
static const int resting[] = {1, 2, 4, 7, 12, 14, 15, 17, 24, 25, 26, 45};
static const double resting_most = 0.12, uneven = 0.12;

// Both sides share a draw but differ a little.
static void set_sides(const struct emotion_draw *draw, uint32_t row, int au, double strength,
                      struct emotion_units *units) {
    double tilt = uneven * facet_random_normal(draw->key, draw->subject, draw->clip, row * DRAWS + DRAW_SIDE);
    for (int side = 0; side < 2; side++) {
        double value = units->strength[au][side] + strength * (1 + (side ? tilt : -tilt));
        units->strength[au][side] = (float)fmin(fmax(value, 0), 1.4);
    }
}

static void show(const struct emotion_draw *draw, uint32_t row, const struct part *part, double intensity,
                 struct emotion_units *units) {
    uint32_t at = row * DRAWS;
    double taste = draw->style * facet_random_normal(draw->style_key, row, 0, 0);
    double habit = draw->style * facet_random_normal(draw->style_key, row, 1, 0);
    double present = facet_random_uniform(draw->key, draw->subject, draw->clip, at + DRAW_PRESENT);
    double u = facet_random_uniform(draw->key, draw->subject, draw->clip, at + DRAW_STRENGTH);
    if (present >= part->probability + 0.3 * habit) return;
    set_sides(draw, row, part->au, intensity * exp(0.4 * taste) * (part->low + (part->high - part->low) * u), units);
}

void emotion_units_draw(const struct emotion_draw *draw, int emotion, double intensity, struct emotion_units *units) {
    const uint32_t n_parts = (uint32_t)(sizeof parts / sizeof *parts);
    memset(units, 0, sizeof *units);
    for (uint32_t i = 0; i < n_parts; i++) {
        if (parts[i].emotion == emotion) show(draw, i, &parts[i], intensity, units);
    }
    for (uint32_t i = 0; i < sizeof resting / sizeof *resting; i++) {
        uint32_t row = n_parts + i;
        double u = facet_random_uniform(draw->key, draw->subject, draw->clip, row * DRAWS + DRAW_REST);
        if (u > 0.5) set_sides(draw, row, resting[i], resting_most * (2 * u - 1), units);
    }
}
