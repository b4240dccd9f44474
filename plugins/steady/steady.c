// steady: puts the faces of a sequence into one frame of reference, so that views show the head moving and nothing else.
//
// preprocess turns every scan to the front by itself. Its poses are read whole when the stage begins, which keeps
// faces out of memory: units need not hold whole sequences, however long these are.
#include "steady/frame.h"

#include <facet/plugin.h>

#include <stdlib.h>
#include <string.h>

enum { IN_VERTICES, IN_NORMALS, IN_CURVATURES, IN_LANDMARKS, IN_POSE };
enum { VERTICES, NORMALS, CURVATURES, LANDMARKS, POSE };

struct steady {
    struct steady_pose *frames; // one a sequence that has one; one a row of these when they follow the head
    int32_t *frame_of;          // (rows) which, -1: the face stays where it is
    int64_t n_frames;
    bool at_start;
    int follow; // odd; 0: not
};

enum { START = 5 }; // frames that are taken for the beginning when it is not known when the expression begins

static const struct facet_param_spec params[] = {
    {.name = "frame",
     .type = FACET_PARAM_STRING,
     .fallback = "\"middle\"",
     .choices = "middle|start",
     .doc =
         "Whose pose all frames of a sequence take: of all of them the one nearest to all others, or of those before "
         "the onset (the first five when it is not known)."},
    {.name = "follow",
     .type = FACET_PARAM_INT,
     .fallback = "0",
     .unit = "frame",
     .max = 255,
     .doc = "0: the head moves in the views. More: the frame goes with the head, as the mean over so many frames "
            "around each."},
    {.name = NULL},
};

static void destroy(void *self) {
    struct steady *steady = self;
    if (!steady) return;
    free(steady->frames);
    free(steady->frame_of);
    free(steady);
}

// ---- choosing ---------------------------------------------------------------------------------------------------------

static int64_t end_of_sequence(const struct facet_items *items, int64_t first) {
    int64_t end = first + 1, rows = facet_items_count(items);
    int32_t sequence = facet_items_get(items, first).sequence;
    while (end < rows && facet_items_get(items, end).sequence == sequence) end++;
    return end;
}

// Rows of the sequence that the frame is chosen among.
static int64_t rows_at_start(const struct facet_items *items, int64_t first, int64_t end) {
    int32_t onset = facet_items_get(items, first).onset;
    int64_t n = 0;
    if (onset < 0) return end - first < START ? end - first : START;
    while (first + n < end && facet_items_get(items, first + n).frame <= onset) n++;
    return n;
}

// Where nothing is found at the start, all of the sequence is looked at.
static int choose(struct steady *steady, struct facet_stage *stage, int64_t first, int64_t end,
                  struct steady_pose *poses, struct facet_error *error) {
    bool found = false;
    struct steady_pose frame, *frames = steady->frames + steady->n_frames;
    int64_t n = end - first, start = steady->at_start ? rows_at_start(facet_stage_items(stage), first, end) : 0;
    int code = facet_stage_read_rows(stage, "pose", first, n, poses, error);
    if (!code && start > 0) code = steady_frame_choose(poses, start, &frame, &found, error);
    if (!code && !found) code = steady_frame_choose(poses, n, &frame, &found, error);
    if (code || !found) return code;
    for (int64_t i = 0; i < n; i++)
        steady->frame_of[first + i] = (int32_t)(steady->n_frames + (steady->follow ? i : 0));
    steady->n_frames += steady->follow ? n : 1;
    if (steady->follow) return steady_frame_follow(poses, n, steady->follow, &frame, frames, error);
    *frames = frame;
    return FACET_OK;
}

// How many sequences of more than one frame there are, the frames of these, and those of the longest of all.
static void measure(const struct facet_items *items, int64_t *sequences, int64_t *rows, int64_t *longest) {
    *sequences = *rows = 0, *longest = 1;
    for (int64_t first = 0, end; first < facet_items_count(items); first = end) {
        end = end_of_sequence(items, first);
        if (end - first > 1) *sequences += 1, *rows += end - first;
        if (end - first > *longest) *longest = end - first;
    }
}

