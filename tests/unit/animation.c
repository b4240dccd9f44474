// Moving pictures, read back by other readers: every frame of an APNG as a PNG of its own by libpng, GIF by giflib.
#include <facet/animation.h>

#include <gif_lib.h>
#include <png.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#include <cmocka.h>

enum { WIDE = 40, HIGH = 24, FRAMES = 4, BYTES = WIDE * HIGH * 3 };
static char folder[] = "animation_test_XXXXXX", path[64];
static struct facet_image frames[FRAMES];

// Frame 0 has many colours; 1 changes a part of it, 2 nothing, 3 a corner.
static int make_frames(void **state) {
    (void)state;
    for (int f = 0; f < FRAMES; f++) {
        if (facet_image_create(&frames[f], WIDE, HIGH, 255, NULL)) return -1;
        for (int i = 0; i < BYTES; i++) frames[f].rgb[i] = (uint8_t)(i % 3 == 1 ? 255 - i / 12 : i / (15 + i % 3));
        if (f > 0)
            for (int i = 0; i < BYTES; i++)
                if (i / 3 % WIDE > 9 && i / 3 % WIDE < 15 && i / 3 / WIDE == 11) frames[f].rgb[i] = 77;
        if (f == 3) memset(frames[f].rgb + BYTES - 3, 0, 3);
    }
    return mkdtemp(folder) ? 0 : -1;
}

static int remove_frames(void **state) {
    (void)state;
    for (int f = 0; f < FRAMES; f++) facet_image_free(&frames[f]);
    return rmdir(folder);
}

static void write_frames(const char *name, double milliseconds) {
    struct facet_animation *animation;
    snprintf(path, sizeof path, "%s/%s", folder, name);
    assert_int_equal(facet_animation_create(path, WIDE, HIGH, FRAMES, milliseconds, &animation, NULL), FACET_OK);
    for (int f = 0; f < FRAMES; f++) assert_int_equal(facet_animation_add(animation, &frames[f], NULL), FACET_OK);
    assert_int_equal(access(path, F_OK), -1);
    assert_int_equal(facet_animation_write(animation, NULL), FACET_OK);
    facet_animation_destroy(animation);
}

static uint8_t *read_file(size_t *size) {
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    uint8_t *bytes = malloc(1 << 20);
    *size = fread(bytes, 1, 1 << 20, file);
    fclose(file);
    return bytes;
}

// ---- APNG -----------------------------------------------------------------------------------------------------------

static uint32_t u32(const uint8_t *at) {
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}
static void put(uint8_t *at, uint32_t value) {
    for (int k = 0; k < 4; k++) at[k] = (uint8_t)(value >> (24 - 8 * k));
}

static size_t add_chunk(uint8_t *out, const char *type, const uint8_t *data, uint32_t size) {
    put(out, size);
    memcpy(out + 4, type, 4);
    if (size) memcpy(out + 8, data, size);
    put(out + 8 + size, (uint32_t)crc32(0, out + 4, size + 4));
    return size + 12;
}

// Decodes `data` as the only image data of a PNG and puts it into the canvas at (x, y).
static void paste_png(struct facet_image *canvas, const uint8_t *control, const uint8_t *data, uint32_t size) {
    static uint8_t png[1 << 16];
    uint8_t header[13] = {[8] = 8, [9] = 2};
    struct facet_image part;
    memcpy(header, control + 4, 8);
    memcpy(png, "\x89PNG\r\n\x1a\n", 8);
    size_t length = 8 + add_chunk(png + 8, "IHDR", header, 13);
    length += add_chunk(png + length, "IDAT", data, size);
    length += add_chunk(png + length, "IEND", NULL, 0);
    assert_int_equal(facet_image_decode("frame", png, length, &part, NULL), FACET_OK);
    facet_image_paste(canvas, &part, (int)u32(control + 12), (int)u32(control + 16), 1);
    facet_image_free(&part);
}

