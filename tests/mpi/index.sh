#!/bin/sh
# timeout: 400
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
has rows 240; has read 240; has new 240; has gone 0; has broken 4; has subjects 20; has files 241
has happy 120; has sad 120; has unlabelled 0
grep -q "d/s007.obj: line 6: the face names vertex 99, but the file has 4" said.json || die "no example of what is broken"
cp root.index.h5 one.h5
for ranks in 2 3; do
    rm root.index.h5
    on_ranks $ranks "$FACET" index folder root --json --quiet >said.json || die "index on $ranks ranks"
    has read 240
    cmp root.index.h5 one.h5 || die "other bytes on $ranks ranks"
done
[ "$(ls)" = "$(printf '%s\n' one.h5 packed root root.index.h5 said.json)" ] || { ls; die "something is left behind"; }

# What killed runs on more ranks have left goes; what is no index is not offered for removal; settings that are arguments are told.
touch root.index.h5.list.0007 root.index.h5.log.0007
index root --quiet >said || die "an index beside rests"
[ "$(ls -d root.index.h5*)" = root.index.h5 ] || { ls; die "rests of a killed run are left"; }
expect 1 "if it is an index that was damaged remove it, if not name another file" "$FACET" index folder root --out packed
expect 2 "--set root=packed: the root is the second argument" "$FACET" index folder root --set root=packed
expect 2 "--set index=x: the index is named by --out" "$FACET" index folder root --set index=x
expect 1 "root holds no scan of BU-3DFE" "$FACET" index bu3dfe root --out none.h5
[ "$(echo none.h5*)" = "none.h5*" ] || die "a root that does not fit leaves something"

# A second rank that does not see what was read before goes by what the first one sees.
cp root.index.h5 x.h5
ln -s y.h5.list.0001 x.h5.list.0001 && ln -s x.h5.list y.h5.list
mpirun --oversubscribe --bind-to none -n 1 "$FACET" index folder root --out x.h5 --json --quiet : \
    -n 1 "$FACET" index folder root --out y.h5 --json --quiet >said.json || die "ranks that see different things"
has read 0; has unchanged 240
rm [xy].h5*

# Reasons beyond those that are told apart are counted.
mkdir odd && for i in $(seq 10 30); do echo "v 1 2 3" >odd/$i.obj && echo "$i.obj,s,x" >>odd/rows; done
sed '1i path,subject,label' odd/rows >odd/labels.csv
i=9
for word in aa bb cc dd ee ff gg hh ii jj kk ll mm nn oo pp qq rr ss; do
    i=$((i + 1)) && echo "v $word" >odd/$i.obj
done
index odd --json >said.json || die "an index of odd files"
has broken 19; has other_reasons 3
rm -r odd odd.index.h5

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
has read 0; has new 0; has unchanged 240
cmp root.index.h5 one.h5 || die "a second index has other bytes"
echo "v 1 2 3" >>root/a/s000.obj
rm root/d/s003.obj
sed -i /s003/d root/labels.csv
index root --json >said.json || die "index after a change"
has read 1; has rows 239; has changed 1; has gone 1; has new 0; has unchanged 238; has other_settings false
index root --set unit_mm=2.0 --set textures=true --json >said.json || die "index with another parameter"
has read 239; has unchanged 239; has other_settings true
index root --set unit_mm=2.0 --set textures=true >said || die "index told in words"
grep -q "^  happy  *119$" said && grep -q "^read now  *0$" said && grep -q "^index: root.index.h5, in " said || { cat said; die "not told"; }

# The name of the file and the way to the root are not in its bytes.
"$FACET" index folder "$PWD/./root/" --set unit_mm=2.0 --set textures=true --out elsewhere.h5 --quiet >said || die "index with another name"
cmp root.index.h5 elsewhere.h5 || die "the name of the file or the way to the root is in its bytes"

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
assert a.keys() == b.keys() and len(a) > 5, (a.keys(), b.keys())
def values(f, n): # of a ragged array row by row: the room that a row might have had may differ
    if n + "_start" not in f: return [f[n][()]]
    return [f[n][s:s + c] for s, c in zip(f[n + "_start"][()], f[n + "_count"][()])]
rows = 0
for n in a:
    if n.endswith("_start") or n.startswith("units/seconds"): continue
    for x, y in zip(values(a, n), values(b, n), strict=True):
        assert x.shape == y.shape and x.dtype == y.dtype, (n, a[n], b[n])
        assert ((x == y) | (x != x) & (y != y)).all() if x.dtype.kind == "f" else (x == y).all(), n
        rows += "carried_colours" in n and len(x) > 0
assert rows > 200, rows
PY
echo "v 1 2 3" >>root/b/s001.obj
rm -rf indexed
"$FACET" run run.cfg >said 2>&1 || { cat said; die "a run after a change"; }
grep -qa "s001.obj: has changed since it was indexed; run facet index again" indexed/carry.h5 || die "a changed file is not told"

