// Facet's rasteriser beside others, on one thread: what tests/peers/raster.sh builds and runs. In every round each renderer
// draws all views of a face in turn; cells are medians over the rounds, ratios medians of the rounds' ratios.
#include "raster_bench.h"

#include "timing.h"

#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { VIEWS = 24, MOST_ROUNDS = 99, SIZES = 4, MOST_RENDERERS = 9, MOST_CHANNELS = 32 };

static const int across[SIZES] = {56, 114, 212, 253};
static const struct renderer *all[MOST_RENDERERS];
static int n_all, n_rounds, best; // all[best]: Facet's fastest path
static struct look looks[VIEWS];

static void die(const char *what) {
    fprintf(stderr, "raster benchmark: %s\n", what);
    exit(1);
}

// ---- views and pictures -------------------------------------------------------------------------------------------------

static void aim(struct look *look, double yaw, double pitch) {
    double cy = cos(yaw), sy = sin(yaw), cp = cos(pitch), sp = sin(pitch);
    const double right[3] = {cy, 0, -sy}, up[3] = {-sy * sp, cp, -cy * sp}, toward[3] = {sy * cp, sp, cy * cp};
    for (int k = 0; k < 3; k++) {
        look->right[k] = (float)right[k];
        look->up[k] = (float)up[k];
        look->toward[k] = (float)toward[k];
    }
}

static void aim_all(void) {
    const double degree = acos(-1) / 180;
    for (int i = 0; i < VIEWS; i++) aim(&looks[i], (-45 + 18 * (i % 6)) * degree, (-22.5 + 15 * (i / 6)) * degree);
}

static struct picture picture_create(void) {
    float *values = malloc(4 * PIXELS * sizeof *values);
    if (!values) die("no memory");
    for (int i = 0; i < 4 * PIXELS; i++) values[i] = NAN;
    return (struct picture){values, {values + PIXELS, values + 2 * PIXELS, values + 3 * PIXELS}};
}

static bool covered(const struct picture *picture, int pixel) {
    return picture->depth[pixel] > -1e6f;
}

// ---- agreement ----------------------------------------------------------------------------------------------------------

struct difference {
    long covered, of_facet, other_cover, both, far,
        turned; // pixels; beyond the tolerance; normals more than 3 degrees off
    float most; // mm
};

static void draw_with(const struct renderer *renderer, const struct look *look, const struct picture *picture) {
    renderer->draw(look, picture);
    if (renderer->show) renderer->show(picture);
}

static void compare(const struct renderer *renderer, const struct picture *mine, const struct picture *facets,
                    struct difference *sum) {
    for (int i = 0; i < PIXELS; i++) {
        bool here = covered(mine, i), there = covered(facets, i);
        sum->covered += here;
        sum->of_facet += there;
        sum->other_cover += here != there;
        if (!here || !there) continue;
        float off = mine->depth[i] - facets->depth[i], dot = 0;
        for (int k = 0; k < 3; k++) dot += mine->normal[k][i] * facets->normal[k][i];
        sum->both++;
        sum->most = fmaxf(sum->most, renderer->tolerance < 0 ? off : fabsf(off));
        sum->far += renderer->tolerance < 0 ? off > 0.1f : fabsf(off) > renderer->tolerance;
        sum->turned += dot < 0.9986f; // of a renderer without normals NaN, which is not less
    }
}

static void check(const struct renderer *renderer, const struct face *face) {
    struct picture mine = picture_create(), facets = picture_create();
    struct difference sum = {0};
    for (int i = 0; i < VIEWS; i += 3) {
        draw_with(all[best], &looks[i], &facets);
        draw_with(renderer, &looks[i], &mine);
        if (renderer->tolerance == 0 && memcmp(mine.depth, facets.depth, 4 * PIXELS * sizeof *mine.depth))
            die("Facet's paths do not give the same bits");
        compare(renderer, &mine, &facets, &sum);
    }
    fprintf(stderr,
            "%d triangles, %s: %ld pixels, %ld by Facet, %ld by one alone; of %ld by both %ld differ in depth (at most "
            "%.4g mm), "
            "%ld in normal\n",
            face->n_triangles, renderer->name, sum.covered, sum.of_facet, sum.other_cover, sum.both, sum.far,
            (double)sum.most, sum.turned);
    if (100 * sum.other_cover > sum.of_facet || 100 * sum.far > sum.both || 100 * sum.turned > sum.both)
        die("they do not draw the same picture");
    free(mine.depth);
    free(facets.depth);
}

// ---- renderers in turn --------------------------------------------------------------------------------------------------

static double ms_a_view(const struct renderer *renderer, const struct face *face, const struct picture *picture) {
    double begin = now();
    for (int i = 0; i < VIEWS; i++) {
        if (renderer->views_a_mesh > 0 && i % renderer->views_a_mesh == 0) renderer->take(face);
        renderer->draw(&looks[i], picture);
    }
    return 1e3 * (now() - begin) / VIEWS;
}

