#!/bin/sh
# Forgetting a person: nothing of them is left in the workspace, the others' work stays, later runs keep them away, models that
# saw them are listed, and a fresh workspace with the same tombstone comes to the same content.
# timeout: 400
set -eu
. "$FACET_SOURCE/tests/lib.sh"
name=Hildegard_Quux

# Scans of ten people as files; one of them has a name of their own.
cat >"$scratch/people.cfg" <<CFG
name = "people"; workspace = "$scratch/people"; seed = 3;
sources = ( { plugin = "synth"; name = "lab"; subjects = 6; samples = 1; } );
stages = ( { plugin = "preprocess"; keep = true; } );
CFG
expect 0 "" "$FACET" run --quiet "$scratch/people.cfg"
/usr/bin/python3 - "$scratch" "$name" <<'PY'
import h5py, os, sys
scratch, name = sys.argv[1:]
os.makedirs(f"{scratch}/scans")
with h5py.File(f"{scratch}/people/preprocess.h5") as f, open(f"{scratch}/scans/labels.csv", "w") as table:
    print("path,subject,label,licence,consent", file=table)
    def ragged(field, row):
        first, count = (int(f[f"data/{field}_{part}"][row]) for part in ("start", "count"))
        return f[f"data/{field}"][first:first + count]
    for row, (subject, label) in enumerate(zip(f["items/subject"].asstr(), f["items/label"].asstr())):
        known = subject != "s003"
        if label not in ("anger", "happiness"): continue
        if known: subject = "person_" + subject
        else: subject = name
        path = f"{subject}_{label}.obj"
        print(f"{path},{subject},{label},CC0,{'form 3' if known else 'withdrawn'}", file=table)
        with open(f"{scratch}/scans/{path}", "w") as scan:
            for v in ragged("vertices", row): print("v %.6f %.6f %.6f" % tuple(v), file=scan)
            for t in ragged("triangles", row): print("f %d %d %d" % tuple(t + 1), file=scan)
PY
cat >"$scratch/a.cfg" <<CFG
name = "forget";
workspace = "$scratch/run";
seed = 3;
unit_rows = 3;
sources = ( { plugin = "folder"; name = "lab"; root = "$scratch/scans"; } );
stages = ( { plugin = "preprocess"; keep = true; },
           { plugin = "render"; size = 32; channels = [ "depth", "normal" ]; keep = true; },
           { plugin = "split"; protocol = "subject-k-fold"; folds = 2; },
           { plugin = "baseline"; components = 4; },
           { plugin = "train"; epochs = 1; batch = 8; micro = 4; },
           { plugin = "encode"; keep = true; }, { plugin = "fuse"; keep = true; }, { plugin = "evaluate"; },
           { plugin = "report"; } );
CFG
# contents WORKSPACE: a line a container, "name content", in one call.
contents() {
    "$FACET" info --json "$1" | /usr/bin/python3 -c '
import json, os, sys
for c in json.load(sys.stdin): print(os.path.basename(c["file"]), c["content"])'
}
expect 0 "" "$FACET" run --quiet "$scratch/a.cfg"
run=$scratch/run
for picture in render.png render-12.png render.gif render-x.png; do echo picture >"$run/$picture"; done
[ -n "$(ls "$run/report/pictures")" ] || die "the report has no pictures"
echo "$name" >"$run/duplicates.csv.new"
cp -r "$run" "$scratch/before"

