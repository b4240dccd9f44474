// What lanes.h does with fragments: the covered samples, where they lie on their triangles, what they see there.
static void list(const struct render_canvas *canvas, struct render_seen *seen) {
    int side = canvas->window.side;
    seen->count = 0;
    for (int row = 0; row < canvas->window.rows; row++) {
        const uint64_t *keys = canvas->keys + (size_t)row * (size_t)side;
        int32_t at = canvas->window.first + row, column = 0;
        for (; column + LANES <= side; column += LANES) {
            ints triangle = int_low_halves(keys + column), lane = int_add(int_counted(), int_all(column));
            mask covered = int_above(triangle, int_all(-1));
            int_pack(seen->sample + seen->count, covered, int_add(lane, int_all(at * side)));
            int_pack(seen->place + seen->count, covered, int_or(lane, int_all(at << 16)));
            int_pack(seen->triangle + seen->count, covered, triangle);
            seen->count += __builtin_popcount(mask_bits(covered));
        }
        render_list_rest(canvas, row, column, seen);
    }
}

struct columns {
    ints of[4];
};

// No byte past the last row's third number is touched.
static struct columns load_last_triples(const void *base, const int32_t *place) {
    __m128i row[LANES], three = _mm_setr_epi32(-1, -1, -1, 0);
    struct columns columns;
    for (int l = 0; l < LANES; l++) row[l] = _mm_maskload_epi32((const int *)base + 3 * (int64_t)place[l], three);
    rows_to_columns(row, columns.of);
    return columns;
}

// Three numbers a row, each of `rows` at its own place; behind all but the last a fourth can be read, which is quicker.
LANE struct columns load_triples(const void *base, int64_t rows, const int32_t *place) {
    __m128i row[LANES];
    struct columns columns;
    if (mask_bits(int_above(int_load(place), int_all((int32_t)rows - 2)))) return load_last_triples(base, place);
    for (int l = 0; l < LANES; l++)
        row[l] = _mm_loadu_si128((const __m128i *)((const int32_t *)base + 3 * (int64_t)place[l]));
    rows_to_columns(row, columns.of);
    return columns;
}

LANE floats cross(const floats a[2], const floats b[2]) {
    return float_sub(float_mul(a[0], b[1]), float_mul(b[0], a[1]));
}

LANE floats sum_of(const floats v[3]) {
    return float_add(float_add(v[0], v[1]), v[2]);
}

LANE void from_sight(const struct render_lens *lens, const struct render_spot *spots, const floats sight[2],
                     const int32_t *vertex, floats from[2], floats *depth) {
    __m128i row[LANES];
    ints q[4];
    for (int l = 0; l < LANES; l++) row[l] = _mm_load_si128((const __m128i *)&spots[vertex[l]]);
    rows_to_columns(row, q);
    *depth = as_floats(q[2]);
    floats ahead = lens->perspective ? float_minus(*depth) : float_all(1);
    for (int i = 0; i < 2; i++) from[i] = float_sub(as_floats(q[i]), float_mul(sight[i], ahead));
}

LANE void sights(const struct render_lens *lens, const int32_t *place, floats sight[2]) {
    ints packed = int_load(place);
    const ints at[2] = {int_low_half(packed), int_high_half(packed)};
    for (int i = 0; i < 2; i++) {
        floats centre = float_add(float_of(at[i]), float_all(0.5F));
        sight[i] = float_mul(float_sub(centre, float_all(lens->principal[i])), float_all(lens->slope[i]));
    }
}

static void hold(floats part[3], mask within, mask sound) {
    floats zero = float_all(0), one = float_all(1), held[3];
    EACH_CORNER(k) held[k] = float_if(sound, float_least(float_most(part[k], zero), one), one);
    floats per_whole = float_div(one, sum_of(held));
    EACH_CORNER(k) part[k] = float_if(within, part[k], float_mul(held[k], per_whole));
}

LANE void set_shares(floats part[3], floats area) {
    floats zero = float_all(0), one = float_all(1), per_area = float_div(one, area);
    mask within = mask_all();
    EACH_CORNER(k) {
        part[k] = float_mul(part[k], per_area);
        within = mask_and(within, mask_and(float_not_below(part[k], zero), float_not_below(one, part[k])));
    }
    if (mask_bits(within) != mask_bits(mask_all())) hold(part, within, float_below(zero, float_size(area)));
}

