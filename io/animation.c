#include "io/animation.h"
#include "io/image_file.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

int animation_put(struct animation_bytes *bytes, const void *data, size_t size, struct facet_error *error) {
    if (bytes->size + size > bytes->room) {
        size_t room = 2 * bytes->room + size;
        uint8_t *grown = realloc(bytes->data, room);
        if (!grown) return facet_error_set(error, FACET_ERROR_MEMORY, "no memory for an animation");
        bytes->data = grown;
        bytes->room = room;
    }
    memcpy(bytes->data + bytes->size, data, size);
    bytes->size += size;
    return FACET_OK;
}

static bool ends_with(const char *text, const char *end) {
    size_t length = strlen(text), tail = strlen(end);
    return length >= tail && strcmp(text + length - tail, end) == 0;
}

int facet_animation_create(const char *path, int width, int height, int frames, double milliseconds,
                           struct facet_animation **out, struct facet_error *error) {
    FACET_REQUIRE(width > 0 && height > 0 && frames > 0 && milliseconds > 0);
    *out = NULL;
    struct facet_animation *animation = calloc(1, sizeof *animation);
    if (!animation) return facet_error_set(error, FACET_ERROR_MEMORY, "no memory for an animation");
    *animation = (struct facet_animation){.format = ends_with(path, ".gif") ? &animation_gif : &animation_png,
                                          .path = strdup(path),
                                          .width = width,
                                          .height = height,
                                          .frames = frames,
                                          .milliseconds = milliseconds};
    int code = FACET_OK;
    if (!animation->path) code = facet_error_set(error, FACET_ERROR_MEMORY, "no memory for an animation");
    if (!code) code = animation->format->begin(animation, error);
    if (code)
        facet_animation_destroy(animation);
    else
        *out = animation;
    return code;
}

void facet_animation_destroy(struct facet_animation *animation) {
    if (!animation) return;
    if (animation->format->destroy) animation->format->destroy(animation);
    facet_image_free(&animation->before);
    free(animation->bytes.data);
    free(animation->path);
    free(animation);
}

// The smallest rectangle with all that changed; of nothing, one pixel: every frame must have some.
struct rectangle {
    int left, top, right, bottom;
};
static struct rectangle changed(const struct facet_image *before, const struct facet_image *image) {
    struct rectangle box = {image->width, image->height, 0, 0};
    for (int y = 0; y < image->height; y++)
        for (int x = 0; x < image->width; x++) {
            size_t at = 3 * ((size_t)y * (size_t)image->width + (size_t)x);
            if (memcmp(before->rgb + at, image->rgb + at, 3) == 0) continue;
            if (x < box.left) box.left = x;
            if (x >= box.right) box.right = x + 1;
            if (y < box.top) box.top = y;
            box.bottom = y + 1;
        }
    return box.right ? box : (struct rectangle){0, 0, 1, 1};
}

static int cut_out(const struct facet_image *image, struct rectangle box, struct animation_part *part,
                   struct facet_error *error) {
    *part = (struct animation_part){.x = box.left, .y = box.top};
    int code = facet_image_create(&part->image, box.right - box.left, box.bottom - box.top, 0, error);
    if (!code) facet_image_paste(&part->image, image, -box.left, -box.top, 1);
    return code;
}

static int remember(struct facet_animation *animation, const struct facet_image *image, struct facet_error *error) {
    int code = FACET_OK;
    if (!animation->before.rgb) code = facet_image_create(&animation->before, image->width, image->height, 0, error);
    if (!code) memcpy(animation->before.rgb, image->rgb, 3 * (size_t)image->width * (size_t)image->height);
    return code;
}

int facet_animation_add(struct facet_animation *animation, const struct facet_image *image, struct facet_error *error) {
    FACET_REQUIRE(image->width == animation->width && image->height == animation->height);
    FACET_REQUIRE(animation->added < animation->frames);
    struct rectangle all = {0, 0, image->width, image->height};
    struct animation_part part = {0};
    int code = cut_out(image, animation->before.rgb ? changed(&animation->before, image) : all, &part, error);
    if (!code) code = remember(animation, image, error);
    if (!code) code = animation->format->add(animation, &part, error);
    facet_image_free(&part.image);
    animation->added++;
    return code;
}

int facet_animation_write(struct facet_animation *animation, struct facet_error *error) {
    FACET_REQUIRE(animation->added == animation->frames);
    int code = animation->format->end(animation, error);
    if (!code) code = facet_image_file(animation->path, animation->bytes.data, animation->bytes.size, error);
    return code;
}
