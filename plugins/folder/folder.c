// folder: scans in a folder or archive, with a manifest that says whose they are and what they show.
#include "folder/folder.h"
#include "folder/columns.h"

#include "dataset/vocabulary.h"
#include <facet/plugin.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static const struct facet_param_spec params[] = {
    {.name = "root",
     .type = FACET_PARAM_PATH,
     .doc = "The folder or archive that the paths of the manifest start from."},
    {.name = "labels",
     .type = FACET_PARAM_STRING,
     .fallback = "\"labels.csv\"",
     .doc = "The manifest, from root: CSV, or JSON Lines when it ends in .jsonl or .ndjson; docs/folder.md has the "
            "columns."},
    {.name = "index",
     .type = FACET_PARAM_STRING,
     .fallback = "\"\"",
     .doc = "A list of the files that facet index made; without one they are listed at each start."},
    {.name = "landmark_names",
     .type = FACET_PARAM_STRINGS,
     .fallback = "[]",
     .doc = "Which points of the landmark files are which of Facet's: \"NAME=nose_tip\", or by their place from 1, "
            "\"34=nose_tip\"."},
    {.name = "vocabulary",
     .type = FACET_PARAM_BOOL,
     .fallback = "false",
     .doc =
         "Whether labels that the datasets' vocabulary spells otherwise are spelled so: \"Happy\" is \"happiness\"."},
    {.name = "textures",
     .type = FACET_PARAM_BOOL,
     .fallback = "false",
     .doc = "Whether each vertex gets its colour, from the picture or the scan."},
    {.name = "licence", .type = FACET_PARAM_STRING, .fallback = "\"\"", .doc = "Licence of the rows that name none."},
    {.name = "consent",
     .type = FACET_PARAM_STRING,
     .fallback = "\"\"",
     .doc = "What the people of the rows that name none have agreed to."},
    DATASET_PARAMS_READING,
    {.name = NULL},
};

static int no_memory(struct facet_error *error) {
    return facet_error_set(error, FACET_ERROR_MEMORY, "no memory for a folder of scans");
}

static char *join(const char *root, const char *path) {
    char *whole = NULL;
    if (*path == '/') return strdup(path);
    return asprintf(&whole, "%s/%s", root, path) < 0 ? NULL : whole;
}

// ---- the manifest ---------------------------------------------------------------------------------------------------
static int parse_manifest(struct folder *folder, const struct facet_files *files, const char *labels,
                          struct facet_error *error) {
    struct facet_bytes bytes = {0};
    int64_t file = facet_files_find(files, labels);
    if (file < 0) return facet_error_set(error, FACET_ERROR_IO, "%s: is not in the archive", folder->labels);
    int code = facet_files_read(files, file, &bytes, error);
    if (!code)
        code = folder_manifest_parse(folder->labels, (const char *)bytes.data, bytes.size, &folder->manifest, error);
    facet_bytes_free(&bytes);
    return code;
}

static int read_manifest(struct folder *folder, const char *root, const char *labels, struct facet_error *error) {
    struct stat status;
    bool archive = *labels != '/' && stat(root, &status) == 0 && S_ISREG(status.st_mode);
    if (!archive) return folder_manifest_read(folder->labels, &folder->manifest, error);
    struct facet_files *files = NULL;
    int code = facet_files_open(root, &(struct facet_files_options){0}, &files, error);
    if (!code) code = parse_manifest(folder, files, labels, error);
    facet_files_close(files);
    return code;
}

