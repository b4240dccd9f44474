// Any bytes taken for a pipeline file: a checked configuration, or every problem with its place.
#include "file.h"
#include "pipeline/builtin.h"
#include "pipeline/config.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct facet_error error = {0};
    struct facet_plugin_host *host = NULL;
    struct facet_config config = {0};
    char *report = NULL;
    // An @include would read other files, and a plugin_path other folders: neither is what is looked at here.
    bool outside = memmem(data, size, "@include", 8) || memmem(data, size, "plugin_path", 11);
    const char *path = outside ? NULL : fuzz_file(data, size);
    if (!path) return 0;
    if (facet_plugin_host_create(facet_builtin_plugins, &host, &error)) abort();
    int code = facet_config_load(path, NULL, 0, host, &config, &report, &error);
    if (code ? !*error.text : report || config.n_stages < 1 || config.n_sources < 1) abort();
    if (!code) facet_config_free(&config);
    free(report);
    facet_plugin_host_destroy(host);
    return 0;
}
