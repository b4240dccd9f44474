// Contact sheets of a container's pictures.
#include "render/sheet.h"

#include <facet/colour.h>

#include <hdf5.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

enum { VIEWS = 2, PLANES = 4, SIZE = 8, ROW = VIEWS * PLANES * SIZE * SIZE, MOST = 3 };
static char path[] = "sheet_test_XXXXXX";
static uint8_t pixels[MOST * ROW], mask[MOST * VIEWS], planes[MOST * PLANES];

static uint16_t wide[MOST * ROW];
static float values[MOST * ROW];
static const char *label = "happiness";

static void write_array(struct facet_store *store, const char *name, enum facet_type type, int rank,
                        const int64_t *dims, void *data) {
    struct facet_array array = {.type = type, .rank = rank, .data = data};
    memcpy(array.dims, dims, (size_t)rank * sizeof *dims);
    assert_int_equal(facet_store_write(store, name, &array, NULL), FACET_OK);
}

// Rows 2 and 1 are a sequence; depth goes from -100 to 100 mm, in views_f32 too.
static void write_tables(struct facet_store *store, int rows) {
    int32_t sequence[MOST] = {6, 7, 7}, frame[MOST] = {0, 1, 0};
    double ranges[MOST * PLANES * 3];
    for (int i = 0; i < MOST * PLANES; i++) {
        ranges[3 * i] = i % PLANES ? -1 : -100;
        ranges[3 * i + 1] = -ranges[3 * i];
        ranges[3 * i + 2] = i % PLANES == 0;
    }
    write_array(store, "items/sequence", FACET_I32, 1, (int64_t[]){rows}, sequence);
    write_array(store, "items/frame", FACET_I32, 1, (int64_t[]){rows}, frame);
    write_array(store, "data/view_ranges", FACET_F64, 3, (int64_t[]){rows, PLANES, 3}, ranges);
}

// Row 0 is set aside and holds zeros; view 1 of row 1 sees nothing.
static struct facet_store *make(int rows, bool labels, bool tables) {
    struct facet_store *store;
    for (int i = 0; i < MOST * ROW; i++) pixels[i] = i < ROW || i / (PLANES * SIZE * SIZE) == 3 ? 0 : 90;
    for (int i = 0; i < MOST * VIEWS; i++) mask[i] = i > 1 && i != 3;
    for (int i = PLANES; i < MOST * PLANES; i++) planes[i] = (uint8_t)(FACET_PLANE_DEPTH + i % PLANES);
    assert_int_equal(facet_store_create(path, &store, NULL), FACET_OK);
    write_array(store, "data/views", FACET_U8, 5, (int64_t[]){rows, VIEWS, PLANES, SIZE, SIZE}, pixels);
    write_array(store, "data/view_mask", FACET_U8, 2, (int64_t[]){rows, VIEWS}, mask);
    write_array(store, "data/view_planes", FACET_U8, 2, (int64_t[]){rows, PLANES}, planes);
    write_array(store, "data/odd", FACET_U8, 4, (int64_t[]){rows, VIEWS, SIZE, SIZE}, pixels);
    write_array(store, "items/valid", FACET_U8, 1, (int64_t[]){rows}, (uint8_t[]){0, 1, 1});
    for (int i = 0; i < MOST * ROW; i++) wide[i] = (uint16_t)(pixels[i] * 257);
    for (int i = 0; i < MOST * ROW; i++) values[i] = pixels[i] ? 0.5f : NAN;
    write_array(store, "data/views_u16", FACET_U16, 5, (int64_t[]){rows, VIEWS, PLANES, SIZE, SIZE}, wide);
    write_array(store, "data/views_f32", FACET_F32, 5, (int64_t[]){rows, VIEWS, PLANES, SIZE, SIZE}, values);
    if (tables) write_tables(store, rows);
    if (labels) assert_int_equal(facet_store_write_string(store, "items/label", label, NULL), FACET_OK);
    assert_int_equal(facet_store_commit(store, NULL), FACET_OK);
    facet_store_close(store);
    assert_int_equal(facet_store_open(path, &store, NULL), FACET_OK);
    return store;
}

static int open_file(void **state) {
    (void)state;
    return close(mkstemp(path));
}
static int remove_file(void **state) {
    (void)state;
    return unlink(path);
}

static const struct sheet_options no_options;

static int draw(struct facet_store *store, const struct sheet_options *options, const int64_t *rows, int n_rows,
                struct facet_image *image, struct facet_error *error) {
    struct facet_sheet *sheet;
    *image = (struct facet_image){0};
    int code = facet_sheet_open(store, options, &sheet, error);
    if (!code) code = facet_sheet_draw(sheet, rows, n_rows, image, error);
    facet_sheet_close(sheet);
    return code;
}

