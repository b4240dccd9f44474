// Windows bitmaps as scanners and Matlab write them: 8 bits with a palette, 24 or 32 bits, rows from below or from above.
#include "io/picture.h"

#include "io/scan/bytes.h"

enum { FILE_HEADER = 14, SHORTEST_HEADER = 40, MASKS = 3 * 4, RGB = 0, BITFIELDS = 3 };

struct bmp {
    const char *bytes;
    size_t size;
    int64_t width, height, pitch; // pitch: bytes of a row, padded to four
    size_t pixels, palette;       // where they begin
    uint32_t bits, colours;
    bool from_above;
};

static int refused(size_t at, const char *what, long long found, struct facet_error *error) {
    return facet_error_set(error, FACET_ERROR_DATA, "byte %zu: a BMP picture with %s expected, found %lld", at, what,
                           found);
}

// Masks are told in words only when they are the usual blue, green, red order.
static bool usual_masks(const struct bmp *bmp) {
    const char *masks = bmp->bytes + FILE_HEADER + SHORTEST_HEADER;
    return bmp->size >= FILE_HEADER + SHORTEST_HEADER + MASKS && bmp->bits == 32 && scan_u32(masks) == 0xff0000 &&
           scan_u32(masks + 4) == 0xff00 && scan_u32(masks + 8) == 0xff;
}

static int check_coding(struct bmp *bmp, struct facet_error *error) {
    const char *header = bmp->bytes + FILE_HEADER;
    uint32_t coding = scan_u32(header + 16), colours = scan_u32(header + 32);
    bmp->bits = scan_u16(header + 14);
    if (bmp->bits != 8 && bmp->bits != 24 && bmp->bits != 32)
        return refused(FILE_HEADER + 14, "8, 24 or 32 bits a pixel", bmp->bits, error);
    if (coding != RGB && !(coding == BITFIELDS && usual_masks(bmp)))
        return refused(FILE_HEADER + 16, "plain pixels, neither run-length coded nor with masks of its own", coding,
                       error);
    bmp->colours = colours ? colours : 256;
    if (bmp->bits == 8 && bmp->colours > 256)
        return refused(FILE_HEADER + 32, "a palette of at most 256 colours", bmp->colours, error);
    return FACET_OK;
}

static int read_header(struct bmp *bmp, struct facet_error *error) {
    const char *header = bmp->bytes + FILE_HEADER;
    if (bmp->size < FILE_HEADER + SHORTEST_HEADER)
        return facet_error_set(error, FACET_ERROR_DATA,
                               "byte %zu: the file ends, the %d bytes of a BMP header expected", bmp->size,
                               FILE_HEADER + SHORTEST_HEADER);
    uint32_t length = scan_u32(header);
    int32_t height = (int32_t)scan_u32(header + 8);
    if (length < SHORTEST_HEADER || length > bmp->size - FILE_HEADER)
        return refused(FILE_HEADER, "a header of 40 bytes or more", length, error);
    bmp->pixels = scan_u32(bmp->bytes + 10);
    bmp->palette = FILE_HEADER + length;
    bmp->width = (int32_t)scan_u32(header + 4);
    bmp->from_above = height < 0;
    bmp->height = height < 0 ? -(int64_t)height : height;
    return check_coding(bmp, error);
}

static int check_room(struct bmp *bmp, struct facet_error *error) {
    bmp->pitch = (bmp->width * bmp->bits / 8 + 3) / 4 * 4;
    if (bmp->bits == 8 && (bmp->palette > bmp->size || 4 * (size_t)bmp->colours > bmp->size - bmp->palette))
        return facet_error_set(error, FACET_ERROR_DATA, "byte %zu: the file ends, a palette of %u colours expected",
                               bmp->size, bmp->colours);
    if (bmp->pixels <= bmp->size && bmp->pitch * bmp->height <= (int64_t)(bmp->size - bmp->pixels)) return FACET_OK;
    return facet_error_set(error, FACET_ERROR_DATA,
                           "byte %zu: the file ends, %lld rows of %lld bytes from byte %zu on expected", bmp->size,
                           (long long)bmp->height, (long long)bmp->pitch, bmp->pixels);
}

static int read_row(const struct bmp *bmp, int64_t row, uint8_t *rgb, struct facet_error *error) {
    const char *from = bmp->bytes + bmp->pixels + bmp->pitch * (bmp->from_above ? row : bmp->height - 1 - row);
    for (int64_t x = 0; x < bmp->width; x++, rgb += 3) {
        const char *pixel = from + x * (bmp->bits / 8);
        if (bmp->bits == 8) {
            uint8_t index = (uint8_t)*pixel;
            if (index >= bmp->colours)
                return refused((size_t)(pixel - bmp->bytes), "pixels of its palette", index, error);
            pixel = bmp->bytes + bmp->palette + 4 * (size_t)index;
        }
        rgb[0] = (uint8_t)pixel[2], rgb[1] = (uint8_t)pixel[1], rgb[2] = (uint8_t)pixel[0];
    }
    return FACET_OK;
}

int picture_decode_bmp(const void *bytes, size_t size, struct facet_image *image, struct facet_error *error) {
    struct bmp bmp = {.bytes = bytes, .size = size};
    int code = read_header(&bmp, error);
    if (!code) code = picture_begin(image, bmp.width, bmp.height, size, 1, error);
    if (!code) code = check_room(&bmp, error);
    for (int64_t row = 0; !code && row < bmp.height; row++)
        code = read_row(&bmp, row, image->rgb + 3 * row * bmp.width, error);
    if (code) facet_image_free(image);
    return code;
}
