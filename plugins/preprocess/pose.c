#include "preprocess/pose.h"

#include "preprocess/cloud.h"
#include "preprocess/fit.h"

#include <math.h>
#include <string.h>

static const double degree = 3.14159265358979323846 / 180;
static const double yaws[] = {-44, -22, 0, 22, 44}, pitches[] = {-20, 0, 20}; // degrees
static const double sizes[] = {0.8, 1.0, 1.25};
enum { N_YAWS = 5, N_PITCHES = 3, N_SIZES = 3, N_STARTS = N_YAWS * N_PITCHES, N_TRIED = 8, N_FINAL = 3 };
static const double near_radius = 115;  // mm around the nose tip that hold all of the face
static const double close_by = 5;       // mm, what agrees
static const double score_least = 0.42; // below this, what was fitted is no face

static void start_rotation(double yaw, double pitch, double rotation[3][3]) {
    double cy = cos(yaw * degree), sy = sin(yaw * degree), cp = cos(pitch * degree), sp = sin(pitch * degree);
    double r[3][3] = {{cy, 0, sy}, {sp * sy, cp, -sp * cy}, {-cp * sy, sp, cp * cy}};
    memcpy(rotation, r, sizeof r);
}

// The best nose tip for one rotation, among the points that stand out.
static void best_tip(const struct preprocess_template *face, const struct preprocess_view *view,
                     struct preprocess_pose *pose) {
    pose->score = -INFINITY;
    for (int i = 0; i < view->visible; i++) {
        if (!preprocess_view_is_peak(view, i)) continue;
        for (int s = 0; s < N_SIZES; s++) {
            double score = preprocess_fit_verdict(face, view, view->points[i], sizes[s], 15.0);
            if (score <= pose->score) continue;
            pose->score = score;
            pose->scale = sizes[s];
            for (int k = 0; k < 3; k++) {
                pose->tip[k] = 0;
                for (int j = 0; j < 3; j++) pose->tip[k] += pose->rotation[j][k] * view->points[i][j];
            }
        }
    }
}

// Sorted by falling score; equal scores keep their order.
static void insert(struct preprocess_pose *poses, int n, const struct preprocess_pose *pose) {
    int i = n;
    for (; i > 0 && poses[i - 1].score < pose->score; i--) poses[i] = poses[i - 1];
    poses[i] = *pose;
}

static int starts(const struct preprocess_template *face, const struct preprocess_cloud *cloud,
                  struct preprocess_view *view, struct preprocess_search search, struct preprocess_pose *poses) {
    int n = 0;
    for (int y = 0; y < N_YAWS; y++) {
        for (int p = 0; p < N_PITCHES; p++) {
            if (!search.turn && (yaws[y] != 0 || pitches[p] != 0)) continue;
            struct preprocess_pose pose = {0};
            start_rotation(yaws[y], pitches[p], pose.rotation);
            preprocess_view_turn(view, cloud, pose.rotation);
            best_tip(face, view, &pose);
            if (pose.score > -INFINITY) insert(poses, n++, &pose);
        }
    }
    return n;
}

static void refine_starts(const struct preprocess_template *face, const struct preprocess_cloud *cloud,
                          struct preprocess_view *view, struct preprocess_search search, int n,
                          struct preprocess_pose *poses) {
    struct preprocess_pose sorted[N_STARTS];
    for (int i = 0; i < n; i++) {
        preprocess_fit_refine(face, cloud, view, search, 6, 18, 10, &poses[i]);
        insert(sorted, i, &poses[i]);
    }
    memcpy(poses, sorted, (size_t)n * sizeof *poses);
}

// Into the frame of the scan.
static void leave_cloud(const struct preprocess_cloud *cloud, struct preprocess_pose *pose) {
    for (int k = 0; k < 3; k++) pose->tip[k] = cloud->centre[k] + pose->tip[k] / cloud->unit;
    pose->scale *= cloud->unit;
}

