#include "pipeline/bench_io.h"

#include "io/plain.h"
#include "mpi/clock.h"
#include "mpi/ranks.h"
#include "pipeline/items.h"
#include "pipeline/output.h"

#include <facet/random.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { FACET_SIDE, PLAIN_SIDE, SIDES };
enum { WRITE, FLUSH, READ, PHASES };

struct bench {
    struct facet_comm *comm;
    const struct facet_bench_io_plan *plan;
    char path[4200];
    struct facet_items *items;
    struct facet_units units;
    struct facet_rows rows;
    struct facet_layout layout;
    struct facet_unit_data *data;
    struct facet_column *column; // one unit, as a stage hands it over
    char *packed;                // the same bytes one row after the other, as plain MPI-IO takes them
    double *seconds[SIDES][PHASES];
};

// Steps of a row: from half of what it may hold to all of it, the same in every unit.
static int64_t row_steps(const struct facet_field *field, int64_t row) {
    if (!field->ragged) return field->rank ? field->dims[0] : 1;
    int64_t least = (field->dims[0] + 1) / 2;
    return least + (int64_t)(facet_random_u64(0, 1, (uint32_t)row, 0) % (uint64_t)(field->dims[0] - least + 1));
}

static size_t row_bytes(const struct facet_field *field, int64_t row) {
    return field->ragged ? (size_t)row_steps(field, row) * facet_field_step(field) : facet_field_bytes(field);
}

static size_t unit_bytes(const struct bench *b, int64_t unit) {
    size_t bytes = 0;
    for (int64_t i = 0; i < b->units.range[unit][1] - b->units.range[unit][0]; i++)
        bytes += row_bytes(&b->plan->field, i);
    return bytes;
}

// A unit's rows lie one after the other from where its first row could begin.
static int64_t unit_offset(const struct bench *b, int64_t unit) {
    return b->units.range[unit][0] * (int64_t)facet_field_bytes(&b->plan->field);
}

// ---- what is written ------------------------------------------------------------------------------------------------

static int make_items(struct bench *b, struct facet_error *error) {
    b->items = facet_items_create();
    if (!b->items) return facet_error_set(error, FACET_ERROR_MEMORY, "out of memory for the item table");
    int code = facet_items_begin_dataset(b->items, "bench", error);
    for (int64_t row = 0; code == FACET_OK && row < b->plan->rows; row++) {
        struct facet_item item = facet_item_unknown();
        item.subject = "s", item.sequence = (int32_t)row, item.intensity = 1;
        code = facet_items_add(b->items, &item, error);
    }
    return code;
}

static int make_rows(struct bench *b, struct facet_error *error) {
    const struct facet_field *field = &b->plan->field;
    size_t bytes = facet_field_bytes(field) * (size_t)b->units.largest;
    b->column = facet_column_create(field, b->units.largest);
    b->packed = facet_large_memory(bytes + 1);
    b->layout = (struct facet_layout){.fields = {*field}, .n_fields = 1, .rows = b->plan->rows};
    b->data = facet_unit_data_create(&b->layout, b->units.largest);
    if (!b->column || !b->packed || !b->data)
        return facet_error_set(error, FACET_ERROR_MEMORY, "out of memory for a unit of %zu bytes", bytes);
    for (size_t i = 0; i < bytes; i++) b->packed[i] = (char)(i * 2654435761u >> 24);
    int code = FACET_OK;
    char *at = b->packed;
    for (int64_t row = 0; code == FACET_OK && row < b->units.largest; row++, at += row_bytes(field, row - 1)) {
        if (field->ragged) code = facet_column_resize(b->column, row, row_steps(field, row), error);
        if (code == FACET_OK) memcpy(facet_column_data(b->column, row), at, row_bytes(field, row));
    }
    return code == FACET_OK ? facet_rows_create(b->units.largest, &b->rows, error) : code;
}

// Every row of a unit begins with the unit's number, so that one unit cannot be taken for another.
static void stamp(char *row, size_t bytes, int64_t unit) {
    memcpy(row, &unit, bytes < sizeof unit ? bytes : sizeof unit);
}

static int check_stamp(const char *row, size_t bytes, int64_t unit, struct facet_error *error) {
    if (memcmp(row, &unit, bytes < sizeof unit ? bytes : sizeof unit) == 0) return FACET_OK;
    return facet_error_set(error, FACET_ERROR_DATA, "unit %lld does not read back as it was written", (long long)unit);
}

static int prepare(struct bench *b, struct facet_error *error) {
    int32_t process = (int32_t)getpid();
    int code = facet_comm_bcast(b->comm, &process, sizeof process, 0, error);
    if (code != FACET_OK) return code;
    snprintf(b->path, sizeof b->path, "%s/facet-bench-%ld.h5", b->plan->folder, (long)process);
    code = make_items(b, error);
    if (code == FACET_OK) code = facet_units_plan(b->items, b->plan->unit_rows, false, &b->units, error);
    if (code == FACET_OK) code = make_rows(b, error);
    for (int side = 0; code == FACET_OK && side < SIDES; side++)
        for (int phase = 0; phase < PHASES; phase++) {
            b->seconds[side][phase] = calloc((size_t)b->plan->repeats, sizeof(double));
            if (!b->seconds[side][phase]) code = facet_error_set(error, FACET_ERROR_MEMORY, "out of memory for times");
        }
    return facet_comm_agree(b->comm, code, error);
}

