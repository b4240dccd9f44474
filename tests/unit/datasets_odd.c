// Datasets as they really lie about: names in other cases, what desktops leave, roots one folder off, parts that do not fit
// together, and what is said of each.
#include "dataset_tree.h"

extern const struct facet_plugin facet_plugin_bu3dfe, facet_plugin_bosphorus, facet_plugin_bu4dfe, facet_plugin_bp4d,
    facet_plugin_coma, facet_plugin_vocaset, facet_plugin_d3dfacs, facet_plugin_facescape, facet_plugin_multiface,
    facet_plugin_frgc, facet_plugin_fourdme;

static char rows[4096];

// Opens below `below` of the root: what it says, rows and notes are kept.
static int open_below(const struct facet_plugin *plugin, const char *below, const char *more,
                      struct facet_error *error) {
    char given[512];
    snprintf(given, sizeof given, "root = \"%s/%s\"; %s", root, below, more);
    return open_with(plugin, given, rows, sizeof rows, error);
}

static void expect_rows(const struct facet_plugin *plugin, const char *more, const char *expected) {
    struct facet_error error = {0};
    if (open_below(plugin, "", more, &error)) fail_msg("%s: %s", plugin->name, error.text);
    assert_string_equal(rows, expected);
}

static void expect_note(const char *note) {
    if (!strstr(notes, note)) fail_msg("no \"%s\" in \"%s\"", note, notes);
}

static void expect_refusal(const struct facet_plugin *plugin, const char *below, const char *more, int code,
                           const char *sentence) {
    struct facet_error error = {0};
    assert_int_equal(open_below(plugin, below, more, &error), code);
    if (!strstr(error.text, sentence)) fail_msg("no \"%s\" in \"%s\"", sentence, error.text);
}

static void put_files(const char *const *files) {
    clear();
    for (; *files; files++) write_file(*files, "");
}

// Each dataset with every name in another case than its makers': the rows are those of the usual one.
static void names_in_another_case_are_the_same(void **state) {
    (void)state;
    static const struct {
        const struct facet_plugin *plugin;
        const char *usual, *other, *row;
    } all[] = {
        {&facet_plugin_bu3dfe, "F0001/F0001_AN01WH_F3D.wrl", "f0001/f0001_an01wh_f3d.WRL", "F0001|anger"},
        {&facet_plugin_bosphorus, "bs000/bs000_E_ANGER_0.bnt", "BS000/BS000_e_anger_0.BNT", "bs000|anger"},
        {&facet_plugin_bu4dfe, "F001/Angry/000.wrl", "f001/ANGRY/000.WRL", "F001|anger"},
        {&facet_plugin_bp4d, "F001/T1/0000.obj", "f001/t1/0000.OBJ", "F001|happiness"},
        {&facet_plugin_coma, "FaceTalk_1/mouth_up/mouth_up.000001.ply", "FaceTalk_1/Mouth_Up/Mouth_Up.000001.PLY",
         "FaceTalk_1|mouth_up"},
        {&facet_plugin_vocaset, "FaceTalk_1/sentence01/sentence01.000001.ply",
         "FaceTalk_1/Sentence01/Sentence01.000001.PLY", "FaceTalk_1|"},
        {&facet_plugin_d3dfacs, "Joe/1+2/1+2_175.ply", "Joe/1+2/1+2_175.PLY", "Joe|"},
        {&facet_plugin_facescape, "122/models_reg/1_neutral.obj", "122/Models_Reg/1_Neutral.OBJ", "122|neutral"},
        {&facet_plugin_multiface, "m--20180227--0000--6795937--GHS/tracked_mesh/E001_Neutral_Eyes_Open/000102.obj",
         "m--20180227--0000--6795937--GHS/Tracked_Mesh/E001_Neutral_Eyes_Open/000102.OBJ", "6795937|neutral"},
        {&facet_plugin_frgc, "nd1/02463d550.abs.gz", "nd1/02463D550.ABS.GZ", "02463|"},
        {&facet_plugin_fourdme, "7/c1/1.obj", "7/c1/1.OBJ", "7|"},
    };
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        char usual[4096];
        struct facet_error error = {0};
        put_files((const char *const[]){all[i].usual, NULL});
        if (open_below(all[i].plugin, "", "", &error)) fail_msg("%s: %s", all[i].usual, error.text);
        assert_memory_equal(rows, all[i].row, strlen(all[i].row));
        strcpy(usual, rows);
        put_files((const char *const[]){all[i].other, NULL});
        expect_rows(all[i].plugin, "", usual);
        put_files((const char *const[]){all[i].usual, all[i].other, NULL}); // one person, one scan
        expect_rows(all[i].plugin, "", usual);
        expect_note("1 scans are there more than once and one is used");
    }
}

