// What the names of published datasets say: a tree of empty files, and the rows that come of it.
#include "dataset_tree.h"

#include <math.h>

extern const struct facet_plugin facet_plugin_coma, facet_plugin_vocaset, facet_plugin_d3dfacs, facet_plugin_facescape,
    facet_plugin_multiface, facet_plugin_frgc, facet_plugin_fourdme;

static void check(const struct facet_plugin *plugin, const char *more, const char *const *files, const char *rows) {
    char text[4096];
    struct facet_error error = {0};
    clear();
    for (; *files; files++) write_file(*files, "");
    if (open_tree(plugin, more, text, sizeof text, &error)) fail_msg("%s", error.text);
    assert_string_equal(text, rows);
}

static void coma_is_person_expression_frame(void **state) {
    (void)state;
    static const char *const files[] = {"FaceTalk_1_TA/bareteeth/bareteeth.000001.ply",
                                        "FaceTalk_1_TA/bareteeth/bareteeth.000002.ply",
                                        "FaceTalk_1_TA/high_smile/7.ply",
                                        "FaceTalk_2_TA/mouth_up/mouth_up.000010.ply",
                                        "FaceTalk_2_TA/mouth_up/notes.txt",
                                        "FaceTalk_2_TA/mouth_up/mouth_up.ply",
                                        "FaceTalk_2_TA/dance/dance.000001.ply",
                                        "template.ply",
                                        NULL};
    check(&facet_plugin_coma, "", files,
          "FaceTalk_1_TA|bareteeth||||0|1|-1--1--1\nFaceTalk_1_TA|bareteeth||||0|2|-1--1--1\n"
          "FaceTalk_1_TA|smile||||1|7|-1--1--1\nFaceTalk_2_TA|mouth_up||||2|10|-1--1--1\n");
}

static void vocaset_has_its_own_split(void **state) {
    (void)state;
    static const char *const files[] = {"registereddata/FaceTalk_170725_00137_TA/sentence01/sentence01.000001.ply",
                                        "registereddata/FaceTalk_170811_03275_TA/sentence02/sentence02.000003.ply",
                                        "registereddata/FaceTalk_170731_00024_TA/sentence40/sentence40.000004.ply",
                                        "registereddata/FaceTalk_999999_00000_TA/sentence01/sentence01.000001.ply",
                                        "registereddata/FaceTalk_170725_00137_TA/sentence01/sentence02.000001.ply",
                                        "registereddata/FaceTalk_170725_00137_TA/sentence01/000001.ply",
                                        "unposedcleaneddata/FaceTalk_170725_00137_TA/sentence01/sentence01.000009.ply",
                                        "audio/FaceTalk_170725_00137_TA/sentence01.wav",
                                        NULL};
    check(&facet_plugin_vocaset, "", files,
          "FaceTalk_170725_00137_TA||||train|0|1|-1--1--1\nFaceTalk_170731_00024_TA||||test|1|4|-1--1--1\n"
          "FaceTalk_170811_03275_TA||||validation|2|3|-1--1--1\nFaceTalk_999999_00000_TA|||||3|1|-1--1--1\n");
    check(&facet_plugin_vocaset, "kind = \"unposed\"; train = [ ]; test = [ \"FaceTalk_170725_00137_TA\" ];", files,
          "FaceTalk_170725_00137_TA||||test|0|9|-1--1--1\n");
}

static void d3dfacs_folders_name_units(void **state) {
    (void)state;
    static const char *const files[] = {"Joe/1+2/1+2_175.ply",       "Joe/1+2/1+2_9.ply",
                                        "Joe/12L/12L_001.obj",       "Joe/12L/12L_001.bmp",
                                        "Ann/9+10+25/9+10+25_1.ply", "Ann/4 slow/4 slow_1.ply",
                                        "Ann/1+2/1+2.avi",           "Ann/1+2/2+1_4.ply",
                                        "Ann/viewer/viewer_1.ply",   NULL};
    check(&facet_plugin_d3dfacs, "", files,
          "Ann|||||0|1|-1--1--1\nAnn|||?????????11??????????????1||1|1|-1--1--1\n"
          "Joe|||?11||2|9|-1--1--1\nJoe|||?11||2|175|-1--1--1\nJoe|||????????????1||3|1|-1--1--1\n");
}