// In the frame of the face, mm.
static void to_face(const struct preprocess_pose *pose, const float v[3], double p[3]) {
    double d[3] = {v[0] - pose->tip[0], v[1] - pose->tip[1], v[2] - pose->tip[2]};
    for (int k = 0; k < 3; k++) {
        const double *r = pose->rotation[k];
        p[k] = pose->scale * (r[0] * d[0] + r[1] * d[1] + r[2] * d[2]);
    }
}

// The nose tip of this very scan: the mean of the points near the fitted tip, each weighted by how far it stands out.
// A second round looks around the first answer, with a narrower field.
static void settle_tip(const struct preprocess_surface *surface, double field, struct preprocess_pose *pose) {
    double sum[3] = {0}, weight = 0, p[3];
    for (int64_t i = 0; i < surface->n_vertices; i++) {
        to_face(pose, surface->vertices[i], p);
        double aside = p[0] * p[0] + p[1] * p[1];
        if (aside > field * field || fabs(p[2]) > field) continue;
        double w = exp(p[2] + 0.1 * p[1] - aside / (field * field));
        for (int k = 0; k < 3; k++) sum[k] += w * p[k];
        weight += w;
    }
    if (!(weight > 0)) return;
    for (int k = 0; k < 3; k++) {
        double shift = 0;
        for (int i = 0; i < 3; i++) shift += pose->rotation[i][k] * sum[i] / weight;
        pose->tip[k] += shift / pose->scale;
    }
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
        if (*n > N_TRIED) *n = N_TRIED;
        refine_starts(face, &cloud, &view, search, *n, poses);
        for (int i = 0; i < *n; i++) leave_cloud(&cloud, &poses[i]);
        *unit = cloud.unit;
        preprocess_view_free(&view);
    }
    preprocess_cloud_free(&cloud);
    return code;
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
        preprocess_fit_refine(face, &cloud, &view, search, 12, 12, 7, pose);
        pose->agreement = preprocess_fit_agreement(face, &cloud, &view, close_by, pose);
        leave_cloud(&cloud, pose);
        preprocess_view_free(&view);
    }
    preprocess_cloud_free(&cloud);
    return code;
}

static void mark(struct preprocess_pose *pose) {
    for (int i = 0; i < FACET_LANDMARKS; i++)
        for (int k = 0; k < 3; k++) pose->landmarks[i][k] = NAN;
    memcpy(pose->landmarks[FACET_NOSE_TIP], pose->tip, sizeof pose->tip);
}

static int finish(const struct preprocess_surface *surface, struct preprocess_search search,
                  struct preprocess_pose *pose, struct facet_error *error) {
    if (pose->score < score_least) return no_nose(surface, pose, error);
    settle_tip(surface, 12, pose);
    settle_tip(surface, 8, pose);
    if (!search.scale) pose->scale = 1;
    mark(pose);
    return FACET_OK;
}

int preprocess_pose_settle(const struct preprocess_template *face, const struct preprocess_surface *surface,
                           struct preprocess_search search, double unit, struct preprocess_pose *pose,
                           struct facet_error *error) {
    int code = refine_near(face, surface, search, unit, pose, error);
    return code ? code : finish(surface, search, pose, error);
}

int preprocess_pose_find(const struct preprocess_template *face, const struct preprocess_surface *surface,
                         struct preprocess_search search, struct preprocess_pose *pose, struct facet_error *error) {
    struct preprocess_pose poses[N_STARTS] = {{.score = 0}};
    double unit = 1;
    int n = 0, code = find_coarse(face, surface, search, poses, &n, &unit, error);
    *pose = (struct preprocess_pose){.score = -1};
    for (int i = 0; !code && i < n && i < N_FINAL; i++) {
        code = refine_near(face, surface, search, unit, &poses[i], error);
        if (!code && poses[i].score > pose->score) *pose = poses[i];
    }
    return code ? code : finish(surface, search, pose, error);
}
