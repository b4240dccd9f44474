// The report's page from made-up results: what it says, what it leaves out, and that text from outside stays text.
#include "pipeline/items.h"
#include "report/page.h"

#include <ctype.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define EVIL "<script>alert('x')</script>&\"\xff"

// Two classes, one fold tested on a dataset it has seen and on one it has not.
#define SCORE(subjects, value, low, high)                                                                              \
    "\"n\":40,\"subjects\":" subjects                                                                                  \
    ",\"accuracy\":{\"value\":0.5,\"low\":0.4,\"high\":0.6},\"uar\":{\"value\":" value ",\"low\":" low                 \
    ",\"high\":" high "},\"macro_f1\":{\"value\":0.5,\"low\":null,\"high\":null},\"ece\":null,"                        \
    "\"confusion\":[[4,1],[2,3]]"
static const char *const metrics_json =
    "{\"format\":1,\"classes\":[\"fear\",\"joy\"],\"bootstrap\":{\"resamples\":1000},"
    "\"split_proof\":{\"subject_disjoint\":true,\"folds\":1,\"subjects\":5},\"set_aside\":3,"
    "\"folds\":[{\"name\":\"without <lab>\",\"trained_on\":[\"a&b\",\"wild\"],\"train\":{\"rows\":20,\"subjects\":7},"
    "\"validation\":{\"rows\":0,\"subjects\":0},\"test\":{\"rows\":10,\"subjects\":5}}],"
    "\"cells\":["
    "{\"fold\":0,\"dataset\":\"<lab>\",\"within\":false,\"method\":\"model\"," SCORE(
        "5", "0.6125", "0.5",
        "0.7") "},"
               "{\"fold\":0,\"dataset\":\"<lab>\",\"within\":false,\"method\":\"baseline\"," SCORE(
                   "5", "0.55", "0.45",
                   "0.65") "},"
                           "{\"fold\":0,\"dataset\":\"wild\",\"within\":true,\"method\":\"model\"," SCORE(
                               "5", "0.75", "null",
                               "null") "}],"
                                       "\"pooled\":[{\"within\":false,\"method\":\"model\"," SCORE(
                                           "12", "0.6125", "0.5",
                                           "0.7") "}],"
                                                  "\"differences\":[{\"fold\":0,\"dataset\":\"<lab>\",\"within\":false,"
                                                  "\"uar\":{\"value\":0.064,\"low\":0.02,\"high\":0.1,\"p\":0.25}},"
                                                  "{\"fold\":null,\"dataset\":null,\"within\":false,\"uar\":{\"value\":"
                                                  "-0.2,\"low\":-0.3,\"high\":-0.1,\"p\":0.0001}}]}";

static void add_item(struct facet_items *items, const char *subject, const char *label) {
    struct facet_item item = {.subject = subject, .label = label, .path = EVIL, .licence = ""};
    assert_int_equal(facet_items_add(items, &item, NULL), FACET_OK);
}

static struct facet_items *make_items(void) {
    struct facet_items *items = facet_items_create();
    assert_non_null(items);
    assert_int_equal(facet_items_begin_dataset(items, "lab<i>", NULL), FACET_OK);
    add_item(items, "S1", "fear");
    add_item(items, "S1", "joy" EVIL);
    add_item(items, "S2", "");
    add_item(items, EVIL, "fear");
    return items;
}

static struct report_data bare(const struct facet_items *items) {
    static const uint8_t valid[4] = {1, 1, 1, 0};
    static char nothing[] = "";
    struct report_data data = {.items = items, .valid = valid};
    for (int i = 0; i < REPORT_FACTS; i++) data.facts[i] = nothing;
    return data;
}

