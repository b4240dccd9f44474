#include <facet/error.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    const char *name;
    int exit_status;
} codes[] = {
#define X(name, exit_status, text) [name] = {#name, exit_status},
    FACET_CODES(X)
#undef X
};
enum { N_CODES = sizeof codes / sizeof *codes };

int facet_error_set(struct facet_error *error, int code, const char *format, ...) {
    if (!error) return code;
    va_list args;
    va_start(args, format);
    error->code = code;
    vsnprintf(error->text, sizeof error->text, format, args);
    va_end(args);
    return code;
}

int facet_error_prefix(struct facet_error *error, const char *format, ...) {
    if (!error) return FACET_ERROR_INTERNAL;
    char context[FACET_ERROR_TEXT / 2], whole[FACET_ERROR_TEXT * 2];
    va_list args;
    va_start(args, format);
    vsnprintf(context, sizeof context, format, args);
    va_end(args);
    snprintf(whole, sizeof whole, "%s: %s", context, error->text);
    whole[sizeof error->text - 1] = '\0';
    memcpy(error->text, whole, strlen(whole) + 1);
    return error->code;
}

int facet_error_append(struct facet_error *error, const char *text) {
    if (!error) return FACET_ERROR_INTERNAL;
    size_t length = strlen(error->text);
    snprintf(error->text + length, sizeof error->text - length, "%s", text);
    return error->code;
}

const char *facet_code_name(int code) {
    return code >= 0 && code < N_CODES ? codes[code].name : "FACET_ERROR_UNKNOWN";
}

int facet_code_exit_status(int code) {
    return code >= 0 && code < N_CODES ? codes[code].exit_status : 1;
}

static void default_fatal(const char *file, int line, const char *text) {
    fprintf(stderr, "facet: %s:%d: %s\n", file, line, text);
}
static facet_fatal_handler *fatal_handler = default_fatal;

void facet_set_fatal_handler(facet_fatal_handler *handler) {
    fatal_handler = handler ? handler : default_fatal;
}

void facet_fatal(const char *file, int line, const char *format, ...) {
    char text[FACET_ERROR_TEXT];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    fatal_handler(file, line, text);
    abort();
}
