#include "nn/dense.h"

#include <dnnl.h>
#include <omp.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { BUCKETS = 64, SRC = 0, WEIGHTS, BIAS, DST, SCRATCH, MEMORIES, ALIGN = 64 };

struct product {
    struct product *next;
    struct dense_shape shape;
    dnnl_primitive_t primitive;
    dnnl_memory_t memory[MEMORIES]; // BIAS is NULL without a bias
};

struct dense {
    dnnl_engine_t engine;
    dnnl_stream_t stream;
    struct product *buckets[BUCKETS];
    void *scratch;
    size_t scratch_size;
};

static pthread_mutex_t creation = PTHREAD_MUTEX_INITIALIZER;

static int fail(struct facet_error *error, dnnl_status_t status, const char *what) {
    int code = status == dnnl_out_of_memory ? FACET_ERROR_MEMORY : FACET_ERROR_INTERNAL;
    return facet_error_set(error, code, "oneDNN could not %s (status %d)", what, (int)status);
}

// ---- primitives ------------------------------------------------------------------------------------------------------

static dnnl_status_t describe(dnnl_memory_desc_t *desc, const struct dense_shape *s, int64_t rows, int64_t columns,
                              const int64_t *strides) {
    dnnl_dims_t dims = {s->groups, s->heads, rows, columns};
    dnnl_dims_t steps = {strides[0], strides[1], strides[2], strides[3]};
    int skip = s->groups * s->heads == 1 ? 2 : 0; // plain matrices take faster paths as such
    return dnnl_memory_desc_init_by_strides(desc, 4 - skip, dims + skip, dnnl_f32, steps + skip);
}

static dnnl_status_t describe_all(const struct dense_shape *s, dnnl_memory_desc_t desc[MEMORIES]) {
    dnnl_dims_t dims = {1, 1, 1, s->n}, steps = {s->n, s->n, s->n, 1};
    int skip = s->groups * s->heads == 1 ? 2 : 0;
    dnnl_status_t status = describe(&desc[SRC], s, s->m, s->k, s->a);
    if (!status) status = describe(&desc[WEIGHTS], s, s->k, s->n, s->b);
    if (!status) status = describe(&desc[DST], s, s->m, s->n, s->c);
    if (!status) status = dnnl_memory_desc_init_by_strides(&desc[BIAS], 4 - skip, dims + skip, dnnl_f32, steps + skip);
    return status;
}

static dnnl_status_t attributes(const struct dense_shape *s, dnnl_primitive_attr_t *attr) {
    dnnl_post_ops_t ops = NULL;
    dnnl_status_t status = dnnl_primitive_attr_create(attr);
    if (!status) status = dnnl_primitive_attr_set_scratchpad_mode(*attr, dnnl_scratchpad_mode_user);
    if (!status && s->accumulate) {
        status = dnnl_post_ops_create(&ops);
        if (!status) status = dnnl_post_ops_append_sum(ops, 1.0f);
        if (!status) status = dnnl_primitive_attr_set_post_ops(*attr, ops);
    }
    dnnl_post_ops_destroy(ops);
    return status;
}

static dnnl_status_t create_memories(struct dense *dense, const dnnl_memory_desc_t desc[MEMORIES], bool bias,
                                     dnnl_memory_t memory[MEMORIES]) {
    dnnl_status_t status = dnnl_success;
    for (int i = 0; i < MEMORIES && !status; i++)
        if (i != BIAS || bias) status = dnnl_memory_create(&memory[i], &desc[i], dense->engine, DNNL_MEMORY_NONE);
    return status;
}

static dnnl_status_t create_primitive(struct dense *dense, struct product *product) {
    const struct dense_shape *s = &product->shape;
    dnnl_memory_desc_t desc[MEMORIES];
    dnnl_matmul_desc_t matmul;
    dnnl_primitive_attr_t attr = NULL;
    dnnl_primitive_desc_t chosen = NULL;
    dnnl_status_t status = describe_all(s, desc);
    if (!status)
        status = dnnl_matmul_desc_init(&matmul, &desc[SRC], &desc[WEIGHTS], s->bias ? &desc[BIAS] : NULL, &desc[DST]);
    if (!status) status = attributes(s, &attr);
    if (!status) status = dnnl_primitive_desc_create(&chosen, &matmul, attr, dense->engine, NULL);
    if (!status) status = dnnl_primitive_create(&product->primitive, chosen);
    if (!status) {
        desc[SCRATCH] = *dnnl_primitive_desc_query_md(chosen, dnnl_query_scratchpad_md, 0);
        status = create_memories(dense, desc, s->bias, product->memory);
    }
    dnnl_primitive_desc_destroy(chosen);
    dnnl_primitive_attr_destroy(attr);
    return status;
}

static void product_destroy(struct product *product) {
    for (int i = 0; i < MEMORIES; i++) dnnl_memory_destroy(product->memory[i]);
    dnnl_primitive_destroy(product->primitive);
    free(product);
}

static int reserve_scratch(struct dense *dense, const struct product *product, struct facet_error *error) {
    const dnnl_memory_desc_t *desc;
    dnnl_status_t status = dnnl_memory_get_memory_desc(product->memory[SCRATCH], &desc);
    if (status) return fail(error, status, "describe its scratchpad");
    size_t size = (dnnl_memory_desc_get_size(desc) + ALIGN - 1) / ALIGN * ALIGN;
    if (size <= dense->scratch_size) return FACET_OK;
    void *scratch = aligned_alloc(ALIGN, size);
    if (!scratch) return facet_error_set(error, FACET_ERROR_MEMORY, "no memory for a scratchpad of %zu bytes", size);
    free(dense->scratch);
    dense->scratch = scratch;
    dense->scratch_size = size;
    return FACET_OK;
}