struct cell {
    double ms, ratio;
};

static void measure(const struct face *face, struct cell cells[MOST_RENDERERS]) {
    static double ms[MOST_RENDERERS][MOST_ROUNDS], ratio[MOST_ROUNDS];
    struct picture picture = picture_create();
    for (int r = -1; r < n_rounds; r++)
        for (int i = 0; i < n_all; i++) {
            double taken = ms_a_view(all[i], face, &picture);
            if (r >= 0) ms[i][r] = taken;
        }
    for (int i = 0; i < n_all; i++) {
        for (int r = 0; r < n_rounds; r++) ratio[r] = ms[i][r] / ms[best][r];
        cells[i].ratio = median(ratio, n_rounds);
    }
    for (int i = 0; i < n_all; i++) cells[i].ms = median(ms[i], n_rounds);
    free(picture.depth);
}

static void compare_renderers(struct face *const faces[SIZES]) {
    static struct cell cells[SIZES][MOST_RENDERERS];
    for (int s = 0; s < SIZES; s++) {
        for (int i = 0; i < n_all; i++) all[i]->take(faces[s]);
        for (int i = 0; i < n_all; i++) check(all[i], faces[s]);
        measure(faces[s], cells[s]);
    }
    printf("ms a view (times %s)\n| renderer | makes |", all[best]->name);
    for (int s = 0; s < SIZES; s++) printf(" %.1fk triangles |", 1e-3 * faces[s]->n_triangles);
    printf("\n|---|---|---|---|---|---|\n");
    for (int i = 0; i < n_all; i++) {
        printf("| %s | %s |", all[i]->name, all[i]->makes);
        for (int s = 0; s < SIZES; s++) printf(" %.3f (%.2f) |", cells[s][i].ms, cells[s][i].ratio);
        printf("\n");
    }
    fflush(stdout);
}

// ---- Facet alone: channels, views, threads ------------------------------------------------------------------------------

static double draw_all(struct facet_drawer *drawer, const struct face *face, const struct picture *picture) {
    double begin = now();
    for (int i = 0; i < VIEWS; i++) facet_drawer_draw(drawer, face, &looks[i], picture);
    return 1e3 * (now() - begin) / VIEWS;
}

static double paint_all(struct painter *painter) {
    double begin = now();
    for (int i = 0; i < VIEWS; i++) painter_draw(painter, &looks[i]);
    return 1e3 * (now() - begin) / VIEWS;
}

// added[c]: ms a view that channel c comes to after those before it.
static void compare_channels(const struct face *face, double added[MOST_CHANNELS]) {
    static double ms[MOST_CHANNELS][MOST_ROUNDS], difference[MOST_ROUNDS];
    struct painter *painters[MOST_CHANNELS];
    for (int c = 0; c < stage_channels; c++) painters[c] = painter_create(face, facet_isa, c + 1);
    for (int r = -1; r < n_rounds; r++)
        for (int c = 0; c < stage_channels; c++) {
            double taken = paint_all(painters[c]);
            if (r >= 0) ms[c][r] = taken;
        }
    for (int c = 0; c < stage_channels; c++) {
        for (int r = 0; r < n_rounds; r++) difference[r] = ms[c][r] - (c ? ms[c - 1][r] : 0);
        added[c] = median(difference, n_rounds);
        painter_destroy(painters[c]);
    }
}

// A mesh's first view finds it in no near cache: others were drawn since.
static void compare_views(struct facet_drawer *drawer, int across_face) {
    enum { MESHES = 24 };
    static double first[MOST_ROUNDS], added[MOST_ROUNDS];
    struct picture picture = picture_create();
    struct face *faces[MESHES];
    for (int m = 0; m < MESHES; m++)
        if (!(faces[m] = face_create(across_face))) die("no memory");
    for (int r = 0; r < n_rounds; r++) {
        double begin = now(), middle;
        for (int m = 0; m < MESHES; m++) facet_drawer_draw(drawer, faces[m], &looks[m % VIEWS], &picture);
        middle = now();
        for (int m = 0; m < MESHES; m++)
            for (int i = 0; i < 6; i++) facet_drawer_draw(drawer, faces[m], &looks[(m + 4 * i) % VIEWS], &picture);
        first[r] = 1e3 * (middle - begin) / MESHES;
        added[r] = (1e3 * (now() - middle) / MESHES - first[r]) / 5;
    }
    printf("| %.1fk | %.3f | %.3f |\n", 1e-3 * faces[0]->n_triangles, median(first, n_rounds), median(added, n_rounds));
    for (int m = 0; m < MESHES; m++) face_destroy(faces[m]);
    free(picture.depth);
}

