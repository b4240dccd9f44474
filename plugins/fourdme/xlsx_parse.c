#include "fourdme/xlsx.h"

#include <facet/text.h>

#include <expat.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_TEXT = 1 << 20, MOST_STRINGS = 1 << 20 }; // bytes of one cell; shared strings

enum part { STRINGS, CELLS };
static const char *const part_names[] = {"xl/sharedStrings.xml", "xl/worksheets/sheet1.xml"};

enum cell_type { CELL_PLAIN, CELL_SHARED, CELL_INLINE };

struct reader {
    const char *name;
    enum part part;
    XML_Parser xml;
    struct sheet *sheet;
    uint32_t *strings; // places of the shared strings
    int64_t n_strings, strings_room;
    char *text; // of the element that is open
    size_t length, room;
    bool collects; // inside <t> or <v>
    int phonetic;  // depth inside <rPh>, whose text is how the other is spoken
    enum cell_type type;
    int column;
    int64_t row; // of the file
    int code;
    struct facet_error *error;
};

static void stop(struct reader *r, int code) {
    r->code = code;
    XML_StopParser(r->xml, XML_FALSE);
}

static void refuse(struct reader *r, const char *why) {
    if (r->code) return;
    stop(r, facet_error_set(r->error, FACET_ERROR_DATA, "%s: %s line %lu: %s", r->name, part_names[r->part],
                            (unsigned long)XML_GetCurrentLineNumber(r->xml), why));
}

static void no_memory(struct reader *r) {
    stop(r, facet_error_set(r->error, FACET_ERROR_MEMORY, "%s: no memory for its table", r->name));
}

static const char *local(const char *name) { // without the prefix of its namespace
    const char *colon = strrchr(name, ':');
    return colon ? colon + 1 : name;
}

static const char *attribute(const char **all, const char *name) {
    for (; all[0]; all += 2)
        if (strcmp(all[0], name) == 0) return all[1];
    return NULL;
}

// The column of "AB12", from 0; -1: it has none.
static int column_of(const char *reference) {
    int column = 0;
    for (; *reference >= 'A' && *reference <= 'Z' && column <= SHEET_COLUMNS; reference++)
        column = 26 * column + (*reference - 'A' + 1);
    return column - 1;
}

static void begin_row(struct reader *r, const char **attributes) {
    const char *number = attribute(attributes, "r");
    int64_t value = r->row + 1;
    if (number && (!facet_integer((struct facet_word){number, strlen(number)}, &value) || value <= r->row))
        return refuse(r, "rows in rising order expected");
    r->row = value;
    r->column = -1;
    int code = sheet_add_row(r->sheet, r->name, value, r->error);
    if (code) stop(r, code);
}

static void begin_cell(struct reader *r, const char **attributes) {
    const char *reference = attribute(attributes, "r"), *type = attribute(attributes, "t");
    if (r->row == 0) return refuse(r, "a cell outside of any row");
    r->column = reference ? column_of(reference) : r->column + 1;
    r->length = 0;
    r->type = !type ? CELL_PLAIN : strcmp(type, "s") == 0 ? CELL_SHARED : CELL_PLAIN;
    if (type && strcmp(type, "inlineStr") == 0) r->type = CELL_INLINE;
    if (r->column < 0) refuse(r, "a cell with a place such as B7 expected");
}

static void XMLCALL begin(void *data, const char *full, const char **attributes) {
    struct reader *r = data;
    const char *name = local(full);
    if (r->code) return;
    if (strcmp(name, "rPh") == 0 || r->phonetic) r->phonetic++;
    r->collects = !r->phonetic && (strcmp(name, "t") == 0 || (r->part == CELLS && strcmp(name, "v") == 0));
    if (r->part == STRINGS && strcmp(name, "si") == 0) r->length = 0;
    if (r->part == CELLS && strcmp(name, "row") == 0) begin_row(r, attributes);
    if (r->part == CELLS && strcmp(name, "c") == 0) begin_cell(r, attributes);
}