static void clean_up(struct bench *b) {
    for (int side = 0; side < SIDES; side++)
        for (int phase = 0; phase < PHASES; phase++) free(b->seconds[side][phase]);
    free(b->packed);
    facet_column_destroy(b->column);
    facet_unit_data_destroy(b->data);
    facet_rows_destroy(&b->rows);
    facet_units_free(&b->units);
    facet_items_destroy(b->items);
}

// ---- one side of a pair: all ranks, each its share of the units -----------------------------------------------------

// Agrees how a phase ended and gives its end by this rank's clock.
static int end_phase(struct bench *b, int code, double *end, struct facet_error *error) {
    code = facet_comm_agree(b->comm, code, error);
    *end = facet_clock();
    return code;
}

// As a chain does with units that take their time: each is in the file before the next is begun.
static int write_units(struct bench *b, struct facet_output *output, struct facet_batch *batch,
                       struct facet_error *error) {
    int code = FACET_OK;
    for (int64_t unit = facet_comm_rank(b->comm); code == FACET_OK && unit < b->units.count;
         unit += facet_comm_size(b->comm)) {
        const double seconds = 1;
        b->rows.first = b->units.range[unit][0], b->rows.count = b->units.range[unit][1] - b->rows.first;
        memset(b->rows.valid, 1, (size_t)b->rows.count);
        for (int64_t i = 0; i < b->rows.count; i++)
            stamp(facet_column_data(b->column, i), row_bytes(&b->plan->field, i), unit);
        code = facet_output_pack(output, b->data, &b->column, &b->rows, NULL, error);
        if (code == FACET_OK) code = facet_output_write(output, batch, unit, b->data, &seconds, error);
        if (code == FACET_OK) code = facet_batch_flush(batch, error);
        if (code == FACET_OK) code = facet_output_note(output, unit, error);
    }
    return code;
}

static int write_container(struct bench *b, double ends[3], struct facet_error *error) {
    static const char *const names[] = {"bench"};
    static const struct facet_text_attribute attributes[] = {{"fingerprint", "bench"}, {"created", "now"}};
    const struct facet_output_plan plan = {.path = b->path,
                                           .fields = &b->plan->field,
                                           .n_fields = 1,
                                           .items = b->items,
                                           .units = &b->units,
                                           .node_names = names,
                                           .n_nodes = 1,
                                           .mark_seconds = 3600,
                                           .attributes = attributes,
                                           .n_attributes = 2,
                                           .chain_length = 1};
    struct facet_output *output;
    int code = facet_output_open(b->comm, &plan, &output, error);
    if (code != FACET_OK) return code;
    code = end_phase(b, FACET_OK, &ends[0], error);
    pthread_mutex_t turn = PTHREAD_MUTEX_INITIALIZER;
    struct facet_batch *batch = facet_batch_create(facet_output_container(output), &turn);
    code = batch ? write_units(b, output, batch, error)
                 : facet_error_set(error, FACET_ERROR_MEMORY, "out of memory for writing");
    facet_batch_destroy(batch);
    code = end_phase(b, code, &ends[1], error);
    int closed = facet_output_close(output, code == FACET_OK ? error : NULL);
    return end_phase(b, code == FACET_OK ? closed : code, &ends[2], error);
}

static int write_plain(struct bench *b, double ends[3], struct facet_error *error) {
    struct facet_plain *file;
    int64_t size = b->plan->rows * (int64_t)facet_field_bytes(&b->plan->field);
    int code = facet_plain_create(facet_comm_mpi(b->comm), b->path, size, &file, error);
    if (code != FACET_OK) return code;
    code = end_phase(b, FACET_OK, &ends[0], error);
    for (int64_t unit = facet_comm_rank(b->comm); code == FACET_OK && unit < b->units.count;
         unit += facet_comm_size(b->comm)) {
        int64_t count = b->units.range[unit][1] - b->units.range[unit][0];
        char *at = b->packed;
        for (int64_t i = 0; i < count; i++, at += row_bytes(&b->plan->field, i - 1))
            stamp(at, row_bytes(&b->plan->field, i), unit);
        code = facet_plain_write(file, unit_offset(b, unit), b->packed, unit_bytes(b, unit), error);
    }
    code = end_phase(b, code, &ends[1], error);
    if (code == FACET_OK) code = facet_plain_sync(file, error);
    int closed = facet_plain_close(file, code == FACET_OK ? error : NULL);
    return end_phase(b, code == FACET_OK ? closed : code, &ends[2], error);
}

