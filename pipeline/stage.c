// The stage handle: what a plugin may ask of the engine (facet/stage.h).
#include "pipeline/run_internal.h"

#include "mpi/pulse.h"

#include <facet/store.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct facet_node *node_of(const struct facet_stage *stage) {
    return &stage->run->graph.nodes[stage->node];
}

const char *facet_stage_name(const struct facet_stage *stage) {
    return node_of(stage)->name;
}

const struct facet_items *facet_stage_items(const struct facet_stage *stage) {
    return stage->run->sources.items;
}

uint64_t facet_stage_seed(const struct facet_stage *stage) {
    return (uint64_t)stage->run->config->seed;
}

int facet_stage_threads(const struct facet_stage *stage) {
    return stage->run->threads;
}

const uint8_t *facet_stage_valid(const struct facet_stage *stage) {
    return stage->run->valid;
}

// The need that a name belongs to: itself, or the group it is below.
static int need_of(const struct facet_stage *stage, const char *name) {
    const struct facet_node *node = node_of(stage);
    for (int i = 0; i < node->n_needs; i++) {
        const char *need = node->stage->plugin->needs[i].name;
        size_t length = strlen(need);
        if (strncmp(need, name, length) == 0 && (name[length] == '\0' || name[length] == '/')) return i;
    }
    facet_fatal(__FILE__, __LINE__, "plugin %s asks for %s, which is not in its needs", node->stage->plugin->name,
                name);
}

bool facet_stage_has(const struct facet_stage *stage, const char *need) {
    return node_of(stage)->maker[need_of(stage, need)] >= 0;
}

static int container_of(struct facet_stage *stage, const char *name, struct facet_container **container,
                        struct facet_error *error) {
    int maker = node_of(stage)->maker[need_of(stage, name)];
    facet_pulse_beat(); // a plugin that reads is alive
    *container = maker >= 0 ? stage->run->nodes[maker].input : NULL;
    if (*container) return FACET_OK;
    return facet_error_set(error, FACET_ERROR_DATA, "%s: %s is not on disk for this stage", facet_stage_name(stage),
                           name);
}

static void data_path(const char *name, char *path, size_t size) {
    snprintf(path, size, "data/%s", name);
}

bool facet_stage_has_array(struct facet_stage *stage, const char *name) {
    struct facet_container *container;
    char path[200];
    data_path(name, path, sizeof path);
    return container_of(stage, name, &container, NULL) == FACET_OK && facet_container_has(container, path);
}

// Where an array of an earlier stage lies, and what it is.
static int find_array(struct facet_stage *stage, const char *name, struct facet_container **container,
                      struct facet_dataset *is, struct facet_error *error) {
    char path[200];
    data_path(name, path, sizeof path);
    int code = container_of(stage, name, container, error);
    return code == FACET_OK ? facet_container_describe(*container, path, is, error) : code;
}

int facet_stage_read(struct facet_stage *stage, const char *name, struct facet_array *array,
                     struct facet_error *error) {
    struct facet_container *container;
    struct facet_dataset is;
    *array = (struct facet_array){0};
    int code = find_array(stage, name, &container, &is, error);
    if (code != FACET_OK) return code;
    if (!is.type) return facet_error_set(error, FACET_ERROR_DATA, "%s is text, not numbers", name);
    *array = (struct facet_array){.type = is.type, .rank = is.rank};
    memcpy(array->dims, is.dims, sizeof array->dims);
    array->data = malloc(facet_array_elements(array) * facet_type_size(is.type) + 1);
    if (!array->data) return facet_error_set(error, FACET_ERROR_MEMORY, "out of memory for %s", name);
    code = facet_container_read(container, is.name, 0, facet_dataset_rows(&is), array->data, error);
    if (code != FACET_OK) facet_array_free(array);
    return code;
}