static void XMLCALL more(void *data, const char *text, int length) {
    struct reader *r = data;
    if (!r->collects || r->code) return;
    if (r->length + (size_t)length > MOST_TEXT) return refuse(r, "a text of more than a million bytes");
    if (r->length + (size_t)length > r->room) {
        size_t room = 2 * (r->length + (size_t)length) + 64;
        char *grown = realloc(r->text, room);
        if (!grown) return no_memory(r);
        r->text = grown;
        r->room = room;
    }
    memcpy(r->text + r->length, text, (size_t)length);
    r->length += (size_t)length;
}

static void end_string(struct reader *r) {
    if (r->n_strings == MOST_STRINGS) return refuse(r, "more than a million shared strings");
    if (r->n_strings == r->strings_room) {
        int64_t room = r->strings_room ? 2 * r->strings_room : 256;
        uint32_t *grown = realloc(r->strings, (size_t)room * sizeof *grown);
        if (!grown) return no_memory(r);
        r->strings = grown;
        r->strings_room = room;
    }
    int code = sheet_keep(r->sheet, r->name, r->text, r->length, &r->strings[r->n_strings++], r->error);
    if (code) stop(r, code);
}

static void end_cell(struct reader *r) {
    if (r->column >= SHEET_COLUMNS) return; // no table of ours is so wide
    uint32_t *cell = &r->sheet->rows[r->sheet->n_rows - 1].cell[r->column];
    int64_t index;
    if (r->length == 0) return;
    if (r->type == CELL_SHARED) {
        if (!facet_integer((struct facet_word){r->text, r->length}, &index) || index < 0 || index >= r->n_strings)
            return refuse(r, "the number of a shared string expected");
        *cell = r->strings[index];
        return;
    }
    int code = sheet_keep(r->sheet, r->name, r->text, r->length, cell, r->error);
    if (code) stop(r, code);
}

static void XMLCALL end(void *data, const char *full) {
    struct reader *r = data;
    const char *name = local(full);
    if (r->code) return;
    r->collects = false;
    if (r->phonetic) r->phonetic--;
    if (r->part == STRINGS && strcmp(name, "si") == 0) end_string(r);
    if (r->part == CELLS && strcmp(name, "c") == 0) end_cell(r);
}

// Declarations are where XML hides entities that grow without end; such files have none.
static void XMLCALL begin_declarations(void *data, const char *name, const char *system, const char *public,
                                       int internal) {
    (void)name, (void)system, (void)public, (void)internal;
    refuse(data, "declarations are not expected in a table");
}

static void parse_part(struct reader *r, enum part part, const void *bytes, size_t size) {
    r->part = part;
    r->length = 0;
    r->xml = XML_ParserCreate(NULL);
    if (!r->xml) {
        r->code = facet_error_set(r->error, FACET_ERROR_MEMORY, "%s: no memory for its table", r->name);
        return;
    }
    XML_SetUserData(r->xml, r);
    XML_SetElementHandler(r->xml, begin, end);
    XML_SetCharacterDataHandler(r->xml, more);
    XML_SetStartDoctypeDeclHandler(r->xml, begin_declarations);
    bool good = size <= INT32_MAX && XML_Parse(r->xml, bytes, (int)size, XML_TRUE) == XML_STATUS_OK;
    if (!good && !r->code && XML_GetErrorCode(r->xml) == XML_ERROR_NO_MEMORY)
        r->code = facet_error_set(r->error, FACET_ERROR_MEMORY, "%s: no memory for its table", r->name);
    if (!good && !r->code) {
        const char *why = size <= INT32_MAX ? XML_ErrorString(XML_GetErrorCode(r->xml)) : "too large";
        r->code = facet_error_set(r->error, FACET_ERROR_DATA, "%s: %s line %lu: %s", r->name, part_names[part],
                                  (unsigned long)XML_GetCurrentLineNumber(r->xml), why);
    }
    XML_ParserFree(r->xml);
}

int xlsx_parse(const char *name, const void *strings, size_t strings_size, const void *cells, size_t cells_size,
               struct sheet *sheet, struct facet_error *error) {
    struct reader reader = {.name = name, .sheet = sheet, .error = error};
    *sheet = (struct sheet){0};
    if (strings) parse_part(&reader, STRINGS, strings, strings_size);
    if (!reader.code) parse_part(&reader, CELLS, cells, cells_size);
    free(reader.strings);
    free(reader.text);
    if (reader.code) sheet_free(sheet);
    return reader.code;
}