LANE void place_lanes(const struct render_lens *lens, const struct render_spot *spots, int64_t i,
                      struct render_seen *seen) {
    floats sight[2], from[3][2], depth[3], part[3];
    sights(lens, seen->place + i, sight);
    EACH_CORNER(k) from_sight(lens, spots, sight, seen->corner[k] + i, from[k], &depth[k]);
    EACH_CORNER(k) part[k] = cross(from[(k + 1) % 3], from[(k + 2) % 3]);
    floats area = sum_of(part);
    set_shares(part, area);
    EACH_CORNER(k) {
        float_store(seen->share[k] + i, part[k]);
        depth[k] = float_mul(part[k], depth[k]);
    }
    float_store(seen->depth + i, sum_of(depth));
    mask_store_bytes(seen->from_behind + i, float_below(area, float_all(0)));
}

// In two turns: what is looked up in the second hangs on what the first has stored, and would wait for it.
static void place(const struct render_mesh *mesh, const struct render_lens *lens, const struct render_spot *spots,
                  struct render_seen *seen) {
    int64_t whole = seen->count / LANES * LANES;
    for (int64_t i = 0; i < whole; i += LANES) {
        struct columns corner = load_triples(mesh->triangles, mesh->n_triangles, seen->triangle + i);
        EACH_CORNER(k) int_store(seen->corner[k] + i, corner.of[k]);
    }
    for (int64_t i = 0; i < whole; i += LANES) place_lanes(lens, spots, i, seen);
    render_place_rest(mesh, lens, spots, whole, seen);
}

LANE void load_rows(const float *attribute, int components, int64_t rows, const int32_t *vertex, floats at[4]) {
    __m128i row[LANES];
    struct columns columns;
    if (components == 3) {
        columns = load_triples(attribute, rows, vertex);
    } else {
        for (int l = 0; l < LANES; l++) row[l] = _mm_loadu_si128((const __m128i *)(attribute + 4 * (int64_t)vertex[l]));
        rows_to_columns(row, columns.of);
    }
    for (int c = 0; c < 4; c++) at[c] = as_floats(columns.of[c]);
}

// components: 3 or 4.
LANE void interpolate_lanes(const struct render_seen *seen, const float *attribute, int components, int64_t i,
                            floats sum[4]) {
    EACH_CORNER(k) {
        floats share = float_load(seen->share[k] + i), at[4];
        load_rows(attribute, components, seen->n_vertices, seen->corner[k] + i, at);
        for (int c = 0; c < components; c++) {
            floats part = float_mul(share, at[c]);
            sum[c] = k == 0 ? part : float_add(sum[c], part);
        }
    }
}

static void interpolate(const struct render_seen *seen, const float *attribute, int components, float *const out[]) {
    int64_t i = 0;
    floats sum[4];
    for (; components == 3 && i + LANES <= seen->count; i += LANES) {
        interpolate_lanes(seen, attribute, 3, i, sum);
        for (int c = 0; c < 3; c++) float_store(out[c] + i, sum[c]);
    }
    for (; components == 4 && i + LANES <= seen->count; i += LANES) {
        interpolate_lanes(seen, attribute, 4, i, sum);
        for (int c = 0; c < 4; c++) float_store(out[c] + i, sum[c]);
    }
    render_interpolate_rest(seen, attribute, components, i, out);
}

LANE floats across(const float axis[3], const floats n[3]) {
    floats sum = float_add(float_mul(float_all(axis[0]), n[0]), float_mul(float_all(axis[1]), n[1]));
    return float_add(sum, float_mul(float_all(axis[2]), n[2]));
}

static void normals(const struct render_seen *seen, const float *attribute, const float axes[3][3],
                    float *const out[]) {
    int64_t i = 0;
    for (; i + LANES <= seen->count; i += LANES) {
        floats n[4], zero = float_all(0), one = float_all(1);
        interpolate_lanes(seen, attribute, 3, i, n);
        floats squares = float_add(float_add(float_mul(n[0], n[0]), float_mul(n[1], n[1])), float_mul(n[2], n[2]));
        mask usable =
            mask_and(float_below(float_all(RENDER_SHORT), squares), float_below(squares, float_all(RENDER_LONG)));
        floats sign = float_if(mask_load_bytes(seen->from_behind + i), float_all(-1), one);
        floats scale = float_if(usable, float_div(sign, float_root(squares)), zero);
        float_store(out[0] + i, float_mul(scale, across(axes[0], n)));
        float_store(out[1] + i, float_mul(scale, across(axes[1], n)));
        float_store(out[2] + i, float_if(usable, float_mul(scale, across(axes[2], n)), one));
    }
    render_normals_rest(seen, attribute, axes, i, out);
}
