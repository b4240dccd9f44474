// Layers for train, encode and fuse: named parameters in one flat vector, and a tape that records a forward pass and
// walks it back. f32; dense products through oneDNN, one thread a tape. Shapes are row-major; (M, N) below.
//
// Failures (memory, oneDNN) stick to the tape: ops on a failed tape return NULL and do nothing, ops given NULL return
// NULL, and nn_tape_status says what went wrong first. So a forward pass reads as formulas, and is checked once.
#ifndef FACET_NN_H
#define FACET_NN_H

#include <facet/error.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// ---- parameters ----------------------------------------------------------------------------------------------------
struct nn_params;

enum nn_init { NN_ZERO, NN_ONE, NN_NORMAL }; // NN_NORMAL: mean 0, deviation `scale`
struct nn_param_info {
    const char *name;
    int rank;
    int64_t dims[4];
    size_t offset, count; // place in the flat vector, in floats
    bool decay;           // weight decay applies
};

struct nn_params *nn_params_create(void); // NULL when out of memory
void nn_params_destroy(struct nn_params *params);
// Returns the parameter's id (>= 0), or -1 when out of memory. Values come with nn_params_init.
int nn_params_add(struct nn_params *params, const char *name, int rank, const int64_t *dims, enum nn_init init,
                  float scale, bool decay);
int nn_params_init(struct nn_params *params, uint64_t seed, struct facet_error *error); // call once, after all adds
int nn_params_count(const struct nn_params *params);
struct nn_param_info nn_params_info(const struct nn_params *params, int id);
int nn_params_find(const struct nn_params *params, const char *name); // -1: none
// Flat, nn_params_size floats; every parameter starts on a 64-byte boundary, the gaps between them hold zeros.
float *nn_params_values(struct nn_params *params);
size_t nn_params_size(const struct nn_params *params);

// AdamW (Loshchilov & Hutter, ICLR 2019, algorithm 2) on flat vectors: m, v hold the moments, step counts from 1.
struct nn_adamw {
    float rate, beta1, beta2, epsilon, decay;
};
void nn_adamw_step(const struct nn_adamw *adamw, const struct nn_params *params, int64_t step, const float *gradient,
                   float *values, float *m, float *v);
// Linear warm-up to `peak` over `warmup` steps, then a cosine down to 0 at `total` (Loshchilov & Hutter, ICLR 2017).
float nn_cosine_rate(float peak, int64_t step, int64_t warmup, int64_t total);
double nn_clip_scale(const float *gradient, size_t count, float max_norm); // factor <= 1, fixed summation order

// ---- tape ----------------------------------------------------------------------------------------------------------
struct nn_tape;
struct nn_tensor {
    float *data; // (rows, cols)
    float *grad; // same shape; NULL when the tape does not record or nothing upstream wants it
    int64_t rows, cols;
};

// gradient: flat, as nn_params_values, into which backward ADDS; NULL makes a tape for inference. Both are borrowed.
struct nn_tape *nn_tape_create(struct nn_params *params, float *gradient);
void nn_tape_destroy(struct nn_tape *tape);
void nn_tape_reset(struct nn_tape *tape); // forgets the pass, keeps its memory and its oneDNN primitives
void nn_tape_set_gradient(struct nn_tape *tape, float *gradient);
int nn_tape_status(const struct nn_tape *tape, struct facet_error *error);
// Walks back from what was seeded: add to tensor->grad (zero at creation) before the call.
void nn_tape_backward(struct nn_tape *tape);

// For ops of one's own: memory that lives until reset, and a step of the walk back. `context` is tape memory.
void *nn_tape_alloc(struct nn_tape *tape, size_t bytes); // 64-byte aligned, zeroed
struct nn_tensor *nn_tensor_new(struct nn_tape *tape, int64_t rows, int64_t cols, bool wants_grad); // zeroed
typedef void nn_backward(struct nn_tape *tape, void *context);
void nn_tape_record(struct nn_tape *tape, nn_backward *backward, void *context); // no-op on an inference tape

// ---- leaves (an input is copied, as are the masks and row lists of ops) ------------------------------------------------
struct nn_tensor *nn_input(struct nn_tape *tape, const float *data, int64_t rows, int64_t cols, bool wants_grad);
struct nn_tensor *nn_param(struct nn_tape *tape, int id); // (dims[0], rest), or (1, n) for rank 1 and (1, 1) for 0

// ---- ops (each checked against finite differences) -------------------------------------------------------------------
struct nn_tensor *nn_linear(struct nn_tape *tape, struct nn_tensor *x, struct nn_tensor *w,
                            struct nn_tensor *b); // x (M,K), w (N,K), b (1,N) or NULL -> x w^T + b (M,N)
