// Any bytes taken for a merges file: a tokenizer whose ids stay inside its vocabulary, or a sentence.
#include "file.h"
#include "nn/nn.h"

static void check(const struct nn_tokenizer *tokenizer) {
    enum { CONTEXT = 24 };
    struct facet_error error = {0};
    int32_t ids[CONTEXT];
    int64_t length;
    if (nn_tokenizer_encode(tokenizer, "a photo of an angry face, 3D!", CONTEXT, ids, &length, &error)) abort();
    if (length < 2 || length > CONTEXT) abort();
    for (int i = 0; i < CONTEXT; i++)
        if (ids[i] < 0 || ids[i] >= nn_tokenizer_vocabulary(tokenizer)) abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct facet_error error = {0};
    struct nn_tokenizer *tokenizer = NULL;
    const char *path = fuzz_file(data, size);
    if (!path) return 0;
    int code = nn_tokenizer_create(path, &tokenizer, &error);
    if (code ? !*error.text : !tokenizer) abort();
    if (!code) check(tokenizer);
    nn_tokenizer_destroy(tokenizer);
    return 0;
}