int facet_stage_read_string(struct facet_stage *stage, const char *name, char **text, struct facet_error *error) {
    struct facet_container *container;
    struct facet_dataset is;
    *text = NULL;
    int code = find_array(stage, name, &container, &is, error);
    if (code != FACET_OK) return code;
    if (is.type || is.rank) return facet_error_set(error, FACET_ERROR_DATA, "%s is not a text", name);
    *text = calloc(is.width + 1, 1);
    if (!*text) return facet_error_set(error, FACET_ERROR_MEMORY, "out of memory for %s", name);
    code = facet_container_read(container, is.name, 0, 1, *text, error);
    if (code != FACET_OK) free(*text), *text = NULL;
    return code;
}

int facet_stage_field(struct facet_stage *stage, const char *need, struct facet_field *field,
                      struct facet_error *error) {
    int maker = node_of(stage)->maker[need_of(stage, need)];
    if (maker < 0) return facet_error_set(error, FACET_ERROR_DATA, "no earlier stage makes %s", need);
    return facet_run_field(stage->run, maker, need, field, error);
}

// Ragged rows one by one, each filled up with zeros to its largest.
static int read_ragged_rows(struct facet_container *container, const struct facet_field *field, int64_t first,
                            int64_t count, char *rows, struct facet_error *error) {
    struct facet_column *column = facet_column_create(field, 1);
    size_t bytes = facet_field_bytes(field);
    int code = column ? FACET_OK : facet_error_set(error, FACET_ERROR_MEMORY, "out of memory for %s", field->name);
    for (int64_t i = 0; code == FACET_OK && i < count; i++, rows += bytes) {
        code = facet_field_read(container, field, first + i, 1, column, error);
        size_t used = code == FACET_OK ? (size_t)facet_column_count(column, 0) * facet_field_step(field) : 0;
        memset(rows, 0, bytes);
        if (used) memcpy(rows, facet_column_data(column, 0), used);
    }
    facet_column_destroy(column);
    return code;
}

int facet_stage_read_rows(struct facet_stage *stage, const char *need, int64_t first, int64_t count, void *rows,
                          struct facet_error *error) {
    struct facet_container *container;
    struct facet_field field;
    char path[200];
    data_path(need, path, sizeof path);
    int code = container_of(stage, need, &container, error);
    if (code == FACET_OK) code = facet_stage_field(stage, need, &field, error);
    if (code != FACET_OK) return code;
    return field.ragged ? read_ragged_rows(container, &field, first, count, rows, error)
                        : facet_container_read(container, path, first, count, rows, error);
}

struct facet_comm *facet_stage_comm(struct facet_stage *stage) {
    return stage->run->comm;
}

static void require_made(const struct facet_stage *stage, const char *name) {
    const char *const *makes = node_of(stage)->stage->plugin->makes;
    for (int i = 0; makes && makes[i]; i++) {
        size_t length = strlen(makes[i]);
        if (strncmp(makes[i], name, length) == 0 && (name[length] == '\0' || name[length] == '/')) return;
    }
    facet_fatal(__FILE__, __LINE__, "stage %s makes %s, which is not in its plugin's table", facet_stage_name(stage),
                name);
}

// All ranks open what they made, whoever will write it: HDF5's caches must not come to differ between ranks, or adding
// the next dataset waits for ever.
static int add_everywhere(struct facet_stage *stage, const struct facet_dataset *dataset, struct facet_error *error) {
    struct facet_dataset made;
    int code = facet_container_add(stage->out, dataset, error);
    if (code == FACET_OK) code = facet_container_describe(stage->out, dataset->name, &made, error);
    return facet_comm_agree(stage->run->comm, code, error);
}

int facet_stage_create(struct facet_stage *stage, const char *name, enum facet_type type, int rank, const int64_t *dims,
                       struct facet_error *error) {
    require_made(stage, name);
    FACET_REQUIRE(rank >= 0 && rank <= FACET_MAX_DIMS && stage->out);
    struct facet_dataset dataset = {.type = type, .rank = rank};
    data_path(name, dataset.name, sizeof dataset.name);
    if (rank) memcpy(dataset.dims, dims, (size_t)rank * sizeof *dims);
    return add_everywhere(stage, &dataset, error);
}

