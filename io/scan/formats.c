// The formats of scans there are.
#include "io/scan/format.h"

#include <string.h>
#include <strings.h>

static const struct scan_format *const formats[] = {&scan_ply, &scan_vrml, &scan_bnt,  &scan_abs,
                                                    &scan_stl, &scan_off,  &scan_gltf, &scan_obj};
enum { FORMATS = sizeof formats / sizeof *formats };

static bool ends_in(const char *name, const char *suffix, size_t length) {
    size_t whole = strlen(name);
    return whole > length && strncasecmp(name + whole - length, suffix, length) == 0;
}

static bool has_suffix(const struct scan_format *format, const char *name) {
    for (const char *at = format->suffixes; *at;) {
        size_t length = strcspn(at, " ");
        if (ends_in(name, at, length)) return true;
        at += length + (at[length] == ' ');
    }
    return false;
}

const struct scan_format *scan_format_named(const char *name) {
    for (int i = 0; i < FORMATS; i++)
        if (has_suffix(formats[i], name)) return formats[i];
    return NULL;
}

const struct scan_format *scan_format_of(const char *name, const void *bytes, size_t size) {
    for (int i = 0; i < FORMATS; i++)
        if (formats[i]->recognise && formats[i]->recognise(bytes, size)) return formats[i];
    const struct scan_format *named = scan_format_named(name);
    return named ? named : &scan_obj;
}

_Bool facet_scan_is_named(const char *name) {
    return scan_format_named(name) != NULL;
}
