#include "preprocess/pose.h"

#include "preprocess/cloud.h"
#include "preprocess/fit.h"
#include "preprocess/nose.h"
#include "preprocess/solid.h"
#include "preprocess/tip.h"

#include <math.h>
#include <string.h>

static const double degree = 3.14159265358979323846 / 180;
static const double yaws[] = {-44, -22, 0, 22, 44}, pitches[] = {-20, 0, 20}; // degrees
static const double sizes[] = {0.8, 1.0, 1.25};
enum { N_YAWS = 5, N_PITCHES = 3, N_SIZES = 3, N_TIPS = 3, N_TRIED = 14, N_FINAL = 4, N_STEPS = 5, N_FIRM = 5 };
static const double same_within = 8, same_turn = 10; // mm, degrees
static const double near_radius = 115;               // mm around the nose tip that hold all of the face
static const double close_by = 5;                    // mm, what agrees
static const double sure = 0.75;                     // a nose this likely is where it was found
static const double score_least = 0.47;              // below this, what was fitted is no face

static void start_rotation(double yaw, double pitch, double rotation[3][3]) {
    double cy = cos(yaw * degree), sy = sin(yaw * degree), cp = cos(pitch * degree), sp = sin(pitch * degree);
    double r[3][3] = {{cy, 0, sy}, {sp * sy, cp, -sp * cy}, {-cp * sy, sp, cp * cy}};
    memcpy(rotation, r, sizeof r);
}

static void turn(const double rotation[3][3], const double p[3], double out[3]) {
    for (int k = 0; k < 3; k++) out[k] = rotation[k][0] * p[0] + rotation[k][1] * p[1] + rotation[k][2] * p[2];
}

static void turn_back(const double rotation[3][3], const double p[3], double out[3]) {
    for (int k = 0; k < 3; k++) out[k] = rotation[0][k] * p[0] + rotation[1][k] * p[1] + rotation[2][k] * p[2];
}

// Sorted by falling score, at most `most`; equal scores keep their order.
static int insert(struct preprocess_pose *poses, int n, int most, const struct preprocess_pose *pose) {
    int i = n < most ? n : most;
    if (i == most && !(pose->score > poses[--i].score)) return most;
    for (; i > 0 && poses[i - 1].score < pose->score; i--) poses[i] = poses[i - 1];
    poses[i] = *pose;
    return n < most ? n + 1 : most;
}

// Tries the visible point `at` as the nose tip.
static void try_tip(const struct preprocess_template *face, const struct preprocess_view *view,
                    struct preprocess_search search, const double at[3], struct preprocess_pose *pose) {
    pose->score = -INFINITY;
    for (int s = 0; s < N_SIZES; s++) {
        if (!search.scale && sizes[s] != 1.0) continue;
        double score = preprocess_fit_verdict(face, view, at, sizes[s], 15.0);
        if (score <= pose->score) continue;
        pose->score = score;
        pose->scale = sizes[s];
    }
    turn_back(pose->rotation, at, pose->tip);
}

// The best nose tips for one rotation, among the points that stand out.
static int best_tips(const struct preprocess_template *face, const struct preprocess_view *view,
                     struct preprocess_search search, struct preprocess_pose pose, struct preprocess_pose *best) {
    int n = 0;
    for (int i = 0; i < view->visible; i++) {
        if (!preprocess_view_is_peak(view, i)) continue;
        try_tip(face, view, search, view->points[i], &pose);
        n = insert(best, n, N_TIPS, &pose);
    }
    return n;
}

static int starts(const struct preprocess_template *face, const struct preprocess_cloud *cloud,
                  struct preprocess_view *view, struct preprocess_search search, struct preprocess_pose *poses) {
    int n = 0;
    for (int y = 0; y < N_YAWS; y++) {
        for (int p = 0; p < N_PITCHES; p++) {
            if (!search.turn && (yaws[y] != 0 || pitches[p] != 0)) continue;
            struct preprocess_pose pose = {0}, tips[N_TIPS];
            start_rotation(yaws[y], pitches[p], pose.rotation);
            preprocess_view_turn(view, cloud, pose.rotation);
            int found = best_tips(face, view, search, pose, tips);
            for (int i = 0; i < found; i++) n = insert(poses, n, N_TRIED, &tips[i]);
        }
    }
    return n;
}

// Two starts that came to the same answer.
static bool same(const struct preprocess_pose *a, const struct preprocess_pose *b) {
    double d2 = 0, trace = 0;
    for (int k = 0; k < 3; k++) d2 += (a->tip[k] - b->tip[k]) * (a->tip[k] - b->tip[k]);
    for (int i = 0; i < 9; i++) trace += a->rotation[i / 3][i % 3] * b->rotation[i / 3][i % 3];
    return d2 * a->scale * b->scale < same_within * same_within && trace > 1 + 2 * cos(same_turn * degree);
}