// Every tag that opens is closed by its own name; attributes' quotes match. `p` and the like are always closed here.
static void check_markup(const char *text) {
    static const char *const lone[] = {"meta", "br", "img", "!doctype", "line", "circle", "path"};
    char open[64][24];
    int depth = 0;
    for (const char *at = strchr(text, '<'); at; at = strchr(at + 1, '<')) {
        char name[24] = "";
        bool closes = at[1] == '/', single = false;
        sscanf(at + 1 + closes, "%23[!a-z0-9]", name);
        const char *end = at;
        for (bool quoted = false; *end && (quoted || *end != '>'); end++) quoted ^= *end == '"';
        assert_true(*name && *end == '>');
        for (size_t i = 0; i < sizeof lone / sizeof *lone; i++) single = single || strcmp(name, lone[i]) == 0;
        if (closes) {
            assert_true(depth > 0);
            assert_string_equal(open[--depth], name);
        } else if (!single) {
            assert_true(depth < 64);
            strcpy(open[depth++], name);
        }
        at = end;
    }
    assert_int_equal(depth, 0);
}

static char *page_of(const struct report_data *data) {
    struct html html = {0};
    struct facet_error error = {0};
    page_write(&html, data);
    assert_int_equal(html_status(&html, &error), FACET_OK);
    check_markup(html.text);
    assert_null(strstr(html.text, "<script"));
    assert_null(strstr(html.text, "http")); // nothing is fetched
    assert_null(strstr(html.text, "nan"));  // what is no number is left out
    return html.text;
}

static void text_is_shown_not_obeyed(void **state) {
    (void)state;
    struct html html = {0};
    html_element(&html, "td class=number", "a<b>&\"'\n\x01\x80\xc3\xa9\xe2\x82\xac\xed\xa0\x80\xf0\x9f\x98\x80");
    assert_string_equal(html.text, "<td class=number>a&lt;b&gt;&amp;&quot;&#39;\n"
                                   "\xef\xbf\xbd\xef\xbf\xbd\xc3\xa9\xe2\x82\xac"
                                   "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xf0\x9f\x98\x80</td>");
    html_free(&html);
    html_text(&html, "cut \xe2\x82");
    assert_string_equal(html.text, "cut \xef\xbf\xbd\xef\xbf\xbd");
    html_free(&html);
}

static void a_run_without_results_has_a_page(void **state) {
    (void)state;
    struct facet_items *items = make_items();
    struct report_data data = bare(items);
    char *text = page_of(&data);
    assert_non_null(strstr(text, "4 scans of 3 subjects in 1 dataset, 2 expressions"));
    assert_non_null(strstr(text, "lab&lt;i&gt;"));
    assert_non_null(strstr(text, "No scan was set aside."));
    const char *const sections[] = {"result", "domains", "confusion", "mistakes", "attention", "training", "folds"};
    for (size_t i = 0; i < sizeof sections / sizeof *sections; i++) {
        char id[32], link[32];
        snprintf(id, sizeof id, "id=%s>", sections[i]);
        snprintf(link, sizeof link, "#%s\"", sections[i]);
        assert_null(strstr(text, id));
        assert_null(strstr(text, link));
    }
    free(text);
    facet_items_destroy(items);
}

static void numbers_are_read_and_shown(void **state) {
    (void)state;
    struct facet_items *items = make_items();
    struct report_data data = bare(items);
    struct facet_error error = {0};
    if (report_metrics_read(metrics_json, &data.metrics, &error)) fail_msg("%s", error.text);
    assert_int_equal(data.metrics.n_cells, 2);
    assert_true(data.metrics.cells[0].compared && data.metrics.pooled[0].compared);
    assert_false(data.metrics.cells[1].compared);
    assert_false(data.metrics.cells[1].scores[REPORT_BASELINE].present);
    assert_true(isnan(data.metrics.cells[1].scores[REPORT_MODEL].uar.low));
    char *text = page_of(&data);
    const char *const said[] = {"<b class=model>61.3 %</b>",
                                "50.0 to 70.0",
                                "Guessing gives 50.0&nbsp;%",
                                "20.0 points below the baseline (95&nbsp;% interval −30.0 to −10.0, "
                                "p&nbsp;&lt;&nbsp;0.001): more than the choice of subjects explains.",
                                "<span class=soft>+6.4</span>", // five subjects conclude nothing
                                "p&nbsp;=&nbsp;0.250",
                                "trained on a&amp;b, wild",
                                "Across datasets</h2>",
                                "without &lt;lab&gt;",
                                "<td class=number>20 <span class=range>of 7</span></td>",
                                "No fold was tested on a subject it was trained on",
                                "3 scans dealt to a fold could not be tested",
                                ">80<small>4</small>"};
    for (size_t i = 0; i < sizeof said / sizeof *said; i++)
        if (!strstr(text, said[i])) fail_msg("the page does not say: %s", said[i]);
    free(text);
    report_metrics_free(&data.metrics);
    facet_items_destroy(items);
}

