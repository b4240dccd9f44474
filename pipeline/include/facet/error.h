// Errors: a code and a sentence, handed to the caller. Library code prints nothing.
#ifndef FACET_ERROR_H
#define FACET_ERROR_H

#include <stdarg.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

// X(name, exit status of the facet command, what it means)
#define FACET_CODES(X)                                                                                                 \
    X(FACET_OK, 0, "success")                                                                                          \
    X(FACET_ERROR_DATA, 1, "an input holds something it must not hold")                                                \
    X(FACET_ERROR_IO, 1, "a file could not be read or written")                                                        \
    X(FACET_ERROR_MEMORY, 1, "out of memory")                                                                          \
    X(FACET_ERROR_PLUGIN, 1, "a plugin broke its contract")                                                            \
    X(FACET_ERROR_MPI, 1, "the message-passing layer failed")                                                          \
    X(FACET_ERROR_INTERNAL, 1, "a fault inside facet")                                                                 \
    X(FACET_ERROR_USAGE, 2, "the command line is wrong")                                                               \
    X(FACET_ERROR_CONFIG, 2, "the pipeline file is wrong")                                                             \
    X(FACET_ERROR_STATE, 2, "the workspace belongs to another pipeline")                                               \
    X(FACET_TOO_MANY_BAD, 3, "more rows in quarantine than max_bad allows")                                            \
    X(FACET_INTERRUPTED, 75, "stopped cleanly on request; run again to go on")                                         \
    X(FACET_FORGOTTEN, 2, "the person's rows were erased on request")                                                  \
    X(FACET_NOTED, 1, "a row is kept without something that is broken or missing")

enum facet_code {
#define X(name, exit_status, text) name,
    FACET_CODES(X)
#undef X
};

enum { FACET_ERROR_TEXT = 1024 };

struct facet_error {
    int code; // enum facet_code
    char text[FACET_ERROR_TEXT];
};

#if defined(__GNUC__)
#define FACET_PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))
#define FACET_NORETURN __attribute__((noreturn))
#else
#define FACET_PRINTF(fmt, args)
#define FACET_NORETURN
#endif

// Fills *error (NULL is fine) and returns code, so that `return facet_error_set(...)` reads well.
int facet_error_set(struct facet_error *error, int code, const char *format, ...) FACET_PRINTF(3, 4);
// Puts "context: " before the sentence already there; returns the code already there.
int facet_error_prefix(struct facet_error *error, const char *format, ...) FACET_PRINTF(2, 3);
// Puts `text` after it, as it is; returns the code already there.
int facet_error_append(struct facet_error *error, const char *text);
const char *facet_code_name(int code);
int facet_code_exit_status(int code);

// A broken invariant: calls the handler (default: one line on stderr and abort) and never returns.
FACET_NORETURN void facet_fatal(const char *file, int line, const char *format, ...) FACET_PRINTF(3, 4);
typedef void facet_fatal_handler(const char *file, int line, const char *text);
void facet_set_fatal_handler(facet_fatal_handler *handler);
#define FACET_REQUIRE(condition)                                                                                       \
    do {                                                                                                               \
        if (!(condition)) facet_fatal(__FILE__, __LINE__, "broken invariant: %s", #condition);                         \
    } while (0)

#ifdef __cplusplus
}
#endif
#endif
