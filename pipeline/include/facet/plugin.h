// The plugin interface. A plugin is one const struct; built-in plugins and shared objects go through the same door.
//
// A shared object exports `const struct facet_plugin facet_plugin` and links with nothing but libfacet. The host reads
// abi and size before anything else and calls nothing of a plugin that does not match.
#ifndef FACET_PLUGIN_H
#define FACET_PLUGIN_H

#include <facet/block.h>
#include <facet/error.h>
#include <facet/field.h>
#include <facet/item.h>
#include <facet/params.h>
#include <facet/stage.h>

#define FACET_PLUGIN_ABI 3u

enum facet_plugin_kind { FACET_SOURCE = 1, FACET_MAP, FACET_COLLECTIVE };

// A source says what rows there are, then loads any of them on any thread.
struct facet_source_ops {
    // Adds every row to items in a fixed order and declares the fields of a row. Called on every rank; every rank must
    // come to the same table. *self is the source's own state, given back below. No communication.
    int (*open)(const struct facet_params *params, uint64_t seed, struct facet_items *items, struct facet_field *fields,
                int *n_fields, void **self, struct facet_error *error);
    // Fills row `row` of the block with the source's own row number `index`. Thread-safe. FACET_ERROR_DATA and
    // FACET_ERROR_IO set the row aside with the sentence given; any other failure ends the run.
    int (*load)(const void *self, int64_t index, struct facet_block *block, int64_t row, struct facet_error *error);
    void (*close)(void *self); // NULL self is fine
};

// A map plugin turns one unit's rows into as many rows. It never sees MPI or files.
struct facet_map_ops {
    bool whole_sequences; // a unit must not split a sequence
    // Makes the plugin's state; may read arrays of earlier stages through stage. Called on every rank.
    int (*create)(const struct facet_params *params, struct facet_stage *stage, void **self, struct facet_error *error);
    // From the fields of `needs` (in that order; an unmet optional need has type 0) declares the fields of `makes`, in
    // that order. Called on every rank, after create.
    int (*declare)(const void *self, const struct facet_field *in, struct facet_field *out, struct facet_error *error);
    // in's fields are in the order of needs, out's in the order of makes. A pure function of in, self and item: any
    // rank, any thread, any order, same bits. Rows invalid in `in` are invalid in out from the start: pass over them.
    // A row that cannot be done is set aside in out; a failure ends the run.
    int (*transform)(const void *self, const struct facet_block *in, struct facet_block *out,
                     struct facet_error *error);
    void (*destroy)(void *self); // NULL is fine
};

// What a collective stage does, for predictions.
enum { FACET_WORK_KINDS = 4 };
struct facet_work {
    double amount[FACET_WORK_KINDS]; // of kinds that each take their own constant time: steps, pairs of rows, ...
    double bytes;                    // what a rank holds of all rows together at its most; 0: not known
};

// A collective plugin runs on all ranks together, on whole arrays. Local work first, one facet_comm_agree after: all
// ranks must return the same code.
struct facet_collective_ops {
    bool always; // writes only files for people: run every time, no container is kept
    int (*run)(const struct facet_params *params, struct facet_stage *stage, struct facet_error *error);
    // NULL is fine. For `facet plan`: what run() does on these inputs if there were `scale` times as many rows of the same
    // kind. *work begins as zeros. Called on every rank after run() on a few rows, with that run's parameters and scale 1
    // and with those of the run to be predicted. No communication.
    int (*work)(const struct facet_params *params, struct facet_stage *stage, double scale, struct facet_work *work,
                struct facet_error *error);
};

struct facet_need {
    const char *name; // NULL ends the table
    bool optional;
    bool rows; // one value a row (all needs of a map plugin that arrive in its block), not whole arrays
    bool
        kept; // of collective plugins, with optional: met only by a stage that is kept anyway, and keeps none for its sake
};

struct facet_plugin {
    uint32_t abi;  // FACET_PLUGIN_ABI
    uint32_t size; // sizeof(struct facet_plugin)
    enum facet_plugin_kind kind;
    const char *name, *version, *summary;
    const char *citation;                  // NULL when there is nothing to cite
    const struct facet_param_spec *params; // NULL when it takes none
    const struct facet_need *needs;        // NULL for a source
    const char *const *makes;              // NULL-terminated names; may be NULL for a plugin that makes nothing
    const struct facet_source_ops *source; // exactly the one of its kind is set
    const struct facet_map_ops *map;
    const struct facet_collective_ops *collective;
};

#endif