static struct facet_image drawn(struct facet_store *store, const struct sheet_options *options, int n_rows) {
    struct facet_image image;
    struct facet_error error;
    if (draw(store, options, (int64_t[]){1, 2, 0}, n_rows, &image, &error)) fail_msg("%s", error.text);
    return image;
}

static int count(const struct facet_image *image, uint32_t rgb) {
    int n = 0;
    for (int i = 0; i < image->width * image->height; i++) {
        const uint8_t *p = image->rgb + 3 * i;
        n += ((uint32_t)p[0] << 16 | (uint32_t)p[1] << 8 | p[2]) == rgb;
    }
    return n;
}

static uint32_t depth_colour(void) {
    return facet_palette_colour(FACET_PALETTE_SEQUENTIAL, 89.0 / 254);
}

enum { TILE = 128 * 128 };

// Row 1 has one view that sees something, row 2 has two, row 0 none.
static void rows_are_drawn_with_their_channels(void **state) {
    (void)state;
    struct facet_store *store = make(MOST, false, false);
    for (int dark = 0; dark < 2; dark++) {
        const struct sheet_options options = {.dark = dark};
        struct facet_image one = drawn(store, &options, 1), all = drawn(store, &options, 3);
        assert_in_range(count(&one, depth_colour()), TILE, TILE + 100); // the legend has a little of it
        assert_int_equal(count(&one, 0x5a5a5a), TILE);
        assert_int_equal(count(&all, 0x5a5a5a), 3 * TILE);
        assert_int_equal(all.width, one.width);
        assert_in_range(all.height - one.height, 2 * 128, 2 * 140);
        assert_in_range(count(&all, dark ? 0x15181c : 0xffffff), all.width * all.height / 5, all.width * all.height);
        facet_image_free(&one);
        facet_image_free(&all);
    }
    facet_store_close(store);
}

static void views_and_channels_are_chosen(void **state) {
    (void)state;
    struct facet_store *store = make(MOST, false, false);
    const struct sheet_options depth = {.channels = "depth"},
                               normal = {.channels = "normal", .views = {0}, .n_views = 1};
    const struct sheet_options turned = {.channels = "normal,depth", .views = {1, 0, 1}, .n_views = 3};
    struct facet_image image = drawn(store, &depth, 2);
    assert_int_equal(count(&image, 0x5a5a5a), 0);
    assert_in_range(count(&image, depth_colour()), 3 * TILE, 3 * TILE + 100);
    facet_image_free(&image);
    image = drawn(store, &normal, 2);
    assert_int_equal(count(&image, depth_colour()), 0);
    assert_int_equal(count(&image, 0x5a5a5a), 2 * TILE);
    facet_image_free(&image);
    image = drawn(store, &turned, 2);
    assert_int_equal(count(&image, 0x5a5a5a), 4 * TILE);
    facet_image_free(&image);
    facet_store_close(store);
}

static void pictures_are_zoomed_and_put_side_by_side(void **state) {
    (void)state;
    struct facet_store *store = make(MOST, false, false);
    const struct sheet_options large = {.zoom = 20}, small = {.zoom = -4}, beside = {.columns = 3};
    struct facet_image image = drawn(store, &large, 1), tall = drawn(store, &no_options, 3);
    assert_int_equal(count(&image, 0x5a5a5a), 160 * 160);
    facet_image_free(&image);
    image = drawn(store, &small, 1);
    assert_int_equal(count(&image, 0x5a5a5a), 4);
    facet_image_free(&image);
    image = drawn(store, &beside, 3);
    assert_int_equal(count(&image, 0x5a5a5a), 3 * TILE);
    assert_true(image.width > 2 * tall.width && image.height + 200 < tall.height);
    facet_image_free(&tall);
    facet_image_free(&image);
    facet_store_close(store);
}

static struct facet_image drawn_alone(const struct sheet_options *options, bool labels) {
    struct facet_store *store = make(1, labels, false);
    struct facet_image image;
    assert_int_equal(draw(store, options, (int64_t[]){0}, 1, &image, NULL), FACET_OK);
    facet_store_close(store);
    return image;
}

static void texts_make_a_difference(void **state) {
    (void)state;
    const struct sheet_options titled = {.title = "A title"};
    struct facet_image bare = drawn_alone(&no_options, false), with = drawn_alone(&titled, false);
    assert_true(with.height > bare.height && with.width == bare.width);
    facet_image_free(&with);
    with = drawn_alone(&no_options, true);
    assert_true(with.width > bare.width);
    facet_image_free(&with);
    facet_image_free(&bare);
}