int facet_stage_create_string(struct facet_stage *stage, const char *name, const char *text,
                              struct facet_error *error) {
    require_made(stage, name);
    FACET_REQUIRE(stage->out);
    struct facet_dataset dataset = {.width = strlen(text) + 1};
    data_path(name, dataset.name, sizeof dataset.name);
    int code = add_everywhere(stage, &dataset, error);
    if (code == FACET_OK && facet_comm_rank(stage->run->comm) == 0)
        code = facet_container_write(stage->out, dataset.name, 0, 1, text, error);
    return facet_comm_agree(stage->run->comm, code, error);
}

int facet_stage_write(struct facet_stage *stage, const char *name, int64_t first, int64_t count, const void *data,
                      struct facet_error *error) {
    char path[200];
    facet_pulse_beat();
    data_path(name, path, sizeof path);
    return facet_container_write(stage->out, path, first, count, data, error);
}

static void trace(const struct facet_stage *stage, const char *event) {
    if (facet_comm_rank(stage->run->comm) == 0)
        facet_trace_add(stage->run->trace, facet_stage_name(stage), event, stage->steps);
}

static struct facet_hash hash_arrays(int count, const struct facet_array *arrays) {
    struct facet_hash hash = {0};
    for (int i = 0; i < count; i++)
        hash =
            facet_hash_bytes(hash, arrays[i].data, facet_array_elements(&arrays[i]) * facet_type_size(arrays[i].type));
    return hash;
}

static int write_checkpoint(struct facet_stage *stage, int count, const char *const *names,
                            const struct facet_array *arrays, struct facet_error *error) {
    char path[4200];
    facet_run_path(stage->run, stage->node, ".checkpoint.h5", path, sizeof path);
    struct facet_store *store;
    struct facet_hash hash = hash_arrays(count, arrays);
    double seconds = stage->before + facet_clock() - stage->began;
    struct facet_array seconds_array = {.type = FACET_F64, .data = &seconds};
    struct facet_array hash_array = {.type = FACET_I64, .rank = 1, .dims = {2}, .data = &hash};
    int code = facet_store_create(path, &store, error);
    for (int i = 0; code == FACET_OK && i < count; i++) code = facet_store_write(store, names[i], &arrays[i], error);
    if (code == FACET_OK) code = facet_store_write(store, "content_hash", &hash_array, error);
    if (code == FACET_OK) code = facet_store_write(store, "seconds", &seconds_array, error);
    if (code == FACET_OK)
        code = facet_store_write_string(store, "fingerprint", stage->run->nodes[stage->node].fingerprint, error);
    char *inputs = facet_run_inputs(stage->run, stage->node);
    if (code == FACET_OK && !inputs) code = facet_error_set(error, FACET_ERROR_MEMORY, "out of memory for %s", path);
    if (code == FACET_OK) code = facet_store_write_string(store, "inputs", inputs, error);
    free(inputs);
    if (code == FACET_OK) code = facet_store_commit(store, error);
    facet_store_close(store);
    return code;
}

int facet_stage_save(struct facet_stage *stage, int count, const char *const *names, const struct facet_array *arrays,
                     struct facet_error *error) {
    int code = FACET_OK;
    if (facet_comm_rank(stage->run->comm) == 0) code = write_checkpoint(stage, count, names, arrays, error);
    if (code == FACET_OK) trace(stage, "saved");
    stage->saved = facet_clock();
    return facet_comm_agree(stage->run->comm, code, error);
}