struct nn_tensor *nn_matmul_nt(struct nn_tape *tape, struct nn_tensor *x, struct nn_tensor *y); // x y^T, both vary
struct nn_tensor *nn_add(struct nn_tape *tape, struct nn_tensor *x, struct nn_tensor *y);       // same shape
struct nn_tensor *nn_mul(struct nn_tape *tape, struct nn_tensor *x, struct nn_tensor *y);       // same shape
struct nn_tensor *nn_add_tiled(struct nn_tape *tape, struct nn_tensor *x,
                               struct nn_tensor *e); // x (G*R,D) + e (R,D) repeated G times
struct nn_tensor *nn_scale_columns(struct nn_tape *tape, struct nn_tensor *x,
                                   struct nn_tensor *s); // row m of x times s (M,1)
struct nn_tensor *nn_scale_exp(struct nn_tape *tape, struct nn_tensor *x,
                               struct nn_tensor *log_scale); // x exp(log_scale), log_scale (1,1)
struct nn_tensor *nn_layer_norm(struct nn_tape *tape, struct nn_tensor *x, struct nn_tensor *gain,
                                struct nn_tensor *bias);              // over columns, epsilon 1e-5
struct nn_tensor *nn_gelu(struct nn_tape *tape, struct nn_tensor *x); // x Phi(x), exact (erf)
struct nn_tensor *nn_sigmoid(struct nn_tape *tape, struct nn_tensor *x);
struct nn_tensor *nn_normalize(struct nn_tape *tape, struct nn_tensor *x); // rows to length 1 (|x| >= 1e-6)
struct nn_tensor *nn_concat_columns(struct nn_tape *tape, struct nn_tensor *x, struct nn_tensor *y);
struct nn_tensor *nn_prepend(struct nn_tape *tape, struct nn_tensor *x, struct nn_tensor *token,
                             int64_t group); // x (G*R,D), token (1,D) -> (G*(R+1),D), the token first in each group
struct nn_tensor *nn_gather(struct nn_tape *tape, struct nn_tensor *x, const int64_t *rows, int64_t count);
struct nn_tensor *nn_repeat(struct nn_tape *tape, struct nn_tensor *x,
                            int64_t times); // (M,D) -> (M*times,D), row m repeated in place
struct nn_tensor *nn_mean_groups(struct nn_tape *tape, struct nn_tensor *x, int64_t group,
                                 const uint8_t *mask); // (G*R,D) -> (G,D) over rows with mask 1; NULL: all
// Multi-head attention inside groups. q (G*Tq,D) or, shared by all groups, (Tq,D) with shared_q; k (G*Tk,D); v (G*Tk,E).
// mask (G,Tk), 0 hides a key; NULL: none. causal hides keys after the query's place. Returns (G*Tq,E); *weights, unless
// NULL, gets (G*heads*Tq, Tk), borrowed, valid until reset. Scaled by 1/sqrt(D/heads). D and E divide by heads.
struct nn_attention {
    int64_t groups, heads, queries, keys;
    const uint8_t *mask;
    bool causal, shared_q;
};
struct nn_tensor *nn_attend(struct nn_tape *tape, struct nn_tensor *q, struct nn_tensor *k, struct nn_tensor *v,
                            const struct nn_attention *how, const float **weights);
// Pre-norm transformer layer: x + attend(LN x), then + MLP(LN x), MLP = linear, gelu, linear. Parameter ids come from
// nn_block_add(params, "prefix", width, hidden); x (groups*tokens, width).
struct nn_block {
    int ln1_gain, ln1_bias, qkv_weight, qkv_bias, out_weight, out_bias;
    int ln2_gain, ln2_bias, fc1_weight, fc1_bias, fc2_weight, fc2_bias;
};
int nn_block_add(struct nn_params *params, const char *prefix, int64_t width, int64_t hidden,
                 struct nn_block *block); // 0, or -1 when out of memory
struct nn_tensor *nn_block_forward(struct nn_tape *tape, const struct nn_block *block, struct nn_tensor *x,
                                   int64_t groups, int64_t tokens, int64_t heads, const uint8_t *mask, bool causal);

// ---- tokenizer -----------------------------------------------------------------------------------------------------
// CLIP's byte-pair encoding; without a merges file every byte is a token. Ids: 256 bytes, 256 bytes ending a word,
// merges, start, end.
struct nn_tokenizer;
int nn_tokenizer_create(const char *merges_path, struct nn_tokenizer **tokenizer,
                        struct facet_error *error); // NULL path: bytes; a .gz file is read as it is
void nn_tokenizer_destroy(struct nn_tokenizer *tokenizer);
int64_t nn_tokenizer_vocabulary(const struct nn_tokenizer *tokenizer);
// start, ids, end, then the end id repeated up to `context`; a longer text is cut and its last id is the end.
// *length counts from start to the first end.
int nn_tokenizer_encode(const struct nn_tokenizer *tokenizer, const char *text, int64_t context, int32_t *ids,
                        int64_t *length, struct facet_error *error);

#endif
