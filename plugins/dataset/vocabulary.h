// One vocabulary of what faces show, over all datasets.
#ifndef FACET_DATASET_VOCABULARY_H
#define FACET_DATASET_VOCABULARY_H

#include <facet/item.h>
#include <stdbool.h>
#include <stddef.h>

// The vocabulary's word for one of a dataset's ("Angry" -> "anger"), upper and lower case alike; NULL: it has none.
const char *dataset_word(const char *text);
const char *dataset_word_at(size_t index); // all words in order; NULL after the last

// A label of one or several words with '+' between, each in the vocabulary's spelling, sorted and once; words that are not
// in it stay as they are and clear *known. false: it does not fit, or a word is empty.
bool dataset_label_spell(const char *text, char *to, size_t room, bool *known);

// Text of action units as struct facet_item has it. Setting one that lies beyond `au` fills up with '?'.
enum { DATASET_AU_ROOM = FACET_AU_MAX + 2 };
void dataset_au_set(char au[DATASET_AU_ROOM], int unit, char state); // units outside 0..FACET_AU_MAX are passed over

#endif
