#!/bin/bash
# ranks: 2
# timeout: 120
# A folder with a manifest of JSON Lines, from files to the columns of a container: action units, affect, several labels,
# phases, split, landmarks and colours.
set -eu
. "$FACET_SOURCE/tests/lib.sh"
export FACET_PLUGIN_PATH="$FACET_TEST_PLUGINS"
scans=$scratch/scans
mkdir -p "$scans"
for i in 0 1 2 3; do
    echo "$((i / 2)) $((i % 2)) 0.8 $scans/f/s$i.wrl $scans/f/s$i.obj $scans/f/s$i.mtl $scans/f/s$i.png $scans/f/s$i.lm3 $scans/f/s$i.bnd"
done | "$FACET_LAYOUT_FILES"
cat >"$scans/faces.jsonl" <<JSONL
{"path": "f/s0.wrl", "subject": "p0", "label": "anger", "landmarks": "f/s0.lm3", "texture": "f/s0.png", "au": {"4": 1, "7": 0}, "valence": -0.5, "arousal": 0.75, "split": "train", "intensity": 0.5}
{"path": "f/s1.wrl", "subject": "p0", "labels": ["repression", "negative"], "landmarks": "f/s1.bnd", "onset": 1, "apex": 2, "offset": 3, "sequence": "q", "frame": 5}

{"path": "f/s2.obj", "subject": "p1", "label": "fear", "licence": "CC0", "consent": "form 2"}
{"path": "f/s3.wrl", "subject": "p1", "label": "anger", "texture": "f/gone.png"}
JSONL
cat >"$scratch/own.cfg" <<CFG
name = "own";
workspace = "$scratch/own";
unit_rows = 1;
max_bad = 0.3;
sources = ( { plugin = "folder"; name = "own"; root = "$scans"; labels = "faces.jsonl"; licence = "ask"; textures = true;
              broken_extras = "set-aside";
              landmark_names = [ "Nose tip=nose_tip", "Outer left eye corner=eye_left_outer", "5=eye_left_outer",
                                 "58=lip_lower" ]; } );
stages = ( { plugin = "carry"; keep = true; } );
CFG
expect 0 "" on_ranks "$FACET_TEST_RANKS" "$FACET" run --quiet "$scratch/own.cfg"
/usr/bin/python3 - "$scratch/own" <<'PY' || die "columns"
import sys, math, h5py, numpy
file = h5py.File(sys.argv[1] + "/carry.h5")
names = {}
file.visititems(lambda name, node: names.__setitem__(name.split("/")[-1], name))
def column(name):
    values = file[names[name]][...]
    return [v.decode().rstrip("\0") if isinstance(v, bytes) else v for v in values.tolist()]
def same(name, expected):
    got = column(name)
    good = all(a == b or (isinstance(a, float) and math.isnan(a) and b is None) for a, b in zip(got, expected))
    if not good or len(got) != 4: sys.exit(f"{name}: {got}, not {expected}")
same("subject", ["p0", "p0", "p1", "p1"])
same("label", ["anger", "repression", "fear", "anger"])
same("labels", ["", "negative+repression", "", ""])
same("au", ["????1??0", "", "", ""])
same("valence", [-0.5, None, None, None])
same("arousal", [0.75, None, None, None])
same("intensity", [0.5, None, None, None])
same("onset", [-1, 1, -1, -1]); same("apex", [-1, 2, -1, -1]); same("offset", [-1, 3, -1, -1])
same("frame", [0, 5, 0, 0])
same("split", ["train", "", "", ""])
same("licence", ["ask", "ask", "CC0", "ask"]); same("consent", ["", "", "form 2", ""])
same("valid", [1, 1, 1, 0])

def ragged(name):
    starts, counts = file["data/" + name + "_start"][...], file["data/" + name + "_count"][...]
    return [file["data/" + name][start:start + count] for start, count in zip(starts, counts)]
first, second, third, gone = ragged("carried_landmarks")
if first[:, 0].tolist() != [6, 0] or abs(first[1, 1:]).max() > 0.01: sys.exit(f"landmarks by name: {first}")
if second[:, 0].tolist() != [6, 12] or not (second[0, 1] > 20 and second[0, 2] > 10 and second[1, 2] < -20):
    sys.exit(f"landmarks by number: {second}")
if len(third) or len(gone): sys.exit("landmarks out of nothing")
colours = ragged("carried_colours")
if [len(c) > 500 for c in colours] != [True, True, True, False]: sys.exit("colours")
for c in colours[:3]:
    if numpy.ptp(c[:, 0].astype(int)) < 150 or numpy.ptp(c[:, 1].astype(int)) < 150: sys.exit("one colour everywhere")
    if abs(c[:, 2].astype(int) - 128).max() > 8: sys.exit("no colours of the picture")
PY
expect 0 'faces.jsonl line 5 names f/gone.png, which does not exist' "$FACET" info "$scratch/own/carry.h5"