static void what_desktops_leave_is_passed_over(void **state) {
    (void)state;
    put_files((const char *const[]){"BU/BU_3DFE/F0001/F0001_AN01WH_F3D.wrl", "BU/__MACOSX/F0001/F0001_AN02WH_F3D.wrl",
                                    "BU/BU_3DFE/F0001/._F0001_AN03WH_F3D.wrl", "BU/BU_3DFE/F0001/Thumbs.db",
                                    "BU/BU_3DFE/F0001/THUMBS.DB", "BU/@eaDir/F0001_AN04WH_F3D.wrl",
                                    "BU/$RECYCLE.BIN/F0001_DI01WH_F3D.wrl", NULL});
    expect_rows(&facet_plugin_bu3dfe, "complete = \"ignore\";", "F0001|anger||||0|0|-1--1--1\n");
}

static void a_root_that_is_off_is_told(void **state) {
    (void)state;
    put_files((const char *const[]){"DB/F001/Angry/000.wrl", "DB/F001/Angry/001.wrl", "other/notes.txt", NULL});
    expect_refusal(&facet_plugin_bu4dfe, "DB/F001", "", FACET_ERROR_DATA,
                   "DB/F001 holds no scan of BU-4DFE: a path like .../F001/Angry/000.wrl expected, and of 2 files none "
                   "is like it; root lies too deep, a folder above it is meant");
    expect_refusal(&facet_plugin_bu4dfe, "DB/F001/Angry", "", FACET_ERROR_DATA, "; root lies too deep");
    expect_refusal(&facet_plugin_bu4dfe, "other", "", FACET_ERROR_DATA, "and of 1 files none is like it");
    struct facet_error error = {0};
    assert_int_equal(open_below(&facet_plugin_bu4dfe, "other", "", &error), FACET_ERROR_DATA);
    assert_null(strstr(error.text, "too deep"));
    clear();
    expect_refusal(&facet_plugin_bu4dfe, "", "", FACET_ERROR_DATA,
                   "holds no file; a folder or archive with BU-4DFE expected");
    write_file("F001.zip", "PK");
    expect_refusal(&facet_plugin_bu4dfe, "", "", FACET_ERROR_DATA, "F001.zip: ends at byte 2");
    expect_refusal(&facet_plugin_bu4dfe, "gone", "", FACET_ERROR_IO, "gone");
    put_files((const char *const[]){"F0001_AN01WH_RAW.wrl", "F0001_AN02WH_RAW.wrl", NULL});
    expect_refusal(&facet_plugin_bu3dfe, "", "", FACET_ERROR_DATA,
                   "holds no scan of BU-3DFE of the kind \"F3D\", but 2 of another");
}

static void settings_that_fit_nothing_are_told(void **state) {
    (void)state;
    put_files((const char *const[]){"F0001_AN01WH_F3D.wrl", "F0001_NE00WH_F3D.wrl", NULL});
    expect_rows(&facet_plugin_bu3dfe, "labels = [ \"AM=anger\", \"NE=\" ]; subjects = [ \"F*\", \"F0101\" ];",
                "F0001|anger||||0|0|-1--1--1\n");
    expect_note("labels: \"AM=anger\" fits no scan; the codes are AN, NE\n");
    expect_note("subjects: nobody is called \"F0101\"; the first person is F0001\n");
    assert_null(strstr(notes, "NE="));
    expect_refusal(&facet_plugin_bu3dfe, "", "subjects = [ \"X*\" ];", FACET_ERROR_DATA,
                   "of the 2 scans of BU-3DFE the parameters leave none");
    expect_refusal(&facet_plugin_bu3dfe, "", "labels = [ \"*=\" , \"NE=\", \"AN=\" ];", FACET_ERROR_DATA,
                   "of the 2 scans of BU-3DFE the parameters leave none");
    expect_refusal(&facet_plugin_bu3dfe, "", "levels = [ 2.5 ];", FACET_ERROR_CONFIG, "levels: 2.5; whole numbers");
    expect_refusal(&facet_plugin_fourdme, "", "pattern = \"{clip}/*.obj\";", FACET_ERROR_CONFIG,
                   "pattern: \"{clip}/*.obj\" must have {subject} and {clip}");
}

