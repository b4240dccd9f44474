#include "pipeline/command/display.h"

#include "mpi/clock.h"

#include <math.h>
#include <string.h>

void facet_display_time(double seconds, char *text, size_t size) {
    long long s = llround(seconds);
    if (s < 60)
        snprintf(text, size, "%lld s", s);
    else if (s < 3600)
        snprintf(text, size, "%lld min %02lld s", s / 60, s % 60);
    else if (s < 86400)
        snprintf(text, size, "%lld h %02lld min", s / 3600, s / 60 % 60);
    else
        snprintf(text, size, "%lld d %lld h", s / 86400, s / 3600 % 24);
}

// "12 of 40 units, 3.1 a second (49.6 rows), 9 s left, 2 rows set aside"
static void describe(const struct facet_run_progress *p, char *text, size_t size) {
    char rate[64] = "", rows[64] = "", left[64] = "", aside[64] = "", time_left[32];
    if (p->rate > 0) snprintf(rate, sizeof rate, ", %.3g a second", p->rate);
    if (p->rows_per_second > 0) snprintf(rows, sizeof rows, " (%.3g rows)", p->rows_per_second);
    if (p->seconds_left >= 0 && p->done < p->total) {
        facet_display_time(p->seconds_left, time_left, sizeof time_left);
        snprintf(left, sizeof left, ", %s left", time_left);
    }
    if (p->set_aside) snprintf(aside, sizeof aside, ", %lld rows set aside", (long long)p->set_aside);
    if (p->total > 0)
        snprintf(text, size, "%lld of %lld %s%s%s%s%s", (long long)p->done, (long long)p->total, p->what, rate, rows,
                 left, aside);
    else
        snprintf(text, size, "at work");
}

static void show_bar(struct facet_display *d, const struct facet_run_progress *p, const char *text) {
    enum { WIDTH = 24 };
    char bar[WIDTH + 1];
    bool over = p->event == FACET_PROGRESS_ENDS && (p->total == 0 || p->done >= p->total);
    int filled = p->total > 0 ? (int)(p->done * WIDTH / p->total) : over ? WIDTH : 0;
    for (int i = 0; i < WIDTH; i++) bar[i] = i < filled ? '#' : '.';
    bar[WIDTH] = '\0';
    fprintf(stderr, "\r%-12s [%s] %s\033[K", p->stage, bar, over && p->total == 0 ? "done" : text);
    d->bar = p->event != FACET_PROGRESS_ENDS;
    if (!d->bar) fputc('\n', stderr);
}

void facet_display_progress(void *display, const struct facet_run_progress *p) {
    struct facet_display *d = display;
    char text[320];
    if (p->event == FACET_PROGRESS_STEP) return;
    describe(p, text, sizeof text);
    if (d->terminal) {
        show_bar(d, p, text);
    } else if (p->event == FACET_PROGRESS_BEGINS ||
               (p->event == FACET_PROGRESS_GOES_ON && facet_clock() - d->shown >= 60)) {
        fprintf(stderr, "%s: %s\n", p->stage, text);
        d->shown = facet_clock();
    }
}

void facet_display_note(void *display, const char *text) {
    struct facet_display *d = display;
    if (d->bar) fputs("\r\033[K", stderr);
    d->bar = false;
    fprintf(stderr, "%s\n", text);
}

void facet_display_alarm(void *display, const char *text) {
    (void)display;
    fprintf(stderr, "facet: watchdog: %s\n", text);
}

static void print_line(const struct facet_run_summary_row *row) {
    char seconds[32] = "done", rate[32] = "-", balance[32] = "-", core_hours[32] = "-";
    if (!row->skipped) {
        snprintf(seconds, sizeof seconds, "%.1f", row->seconds);
        snprintf(core_hours, sizeof core_hours, "%.4f", row->core_hours);
        if (row->rows_per_second > 0) snprintf(rate, sizeof rate, "%.1f", row->rows_per_second);
        if (row->balance > 0) snprintf(balance, sizeof balance, "%.0f %%", 100 * row->balance);
    }
    printf("%-14s %8lld %9lld %9s %9s %8s %10s  %s\n", row->name, (long long)row->rows, (long long)row->quarantined,
           seconds, rate, balance, core_hours, *row->content_hash ? row->content_hash : "-");
}

void facet_display_summary(const struct facet_run_summary *summary) {
    printf("%-14s %8s %9s %9s %9s %8s %10s  %s\n", "stage", "rows", "set aside", "seconds", "rows/s", "balance",
           "core-hours", "content");
    for (int i = 0; i < summary->count; i++) print_line(&summary->rows[i]);
}