// However long names are and whatever is in them, the sheet ends soon after its pictures, and its margins are clean.
static void long_names_are_cut(void **state) {
    (void)state;
    const struct sheet_options titled = {
        .title = "A title much longer than a sheet of one small picture is wide, and still longer than that, and so on",
        .zoom = 4,
        .views = {0},
        .n_views = 1};
    label = "Überraschung, Жалость, \xe4\xbd\xa0\xe5\xa5\xbd and \xff\xfe bytes that are no text, all of them and more";
    struct facet_image image = drawn_alone(&titled, true);
    label = "happiness";
    assert_in_range(image.width, 300, 500);
    for (int y = 0; y < image.height; y++)
        for (int x = 0; x < image.width; x += x == 15 ? image.width - 31 : 1)
            assert_int_equal(image.rgb[3 * (y * image.width + x)], 255);
    facet_image_free(&image);
}

static void wide_numbers_are_drawn_too(void **state) {
    (void)state;
    struct facet_store *store = make(MOST, false, false);
    const struct sheet_options u16 = {.field = "views_u16"}, f32 = {.field = "views_f32"};
    struct facet_image image = drawn(store, &u16, 2);
    assert_int_equal(count(&image, 0x5a5a5a), 3 * TILE);
    facet_image_free(&image);
    image = drawn(store, &f32, 2);
    assert_int_equal(count(&image, 0xbfbfbf), 3 * TILE); // normals of a half
    assert_in_range(count(&image, facet_palette_colour(FACET_PALETTE_SEQUENTIAL, 0.5)), 3 * TILE, 3 * TILE + 200);
    facet_image_free(&image);
    facet_store_close(store);
}

static void missing_tables_leave_out_words_alone(void **state) {
    (void)state;
    struct facet_store *store;
    assert_int_equal(facet_store_create(path, &store, NULL), FACET_OK);
    write_array(store, "data/views", FACET_U8, 5, (int64_t[]){1, VIEWS, PLANES, SIZE, SIZE}, pixels + ROW);
    assert_int_equal(facet_store_commit(store, NULL), FACET_OK);
    facet_store_close(store);
    assert_int_equal(facet_store_open(path, &store, NULL), FACET_OK);
    struct facet_image image;
    assert_int_equal(draw(store, &no_options, (int64_t[]){0}, 1, &image, NULL), FACET_OK);
    assert_int_equal(count(&image, 0x5a5a5a), 4 * TILE); // planes of which nothing is known
    facet_image_free(&image);
    facet_store_close(store);
}

// Values that fill a part of the codes may have all of the colours; u8 codes, codes of 16 bits and numbers alike.
static void colours_span_the_values_asked_for(void **state) {
    (void)state;
    struct facet_store *store = make(MOST, false, true);
    const double value = -100 + 89 * 200.0 / 254; // of the code 90
    struct sheet_options stretched = {.stretches = {{"depth", value - 1, value + 4}}, .n_stretches = 1};
    const struct sheet_options normal = {.stretches = {{"normal", 0, 1}}, .n_stretches = 1};
    const uint32_t fifth = facet_palette_colour(FACET_PALETTE_SEQUENTIAL, 51 / 254.0);
    struct facet_image image = drawn(store, &stretched, 2);
    assert_in_range(count(&image, fifth), 3 * TILE, 3 * TILE + 200);
    facet_image_free(&image);
    stretched.field = "views_f32";
    stretched.stretches[0] = (struct sheet_stretch){"depth", 0.5, 2};
    image = drawn(store, &stretched, 2);
    assert_in_range(count(&image, facet_palette_colour(FACET_PALETTE_SEQUENTIAL, 0)), 3 * TILE, 3 * TILE + 200);
    facet_image_free(&image);
    struct facet_error error;
    assert_int_equal(draw(store, &normal, (int64_t[]){1}, 1, &image, &error), FACET_ERROR_USAGE);
    assert_non_null(strstr(error.text, "channel \"normal\": its codes stand for no values of one kind"));
    facet_store_close(store);
}

