// Prompts: the sentences that stand for a class.
#ifndef FACET_NN_PROMPTS_H
#define FACET_NN_PROMPTS_H

#include <stddef.h>

// What a face showing `name` does, in words; the name itself for a class that is no known emotion.
const char *nn_prompt_face(const char *name);
// In a template {} is the class name, {face} what such a face does. Writes it out into text, cut to size. Returns the length the whole would have.
size_t nn_prompt_write(const char *template, const char *name, char *text, size_t size);

#endif
