// GIF89a by giflib, one palette a frame.
#include "io/animation.h"

#include <gif_lib.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

static int refuse(struct facet_error *error, int why) {
    bool memory = why == E_GIF_ERR_NOT_ENOUGH_MEM || why == E_GIF_ERR_WRITE_FAILED; // it is written into memory
    const char *words = GifErrorString(why);
    return facet_error_set(error, memory ? FACET_ERROR_MEMORY : FACET_ERROR_INTERNAL,
                           "no GIF animation can be made: %s", words ? words : "no reason given");
}

static int put(GifFileType *gif, const GifByteType *bytes, int size) {
    struct facet_animation *animation = gif->UserData;
    return animation_put(&animation->bytes, bytes, (size_t)size, NULL) ? 0 : size;
}

// The extension that browsers and slides take as "over and over".
static bool put_loop(GifFileType *gif) {
    static const GifByteType forever[3] = {1, 0, 0};
    return EGifPutExtensionLeader(gif, APPLICATION_EXT_FUNC_CODE) && EGifPutExtensionBlock(gif, 11, "NETSCAPE2.0") &&
           EGifPutExtensionBlock(gif, sizeof forever, forever) && EGifPutExtensionTrailer(gif);
}

static int begin(struct facet_animation *animation, struct facet_error *error) {
    int why = 0;
    GifFileType *gif = EGifOpen(animation, put, &why);
    if (!gif) return refuse(error, why);
    animation->gif = gif;
    EGifSetGifVersion(gif, true);
    if (animation->width > UINT16_MAX || animation->height > UINT16_MAX)
        return facet_error_set(error, FACET_ERROR_USAGE, "a GIF animation is at most %d pixels a side", UINT16_MAX);
    if (!EGifPutScreenDesc(gif, animation->width, animation->height, 8, 0, NULL) || !put_loop(gif))
        return refuse(error, gif->Error);
    return FACET_OK;
}

static bool put_control(GifFileType *gif, double milliseconds) {
    GifByteType bytes[4];
    GraphicsControlBlock control = {.DisposalMode = DISPOSE_DO_NOT,
                                    .DelayTime = (int)lround(fmin(65535, fmax(2, milliseconds / 10))),
                                    .TransparentColor = NO_TRANSPARENT_COLOR};
    size_t size = EGifGCBToExtension(&control, bytes);
    return EGifPutExtension(gif, GRAPHICS_EXT_FUNC_CODE, (int)size, bytes);
}

static bool put_pixels(GifFileType *gif, const struct animation_part *part, const ColorMapObject *map, uint8_t *index) {
    int width = part->image.width, height = part->image.height;
    bool good = EGifPutImageDesc(gif, part->x, part->y, width, height, false, map);
    for (int row = 0; row < height && good; row++) good = EGifPutLine(gif, index + (size_t)row * (size_t)width, width);
    return good;
}

static int add(struct facet_animation *animation, const struct animation_part *part, struct facet_error *error) {
    GifFileType *gif = animation->gif;
    GifColorType colours[256];
    ColorMapObject map = {.ColorCount = 256, .BitsPerPixel = 8, .Colors = colours};
    uint32_t palette[256] = {0};
    uint8_t *index = malloc((size_t)part->image.width * (size_t)part->image.height);
    int count, code = index ? FACET_OK : facet_error_set(error, FACET_ERROR_MEMORY, "no memory for an animation");
    if (!code) code = animation_quantise(&part->image, palette, &count, index, error);
    for (int i = 0; i < 256; i++)
        colours[i] =
            (GifColorType){(GifByteType)(palette[i] >> 16), (GifByteType)(palette[i] >> 8), (GifByteType)palette[i]};
    if (!code && (!put_control(gif, animation->milliseconds) || !put_pixels(gif, part, &map, index)))
        code = refuse(error, gif->Error);
    free(index);
    return code;
}

// Closes the library's file whether or not it can still be written to.
static bool close_file(struct facet_animation *animation, int *why) {
    GifFileType *gif = animation->gif;
    animation->gif = NULL;
    return EGifCloseFile(gif, why);
}

static int end(struct facet_animation *animation, struct facet_error *error) {
    int why = 0;
    return close_file(animation, &why) ? FACET_OK : refuse(error, why);
}

static void destroy(struct facet_animation *animation) {
    int why = 0;
    if (animation->gif) close_file(animation, &why);
}

const struct animation_format animation_gif = {.begin = begin, .add = add, .end = end, .destroy = destroy};