struct worker {
    struct facet_drawer *drawer;
    struct face *face;
    struct picture picture;
    int times;
    double begin, end;
    pthread_barrier_t *together;
};

static void *work(void *given) {
    struct worker *worker = given;
    pthread_barrier_wait(worker->together);
    worker->begin = now();
    for (int i = 0; i < worker->times; i++) draw_all(worker->drawer, worker->face, &worker->picture);
    worker->end = now();
    return NULL;
}

// From the first to begin to the last to end.
static double time_workers(struct worker workers[2], int n) {
    pthread_t threads[2];
    pthread_barrier_t together;
    if (pthread_barrier_init(&together, NULL, (unsigned)n)) die("no barrier");
    for (int i = 0; i < n; i++) {
        workers[i].together = &together;
        if (pthread_create(&threads[i], NULL, work, &workers[i])) die("no thread");
    }
    for (int i = 0; i < n; i++) pthread_join(threads[i], NULL);
    pthread_barrier_destroy(&together);
    return fmax(workers[0].end, workers[n - 1].end) - fmin(workers[0].begin, workers[n - 1].begin);
}

// Each thread has its own mesh and draws it as often as one thread does alone: with two the time should stay the same.
static void compare_threads(const char *isa, int across_face, int times) {
    static double one[MOST_ROUNDS], share[MOST_ROUNDS];
    struct worker workers[2];
    for (int i = 0; i < 2; i++) {
        workers[i] = (struct worker){.drawer = facet_drawer_create(isa),
                                     .face = face_create(across_face),
                                     .picture = picture_create(),
                                     .times = times};
        if (!workers[i].drawer || !workers[i].face) die("no memory");
    }
    for (int r = 0; r < n_rounds; r++) {
        one[r] = time_workers(workers, 1);
        share[r] = one[r] / time_workers(workers, 2);
    }
    double views = (double)times * VIEWS / median(one, n_rounds), scaled = median(share, n_rounds);
    printf("| %.1fk | %.0f | %.0f | %.0f %% |\n", 1e-3 * workers[0].face->n_triangles, views, 2 * scaled * views,
           100 * scaled);
    for (int i = 0; i < 2; i++) {
        facet_drawer_destroy(workers[i].drawer);
        face_destroy(workers[i].face);
        free(workers[i].picture.depth);
    }
}

static void study_facet(struct face *const faces[SIZES]) {
    static double added[2][MOST_CHANNELS];
    struct facet_drawer *drawer = facet_drawer_create(facet_isa);
    if (!drawer) die("a path is gone");
    for (int s = 0; s < 2; s++) compare_channels(faces[s + 1], added[s]);
    printf("\nthe render stage in 8 bits, %s, ms a view\n| channel | %.1fk triangles | %.1fk |\n|---|---|---|\n",
           facet_isa, 1e-3 * faces[1]->n_triangles, 1e-3 * faces[2]->n_triangles);
    for (int c = 0; c < stage_channels; c++)
        printf("| %s%s | %.3f | %.3f |\n", c ? "+ " : "", stage_channel_name(c), added[0][c], added[1][c]);
    printf("\n| triangles | a mesh's first view | each view more |\n|---|---|---|\n");
    for (int s = 1; s <= 2; s++) compare_views(drawer, across[s]);
    printf("\n| triangles | views a second, 1 thread | 2 threads | efficiency |\n|---|---|---|---|\n");
    for (int s = 1; s <= 2; s++) compare_threads(facet_isa, across[s], s == 1 ? 12 : 6);
    facet_drawer_destroy(drawer);
}

// ---- what there is ------------------------------------------------------------------------------------------------------

static void open_all(void) {
    static const struct renderer *const known[] = {
        &facet_portable, &facet_avx2,   &facet_avx512, &facet_stage, &plain_loop,
#ifdef PEER_OSMESA
        &osmesa,
#endif
#ifdef PEER_EMBREE
        &embree,         &embree_build,
#endif
#ifdef PEER_MOC
        &masked_culling,
#endif
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        if (!known[i]->open()) continue;
        all[n_all] = known[i];
        if (i < 3) best = n_all; // from slow to fast
        n_all++;
    }
}

int main(int argc, char **argv) {
    struct face *faces[SIZES];
    n_rounds = argc > 1 ? atoi(argv[1]) : 9;
    if (n_rounds < 1 || n_rounds > MOST_ROUNDS) die("usage: raster [ROUNDS]");
    aim_all();
    open_all();
    for (int s = 0; s < SIZES; s++)
        if (!(faces[s] = face_create(across[s]))) die("no memory");
    if (getenv("SHUFFLE"))
        for (int s = 0; s < SIZES; s++) face_shuffle(faces[s]);
    compare_renderers(faces);
    study_facet(faces);
    for (int s = 0; s < SIZES; s++) face_destroy(faces[s]);
    return 0;
}
