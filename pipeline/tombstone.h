// Tombstones: <workspace>/forgotten.json remembers whom the workspace must not load or write again, without their names. A
// person is the HMAC-SHA-256 of dataset and subject under the file's own random key: names cannot be read from it, but
// who holds the file can test a name.
#ifndef FACET_PIPELINE_TOMBSTONE_H
#define FACET_PIPELINE_TOMBSTONE_H

#include <facet/error.h>
#include <jansson.h>
#include <stdbool.h>

#define FACET_TOMBSTONE_FILE "forgotten.json"
#define FACET_FORGOTTEN_STAGE "forget"
#define FACET_FORGOTTEN_MESSAGE "erased on request"

struct facet_tombstone;

// The workspace's, or an empty one when it has none. Errors: DATA (the sentence says what is wrong), IO, MEMORY.
int facet_tombstone_load(const char *workspace, struct facet_tombstone **tombstone, struct facet_error *error);
int facet_tombstone_parse(const char *name, const char *text, struct facet_tombstone **tombstone,
                          struct facet_error *error);
char *facet_tombstone_text(const struct facet_tombstone *tombstone); // the caller frees it; NULL: out of memory
void facet_tombstone_destroy(struct facet_tombstone *tombstone);     // NULL is fine

int facet_tombstone_count(const struct facet_tombstone *tombstone);
// Which entry means this person, -1: none.
int facet_tombstone_find(const struct facet_tombstone *tombstone, const char *dataset, const char *subject);
// Adds the person unless there. Errors: MEMORY, INTERNAL (no random numbers).
int facet_tombstone_add(struct facet_tombstone *tombstone, const char *dataset, const char *subject,
                        struct facet_error *error);

// Entries are unfinished until everything of them is erased.
bool facet_tombstone_finished(const struct facet_tombstone *tombstone);
void facet_tombstone_finish(struct facet_tombstone *tombstone);
const char *facet_tombstone_asked(const struct facet_tombstone *tombstone, int index); // when, as ISO 8601 tells it

// Notes kept with the entries: trained models that saw the person. An array of objects, borrowed.
json_t *facet_tombstone_models(const struct facet_tombstone *tombstone);

// Replaces the file whole, down to the device.
int facet_tombstone_save(const struct facet_tombstone *tombstone, const char *workspace, struct facet_error *error);

#endif
