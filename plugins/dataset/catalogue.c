#include "dataset/internal.h"

#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct entry { // a file that belongs to a scan
    int32_t subject, key, code, frame, file;
    float intensity;
    uint8_t tree, role;
};

struct listing {
    struct dataset_source *source;
    const struct facet_params *given;
    struct facet_items *items;
    struct entry *entries;
    int64_t count, room;
    int64_t other_kind, unused; // scans of a kind not asked for; annotations that are broken
};

// ---- what a file is -------------------------------------------------------------------------------------------------
static bool is_entered(const void *context, const char *path) {
    const struct dataset_description *description = context;
    struct dataset_path parts;
    dataset_take_apart(path, &parts);
    if (dataset_is_hidden(parts.name[0])) return false;
    bool folder = *path && path[strlen(path) - 1] == '/';
    for (const char *const *s = description->stray_folders; folder && s && *s; s++)
        if (strcmp(parts.name[0], *s) == 0) return false;
    return true;
}

static void find_out(struct listing *list, const char *path, struct dataset_place *place) {
    *place = (struct dataset_place){.kind = DATASET_STRAY, .frame = -1, .intensity = NAN};
    list->source->description->place(list->given, path, place);
    bool named = place->kind == DATASET_ANNOTATION || *place->subject;
    bool other = *place->variant && strcmp(place->variant, facet_param_string(list->given, "kind")) != 0;
    list->other_kind += named && other && place->kind == DATASET_SCAN;
    if (!named || other || place->frame > INT32_MAX) place->kind = DATASET_STRAY;
}

static bool keep(struct listing *list, int tree, int64_t file, const struct dataset_place *place) {
    struct dataset_texts *texts = &list->source->texts;
    struct entry entry = {.subject = dataset_text(texts, place->subject),
                          .key = dataset_text(texts, place->key),
                          .code = dataset_text(texts, place->code),
                          .frame = (int32_t)place->frame,
                          .file = (int32_t)file,
                          .intensity = place->intensity,
                          .tree = (uint8_t)tree,
                          .role = (uint8_t)(place->kind - DATASET_SCAN)};
    if (entry.subject < 0 || entry.key < 0 || entry.code < 0) return false;
    if (list->count == list->room) {
        int64_t room = list->room ? 2 * list->room : 1024;
        struct entry *more = realloc(list->entries, (size_t)room * sizeof *more);
        if (!more) return false;
        list->entries = more, list->room = room;
    }
    list->entries[list->count++] = entry;
    return true;
}

static int read_annotation(struct listing *list, int tree, int64_t file, struct facet_error *error) {
    const struct dataset_description *description = list->source->description;
    const char *path = facet_files_get(list->source->trees[tree], file).path;
    struct dataset_annotations *to = list->source->annotations;
    struct facet_bytes bytes = {0};
    int64_t before = dataset_annotations_count(to);
    int code = facet_files_read(list->source->trees[tree], file, &bytes, error);
    if (!code) code = description->annotate(list->given, path, bytes.data, bytes.size, to, error);
    facet_bytes_free(&bytes);
    if (code != FACET_ERROR_DATA && code != FACET_ERROR_IO) return code;
    dataset_annotations_cut(to, before); // of a broken file nothing counts
    if (list->unused++ >= DATASET_MOST_NOTES) return FACET_OK;
    return facet_items_note(list->items, error, "annotation not used: %s", error->text);
}

static int add_file(struct listing *list, int tree, int64_t file, struct facet_error *error) {
    struct dataset_place place;
    find_out(list, facet_files_get(list->source->trees[tree], file).path, &place);
    if (place.kind == DATASET_STRAY) list->source->strays++;
    if (place.kind == DATASET_STRAY) return FACET_OK;
    if (place.kind == DATASET_ANNOTATION) return read_annotation(list, tree, file, error);
    return keep(list, tree, file, &place) ? FACET_OK : dataset_no_memory(error);
}