static void sequences_are_found_in_the_order_of_their_frames(void **state) {
    (void)state;
    struct facet_store *store = make(MOST, false, true);
    struct facet_sheet *sheet;
    struct sheet_sequence sequence;
    struct facet_error error;
    assert_int_equal(facet_sheet_open(store, &no_options, &sheet, NULL), FACET_OK);
    assert_int_equal(facet_sheet_find(sheet, NULL, 7, &sequence, NULL), FACET_OK);
    assert_int_equal(sequence.count, 2);
    assert_int_equal(sequence.rows[0], 2);
    assert_int_equal(sequence.rows[1], 1);
    const char moving[] = "sheet_test_moving.png";
    assert_int_equal(facet_sheet_play(sheet, &sequence, 1, 25, moving, NULL), FACET_OK);
    assert_int_equal(unlink(moving), 0);
    free(sequence.rows);
    assert_int_equal(facet_sheet_find(sheet, NULL, 8, &sequence, &error), FACET_ERROR_USAGE);
    assert_non_null(strstr(error.text, "no row is of sequence 8"));
    assert_int_equal(facet_sheet_find(sheet, "lab", 7, &sequence, &error), FACET_ERROR_USAGE);
    assert_non_null(strstr(error.text, "no row is of sequence 7 of dataset lab"));
    facet_sheet_close(sheet);
    facet_store_close(store);
    store = make(MOST, false, false);
    assert_int_equal(facet_sheet_open(store, &no_options, &sheet, NULL), FACET_OK);
    assert_int_equal(facet_sheet_find(sheet, NULL, 7, &sequence, &error), FACET_ERROR_DATA);
    facet_sheet_close(sheet);
    facet_store_close(store);
}

// Settings as the engine writes them.
static void write_attribute(const char *name, const char *text) {
    hid_t file = H5Fopen(path, H5F_ACC_RDWR, H5P_DEFAULT), type = H5Tcopy(H5T_C_S1), space = H5Screate(H5S_SCALAR);
    assert_true(file >= 0 && H5Tset_size(type, strlen(text) + 1) >= 0);
    hid_t attribute = H5Acreate2(file, name, type, space, H5P_DEFAULT, H5P_DEFAULT);
    assert_true(attribute >= 0 && H5Awrite(attribute, type, text) >= 0);
    H5Aclose(attribute), H5Sclose(space), H5Tclose(type), H5Fclose(file);
}

static struct facet_image drawn_with(const char *config, const struct sheet_options *options) {
    struct facet_store *store = make(MOST, false, false);
    facet_store_close(store);
    write_attribute("stage", "own");
    write_attribute("config", config);
    assert_int_equal(facet_store_open(path, &store, NULL), FACET_OK);
    struct facet_image image = drawn(store, options, 2);
    facet_store_close(store);
    return image;
}

static bool same_picture(struct facet_image a, struct facet_image b) {
    bool same =
        a.width == b.width && a.height == b.height && !memcmp(a.rgb, b.rgb, 3 * (size_t)a.width * (size_t)a.height);
    facet_image_free(&a);
    facet_image_free(&b);
    return same;
}

static void pictures_of_changes_are_shown_as_changes(void **state) {
    (void)state;
    const uint32_t less = facet_palette_colour(FACET_PALETTE_DIVERGING, 89 / 254.0);
    struct facet_image image = drawn_with("own.plugin = dynamic 1\nown.images[0] = \"pooled\"\n", &no_options);
    assert_in_range(count(&image, less), 3 * TILE, 3 * TILE + 100);
    facet_image_free(&image);
    const struct sheet_options stretched = {.stretches = {{"depth", 0, 1}}, .n_stretches = 1};
    struct facet_store *store;
    struct facet_error error;
    assert_int_equal(facet_store_open(path, &store, NULL), FACET_OK);
    assert_int_equal(draw(store, &stretched, (int64_t[]){1}, 1, &image, &error),
                     FACET_ERROR_USAGE); // of no known range
    facet_store_close(store);
    const char *const no_changes[] = {"own.images[0] = \"frame\"\n", "other.images[0] = \"pooled\"\n",
                                      "own.images[0] = pooled\n", "own.images[0] = \"pooled"};
    for (int i = 0; i < 4; i++) {
        image = drawn_with(no_changes[i], &no_options);
        assert_in_range(count(&image, depth_colour()), 3 * TILE, 3 * TILE + 100);
        facet_image_free(&image);
    }
}

