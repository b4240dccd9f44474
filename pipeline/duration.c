#include "pipeline/duration.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool read_clock(const char *text, double *seconds) {
    int days = 0, hours, minutes, rest, used = 0;
    if (sscanf(text, "%5d-%n", &days, &used) != 1 || !used) days = 0, used = 0;
    text += used, used = 0;
    if (sscanf(text, "%6d:%2d:%2d%n", &hours, &minutes, &rest, &used) != 3 || text[used]) return false;
    if (days < 0 || hours < 0 || minutes < 0 || minutes > 59 || rest < 0 || rest > 59) return false;
    *seconds = ((days * 24.0 + hours) * 60 + minutes) * 60 + rest;
    return true;
}

static bool read_number(const char *text, double *seconds) {
    static const struct {
        const char *unit;
        double seconds;
    } units[] = {{"", 1}, {"s", 1}, {"m", 60}, {"h", 3600}, {"d", 86400}};
    char *end;
    *seconds = strtod(text, &end);
    for (size_t i = 0; end != text && i < sizeof units / sizeof *units; i++)
        if (strcmp(end, units[i].unit) == 0) {
            *seconds *= units[i].seconds;
            return true;
        }
    return false;
}

bool facet_duration_read(const char *text, double *seconds) {
    bool read = strchr(text, ':') ? read_clock(text, seconds) : read_number(text, seconds);
    return read && isfinite(*seconds) && *seconds > 0;
}

void facet_duration_write(double seconds, char *text, size_t size) {
    long long s = llround(seconds);
    if (seconds < 10)
        snprintf(text, size, "%.2g s", seconds);
    else if (s < 120)
        snprintf(text, size, "%lld s", s);
    else
        snprintf(text, size, "%lld:%02lld:%02lld", s / 3600, s / 60 % 60, s % 60);
}
