// A plugin built for an interface that this facet does not have; everything behind size would be read wrongly.
#include <stdint.h>

struct other {
    uint32_t abi, size;
};
extern const struct other facet_plugin;
const struct other facet_plugin = {.abi = 77, .size = sizeof(struct other)};