// A proof that was not made must not be claimed.
static void no_proof_no_claim(void **state) {
    (void)state;
    struct facet_items *items = make_items();
    struct report_data data = bare(items);
    char *json = strdup(metrics_json), *proof = strstr(json, "subject_disjoint\":true");
    assert_non_null(proof);
    memcpy(proof, "subject_disjoint\":null", strlen("subject_disjoint\":null"));
    assert_int_equal(report_metrics_read(json, &data.metrics, NULL), FACET_OK);
    char *text = page_of(&data);
    assert_null(strstr(text, "No fold was tested on"));
    free(text);
    free(json);
    report_metrics_free(&data.metrics);
    facet_items_destroy(items);
}

static void broken_metrics_are_refused(void **state) {
    (void)state;
    const char *const cases[][2] = {
        {"{", "no JSON"},
        {"{}", "classes"},
        {"{\"classes\":[1]}", "no name"},
        {"{\"classes\":[\"a\"],\"cells\":[{\"method\":\"guess\"}]}", "method"},
        {"{\"classes\":[\"a\"],\"cells\":[{\"method\":\"model\"}]}", "uar"},
        {"{\"classes\":[\"a\"],\"cells\":[{\"method\":\"model\",\"uar\":{},\"confusion\":[]}]}", "one line a class"},
        {"{\"classes\":[\"a\"],\"cells\":[{\"method\":\"model\",\"uar\":{},\"confusion\":[[]]}]}", "one number"},
        {"{\"classes\":[\"a\"],\"cells\":[{\"method\":\"model\",\"uar\":{},\"confusion\":[[1]]},"
         "{\"method\":\"model\",\"uar\":{},\"confusion\":[[1]]}]}",
         "two cells"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct report_metrics metrics;
        struct facet_error error = {0};
        assert_int_equal(report_metrics_read(cases[i][0], &metrics, &error), FACET_ERROR_DATA);
        if (!strstr(error.text, cases[i][1])) fail_msg("%s", error.text);
        report_metrics_free(&metrics);
    }
}

static void curves_leave_gaps_and_keep_in_their_panel(void **state) {
    (void)state;
    struct facet_items *items = make_items();
    struct report_data data = bare(items);
    float values[2][3][2] = {{{3, 0.5F}, {2, NAN}, {1, 1}}, {{5, 0}, {INFINITY, 0}, {4, 0}}};
    char total[] = "total", accuracy[] = "train_accuracy", name[] = "f<0>", *columns[] = {total, accuracy};
    char *folds[] = {name};
    data.curves = (struct report_curves){{FACET_F32, 3, {2, 3, 2}, values}, columns, 2};
    data.folds = folds, data.n_folds = 1;
    char *text = page_of(&data);
    assert_non_null(strstr(text, "f&lt;0&gt;"));
    assert_non_null(strstr(text, ">fold 1</span>")); // one that has no name
    assert_null(strstr(text, "inf"));
    assert_non_null(strstr(text, "Accuracy on training scans"));
    for (const char *at = strstr(text, " d=\""); at; at = strstr(at + 1, " d=\""))
        for (const char *point = at + 4; *point != '"'; point++) {
            double x, y;
            if (sscanf(point, "%*1[ML]%lf %lf", &x, &y) != 2) continue;
            assert_true(x >= 0 && x <= 330 && y >= 0 && y <= 190);
        }
    free(text);
    facet_items_destroy(items);
}

static void rows_set_aside_are_counted_by_reason(void **state) {
    (void)state;
    struct facet_items *items = make_items();
    struct report_data data = bare(items);
    struct quality_dataset dataset = {.found = 4, .used = 3};
    struct report_quality *quality = &data.quality;
    quality->n_datasets = quality->reasons.datasets = 1, quality->datasets = &dataset;
    quality->n_set_aside = 30, quality->n_first = QUALITY_FIRST;
    quality->n_noted = 2, quality->n_first_noted = 2;
    for (int i = 0; i < 2; i++) quality->noted[i] = (struct facet_quarantine_entry){3, "source", "FACET_NOTED", EVIL};
    for (int i = 0; i < 30; i++) {
        struct facet_quarantine_entry entry = {3, "render", i % 3 ? "DATA" : "IO", EVIL};
        if (i < QUALITY_FIRST) quality->first[i] = entry;
        assert_int_equal(reasons_add(&quality->reasons, &entry, EVIL, 0, NULL), FACET_OK);
    }
    assert_int_equal(reasons_finish(&quality->reasons, NULL), FACET_OK);
    struct facet_stage_record record = {"train" EVIL, EVIL, "1", EVIL, "abc", 1.5, 4, 30, 2.0, 0.82, 0.125, NULL};
    data.records = &record, data.n_records = 1;
    char evil[] = EVIL;
    for (int i = 0; i < REPORT_FACTS; i++) data.facts[i] = evil;
    data.model = json_pack("{s:s, s:[s], s:i}", "<key>", "<value>", "templates", "a <b> {}", "views", 3);
    assert_non_null(data.model);
    char *text = page_of(&data);
    assert_non_null(strstr(text, "30 of 4 scans"));
    assert_non_null(strstr(text, "<td class=number>4</td><td class=number>3</td><td class=number>1</td>"));
    char *data_line = strstr(text, "<td>DATA</td>"), *io_line = strstr(text, "<td>IO</td>");
    assert_true(data_line && io_line && data_line < io_line); // most scans first
    assert_int_equal(strncmp(strstr(data_line, "<td class=number>"), "<td class=number>20</td>", 24), 0);
    assert_int_equal(strncmp(strstr(io_line, "<td class=number>"), "<td class=number>10</td>", 24), 0);
    assert_non_null(strstr(text, "The first 20"));
    assert_non_null(strstr(text, "2 of 4 scans were kept though"));
    assert_non_null(strstr(text, "All 2 that were kept without something"));
    assert_non_null(strstr(text, ">82 %</td><td class=number>0.1250</td><td class=number>30</td>"));
    assert_non_null(strstr(text, "&lt;key&gt;</dt><dd>&lt;value&gt;"));
    free(text);
    reasons_free(&quality->reasons);
    json_decref(data.model);
    facet_items_destroy(items);
}

static void pictures_and_attention_are_laid_out(void **state) {
    (void)state;
    struct facet_items *items = make_items();
    struct report_data data = bare(items);
    char file[] = "pictures/a.png", heading[] = EVIL, first[] = "fear", none[] = "", *captions[] = {first, none};
    struct report_strip strip = {file, heading, captions, 2};
    double weight[4] = {0.25, 0.75, 0, 0};
    int64_t rows[2] = {7, 0};
    data.expressions = (struct report_sheet){"note", &strip, 1};
    data.attention = (struct report_attention){2, 2, weight, rows, NULL};
    char *text = page_of(&data);
    assert_non_null(strstr(text, "<img src=\"pictures/a.png\""));
    assert_non_null(strstr(text, "repeat(2,1fr)"));
    assert_non_null(strstr(text, ">75.0</td>"));
    assert_non_null(strstr(text, "50.0 would be no preference"));
    assert_non_null(strstr(text, "<td class=none>–</td>"));
    free(text);
    facet_items_destroy(items);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_is_shown_not_obeyed),
        cmocka_unit_test(a_run_without_results_has_a_page),
        cmocka_unit_test(numbers_are_read_and_shown),
        cmocka_unit_test(no_proof_no_claim),
        cmocka_unit_test(broken_metrics_are_refused),
        cmocka_unit_test(curves_leave_gaps_and_keep_in_their_panel),
        cmocka_unit_test(rows_set_aside_are_counted_by_reason),
        cmocka_unit_test(pictures_and_attention_are_laid_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
