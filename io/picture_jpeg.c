// JPEG pictures, by libjpeg-turbo. The library reports errors by a jump, which ends here as a sentence.
#include "io/picture.h"

#include <setjmp.h>
#include <stdio.h>

#include <jerror.h>
#include <jpeglib.h>

// An end-of-band run of a progressive file passes over 32,767 blocks of 64 pixels in three bytes; grey blocks need not even
// that. Real pictures are far from it: half a bit a block is less than any encoder makes of an even surface.
enum { DENSEST = 1024, MOST_SCANS = 200 };
static const long most_memory = 1L << 30;

struct jpeg {
    struct jpeg_decompress_struct library; // first: the library's callbacks get a pointer to it
    struct jpeg_error_mgr errors;
    struct jpeg_progress_mgr progress;
    jmp_buf out;
    char reason[JMSG_LENGTH_MAX];
};

static _Noreturn void give_up(j_common_ptr library) {
    struct jpeg *jpeg = (struct jpeg *)library;
    jpeg->errors.format_message(library, jpeg->reason);
    longjmp(jpeg->out, 1);
}

// Warnings are passed over, save those of files that end too early, whose rest would be made up.
static void warn(j_common_ptr library, int level) {
    int code = ((struct jpeg *)library)->errors.msg_code;
    if (level < 0 && (code == JWRN_JPEG_EOF || code == JWRN_HIT_MARKER)) give_up(library);
}

static void say_nothing(j_common_ptr library) {
    (void)library;
}

// Thousands of empty scans would each walk the whole picture.
static void count_scans(j_common_ptr library) {
    struct jpeg *jpeg = (struct jpeg *)library;
    if (jpeg->library.input_scan_number <= MOST_SCANS) return;
    snprintf(jpeg->reason, sizeof jpeg->reason, "more than %d scans", MOST_SCANS);
    longjmp(jpeg->out, 1);
}

static void prepare(struct jpeg *jpeg) {
    jpeg->library.err = jpeg_std_error(&jpeg->errors);
    jpeg->errors.error_exit = give_up;
    jpeg->errors.emit_message = warn;
    jpeg->errors.output_message = say_nothing;
    jpeg->progress.progress_monitor = count_scans;
}

static int decode(struct jpeg *jpeg, const void *bytes, size_t size, struct facet_image *image,
                  struct facet_error *error) {
    struct jpeg_decompress_struct *library = &jpeg->library;
    jpeg_create_decompress(library);
    library->progress = &jpeg->progress;
    library->mem->max_memory_to_use = most_memory;
    jpeg_mem_src(library, bytes, size);
    jpeg_read_header(library, TRUE);
    library->out_color_space = JCS_RGB;
    int code = picture_begin(image, library->image_width, library->image_height, size, DENSEST, error);
    if (code) return code;
    jpeg_start_decompress(library);
    while (library->output_scanline < library->output_height) {
        JSAMPROW row = image->rgb + (size_t)library->output_scanline * 3 * (size_t)image->width;
        jpeg_read_scanlines(library, &row, 1);
    }
    jpeg_finish_decompress(library);
    return FACET_OK;
}

static int guarded(struct jpeg *jpeg, const void *bytes, size_t size, struct facet_image *image,
                   struct facet_error *error) {
    if (!setjmp(jpeg->out)) return decode(jpeg, bytes, size, image, error);
    return facet_error_set(error, FACET_ERROR_DATA, "a broken JPEG picture: %s", jpeg->reason);
}

int picture_decode_jpeg(const void *bytes, size_t size, struct facet_image *image, struct facet_error *error) {
    struct jpeg jpeg = {0};
    prepare(&jpeg);
    int code = guarded(&jpeg, bytes, size, image, error);
    if (code) facet_image_free(image);
    jpeg_destroy_decompress(&jpeg.library);
    return code;
}
