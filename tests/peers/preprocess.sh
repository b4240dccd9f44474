#!/bin/sh
# How well and how fast preprocess thins a mesh, beside fast-simplification (Garland and Heckbert's quadrics, as in PyVista) and MeshLab's
# quadric edge collapse, in processor time, program after program in turns. For people; not among the tests.
#   PYTHON=venv/bin/python3 tests/peers/preprocess.sh [SCANS [MAX_VERTICES...]]
# where venv has numpy, h5py, scipy, fast-simplification and pymeshlab (python3 -m venv venv; venv/bin/pip install numpy h5py ...).
# FACET_DATA may name the folder of ict_face_model.h5: then the scans are of that model, of 24,591 vertices; without it, built-in faces.
# BUILD is Facet's build, build/release unless given.
set -eu
source=$(cd "$(dirname "$0")/../.." && pwd)
build=${BUILD:-$source/build/release}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
scans=${1:-5}
[ $# -eq 0 ] || shift
export OMP_NUM_THREADS=1

${CC:-cc} -std=gnu17 -O3 -ffp-contract=off -fno-math-errno -fno-trapping-math -Wall -Wextra -I"$source/plugins" \
    -I"$source/pipeline/include" "$source/tests/peers/preprocess.c" "$source"/plugins/preprocess/thin*.c \
    "$source"/plugins/preprocess/surface.c "$source"/plugins/preprocess/queue.c \
    "$source"/plugins/preprocess/edges.c "$source"/plugins/preprocess/keymap.c \
    -L"$build" -lfacet -Wl,-rpath,"$build" -lm -o "$work/thin"
model=
[ -z "${FACET_DATA:-}" ] || model="model = \"$FACET_DATA/ict_face_model.h5\";"
cat >"$work/faces.cfg" <<CFG
name = "faces"; workspace = "$work/faces"; max_bad = 1.0;
sources = ( { plugin = "synth"; name = "a"; $model subjects = $scans; noise_mm = 0.3; } );
stages = ( { plugin = "preprocess"; pose = "none"; scale = "none"; crop_radius_mm = 400.0; min_part = 0.0; keep = true; } );
CFG
"$build/facet" run --quiet "$work/faces.cfg"

cat >"$work/compare.py" <<'PY'
import subprocess, sys, time
import fast_simplification, h5py, numpy as np, pymeshlab
from scipy.spatial import cKDTree

work, scans, budgets = sys.argv[1], int(sys.argv[2]), [int(b) for b in sys.argv[3:]] or [10000, 5000, 2000]


def write(path, v, t):
    with open(path, "wb") as f:
        np.array([len(v), len(t)], "<i8").tofile(f)
        v.astype("<f4").tofile(f)
        t.astype("<i4").tofile(f)


def read(path):
    with open(path, "rb") as f:
        n = np.fromfile(f, "<i8", 2)
        v = np.fromfile(f, "<f4", 3 * n[0]).reshape(-1, 3)
        return v, np.fromfile(f, "<i4", 3 * n[1]).reshape(-1, 3)


def by_facet(v, t, budget):
    write(work + "/in", v, t)
    said = subprocess.run([work + "/thin", work + "/in", str(budget), work + "/out"], check=True, capture_output=True, text=True)
    return float(said.stdout), *read(work + "/out")


# Both are told triangles: those which a mesh of so many vertices with this boundary has.
def triangles_for(v, t, budget):
    return len(t) - 2 * (len(v) - budget)


def by_fast(v, t, budget):
    v, t = np.ascontiguousarray(v, np.float32), np.ascontiguousarray(t, np.int32)
    begin = time.process_time()
    out = fast_simplification.simplify(v, t, target_count=triangles_for(v, t, budget))
    return time.process_time() - begin, *out[:2]


def by_meshlab(v, t, budget):
    meshes = pymeshlab.MeshSet()
    meshes.add_mesh(pymeshlab.Mesh(v.astype(float), t))
    begin = time.process_time()
    meshes.meshing_decimation_quadric_edge_collapse(targetfacenum=triangles_for(v, t, budget), preserveboundary=True,
                                                    preservenormal=True, planarquadric=True)
    seconds = time.process_time() - begin
    mesh = meshes.current_mesh()
    return seconds, mesh.vertex_matrix(), mesh.face_matrix()


def sampled(v, t, n=200000):
    rng = np.random.default_rng(1)
    a, b, c = (v[t[:, k]].astype(float) for k in range(3))
    area = np.linalg.norm(np.cross(b - a, c - a), axis=1)
    pick = rng.choice(len(t), n, p=area / area.sum())
    r, s = np.sqrt(rng.random((n, 1))), rng.random((n, 1))
    return (1 - r) * a[pick] + r * (1 - s) * b[pick] + r * s * c[pick]


# Distances from points to the triangles whose middles are nearest.
def distances(points, v, t, near=24):
    a, b, c = (v[t[:, k]].astype(float) for k in range(3))
    found = cKDTree((a + b + c) / 3).query(points, near)[1]
    best = np.full(len(points), np.inf)
    for k in range(near):
        i = found[:, k]
        best = np.minimum(best, to_triangle(points, a[i], b[i], c[i]))
    return best


def to_segment(p, a, b):
    edge = b - a
    along = np.clip(((p - a) * edge).sum(1) / np.maximum((edge * edge).sum(1), 1e-30), 0, 1)
    return np.linalg.norm(p - a - along[:, None] * edge, axis=1)


def to_triangle(p, a, b, c):
    n = np.cross(b - a, c - a)
    n /= np.maximum(np.linalg.norm(n, axis=1), 1e-30)[:, None]
    inside = np.ones(len(p), bool)
    for x, y in ((a, b), (b, c), (c, a)):
        inside &= (np.cross(y - x, p - x) * n).sum(1) >= 0
    edges = np.minimum(np.minimum(to_segment(p, a, b), to_segment(p, b, c)), to_segment(p, c, a))
    return np.where(inside, np.abs(((p - a) * n).sum(1)), edges)


def errors(v, t, w, u):
    there, back = distances(sampled(v, t), w, u), distances(sampled(w, u), v, t)
    return np.sqrt((np.mean(there ** 2) + np.mean(back ** 2)) / 2), max(there.max(), back.max())


def damage(v, t):  # edges of more than two triangles; triangles turned by more than a right angle from a neighbour
    edges = np.sort(np.concatenate([t[:, [0, 1]], t[:, [1, 2]], t[:, [2, 0]]]), axis=1)
    _, where, counts = np.unique(edges, axis=0, return_inverse=True, return_counts=True)
    n = np.cross(v[t[:, 1]].astype(float) - v[t[:, 0]], v[t[:, 2]].astype(float) - v[t[:, 0]])
    order = np.argsort(where.ravel(), kind="stable")
    pairs = counts == 2
    first = (np.cumsum(counts) - counts)[pairs]
    a, b = order[first] % len(t), order[first + 1] % len(t)
    return int((counts > 2).sum()), int(((n[a] * n[b]).sum(1) < 0).sum())


peers = {"Facet": by_facet, "fast-simplification": by_fast, "MeshLab": by_meshlab}
names = list(peers)
with h5py.File(work + "/faces/preprocess.h5") as f:

    def ragged(name, row):
        start, count = f[f"data/{name}_start"][row], f[f"data/{name}_count"][row]
        return f[f"data/{name}"][start : start + count]

    kept = [row for row in range(len(f["items/valid"])) if f["items/valid"][row]][:scans]
    meshes = [(ragged("vertices", row), ragged("triangles", row)) for row in kept]
print("| vertices | program | left | time | Facet is faster by | RMS error | Facet's is | greatest error | Facet's is | edges of 3, folds |")
print("|---|---|---|---|---|---|---|---|---|---|")
for budget in budgets:
    rows = {name: [] for name in names}
    for v, t in meshes:
        for name in names:
            times = [peers[name](v, t, budget) for _ in range(3)]
            seconds, w, u = sorted(times, key=lambda x: x[0])[1]
            rows[name].append((seconds, *errors(v, t, w, u), len(w), *damage(w, u)))
    own = np.array(rows["Facet"])
    size = int(np.median([len(v) for v, _ in meshes]))
    for name in names:
        r = np.array(rows[name])
        m, ratio = np.median(r, axis=0), np.median(own[:, :3] / r[:, :3], axis=0)
        print(f"| {size:,} to {budget:,} | {name} | {int(m[3]):,} | {1000 * m[0]:.1f} ms | {1 / ratio[0]:.2f} | {m[1]:.4f} mm | {ratio[1]:.2f} "
              f"| {m[2]:.2f} mm | {ratio[2]:.2f} | {int(r[:, 4].sum())}, {int(r[:, 5].sum())} |")
PY
"${PYTHON:-python3}" "$work/compare.py" "$work" "$scans" "$@"
