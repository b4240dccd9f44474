// Any bytes taken for a pipeline file: a checked configuration, or every problem with its place.
#include "pipeline/builtin.h"
#include "pipeline/config.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char path[] = "/tmp/facet-fuzz-XXXXXX";
static int file = -1;

static void forget(void) {
    unlink(path);
}

static void make_file(void) {
    file = mkstemp(path);
    if (file < 0 || atexit(forget)) abort();
}

static bool write_all(const uint8_t *data, size_t size) {
    return ftruncate(file, 0) == 0 && pwrite(file, data, size, 0) == (ssize_t)size;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct facet_error error = {0};
    struct facet_plugin_host *host = NULL;
    struct facet_config config = {0};
    char *report = NULL;
    if (file < 0) make_file();
    // An @include would read other files, and a plugin_path other folders: neither is what is looked at here.
    bool outside = memmem(data, size, "@include", 8) || memmem(data, size, "plugin_path", 11);
    if (outside || !write_all(data, size)) return 0;
    if (facet_plugin_host_create(facet_builtin_plugins, &host, &error)) abort();
    int code = facet_config_load(path, NULL, 0, host, &config, &report, &error);
    if (code ? !*error.text : report || config.n_stages < 1 || config.n_sources < 1) abort();
    if (!code) facet_config_free(&config);
    free(report);
    facet_plugin_host_destroy(host);
    return 0;
}