static void settings_say_where_views_stand_and_what_codes_are(void **state) {
    (void)state;
    const char *const views = "seen.plugin = render 1.0.0\nseen.views[0].yaw = -45\nseen.views[0].pitch = 0\n"
                              "seen.views[0].roll = 0\nown.depth_mm = 100\n";
    char text[400];
    assert_false(same_picture(drawn_with(views, &no_options), drawn_with("", &no_options)));
    snprintf(text, sizeof text, "%sseen.views[0].set = \"one\"\n", views);
    assert_true(same_picture(drawn_with(views, &no_options), drawn_with(text, &no_options)));
    // A ring is several views: their numbers are not those of the list.
    snprintf(text, sizeof text, "%sseen.views[0].set = \"ring\"\n", views);
    assert_true(same_picture(drawn_with("own.depth_mm = 100\n", &no_options), drawn_with(text, &no_options)));
    assert_false(same_picture(drawn_with("own.depth_mm = 100\n", &no_options), drawn_with("", &no_options)));
    const struct sheet_options stretched = {.stretches = {{"depth", -50, 50}}, .n_stretches = 1};
    struct facet_image image = drawn_with(views, &stretched);
    const double share = (-100 + 89 * 200.0 / 254 + 50) / 100;
    const uint32_t colour = facet_palette_colour(FACET_PALETTE_SEQUENTIAL, round(254 * share) / 254);
    assert_in_range(count(&image, colour), 3 * TILE, 3 * TILE + 200);
    facet_image_free(&image);
}

static void refuses(struct facet_store *store, const struct sheet_options *options, int64_t row, int code,
                    const char *words) {
    struct facet_image image;
    struct facet_error error = {0};
    assert_int_equal(draw(store, options, &row, 1, &image, &error), code);
    if (!strstr(error.text, words)) fail_msg("%s", error.text);
    assert_null(image.rgb);
}

static void what_cannot_be_drawn_is_said(void **state) {
    (void)state;
    struct facet_store *store = make(MOST, false, false);
    const struct sheet_options odd = {.field = "odd"}, none = {.field = "none"};
    const struct sheet_options view = {.views = {1, 2}, .n_views = 2}, twice = {.channels = "depth,depth"};
    const struct sheet_options channel = {.channels = "depth,texture"}, empty = {.channels = "depth,"};
    refuses(store, &no_options, 3, FACET_ERROR_USAGE, "row 3: data/views has rows 0 to 2");
    refuses(store, &no_options, -1, FACET_ERROR_USAGE, "row -1: data/views has rows 0 to 2");
    refuses(store, &odd, 0, FACET_ERROR_DATA, "data/odd holds no pictures");
    refuses(store, &none, 0, FACET_ERROR_DATA, "none");
    refuses(store, &view, 0, FACET_ERROR_USAGE, "view 2: data/views has views 0 to 1");
    refuses(store, &channel, 0, FACET_ERROR_USAGE, "channel \"texture\": data/views has depth, normal");
    refuses(store, &empty, 0, FACET_ERROR_USAGE, "channel \"\": data/views has");
    refuses(store, &twice, 0, FACET_ERROR_USAGE, "channel \"depth\" is named more than once");
    facet_store_close(store);
    store = make(MOST, true, false);
    refuses(store, &no_options, 0, FACET_ERROR_DATA, "items/label has 1 rows");
    facet_store_close(store);
}

static void a_sheet_too_large_is_refused_before_it_is_drawn(void **state) {
    (void)state;
    struct facet_store *store = make(MOST, false, false);
    const int64_t many[200] = {0};
    const struct sheet_options broad = {.columns = 100};
    struct facet_image image;
    struct facet_error error;
    assert_int_equal(draw(store, &no_options, many, 200, &image, &error), FACET_ERROR_USAGE);
    assert_non_null(strstr(error.text, "fewer rows, views or channels, a smaller zoom, or several pages"));
    assert_int_equal(draw(store, &broad, many, 200, &image, &error), FACET_ERROR_USAGE);
    assert_non_null(strstr(error.text, " pixels wide, and 16384 can be drawn: take fewer views, channels or columns"));
    facet_store_close(store);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_are_drawn_with_their_channels),
        cmocka_unit_test(views_and_channels_are_chosen),
        cmocka_unit_test(pictures_are_zoomed_and_put_side_by_side),
        cmocka_unit_test(texts_make_a_difference),
        cmocka_unit_test(long_names_are_cut),
        cmocka_unit_test(wide_numbers_are_drawn_too),
        cmocka_unit_test(colours_span_the_values_asked_for),
        cmocka_unit_test(sequences_are_found_in_the_order_of_their_frames),
        cmocka_unit_test(pictures_of_changes_are_shown_as_changes),
        cmocka_unit_test(settings_say_where_views_stand_and_what_codes_are),
        cmocka_unit_test(missing_tables_leave_out_words_alone),
        cmocka_unit_test(what_cannot_be_drawn_is_said),
        cmocka_unit_test(a_sheet_too_large_is_refused_before_it_is_drawn),
    };
    return cmocka_run_group_tests(tests, open_file, remove_file);
}
