// A scan of a published dataset as it is loaded: its mesh, landmarks under our names, and a colour a vertex.
#include "layouts/layouts.h"
#include "pipeline/block.h"
#include "pipeline/items.h"
#include "pipeline/params.h"

#include <facet/landmark.h>
#include <facet/plugin.h>

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

extern const struct facet_plugin facet_plugin_bu3dfe, facet_plugin_bosphorus, facet_plugin_bu4dfe;

enum { VERTICES, TRIANGLES, LANDMARKS, COLOURS };

struct loaded {
    char root[40];
    const struct facet_source_ops *ops;
    struct facet_params *params;
    struct facet_items *items;
    void *self;
    struct facet_block *block;
    struct layout_face face;
};

static void write_file(struct loaded *l, const char *path) {
    char whole[256];
    snprintf(whole, sizeof whole, "%s/%s", l->root, path);
    layout_write(whole, &l->face, NULL);
}

// Files are written as given, NULL-terminated; the first row is loaded.
static int load(struct loaded *l, const struct facet_plugin *plugin, const char *more, const char *const *files,
                double turn, struct facet_error *error) {
    char text[256];
    struct facet_field fields[FACET_MAX_FIELDS];
    int n_fields;
    *l = (struct loaded){.root = "/tmp/facet-load-XXXXXX", .ops = plugin->source, .items = facet_items_create()};
    assert_non_null(mkdtemp(l->root));
    layout_face_make(&l->face, 1, 2, 0.5, LAYOUT_ROWS, LAYOUT_COLUMNS);
    for (int i = 0; turn < 0 && i < FACET_LANDMARKS; i++) l->face.landmarks[i][0] *= -1;
    for (; *files; files++) write_file(l, *files);
    snprintf(text, sizeof text, "root = \"%s\"; %s %s", l->root, strstr(more, "textures") ? "" : "textures = true;",
             more);
    if (facet_params_from_text(plugin->params, text, &l->params, error)) fail_msg("%s", error->text);
    if (plugin->source->open(l->params, 1, l->items, fields, &n_fields, &l->self, error)) fail_msg("%s", error->text);
    assert_int_equal(n_fields, strstr(more, "pictures = true") ? COLOURS + 4 : COLOURS + 1);
    assert_int_equal(facet_block_create(fields, n_fields, l->items, 0, 1, &l->block, error), FACET_OK);
    return plugin->source->load(l->self, 0, l->block, 0, error);
}

static void end(struct loaded *l) {
    char remove[64];
    l->ops->close(l->self);
    facet_block_destroy(l->block);
    facet_items_destroy(l->items);
    facet_params_destroy(l->params);
    layout_face_free(&l->face);
    snprintf(remove, sizeof remove, "rm -r %s", l->root);
    assert_int_equal(system(remove), 0);
}

// Landmarks lie where the face has them; those of .bnd at the nearest vertex of a grid of 5 mm.
static void check_landmarks(const struct loaded *l, int64_t expected, float within, float unit) {
    int64_t n = facet_block_count(l->block, LANDMARKS, 0);
    const float *found = facet_block_read(l->block, LANDMARKS, 0);
    bool has[FACET_LANDMARKS] = {false};
    assert_int_equal(n, expected);
    for (int64_t i = 0; i < n; i++, found += 4) {
        int landmark = (int)found[0];
        assert_in_range(landmark, 0, FACET_LANDMARKS - 1);
        assert_false(has[landmark]);
        has[landmark] = true;
        for (int k = 0; k < 3; k++)
            if (fabsf(found[1 + k] - unit * l->face.landmarks[landmark][k]) > within)
                fail_msg("%s: %g instead of %g", facet_landmark_name((enum facet_landmark)landmark),
                         (double)found[1 + k], (double)(unit * l->face.landmarks[landmark][k]));
    }
}

static void check_mesh(const struct loaded *l, float unit) {
    struct facet_mesh mesh;
    layout_mesh(&l->face, &mesh);
    assert_int_equal(facet_block_count(l->block, VERTICES, 0), mesh.n_vertices);
    assert_int_equal(facet_block_count(l->block, TRIANGLES, 0), mesh.n_triangles);
    const float *v = facet_block_read(l->block, VERTICES, 0);
    for (int64_t i = 0; i < 3 * mesh.n_vertices; i++)
        if (fabsf(v[i] - unit * mesh.vertices[i]) > 1e-3f) fail_msg("vertex %d", (int)i / 3);
    assert_memory_equal(facet_block_read(l->block, TRIANGLES, 0), mesh.triangles,
                        (size_t)mesh.n_triangles * 3 * sizeof *mesh.triangles);
    facet_mesh_free(&mesh);
}

