// Which shared libraries this process runs on: their files as the loader found them, versions and all.
#include "pipeline/run_internal.h"

#include <limits.h>
#include <link.h>
#include <stdlib.h>
#include <string.h>

// Those that compute, communicate or write; the long tail behind them decides nothing about results.
static bool matters(const char *file) {
    static const char *const names[] = {"libfacet.", "libdnnl.", "libblas.", "libopenblas", "liblapack",
                                        "libgomp.",  "libm.",    "libc.",    "libmpi.",     "libhdf5"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strncmp(file, names[i], strlen(names[i])) == 0) return true;
    return false;
}

static int append(struct dl_phdr_info *info, size_t size, void *context) {
    (void)size;
    char **text = context, real[PATH_MAX];
    if (!info->dlpi_name) return 0;
    const char *file = realpath(info->dlpi_name, real) ? real : info->dlpi_name;
    const char *slash = strrchr(file, '/');
    if (slash) file = slash + 1;
    if (!matters(file)) return 0;
    return facet_text_append(text, "%s%s", *text ? " " : "", file) ? 0 : -1;
}

char *facet_loaded_libraries(void) {
    char *text = NULL;
    if (dl_iterate_phdr(append, &text) == 0 && text) return text;
    free(text);
    return NULL;
}
