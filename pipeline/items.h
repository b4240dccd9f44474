// The engine's side of the item table (facet/item.h).
#ifndef FACET_PIPELINE_ITEMS_H
#define FACET_PIPELINE_ITEMS_H

#include <facet/item.h>
#include <stddef.h>

struct facet_items *facet_items_create(void); // NULL when out of memory
void facet_items_destroy(struct facet_items *items);
// Rows added from now on belong to this dataset, whatever their item says; sequence numbers go on from the last one.
int facet_items_begin_dataset(struct facet_items *items, const char *name, struct facet_error *error);

// Bytes of the longest text of each kind.
struct facet_item_widths {
    size_t dataset, subject, label, labels, au, path, licence, consent, split;
};
// Rows of these subjects (a flag each) lose their texts and intensity and keep their place; widths, classes and numbers stay
// what they were. No row may be added afterwards. Errors: MEMORY.
int facet_items_mask(struct facet_items *items, const uint8_t *subjects, struct facet_error *error);
struct facet_item_widths facet_items_widths(const struct facet_items *items);

#endif