// ---- the files ------------------------------------------------------------------------------------------------------
static int by_text(const void *a, const void *b) {
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static int list_paths(struct folder *folder, struct facet_error *error) {
    int64_t rows = folder_manifest_rows(folder->manifest);
    folder->paths = malloc((size_t)rows * 3 * sizeof *folder->paths);
    if (!folder->paths) return no_memory(error);
    for (int64_t i = 0; i < rows; i++) {
        struct folder_row row = folder_manifest_row(folder->manifest, i);
        folder->paths[folder->n_paths++] = row.path;
        if (*row.landmarks) folder->paths[folder->n_paths++] = row.landmarks;
        if (*row.texture) folder->paths[folder->n_paths++] = row.texture;
    }
    qsort(folder->paths, (size_t)folder->n_paths, sizeof *folder->paths, by_text);
    return FACET_OK;
}

// All files of the folders that hold one of the manifest's: pictures may stand beside the scans that name them.
static bool is_wanted(const void *context, const char *path) {
    const struct folder *folder = context;
    size_t length = strlen(path);
    int64_t low = 0, high = folder->n_paths;
    if (length == 0 || path[length - 1] != '/') return true;
    while (low < high) {
        int64_t middle = low + (high - low) / 2;
        if (strcmp(folder->paths[middle], path) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low < folder->n_paths && strncmp(folder->paths[low], path, length) == 0;
}

static int list_files(struct folder *folder, const struct facet_params *given, struct facet_error *error) {
    int code = list_paths(folder, error);
    struct facet_files_options options = {
        .index = facet_param_string(given, "index"), .wanted = is_wanted, .context = folder};
    if (!code) code = facet_files_open(facet_param_string(given, "root"), &options, &folder->files, error);
    free(folder->paths);
    folder->paths = NULL;
    return code;
}

// A file that was replaced is another scan: its size and time of change go into the item table's hash.
static uint64_t stamp_of(const struct folder *folder, const struct folder_row *row) {
    const char *const paths[] = {row->path, row->landmarks, row->texture};
    uint64_t stamp = 0;
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        int64_t file = *paths[i] ? facet_files_find(folder->files, paths[i]) : -1;
        if (file >= 0) stamp = stamp * 0x9e3779b97f4a7c15u + facet_files_get(folder->files, file).stamp;
    }
    return stamp;
}

// ---- rows -----------------------------------------------------------------------------------------------------------
static struct facet_item item_of(const struct folder *folder, const struct facet_params *given,
                                 const struct folder_row *row) {
    struct facet_item item = facet_item_unknown();
    item.subject = row->subject;
    item.label = row->label;
    item.labels = strchr(row->labels, '+') ? row->labels : "";
    item.au = row->au;
    item.path = row->path;
    item.licence = *row->licence ? row->licence : facet_param_string(given, "licence");
    item.consent = *row->consent ? row->consent : facet_param_string(given, "consent");
    item.split = row->split;
    item.sequence = row->group;
    item.frame = row->frame;
    item.intensity = row->intensity;
    item.valence = row->valence;
    item.arousal = row->arousal;
    item.onset = row->onset;
    item.apex = row->apex;
    item.offset = row->offset;
    item.stamp = stamp_of(folder, row);
    return item;
}

// A label as the vocabulary has it, where that is asked for; the first that is otherwise is told.
static int spell(struct folder *folder, bool asked, struct facet_items *items, const char *text,
                 char spelled[FOLDER_LABELS_MAX], struct facet_error *error) {
    char word[FOLDER_LABELS_MAX];
    bool known = true, fits = *text && dataset_label_spell(text, word, sizeof word, &known);
    snprintf(spelled, FOLDER_LABELS_MAX, "%s", fits && asked ? word : text);
    if (folder->told_label || !fits || (asked ? known : strcmp(word, text) == 0)) return FACET_OK;
    folder->told_label = true;
    if (asked)
        return facet_items_note(items, error, "label \"%s\" is not a word of the vocabulary; it stays as it is", text);
    return facet_items_note(items, error, "label \"%s\" is \"%s\" in datasets; with vocabulary = true it is here too",
                            text, word);
}

static int add_item(struct folder *folder, const struct facet_params *given, struct facet_items *items,
                    const struct folder_row *row, struct facet_error *error) {
    struct facet_item item = item_of(folder, given, row);
    char label[FOLDER_LABELS_MAX], labels[FOLDER_LABELS_MAX];
    bool asked = facet_param_bool(given, "vocabulary");
    int code = spell(folder, asked, items, item.label, label, error);
    if (!code) code = spell(folder, asked, items, item.labels, labels, error);
    item.label = label, item.labels = labels;
    return code ? code : facet_items_add(items, &item, error);
}

static int add_items(struct folder *folder, const struct facet_params *given, struct facet_items *items,
                     struct facet_error *error) {
    int64_t rows = folder_manifest_rows(folder->manifest), missing = 0, first = 0;
    for (int64_t i = 0; i < rows; i++) {
        struct folder_row row = folder_manifest_row(folder->manifest, i);
        int code = add_item(folder, given, items, &row, error);
        if (code) return code;
        folder->has_landmarks = folder->has_landmarks || *row.landmarks;
        if (facet_files_find(folder->files, row.path) < 0 && missing++ == 0) first = i;
    }
    if (missing == 0) return FACET_OK;
    struct folder_row row = folder_manifest_row(folder->manifest, first);
    return facet_items_note(items, error, "%lld of the %lld scans that %s names are not below root: line %lld, %s",
                            (long long)missing, (long long)rows, facet_param_string(given, "labels"),
                            (long long)row.line, row.path);
}

static void close_folder(void *self) {
    struct folder *folder = self;
    if (!folder) return;
    dataset_pool_destroy(folder->pool);
    facet_files_close(folder->files);
    folder_manifest_destroy(folder->manifest);
    free(folder->names);
    free(folder->labels);
    free(folder);
}

static int create(const struct facet_params *given, struct folder **made, struct facet_error *error) {
    const char *root = facet_param_string(given, "root"), *labels = facet_param_string(given, "labels");
    struct folder *folder = *made = calloc(1, sizeof *folder);
    if (!folder) return no_memory(error);
    folder->rows = dataset_rows_of(given);
    folder->labels = join(root, labels);
    folder->pool = dataset_pool_create();
    if (!folder->labels || !folder->pool) return no_memory(error);
    int code = folder_point_names(given, folder, error);
    if (!code) code = read_manifest(folder, root, labels, error);
    if (!code) code = list_files(folder, given, error);
    return code ? code : folder_find_room(folder, error);
}

static int open_folder(const struct facet_params *given, uint64_t seed, struct facet_items *items,
                       struct facet_field *fields, int *n_fields, void **self, struct facet_error *error) {
    (void)seed;
    struct folder *folder = NULL;
    int code = create(given, &folder, error);
    if (!code) code = add_items(folder, given, items, error);
    if (!code) code = dataset_pass_on_notes(folder->files, items, error); // why scans are missing
    if (!code && folder_manifest_slip(folder->manifest))
        code = facet_items_note(items, error, "%s", folder_manifest_slip(folder->manifest));
    if (code) {
        close_folder(folder);
        return code;
    }
    dataset_rows_declare(&folder->rows, folder->has_landmarks, fields, n_fields);
    *self = folder;
    return FACET_OK;
}

static const struct facet_source_ops ops = {.open = open_folder, .load = folder_load, .close = close_folder};
static const char *const makes[] = {"vertices",  "triangles", "landmarks",    "colours",
                                    "texcoords", "texture",   "texture_size", NULL};

const struct facet_plugin facet_plugin_folder = {
    .abi = FACET_PLUGIN_ABI,
    .size = sizeof(struct facet_plugin),
    .kind = FACET_SOURCE,
    .name = "folder",
    .version = "2.0.0",
    .summary = "scans in a folder or archive, labelled by a CSV or JSON Lines manifest",
    .params = params,
    .makes = makes,
    .source = &ops,
};
