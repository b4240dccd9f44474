// The counter-based generator: published vectors, permutations, moments.
#include <facet/random.h>

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

// Known answers of Philox4x32-10 from the Random123 distribution's kat_vectors: zero key and counter.
static void gives_the_published_vector(void **state) {
    (void)state;
    uint32_t out[4];
    facet_random_block(0, 0, 0, 0, out);
    const uint32_t expected[4] = {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8};
    assert_memory_equal(out, expected, sizeof expected);
}

static void permutations_hold_every_index_once(void **state) {
    (void)state;
    int64_t order[100];
    char seen[100] = {0};
    facet_random_permutation(7, 3, 100, order);
    for (int i = 0; i < 100; i++) seen[order[i]]++;
    for (int i = 0; i < 100; i++) assert_int_equal(seen[i], 1);
}

static void normals_have_mean_zero_and_deviation_one(void **state) {
    (void)state;
    double sum = 0, squares = 0;
    enum { N = 20000 };
    for (uint32_t i = 0; i < N; i++) {
        double x = facet_random_normal(11, i, 0, 0);
        sum += x, squares += x * x;
    }
    assert_true(fabs(sum / N) < 0.03);
    assert_true(fabs(squares / N - 1) < 0.05);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gives_the_published_vector),
        cmocka_unit_test(permutations_hold_every_index_once),
        cmocka_unit_test(normals_have_mean_zero_and_deviation_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
