// Sources of published datasets: a description says what the files of a dataset are, the rest is shared. Such a plugin is a
// description, a table of parameters, DATASET_SOURCE and its struct facet_plugin.
#ifndef FACET_DATASET_H
#define FACET_DATASET_H

#include <facet/field.h>
#include <facet/item.h>
#include <facet/landmark.h>
#include <facet/params.h>
#include <stdbool.h>

#include "dataset/path.h"
#include "dataset/reading.h"
#include "dataset/vocabulary.h"

enum dataset_kind {
    DATASET_STRAY,      // not the dataset's: viewers, thumbnails, notes; passed over
    DATASET_SCAN,       // a row
    DATASET_LANDMARKS,  // the points of a scan
    DATASET_TEXTURE,    // its picture
    DATASET_ANNOTATION, // read when the source opens
};

enum { DATASET_TEXT = 64 }; // room for a name, with its end; longer ones are no dataset's

// What a path says. Files of one scan have the same subject, key and frame. Begins as stray, with empty texts, frame -1 and
// intensity NaN.
struct dataset_place {
    enum dataset_kind kind;
    char subject[DATASET_TEXT];
    char key[DATASET_TEXT];  // which scan of the subject or, with frames, which sequence; what all its files agree in
    char code[DATASET_TEXT]; // what it shows in the dataset's own words: "AN", "LFAU_12", "Angry", "T1"
    char variant[DATASET_TEXT]; // "RAW"; taken only when the parameter `kind` says the same. "": of all kinds
    int64_t frame;              // by value: "007" and "7" are one; -1: the scan stands alone
    float intensity;            // 0..1, NaN: not said
};

// What files of annotation say of a sequence, or of one frame. What is not known is left as dataset_annotation_unknown says.
struct dataset_annotation {
    const char *subject, *key; // as in dataset_place
    int64_t frame;             // -1: all frames
    const char *code;          // one, or several with '+': "Negative+Repression"; NULL: what the path says
    const char *au;            // as in struct facet_item; NULL: not known
    const char *split;         // NULL: none
    float valence, arousal, intensity;
    int32_t onset, apex, offset;
};
struct dataset_annotation dataset_annotation_unknown(void);

struct dataset_annotations; // what was said so far
// Texts are copied. What was said of the same place before is kept where this one does not know. Errors: MEMORY.
int dataset_annotate(struct dataset_annotations *to, const struct dataset_annotation *annotation,
                     struct facet_error *error);

// A code's label, in words of the vocabulary (vocabulary.h), '+' between several. A '*' at a code's end is anything: the
// most exact code holds. A label of NULL drops the scan; "" keeps it without one, as do codes that stand nowhere.
struct dataset_label {
    const char *code; // NULL ends the table
    const char *label;
};

// A point of a landmark file: by its name (words, any case and order) or its place in the file, from 1.
struct dataset_point {
    const char *name;
    int number; // 0: by name. Both unset end the table
    enum facet_landmark landmark;
};

extern const struct dataset_point dataset_points_of_bnd[]; // the 83 points of Binghamton University

// What the names alone say of a row besides its label; begins empty. Annotations go before it.
struct dataset_told {
    char au[FACET_AU_MAX + 2]; // as in struct facet_item
    const char *split;
};

// What the whole dataset holds; 0: not known.
struct dataset_counts {
    int64_t subjects, sequences, scans; // sequences: pairs of subject and key with frames
};

struct dataset_description {
    const char *title;   // "BU-3DFE"
    const char *example; // how a scan's path may end, for messages: "F0001/F0001_AN01WH_F3D.wrl"
    // What the kinds of the parameters do not say. NULL: nothing. Errors: CONFIG.
    int (*check)(const struct facet_params *given, struct facet_error *error);
    // What a file is. `given` has the plugin's own parameters. path is from the root; dataset/path.h takes it apart.
    void (*place)(const struct facet_params *given, const char *path, struct dataset_place *place);
    bool sparse;                      // frames of a sequence need not follow each other: gaps are not told
    const char *const *stray_folders; // names never entered, besides hidden ones; NULL-terminated or NULL
    const char *const *more_roots; // parameters (PATH, fallback "") of trees that belong to it; NULL-terminated or NULL
    const struct dataset_label *labels;
    bool codes_are_labels; // a code that stands nowhere is a label itself: it comes from a table of the user's
    const struct dataset_point *points;
    // Fills what subject and code say. NULL: nothing.
    void (*tell)(const struct facet_params *given, const char *subject, const char *code, struct dataset_told *told);
    const char *annotations; // what annotate reads, for messages: "tables of action units (AU_OCC/F001_T1.csv)"
    // Reads one file of annotation; path as for place. NULL: there are none. Errors: DATA with line, MEMORY.
    int (*annotate)(const struct facet_params *given, const char *path, const void *bytes, size_t size,
                    struct dataset_annotations *to, struct facet_error *error);
    // What the whole dataset holds with these parameters. NULL: not known.
    struct dataset_counts (*counts)(const struct facet_params *given);
    // The subject and key of the index-th scan or sequence that it must hold; false after the last. NULL: not known.
    bool (*expected)(const struct facet_params *given, int64_t index, struct dataset_place *place);
    // Whether a subject is wanted, from the codes of its scans. NULL: all are.
    bool (*subject_wanted)(const struct facet_params *given, const char *const *codes, int64_t count);
};

