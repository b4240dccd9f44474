// What each rank does just now: the stage, the units its threads work on, the operation of other ranks that it waits in.
// Noting it costs a few stores; the watchdog looks at it from a thread of its own. One slot a thread.
#ifndef FACET_MPI_PULSE_H
#define FACET_MPI_PULSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

void facet_pulse_stage(const char *name); // the calling thread takes up this stage
void facet_pulse_thread(int index);       // the calling thread's slot from now on; 0 unless said, -1: it is not watched
// The calling thread works on a unit, waits in an operation, works on, has nothing to do. Each is a beat.
void facet_pulse_unit(int64_t unit, int64_t first, int64_t count);
void facet_pulse_wait(const char *operation);
void facet_pulse_wait_for(const char *operation, int rank);
void facet_pulse_work(void);
void facet_pulse_rest(void);
void facet_pulse_beat(void); // what the calling thread does moves on

// ---- for the watchdog ---------------------------------------------------------------------------------------------------

enum facet_pulse_doing { FACET_PULSE_RESTS, FACET_PULSE_WORKS, FACET_PULSE_WAITS };
enum { FACET_PULSE_TEXT = 48 };

// One process's part of a node's board; lies in memory that the node's ranks share.
struct facet_pulse;
size_t facet_pulse_size(int threads);
void facet_pulse_init(void *memory, int rank, int threads);
void facet_pulse_use(struct facet_pulse *pulse); // where this process notes from now on; NULL: nowhere that is seen

int facet_pulse_threads(const struct facet_pulse *pulse);
int facet_pulse_rank(const struct facet_pulse *pulse);
uint64_t facet_pulse_beats(const struct facet_pulse *pulse, int thread);
enum facet_pulse_doing facet_pulse_doing(const struct facet_pulse *pulse, int thread);
void facet_pulse_operation(const struct facet_pulse *pulse, int thread, char text[FACET_PULSE_TEXT]);
// "stage render, unit 12 (rows 24 to 25)"
void facet_pulse_describe(const struct facet_pulse *pulse, int thread, char *text, size_t size);

// The watchdogs' own notes: signs of life, how long nothing moved (ms), and words of which a node needs only one.
void facet_pulse_tick(struct facet_pulse *pulse, int64_t quiet_ms);
uint64_t facet_pulse_ticks(const struct facet_pulse *pulse);
int64_t facet_pulse_quiet(const struct facet_pulse *pulse);
void facet_pulse_leave(struct facet_pulse *pulse); // is watched no more
bool facet_pulse_left(const struct facet_pulse *pulse);
bool facet_pulse_first_to_end(struct facet_pulse *pulse);  // true once
bool facet_pulse_ends(const struct facet_pulse *pulse);    // somebody was first
int facet_pulse_told(struct facet_pulse *pulse, int more); // counts warnings that hold; returns how many do now

#endif
