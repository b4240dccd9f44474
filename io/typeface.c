// Glyphs are hinted in height alone and placed to a 64th of a pixel along the line: even spacing, crisp lines.
#include <facet/typeface.h>

#include "io/typeface_data.h"

#include <ft2build.h>
#include FT_FREETYPE_H
#include FT_MODULE_H
#include FT_OUTLINE_H

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { REPLACEMENT = 0xfffd };

struct facet_typeface {
    struct FT_MemoryRec_ memory;
    FT_Library library;
    FT_Face faces[2]; // regular, bold
};

static void *allocate(FT_Memory memory, long size) {
    (void)memory;
    return malloc((size_t)size);
}
static void release(FT_Memory memory, void *block) {
    (void)memory;
    free(block);
}
static void *resize(FT_Memory memory, long before, long size, void *block) {
    (void)memory;
    (void)before;
    return realloc(block, (size_t)size);
}

// FT_Init_FreeType would take settings from the environment.
static int open_library(struct facet_typeface *face, struct facet_error *error) {
    face->memory = (struct FT_MemoryRec_){.alloc = allocate, .free = release, .realloc = resize};
    if (FT_New_Library(&face->memory, &face->library))
        return facet_error_set(error, FACET_ERROR_MEMORY, "no memory for a typeface");
    FT_Add_Default_Modules(face->library);
    return FACET_OK;
}

static int open_face(struct facet_typeface *face, int which, struct facet_error *error) {
    const unsigned char *from = which ? facet_typeface_bold : facet_typeface_regular;
    const unsigned char *end = which ? facet_typeface_bold_end : facet_typeface_regular_end;
    FT_Error why = FT_New_Memory_Face(face->library, from, (FT_Long)(end - from), 0, &face->faces[which]);
    if (!why) return FACET_OK;
    int code = why == FT_Err_Out_Of_Memory ? FACET_ERROR_MEMORY : FACET_ERROR_INTERNAL;
    return facet_error_set(error, code, "FreeType does not take the typeface: error %d", (int)why);
}

int facet_typeface_create(struct facet_typeface **face, struct facet_error *error) {
    *face = NULL;
    struct facet_typeface *made = calloc(1, sizeof *made);
    if (!made) return facet_error_set(error, FACET_ERROR_MEMORY, "no memory for a typeface");
    int code = open_library(made, error);
    for (int which = 0; which < 2 && !code; which++) code = open_face(made, which, error);
    if (code)
        facet_typeface_destroy(made);
    else
        *face = made;
    return code;
}

void facet_typeface_destroy(struct facet_typeface *face) {
    if (!face) return;
    if (face->library) FT_Done_Library(face->library); // its faces too
    free(face);
}

// ---- characters of UTF-8 --------------------------------------------------------------------------------------------

static int bytes_of(unsigned char first) {
    if (first < 0x80) return 1;
    if (first >= 0xc2 && first < 0xe0) return 2;
    if (first >= 0xe0 && first < 0xf0) return 3;
    return first >= 0xf0 && first < 0xf5 ? 4 : 0;
}

// The character at *text, which moves behind it. Overlong forms, surrogates and what lies beyond Unicode are none.
static uint32_t next_character(const char **text) {
    static const uint32_t least[5] = {0, 0, 0x80, 0x800, 0x10000};
    const unsigned char *at = (const unsigned char *)*text;
    int bytes = bytes_of(*at), read = 1;
    uint32_t character = bytes == 1 ? *at : *at & (0x7fu >> bytes);
    while (read < bytes && (at[read] & 0xc0) == 0x80) character = character << 6 | (at[read++] & 0x3fu);
    *text += read;
    bool whole = bytes > 0 && read == bytes && character >= least[bytes] && character < 0x110000;
    return whole && (character < 0xd800 || character > 0xdfff) ? character : REPLACEMENT;
}

// ---- glyphs along a line --------------------------------------------------------------------------------------------

struct line {
    FT_Face face;
    FT_UInt before; // glyph; 0: none
    double x;       // pixels
};

static struct line line_begin(struct facet_typeface *face, const struct facet_type_style *style) {
    struct line line = {.face = face->faces[style->bold]};
    FT_Set_Char_Size(line.face, 0, (FT_F26Dot6)lround(64 * style->pixels), 72, 72);
    return line;
}

// Loads the next glyph and moves to where it begins. False: it cannot be drawn.
static bool load_next(struct line *line, const char **text) {
    FT_UInt glyph = FT_Get_Char_Index(line->face, next_character(text));
    FT_Vector closer;
    if (line->before && !FT_Get_Kerning(line->face, line->before, glyph, FT_KERNING_UNFITTED, &closer))
        line->x += (double)closer.x / 64;
    line->before = glyph;
    return FT_Load_Glyph(line->face, glyph, FT_LOAD_TARGET_LIGHT | FT_LOAD_NO_BITMAP) == 0;
}

static void pass(struct line *line) {
    line->x += (double)line->face->glyph->linearHoriAdvance / 65536;
}

double facet_typeface_width(struct facet_typeface *face, const struct facet_type_style *style, const char *text) {
    struct line line = line_begin(face, style);
    while (*text)
        if (load_next(&line, &text)) pass(&line);
    return line.x;
}

static void blend(uint8_t *under, uint32_t rgb, unsigned cover) {
    for (int k = 0; k < 3; k++) {
        unsigned ink = rgb >> (16 - 8 * k) & 0xff;
        under[k] = (uint8_t)((under[k] * (255 - cover) + ink * cover + 127) / 255);
    }
}

static void paint(struct facet_image *image, const FT_Bitmap *glyph, int64_t left, int64_t top, uint32_t rgb) {
    for (int64_t row = 0; row < glyph->rows; row++) {
        int64_t y = top + row;
        if (y < 0 || y >= image->height) continue;
        for (int64_t column = 0; column < glyph->width; column++) {
            int64_t x = left + column;
            if (x >= 0 && x < image->width)
                blend(image->rgb + 3 * (y * image->width + x), rgb, glyph->buffer[row * glyph->pitch + column]);
        }
    }
}

void facet_typeface_draw(struct facet_typeface *face, const struct facet_type_style *style, struct facet_image *image,
                         double x, int y, const char *text) {
    struct line line = line_begin(face, style);
    line.x = x;
    while (*text) {
        if (!load_next(&line, &text)) continue;
        FT_GlyphSlot slot = line.face->glyph;
        double whole = floor(line.x);
        FT_Outline_Translate(&slot->outline, lround(64 * (line.x - whole)), 0);
        if (!FT_Render_Glyph(slot, FT_RENDER_MODE_NORMAL))
            paint(image, &slot->bitmap, (int64_t)whole + slot->bitmap_left, (int64_t)y - slot->bitmap_top, style->rgb);
        pass(&line);
    }
}

void facet_typeface_fit(struct facet_typeface *face, const struct facet_type_style *style, const char *text,
                        double width, char *fitted, size_t size) {
    static const char dots[] = "…";
    size_t kept = strlen(text);
    FACET_REQUIRE(size > sizeof dots);
    snprintf(fitted, size, "%s", text);
    if (kept < size && facet_typeface_width(face, style, fitted) <= width) return;
    if (kept > size - sizeof dots) kept = size - sizeof dots;
    do {
        while (kept > 0 && ((unsigned char)text[kept] & 0xc0) == 0x80) kept--;
        while (kept > 0 && text[kept - 1] == ' ') kept--;
        memcpy(fitted + kept, dots, sizeof dots);
    } while (kept > 0 && facet_typeface_width(face, style, fitted) > width && kept--);
}
