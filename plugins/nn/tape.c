#include "nn/tape.h"

#include "nn/arena.h"

#include <stdlib.h>
#include <string.h>

struct record {
    nn_backward *backward;
    void *context;
};

struct nn_tape {
    struct nn_params *params;
    float *gradient;
    struct nn_arena arena;
    struct record *records;
    size_t n_records, capacity;
    float *scratch;
    size_t scratch_count;
    struct dense *dense;
    struct facet_error error; // the first thing that went wrong
};

struct nn_tape *nn_tape_create(struct nn_params *params, float *gradient) {
    struct nn_tape *tape = calloc(1, sizeof *tape);
    if (!tape) return NULL;
    tape->params = params;
    tape->gradient = gradient;
    dense_create(&tape->dense, &tape->error);
    return tape;
}

void nn_tape_destroy(struct nn_tape *tape) {
    if (!tape) return;
    dense_destroy(tape->dense);
    nn_arena_free(&tape->arena);
    free(tape->records);
    free(tape->scratch);
    free(tape);
}

// A tape that has no oneDNN to work with stays failed.
void nn_tape_reset(struct nn_tape *tape) {
    nn_arena_reset(&tape->arena);
    tape->n_records = 0;
    if (tape->dense) tape->error.code = FACET_OK;
}

void nn_tape_set_gradient(struct nn_tape *tape, float *gradient) {
    tape->gradient = gradient;
}

bool nn_tape_ok(const struct nn_tape *tape) {
    return tape->error.code == FACET_OK;
}

int nn_tape_status(const struct nn_tape *tape, struct facet_error *error) {
    if (nn_tape_ok(tape)) return FACET_OK;
    return facet_error_set(error, tape->error.code, "%s", tape->error.text);
}

void nn_tape_backward(struct nn_tape *tape) {
    for (size_t i = tape->n_records; i > 0 && nn_tape_ok(tape); i--)
        tape->records[i - 1].backward(tape, tape->records[i - 1].context);
}

void *nn_tape_raw(struct nn_tape *tape, size_t bytes) {
    if (!nn_tape_ok(tape)) return NULL;
    void *memory = nn_arena_alloc(&tape->arena, bytes);
    if (!memory) facet_error_set(&tape->error, FACET_ERROR_MEMORY, "no memory for %zu more bytes on a tape", bytes);
    return memory;
}

void *nn_tape_alloc(struct nn_tape *tape, size_t bytes) {
    void *memory = nn_tape_raw(tape, bytes);
    return memory ? memset(memory, 0, bytes) : NULL;
}

float *nn_tape_scratch(struct nn_tape *tape, size_t count) {
    if (!nn_tape_ok(tape) || count <= tape->scratch_count) return nn_tape_ok(tape) ? tape->scratch : NULL;
    size_t bytes = (count * sizeof(float) + 63) / 64 * 64;
    float *scratch = aligned_alloc(64, bytes);
    if (!scratch) {
        facet_error_set(&tape->error, FACET_ERROR_MEMORY, "no memory for %zu bytes to work in", bytes);
        return NULL;
    }
    free(tape->scratch);
    tape->scratch = scratch;
    tape->scratch_count = count;
    return scratch;
}

bool nn_tape_product(struct nn_tape *tape, const struct dense_shape *shape, const float *a, const float *b,
                     const float *bias, float *c) {
    return nn_tape_ok(tape) && dense_run(tape->dense, shape, a, b, bias, c, &tape->error) == FACET_OK;
}

static struct nn_tensor *tensor_raw(struct nn_tape *tape, int64_t rows, int64_t cols, bool wants_grad) {
    FACET_REQUIRE(rows >= 0 && cols >= 0);
    size_t bytes = (size_t)(rows * cols) * sizeof(float);
    struct nn_tensor *tensor = nn_tape_alloc(tape, sizeof *tensor);
    float *data = nn_tape_raw(tape, bytes);
    float *grad = wants_grad && tape->gradient ? nn_tape_alloc(tape, bytes) : NULL;
    if (!nn_tape_ok(tape)) return NULL;
    *tensor = (struct nn_tensor){.data = data, .grad = grad, .rows = rows, .cols = cols};
    return tensor;
}

struct nn_tensor *nn_tensor_new(struct nn_tape *tape, int64_t rows, int64_t cols, bool wants_grad) {
    struct nn_tensor *tensor = tensor_raw(tape, rows, cols, wants_grad);
    if (tensor) memset(tensor->data, 0, nn_size(tensor) * sizeof(float));
    return tensor;
}

void nn_tape_record(struct nn_tape *tape, nn_backward *backward, void *context) {
    if (!nn_tape_ok(tape) || !tape->gradient) return;
    if (tape->n_records == tape->capacity) {
        size_t capacity = tape->capacity ? 2 * tape->capacity : 256;
        struct record *records = realloc(tape->records, capacity * sizeof *records);
        if (!records) {
            facet_error_set(&tape->error, FACET_ERROR_MEMORY, "no memory to record %zu steps", capacity);
            return;
        }
        tape->records = records;
        tape->capacity = capacity;
    }
    tape->records[tape->n_records++] = (struct record){.backward = backward, .context = context};
}

static bool has_grad(const struct nn_tensor *x) {
    return x && x->grad;
}

struct nn_tensor *nn_op(struct nn_tape *tape, int64_t rows, int64_t cols, nn_backward *backward, struct nn_tensor *x,
                        struct nn_tensor *y, struct nn_tensor *z, struct nn_step **step) {
    struct nn_tensor *out = tensor_raw(tape, rows, cols, has_grad(x) || has_grad(y) || has_grad(z));
    struct nn_step *made = out && out->grad ? nn_tape_alloc(tape, sizeof *made) : NULL;
    if (made) {
        *made = (struct nn_step){.out = out, .x = x, .y = y, .z = z};
        nn_tape_record(tape, backward, made);
    }
    if (step) *step = made;
    return nn_tape_ok(tape) ? out : NULL;
}

struct nn_tensor *nn_op_of(struct nn_tape *tape, int64_t rows, int64_t cols, nn_backward *backward, void *context,
                           bool wants_grad) {
    struct nn_tensor *out = tensor_raw(tape, rows, cols, wants_grad);
    if (out && out->grad) nn_tape_record(tape, backward, context);
    return nn_tape_ok(tape) ? out : NULL;
}

struct nn_tensor *nn_input(struct nn_tape *tape, const float *data, int64_t rows, int64_t cols, bool wants_grad) {
    struct nn_tensor *tensor = tensor_raw(tape, rows, cols, wants_grad);
    if (tensor && nn_size(tensor)) memcpy(tensor->data, data, nn_size(tensor) * sizeof(float));
    return tensor;
}

struct nn_tensor *nn_param(struct nn_tape *tape, int id) {
    struct nn_param_info info = nn_params_info(tape->params, id);
    struct nn_tensor *tensor = nn_tape_alloc(tape, sizeof *tensor);
    if (!tensor) return NULL;
    tensor->data = nn_params_values(tape->params) + info.offset;
    tensor->grad = tape->gradient ? tape->gradient + info.offset : NULL;
    tensor->rows = info.rank >= 2 ? info.dims[0] : 1;
    tensor->cols = (int64_t)info.count / (tensor->rows ? tensor->rows : 1);
    return tensor;
}