static void more_than_all_of_a_dataset_is_told(void **state) {
    (void)state;
    clear();
    for (int i = 0; i < 42; i++) {
        char path[64];
        snprintf(path, sizeof path, "F%03d/T1/0.obj", i + 1);
        write_file(path, "");
    }
    struct facet_error error = {0};
    assert_int_equal(open_below(&facet_plugin_bp4d, "", "", &error), FACET_OK);
    expect_note("more than all of BP4D is there: 42 subjects, not 41\n");
}

static void tables_that_fit_no_scan_are_told(void **state) {
    (void)state;
    put_files((const char *const[]){"F001/T1/0.obj", "F001/T2/0.obj", NULL});
    expect_rows(&facet_plugin_bp4d, "", "F001|happiness||||0|0|-1--1--1\nF001|sadness||||1|0|-1--1--1\n");
    expect_note("there are no tables of action units (AU_OCC/F001_T1.csv): rows say nothing of what they hold\n");
    write_file("F001_T1.csv", "0,1\n0,1\n"); // as when the root is AU_OCC itself
    write_file("f009_t1.csv", "0,1\n0,1\n");
    expect_rows(&facet_plugin_bp4d, "", "F001|happiness||?1||0|0|-1--1--1\nF001|sadness||||1|0|-1--1--1\n");
    expect_note(
        "1 entries of tables of action units (AU_OCC/F001_T1.csv) are of scans that are not there: first F009 T1");
    expect_note("of 1 of 2 scans or sequences tables of action units (AU_OCC/F001_T1.csv) say nothing: first F001 T2");
    // Of a broken table nothing counts, and seven of them are not seven notes.
    for (int i = 1; i < 8; i++) {
        char path[64];
        snprintf(path, sizeof path, "AU_OCC/F001_T%d.csv", i);
        write_file(path, "0,1\n0,1\n1,5\n");
    }
    remove_file("F001_T1.csv");
    expect_rows(&facet_plugin_bp4d, "", "F001|happiness||||0|0|-1--1--1\nF001|sadness||||1|0|-1--1--1\n");
    expect_note("annotation not used: AU_OCC/F001_T5.csv:3: 0, 1 or 9 expected, not \"5\"\n");
    assert_null(strstr(notes, "F001_T6.csv"));
    expect_note("and 2 more annotations like these\n");
}

static void tables_of_spreadsheets_are_read_or_told(void **state) {
    (void)state;
    put_files((const char *const[]){"02463d550.abs", "02463d551.abs", NULL});
    write_file("labels.csv", "\xef\xbb\xbfscan,label\r\n02463d550,\"Contempt\"\r\n\r\n02463d551,BlankStare\r\n");
    expect_rows(&facet_plugin_frgc, "", "02463|contempt||||0|0|-1--1--1\n02463|BlankStare||||1|0|-1--1--1\n");
    expect_note("label \"BlankStare\" is not a word of the vocabulary; it stays as it is\n");
    write_file("labels.csv", "scan;label\n02463d550;anger\n");
    expect_rows(&facet_plugin_frgc, "", "02463|||||0|0|-1--1--1\n02463|||||1|0|-1--1--1\n");
    expect_note("annotation not used: labels.csv:1: its fields are separated by semicolons; commas expected");
    write_file("labels.csv", "scan,label\n2463,anger\n");
    expect_rows(&facet_plugin_frgc, "", "02463|||||0|0|-1--1--1\n02463|||||1|0|-1--1--1\n");
    expect_note("annotation not used: labels.csv:2: a scan such as 02463d550 expected, not \"2463\"");
}

static void the_root_may_name_the_tree_of_vocaset(void **state) {
    (void)state;
    put_files((const char *const[]){"registereddata/A/sentence01/sentence01.000001.ply",
                                    "unposedcleaneddata/A/sentence01/sentence01.000001.ply", NULL});
    expect_refusal(&facet_plugin_vocaset, "registereddata", "kind = \"unposed\";", FACET_ERROR_DATA,
                   "holds no scan of VOCASET of the kind \"unposed\", but 1 of another");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_in_another_case_are_the_same),
        cmocka_unit_test(what_desktops_leave_is_passed_over),
        cmocka_unit_test(a_root_that_is_off_is_told),
        cmocka_unit_test(settings_that_fit_nothing_are_told),
        cmocka_unit_test(more_than_all_of_a_dataset_is_told),
        cmocka_unit_test(tables_that_fit_no_scan_are_told),
        cmocka_unit_test(tables_of_spreadsheets_are_read_or_told),
        cmocka_unit_test(the_root_may_name_the_tree_of_vocaset),
    };
    return cmocka_run_group_tests(tests, make_root, remove_root);
}
