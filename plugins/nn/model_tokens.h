// The prompts of a model as tokens. A model made with merges keeps them in its description, and so never needs the
// merges again; only ids that some prompt uses have a row in its token table. With bytes every id has one.
#ifndef FACET_NN_MODEL_TOKENS_H
#define FACET_NN_MODEL_TOKENS_H

#include <facet/error.h>
#include <stdbool.h>
#include <stdint.h>

struct json_t;
struct nn_model_config;

struct nn_tokens {
    int64_t vocabulary; // of the tokenizer
    int64_t n_ids;      // rows of the token table
    int64_t *ids;       // (n_ids) of the tokenizer, ascending: row i of the table stands for ids[i]
    int64_t n_prompts;  // C*K; prompt k of class c is c*K + k
    int64_t *lengths;   // (n_prompts) start and end included
    int64_t longest;    // of the lengths
    int64_t *rows;      // (n_prompts, longest) rows of the table; a shorter prompt repeats its end
};

// Writes the prompts of `config` out and tokenizes them; merges_path NULL: bytes. Errors: IO and DATA with the merges
// file and its line, CONFIG for a prompt too long to be written out, MEMORY.
int nn_tokens_create(const struct nn_model_config *config, const char *merges_path, struct nn_tokens **tokens,
                     struct facet_error *error);
void nn_tokens_destroy(struct nn_tokens *tokens);
struct nn_tokens *nn_tokens_copy(const struct nn_tokens *tokens); // NULL: no memory
bool nn_tokens_allocate(struct nn_tokens *tokens);                // its arrays, for the counts it holds

struct json_t *nn_tokens_to_json(const struct nn_tokens *tokens); // NULL: no memory
// For as many prompts as `config` has, none longer than its context. Errors: DATA with what is wrong, MEMORY.
int nn_tokens_from_json(const struct json_t *json, const struct nn_model_config *config, struct nn_tokens **tokens,
                        struct facet_error *error);

#endif
