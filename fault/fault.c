#include "fault/fault.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MOST_WANTED = 4, ANY_RANK = -1 };

static const char *const names[FAULT_POINTS] = {
#define X(constant, name) [FAULT_##constant] = name,
    FACET_FAULT_POINTS(X)
#undef X
};

struct wanted {
    int point;
    long long passing;
    long rank;
};

static struct {
    struct wanted wanted[MOST_WANTED];
    int n_wanted;
    double rate; // of random failures
    uint64_t seed;
    char file[1024]; // "": no lines are asked for
} plan;

static atomic_llong passed[FAULT_POINTS];
static int own_rank;
bool facet_fault_armed;

void facet_fault_set_rank(int rank) {
    own_rank = rank;
}

// splitmix64, https://prng.di.unimi.it/splitmix64.c
static uint64_t scramble(uint64_t x) {
    x += 0x9e3779b97f4a7c15u;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
    return x ^ (x >> 31);
}

static bool unlucky(int point, long long passing) {
    uint64_t hash = scramble(plan.seed);
    hash = scramble(hash ^ (uint64_t)point);
    hash = scramble(hash ^ (uint64_t)passing);
    hash = scramble(hash ^ (uint64_t)own_rank);
    return (double)(hash >> 11) * 0x1p-53 < plan.rate;
}

// One write, so that lines of several processes do not mix.
static void add_to_file(const char *text, size_t length) {
    int file = *plan.file ? open(plan.file, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666) : -1;
    if (file < 0) return;
    if (write(file, text, length) < 0) *plan.file = '\0';
    close(file);
}

bool facet_fault_strikes(enum facet_fault_point point) {
    long long passing = atomic_fetch_add(&passed[point], 1) + 1;
    bool strikes = plan.rate > 0 && unlucky(point, passing);
    for (int i = 0; i < plan.n_wanted; i++) {
        const struct wanted *w = &plan.wanted[i];
        bool here = w->rank == ANY_RANK || w->rank == own_rank;
        strikes = strikes || (here && w->point == (int)point && w->passing == passing);
    }
    if (!strikes) return false;
    char line[200];
    int length = snprintf(line, sizeof line, "failed %d %s %lld\n", own_rank, names[point], passing);
    add_to_file(line, (size_t)length);
    errno = EIO;
    return true;
}

void facet_fault_report(void) {
    char text[FAULT_POINTS * 64];
    size_t length = 0;
    for (int i = 0; i < FAULT_POINTS; i++)
        length += (size_t)snprintf(text + length, sizeof text - length, "passed %d %s %lld\n", own_rank, names[i],
                                   atomic_load(&passed[i]));
    add_to_file(text, length);
}

static int unclear(const char *item, const char *why, struct facet_error *error) {
    return facet_error_set(error, FACET_ERROR_USAGE,
                           "FACET_FAULT: %s: %s; expected POINT@N, POINT@N:RANK, seed:S:RATE or count:FILE", item, why);
}

static int point_named(const char *name, size_t length) {
    for (int i = 0; i < FAULT_POINTS; i++)
        if (strlen(names[i]) == length && memcmp(names[i], name, length) == 0) return i;
    return -1;
}

static int want_point(const char *item, struct facet_error *error) {
    const char *at = strchr(item, '@');
    if (!at) return unclear(item, "no @N", error);
    struct wanted w = {.point = point_named(item, (size_t)(at - item)), .rank = ANY_RANK};
    if (w.point < 0) return unclear(item, "there is no such point", error);
    char *end;
    w.passing = strtoll(at + 1, &end, 10);
    if (end == at + 1 || w.passing < 1) return unclear(item, "N is a number from 1", error);
    const char *rank = *end == ':' ? end + 1 : NULL;
    if (rank) w.rank = strtol(rank, &end, 10);
    if (*end || (rank && (end == rank || w.rank < 0))) return unclear(item, "RANK is a number from 0", error);
    if (plan.n_wanted == MOST_WANTED) return unclear(item, "too many points", error);
    plan.wanted[plan.n_wanted++] = w;
    return FACET_OK;
}

static int want_random(const char *item, struct facet_error *error) {
    const char *seed = item + strlen("seed:");
    char *end;
    plan.seed = strtoull(seed, &end, 10);
    if (end == seed || *end != ':') return unclear(item, "S is a whole number", error);
    const char *rate = end + 1;
    plan.rate = strtod(rate, &end);
    if (end == rate || *end || !(plan.rate >= 0 && plan.rate <= 1)) return unclear(item, "RATE is 0 to 1", error);
    return FACET_OK;
}

static int want_file(const char *item, struct facet_error *error) {
    static bool at_end;
    const char *file = item + strlen("count:");
    if (!*file || strlen(file) >= sizeof plan.file) return unclear(item, "no path, or too long a one", error);
    snprintf(plan.file, sizeof plan.file, "%s", file);
    if (!at_end) at_end = atexit(facet_fault_report) == 0;
    return FACET_OK;
}

static int want(const char *item, struct facet_error *error) {
    if (strncmp(item, "seed:", 5) == 0) return want_random(item, error);
    if (strncmp(item, "count:", 6) == 0) return want_file(item, error);
    return want_point(item, error);
}

int facet_fault_arm(const char *wanted, struct facet_error *error) {
    memset(&plan, 0, sizeof plan);
    for (int i = 0; i < FAULT_POINTS; i++) atomic_store(&passed[i], 0);
    facet_fault_armed = false;
    if (!wanted || !*wanted) return FACET_OK;
    char *items = strdup(wanted), *rest = NULL;
    if (!items) return facet_error_set(error, FACET_ERROR_MEMORY, "out of memory for FACET_FAULT");
    int code = FACET_OK;
    for (char *item = strtok_r(items, ",", &rest); item && code == FACET_OK; item = strtok_r(NULL, ",", &rest))
        code = want(item, error);
    free(items);
    facet_fault_armed = code == FACET_OK;
    return code;
}