// ---- trees ----------------------------------------------------------------------------------------------------------
static int add_tree(struct listing *list, const char *root, struct facet_error *error) {
    struct dataset_source *source = list->source;
    int tree = source->n_trees;
    FACET_REQUIRE(tree < DATASET_TREES);
    struct facet_files_options options = {.index = tree == 0 ? facet_param_string(list->given, "index") : NULL,
                                          .wanted = is_entered,
                                          .context = source->description};
    int code = facet_files_open(root, &options, &source->trees[tree], error);
    if (code) return code;
    source->n_trees++;
    for (int64_t i = 0; !code && i < facet_files_count(source->trees[tree]); i++) code = add_file(list, tree, i, error);
    return code ? code : dataset_pass_on_notes(source->trees[tree], list->items, error);
}

static int add_trees(struct listing *list, struct facet_error *error) {
    const char *const *more = list->source->description->more_roots;
    int code = add_tree(list, facet_param_string(list->given, "root"), error);
    for (; !code && more && *more; more++) {
        const char *root = facet_param_string(list->given, *more);
        if (*root) code = add_tree(list, root, error);
    }
    if (!code && list->unused > DATASET_MOST_NOTES)
        code = facet_items_note(list->items, error, "and %lld more annotations like these",
                                (long long)list->unused - DATASET_MOST_NOTES);
    return code;
}

// ---- files to scans -------------------------------------------------------------------------------------------------
static int by_scan(const void *a, const void *b, void *context) {
    const struct entry *x = a, *y = b;
    char *const *texts = context;
    int order = x->subject == y->subject ? 0 : strcmp(texts[x->subject], texts[y->subject]);
    if (!order && x->key != y->key) order = strcmp(texts[x->key], texts[y->key]);
    if (order) return order;
    if (x->frame != y->frame) return x->frame < y->frame ? -1 : 1;
    if (x->role != y->role) return x->role < y->role ? -1 : 1;
    if (x->tree != y->tree) return x->tree < y->tree ? -1 : 1;
    return (x->file > y->file) - (x->file < y->file);
}

static bool of_one_scan(const struct entry *a, const struct entry *b) {
    return a->subject == b->subject && a->key == b->key && a->frame == b->frame;
}

struct oddities { // a count, and where it was seen first
    int64_t twice, orphans, bare, plain;
    const struct entry *first_twice, *first_orphan, *first_bare, *first_plain;
};

static void note_first(int64_t *count, const struct entry **first, const struct entry *entry) {
    if ((*count)++ == 0) *first = entry;
}

// Entries of one scan, the scans' files first.
static void make_scan(struct dataset_source *source, const struct entry *entries, int64_t n, struct oddities *odd) {
    struct dataset_scan *scan = &source->scans[source->n_scans];
    if (entries->role != 0) {
        note_first(&odd->orphans, &odd->first_orphan, entries);
        return;
    }
    *scan = (struct dataset_scan){.subject = entries->subject,
                                  .key = entries->key,
                                  .code = entries->code,
                                  .frame = entries->frame,
                                  .intensity = entries->intensity,
                                  .file = {-1, -1, -1}};
    for (int64_t i = 0; i < n; i++) {
        int role = entries[i].role;
        if (scan->file[role] < 0)
            scan->file[role] = entries[i].file, scan->tree[role] = entries[i].tree;
        else if (role == 0)
            note_first(&odd->twice, &odd->first_twice, &entries[i]);
    }
    if (scan->file[1] < 0) note_first(&odd->bare, &odd->first_bare, entries);
    if (scan->file[2] < 0) note_first(&odd->plain, &odd->first_plain, entries);
    source->n_scans++;
}

static const char *path_of(const struct dataset_source *source, const struct entry *entry) {
    return facet_files_get(source->trees[entry->tree], entry->file).path;
}

static int tell_oddities(const struct listing *list, const struct oddities *odd, struct facet_error *error) {
    const struct dataset_source *source = list->source;
    bool landmarks = source->description->points && facet_param_bool(list->given, "landmarks");
    int code = FACET_OK;
    if (odd->twice)
        code = facet_items_note(list->items, error,
                                "%lld scans are there more than once and one is used: first not used %s",
                                (long long)odd->twice, path_of(source, odd->first_twice));
    if (!code && odd->orphans && !source->description->expected)
        code =
            facet_items_note(list->items, error, "%lld scans are missing whose other files are there: first that of %s",
                             (long long)odd->orphans, path_of(source, odd->first_orphan));
    if (!code && landmarks && odd->bare > 0 && odd->bare == source->n_scans)
        code = facet_items_note(list->items, error, "no scan has landmarks; landmarks = false does not ask for them");
    if (!code && landmarks && odd->bare > 0 && odd->bare < source->n_scans)
        code = facet_items_note(list->items, error, "%lld of %lld scans have no landmarks: first %s",
                                (long long)odd->bare, (long long)source->n_scans, path_of(source, odd->first_bare));
    if (!code && facet_param_bool(list->given, "textures") && odd->plain > 0 && odd->plain < source->n_scans)
        code = facet_items_note(list->items, error, "%lld of %lld scans have no picture: first %s",
                                (long long)odd->plain, (long long)source->n_scans, path_of(source, odd->first_plain));
    return code;
}

