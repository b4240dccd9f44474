#!/bin/bash
# ranks: 2
# timeout: 200
# Built-in faces as files of BU-3DFE, from there through preprocess to a report.
set -eu
. "$FACET_SOURCE/tests/lib.sh"
. "$FACET_SOURCE/tests/datasets.sh"
cat >"$scratch/faces.cfg" <<CFG
name = "faces";
workspace = "$scratch/faces";
sources = ( { plugin = "synth"; name = "faces"; subjects = 2; samples = 1; } );
stages = ( { plugin = "preprocess"; keep = true; } );
CFG
expect 0 "" "$FACET" run --quiet "$scratch/faces.cfg"
/usr/bin/python3 - "$scratch/faces/preprocess.h5" "$scratch/BU_3DFE" <<'PY'
import sys, os, h5py
file = h5py.File(sys.argv[1])
codes = dict(anger="AN01", disgust="DI02", fear="FE03", happiness="HA04", sadness="SA04", surprise="SU04")
people = {}
def value(name, row):
    start, count = file[f"data/{name}_start"][row], file[f"data/{name}_count"][row]
    return file[f"data/{name}"][start:start + count].reshape(count, 3)
for row, (subject, label) in enumerate(zip(file["items/subject"][...], file["items/label"][...])):
    person = people.setdefault(subject, ["F0001", "M0044"][len(people) % 2])
    name = f"{sys.argv[2]}/{person}/{person}_{codes[label.decode()]}WH_F3D.wrl"
    os.makedirs(os.path.dirname(name), exist_ok=True)
    with open(name, "w") as out:
        out.write("#VRML V2.0 utf8\nShape { geometry IndexedFaceSet { coord Coordinate { point [\n")
        out.write(",\n".join("%.7g %.7g %.7g" % tuple(p) for p in value("vertices", row)) + "\n] }\ncoordIndex [\n")
        out.write(",\n".join("%d, %d, %d, -1" % tuple(t) for t in value("triangles", row)) + "\n] } }\n")
PY
root=$scratch/BU_3DFE
echo "#VRML V2.0 utf8 Shape { geometry IndexedFaceSet { coord Coordinate { point [ 0 0 0, 1" >"$root/F0001/F0001_AN04WH_F3D.wrl"
read_dataset report bu3dfe "root = \"$root\"; licence = \"agreement 7\";" '
    { plugin = "preprocess"; }, { plugin = "render"; size = 32; keep = true; }, { plugin = "report"; }'
said report "warning: bu3dfe: 2487 of the 2500 scans of BU-3DFE are missing: F0001 AN02, F0001 AN03, F0001 DI01, ..."
same "rows" "F0001 anger 0.25 1
F0001 anger 1 0
F0001 disgust 0.5 1
F0001 fear 0.75 1
F0001 happiness 1 1
F0001 sadness 1 1
F0001 surprise 1 1" "$(rows "$scratch/report/render.h5" subject label intensity valid | grep F0001)"
same "people" 13 "$(rows "$scratch/report/render.h5" subject | wc -l)"
grep -q "F0001_AN04WH_F3D.wrl" "$scratch"/report/report*/index.html "$scratch"/report/*.html 2>"$scratch/none" ||
    die "the report does not say which file is broken"
