// The tables of docs/datasets.md say what the program does: words, their other spellings, and each dataset's codes.
#include "dataset/vocabulary.h"
#include "dataset_tree.h"

extern const struct facet_plugin facet_plugin_bu3dfe, facet_plugin_bosphorus, facet_plugin_bu4dfe, facet_plugin_bp4d,
    facet_plugin_coma, facet_plugin_facescape, facet_plugin_multiface, facet_plugin_fourdme;

// Of a scan: where %s stands, its code does. Codes that are there but in no line have no label.
static const struct {
    const struct facet_plugin *plugin;
    const char *prefix; // of the codes; left out of the path
    const char *form, *settings;
    int lines; // codes in the doc
    const char *other;
} datasets[] = {
    {&facet_plugin_bu3dfe, "", "F0001_%s01WH_F3D.wrl", "", 6, NULL}, // NE has no level
    {&facet_plugin_bu3dfe, "NE", "F0001_NE00WH_F3D.wrl", "", 1, NULL},
    {&facet_plugin_bosphorus, "", "bs000_%s_0.bnt", "", 7, "LFAU_12"},
    {&facet_plugin_bu4dfe, "", "F001/%s/000.wrl", "", 6, NULL},
    {&facet_plugin_bp4d, "", "F001/%s/0.obj", "", 8, "T9"},
    {&facet_plugin_bp4d, "plus-", "F001/%s/0.obj", "edition = \"BP4D+\";", 1, "plus-T1"},
    {&facet_plugin_coma, "", "A/%s/x.000001.ply", "", 12, NULL},
    {&facet_plugin_facescape, "", "models_reg/1_%s.obj", "", 4, "grin"},
    {&facet_plugin_multiface, "", "m--20180227--0000--1--GHS/tracked_mesh/%s/1.obj", "", 2, "E002_Smile"},
};

// The lines of the table below a heading, as they are; the caller frees them.
static char *table_below(const char *heading) {
    const char *source = getenv("FACET_SOURCE");
    char path[512], *text = calloc(1, 1 << 20);
    assert_non_null(source);
    assert_non_null(text);
    snprintf(path, sizeof path, "%s/docs/datasets.md", source);
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    assert_true(fread(text, 1, (1 << 20) - 1, file) > 0);
    fclose(file);
    char *begin = strstr(text, heading);
    assert_non_null(begin);
    begin += strlen(heading);
    char *end = strstr(begin, "\n\n"), *table = strndup(begin, (size_t)(end - begin));
    free(text);
    assert_non_null(table);
    return table;
}

static void words_are_those_of_the_vocabulary(void **state) {
    (void)state;
    char *table = table_below("| word | also written |\n|---|---|\n"), *rest = table, *line;
    size_t n = 0;
    for (; (line = strsep(&rest, "\n")); n++) {
        char word[64], also[128] = "", *others = also, *other;
        assert_true(sscanf(line, "| `%63[^`]` | %127[^|]", word, also) >= 1);
        assert_non_null(dataset_word_at(n));
        assert_string_equal(dataset_word_at(n), word);
        while ((other = strsep(&others, ", ")))
            if (*other && (!dataset_word(other) || strcmp(dataset_word(other), word) != 0))
                fail_msg("%s: %s", word, other);
    }
    assert_null(dataset_word_at(n));
    free(table);
}

static void expect_label(size_t d, const char *code, const char *label) {
    char path[256], text[1024], name[64], expected[96];
    struct facet_error error = {0};
    const char *star = strchr(code, '*');
    snprintf(name, sizeof name, "%.*s%s", (int)(star ? star - code : (int)strlen(code)), code, star ? "_x" : "");
    clear();
    snprintf(path, sizeof path, datasets[d].form, name + strlen(datasets[d].prefix));
    write_file(path, "");
    if (open_tree(datasets[d].plugin, datasets[d].settings, text, sizeof text, &error))
        fail_msg("%s: %s", path, error.text);
    const char *bar = strchr(text, '|');
    assert_non_null(bar);
    snprintf(expected, sizeof expected, "|%s|", label);
    if (strncmp(bar, expected, strlen(expected)) != 0) fail_msg("%s of %s: %s", code, datasets[d].plugin->name, text);
}

// Whether a code of the doc's line belongs to the entry.
static bool is_of(size_t d, const char *code) {
    size_t prefix = strlen(datasets[d].prefix);
    if (prefix > 0) return strncmp(code, datasets[d].prefix, prefix) == 0;
    return strncmp(code, "plus-", 5) != 0 && (datasets[d].plugin != &facet_plugin_bu3dfe || strcmp(code, "NE") != 0);
}

static void check_line(size_t d, const char *table) {
    char start[64], *rest, *pair, *line;
    snprintf(start, sizeof start, "| `%s` | ", datasets[d].plugin->name);
    const char *at = strstr(table, start);
    assert_non_null(at);
    at += strlen(start);
    line = rest = strndup(at, strcspn(at, "|"));
    assert_non_null(line);
    int n = 0;
    while ((pair = strsep(&rest, ","))) {
        char code[64], label[64];
        assert_int_equal(sscanf(pair, " %63s = %63s", code, label), 2);
        if (!is_of(d, code)) continue;
        expect_label(d, code, label);
        n++;
    }
    free(line);
    assert_int_equal(n, datasets[d].lines);
    if (datasets[d].other) expect_label(d, datasets[d].other, "");
}

static void codes_become_what_is_written(void **state) {
    (void)state;
    char *table = table_below("| dataset | code = label |\n|---|---|\n");
    for (size_t d = 0; d < sizeof datasets / sizeof *datasets; d++) check_line(d, table);
    free(table);
}

// Codes of 4DME come from its table.
static void classes_of_micro_expressions_become_what_is_written(void **state) {
    (void)state;
    char *table = table_below("| dataset | code = label |\n|---|---|\n"), *at = strstr(table, "| `4dme` | "),
         text[1024];
    assert_non_null(at);
    at += strlen("| `4dme` | ");
    at[strcspn(at, "|")] = '\0';
    for (char *pair; (pair = strsep(&at, ","));) {
        char code[64], label[64], clips[256], expected[96];
        struct facet_error error = {0};
        assert_int_equal(sscanf(pair, " %63s = %63s", code, label), 2);
        snprintf(clips, sizeof clips, "sub_ID,fold_name,Onset,Apex,Offset,AUs,Emotion\n1,c,1,2,3,4,%s\n", code);
        clear();
        write_file("t.csv", clips);
        write_file("1/c/1.obj", "");
        if (open_tree(&facet_plugin_fourdme, "table = \"t.csv\";", text, sizeof text, &error))
            fail_msg("%s", error.text);
        snprintf(expected, sizeof expected, "1|%s||", label);
        if (strncmp(text, expected, strlen(expected)) != 0) fail_msg("%s: %s", code, text);
    }
    free(table);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_are_those_of_the_vocabulary),
        cmocka_unit_test(codes_become_what_is_written),
        cmocka_unit_test(classes_of_micro_expressions_become_what_is_written),
    };
    return cmocka_run_group_tests(tests, make_root, remove_root);
}
