// What facet run shows: a bar on a terminal, a line a minute otherwise, and a table at the end.
#ifndef FACET_PIPELINE_COMMAND_DISPLAY_H
#define FACET_PIPELINE_COMMAND_DISPLAY_H

#include "pipeline/run.h"

struct facet_display {
    bool terminal, bar; // bar: the cursor stands behind one
    double shown;       // when, by the monotonic clock
};

void facet_display_progress(void *display, const struct facet_run_progress *progress);
void facet_display_note(void *display, const char *text);
void facet_display_alarm(void *display, const char *text);           // of the watchdog, from any thread of any rank
void facet_display_summary(const struct facet_run_summary *summary); // on stdout
// "3 s", "4 min 05 s", "2 h 10 min", "3 d 4 h".
void facet_display_time(double seconds, char *text, size_t size);

#endif