static int read_container(struct bench *b, double ends[2], struct facet_error *error) {
    struct facet_container *container;
    int code = facet_container_open(facet_comm_mpi(b->comm), b->path, false, &container, error);
    if (code != FACET_OK) return code;
    code = end_phase(b, FACET_OK, &ends[0], error);
    for (int64_t unit = facet_comm_rank(b->comm); code == FACET_OK && unit < b->units.count;
         unit += facet_comm_size(b->comm)) {
        int64_t first = b->units.range[unit][0], count = b->units.range[unit][1] - first;
        code = facet_field_read(container, &b->plan->field, first, count, b->column, error);
        for (int64_t i = 0; code == FACET_OK && i < count; i++)
            code = check_stamp(facet_column_data(b->column, i), row_bytes(&b->plan->field, i), unit, error);
    }
    code = end_phase(b, code, &ends[1], error);
    facet_container_close(container, NULL);
    return code;
}

static int read_plain(struct bench *b, double ends[2], struct facet_error *error) {
    struct facet_plain *file;
    int code = facet_plain_open(facet_comm_mpi(b->comm), b->path, &file, error);
    if (code != FACET_OK) return code;
    code = end_phase(b, FACET_OK, &ends[0], error);
    for (int64_t unit = facet_comm_rank(b->comm); code == FACET_OK && unit < b->units.count;
         unit += facet_comm_size(b->comm)) {
        int64_t count = b->units.range[unit][1] - b->units.range[unit][0];
        code = facet_plain_read(file, unit_offset(b, unit), b->packed, unit_bytes(b, unit), error);
        char *at = b->packed;
        for (int64_t i = 0; code == FACET_OK && i < count; i++, at += row_bytes(&b->plan->field, i - 1))
            code = check_stamp(at, row_bytes(&b->plan->field, i), unit, error);
    }
    code = end_phase(b, code, &ends[1], error);
    facet_plain_close(file, NULL);
    return code;
}

// Each side has a new file, so that both pay for its pages; both read what they have just written.
static int measure(struct bench *b, int side, int pair, struct facet_error *error) {
    double wrote[3] = {0}, read[2] = {0};
    int code = side == FACET_SIDE ? write_container(b, wrote, error) : write_plain(b, wrote, error);
    if (code == FACET_OK) code = side == FACET_SIDE ? read_container(b, read, error) : read_plain(b, read, error);
    if (facet_comm_rank(b->comm) == 0) unlink(b->path), facet_marks_remove(b->path);
    b->seconds[side][WRITE][pair] = wrote[1] - wrote[0];
    b->seconds[side][FLUSH][pair] = wrote[2] - wrote[0];
    b->seconds[side][READ][pair] = read[1] - read[0];
    return facet_comm_agree(b->comm, code, error);
}

// ---- all pairs ------------------------------------------------------------------------------------------------------

static int by_size(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median(double *numbers, int count) {
    qsort(numbers, (size_t)count, sizeof *numbers, by_size);
    return count % 2 ? numbers[count / 2] : (numbers[count / 2 - 1] + numbers[count / 2]) / 2;
}

static int sum_up(struct bench *b, int phase, struct facet_bench_io_times *times, struct facet_error *error) {
    int pairs = b->plan->repeats;
    double *ratios = calloc((size_t)pairs, sizeof *ratios);
    if (!ratios) return facet_error_set(error, FACET_ERROR_MEMORY, "out of memory for times");
    double *facet = b->seconds[FACET_SIDE][phase], *plain = b->seconds[PLAIN_SIDE][phase];
    for (int i = 0; i < pairs; i++) ratios[i] = facet[i] > 0 ? plain[i] / facet[i] : 1;
    *times = (struct facet_bench_io_times){median(facet, pairs), median(plain, pairs), median(ratios, pairs)};
    free(ratios);
    return FACET_OK;
}

int facet_bench_io(struct facet_comm *comm, const struct facet_bench_io_plan *plan,
                   struct facet_bench_io_result *result, struct facet_error *error) {
    struct bench b = {.comm = comm, .plan = plan};
    *result = (struct facet_bench_io_result){0};
    int code = prepare(&b, error);
    for (int pair = -1; code == FACET_OK && pair < plan->repeats; pair++) // the first pair warms up
        for (int turn = 0; code == FACET_OK && turn < SIDES; turn++)
            code = measure(&b, (pair & 1) ^ turn, pair < 0 ? 0 : pair, error);
    result->units = b.units.count;
    if (code == FACET_OK) result->unit_bytes = unit_bytes(&b, 0);
    for (int64_t unit = 0; code == FACET_OK && unit < b.units.count; unit++) result->bytes += unit_bytes(&b, unit);
    if (code == FACET_OK) code = sum_up(&b, WRITE, &result->write, error);
    if (code == FACET_OK) code = sum_up(&b, FLUSH, &result->flush, error);
    if (code == FACET_OK) code = sum_up(&b, READ, &result->read, error);
    clean_up(&b);
    return facet_comm_agree(comm, code, error);
}