static void an_animated_png_is_exact(void **state) {
    (void)state;
    size_t size;
    write_frames("a.png", 40);
    uint8_t *bytes = read_file(&size);
    const uint8_t *control = NULL;
    uint32_t numbers = 0, shown = 0;
    struct facet_image canvas, first;
    assert_int_equal(facet_image_create(&canvas, WIDE, HIGH, 0, NULL), FACET_OK);
    for (size_t at = 8; at < size; at += u32(bytes + at) + 12) {
        const uint8_t *data = bytes + at + 8;
        uint32_t length = u32(bytes + at);
        assert_int_equal(u32(data + length), crc32(0, bytes + at + 4, length + 4));
        bool further = memcmp(bytes + at + 4, "fdAT", 4) == 0, own = memcmp(bytes + at + 4, "IDAT", 4) == 0;
        if (memcmp(bytes + at + 4, "acTL", 4) == 0) assert_int_equal(u32(data), FRAMES);
        if (memcmp(bytes + at + 4, "fcTL", 4) == 0) control = data;
        if (control == data || further) assert_int_equal(u32(data), numbers++);
        if (!further && !own) continue;
        assert_non_null(control);
        assert_int_equal(control[20] << 8 | control[21], 40);
        assert_int_equal(control[22] << 8 | control[23], 1000);
        paste_png(&canvas, control, data + 4 * further, length - 4 * further);
        assert_memory_equal(canvas.rgb, frames[shown++].rgb, BYTES);
        if (shown == 2) assert_int_equal(u32(control + 4) * u32(control + 8), 5); // what changed
    }
    assert_int_equal(shown, FRAMES);
    assert_int_equal(facet_image_decode(path, bytes, size, &first, NULL), FACET_OK); // a picture to other readers
    assert_memory_equal(first.rgb, frames[0].rgb, BYTES);
    facet_image_free(&first);
    facet_image_free(&canvas);
    free(bytes);
    unlink(path);
}

// ---- GIF ------------------------------------------------------------------------------------------------------------

static void paste_gif(struct facet_image *canvas, const SavedImage *saved) {
    const GifImageDesc *part = &saved->ImageDesc;
    for (int i = 0; i < part->Width * part->Height; i++) {
        GifColorType colour = part->ColorMap->Colors[saved->RasterBits[i]];
        uint8_t *to = canvas->rgb + 3 * ((part->Top + i / part->Width) * WIDE + part->Left + i % part->Width);
        to[0] = colour.Red, to[1] = colour.Green, to[2] = colour.Blue;
    }
}

// Plays the file and gives how far a byte of any frame is off at most.
static int play_gif(int hundredths) {
    int why, worst = 0;
    struct facet_image canvas;
    GifFileType *gif = DGifOpenFileName(path, &why);
    assert_non_null(gif);
    assert_int_equal(DGifSlurp(gif), GIF_OK);
    assert_int_equal(gif->ImageCount, FRAMES);
    assert_memory_equal(gif->SavedImages[0].ExtensionBlocks[0].Bytes, "NETSCAPE2.0", 11);
    assert_int_equal(facet_image_create(&canvas, WIDE, HIGH, 0, NULL), FACET_OK);
    for (int f = 0; f < FRAMES; f++) {
        GraphicsControlBlock control;
        assert_int_equal(DGifSavedExtensionToGCB(gif, f, &control), GIF_OK);
        assert_int_equal(control.DelayTime, hundredths);
        paste_gif(&canvas, &gif->SavedImages[f]);
        for (int i = 0; i < BYTES; i++) {
            int off = abs(canvas.rgb[i] - frames[f].rgb[i]);
            if (off > worst) worst = off;
        }
    }
    facet_image_free(&canvas);
    DGifCloseFile(gif, &why);
    unlink(path);
    return worst;
}

static void a_gif_has_the_nearest_of_256_colours(void **state) {
    (void)state;
    write_frames("a.gif", 67);
    assert_in_range(play_gif(7), 1, 4); // some 500 colours in frame 0
    for (int f = 0; f < FRAMES; f++)
        for (int i = 0; i < BYTES; i++) frames[f].rgb[i] = (uint8_t)(i % 3 == 1 ? i / 12 : 10);
    write_frames("b.gif", 1);
    assert_int_equal(play_gif(2), 0); // 240 colours, and players hold nothing shorter
}

static void a_place_that_cannot_be_written_is_named(void **state) {
    (void)state;
    const char *const names[] = {"no/such/folder/a.png", "no/such/folder/a.gif"};
    for (int i = 0; i < 2; i++) {
        struct facet_animation *animation;
        struct facet_error error = {0};
        assert_int_equal(facet_animation_create(names[i], WIDE, HIGH, 1, 40, &animation, NULL), FACET_OK);
        assert_int_equal(facet_animation_add(animation, &frames[0], NULL), FACET_OK);
        assert_int_equal(facet_animation_write(animation, &error), FACET_ERROR_IO);
        assert_non_null(strstr(error.text, names[i]));
        facet_animation_destroy(animation);
        assert_int_equal(facet_animation_create(names[i], WIDE, HIGH, 2, 40, &animation, NULL), FACET_OK);
        facet_animation_destroy(animation); // given up before its end
    }
    facet_animation_destroy(NULL);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_animated_png_is_exact),
        cmocka_unit_test(a_gif_has_the_nearest_of_256_colours),
        cmocka_unit_test(a_place_that_cannot_be_written_is_named),
    };
    return cmocka_run_group_tests(tests, make_frames, remove_frames);
}