static uint64_t hash(const struct dense_shape *shape) {
    uint64_t h = 0xcbf29ce484222325u; // FNV-1a over whole words
    int64_t words[sizeof *shape / sizeof(int64_t)];
    memcpy(words, shape, sizeof *shape);
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) h = (h ^ (uint64_t)words[i]) * 0x100000001b3u;
    return h ^ h >> 32;
}

// One thread for whatever oneDNN does here: more would change the order of its sums and the size of its scratchpad.
static int find_product(struct dense *dense, const struct dense_shape *shape, struct product **found,
                        struct facet_error *error) {
    struct product **bucket = &dense->buckets[hash(shape) % BUCKETS];
    for (*found = *bucket; *found; *found = (*found)->next)
        if (!memcmp(&(*found)->shape, shape, sizeof *shape)) return FACET_OK;
    struct product *product = calloc(1, sizeof *product);
    if (!product) return facet_error_set(error, FACET_ERROR_MEMORY, "no memory for a matrix product");
    product->shape = *shape;
    pthread_mutex_lock(&creation);
    dnnl_status_t status = create_primitive(dense, product);
    pthread_mutex_unlock(&creation);
    int code = status ? fail(error, status, "prepare a matrix product") : reserve_scratch(dense, product, error);
    if (code) {
        product_destroy(product);
        return code;
    }
    product->next = *bucket;
    *found = *bucket = product;
    return FACET_OK;
}

static dnnl_status_t execute(struct dense *dense, struct product *product, void *const data[MEMORIES]) {
    static const int roles[MEMORIES] = {DNNL_ARG_SRC, DNNL_ARG_WEIGHTS, DNNL_ARG_BIAS, DNNL_ARG_DST,
                                        DNNL_ARG_SCRATCHPAD};
    dnnl_exec_arg_t args[MEMORIES];
    int n = 0;
    for (int i = 0; i < MEMORIES; i++) {
        if (!product->memory[i]) continue;
        dnnl_status_t status = dnnl_memory_set_data_handle(product->memory[i], data[i]);
        if (status) return status;
        args[n++] = (dnnl_exec_arg_t){.arg = roles[i], .memory = product->memory[i]};
    }
    return dnnl_primitive_execute(product->primitive, dense->stream, n, args);
}

// ---- interface -------------------------------------------------------------------------------------------------------

int dense_create(struct dense **out, struct facet_error *error) {
    struct dense *dense = calloc(1, sizeof *dense);
    if (!dense) return facet_error_set(error, FACET_ERROR_MEMORY, "no memory for matrix products");
    pthread_mutex_lock(&creation);
    dnnl_status_t status = dnnl_engine_create(&dense->engine, dnnl_cpu, 0);
    if (!status) status = dnnl_stream_create(&dense->stream, dense->engine, dnnl_stream_default_flags);
    pthread_mutex_unlock(&creation);
    if (status) {
        dense_destroy(dense);
        return fail(error, status, "start on this CPU");
    }
    *out = dense;
    return FACET_OK;
}

void dense_destroy(struct dense *dense) {
    if (!dense) return;
    for (int i = 0; i < BUCKETS; i++) {
        while (dense->buckets[i]) {
            struct product *next = dense->buckets[i]->next;
            product_destroy(dense->buckets[i]);
            dense->buckets[i] = next;
        }
    }
    dnnl_stream_destroy(dense->stream);
    dnnl_engine_destroy(dense->engine);
    free(dense->scratch);
    free(dense);
}

int dense_run(struct dense *dense, const struct dense_shape *shape, const float *a, const float *b, const float *bias,
              float *c, struct facet_error *error) {
    FACET_REQUIRE(shape->k > 0 && !shape->bias == !bias);
    if (shape->groups * shape->heads * shape->m * shape->n == 0) return FACET_OK;
    int threads = omp_get_max_threads();
    omp_set_num_threads(1);
    struct product *product;
    int code = find_product(dense, shape, &product, error);
    if (!code) {
        void *data[MEMORIES] = {(float *)a, (float *)b, (float *)bias, c, dense->scratch};
        dnnl_status_t status = execute(dense, product, data);
        if (status) code = fail(error, status, "run a matrix product");
    }
    omp_set_num_threads(threads);
    return code;
}

static struct dense_shape plain(int64_t m, int64_t n, int64_t k) {
    return (struct dense_shape){.groups = 1, .heads = 1, .m = m, .n = n, .k = k, .c = {m * n, m * n, n, 1}};
}

struct dense_shape dense_nn(int64_t m, int64_t n, int64_t k) {
    struct dense_shape s = plain(m, n, k);
    memcpy(s.a, (int64_t[]){m * k, m * k, k, 1}, sizeof s.a);
    memcpy(s.b, (int64_t[]){k * n, k * n, n, 1}, sizeof s.b);
    return s;
}

struct dense_shape dense_nt(int64_t m, int64_t n, int64_t k) {
    struct dense_shape s = dense_nn(m, n, k);
    memcpy(s.b, (int64_t[]){k * n, k * n, 1, k}, sizeof s.b);
    return s;
}

struct dense_shape dense_tn(int64_t m, int64_t n, int64_t k) {
    struct dense_shape s = dense_nn(m, n, k);
    memcpy(s.a, (int64_t[]){m * k, m * k, 1, m}, sizeof s.a);
    return s;
}