static void facescape_has_numbers_and_names(void **state) {
    (void)state;
    static const char *const files[] = {"122/models_reg/1_neutral.obj",
                                        "122/models_reg/2_smile.obj",
                                        "122/models_reg/14_sadness.obj",
                                        "122/models_reg/2_smile.jpg",
                                        "122/models_reg/2_smile.obj.mtl",
                                        "122/models_reg/3_smile.obj",
                                        "122/dpmap/1_neutral.png",
                                        "122/models_reg/21_wink.obj",
                                        "models_reg/7_4.obj",
                                        "models_reg/8_mouth-stretch.obj",
                                        NULL};
    check(&facet_plugin_facescape, "", files,
          "122|neutral||||0|0|-1--1--1\n122|sadness||||1|0|-1--1--1\n122|happiness||||2|0|-1--1--1\n"
          "3|happiness||||3|0|-1--1--1\n7|anger||||4|0|-1--1--1\n8|||||5|0|-1--1--1\n");
}

static void multiface_sessions_name_people(void **state) {
    (void)state;
#define SESSION "m--20180227--0000--6795937--GHS"
    static const char *const files[] = {SESSION "/tracked_mesh/E001_Neutral_Eyes_Open/000102.obj",
                                        SESSION "/tracked_mesh/E001_Neutral_Eyes_Open/000105.obj",
                                        SESSION "/tracked_mesh/E001_Neutral_Eyes_Open/000105.bin",
                                        SESSION "/tracked_mesh/E001_Neutral_Eyes_Open/000105_transform.txt",
                                        SESSION "/tracked_mesh/SEN_youre_boiling_milk_aint_you/000003.obj",
                                        SESSION "/unwrapped_uv_1024/E001_Neutral_Eyes_Open/400002/000102.png",
                                        SESSION "/vert_mean.bin",
                                        "m--2018--0000--1--GHS/tracked_mesh/E002_Swallow/000001.obj",
                                        "m--20180228--0000--002539136--GHS/tracked_mesh/E002_Swallow/000001.obj",
                                        NULL};
#undef SESSION
    check(&facet_plugin_multiface, "", files,
          "002539136|||||0|1|-1--1--1\n6795937|neutral||||1|102|-1--1--1\n6795937|neutral||||1|105|-1--1--1\n"
          "6795937|||||2|3|-1--1--1\n");
}

static void frgc_names_say_who(void **state) {
    (void)state;
    static const char *const files[] = {
        "nd1/Fall2003range/02463d550.abs.gz",          "nd1/Fall2003range/02463d552.abs",
        "nd1/Fall2003range/02463d551.ppm.gz",          "nd1/Spring2004range/04200d74.abs.gz",
        "nd1/Spring2004range/copy of 04200d74.abs.gz", NULL};
    check(&facet_plugin_frgc, "", files, "02463|||||0|0|-1--1--1\n02463|||||1|0|-1--1--1\n04200|||||2|0|-1--1--1\n");
    write_file("labels.csv", "session,scan,label\nx,02463d552,Happy\nx,04200d74,BlankStare\n");
    char text[1024];
    struct facet_error error = {0};
    if (open_tree(&facet_plugin_frgc, "labels = [ \"BlankStare=neutral\" ];", text, sizeof text, &error))
        fail_msg("%s", error.text);
    assert_string_equal(text,
                        "02463|||||0|0|-1--1--1\n02463|happiness||||1|0|-1--1--1\n04200|neutral||||2|0|-1--1--1\n");
    write_file("labels.csv", "scan,label\nd5\n");
    assert_int_equal(open_tree(&facet_plugin_frgc, "", text, sizeof text, &error), FACET_OK);
    assert_non_null(strstr(notes, "labels.csv:2: 1 fields, but the header has 2"));
}

#define HEAD "sub_ID,fold_name,Onset,Apex,Offset,AUs,Emotion,AU1,AU4,AU7,Surprise\n"

