#!/bin/sh
# Each kind of bad input gets one clear sentence and the right exit status, and loses nothing already done.
# timeout: 300
set -eu
. "$FACET_SOURCE/tests/lib.sh"

# Scans of the built-in face, written by reading a kept container.
small_pipeline "$scratch/make.cfg" "$scratch/make"
"$FACET" run --quiet "$scratch/make.cfg" --set wild.bad=0.0 >/dev/null
/usr/bin/python3 - "$scratch" <<'PY'
import h5py, os, struct, sys
scratch = sys.argv[1]
os.makedirs(scratch + "/scans")
lines = ["path,subject,label"]
with h5py.File(scratch + "/make/preprocess.h5") as f:
    def rows(name, i):
        start, count = f[f"data/{name}_start"][i], f[f"data/{name}_count"][i]
        return f[f"data/{name}"][start:start + count]
    for i in range(12):
        v, t = rows("vertices", i), rows("triangles", i)
        name = f"s{i}.ply"
        with open(f"{scratch}/scans/{name}", "wb") as o:
            o.write(f"ply\nformat binary_little_endian 1.0\nelement vertex {len(v)}\nproperty float x\nproperty float y\n"
                    f"property float z\nelement face {len(t)}\nproperty list uchar int vertex_indices\nend_header\n".encode())
            o.write(v.astype("<f4").tobytes())
            for tri in t:
                o.write(struct.pack("<B3i", 3, *tri))
        lines.append(f"{name},p{i // 6},{'anger' if i % 2 else 'fear'}")
open(scratch + "/scans/labels.csv", "w").write("\n".join(lines) + "\n")
PY

cat >"$scratch/own.cfg" <<CFG
name = "own";
workspace = "$scratch/own";
unit_rows = 2;
max_bad = 0.3;
sources = ( { plugin = "folder"; name = "own"; root = "$scratch/scans"; } );
stages = ( { plugin = "preprocess"; keep = true; }, { plugin = "render"; size = 32; keep = true; } );
CFG
expect 0 "" "$FACET" run --quiet "$scratch/own.cfg"
expect 0 "" "$FACET" verify "$scratch/own"

# Broken scans are set aside with a reason; the others are done.
size=$(stat -c %s "$scratch/scans/s3.ply")
truncate -s $((size / 2)) "$scratch/scans/s3.ply"
/usr/bin/python3 - "$scratch/scans/s5.ply" <<'PY'
import struct, sys
data = bytearray(open(sys.argv[1], "rb").read())
vertex = data.index(b"end_header\n") + 11 + 12 * 17
data[vertex:vertex + 4] = struct.pack("<f", float("nan"))
open(sys.argv[1], "wb").write(data)
PY
rm "$scratch/scans/s7.ply"
expect 0 "" "$FACET" run --quiet "$scratch/own.cfg" --set "workspace=$scratch/broken"
"$FACET" info "$scratch/broken/render.h5" >"$scratch/ledger"
grep -q "set aside: 3 rows" "$scratch/ledger" || { cat "$scratch/ledger"; die "not 3 rows set aside"; }
grep "row 3 " "$scratch/ledger" | grep -q "byte" || { cat "$scratch/ledger"; die "truncation names no byte"; }
grep "row 5 " "$scratch/ledger" | grep -qi "finite" || { cat "$scratch/ledger"; die "NaN is not named"; }
grep "row 7 " "$scratch/ledger" | grep -q "labels.csv line 9 names s7.ply" || { cat "$scratch/ledger"; die "missing file"; }

# Too many of them: exit status 3, with all work kept.
expect 3 "3 of 12 rows are set aside" "$FACET" run --quiet "$scratch/own.cfg" --set "workspace=$scratch/broken" --set max_bad=0.1
expect 0 "" "$FACET" verify "$scratch/broken"

# Configuration: everything at once, with file, line and suggestion.
cat >"$scratch/slips.cfg" <<CFG
name = "slips";
workspace = "$scratch/slips";
sources = ( { plugin = "foldr"; root = "x"; } );
stages = ( { plugin = "preprocess"; crop_radius = 90.0; },
           { plugin = "render"; size = "big"; },
           { plugin = "fuse"; } );
CFG
expect 2 'slips.cfg:3: unknown plugin "foldr"; did you mean "folder"?' "$FACET" run "$scratch/slips.cfg"
expect 2 "slips.cfg:4: unknown key crop_radius; did you mean crop_radius_mm?" "$FACET" run "$scratch/slips.cfg"
expect 2 "slips.cfg:5: size must be a whole number" "$FACET" run "$scratch/slips.cfg"
[ ! -e "$scratch/slips" ] || die "a wrong pipeline file made a workspace"
expect 2 "No such file" "$FACET" run "$scratch/none.cfg"
expect 2 "fuse needs view_embeddings, which no source or earlier stage makes" "$FACET" run "$scratch/own.cfg" --set 'stages=({plugin="fuse";})'
expect 2 "there is no command" "$FACET" rnu
expect 2 "usage" "$FACET" run

# A scan replaced in place is another scan: what was made from the old one is not mixed with the new.
cp "$scratch/scans/s0.ply" "$scratch/scans/s1.ply"
expect 0 "the sources list other rows, or hold other scans" "$FACET" run "$scratch/own.cfg" --set "workspace=$scratch/broken" --set max_bad=0.3
