#include "mpi/pulse.h"

#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

enum { WORDS = FACET_PULSE_TEXT / sizeof(uint64_t) };

// Each thread has cache lines of its own.
struct slot {
    _Alignas(128) _Atomic uint64_t beats;
    atomic_int doing;
    _Atomic int64_t unit, first, count; // unit -1: none
    _Atomic uint64_t stage[WORDS], operation[WORDS];
};

struct facet_pulse {
    _Atomic uint64_t ticks;
    _Atomic int64_t quiet_ms;
    atomic_int left, ending, told;
    int rank, threads;
    struct slot slots[];
};

// Before a watchdog gives a place that is seen, and in programs without one.
static union {
    struct facet_pulse pulse;
    char room[sizeof(struct facet_pulse) + sizeof(struct slot)];
} nowhere = {.pulse = {.threads = 1}};
static _Atomic(struct facet_pulse *) place = &nowhere.pulse;
static _Thread_local int my_slot;

#define STORE(to, value) atomic_store_explicit(&(to), value, memory_order_relaxed)
#define LOAD(from) atomic_load_explicit(&(from), memory_order_relaxed)

// Texts are stored in whole words, so that a reader sees no torn ones for long.
static void put_text(_Atomic uint64_t *to, const char *text) {
    char whole[FACET_PULSE_TEXT] = "";
    snprintf(whole, sizeof whole, "%s", text);
    for (int i = 0; i < WORDS; i++) {
        uint64_t word;
        memcpy(&word, whole + (size_t)i * sizeof word, sizeof word);
        STORE(to[i], word);
    }
}

static void get_text(const _Atomic uint64_t *from, char *text) {
    for (int i = 0; i < WORDS; i++) {
        uint64_t word = LOAD(from[i]);
        memcpy(text + (size_t)i * sizeof word, &word, sizeof word);
    }
    text[FACET_PULSE_TEXT - 1] = '\0';
}

static struct slot *mine(void) {
    struct facet_pulse *pulse = my_slot < 0 ? &nowhere.pulse : LOAD(place);
    return &pulse->slots[my_slot > 0 && my_slot < pulse->threads ? my_slot : 0];
}

static void beat(struct slot *slot) {
    STORE(slot->beats, LOAD(slot->beats) + 1); // a slot has one writer
}

void facet_pulse_stage(const char *name) {
    struct slot *slot = mine();
    put_text(slot->stage, name);
    beat(slot);
}

void facet_pulse_thread(int index) {
    my_slot = index;
}

void facet_pulse_unit(int64_t unit, int64_t first, int64_t count) {
    struct slot *slot = mine();
    STORE(slot->unit, unit), STORE(slot->first, first), STORE(slot->count, count);
    STORE(slot->doing, FACET_PULSE_WORKS);
    beat(slot);
}

void facet_pulse_wait(const char *operation) {
    struct slot *slot = mine();
    put_text(slot->operation, operation);
    STORE(slot->doing, FACET_PULSE_WAITS);
    beat(slot);
}

void facet_pulse_wait_for(const char *operation, int rank) {
    char text[FACET_PULSE_TEXT];
    snprintf(text, sizeof text, "%s for rank %d", operation, rank);
    facet_pulse_wait(text);
}

void facet_pulse_work(void) {
    struct slot *slot = mine();
    STORE(slot->doing, FACET_PULSE_WORKS);
    beat(slot);
}

void facet_pulse_rest(void) {
    struct slot *slot = mine();
    STORE(slot->unit, -1);
    STORE(slot->doing, FACET_PULSE_RESTS);
    beat(slot);
}

void facet_pulse_beat(void) {
    beat(mine());
}

// ---- for the watchdog ---------------------------------------------------------------------------------------------------

size_t facet_pulse_size(int threads) {
    return sizeof(struct facet_pulse) + (size_t)threads * sizeof(struct slot);
}

void facet_pulse_init(void *memory, int rank, int threads) {
    struct facet_pulse *pulse = memory;
    memset(memory, 0, facet_pulse_size(threads));
    pulse->rank = rank, pulse->threads = threads;
    for (int i = 0; i < threads; i++) STORE(pulse->slots[i].unit, -1);
    STORE(pulse->slots[0].doing, FACET_PULSE_WORKS); // the main thread is under way already
}

void facet_pulse_use(struct facet_pulse *pulse) {
    STORE(place, pulse ? pulse : &nowhere.pulse);
}

int facet_pulse_threads(const struct facet_pulse *pulse) {
    return pulse->threads;
}

int facet_pulse_rank(const struct facet_pulse *pulse) {
    return pulse->rank;
}

uint64_t facet_pulse_beats(const struct facet_pulse *pulse, int thread) {
    return LOAD(pulse->slots[thread].beats);
}

enum facet_pulse_doing facet_pulse_doing(const struct facet_pulse *pulse, int thread) {
    return (enum facet_pulse_doing)LOAD(pulse->slots[thread].doing);
}

void facet_pulse_operation(const struct facet_pulse *pulse, int thread, char text[FACET_PULSE_TEXT]) {
    get_text(pulse->slots[thread].operation, text);
}

void facet_pulse_describe(const struct facet_pulse *pulse, int thread, char *text, size_t size) {
    const struct slot *slot = &pulse->slots[thread];
    char stage[FACET_PULSE_TEXT], unit[100] = "";
    get_text(slot->stage, stage);
    long long number = LOAD(slot->unit), first = LOAD(slot->first), last = first + LOAD(slot->count) - 1;
    if (number >= 0) snprintf(unit, sizeof unit, ", unit %lld (rows %lld to %lld)", number, first, last);
    snprintf(text, size, "%s%s%s", *stage ? "stage " : "before the first stage", stage, unit);
}

void facet_pulse_tick(struct facet_pulse *pulse, int64_t quiet_ms) {
    STORE(pulse->quiet_ms, quiet_ms);
    STORE(pulse->ticks, LOAD(pulse->ticks) + 1);
}

uint64_t facet_pulse_ticks(const struct facet_pulse *pulse) {
    return LOAD(pulse->ticks);
}

int64_t facet_pulse_quiet(const struct facet_pulse *pulse) {
    return LOAD(pulse->quiet_ms);
}

void facet_pulse_leave(struct facet_pulse *pulse) {
    atomic_store(&pulse->left, 1);
}

bool facet_pulse_left(const struct facet_pulse *pulse) {
    return atomic_load(&pulse->left);
}

bool facet_pulse_first_to_end(struct facet_pulse *pulse) {
    return atomic_exchange(&pulse->ending, 1) == 0;
}

bool facet_pulse_ends(const struct facet_pulse *pulse) {
    return atomic_load(&pulse->ending);
}

int facet_pulse_told(struct facet_pulse *pulse, int more) {
    return atomic_fetch_add(&pulse->told, more) + more;
}