static void fourdme_is_told_by_its_table(void **state) {
    (void)state;
    static const char *const files[] = {"007/c1/0001.obj", "007/c1/0002.obj", "8/c2/5.ply",
                                        "8/c2/5.txt",      "8/c9/1.obj",      NULL};
    char text[2048];
    struct facet_error error = {0};
    const char *table = "table = \"clips.csv\";";
    clear();
    for (int i = 0; files[i]; i++) write_file(files[i], "");
    write_file("clips.csv", HEAD "7,c1,1,2,3.0,AU4+7(k),Repression/negative,0,1,1,0\n8,c2,,,,1,,1,0,?,1\n,,,,,,,,,,\n");
    if (open_tree(&facet_plugin_fourdme, table, text, sizeof text, &error)) fail_msg("%s", error.text);
    assert_string_equal(
        text, "7|negative|negative+repression|?0??1||0|1|1-2-3\n7|negative|negative+repression|?0??1||0|2|1-2-3\n"
              "8|surprise||?1??0||1|5|-1--1--1\n8|||||2|1|-1--1--1\n");
    if (open_tree(&facet_plugin_fourdme, "table = \"clips.csv\"; pattern = \"c{clip}/{frame}.ply\"; ", text,
                  sizeof text, &error) == FACET_OK)
        fail_msg("a pattern without a person is no pattern");
    write_file("clips.csv", HEAD "7,c1,x,2,3,,,,,,\n");
    assert_int_equal(open_tree(&facet_plugin_fourdme, table, text, sizeof text, &error), FACET_OK);
    assert_non_null(strstr(notes, "clips.csv:2: Onset is \"x\", a frame expected"));
    write_file("clips.csv", HEAD "7,c1,1,2,3,smile,,,,,\n");
    assert_int_equal(open_tree(&facet_plugin_fourdme, table, text, sizeof text, &error), FACET_OK);
    assert_non_null(strstr(notes, "clips.csv:2: AUs is \"smile\", action units such as 4+7(k) expected"));
    write_file("clips.csv", "sub_ID,Onset\n");
    assert_int_equal(open_tree(&facet_plugin_fourdme, table, text, sizeof text, &error), FACET_OK);
    assert_non_null(strstr(notes, "clips.csv:1: no column fold_name"));
}

// 150 clips; the units of rows 144 and 145 stand in each other's place, unless the switch says that they do not.
static void fourdme_rows_are_swapped_back(void **state) {
    (void)state;
    char rows[16384] = HEAD, text[2048], *to = rows + strlen(rows);
    struct facet_error error = {0};
    clear();
    for (int i = 0; i < 150; i++)
        to += sprintf(to, "%d,c,1,2,3,%d,Others,,,,\n", i + 1, i == 144 ? 4 : i == 145 ? 7 : 1);
    write_file("145/c/1.obj", "");
    write_file("146/c/1.obj", "");
    write_file("147/c/1.obj", "");
    write_file("clips.csv", rows);
    if (open_tree(&facet_plugin_fourdme, "table = \"clips.csv\";", text, sizeof text, &error))
        fail_msg("%s", error.text);
    assert_string_equal(text,
                        "145|other||???????1||0|1|1-2-3\n146|other||????1||1|1|1-2-3\n147|other||?1||2|1|1-2-3\n");
    if (open_tree(&facet_plugin_fourdme, "table = \"clips.csv\"; swapped_rows = false;", text, sizeof text, &error))
        fail_msg("%s", error.text);
    assert_string_equal(text,
                        "145|other||????1||0|1|1-2-3\n146|other||???????1||1|1|1-2-3\n147|other||?1||2|1|1-2-3\n");
}

// What is not there is told; frames in steps of three are no gaps.
static void what_is_missing_is_told(void **state) {
    (void)state;
    char text[4096];
    struct facet_error error = {0};
    clear();
    write_file("FaceTalk_1_TA/bareteeth/bareteeth.000001.ply", "");
    if (open_tree(&facet_plugin_coma, "", text, sizeof text, &error)) fail_msg("%s", error.text);
    assert_string_equal(
        notes, "set: CoMA is not whole: only 1 of 12 subjects, 1 of 144 sequences, 1 of 20466 scans are there\n");
    clear();
    write_file("m--20180227--0000--6795937--GHS/tracked_mesh/E002_Swallow/000102.obj", "");
    write_file("m--20180227--0000--6795937--GHS/tracked_mesh/E002_Swallow/000105.obj", "");
    if (open_tree(&facet_plugin_multiface, "", text, sizeof text, &error)) fail_msg("%s", error.text);
    assert_string_equal(notes, "set: Multiface is not whole: only 1 of 13 subjects are there\n");
    clear();
    write_file("9/models_reg/1_neutral.obj", "");
    assert_int_equal(open_tree(&facet_plugin_facescape, "complete = \"require\";", text, sizeof text, &error),
                     FACET_ERROR_DATA);
    assert_string_equal(error.text,
                        "16939 of the 16940 scans of FaceScape are missing: 1 neutral, 1 smile, 1 mouth_stretch, ...");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(coma_is_person_expression_frame), cmocka_unit_test(vocaset_has_its_own_split),
        cmocka_unit_test(d3dfacs_folders_name_units),      cmocka_unit_test(facescape_has_numbers_and_names),
        cmocka_unit_test(multiface_sessions_name_people),  cmocka_unit_test(frgc_names_say_who),
        cmocka_unit_test(fourdme_is_told_by_its_table),    cmocka_unit_test(fourdme_rows_are_swapped_back),
        cmocka_unit_test(what_is_missing_is_told),
    };
    return cmocka_run_group_tests(tests, make_root, remove_root);
}
