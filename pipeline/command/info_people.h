// facet info: how many rows of a container are under which licence and consent.
#ifndef FACET_PIPELINE_COMMAND_INFO_PEOPLE_H
#define FACET_PIPELINE_COMMAND_INFO_PEOPLE_H

#include "io/h5/container.h"

#include <jansson.h>

// Adds {dataset, licence, consent, rows} to `all` for each kind there is.
int facet_info_people(struct facet_container *container, json_t *all, struct facet_error *error);

#endif
