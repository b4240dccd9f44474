// What the names of files of the published datasets mean: trees of empty files, and the rows that are made of them.
#include "pipeline/items.h"
#include "pipeline/params.h"

#include <facet/plugin.h>

#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

extern const struct facet_plugin facet_plugin_bu3dfe, facet_plugin_bosphorus, facet_plugin_bu4dfe, facet_plugin_bp4d;

struct expected {
    const char *path;
    const char *row; // "subject label sequence frame intensity"; NULL: none is made
};

static void touch(const char *root, const char *path) {
    char whole[512];
    snprintf(whole, sizeof whole, "%s/%s", root, path);
    for (char *slash = strchr(whole + strlen(root) + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        if (mkdir(whole, 0700) != 0) assert_int_equal(errno, EEXIST);
        *slash = '/';
    }
    FILE *file = fopen(whole, "w");
    assert_non_null(file);
    assert_int_equal(fclose(file), 0);
}

static void describe(const struct facet_item *item, char text[256]) {
    snprintf(text, 256, "%s %s %d %d %.2f", item->subject, *item->label ? item->label : "-", (int)item->sequence,
             (int)item->frame, isnan(item->intensity) ? -1.0 : (double)item->intensity);
}

static void check_rows(const struct facet_items *items, const struct expected *expected) {
    int64_t rows = 0;
    for (const struct expected *e = expected; e->path; e++) {
        char found[256] = "none";
        for (int64_t i = 0; i < facet_items_count(items); i++) {
            struct facet_item item = facet_items_get(items, i);
            if (strcmp(item.path, e->path) == 0) describe(&item, found);
        }
        rows += e->row != NULL;
        if (strcmp(found, e->row ? e->row : "none") != 0) fail_msg("%s: %s", e->path, found);
    }
    assert_int_equal(facet_items_count(items), rows);
}

static void remove_tree(const char *root) {
    char remove[64];
    snprintf(remove, sizeof remove, "rm -r %s", root);
    assert_int_equal(system(remove), 0);
}

static void check(const struct facet_plugin *plugin, const char *more, const struct expected *expected) {
    char root[] = "/tmp/facet-names-XXXXXX", text[600];
    struct facet_params *params = NULL;
    struct facet_error error = {0};
    struct facet_field fields[FACET_MAX_FIELDS];
    struct facet_items *items = facet_items_create();
    int n_fields;
    void *self = NULL;
    assert_non_null(mkdtemp(root));
    for (const struct expected *e = expected; e->path; e++) touch(root, e->path);
    snprintf(text, sizeof text, "root = \"%s\"; max_vertices = 1; max_triangles = 1; %s", root, more);
    if (facet_params_from_text(plugin->params, text, &params, &error)) fail_msg("%s", error.text);
    assert_int_equal(facet_items_begin_dataset(items, plugin->name, &error), FACET_OK);
    if (plugin->source->open(params, 1, items, fields, &n_fields, &self, &error)) fail_msg("%s", error.text);
    check_rows(items, expected);
    plugin->source->close(self);
    facet_items_destroy(items);
    facet_params_destroy(params);
    remove_tree(root);
}

// A whole dataset, and then one without the file named last: `require` has nothing to say, and then names it.
static void check_whole(const struct facet_plugin *plugin, const char *more, const char *root, const char *missing) {
    char text[600];
    struct facet_params *params = NULL;
    struct facet_error error = {0};
    struct facet_field fields[FACET_MAX_FIELDS];
    int n_fields;
    snprintf(text, sizeof text, "root = \"%s\"; max_vertices = 1; max_triangles = 1; complete = \"require\"; %s", root,
             more);
    if (facet_params_from_text(plugin->params, text, &params, &error)) fail_msg("%s", error.text);
    struct facet_items *items = facet_items_create();
    void *self = NULL;
    int code = plugin->source->open(params, 1, items, fields, &n_fields, &self, &error);
    plugin->source->close(self);
    if (code != (missing ? FACET_ERROR_DATA : FACET_OK) || (missing && strcmp(error.text, missing) != 0))
        fail_msg("%s", error.text);
    for (int i = 0; i < facet_items_notes(items); i++) // a tree of scans alone
        assert_true(strstr(facet_items_note_text(items, i), "there are no tables of action units") ||
                    strstr(facet_items_note_text(items, i), "no scan has landmarks"));
    facet_items_destroy(items);
    facet_params_destroy(params);
}

static void touch_people(const char *root, int women, int men, const char *form, const char *const *scans) {
    for (int i = 0; i < women + men; i++)
        for (const char *const *scan = scans; *scan; scan++) {
            char person[16], path[128];
            snprintf(person, sizeof person, form, i < women ? 'F' : 'M', (i < women ? i : i - women) + 1);
            snprintf(path, sizeof path, *scan, person, person);
            touch(root, path);
        }
}

static void remove_file(const char *root, const char *path) {
    char whole[256];
    snprintf(whole, sizeof whole, "%s/%s", root, path);
    assert_int_equal(unlink(whole), 0);
}

static void whole_bu3dfe(void **state) {
    (void)state;
    char root[] = "/tmp/facet-names-XXXXXX", forms[25][40];
    const char *scans[26] = {NULL}, *const codes[] = {"AN", "DI", "FE", "HA", "SA", "SU"};
    for (int i = 0; i < 24; i++) snprintf(forms[i], sizeof *forms, "%%s/%%s_%s%02dWH_F3D.wrl", codes[i / 4], i % 4 + 1);
    snprintf(forms[24], sizeof *forms, "%%s/%%s_NE00WH_F3D.wrl");
    for (int i = 0; i < 25; i++) scans[i] = forms[i];
    assert_non_null(mkdtemp(root));
    touch_people(root, 56, 44, "%c%04d", scans);
    check_whole(&facet_plugin_bu3dfe, "", root, NULL);
    remove_file(root, "M0044/M0044_SU02WH_F3D.wrl");
    check_whole(&facet_plugin_bu3dfe, "", root, "1 of the 2500 scans of BU-3DFE are missing: M0044 SU02");
    check_whole(&facet_plugin_bu3dfe, "levels = [ 1.0, 3.0 ];", root, NULL);
    check_whole(&facet_plugin_bu3dfe, "levels = [ 2.0 ];", root,
                "1 of the 700 scans of BU-3DFE are missing: M0044 SU02");
    check_whole(&facet_plugin_bu3dfe, "subjects = [ \"F*\" ];", root, NULL);
    remove_tree(root);
}

static void whole_bu4dfe_and_bp4d(void **state) {
    (void)state;
    char root[] = "/tmp/facet-names-XXXXXX", tasks[] = "/tmp/facet-names-XXXXXX";
    static const char *const sequences[] = {"%s/Angry/000.wrl",
                                            "%s/Disgust/000.wrl",
                                            "%s/Fear/000.wrl",
                                            "%s/Happy/000.wrl",
                                            "%s/Sad/000.wrl",
                                            "%s/Surprise/000.wrl",
                                            NULL};
    static const char *const all_tasks[] = {"%s/T1/0.obj", "%s/T2/0.obj", "%s/T3/0.obj", "%s/T4/0.obj", "%s/T5/0.obj",
                                            "%s/T6/0.obj", "%s/T7/0.obj", "%s/T8/0.obj", NULL};
    assert_non_null(mkdtemp(root));
    touch_people(root, 58, 43, "%c%03d", sequences);
    check_whole(&facet_plugin_bu4dfe, "", root, NULL);
    remove_file(root, "F058/Sad/000.wrl");
    check_whole(&facet_plugin_bu4dfe, "", root, "1 of the 606 sequences of BU-4DFE are missing: F058 Sad");
    remove_tree(root);
    assert_non_null(mkdtemp(tasks));
    touch_people(tasks, 23, 18, "%c%03d", all_tasks);
    check_whole(&facet_plugin_bp4d, "", tasks, NULL);
    remove_file(tasks, "M018/T8/0.obj");
    check_whole(&facet_plugin_bp4d, "", tasks, "1 of the 328 sequences of BP4D are missing: M018 T8");
    check_whole(&facet_plugin_bp4d, "edition = \"BP4D+\";", tasks,
                "BP4D is not whole: only 41 of 140 subjects are there");
    remove_tree(tasks);
}

static void names_of_bu3dfe(void **state) {
    (void)state;
    static const struct expected names[] = {
        {"BU_3DFE/F0001/F0001_AN01WH_F3D.wrl", "F0001 anger 0 0 0.25"},
        {"BU_3DFE/F0001/F0001_NE00WH_F3D.wrl", "F0001 neutral 1 0 0.00"},
        {"BU_3DFE/F0056/F0056_DI02AE_F3D.WRL", "F0056 disgust 2 0 0.50"},
        {"M0044_SU04LA_F3D.wrl", "M0044 surprise 3 0 1.00"},
        {"F0001_AN01WH_RAW.wrl", NULL},
        {"F0001_AN01WH_F2D.bmp", NULL},
        {"F0001_AN05WH_F3D.wrl", NULL},
        {"F0001_AN00WH_F3D.wrl", NULL},
        {"F0001_NE01WH_F3D.wrl", NULL},
        {"F0001_XX01WH_F3D.wrl", NULL},
        {"F0001_AN01WH_F3D.txt", NULL},
        {"F0001_AN01WH_F3D", NULL},
        {"F0057_AN01WH_F3D.wrl", NULL},
        {"F0000_AN01WH_F3D.wrl", NULL},
        {"M0045_AN01WH_F3D.wrl", NULL},
        {"X0001_AN01WH_F3D.wrl", NULL},
        {"F001_AN01WH_F3D.wrl", NULL},
        {"F0001_AN01WH_F3Dx.wrl", NULL},
        {"BU_WrlViewer/F0002_AN01WH_F3D.wrl", NULL},
        {".Trash/F0003_AN01WH_F3D.wrl", NULL},
        {NULL, NULL},
    };
    check(&facet_plugin_bu3dfe, "", names);
}

static void names_of_bosphorus(void **state) {
    (void)state;
    static const struct expected names[] = {
        {"BosphorusDB/bs000/bs000_E_ANGER_0.bnt", "bs000 anger 0 0 -1.00"},
        {"BosphorusDB/bs000/bs000_E_HAPPY_0.bnt", "bs000 happiness 1 0 -1.00"},
        {"BosphorusDB/bs000/bs000_LFAU_12LW_0.bnt", "bs000 - 2 0 -1.00"},
        {"BosphorusDB/bs000/bs000_N_N_0.bnt", "bs000 neutral 3 0 -1.00"},
        {"BosphorusDB/bs000/bs000_N_N_1.bnt", "bs000 neutral 4 0 -1.00"},
        {"BosphorusDB/bs000/bs000_O_EYE_HAND_10.bnt", "bs000 - 5 0 -1.00"},
        {"bs104_E_FEAR_0.bnt", "bs104 fear 6 0 -1.00"},
        {"bs001_IGN_X_0.bnt", NULL},
        {"bs001_E_IGN_0.bnt", NULL},
        {"bs001_E_ANGER.bnt", NULL},
        {"bs001_E__0.bnt", NULL},
        {"bs001__ANGER_0.bnt", NULL},
        {"bs001_E_ANGER_x.bnt", NULL},
        {"bs01_E_ANGER_0.bnt", NULL},
        {"bs001.bnt", NULL},
        {"bs001_E_ANGER_0.lm2", NULL},
        {NULL, NULL},
    };
    check(&facet_plugin_bosphorus, "", names);
}

static void names_of_bu4dfe(void **state) {
    (void)state;
    static const struct expected names[] = {
        {"BU_4DFE/F001/Angry/000.wrl", "F001 anger 0 0 -1.00"},
        {"BU_4DFE/F001/Angry/125.wrl", "F001 anger 0 125 -1.00"},
        {"BU_4DFE/F001/Sad/9.wrl", "F001 sadness 1 9 -1.00"},
        {"BU_4DFE/F001/Sad/010.wrl", "F001 sadness 1 10 -1.00"},
        {"M043/happy/1.wrl", "M043 happiness 2 1 -1.00"},
        {"F059/Angry/000.wrl", NULL},
        {"M044/Angry/000.wrl", NULL},
        {"F001/Neutral/000.wrl", NULL},
        {"F001/Angry/a00.wrl", NULL},
        {"F001/000.wrl", NULL},
        {"F001/Angry/000.txt", NULL},
        {"BU_WrlViewer_V2/F001/Angry/000.wrl", NULL},
        {NULL, NULL},
    };
    check(&facet_plugin_bu4dfe, "", names);
}

static void names_of_bp4d(void **state) {
    (void)state;
    static const struct expected names[] = {
        {"Sequences(2D+3D)/F001/T1/0000.obj", "F001 happiness 0 0 -1.00"},
        {"Sequences(2D+3D)/F001/T1/12.obj", "F001 happiness 0 12 -1.00"},
        {"Sequences(2D+3D)/F001/T2/0001.obj", "F001 sadness 1 1 -1.00"},
        {"Sequences(2D+3D)/F001/T8/0001.obj", "F001 disgust 2 1 -1.00"},
        {"Sequences(2D+3D)/F001/T1/0000.jpg", NULL},
        {"Sequences(2D+3D)/F001/T1/x.obj", NULL},
        {"Sequences(2D+3D)/F001/TX/0000.obj", NULL},
        {"Sequences(2D+3D)/F01/T1/0000.obj", NULL},
        {"T1/0000.obj", NULL},
        {NULL, NULL},
    };
    check(&facet_plugin_bp4d, "", names);
    static const struct expected plus[] = {
        {"F001/T8/0000.obj", "F001 pain 1 0 -1.00"}, {"F001/T1/0000.obj", "F001 - 0 0 -1.00"}, {NULL, NULL}};
    check(&facet_plugin_bp4d, "edition = \"BP4D+\";", plus);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whole_bu3dfe),    cmocka_unit_test(whole_bu4dfe_and_bp4d),
        cmocka_unit_test(names_of_bu3dfe), cmocka_unit_test(names_of_bosphorus),
        cmocka_unit_test(names_of_bu4dfe), cmocka_unit_test(names_of_bp4d),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