static int make_scans(struct listing *list, struct facet_error *error) {
    struct dataset_source *source = list->source;
    struct oddities odd = {0};
    source->scans = malloc((size_t)list->count * sizeof *source->scans + 1);
    if (!source->scans) return dataset_no_memory(error);
    if (list->count > 0) qsort_r(list->entries, (size_t)list->count, sizeof *list->entries, by_scan, source->texts.all);
    for (int64_t i = 0, n; i < list->count; i += n) {
        for (n = 1; i + n < list->count && of_one_scan(&list->entries[i], &list->entries[i + n]);) n++;
        make_scan(source, &list->entries[i], n, &odd);
    }
    return tell_oddities(list, &odd, error);
}

// ---- no scan at all -------------------------------------------------------------------------------------------------
// Whether a file would be a scan if the root began one or more folders higher.
static bool is_scan_from_higher(struct listing *list, const char *root, const char *path) {
    enum { LEVELS = 3 };
    struct dataset_place place;
    char whole[2 * PATH_MAX];
    const char *from = root + strlen(root);
    for (int level = 0; level < LEVELS && from > root; level++) {
        while (from > root && from[-1] != '/') from--;
        snprintf(whole, sizeof whole, "%s/%s", from, path);
        find_out(list, whole, &place);
        if (place.kind == DATASET_SCAN) return true;
        from -= from > root;
    }
    return false;
}

static bool root_is_too_deep(struct listing *list) {
    enum { TRIED = 1000 };
    const struct facet_files *files = list->source->trees[0];
    char root[PATH_MAX];
    if (!realpath(facet_param_string(list->given, "root"), root)) return false;
    for (int64_t i = 0; i < facet_files_count(files) && i < TRIED; i++)
        if (is_scan_from_higher(list, root, facet_files_get(files, i).path)) return true;
    return false;
}

static int refuse_empty(struct listing *list, struct facet_error *error) {
    const struct dataset_description *description = list->source->description;
    const char *root = facet_param_string(list->given, "root");
    long long files = facet_files_count(list->source->trees[0]), others = list->other_kind;
    bool told = facet_files_notes(list->source->trees[0]) > 0; // such as an archive that is cut
    if (files == 0)
        return facet_error_set(error, FACET_ERROR_DATA, "%s holds no file; a folder or archive with %s expected%s%s",
                               root, description->title, told ? "; " : "",
                               told ? facet_files_note(list->source->trees[0], 0) : "");
    if (others > 0)
        return facet_error_set(error, FACET_ERROR_DATA,
                               "%s holds no scan of %s of the kind \"%s\", but %lld of another", root,
                               description->title, facet_param_string(list->given, "kind"), others);
    return facet_error_set(error, FACET_ERROR_DATA,
                           "%s holds no scan of %s: a path like .../%s expected, and of %lld files none is like it%s",
                           root, description->title, description->example, files,
                           root_is_too_deep(list) ? "; root lies too deep, a folder above it is meant" : "");
}

int dataset_catalogue(struct dataset_source *source, const struct facet_params *given, struct facet_items *items,
                      struct facet_error *error) {
    struct listing list = {.source = source, .given = given, .items = items};
    int code = add_trees(&list, error);
    if (!code) code = make_scans(&list, error);
    if (!code) dataset_annotations_sort(source->annotations);
    free(list.entries);
    return code || source->n_scans > 0 ? code : refuse_empty(&list, error);
}

const char *dataset_scan_path(const struct dataset_source *source, const struct dataset_scan *scan, int role) {
    return facet_files_get(source->trees[scan->tree[role]], scan->file[role]).path;
}