static int store_says(struct facet_store *store, const char *name, const char *expected, bool *same,
                      struct facet_error *error) {
    char **text = NULL;
    int64_t n = 0;
    *same = false;
    int code = facet_store_read_strings(store, name, &text, &n, error);
    if (code == FACET_OK) *same = n == 1 && strcmp(text[0], expected) == 0;
    free(text);
    return code == FACET_ERROR_DATA ? FACET_OK : code; // a file that does not say is of somebody else
}

// A checkpoint of other settings, or of inputs whose content was another, is nobody's any more. One that cannot be read
// just now is an error: to begin anew would throw it away.
static int is_of_this_run(const struct facet_stage *stage, const char *path, struct facet_store *store, bool *same,
                          struct facet_error *error) {
    const char *fingerprint = stage->run->nodes[stage->node].fingerprint;
    *same = false;
    if (facet_run_poisoned(stage->run, stage->node, facet_file_changed(path))) return FACET_OK;
    char *inputs = facet_run_inputs(stage->run, stage->node);
    int code = inputs ? FACET_OK : facet_error_set(error, FACET_ERROR_MEMORY, "out of memory for reading %s", path);
    if (code == FACET_OK) code = store_says(store, "fingerprint", fingerprint, same, error);
    if (code == FACET_OK && *same) code = store_says(store, "inputs", inputs, same, error);
    free(inputs);
    return code;
}

static int read_checkpoint(struct facet_stage *stage, const char *path, int count, const char *const *names,
                           struct facet_array *arrays, bool *found, struct facet_error *error) {
    struct facet_store *store = NULL;
    struct facet_array recorded = {0}, seconds = {0};
    int code = facet_store_open(path, &store, error);
    if (code == FACET_OK) code = is_of_this_run(stage, path, store, found, error);
    if (code == FACET_OK && !*found) {
        facet_run_note(stage->run, "%s was saved with other settings or inputs; %s begins anew", path,
                       facet_stage_name(stage));
        facet_store_close(store);
        return FACET_OK;
    }
    for (int i = 0; code == FACET_OK && i < count; i++) code = facet_store_read(store, names[i], 0, &arrays[i], error);
    if (code == FACET_OK) code = facet_store_read(store, "content_hash", FACET_I64, &recorded, error);
    if (code == FACET_OK) code = facet_store_read(store, "seconds", FACET_F64, &seconds, error);
    if (code == FACET_OK) {
        struct facet_hash hash = hash_arrays(count, arrays);
        if (recorded.dims[0] != 2 || memcmp(&hash, recorded.data, sizeof hash) != 0)
            code = facet_error_set(error, FACET_ERROR_DATA,
                                   "%s: the checkpoint is damaged; --from %s starts the stage anew", path,
                                   facet_stage_name(stage));
        else
            stage->before = *(const double *)seconds.data;
    }
    facet_array_free(&recorded);
    facet_array_free(&seconds);
    facet_store_close(store);
    return code;
}

static int share_array(struct facet_comm *comm, struct facet_array *array, struct facet_error *error) {
    struct facet_array shape = *array;
    int code = facet_comm_bcast(comm, &shape, sizeof shape, 0, error);
    if (code != FACET_OK) return code;
    size_t bytes = facet_array_elements(&shape) * facet_type_size(shape.type);
    if (facet_comm_rank(comm) != 0) {
        *array = shape;
        array->data = malloc(bytes + 1);
        if (!array->data) code = facet_error_set(error, FACET_ERROR_MEMORY, "out of memory for a checkpoint");
    }
    code = facet_comm_agree(comm, code, error);
    return code == FACET_OK ? facet_comm_bcast(comm, array->data, bytes, 0, error) : code;
}