// The picture's red grows to the right and its green upwards, so a colour says where it was taken.
static void check_colours(const struct loaded *l, int within) {
    struct facet_mesh mesh;
    struct facet_image picture;
    layout_mesh(&l->face, &mesh);
    layout_picture(&picture);
    assert_int_equal(facet_block_count(l->block, COLOURS, 0), mesh.n_vertices);
    const uint8_t *rgb = facet_block_read(l->block, COLOURS, 0);
    for (int64_t i = 0; i < mesh.n_vertices; i++) {
        double x = fmin(fmax((double)mesh.texcoords[2 * i] * picture.width - 0.5, 0), picture.width - 1);
        double y = fmin(fmax((1 - (double)mesh.texcoords[2 * i + 1]) * picture.height - 0.5, 0), picture.height - 1);
        const uint8_t *near = picture.rgb + 3 * ((size_t)(y + 0.5) * (size_t)picture.width + (size_t)(x + 0.5));
        for (int k = 0; k < 3; k++)
            if (abs(rgb[3 * i + k] - near[k]) > within) fail_msg("vertex %d: %d, %d", (int)i, rgb[3 * i + k], near[k]);
    }
    facet_image_free(&picture);
    facet_mesh_free(&mesh);
}

static const char *const f3d[] = {"F0001_AN01WH_F3D.wrl", "F0001_AN01WH_F3D.bnd", "F0001_AN01WH_F3D.bmp",
                                  "F0001_AN01WH_RAW.wrl", NULL};

static void a_scan_brings_landmarks_and_colours(void **state) {
    (void)state;
    struct loaded l;
    struct facet_error error = {0};
    if (load(&l, &facet_plugin_bu3dfe, "unit_mm = 10.0;", f3d, 1, &error)) fail_msg("%s", error.text);
    check_mesh(&l, 10);
    check_landmarks(&l, 12, 45, 10);
    check_colours(&l, 6); // half the step between two pixels
    end(&l);
}

// The picture goes along, halved until it fits, and each triangle's corners have their places in it.
static void a_scan_brings_its_picture(void **state) {
    (void)state;
    static const struct {
        const char *more;
        int32_t size[2], right, left; // height and width, red at both ends of the first row
    } cases[] = {{"textures = false; pictures = true;", {48, 64}, 255, 0},
                 {"pictures = true; max_texels = 800;", {24, 32}, 253, 2},
                 {"pictures = true; max_texels = 1;", {1, 1}, 128, 128}};
    for (int i = 0; i < 3; i++) {
        struct loaded l;
        struct facet_error error = {0};
        struct facet_mesh mesh;
        if (load(&l, &facet_plugin_bu3dfe, cases[i].more, f3d, 1, &error)) fail_msg("%s", error.text);
        layout_mesh(&l.face, &mesh);
        check_colours(&l, 6);
        assert_memory_equal(facet_block_read(l.block, COLOURS + 3, 0), cases[i].size, sizeof cases[i].size);
        int64_t width = cases[i].size[1];
        assert_int_equal(facet_block_count(l.block, COLOURS + 2, 0), cases[i].size[0] * width);
        const uint8_t *texels = facet_block_read(l.block, COLOURS + 2, 0);
        assert_in_range(texels[0], cases[i].left, cases[i].left + 2);
        assert_in_range(texels[3 * (width - 1)] + 2, cases[i].right, cases[i].right + 2);
        const float *uv = facet_block_read(l.block, COLOURS + 1, 0);
        assert_int_equal(facet_block_count(l.block, COLOURS + 1, 0), mesh.n_triangles);
        for (int64_t c = 0; c < 6 * mesh.n_triangles; c++)
            assert_float_equal(uv[c], mesh.texcoords[2 * mesh.texture_triangles[c / 2] + c % 2], 1e-4);
        facet_mesh_free(&mesh);
        end(&l);
    }
}