// How much what lies at the nose tip is like a nose; pose in the frame of the cloud.
static double nose_of(const struct preprocess_template *face, const struct preprocess_cloud *cloud,
                      struct preprocess_view *view, const struct preprocess_pose *pose) {
    double tip[3];
    preprocess_view_turn(view, cloud, (double(*)[3])pose->rotation);
    turn(pose->rotation, pose->tip, tip);
    return preprocess_nose_likeness(face, view, tip, pose->scale);
}

// Drops what another start found, too, and a better one.
static int refine_starts(const struct preprocess_template *face, const struct preprocess_cloud *cloud,
                         struct preprocess_view *view, struct preprocess_search search, int n,
                         struct preprocess_pose *poses) {
    struct preprocess_pose sorted[N_TRIED];
    int kept = 0;
    for (int i = 0, in = 0; i < n; i++) {
        preprocess_fit_refine(face, cloud, view, search, 6, 18, 10, false, &poses[i]);
        poses[i].score = (poses[i].score + nose_of(face, cloud, view, &poses[i])) / 2;
        in = insert(sorted, in, N_TRIED, &poses[i]);
    }
    for (int i = 0; i < n; i++) {
        bool known = false;
        for (int j = 0; j < kept; j++) known |= same(&poses[j], &sorted[i]);
        if (!known) poses[kept++] = sorted[i];
    }
    return kept;
}

// Into the frame of the scan.
static void leave_cloud(const struct preprocess_cloud *cloud, struct preprocess_pose *pose) {
    for (int k = 0; k < 3; k++) pose->tip[k] = cloud->centre[k] + pose->tip[k] / cloud->unit;
    pose->scale *= cloud->unit;
}

static void enter_cloud(const struct preprocess_cloud *cloud, struct preprocess_pose *pose) {
    for (int k = 0; k < 3; k++) pose->tip[k] = cloud->unit * (pose->tip[k] - cloud->centre[k]);
    pose->scale /= cloud->unit;
}

static int no_nose(const struct preprocess_surface *surface, const struct preprocess_pose *best,
                   struct facet_error *error) {
    float low[3], high[3];
    memcpy(low, surface->vertices[0], sizeof low);
    memcpy(high, low, sizeof high);
    for (int64_t i = 1; i < surface->n_vertices; i++) {
        for (int k = 0; k < 3; k++) {
            low[k] = fminf(low[k], surface->vertices[i][k]);
            high[k] = fmaxf(high[k], surface->vertices[i][k]);
        }
    }
    return facet_error_set(error, FACET_ERROR_DATA,
                           "no nose was found: the best fit of a face scores %.2f of %.2f; the mesh measures %.3g x "
                           "%.3g x %.3g: mm?",
                           fmax(best->score, 0), score_least, (double)high[0] - low[0], (double)high[1] - low[1],
                           (double)high[2] - low[2]);
}

// Coarse fits over the whole scan; poses come back in the scan's frame, best first.
static int find_coarse(const struct preprocess_template *face, const struct preprocess_surface *surface,
                       struct preprocess_search search, struct preprocess_pose *poses, int *n, double *unit,
                       struct facet_error *error) {
    struct preprocess_cloud cloud;
    struct preprocess_view view;
    int code = preprocess_cloud_create(surface, search.scale, &cloud, error);
    if (code) return code;
    code = preprocess_view_create(&cloud, &view, error);
    if (!code) {
        *n = starts(face, &cloud, &view, search, poses);
        *n = refine_starts(face, &cloud, &view, search, *n, poses);
        for (int i = 0; i < *n; i++) leave_cloud(&cloud, &poses[i]);
        *unit = cloud.unit;
        preprocess_view_free(&view);
    }
    preprocess_cloud_free(&cloud);
    return code;
}

// A nose tip that is little like one: the generic face may have slipped up or down, and lips may be what stands out.
static void doubt_tip(const struct preprocess_template *face, const struct preprocess_surface *surface,
                      const struct preprocess_cloud *cloud, struct preprocess_view *view,
                      struct preprocess_pose *pose) {
    struct preprocess_pose inside = *pose;
    double tip[3];
    enter_cloud(cloud, &inside);
    preprocess_view_turn(view, cloud, inside.rotation);
    turn(inside.rotation, inside.tip, tip);
    if (preprocess_nose_likeness(face, view, tip, inside.scale) > sure) return;
    if (preprocess_nose_slip(face, view, inside.scale, tip)) {
        turn_back(inside.rotation, tip, inside.tip);
        leave_cloud(cloud, &inside);
        memcpy(pose->tip, inside.tip, sizeof pose->tip);
        memcpy(pose->fit_tip, inside.tip, sizeof pose->tip);
    }
    preprocess_tip_walk(surface, pose);
}

