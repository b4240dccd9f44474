#!/bin/sh
# What a manifest of a million rows costs a rank: time and peak memory of opening a folder with it, as JSON Lines and as CSV.
# Prints a table; asserts nothing. Usage: tests/peers/manifest.sh [BUILD], by default build/release. ROWS can be set.
set -eu
here=$(cd "$(dirname "$0")/../.." && pwd)
facet=$(cd "${1:-$here/build/release}" && pwd)/facet
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
/usr/bin/python3 - "$scratch" "${ROWS:-1000000}" <<'PYTHON'
import json, sys
folder, rows = sys.argv[1], int(sys.argv[2])
with open(folder + "/faces.jsonl", "w") as lines, open(folder + "/faces.csv", "w") as table:
    table.write("path,subject,label,sequence,frame,intensity,landmarks,au,split\n")
    for row in range(rows):
        subject, clip, frame = f"subject_{row // 1000:04d}", row // 100 % 10, row % 100
        path, label = f"{subject}/clip_{clip}/{frame:06d}", ["anger", "fear", "happiness"][clip % 3]
        table.write(f"{path}.ply,{subject},{label},clip_{clip},{frame},{frame / 100},{path}.lm3,4={clip % 2} 7=1,train\n")
        lines.write(json.dumps({"path": path + ".ply", "subject": subject, "label": label, "sequence": f"clip_{clip}",
                                "frame": frame, "intensity": frame / 100, "landmarks": path + ".lm3",
                                "au": {"4": clip % 2, "7": 1}, "split": "train"}) + "\n")
PYTHON
for manifest in faces.jsonl faces.csv; do
    cat >"$scratch/one.cfg" <<CFG
name = "manifest"; workspace = "$scratch/run";
sources = ( { plugin = "folder"; root = "$scratch"; labels = "$manifest"; max_vertices = 1; max_triangles = 1; } );
stages = ( { plugin = "preprocess"; keep = true; } );
CFG
    /usr/bin/time -f "$manifest  $(stat -c %s "$scratch/$manifest") bytes  %e s  %M KiB" \
        "$facet" run --quiet --dry-run "$scratch/one.cfg" 2>&1 >/dev/null | tail -1
done