static void landmarks_of_one_kind_do_not_go_with_the_other(void **state) {
    (void)state;
    struct loaded l;
    struct facet_error error = {0};
    if (load(&l, &facet_plugin_bu3dfe, "kind = \"RAW\";", f3d, 1, &error)) fail_msg("%s", error.text);
    check_landmarks(&l, 0, 0, 1);
    check_colours(&l, 6); // the picture is for both
    end(&l);
    static const char *const own[] = {"F0001_AN01WH_RAW.wrl", "F0001_AN01WH_RAW.pse", "F0001_AN01WH_RAW_84_LMS.txt",
                                      "F0001_AN01WH_F3D.bnd", NULL};
    if (load(&l, &facet_plugin_bu3dfe, "kind = \"RAW\";", own, 1, &error)) fail_msg("%s", error.text);
    check_landmarks(&l, 13, 1e-3f, 1); // the nose tip too
    end(&l);
}

static void points_of_range_images_have_names(void **state) {
    (void)state;
    struct loaded l;
    struct facet_error error = {0};
    static const char *const files[] = {"bs000_E_ANGER_0.bnt", "bs000_E_ANGER_0.lm3", "bs000_E_ANGER_0.png", NULL};
    if (load(&l, &facet_plugin_bosphorus, "", files, 1, &error)) fail_msg("%s", error.text);
    check_landmarks(&l, 12, 1e-3f, 1);
    assert_int_equal(facet_block_count(l.block, COLOURS, 0), facet_block_count(l.block, VERTICES, 0));
    end(&l);
}

// The file's left eye is the one with the smaller x: whoever wrote it meant the picture's left.
static void sides_are_the_persons_own(void **state) {
    (void)state;
    struct loaded l;
    struct facet_error error = {0};
    static const char *const files[] = {"bs000_E_ANGER_0.bnt", "bs000_E_ANGER_0.lm3", NULL};
    if (load(&l, &facet_plugin_bosphorus, "", files, -1, &error)) fail_msg("%s", error.text);
    const float *found = facet_block_read(l.block, LANDMARKS, 0);
    float left = NAN, right = NAN;
    for (int64_t i = 0; i < facet_block_count(l.block, LANDMARKS, 0); i++, found += 4) {
        if ((int)found[0] == FACET_EYE_LEFT_OUTER) left = found[1];
        if ((int)found[0] == FACET_EYE_RIGHT_OUTER) right = found[1];
    }
    assert_true(left > right);
    end(&l);
}

static void what_is_too_large_or_not_there_is_said(void **state) {
    (void)state;
    struct loaded l;
    struct facet_error error = {0};
    static const char *const files[] = {"F001/Angry/000.wrl", "F001/Angry/000.bnd", NULL};
    assert_int_equal(load(&l, &facet_plugin_bu4dfe, "max_vertices = 9;", files, 1, &error), FACET_ERROR_DATA);
    assert_non_null(strstr(error.text, "F001/Angry/000.wrl has "));
    assert_non_null(strstr(error.text, "raise max_vertices and max_triangles"));
    end(&l);
    assert_int_equal(load(&l, &facet_plugin_bu4dfe, "broken_extras = \"set-aside\";", files, 1, &error), FACET_OK);
    assert_int_equal(facet_block_count(l.block, COLOURS, 0), 0); // there is no picture
    char path[128];
    snprintf(path, sizeof path, "%s/F001/Angry/000.bnd", l.root);
    assert_int_equal(truncate(path, 0), 0);
    assert_int_not_equal(l.ops->load(l.self, 0, l.block, 0, &error), FACET_OK);
    assert_non_null(strstr(error.text, "000.bnd"));
    snprintf(path, sizeof path, "%s/F001/Angry/000.wrl", l.root);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(l.ops->load(l.self, 0, l.block, 0, &error), FACET_ERROR_IO);
    assert_non_null(strstr(error.text, "000.wrl"));
    end(&l);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_scan_brings_landmarks_and_colours),
        cmocka_unit_test(a_scan_brings_its_picture),
        cmocka_unit_test(landmarks_of_one_kind_do_not_go_with_the_other),
        cmocka_unit_test(points_of_range_images_have_names),
        cmocka_unit_test(sides_are_the_persons_own),
        cmocka_unit_test(what_is_too_large_or_not_there_is_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
