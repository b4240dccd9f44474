// A plugin's citation taken apart.
#include "pipeline/citation.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void papers_are_parted_by_semicolons(void **state) {
    (void)state;
    const char *at = "FACET-VLM, arXiv:2507.01673, 2025; AdamW: Loshchilov & Hutter, ICLR 2019; Nobody, doi:10.1/x";
    struct facet_paper paper;
    assert_true(facet_next_paper(&at, &paper));
    assert_string_equal(paper.text, "FACET-VLM, arXiv:2507.01673, 2025");
    assert_string_equal(paper.arxiv, "2507.01673");
    assert_string_equal(paper.year, "2025");
    assert_string_equal(paper.url, "https://arxiv.org/abs/2507.01673");
    assert_true(facet_next_paper(&at, &paper));
    assert_string_equal(paper.text, "AdamW: Loshchilov & Hutter, ICLR 2019");
    assert_string_equal(paper.year, "2019");
    assert_string_equal(paper.url, "");
    assert_true(facet_next_paper(&at, &paper));
    assert_string_equal(paper.url, "https://doi.org/10.1/x");
    assert_string_equal(paper.year, "");
    assert_false(facet_next_paper(&at, &paper));
}

static void no_citation_has_no_papers(void **state) {
    (void)state;
    struct facet_paper paper;
    const char *none = NULL, *empty = "";
    assert_false(facet_next_paper(&none, &paper));
    assert_false(facet_next_paper(&empty, &paper));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(papers_are_parted_by_semicolons),
        cmocka_unit_test(no_citation_has_no_papers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
