// Small triangles of pictures whose places fit 16 bits: two numbers a lane, half the work of lanes.h's own way and the same
// bits. What is held in range lies so far outside that its triangles are outside too, or not small.
enum { RENDER_BOTH = 0x00010001 };

struct tiny {
    ints corner[3]; // places seen from the first sample's centre of their boxes, signed
    floats near, by[2], per_area;
    ints area; // twice, of either sign
    ints more; // samples of the box beyond the first
    mask drawn;
};

LANE ints both(int value) {
    return int_all(value * RENDER_BOTH);
}

// Edge functions with the area's sign: inside, all three have it.
LANE void tiny_edges(const ints corner[3], ints edge[3]) {
    ints turned[3];
    EACH_CORNER(k) turned[k] = half_turned(corner[k]);
    EACH_CORNER(k) edge[k] = half_dot(corner[(k + 1) % 3], turned[(k + 2) % 3]);
}

// Of the samples on an edge of their triangle those that are its own.
static mask tiny_owned(const struct tiny *s, mask touched, const ints edge[3]) {
    ints sign = int_sign(s->area), zero = int_all(0);
    EACH_CORNER(k) {
        ints along = half_sub(s->corner[(k + 2) % 3], s->corner[(k + 1) % 3]);
        ints dx = int_sub(int_xor(int_low_signed(along), sign), sign),
             dy = int_sub(int_xor(int_high_signed(along), sign), sign);
        mask owned = mask_or(int_above(zero, dy), mask_and(bits_none(dy, dy), int_above(dx, zero)));
        touched = mask_and(touched, mask_or(owned, bits_any(edge[k], edge[k])));
    }
    return touched;
}

LANE void tiny_sample(const struct tiny *s, mask among, const ints edge[3], ints place, ints triangle,
                      struct queue *queue) {
    ints low = int_least(int_least(edge[0], edge[1]), edge[2]), high = int_most(int_most(edge[0], edge[1]), edge[2]);
    ints zero = int_all(0);
    mask inside = mask_and(among, mask_or(int_above(low, zero), int_above(zero, high)));
    mask touched = mask_and(among, mask_or(bits_none(low, low), bits_none(high, high)));
    if (mask_bits(touched)) inside = mask_or(inside, tiny_owned(s, touched, edge));
    floats rise = float_add(float_mul(float_of(edge[1]), s->by[0]), float_mul(float_of(edge[2]), s->by[1]));
    offer(queue, inside, place, float_add(s->near, float_mul(rise, s->per_area)), triangle);
}

// The samples of the boxes but the first. All lanes go over the largest box; a lane whose box is smaller sits out.
static void tiny_rest(const struct tiny *s, ints place, ints triangle, int side, struct queue *queue) {
    ints zero = int_all(0), wide = int_low_signed(s->more), high = int_high_signed(s->more);
    int most_wide = int_greatest(int_if(s->drawn, wide, zero)), most_high = int_greatest(int_if(s->drawn, high, zero));
    for (int j = 0; j <= most_high; j++)
        for (int i = j == 0; i <= most_wide; i++) {
            ints corner[3], edge[3], step = int_all((j << 16 | i) * RENDER_SUBPIXEL);
            mask among = mask_and(s->drawn, mask_and(int_above(high, int_all(j - 1)), int_above(wide, int_all(i - 1))));
            EACH_CORNER(k) corner[k] = half_sub(s->corner[k], step);
            tiny_edges(corner, edge);
            tiny_sample(s, among, edge, int_add(place, int_all(j * side + i)), triangle, queue);
        }
}

LANE void draw_tiny(struct tiny *s, ints first, int64_t t, const struct render_window *window, struct queue *queue) {
    const int slack = RENDER_SLACK / RENDER_SUBPIXEL;
    ints edge[3], triangle = int_add(int_all((int32_t)t), int_counted());
    tiny_edges(s->corner, edge);
    s->area = int_add(int_add(edge[0], edge[1]), edge[2]);
    s->drawn = mask_and(s->drawn, bits_any(s->area, s->area));
    if (!mask_bits(s->drawn)) return;
    s->per_area = float_div(float_all(1), float_of(s->area));
    ints place = int_add(half_dot(first, int_all(window->side << 16 | 1)),
                         int_all(-slack - (slack + window->first) * window->side));
    tiny_sample(s, s->drawn, edge, place, triangle, queue);
    if (mask_bits(mask_and(s->drawn, bits_any(s->more, int_all(-1)))))
        tiny_rest(s, place, triangle, window->side, queue);
}

// A group of triangles from t on. Returns which are to be drawn alone.
LANE uint32_t draw_pinned(const struct render_mesh *mesh, const struct render_pin *pins, int64_t t,
                          const struct render_window *window, struct queue *queue) {
    const int slack = RENDER_SLACK / RENDER_SUBPIXEL, end = slack + window->first + window->rows - 1;
    struct tiny s;
    ints at[3], signs = int_all((int32_t)0x80008000);
    floats near[3];
    EACH_CORNER(k) load_pins(pins, mesh->triangles[t] + k, &at[k], &near[k]);
    ints low = half_least(half_least(at[0], at[1]), at[2]), high = half_most(half_most(at[0], at[1]), at[2]);
    ints first = half_per_sample(half_add_held(low, both(RENDER_HALF - 1)));
    first = half_most(first, int_all((slack + window->first) << 16 | slack));
    ints last = half_per_sample(half_sub_held(high, both(RENDER_HALF)));
    last = half_least(last, int_all(end << 16 | (slack + window->side - 1)));
    s.more = half_sub(last, first);
    mask live = bits_none(s.more, signs);
    mask small = bits_none(half_sub_held(half_sub(high, low), both(SMALL - 1)), int_all(-1));
    s.drawn = mask_and(live, small);
    uint32_t larger = mask_bits(live) & ~mask_bits(small);
    if (!mask_bits(s.drawn)) return larger;
    ints centre = half_add_held(half_of_samples(first), both(RENDER_HALF));
    EACH_CORNER(k) s.corner[k] = half_sub(at[k], centre);
    s.near = near[0], s.by[0] = float_sub(near[1], near[0]), s.by[1] = float_sub(near[2], near[0]);
    draw_tiny(&s, first, t, window, queue);
    return larger;
}
