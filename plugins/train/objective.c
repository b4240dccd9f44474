#include "train/objective.h"

#include <stddef.h>
#include <string.h>

extern const struct objective objective_facet;
static const struct objective *const objectives[] = {&objective_facet};

const struct objective *objective_find(const char *name) {
    for (size_t i = 0; i < sizeof objectives / sizeof *objectives; i++)
        if (strcmp(objectives[i]->name, name) == 0) return objectives[i];
    return NULL;
}
