// Patterns of paths.
#include "fourdme/pattern.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void is(const struct pattern_span *span, const char *text) {
    assert_int_equal(span->at ? span->length : 0, strlen(text));
    assert_memory_equal(span->at ? span->at : "", text, strlen(text));
}

static void spans_are_found(void **state) {
    (void)state;
    struct pattern_match m;
    assert_true(pattern_matches("{subject}/{clip}/{frame}.*", "4D/sub3/clip_2/0007.obj", &m));
    is(&m.subject, "sub3"), is(&m.clip, "clip_2"), is(&m.frame, "0007");
    assert_true(pattern_matches("s{subject}_{clip}_{frame}.ply", "s12_a_b_9.ply", &m));
    is(&m.subject, "12"), is(&m.clip, "a_b"), is(&m.frame, "9");
    assert_true(pattern_matches("{subject}/*/{clip}.obj", "x/7/any/c.obj", &m));
    is(&m.subject, "7"), is(&m.clip, "c"), is(&m.frame, "");
    assert_false(pattern_matches("{subject}/{clip}/{frame}.obj", "s/c/x1.obj", &m));
    assert_false(pattern_matches("{subject}/{clip}/{frame}.obj", "c/1.obj", &m));
    assert_false(pattern_matches("{subject}/{clip}/{frame}.obj", "s/c/1.obj.mtl", &m));
    assert_false(pattern_matches("{subject}/{clip}", "", &m));
    assert_false(pattern_matches("*a*a*a*a*a*a*a*a*a*b", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", &m));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(spans_are_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
