// Texts in JSON, for plugins that write it with jansson.
#ifndef FACET_JSON_H
#define FACET_JSON_H

#ifdef __cplusplus
extern "C" {
#endif

struct json_t; // jansson's

// A name, a path or a command line need not be UTF-8, JSON must: in a text that is not, every byte that is not ASCII becomes
// a question mark. NULL when out of memory.
struct json_t *facet_json_text(const char *text);

#ifdef __cplusplus
}
#endif
#endif