// Moves the nose tip to where this very scan has it; returns how much like a nose that is.
static double settle_tip(const struct preprocess_template *face, const struct preprocess_surface *surface,
                         const struct preprocess_cloud *cloud, struct preprocess_view *view,
                         struct preprocess_pose *pose) {
    memcpy(pose->fit_tip, pose->tip, sizeof pose->tip);
    preprocess_tip_settle(face, surface, pose);
    doubt_tip(face, surface, cloud, view, pose);
    struct preprocess_pose inside = *pose;
    enter_cloud(cloud, &inside);
    return nose_of(face, cloud, view, &inside);
}

// A fine fit over the points around one coarse answer.
static int refine_near(const struct preprocess_template *face, const struct preprocess_surface *surface,
                       struct preprocess_search search, double unit, struct preprocess_pose *pose,
                       struct facet_error *error) {
    struct preprocess_cloud cloud;
    struct preprocess_view view;
    double radius = near_radius * unit / pose->scale;
    int code = preprocess_cloud_create_near(surface, unit, pose->tip, radius, &cloud, error);
    if (code) return code;
    code = preprocess_view_create(&cloud, &view, error);
    if (!code) {
        memset(pose->tip, 0, sizeof pose->tip);
        pose->scale /= unit;
        preprocess_fit_refine(face, &cloud, &view, search, N_STEPS, 18, 18, false, pose);
        double verdict = pose->score; // of the whole face; the firm parts alone only turn it
        preprocess_fit_refine(face, &cloud, &view, search, N_FIRM, 18, 18, true, pose);
        pose->agreement = preprocess_fit_agreement(face, &cloud, &view, close_by, pose);
        leave_cloud(&cloud, pose);
        pose->score = (verdict + settle_tip(face, surface, &cloud, &view, pose)) / 2;
        preprocess_view_free(&view);
    }
    preprocess_cloud_free(&cloud);
    return code;
}

static int finish(const struct preprocess_template *face, const struct preprocess_surface *surface,
                  struct preprocess_search search, struct preprocess_pose *pose, struct facet_error *error) {
    if (pose->score < score_least) return no_nose(surface, pose, error);
    struct preprocess_pose fit = *pose;
    memcpy(fit.tip, pose->fit_tip, sizeof fit.tip);
    preprocess_landmarks_place(face, surface, &fit, pose);
    if (!search.scale) pose->scale = 1;
    return FACET_OK;
}

static int settle(const struct preprocess_template *face, const struct preprocess_surface *solid,
                  struct preprocess_search search, double unit, struct preprocess_pose *pose,
                  struct facet_error *error) {
    int code = refine_near(face, solid, search, unit, pose, error);
    return code ? code : finish(face, solid, search, pose, error);
}

static int find(const struct preprocess_template *face, const struct preprocess_surface *solid,
                struct preprocess_search search, struct preprocess_pose *pose, struct facet_error *error) {
    struct preprocess_pose poses[N_TRIED] = {{.score = 0}};
    double unit = 1;
    int n = 0, code = find_coarse(face, solid, search, poses, &n, &unit, error);
    *pose = (struct preprocess_pose){.score = -1};
    for (int i = 0; !code && i < n && i < N_FINAL; i++) {
        code = refine_near(face, solid, search, unit, &poses[i], error);
        if (!code && poses[i].score > pose->score) *pose = poses[i];
    }
    return code ? code : finish(face, solid, search, pose, error);
}

int preprocess_pose_settle(const struct preprocess_template *face, const struct preprocess_surface *surface,
                           struct preprocess_search search, double unit, struct preprocess_pose *pose,
                           struct facet_error *error) {
    struct preprocess_surface solid;
    int code = preprocess_solid_create(surface, &solid, error);
    if (!code) code = settle(face, &solid, search, unit, pose, error);
    preprocess_surface_free(&solid);
    return code;
}

int preprocess_pose_find(const struct preprocess_template *face, const struct preprocess_surface *surface,
                         struct preprocess_search search, struct preprocess_pose *pose, struct facet_error *error) {
    struct preprocess_surface solid;
    int code = preprocess_solid_create(surface, &solid, error);
    if (!code) code = find(face, &solid, search, pose, error);
    preprocess_surface_free(&solid);
    return code;
}