int facet_stage_load(struct facet_stage *stage, int count, const char *const *names, struct facet_array *arrays,
                     bool *found, struct facet_error *error) {
    struct facet_comm *comm = stage->run->comm;
    char path[4200];
    facet_run_path(stage->run, stage->node, ".checkpoint.h5", path, sizeof path);
    for (int i = 0; i < count; i++) arrays[i] = (struct facet_array){0};
    bool root = facet_comm_rank(comm) == 0;
    *found = facet_comm_any(comm, root && access(path, F_OK) == 0);
    if (!*found) return FACET_OK;
    int code = root ? read_checkpoint(stage, path, count, names, arrays, found, error) : FACET_OK;
    code = facet_comm_agree(comm, code, error);
    if (code == FACET_OK && !(*found = facet_comm_any(comm, root && *found))) return FACET_OK;
    for (int i = 0; code == FACET_OK && i < count; i++) code = share_array(comm, &arrays[i], error);
    for (int i = 0; code != FACET_OK && i < count; i++) facet_array_free(&arrays[i]);
    return code;
}

static void note_step(struct facet_stage *stage) {
    double t = facet_clock();
    facet_stop_note_work(t - stage->step_began);
    stage->step_began = t;
    stage->steps++;
    trace(stage, "step");
}

enum facet_wish facet_stage_step(struct facet_stage *stage) {
    struct facet_comm *comm = stage->run->comm;
    note_step(stage);
    double age = facet_clock() - (stage->saved > 0 ? stage->saved : stage->began);
    bool due = facet_comm_rank(comm) == 0 && age >= 60 * stage->run->config->checkpoint_minutes;
    if (!facet_comm_any(comm, due || facet_stop_requested())) return FACET_GO_ON;
    return facet_comm_any(comm, facet_stop_requested()) ? FACET_STOP : FACET_SAVE;
}

bool facet_stage_should_stop(struct facet_stage *stage) {
    note_step(stage);
    return facet_comm_any(stage->run->comm, facet_stop_requested());
}

void facet_stage_progress(struct facet_stage *stage, int64_t done, int64_t total, const char *what) {
    facet_pulse_beat();
    facet_journal_progress(stage->run, done, total, what);
}

void facet_stage_warn(struct facet_stage *stage, const char *format, ...) {
    char text[FACET_ERROR_TEXT];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    if (!stage->run->options->pilot) facet_run_note(stage->run, "warning: %s: %s", facet_stage_name(stage), text);
}

int facet_stage_path(struct facet_stage *stage, const char *relative, char *path, size_t size,
                     struct facet_error *error) {
    int length = snprintf(path, size, "%s/%s", stage->run->config->workspace, relative);
    if (length < 0 || (size_t)length >= size)
        return facet_error_set(error, FACET_ERROR_IO, "path of %s in the workspace is too long", relative);
    for (char *slash = path + strlen(stage->run->config->workspace) + 1; (slash = strchr(slash, '/')); *slash++ = '/') {
        *slash = '\0';
        if (mkdir(path, 0777) != 0 && errno != EEXIST)
            return facet_error_set(error, FACET_ERROR_IO, "%s: cannot make the folder: %s", path, strerror(errno));
    }
    return FACET_OK;
}

int facet_stage_records(const struct facet_stage *stage) {
    return stage->node;
}

struct facet_stage_record facet_stage_record(const struct facet_stage *stage, int index) {
    FACET_REQUIRE(index >= 0 && index < stage->node);
    const struct facet_node *node = &stage->run->graph.nodes[index];
    const struct facet_node_state *state = &stage->run->nodes[index];
    const struct facet_plugin *plugin = node->stage ? node->stage->plugin : stage->run->config->sources[0].plugin;
    return (struct facet_stage_record){.name = node->name,
                                       .plugin = plugin->name,
                                       .plugin_version = plugin->version,
                                       .citation = plugin->citation,
                                       .content_hash = state->content_hash,
                                       .params = node->stage ? node->stage->params : NULL,
                                       .seconds = state->seconds,
                                       .rows = stage->run->rows,
                                       .quarantined = state->quarantined,
                                       .busy = state->account.busy,
                                       .balance = state->account.balance,
                                       .core_hours = state->account.core_hours_before + state->account.core_hours};
}
