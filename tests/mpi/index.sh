#!/bin/sh
# timeout: 200
# facet index: the same bytes on any number of ranks, from folders and archives; only what changed is read again; a killed or
# stopped run goes on; what was indexed and changed since is told; a pipeline opens from the index and gives the same rows.
set -u
. "$FACET_SOURCE/tests/lib.sh"
cd "$scratch" || exit 1
export FACET_PLUGIN_PATH="$FACET_TEST_PLUGINS"

/usr/bin/python3 - <<'PY' || die "cannot make the scans"
import os, tarfile, zipfile, random
random.seed(1)
rows = ["path,subject,label"]
for i in range(240):
    folder = "abcd"[i % 4]
    os.makedirs("root/" + folder, exist_ok=True)
    path = f"{folder}/s{i:03d}.obj"
    n = 4 + i % 7
    with open("root/" + path, "w") as f:
        for k in range(n):
            f.write(f"v {k} {random.random():.6f} {i % 9} 0.{k} 0.5 1\n")
        f.write("f 1 2 3\n")
        if i % 60 == 7:
            f.write("f 1 2 99\n")
    rows.append(f"{path},P{i % 20},{'happy' if i % 2 else 'sad'}")
open("root/labels.csv", "w").write("\n".join(rows) + "\n")
os.makedirs("packed")
open("packed/labels.csv", "w").write("\n".join(rows) + "\n")
for folder, mode in (("a", "w"), ("b", "w:gz")):
    with tarfile.open(f"packed/{folder}.tar" + (".gz" if mode == "w:gz" else ""), mode) as tar:
        tar.add("root/" + folder, folder)
for folder in "cd":
    with zipfile.ZipFile(f"packed/{folder}.zip", "w", zipfile.ZIP_DEFLATED) as z:
        for name in sorted(os.listdir("root/" + folder)):
            z.write(f"root/{folder}/{name}", name)
PY

index() { "$FACET" index folder "$@"; }
has() { grep -q "\"$1\": $2,\{0,1\}$" said.json || { cat said.json; die "not $1 = $2"; }; }

# Any number of ranks.
index root --json >said.json || die "index"
has rows 240; has read 240; has broken 4; has subjects 20; has labels 2; has files 241
grep -q "d/s007.obj: line 6: the face names vertex 99, but the file has 4" said.json || die "no example of what is broken"
cp root.index.h5 one.h5
for ranks in 2 3; do
    rm root.index.h5
    on_ranks $ranks "$FACET" index folder root --json --quiet >said.json || die "index on $ranks ranks"
    has read 240
    cmp root.index.h5 one.h5 || die "other bytes on $ranks ranks"
done
[ "$(ls)" = "$(printf '%s\n' one.h5 packed root root.index.h5 said.json)" ] || { ls; die "something is left behind"; }

# Archives give the same scans.
index packed --json >said.json || die "index of archives"
has rows 240; has broken 4
on_ranks 3 "$FACET" index folder packed --out three.h5 --json --quiet >said.json || die "index of archives on 3 ranks"
/usr/bin/python3 - <<'PY' || die "archives give other scans"
import h5py
a, b, c = h5py.File("one.h5"), h5py.File("packed.index.h5"), h5py.File("three.h5")
assert (a["scans/hash"][:] == b["scans/hash"][:]).all() and a["scans/hash"][:].any()
assert (a["scans/counts"][:] == b["scans/counts"][:]).all()
for name in ("files/path", "files/place", "files/check", "archives/points", "archives/path", "scans/key"):
    assert (b[name][()] == c[name][()]).all(), name
PY

# Only what changed.
index root --json >said.json || die "a second index"
has read 0
cmp root.index.h5 one.h5 || die "a second index has other bytes"
echo "v 1 2 3" >>root/a/s000.obj
rm root/d/s003.obj
sed -i /s003/d root/labels.csv
index root --json >said.json || die "index after a change"
has read 1; has rows 239
index root --set unit_mm=2.0 --json >said.json || die "index with another parameter"
has read 239

