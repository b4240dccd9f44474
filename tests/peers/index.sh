#!/bin/sh
# What facet index costs on a tree of a million small scans and on a tar of the same: time and peak memory of the largest rank, then
# how long a run takes to open from the index and by listing. Prints; asserts nothing.
# Usage: tests/peers/index.sh [BUILD], by default build/release. ROWS and FOLDER (where there is room: 4 GB on tmpfs) can be set.
set -eu
here=$(cd "$(dirname "$0")/../.." && pwd)
facet=$(cd "${1:-$here/build/release}" && pwd)/facet
scratch=$(mktemp -d "${FOLDER:-/dev/shm}/facet-index-XXXXXX")
trap 'rm -rf "$scratch"' EXIT
/usr/bin/python3 - "$scratch/tree" "${ROWS:-1000000}" <<'PYTHON'
import os, random, sys
root, rows = sys.argv[1], int(sys.argv[2])
random.seed(1)
scans = [b"".join(b"v %d %.6f %d\n" % (k, random.random(), i) for k in range(4 + i % 5)) + b"f 1 2 3\n" for i in range(97)]
os.makedirs(root)
with open(root + "/labels.csv", "w") as labels:
    labels.write("path,subject,label\n")
    for i in range(rows):
        folder = f"s{i // 1000:04d}"
        if i % 1000 == 0: os.makedirs(f"{root}/{folder}")
        with open(f"{root}/{folder}/scan{i % 1000:03d}.obj", "wb") as file: file.write(scans[i % 97])
        labels.write(f"{folder}/scan{i % 1000:03d}.obj,P{i // 1000:04d},{'happy' if i % 2 else 'sad'}\n")
PYTHON

timed() { # NAME COMMAND...: the largest rank's peak, the longest time
    name=$1 && shift
    /usr/bin/time -a -o "$scratch/times" -f '%e s  %M KiB' "$@" >/dev/null 2>"$scratch/said" || cat "$scratch/said"
    echo "$name  $(tail -1 "$scratch/times")"
}
index() { timed "$1" "$facet" index folder "$scratch/$2" --quiet --out "$scratch/$2.h5"; }
index "tree, 1 rank" tree
index "tree, again, nothing changed" tree
rm "$scratch/tree.h5"
mpirun -n 2 --oversubscribe --bind-to none sh -c '/usr/bin/time -o "$0/rank$OMPI_COMM_WORLD_RANK" -f "%e s  %M KiB" "$@"' "$scratch" \
    "$facet" index folder "$scratch/tree" --quiet --out "$scratch/tree.h5" >/dev/null
echo "tree, 2 ranks  $(sort "$scratch"/rank? | tail -1)"

cat >"$scratch/index.cfg" <<CFG
name = "open"; workspace = "$scratch/run";
sources = ( { plugin = "folder"; root = "$scratch/tree"; index = "$scratch/tree.h5"; } );
stages = ( { plugin = "preprocess"; keep = true; } );
CFG
sed 's/index = "[^"]*"; //' "$scratch/index.cfg" >"$scratch/list.cfg"
for turn in 1 2 3; do
    timed "a run opens from the index" "$facet" run --quiet --dry-run "$scratch/index.cfg"
    timed "a run opens by listing" "$facet" run --quiet --dry-run "$scratch/list.cfg"
done

mkdir "$scratch/packed"
(cd "$scratch/tree" && ls | grep -v labels.csv | tar cf "$scratch/packed/scans.tar" -T -)
sed '1!s,^,scans/,' "$scratch/tree/labels.csv" >"$scratch/packed/labels.csv"
index "tar, 1 rank" packed
index "tar, again, nothing changed" packed
