// Failures on demand. Every call in mpi/ and io/ that can fail passes a named point first, and a test, or anybody who
// wants to see what a run does then, can have any passing of any point fail. When none is asked for, a point costs
// one branch on a global.
//
// FACET_FAULT holds items with commas between them:
//   POINT@N         the N-th passing of the point (from 1) fails, on every rank
//   POINT@N:RANK    the same, on one rank
//   seed:S:RATE     each passing fails with probability RATE, by a hash of S, the point, its count and the rank
//   count:FILE      lines are added to FILE: "failed RANK POINT N" at each failure, and at the end of each process
//                   "passed RANK POINT COUNT" for every point it knows
#ifndef FACET_FAULT_FAULT_H
#define FACET_FAULT_FAULT_H

#include <facet/error.h>
#include <stdbool.h>

// X(constant, name). A failing point means that the call behind it was not made.
#define FACET_FAULT_POINTS(X)                                                                                          \
    X(MPI_INIT, "mpi.init")                                                                                            \
    X(MPI_DUP, "mpi.dup")                                                                                              \
    X(MPI_DESCRIBE, "mpi.describe")                                                                                    \
    X(MPI_SPLIT, "mpi.split")                                                                                          \
    X(MPI_CHECK, "mpi.check")                                                                                          \
    X(MPI_AGREE, "mpi.agree")                                                                                          \
    X(MPI_SHARE, "mpi.share")                                                                                          \
    X(MPI_BCAST, "mpi.bcast")                                                                                          \
    X(MPI_ALLGATHER, "mpi.allgather")                                                                                  \
    X(MPI_GATHERV, "mpi.gatherv")                                                                                      \
    X(MPI_ALLGATHERV, "mpi.allgatherv")                                                                                \
    X(MPI_ANY, "mpi.any")                                                                                              \
    X(MPI_BARRIER, "mpi.barrier")                                                                                      \
    X(MPI_SUM, "mpi.sum")                                                                                              \
    X(MPI_SEND, "mpi.send")                                                                                            \
    X(MPI_RECEIVE, "mpi.receive")                                                                                      \
    X(MPI_WINDOW, "mpi.window")                                                                                        \
    X(MPI_LOCK, "mpi.lock")                                                                                            \
    X(MPI_FETCH, "mpi.fetch")                                                                                          \
    X(MPI_WAIT, "mpi.wait")                                                                                            \
    X(MPI_TALLY, "mpi.tally")                                                                                          \
    X(MPI_PROBE, "mpi.probe")                                                                                          \
    X(MPI_BOARD, "mpi.board")                                                                                          \
    X(MPI_QUERY, "mpi.query")                                                                                          \
    X(MEMORY_WATCHDOG, "memory.watchdog")                                                                              \
    X(MEMORY_BOARD, "memory.board")                                                                                    \
    X(MPI_ERROR_TEXT, "mpi.error_text")                                                                                \
    X(MEMORY_COMM, "memory.comm")                                                                                      \
    X(MEMORY_COUNTS, "memory.counts")                                                                                  \
    X(MEMORY_COUNTER, "memory.counter")                                                                                \
    X(MEMORY_TREE, "memory.tree")                                                                                      \
    X(H5_CREATE, "h5.create")                                                                                          \
    X(H5_OPEN, "h5.open")                                                                                              \
    X(H5_DATASET_CREATE, "h5.dataset_create")                                                                          \
    X(H5_DATASET_OPEN, "h5.dataset_open")                                                                              \
    X(H5_DATASET_CLOSE, "h5.dataset_close")                                                                            \
    X(H5_DATASET_SHAPE, "h5.dataset_shape")                                                                            \
    X(H5_ATTRIBUTE_WRITE, "h5.attribute_write")                                                                        \
    X(H5_ATTRIBUTE_READ, "h5.attribute_read")                                                                          \
    X(H5_WRITE, "h5.write")                                                                                            \
    X(H5_READ, "h5.read")                                                                                              \
    X(H5_FLUSH, "h5.flush")                                                                                            \
    X(H5_CLOSE, "h5.close")                                                                                            \
    X(H5_LIST, "h5.list")                                                                                              \
    X(STORE_CREATE, "store.create")                                                                                    \
    X(STORE_OPEN, "store.open")                                                                                        \
    X(STORE_DATASET_OPEN, "store.dataset_open")                                                                        \
    X(STORE_WRITE, "store.write")                                                                                      \
    X(STORE_READ, "store.read")                                                                                        \
    X(STORE_FLUSH, "store.flush")                                                                                      \
    X(STORE_CLOSE, "store.close")                                                                                      \
    X(FILE_REACH, "file.reach")                                                                                        \
    X(FILE_MAKE, "file.make")                                                                                          \
    X(FILE_BALLAST, "file.ballast")                                                                                    \
    X(FILE_SYNC, "file.sync")                                                                                          \
    X(FILE_RENAME, "file.rename")                                                                                      \
    X(FILE_SYNC_FOLDER, "file.sync_folder")                                                                            \
    X(MEMORY_CONTAINER, "memory.container")                                                                            \
    X(MEMORY_PATH, "memory.path")                                                                                      \
    X(MEMORY_DATASETS, "memory.datasets")                                                                              \
    X(MEMORY_LIST, "memory.list")                                                                                      \
    X(MEMORY_ATTRIBUTE, "memory.attribute")                                                                            \
    X(MEMORY_HASH, "memory.hash")                                                                                      \
    X(MEMORY_REPACK, "memory.repack")                                                                                  \
    X(MEMORY_STORE, "memory.store")                                                                                    \
    X(MEMORY_ARRAY, "memory.array")                                                                                    \
    X(MEMORY_STRINGS, "memory.strings")                                                                                \
    X(MEMORY_RAW_STRINGS, "memory.raw_strings")                                                                        \
    X(IMAGE_OPEN, "image.open")                                                                                        \
    X(IMAGE_WRITE, "image.write")                                                                                      \
    X(IMAGE_CLOSE, "image.close")                                                                                      \
    X(IMAGE_RENAME, "image.rename")                                                                                    \
    X(MEMORY_IMAGE, "memory.image")                                                                                    \
    X(SCAN_OPEN, "scan.open")                                                                                          \
    X(SCAN_READ, "scan.read")                                                                                          \
    X(SCAN_WRITE, "scan.write")                                                                                        \
    X(MEMORY_SCAN, "memory.scan")                                                                                      \
    X(MEMORY_MESH, "memory.mesh")

enum facet_fault_point {
#define X(constant, name) FAULT_##constant,
    FACET_FAULT_POINTS(X)
#undef X
        FAULT_POINTS
};

extern bool facet_fault_armed;
bool facet_fault_strikes(enum facet_fault_point point); // counts the passing; true: it shall fail, and errno is EIO

static inline bool facet_fault(enum facet_fault_point point) {
    return __builtin_expect(facet_fault_armed, false) && facet_fault_strikes(point);
}

// Asks for what `wanted` says in the words above (NULL or empty: nothing) and counts from zero. Not while threads pass
// points. Errors: USAGE.
int facet_fault_arm(const char *wanted, struct facet_error *error);
void facet_fault_set_rank(int rank); // 0 until told
void facet_fault_report(void);       // writes the counts, if they are asked for; a normal exit does so itself

#endif