# What is this person's alone: bytes of their rows that stand in the whole file once.
cat >"$scratch/patterns.py" <<'PY'
import h5py, os, pickle, sys
workspace, out = sys.argv[1:]
patterns = []
for name in ("preprocess", "render", "encode", "fuse", "baseline"):
    path = f"{workspace}/{name}.h5"
    whole = open(path, "rb").read()
    with h5py.File(path) as f:
        mine = [row for row, subject in enumerate(f["items/subject"].asstr()) if subject == "Hildegard_Quux"]
        assert len(mine) == 2
        for field in f["data"]:
            d = f["data"][field]
            for row in mine:
                if field + "_start" in f["data"]:
                    first, count = f[f"data/{field}_start"][row], f[f"data/{field}_count"][row]
                    data = d[first:first + count].tobytes()
                elif d.shape[0] == len(f["items/valid"]): data = d[row].tobytes()
                else: data = d[:, row].tobytes()[:d.shape[2] * d.dtype.itemsize]
                windows = [data[i:i + 32] for i in range(0, len(data) - 31, 32)] if len(data) > 32 else [data]
                windows = [w for w in windows if len(set(w)) > 6]
                patterns += [w for w in windows[::len(windows) // 8 + 1] if whole.count(w) == 1][:3]
assert len(patterns) > 20, len(patterns)
pickle.dump(patterns, open(out, "wb"))
PY
/usr/bin/python3 "$scratch/patterns.py" "$run" "$scratch/patterns"
# left WORKSPACE: how many of these, and of the person's words, are anywhere in a workspace's files.
cat >"$scratch/left.py" <<'PY'
import os, pickle, sys
patterns = pickle.load(open(sys.argv[2], "rb")) + [b"Hildegard", b"withdrawn"]
files = [os.path.join(folder, name) for folder, _, names in os.walk(sys.argv[1]) for name in names]
whole = b"\0".join(open(path, "rb").read() for path in files)
print(sum(pattern in whole for pattern in patterns))
PY
left() {
    /usr/bin/python3 "$scratch/left.py" "$1" "$scratch/patterns"
}
nothing_left() {
    [ "$(left "$1")" -eq 0 ] || die "$2: $(left "$1") traces of the person are left"
}
[ "$(left "$run")" -gt 20 ] || die "the test looks for nothing"

# Who is not there is not forgotten, and looking changes nothing.
(cd "$run" && find . -type f ! -name .lock -exec sha256sum {} + | sort) >"$scratch/files"
expect 2 "did you mean Hildegard_Quux?" "$FACET" forget "$run" --subject Hildegard_Qux
expect 2 "holds a dataset lap; did you mean lab?" "$FACET" forget "$run" --subject "$name" --dataset lap
expect 2 "No such file" "$FACET" forget "$scratch/nowhere" --subject "$name"
expect 0 "render.h5: 2 rows, to be erased" "$FACET" forget "$run" --subject "$name" --dry-run
grep -q "train.h5 was trained on them, folds \[[01]\]" "$scratch/said" || die "the model is not listed"
(cd "$run" && find . -type f ! -name .lock -exec sha256sum {} + | sort) >"$scratch/files.now"
diff "$scratch/files" "$scratch/files.now" || die "a dry run changed the workspace"
expect 2 "is at work here" flock "$run/.lock" "$FACET" forget "$run" --subject "$name"

expect 0 '10 rows of lab, licence "CC0", consent "form 3"' "$FACET" info "$run"
grep -q '2 rows of lab, licence "CC0", consent "withdrawn"' "$scratch/said" || die "info does not tell of consent"

# Erased: nothing is left, everything verifies, others are as they were.
expect 0 "" "$FACET" forget "$run" --subject "$name" --json
cp "$scratch/said" "$scratch/report"
/usr/bin/python3 - "$scratch/report" <<'PY'
import json, sys
report = json.load(open(sys.argv[1]))
assert report["rows"] == 2 and not report["mentions"], report
assert {c["file"]: c["done"] for c in report["containers"]}["preprocess.h5"] == "erased", report
assert [m["file"] for m in report["models"]] == ["train.h5"] and len(report["models"][0]["folds"]) == 1, report
assert "evaluate.h5" in report["summaries"], report
assert "report/index.html" in report["removed"] and "render.png" in report["removed"], report
assert "render-12.png" in report["removed"] and "render.gif" in report["removed"], report
assert "render-x.png" not in report["removed"], report
PY
[ -z "$(find "$run/report" -type f)" ] || die "pictures of the report are left: $(find "$run/report" -type f | head -3)"
nothing_left "$run" "forget"
expect 0 "" "$FACET" verify "$run"
/usr/bin/python3 - "$scratch/before" "$run" <<'PY'
import h5py, sys
for name in ("preprocess", "render"):
    with h5py.File(f"{sys.argv[1]}/{name}.h5") as a, h5py.File(f"{sys.argv[2]}/{name}.h5") as b:
        gone = [row for row, subject in enumerate(a["items/subject"].asstr()) if subject == "Hildegard_Quux"]
        for row in range(len(a["items/valid"])):
            same = bytes(a["rows/hash"][row]) == bytes(b["rows/hash"][row])
            assert same == (row not in gone), (name, row)
        for row in gone:
            assert b["items/valid"][row] == 0
            assert b["quarantine/stage"].asstr()[row] == "forget"
            assert b["quarantine/message"].asstr()[row] == "erased on request"
PY
expect 0 "0 rows erased" "$FACET" forget "$run" --subject "$name"
grep -q "train.h5 was trained on them" "$scratch/said" || die "the model is not listed again"

# The next run keeps what it has of the others, and comes to what a fresh workspace with the tombstone comes to.
expect 0 "render: done" "$FACET" run "$scratch/a.cfg" --dry-run
expect 0 "" "$FACET" run --quiet "$scratch/a.cfg"
grep -qE "^render +12 +0 +done" "$scratch/said" || { cat "$scratch/said"; die "rows of others were made again"; }
expect 0 "" "$FACET" verify "$run"
nothing_left "$run" "run after forget"
contents "$run" >"$scratch/expected"
mkdir "$scratch/fresh"
cp "$run/forgotten.json" "$scratch/fresh"
expect 0 "" "$FACET" run --quiet "$scratch/a.cfg" --set "workspace=$scratch/fresh"
contents "$scratch/fresh" >"$scratch/actual"
diff "$scratch/expected" "$scratch/actual" || die "a fresh workspace with the tombstone holds something else"
nothing_left "$scratch/fresh" "fresh run"
expect 0 "" "$FACET" forget "$run" --subject "$name"
! grep -q "train.h5" "$scratch/said" || die "a model trained anew is still listed"

# Killed right after it wrote the tombstone, and anywhere after: a run, or forget again, comes to the same end.
grep -E "preprocess|render" "$scratch/expected" >"$scratch/expected.rows"
check_end() {
    expect 0 "" on_ranks 2 "$FACET" run --quiet "$scratch/a.cfg" --set "workspace=$1" --until render
    contents "$1" | grep -E "preprocess|render" >"$scratch/actual"
    diff "$scratch/expected.rows" "$scratch/actual" || die "$2: other content"
    nothing_left "$1" "$2"
}
cp -r "$scratch/before" "$scratch/killed"
grep -v erased "$run/forgotten.json" | sed 's/\(asked.*\),$/\1/' >"$scratch/killed/forgotten.json"
check_end "$scratch/killed" "a run after an interrupted forget"
grep -q erased "$scratch/killed/forgotten.json" || die "the run did not finish it"
for delay in 0 0.02 0.06; do # seconds after the tombstone is there
    rm -rf "$scratch/killed"
    cp -r "$scratch/before" "$scratch/killed"
    "$FACET" forget "$scratch/killed" --subject "$name" >/dev/null 2>&1 &
    forget=$!
    while [ ! -e "$scratch/killed/forgotten.json" ] && kill -0 "$forget" 2>/dev/null; do sleep 0.01; done
    sleep "$delay"
    kill -9 "$forget" 2>/dev/null || true
    wait "$forget" 2>/dev/null || true
    expect 0 "" "$FACET" forget "$scratch/killed" --subject "$name"
    check_end "$scratch/killed" "killed after $delay s"
done

# A damaged unit is erased whole and made again; models go when asked to.
rm -rf "$scratch/killed"
cp -r "$scratch/before" "$scratch/killed"
/usr/bin/python3 - "$scratch/killed/render.h5" <<'PY'
import h5py, sys
with h5py.File(sys.argv[1], "r+") as f:
    row = list(f["items/subject"].asstr()).index("Hildegard_Quux")
    other = row // 3 * 3 + (row % 3 == 0)
    f["data/views"][other, 0, 0, 16, 16] ^= 1
PY
head -c 3000 "$scratch/before/encode.h5" >"$scratch/killed/encode.h5"
echo "my notes" >"$scratch/killed/notes.h5"
expect 0 "train.h5 was trained on them, folds" "$FACET" forget "$scratch/killed" --subject "$name" --drop-models
grep -q "encode.h5: 0 rows, removed" "$scratch/said" || die "a container that cannot be read was kept"
grep -q "notes.h5: 0 rows, left as it is" "$scratch/said" || die "a file of somebody else is not told of"
rm "$scratch/killed/notes.h5"
[ ! -e "$scratch/killed/train.h5" ] || die "the model was not removed"
expect 1 "does not match its hash or is not done" "$FACET" verify "$scratch/killed"
check_end "$scratch/killed" "a damaged unit"

# A tombstone nobody can read stops everything: going on would bring people back.
echo '{' >"$scratch/killed/forgotten.json"
expect 1 "is not a list of forgotten people" "$FACET" run --quiet "$scratch/a.cfg" --set "workspace=$scratch/killed"

# One name in two sources is two people.
cat >"$scratch/two.cfg" <<CFG
name = "two"; workspace = "$scratch/two";
sources = ( { plugin = "synth"; name = "lab"; subjects = 2; }, { plugin = "synth"; name = "wild"; subjects = 2; } );
stages = ( { plugin = "preprocess"; keep = true; } );
CFG
expect 0 "" "$FACET" run --quiet "$scratch/two.cfg"
expect 2 "subject s002 is in dataset lab and in dataset wild; say which with --dataset" \
    "$FACET" forget "$scratch/two" --subject s002
expect 0 "6 rows erased" "$FACET" forget "$scratch/two" --subject s002 --dataset wild
expect 0 "12 rows erased" "$FACET" forget "$scratch/two" --subject s001 --dataset lab --subject s002 --dataset lab
expect 0 "18 rows of forgotten people are left out" "$FACET" run "$scratch/two.cfg"