static int choose_all(struct steady *steady, struct facet_stage *stage, struct facet_error *error) {
    const struct facet_items *items = facet_stage_items(stage);
    int64_t sequences, moving, longest, rows = facet_items_count(items);
    measure(items, &sequences, &moving, &longest);
    struct steady_pose *poses = malloc((size_t)longest * sizeof *poses);
    steady->frames = malloc((size_t)(steady->follow ? moving : sequences) * sizeof *steady->frames + 1);
    steady->frame_of = malloc((size_t)rows * sizeof *steady->frame_of + 1);
    int code = poses && steady->frames && steady->frame_of
                   ? FACET_OK
                   : facet_error_set(error, FACET_ERROR_MEMORY, "no memory for the poses of sequences");
    for (int64_t row = 0; row < rows && !code; row++) steady->frame_of[row] = -1;
    for (int64_t first = 0, end; first < rows && !code; first = end) {
        end = end_of_sequence(items, first);
        if (end - first > 1) code = choose(steady, stage, first, end, poses, error);
    }
    free(poses);
    return code;
}

static int check_pose(struct facet_stage *stage, struct facet_error *error) {
    struct facet_field pose;
    int code = facet_stage_field(stage, "pose", &pose, error);
    if (code || (pose.type == FACET_F64 && pose.rank == 2 && pose.dims[0] == 3 && pose.dims[1] == 4)) return code;
    return facet_error_set(error, FACET_ERROR_CONFIG, "steady needs pose as f64 (3, 4)");
}

static int create(const struct facet_params *given, struct facet_stage *stage, void **self, struct facet_error *error) {
    struct steady *steady = calloc(1, sizeof *steady);
    if (!steady) return facet_error_set(error, FACET_ERROR_MEMORY, "no memory for the steady plugin");
    steady->at_start = strcmp(facet_param_string(given, "frame"), "start") == 0;
    int64_t follow = facet_param_int(given, "follow");
    steady->follow = follow ? (int)(follow | 1) : 0;
    int code = check_pose(stage, error);
    if (!code) code = choose_all(steady, stage, error);
    if (code) {
        destroy(steady);
        return code;
    }
    *self = steady;
    return FACET_OK;
}

// ---- moving -----------------------------------------------------------------------------------------------------------

static bool is_ragged(const struct facet_field *field, int64_t width) {
    return field->type == FACET_F32 && field->ragged && field->rank == 2 && field->dims[1] == width;
}

static int declare(const void *self, const struct facet_field *in, struct facet_field *out, struct facet_error *error) {
    (void)self;
    if (!is_ragged(&in[IN_VERTICES], 3) || !is_ragged(&in[IN_NORMALS], 3) || !is_ragged(&in[IN_CURVATURES], 4) ||
        !is_ragged(&in[IN_LANDMARKS], 4))
        return facet_error_set(error, FACET_ERROR_CONFIG,
                               "steady needs vertices and normals as ragged f32 (n, 3), curvatures and landmarks as "
                               "ragged f32 (n, 4)");
    for (int f = VERTICES; f <= POSE; f++) out[f] = in[f];
    return FACET_OK;
}

static void turn(const struct steady_move *move, const float from[3], double to[3]) {
    for (int k = 0; k < 3; k++) {
        const double *r = move->rotation[k];
        to[k] = r[0] * from[0] + r[1] * from[1] + r[2] * from[2];
    }
}

static void move_point(const struct steady_move *move, float at[3]) {
    double to[3];
    turn(move, at, to);
    for (int k = 0; k < 3; k++) at[k] = (float)(move->scale * to[k] + move->shift[k]);
}