# It belongs to its plugin, its settings and its files.
opens() { "$FACET" run "$1" --dry-run; }
sed 's/unit_mm = 2.0/unit_mm = 3.0/' run.cfg >metres.cfg
expect 2 "root.index.h5: was made with unit_mm = 2, the source says unit_mm = 3; run facet index again" opens metres.cfg
sed 's/plugin = "folder"; root/plugin = "filed"; root/; s/unit_mm = 2.0; textures = true; //' run.cfg >filed.cfg
expect 2 "root.index.h5: was made by the plugin folder" opens filed.cfg
rm -rf indexed
cp -r --preserve=all root moved
sed 's/root = "root"/root = "moved"/' run.cfg >moved.cfg
expect 0 "" opens moved.cfg
cp -r root other
sed 's/root = "root"/root = "other"/' run.cfg >other.cfg
expect 1 "is not the file it knows: it is of another dataset" opens other.cfg
expect 1 "is not the file it knows: it is of another dataset" "$FACET" index folder other --out root.index.h5
expect 2 "root.index.h5: is an index that the plugin folder made; remove it, or name another file with --out" \
    "$FACET" index filed root
[ "$(ls -d root.index.h5*)" = root.index.h5 ] || { ls; die "something is left behind"; }

# While there is a file `hold`, rows from the one it names on are not done: what comes then does not depend on how fast that is.
mkdir many
for i in $(seq 100 159); do echo "file $i" >many/$i; done
echo '!' >many/130
held() { "$FACET" index filed many --set 'hold="hold"' --quiet "$@"; }
wait_for_40() {
    tries=0
    until [ "$(cat slow.h5.log.* 2>/dev/null | grep -c '^[0-9a-f]\{64\}\|^[0-9a-f]* [0-9a-f]* ')" -ge 40 ]; do
        sleep 0.05 && tries=$((tries + 1))
        [ $tries -lt 2400 ] || { cat first said; die "no row is looked at"; }
    done
}
held --out whole.h5 >said || die "index of plain files"

# Two at once: the second one says who is first.
echo 40 >hold
"$FACET" index filed many --set 'hold="hold"' --out slow.h5 --quiet >first 2>&1 &
run=$!
wait_for_40
expect 2 "slow.h5: facet index, process $run" held --out slow.h5
rm hold
wait $run || { cat first; die "the first of two"; }
cmp whole.h5 slow.h5 || die "other bytes"
rm slow.h5

# Stopped: what was seen is not read again.
for ranks in 2 3; do
    echo 40 >hold
    mpirun -n $ranks --oversubscribe --bind-to none sh -c 'echo $$ >pid-$OMPI_COMM_WORLD_RANK; exec "$@"' sh \
        "$FACET" index filed many --set 'hold="hold"' --out slow.h5 --quiet >first 2>&1 &
    run=$!
    wait_for_40
    for pid in pid-*; do kill -TERM "$(cat $pid)"; done
    rm hold
    status=0
    wait $run || status=$?
    [ $status -eq 75 ] || { cat first; die "$status on SIGTERM"; }
    grep -q "stopped on SIGTERM" first || { cat first; die "not said why"; }
    [ ! -e slow.h5 ] || die "there is an index after SIGTERM"
    held --out slow.h5 --json >said.json || die "going on after SIGTERM"
    has rows 60; has broken 1
    read=$(sed -n 's/.*"read": \([0-9]*\).*/\1/p' said.json)
    [ "$read" -gt 0 ] && [ "$read" -le 20 ] || die "$read of 60 rows were read after SIGTERM"
    cmp whole.h5 slow.h5 || die "other bytes after a run that was stopped"
    rm slow.h5 pid-*
done
expect 75 "the time limit of 1 s" "$FACET" index filed many --out slow.h5 --set sleep_ms=100 --max-time 1
"$FACET" index filed many --out slow.h5 --set sleep_ms=100 --json --quiet >said.json || die "going on after the time limit"
has rows 60
expect 2 "--max-time: soon is no time" "$FACET" index filed many --max-time soon

# What is wrong.
expect 2 "there is no plugin nothing" "$FACET" index nothing root
expect 2 "synth is no source of files below a root" "$FACET" index synth root
expect 2 "unit_mm" "$FACET" index folder root --set unit_mm=-1
expect 1 "nowhere: cannot be opened: No such file" "$FACET" index folder nowhere
# Damaged: nothing is taken from it, whichever byte it is.
/usr/bin/python3 - <<'PY' || die "a damaged index is taken"
import os, random, subprocess
random.seed(4)
facet, good = os.environ["FACET"], open("whole.h5", "rb").read()
command = [facet, "index", "filed", "many", "--set", 'hold="hold"', "--out", "bad.h5", "--quiet"]
told = 0
def damaged(bad, what): # what is sound is taken, and the same bytes come out; or it is refused, and the sentence says what to do
    global told
    open("bad.h5", "wb").write(bad)
    p = subprocess.run(command, capture_output=True, text=True)
    if p.returncode == 0:
        assert open("bad.h5", "rb").read() == good, (what, "other bytes")
    else:
        assert p.returncode in (1, 2) and "bad.h5" in p.stderr and "remove it" in p.stderr, (what, p.returncode, p.stderr)
        told += 1
for k in range(12):
    damaged(good[:len(good) * k // 12], f"cut at {k}/12")
for k in range(30):
    bad = bytearray(good)
    for _ in range(8):
        bad[random.randrange(len(bad))] ^= 1 << random.randrange(8)
    damaged(bytes(bad), f"flips {k}")
print(told, "of 42 told")
assert told > 30, told
PY

echo "anything" >root.index.h5
expect 1 "root.index.h5" "$FACET" index folder root
grep -q anything root.index.h5 || die "a file that is no index was overwritten"

mkdir cut && printf PK >cut/F001.zip
expect 1 "cut: holds no files; cut/F001.zip: ends at byte 2" "$FACET" index bu4dfe cut
echo passed
