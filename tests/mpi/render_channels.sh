#!/bin/bash
# ranks: 1 3
# timeout: 240
# Scans with pictures, drawn in every channel by several cameras: what the pictures say of each other, and the same bits for
# any number of ranks and threads and on every path of the processor.
set -eu
. "$FACET_SOURCE/tests/lib.sh"
. "$FACET_SOURCE/tests/datasets.sh"
root=$scratch/scans
cat >"$scratch/faces.cfg" <<CFG
name = "faces";
workspace = "$scratch/faces";
sources = ( { plugin = "synth"; name = "faces"; subjects = 1; samples = 1; } );
stages = ( { plugin = "preprocess"; keep = true; max_vertices = 2500; } );
CFG
expect 0 "" "$FACET" run --quiet "$scratch/faces.cfg"
# As OBJ files with a picture whose red runs with x and green with y; its corners are numbered on their own.
/usr/bin/python3 - "$scratch/faces/preprocess.h5" "$root" <<'PY'
import sys, os, h5py, struct, zlib
import numpy as np
file, root = h5py.File(sys.argv[1])["data"], sys.argv[2]
os.makedirs(root)
def chunk(kind, data): return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
y, x = np.mgrid[0:48, 0:64]
rgb = np.stack([4 * x, 5 * (47 - y), 0 * x + 90], 2).astype(np.uint8)
lines = b"".join(b"\0" + row.tobytes() for row in rgb)
with open(root + "/skin.png", "wb") as out:
    out.write(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 64, 48, 8, 2, 0, 0, 0)) +
              chunk(b"IDAT", zlib.compress(lines)) + chunk(b"IEND", b""))
def rows(name, row): return file[name][file[name + "_start"][row]:][:file[name + "_count"][row]]
manifest = open(root + "/labels.csv", "w")
manifest.write("path,subject,label,texture\n")
for row in range(6):
    vertices, triangles = rows("vertices", row), rows("triangles", row)
    with open(f"{root}/{row}.obj", "w") as out:
        for p in vertices: out.write("v %.6f %.6f %.6f\n" % tuple(p))
        for p in vertices[::-1]: out.write("vt %.6f %.6f\n" % (p[0] / 200 + 0.5, p[1] / 240 + 0.5))
        for t in triangles: out.write("f " + " ".join(f"{v + 1}/{len(vertices) - v}" for v in t) + "\n")
    manifest.write(f"{row}.obj,s{row},neutral,{'skin.png' if row < 5 else ''}\n")
PY
all='"depth", "normal", "azimuth", "elevation", "mean_curvature", "gaussian_curvature", "k1", "k2", "shape_index",
    "curvedness", "texture", "colour", "shaded", "mask", "visibility", "triangle", "vertex"'