# A pipeline opens from the index, and is told what changed since.
cat >run.cfg <<'CFG'
name = "indexed"; workspace = "indexed"; seed = 1; max_bad = 0.5;
sources = ( { plugin = "folder"; root = "root"; index = "root.index.h5"; unit_mm = 2.0; textures = true; } );
stages = ( { plugin = "carry"; keep = true; } );
CFG
sed 's/indexed/plain/g; s/index = "[^"]*"; //' run.cfg >plain.cfg
"$FACET" run run.cfg >said 2>&1 || { cat said; die "a run from the index"; }
"$FACET" run plain.cfg >said 2>&1 || { cat said; die "a run without"; }
/usr/bin/python3 - <<'PY' || die "the index gives other rows"
import h5py
def whole(path):
    out = {}
    h5py.File(path).visititems(lambda n, d: out.update({n: d}) if isinstance(d, h5py.Dataset) else None)
    return out
a, b = whole("indexed/carry.h5"), whole("plain/carry.h5")
assert a.keys() == b.keys()
same = [n for n in a if a[n].dtype.kind in "iuf" and a[n].shape == b[n].shape and (a[n][()] == b[n][()]).all()]
assert any("colours" in n for n in same), same
PY
echo "v 1 2 3" >>root/b/s001.obj
rm -rf indexed
"$FACET" run run.cfg >said 2>&1 || { cat said; die "a run after a change"; }
grep -qa "s001.obj: has changed since it was indexed; run facet index again" indexed/carry.h5 || die "a changed file is not told"

# Stopped and killed runs go on: what they saw is not read again.
mkdir many
for i in $(seq 100 159); do echo "file $i" >many/$i; done
echo '!' >many/130
"$FACET" index filed many --out whole.h5 --quiet >said || die "index of plain files"
for how in TERM KILL; do
    mpirun -n 2 --oversubscribe --bind-to none sh -c 'echo $$ >pid-$OMPI_COMM_WORLD_RANK; exec "$@"' sh \
        "$FACET" index filed many --out slow.h5 --set sleep_ms=40 --quiet >said 2>&1 &
    run=$!
    tries=0
    until [ "$(cat slow.h5.log.* 2>/dev/null | wc -l)" -gt 12 ]; do
        sleep 0.1 && tries=$((tries + 1))
        [ $tries -lt 300 ] || { cat said; die "no row is looked at"; }
    done
    kill -$how "$(cat pid-1)"
    wait $run
    status=$?
    [ $how = KILL ] || [ $status -eq 75 ] || { cat said; die "$status on SIGTERM"; }
    [ ! -e slow.h5 ] || die "there is an index after SIG$how"
    "$FACET" index filed many --out slow.h5 --set sleep_ms=40 --json --quiet >said.json || die "going on after SIG$how"
    has rows 60; has broken 1
    read=$(sed -n 's/.*"read": \([0-9]*\).*/\1/p' said.json)
    [ "$read" -gt 0 ] && [ "$read" -lt 60 ] || die "$read of 60 rows were read after SIG$how"
    /usr/bin/python3 - <<'PY' || die "other results after a run that ended early"
import h5py
a, b = h5py.File("whole.h5"), h5py.File("slow.h5")
for name in ("scans/key", "scans/hash", "scans/counts", "scans/code", "scans/messages", "files/path"):
    assert (a[name][()] == b[name][()]).all(), name
PY
    rm slow.h5
done

# What is wrong.
expect 2 "there is no plugin nothing" "$FACET" index nothing root
expect 2 "synth is no source of files below a root" "$FACET" index synth root
expect 2 "unit_mm" "$FACET" index folder root --set unit_mm=-1
expect 1 "nowhere: cannot be opened: No such file" "$FACET" index folder nowhere
echo "anything" >root.index.h5
expect 1 "root.index.h5" "$FACET" index folder root
grep -q anything root.index.h5 || die "a file that is no index was overwritten"
echo passed