static void move_normal(const struct steady_move *move, float at[3]) {
    double to[3];
    turn(move, at, to);
    for (int k = 0; k < 3; k++) at[k] = (float)to[k];
}

// Mean curvature, Gaussian curvature, shape index, curvedness.
static void scale_curvature(const struct steady_move *move, float at[4]) {
    at[0] = (float)(at[0] / move->scale);
    at[1] = (float)(at[1] / (move->scale * move->scale));
    at[3] = (float)(at[3] / move->scale);
}

static void move_row(const struct steady_move *move, struct facet_block *out, int64_t row) {
    float(*vertices)[3] = facet_block_data(out, VERTICES, row), (*normals)[3] = facet_block_data(out, NORMALS, row);
    float(*curvatures)[4] = facet_block_data(out, CURVATURES, row), (*marks)[4] = facet_block_data(out, LANDMARKS, row);
    for (int64_t i = 0; i < facet_block_count(out, VERTICES, row); i++) move_point(move, vertices[i]);
    for (int64_t i = 0; i < facet_block_count(out, NORMALS, row); i++) move_normal(move, normals[i]);
    for (int64_t i = 0; i < facet_block_count(out, CURVATURES, row); i++) scale_curvature(move, curvatures[i]);
    for (int64_t i = 0; i < facet_block_count(out, LANDMARKS, row); i++) move_point(move, marks[i] + 1);
}

static int hand_on(const struct facet_block *in, struct facet_block *out, int64_t row, struct facet_error *error) {
    int code = FACET_OK;
    for (int f = VERTICES; f <= LANDMARKS && !code; f++) {
        int64_t count = facet_block_count(in, f, row);
        code = facet_block_resize(out, f, row, count, error);
        if (!code && count)
            memcpy(facet_block_data(out, f, row), facet_block_read(in, f, row),
                   (size_t)count * facet_field_step(facet_block_field(in, f)));
    }
    if (!code) memcpy(facet_block_data(out, POSE, row), facet_block_read(in, IN_POSE, row), sizeof(struct steady_pose));
    return code;
}

static int transform(const void *self, const struct facet_block *in, struct facet_block *out,
                     struct facet_error *error) {
    const struct steady *steady = self;
    int code = FACET_OK;
    for (int64_t row = 0; row < facet_block_rows(in) && !code; row++) {
        if (!facet_block_valid(in, row)) continue;
        int32_t frame = steady->frame_of[facet_block_first(in) + row];
        code = hand_on(in, out, row, error);
        if (code || frame < 0) continue;
        struct steady_move move = steady_move_between(facet_block_read(in, IN_POSE, row), &steady->frames[frame]);
        move_row(&move, out, row);
        memcpy(facet_block_data(out, POSE, row), &steady->frames[frame], sizeof(struct steady_pose));
    }
    return code;
}

static const struct facet_need needs[] = {
    [IN_VERTICES] = {.name = "vertices", .rows = true},
    [IN_NORMALS] = {.name = "normals", .rows = true},
    [IN_CURVATURES] = {.name = "curvatures", .rows = true},
    [IN_LANDMARKS] = {.name = "landmarks", .rows = true},
    [IN_POSE] = {.name = "pose", .rows = true}, // a row's own, and
    {.name = "pose"},                           // those of all rows, before any of them
    {.name = NULL},
};
static const char *const makes[] = {"vertices", "normals", "curvatures", "landmarks", "pose", NULL};
static const struct facet_map_ops ops = {
    .create = create, .declare = declare, .transform = transform, .destroy = destroy};

const struct facet_plugin facet_plugin_steady = {
    .abi = FACET_PLUGIN_ABI,
    .size = sizeof(struct facet_plugin),
    .kind = FACET_MAP,
    .name = "steady",
    .version = "1.0.0",
    .summary = "puts the faces of a sequence into one frame of reference, so that views show how the head moves",
    .params = params,
    .needs = needs,
    .makes = makes,
    .map = &ops,
};
