#include <facet/json.h>

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

struct json_t *facet_json_text(const char *text) {
    json_t *json = json_string(text);
    char *plain = json ? NULL : strdup(text);
    for (char *p = plain; p && *p; p++)
        if ((unsigned char)*p >= 0x80) *p = '?';
    if (plain) json = json_string(plain);
    free(plain);
    return json;
}
