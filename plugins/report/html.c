#include "report/html.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool reserve(struct html *html, size_t more) {
    if (html->failed) return false;
    if (html->length + more < html->capacity) return true;
    size_t capacity = 2 * (html->length + more) + 4096;
    char *text = realloc(html->text, capacity);
    if (!text) {
        html->failed = true;
        return false;
    }
    html->text = text;
    html->capacity = capacity;
    return true;
}

static void append(struct html *html, const char *bytes, size_t length) {
    if (!reserve(html, length)) return;
    memcpy(html->text + html->length, bytes, length);
    html->length += length;
    html->text[html->length] = '\0';
}

void html_add(struct html *html, const char *format, ...) {
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    int length = vsnprintf(NULL, 0, format, args);
    if (length < 0) html->failed = true;
    if (length >= 0 && reserve(html, (size_t)length)) {
        vsnprintf(html->text + html->length, (size_t)length + 1, format, again);
        html->length += (size_t)length;
    }
    va_end(again);
    va_end(args);
}

// Bytes of the UTF-8 character at text; 0 when there is none (RFC 3629).
static size_t character(const unsigned char *text) {
    if (text[0] < 0x80) return 1;
    size_t length = text[0] >= 0xf0 ? 4 : text[0] >= 0xe0 ? 3 : 2;
    if (text[0] < 0xc2 || text[0] > 0xf4) return 0;
    for (size_t i = 1; i < length; i++)
        if ((text[i] & 0xc0) != 0x80) return 0;
    bool overlong = (text[0] == 0xe0 && text[1] < 0xa0) || (text[0] == 0xf0 && text[1] < 0x90);
    bool beyond = (text[0] == 0xed && text[1] > 0x9f) || (text[0] == 0xf4 && text[1] > 0x8f);
    return overlong || beyond ? 0 : length;
}

static const char *entity(unsigned char byte) {
    switch (byte) {
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '&':
        return "&amp;";
    case '"':
        return "&quot;";
    case '\'':
        return "&#39;";
    default:
        return NULL;
    }
}

void html_text(struct html *html, const char *text) {
    static const char unknown[] = "\xef\xbf\xbd"; // U+FFFD
    for (const unsigned char *at = (const unsigned char *)text; at && *at;) {
        size_t length = character(at);
        bool control = (*at < ' ' && *at != '\n' && *at != '\t') || *at == 0x7f;
        const char *escaped = length == 0 || control ? unknown : entity(*at);
        if (escaped)
            append(html, escaped, strlen(escaped));
        else
            append(html, (const char *)at, length);
        at += length ? length : 1;
    }
}

void html_element(struct html *html, const char *tag, const char *text) {
    html_add(html, "<%s>", tag);
    html_text(html, text);
    html_add(html, "</%.*s>", (int)strcspn(tag, " "), tag);
}

int html_status(const struct html *html, struct facet_error *error) {
    return html->failed ? facet_error_set(error, FACET_ERROR_MEMORY, "no memory for the report's page") : FACET_OK;
}

void html_free(struct html *html) {
    free(html->text);
    *html = (struct html){0};
}

static double clamp(double share) {
    return share > 0 ? share < 1 ? share : 1 : 0; // not a number counts as 0
}

uint32_t html_tint(double share) {
    static const double paper[3] = {0xf3, 0xf7, 0xf9}, deep[3] = {0x0f, 0x4c, 0x75};
    uint32_t colour = 0;
    for (int c = 0; c < 3; c++) colour = colour << 8 | (uint32_t)(paper[c] + clamp(share) * (deep[c] - paper[c]) + 0.5);
    return colour;
}

bool html_tint_is_dark(double share) {
    return clamp(share) > 0.64;
}

const char *html_line_colour(int64_t index) {
    // Okabe & Ito's set, the yellow darkened for white paper.
    static const char *const colours[8] = {"#0072b2", "#d55e00", "#009e73", "#cc79a7",
                                           "#a88600", "#56b4e9", "#444444", "#e69f00"};
    return colours[index % 8];
}