int dataset_open(const struct dataset_description *description, const struct facet_params *given,
                 struct facet_items *items, struct facet_field *fields, int *n_fields, void **self,
                 struct facet_error *error);
struct facet_block;
int dataset_load(const void *self, int64_t index, struct facet_block *block, int64_t row, struct facet_error *error);
void dataset_close(void *self);

// The plugin's `ops` and `makes`.
#define DATASET_SOURCE(description)                                                                                    \
    static int open_source(const struct facet_params *given, uint64_t seed, struct facet_items *items,                 \
                           struct facet_field *fields, int *n_fields, void **self, struct facet_error *error) {        \
        (void)seed;                                                                                                    \
        return dataset_open(&(description), given, items, fields, n_fields, self, error);                              \
    }                                                                                                                  \
    static const struct facet_source_ops ops = {.open = open_source, .load = dataset_load, .close = dataset_close};    \
    static const char *const makes[] = {"vertices",  "triangles", "landmarks",    "colours",                           \
                                        "texcoords", "texture",   "texture_size", NULL}

// Parameters that all have; entries of the plugin's table.
#define DATASET_PARAMS                                                                                                 \
    {.name = "root", .type = FACET_PARAM_PATH, .doc = "The folder or archive that holds the dataset."},                \
        {.name = "index",                                                                                              \
         .type = FACET_PARAM_STRING,                                                                                   \
         .fallback = "\"\"",                                                                                           \
         .doc = "A list of the files that facet index made; without one they are listed at each start."},              \
        {.name = "labels",                                                                                             \
         .type = FACET_PARAM_STRINGS,                                                                                  \
         .fallback = "[]",                                                                                             \
         .doc = "Other labels than the dataset's: \"CODE=label\"; \"CODE=\" drops the scans; CODE may end in *."},     \
        {.name = "subjects",                                                                                           \
         .type = FACET_PARAM_STRINGS,                                                                                  \
         .fallback = "[]",                                                                                             \
         .doc = "Only these people; a name may end in *. Empty: all."},                                                \
        {.name = "landmarks",                                                                                          \
         .type = FACET_PARAM_BOOL,                                                                                     \
         .fallback = "true",                                                                                           \
         .doc = "Whether the dataset's landmarks are read."},                                                          \
        {.name = "textures",                                                                                           \
         .type = FACET_PARAM_BOOL,                                                                                     \
         .fallback = "false",                                                                                          \
         .doc = "Whether each vertex gets its colour, from the picture or the scan."},                                 \
        DATASET_PARAMS_READING,                                                                                        \
        {.name = "complete",                                                                                           \
         .type = FACET_PARAM_STRING,                                                                                   \
         .fallback = "\"warn\"",                                                                                       \
         .choices = "warn|require|ignore",                                                                             \
         .doc = "What to do when scans are missing from what the whole dataset holds."},                               \
        {.name = "licence",                                                                                            \
         .type = FACET_PARAM_STRING,                                                                                   \
         .fallback = "\"\"",                                                                                           \
         .doc = "The agreement under which the scans are used; travels with every row."},                              \
    {                                                                                                                  \
        .name = "consent", .type = FACET_PARAM_STRING, .fallback = "\"\"",                                             \
        .doc = "What the people agreed to; travels with every row."                                                    \
    }

// For datasets that hold every scan in several kinds, such as raw and cropped.
#define DATASET_PARAM_KIND(all, usual)                                                                                 \
    {                                                                                                                  \
        .name = "kind", .type = FACET_PARAM_STRING, .fallback = "\"" usual "\"", .choices = all,                       \
        .doc = "Which of the kinds of each scan is read."                                                              \
    }

#endif