draw() { # NAME PREPROCESS RENDER
    read_dataset "$1" folder "root = \"$root\"; labels = \"$root/labels.csv\"; pictures = true;" "
        { plugin = \"preprocess\"; keep = true; $2 },
        { plugin = \"render\"; size = 40; channels = [ $all ]; outputs = [ \"u8\", \"u16\", \"f32\" ]; keep = true;
          views = ( { }, { set = \"random\"; count = 3; yaw_range = [ -50.0, 50.0 ]; pitch_range = [ -20.0, 20.0 ]; },
                    { position_mm = [ 5000.0, 9000.0, -20.0 ]; } ); $3 }"
}
draw parallel "" "supersample = 2;"
draw eye "max_vertices = 900;" "projection = \"perspective\"; distance_mm = 350.0;"
for name in parallel eye; do
    OMP_NUM_THREADS=2 expect 0 "" "$FACET" run "$scratch/$name.cfg" --set workspace="$scratch/again"
    same "$name with other ranks and threads" "$(hashes "$scratch/$name")" "$(hashes "$scratch/again")"
    rm -r "$scratch/again"
    for path in portable avx2 avx512; do
        [ $path = portable ] || grep -q "${path}f\? " /proc/cpuinfo || continue
        FACET_ISA=$path expect 0 "" "$FACET" run "$scratch/$name.cfg" --set workspace="$scratch/again"
        same "$name by $path" "$(hashes "$scratch/$name")" "$(hashes "$scratch/again")"
        rm -r "$scratch/again"
    done
done
[ "$FACET_TEST_RANKS" -eq 1 ] || exit 0

/usr/bin/python3 - "$scratch/parallel/render.h5" "$scratch/eye/render.h5" <<'PY' || die "the pictures do not agree"
import sys, h5py, numpy as np
def check(path):
    file = h5py.File(path)
    data = {name: file["data/" + name][...] for name in file["data"]}
    mesh = h5py.File(path.replace("render", "preprocess"))["data"]
    codes, ranges = data["view_planes"][0], data["view_ranges"][0]
    values = data["views_f32"]
    assert file["items/valid"][...].all()
    seen = ~np.isnan(values[:, :, list(codes).index(5)])
    for plane, (low, high, first) in enumerate(ranges):
        value = values[:, :, plane]
        for name, last in (("views", 255), ("views_u16", 65535)):
            code = data[name][:, :, plane].astype(float)
            step = (high - low) / (last - first)
            covered = ~np.isnan(value)
            assert (code[~covered] == 0).all()
            held = np.clip(value[covered], low, high)
            assert abs(low + (code[covered] - first) * step - held).max() <= 0.51 * step, (codes[plane], name)
    of = lambda code: values[:, :, list(codes).index(code)]
    length = np.sqrt(of(2)**2 + of(3)**2 + of(4)**2)[seen]
    assert abs(length - 1).max() < 1e-5
    assert abs(of(6)[seen] - np.degrees(np.arctan2(of(2), of(4)))[seen]).max() < 1e-3
    assert abs(of(7)[seen] - np.degrees(np.arcsin(np.clip(of(3), -1, 1)))[seen]).max() < 0.05
    assert (of(10) >= of(11))[seen].all()
    assert abs((of(10) + of(11)) / 2 - of(8))[seen].max() < 1e-5
    # The picture's colours run evenly, so those of the vertices are nearly its own; a few triangles fill holes.
    textured = np.arange(6) != 5
    for k in range(3):
        apart = abs(of(14 + k) - of(17 + k))[textured][seen[textured]]
        assert np.median(apart) < 1 and np.percentile(apart, 98) < 6, np.percentile(apart, [50, 98])
        assert (of(14 + k)[5][seen[5]] == of(17 + k)[5][seen[5]]).all()
    assert of(14)[0][seen[0]].std() > 20 and mesh["texture_count"][...].tolist() == [64 * 48] * 5 + [0]
    # Where a triangle's corners fall by the cameras' matrices, there it is seen.
    for row in range(2):
        start, count = mesh["vertices_start"][row], mesh["vertices_count"][row]
        vertices = mesh["vertices"][start:start + count]
        triangles = mesh["triangles"][mesh["triangles_start"][row]:]
        for view in np.flatnonzero(data["view_mask"][row]):
            camera = data["view_extrinsics"][row, view] @ np.c_[vertices, np.ones(count)].T
            away = camera[2] if data["view_projection"][row, view] else 1
            K = data["view_intrinsics"][row, view]
            u, v = K[0, 0] * camera[0] / away + K[0, 2], K[1, 1] * camera[1] / away + K[1, 2]
            y, x = np.nonzero(data["view_triangles"][row, view] >= 0)
            corners = triangles[data["view_triangles"][row, view, y, x]]
            assert (u[corners].min(1) < x + 1).all() and (u[corners].max(1) > x).all()
            assert (v[corners].min(1) < y + 1).all() and (v[corners].max(1) > y).all()
            assert (corners == data["view_vertices"][row, view, y, x][:, None]).any(1).all()
    return data
for path in sys.argv[1:]: data = check(path)
PY
mask=$(/usr/bin/python3 -c 'import sys, h5py; f = h5py.File(sys.argv[1])
print(*f["data/view_mask"][0], *f["data/view_projection"][0], f["quarantine/message"].asstr()[0])' "$scratch/parallel/render.h5")
same "what the views see" "1 1 1 1 1 0 0 0 0 0 " "$mask"
expect 0 "" "$FACET" view "$scratch/parallel/preprocess.h5" --turntable --rows 0,1 --channels texture,colour,k1 --size 40 \
    --frames 3 --out "$scratch/turn.png"
expect 2 "the mesh of row 5 has no colours" "$FACET" view "$scratch/parallel/preprocess.h5" --turntable --row 5 \
    --channels texture --out "$scratch/turn.png"
draw nothing "" "centre_mm = [ 0.0, 1000.0, 0.0 ];"
note=$(/usr/bin/python3 -c 'import sys, h5py; f = h5py.File(sys.argv[1])
print(*f["data/view_mask"][0], f["items/valid"][0], f["quarantine/message"].asstr()[0])' "$scratch/nothing/render.h5")
same "views of nothing" "0 0 0 0 0 1 5 of 5 views see nothing, the first is view 0" "$note"
