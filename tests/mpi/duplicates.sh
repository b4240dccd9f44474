#!/bin/bash
# ranks: 2
# timeout: 120
# Scans planted twice, as files: copied under another name, written as PLY, moved, in another dataset; and none planted, none found.
# The made-up people look much alike, so only what is very near counts here.
set -eu
. "$FACET_SOURCE/tests/lib.sh"
mkdir -p "$scratch/a" "$scratch/b"
for i in 0 1 2 3; do echo "$i 0 0.8 $scratch/a/s$i.obj"; done | "$FACET_LAYOUT_FILES"
echo "7 1 0.8 $scratch/b/s7.obj" | "$FACET_LAYOUT_FILES"
printf 'path,subject,label\ns0.obj,p0,joy\ns1.obj,p1,joy\ns2.obj,p2,joy\ns3.obj,p3,joy\n' >"$scratch/a/labels.csv"
printf 'path,subject,label\ns7.obj,q7,joy\n' >"$scratch/b/labels.csv"

pipeline() {
    cat >"$scratch/own.cfg" <<CFG
name = "own";
workspace = "$scratch/own";
unit_rows = 1;
sources = ( { plugin = "folder"; name = "a"; root = "$scratch/a"; }, { plugin = "folder"; name = "b"; root = "$scratch/b"; } );
stages = ( { plugin = "preprocess"; }, { plugin = "describe"; }, { plugin = "audit"; near_mm = 0.02; on_duplicates = "$1"; } );
CFG
    "${@:2}" "$FACET" run --quiet --fresh "$scratch/own.cfg"
}
pipeline refuse expect 0 "" on_ranks "$FACET_TEST_RANKS"
[ "$(wc -l <"$scratch/own/duplicates.csv")" -eq 1 ] || die "pairs where there are none: $(cat "$scratch/own/duplicates.csv")"

cp "$scratch/a/s1.obj" "$scratch/a/copy.obj"
cp "$scratch/a/s3.obj" "$scratch/a/again.obj"
/usr/bin/python3 - "$scratch/a/s0.obj" "$scratch/b/as.ply" "$scratch/a/s2.obj" "$scratch/b/moved.obj" <<'PY'
import sys
def read(path):
    lines = [line.split() for line in open(path)]
    return [l[1:4] for l in lines if l[:1] == ["v"]], [[int(w.split("/")[0]) for w in l[1:]] for l in lines if l[:1] == ["f"]]
vertices, faces = read(sys.argv[1])
with open(sys.argv[2], "w") as out:
    out.write("ply\nformat ascii 1.0\nelement vertex %d\nproperty float x\nproperty float y\nproperty float z\n" % len(vertices))
    out.write("element face %d\nproperty list uchar int vertex_indices\nend_header\n" % len(faces))
    out.writelines(" ".join(v) + "\n" for v in vertices)
    out.writelines(" ".join(map(str, [len(f)] + [i - 1 for i in f])) + "\n" for f in faces)
vertices, faces = read(sys.argv[3])
with open(sys.argv[4], "w") as out:
    out.writelines("v %.3f %.3f %.3f\n" % (float(v[0]) + 30, float(v[1]) - 20, float(v[2]) + 5) for v in vertices)
    out.writelines("f " + " ".join(map(str, f)) + "\n" for f in faces)
PY
printf 'copy.obj,p9,joy\nagain.obj,p3,fear\n' >>"$scratch/a/labels.csv"
printf 'as.ply,q0,joy\nmoved.obj,q2,joy\n' >>"$scratch/b/labels.csv"
pipeline warn expect 0 "" on_ranks "$FACET_TEST_RANKS"
grep -q "warning: audit: 4 pairs of rows show the same scan: 2 in two datasets, 1 under two subjects, 1 under two labels" \
    "$scratch/own/user.log" || die "no warning: $(cat "$scratch/own/user.log" "$scratch/own/duplicates.csv")"
cut -d, -f1,2,7,14 "$scratch/own/duplicates.csv" | tr -d '\r' >"$scratch/found"
printf '%s\n' "kind,match,subject_a,subject_b" "datasets,exact,p0,q0" "datasets,near,p2,q2" "subjects,exact,p1,p9" \
    "labels,exact,p3,p3" | diff - "$scratch/found" || die "other pairs"
contents "$scratch/own" | tail -n 1 >"$scratch/two"
pipeline warn expect 0 "" on_ranks 1
contents "$scratch/own" | tail -n 1 | diff - "$scratch/two" || die "one rank finds other pairs than $FACET_TEST_RANKS"
pipeline refuse expect 1 "4 pairs of rows show the same scan: 2 in two datasets" on_ranks "$FACET_TEST_RANKS"
