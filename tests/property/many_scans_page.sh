#!/bin/sh
# A hundred thousand scans: the report's quality.json is that of the container, whatever the ranks, and no longer than that of a
# thousand; nor is the page.
# timeout: 300
set -eu
. "$FACET_SOURCE/tests/lib.sh"
export FACET_PLUGIN_PATH="$FACET_TEST_PLUGINS"

# page NAME ROWS RANKS
page() {
    cat >"$scratch/$1.cfg" <<CFG
name = "many"; workspace = "$scratch/$1"; max_bad = 0.1; unit_rows = 1000;
sources = ( { plugin = "numbers"; name = "a"; rows = $2; bad_every = 97; }, { plugin = "numbers"; name = "b"; rows = 100; } );
stages = ( { plugin = "graded"; keep = true; }, { plugin = "report"; } );
CFG
    expect 0 "" on_ranks "$3" "$FACET" run --quiet "$scratch/$1.cfg"
}
page few 1000 1
page many 100000 1
page again 100000 3
cmp "$scratch/many/report/quality.json" "$scratch/again/report/quality.json" || die "quality.json depends on the ranks"
for file in index.html quality.json; do
    few=$(wc -c <"$scratch/few/report/$file")
    many=$(wc -c <"$scratch/many/report/$file")
    [ "$many" -lt $((few + few / 4)) ] || die "$file grew from $few to $many bytes"
done
/usr/bin/python3 - "$scratch/many" <<'PY' || die "quality.json is not what the container holds"
import sys, json, h5py, numpy
found = json.load(open(sys.argv[1] + "/report/quality.json"))
file = h5py.File(sys.argv[1] + "/graded.h5")
quality, valid = file["data/quality"][...].astype(float), file["items/valid"][...] == 1
datasets = [numpy.arange(len(valid)) < 100000, numpy.arange(len(valid)) >= 100000]
for d, rows in enumerate(datasets):
    counts = (int(rows.sum()), int((rows & valid).sum()), int((rows & ~valid).sum()))
    of = found["datasets"][d]
    if (of["found"], of["used"], of["set_aside"]) != counts: sys.exit(f"{of}, not {counts}")
if [(r["scans"], r["by_dataset"]) for r in found["reasons"]] != [(1031, [1031, 0])]: sys.exit(str(found["reasons"]))
for m, metric in enumerate(found["metrics"]):
    low, step = metric["low"], metric["step"]
    shown = missing = 0
    for d, rows in enumerate(datasets):
        values, of = quality[rows & valid, m], metric["by_dataset"][d]
        missing += of["missing"]
        values = values[numpy.isfinite(values)]
        place = numpy.floor((values - low) / step)
        bars = [int(n) for n in numpy.bincount(place[(place >= 0) & (place < len(of["bars"]))].astype(int), minlength=len(of["bars"]))]
        wanted = (int((place < 0).sum()), int((place >= len(bars)).sum()))
        if (of["below"], of["above"]) != wanted or of["bars"] != bars: sys.exit(f"{metric['name']}: {of}, not {wanted} {bars}")
        middle = numpy.sort(values)[(len(values) - 1) // 2]
        if abs(middle - of["median"]) > step / 25: sys.exit(f"{metric['name']}: median {of['median']}, not {middle}")
        if abs(values.max() - of["largest"]) > 1e-6 * abs(values.max()): sys.exit(f"{metric['name']}: {of['largest']}")
        shown += sum(bars)
    if shown < 0.989 * valid.sum() - missing: sys.exit(f"{metric['name']}: the axis leaves out too many")
    if metric["name"] == "landmark_gap_mm" and missing != (numpy.isnan(quality[:, m]) & valid).sum(): sys.exit("missing")
    if metric["name"] == "noise_mm" and not step < 1e5: sys.exit("a few far values stretch the axis")
worst = {m["name"]: [w["row"] for w in m["worst"]] for m in found["metrics"]}
for name, column, sign in (("noise_mm", 6, -1), ("coverage", 12, 1)):
    order = [int(r) for r in numpy.argsort(sign * quality[:, column], kind="stable") if valid[r]][:6]
    if worst[name] != order: sys.exit(f"{name}: {worst[name]}, not {order}")
PY
