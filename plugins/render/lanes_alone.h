// Triangles that are not small, one by one: a lane is a sample of a row.
struct alone {
    int32_t at[3], step_x[3], step_y[3], tie[3]; // as in portable.c; 32 bits are enough for MIDDLE extents
    float near, by[2], per_area;
    int left, right, top, bottom;
};

static bool alone_edges(const struct render_corner *const c[3], struct alone *a) {
    int32_t area = (c[1]->x - c[0]->x) * (c[2]->y - c[0]->y) - (c[1]->y - c[0]->y) * (c[2]->x - c[0]->x);
    int32_t sign = area < 0 ? -1 : 1;
    int32_t px = a->left * RENDER_SUBPIXEL + RENDER_HALF, py = a->top * RENDER_SUBPIXEL + RENDER_HALF;
    for (int k = 0; k < 3; k++) {
        const struct render_corner *from = c[(k + 1) % 3], *to = c[(k + 2) % 3];
        int32_t dx = sign * (to->x - from->x), dy = sign * (to->y - from->y);
        a->at[k] = dx * (py - from->y) - dy * (px - from->x);
        a->step_x[k] = -dy * RENDER_SUBPIXEL;
        a->step_y[k] = dx * RENDER_SUBPIXEL;
        a->tie[k] = dy < 0 || (dy == 0 && dx > 0) ? 0 : -1;
    }
    a->near = c[0]->near;
    a->by[0] = c[1]->near - c[0]->near, a->by[1] = c[2]->near - c[0]->near;
    a->per_area = 1.0F / (float)(sign * area);
    return area != 0;
}

static int32_t least(const int32_t v[3]) {
    int32_t first = v[0] < v[1] ? v[0] : v[1];
    return first < v[2] ? first : v[2];
}
static int32_t most(const int32_t v[3]) {
    int32_t first = v[0] > v[1] ? v[0] : v[1];
    return first > v[2] ? first : v[2];
}

// False: wider or higher than MIDDLE.
static bool alone_box(const struct render_corner *const c[3], const struct render_window *window, struct alone *a) {
    int32_t x[3] = {c[0]->x, c[1]->x, c[2]->x}, y[3] = {c[0]->y, c[1]->y, c[2]->y};
    int32_t left = least(x), right = most(x), top = least(y), bottom = most(y), end = window->first + window->rows - 1;
    if (right - left > MIDDLE || bottom - top > MIDDLE) return false;
    a->left = (left + RENDER_HALF - 1) >> 8, a->right = (right - RENDER_HALF) >> 8;
    a->top = (top + RENDER_HALF - 1) >> 8, a->bottom = (bottom - RENDER_HALF) >> 8;
    if (a->left < 0) a->left = 0;
    if (a->right > window->side - 1) a->right = window->side - 1;
    if (a->top < window->first) a->top = window->first;
    if (a->bottom > end) a->bottom = end;
    return true;
}

LANE mask alone_inside(const struct alone *a, const ints at[3]) {
    ints least = int_add(at[0], int_all(a->tie[0]));
    for (int k = 1; k < 3; k++) least = int_or(least, int_add(at[k], int_all(a->tie[k])));
    return int_above(least, int_all(-1));
}

// Lanes past the row's end are masked out.
LANE void draw_alone_row(const struct alone *a, int32_t start, int32_t t, struct queue *queue) {
    ints lane = int_counted(), at[3];
    for (int k = 0; k < 3; k++) at[k] = int_add(int_all(a->at[k]), int_mul(lane, int_all(a->step_x[k])));
    for (int i = 0; i <= a->right - a->left; i += LANES) {
        mask hit = mask_and(alone_inside(a, at), int_above(int_all(a->right - a->left + 1 - i), lane));
        floats rise =
            float_add(float_mul(float_of(at[1]), float_all(a->by[0])), float_mul(float_of(at[2]), float_all(a->by[1])));
        floats near = float_add(float_all(a->near), float_mul(rise, float_all(a->per_area)));
        offer(queue, hit, int_add(lane, int_all(start + i)), near, int_all(t));
        for (int k = 0; k < 3; k++) at[k] = int_add(at[k], int_all(a->step_x[k] * LANES));
    }
}

static void draw_alone(const struct render_corner *const c[3], int32_t t, struct render_canvas *canvas,
                       struct queue *queue) {
    struct alone a;
    if (c[0]->x == RENDER_NOWHERE || c[1]->x == RENDER_NOWHERE || c[2]->x == RENDER_NOWHERE) return;
    if (!alone_box(c, &canvas->window, &a)) {
        render_draw_one(c, t, canvas);
        return;
    }
    if (a.left > a.right || a.top > a.bottom || !alone_edges(c, &a)) return;
    for (int row = a.top; row <= a.bottom; row++) {
        draw_alone_row(&a, (row - canvas->window.first) * canvas->window.side + a.left, t, queue);
        for (int k = 0; k < 3; k++) a.at[k] += a.step_y[k];
    }
}
