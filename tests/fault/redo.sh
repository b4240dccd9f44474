#!/bin/sh
# Only what is missing, altered or made otherwise is made again, and no row is loaded for anything else; rows set aside are
# tried again alone; marks spare a restart the reading.
# timeout: 240
set -eu
. "$FACET_SOURCE/tests/lib.sh"
export FACET_PLUGIN_PATH="$FACET_TEST_PLUGINS" NUMBERS_LOG="$scratch/loads"

cat >"$scratch/t.cfg" <<'CFG'
name = "redo"; workspace = "unset"; seed = 3; unit_rows = 4; max_bad = 0.5;
sources = ( { plugin = "numbers"; name = "a"; rows = 48; } );
stages = ( { plugin = "affine"; keep = true; }, { plugin = "shift"; keep = true; }, { plugin = "total"; } );
CFG
# loads_of WORKSPACE OPTION...: runs; $loads is the number of rows loaded by it.
loads_of() {
    where=$1
    shift
    : >"$NUMBERS_LOG"
    "$FACET" run "$scratch/t.cfg" --set "workspace=$scratch/$where" "$@" >"$scratch/said" 2>&1 || { cat "$scratch/said"; die "run in $where"; }
    loads=$(wc -c <"$NUMBERS_LOG")
}
loaded() { [ "$loads" -eq "$1" ] || { cat "$scratch/said"; die "$2: $loads rows were loaded, not $1"; }; }
says() { grep -qF -- "$1" "$scratch/said" || { cat "$scratch/said"; die "did not say: $1"; }; }
same() { for s in affine shift total; do expect 0 "" "$FACET" diff "$scratch/$1/$s.h5" "$scratch/$2/$s.h5"; done; }
alter() { # WORKSPACE ROW
    /usr/bin/python3 -c 'import h5py, sys
with h5py.File(sys.argv[1], "r+") as f: f["data/value"][int(sys.argv[2])] += 1' "$scratch/$1/affine.h5" "$2"
}

loads_of whole
loaded 48 "the first run"
loads_of whole
loaded 0 "nothing to do"
stamp=$(stat -c %y "$scratch/whole/affine.h5")

# A stage in the middle is read back when only what follows it changed.
cp -a "$scratch/whole" "$scratch/shifted"
loads_of shifted --set shift.by=2 --dry-run
says "shift would be made again: shift.by was 1, is 2"
says "affine: done"
loads_of shifted --set shift.by=2
says "shift is made again: shift.by was 1, is 2"
! grep -q "total is made again" "$scratch/said" || die "total reads nothing of shift and was made again"
loaded 0 "another shift"
[ "$(stat -c %y "$scratch/shifted/affine.h5")" = "$stamp" ] || die "affine was written though nothing of it changed"
loads_of fresh --set shift.by=2
same shifted fresh

# One altered value: its unit alone is made again, and what follows finds its inputs as they were.
alter whole 9
loads_of whole --dry-run
says "affine: 1 of 12 units to do"
says "total: done, unless what it reads comes out differently"
loads_of whole
loaded 4 "an altered value"
loads_of other
same whole other

# A dry run tells of what --fresh and --from would remove; a range of stages that is none removes nothing.
loads_of shifted --set shift.by=2 --dry-run --from shift
says "affine: done"
says "shift: all 48 rows to do"
says "total: to do"
loads_of shifted --set shift.by=2 --dry-run --fresh
says "affine: all 48 rows to do"
expect 2 "--until affine comes before --from total" \
    "$FACET" run "$scratch/t.cfg" --set "workspace=$scratch/shifted" --set shift.by=2 --from total --until affine
[ -e "$scratch/shifted/total.h5" ] || die "total was removed for nothing"

# Another number of rows set aside, another content: what reads it is made again.
loads_of bad --set a.bad_every=4
loaded 48 "with broken rows"
loads_of bad --set a.bad_every=4 --dry-run
says "shift: done"
says "total: done"
cp -a "$scratch/bad" "$scratch/bad-altered"
alter bad-altered 9
loads_of bad-altered --set a.bad_every=4 --dry-run
says "affine: 1 of 12 units to do"
says "total: done, unless what it reads comes out differently"
NUMBERS_MENDED=1 loads_of bad --set a.bad_every=4
loaded 0 "broken rows are not tried again unasked"
loads_of bad --set a.bad_every=4 --dry-run
says "affine: done"
says "shift: done"
loads_of bad --set a.bad_every=4 --dry-run --retry-quarantined
says "affine: 12 rows set aside to try again"
says "shift: 12 rows set aside to try again"
says "total: done, unless what it reads comes out differently"
cp -a "$scratch/bad" "$scratch/bad-again"
loads_of bad-again --set a.bad_every=4 --retry-quarantined
loaded 12 "rows that are still broken"
same bad bad-again
export NUMBERS_MENDED=1
loads_of bad --set a.bad_every=4 --retry-quarantined
unset NUMBERS_MENDED
loaded 12 "the mended rows"
says "total is made again: other rows are set aside"
same bad other
/usr/bin/python3 - "$scratch/bad/affine.h5" <<'PY' || die "tries are not counted"
import h5py, sys
tries = h5py.File(sys.argv[1])["quarantine/tries"][:]
assert (tries[::4] == 2).all() and tries.sum() == 24, tries
PY
expect 0 "" "$FACET" verify "$scratch/bad"

# Killed in the middle: what was written is not loaded again, but for the unit in flight.
: >"$NUMBERS_LOG"
"$FACET" run "$scratch/t.cfg" --quiet --set "workspace=$scratch/killed" --set a.sleep_ms=40 --set mark_seconds=0 >/dev/null 2>&1 &
victim=$!
until [ "$(wc -c <"$NUMBERS_LOG")" -ge 18 ]; do sleep 0.05; done
kill -9 "$victim"
wait "$victim" 2>/dev/null || true
before=$(wc -c <"$NUMBERS_LOG")
[ "$before" -lt 48 ] || die "the run was over before it was killed"
cp -a "$scratch/killed" "$scratch/trusted"
loads_of killed --set a.sleep_ms=40
[ $((before + loads)) -le 52 ] || die "$before rows before the kill and $loads after it are more than one unit too many"
loads_of slow --set a.sleep_ms=40
same killed slow

# A unit that a mark vouches for is not read; verify reads everything, and then the run does so too.
alter trusted 1
loads_of trusted --set a.sleep_ms=40
expect 1 "unit 0, rows 0 to 3" "$FACET" verify "$scratch/trusted"
loads_of trusted --set a.sleep_ms=40
loaded 4 "what verify found"
same trusted slow

# What was made of an altered value is made again, though the run that mends the value does not come so far.
/usr/bin/python3 - "$scratch/other/affine.h5" <<'PY'
import h5py, os, sys
was = os.stat(sys.argv[1])
with h5py.File(sys.argv[1], "r+") as f: f["data/value"][3] += 1
os.utime(sys.argv[1], ns=(was.st_atime_ns, was.st_mtime_ns))
PY
cp -a "$scratch/fresh" "$scratch/clean"
loads_of other --set shift.by=2 --from shift
loaded 0 "an alteration that leaves no trace but in the data"
expect 1 "unit 0, rows 0 to 3" "$FACET" verify "$scratch/other"
loads_of other --set shift.by=2 --until affine
says "shift is to be made again: units of affine had been altered when it was made"
loaded 4 "what verify found"
loads_of other --set shift.by=2
same other clean

# Marks that are cut short, of another container or of nobody cost nothing but the reading.
printf 'facet marks 1 12 nobody\nopen\nunits 0-11 #00\n' >"$scratch/slow/affine.h5.marks.7"
head -c 90 "$scratch/slow/affine.h5.marks" >"$scratch/slow/cut" && mv "$scratch/slow/cut" "$scratch/slow/affine.h5.marks"
alter slow 5
loads_of slow --set a.sleep_ms=40
loaded 4 "with worthless marks"
same slow killed

# A workspace may have any name: its marks are found, and nobody else's are taken for them.
loads_of "b[a]d*"
ls "$scratch/b[a]d*" | grep -q "affine.h5.marks" || die "no marks"
touch "$scratch/b[a]d*/affine.h5.marks.0"
alter "b[a]d*" 5
loads_of "b[a]d*"
loaded 4 "an altered value in a workspace of an odd name"
[ ! -e "$scratch/b[a]d*/affine.h5.marks.0" ] || die "marks of a rank stay in a workspace of an odd name"
[ -e "$scratch/bad/affine.h5.marks" ] || die "marks of another workspace were removed"

# As many units of other rows are other units: neither hashes nor marks are taken for theirs.
: >"$NUMBERS_LOG"
"$FACET" run "$scratch/t.cfg" --quiet --set "workspace=$scratch/cut" --set a.sleep_ms=40 --set a.rows=20 --set unit_rows=6 \
    >/dev/null 2>&1 &
victim=$!
until [ "$(wc -c <"$NUMBERS_LOG")" -ge 8 ]; do sleep 0.02; done
kill -TERM "$victim"
wait "$victim" 2>/dev/null || true
expect 2 "unit 0 was rows 0 to 5, in this run it is rows 0 to 4" \
    "$FACET" run "$scratch/t.cfg" --set "workspace=$scratch/cut" --set a.sleep_ms=40 --set a.rows=20 --set unit_rows=5
loads_of cut --set a.sleep_ms=40 --set a.rows=20 --set unit_rows=6
expect 0 "" "$FACET" verify "$scratch/cut"

# Rows of units that are not complete wait for another time, and the run says so.
loads_of half --set a.bad_every=4
rm "$scratch/half/shift.h5"
loads_of half --set a.bad_every=4 --retry-quarantined
says "rows set aside in 12 units that are not complete are tried again by the next --retry-quarantined"
loaded 0 "rows that wait"
loads_of half --set a.bad_every=4 --retry-quarantined
loaded 12 "rows that waited"

# What a compression that was killed leaves goes with the next run.
echo left >"$scratch/half/affine.h5.part"
loads_of half --set a.bad_every=4
[ ! -e "$scratch/half/affine.h5.part" ] || die "a leftover stays"

# Meshes take the room they need.
small_pipeline "$scratch/mesh.cfg" "$scratch/mesh"
"$FACET" run --quiet "$scratch/mesh.cfg" >/dev/null
/usr/bin/python3 - "$scratch/mesh/preprocess.h5" <<'PY' || die "ragged rows waste room"
import h5py, os, sys
f = h5py.File(sys.argv[1])
used = sum(int(f["data/" + n + "_count"][:].sum()) * 12 for n in ("vertices", "triangles", "normals"))
assert os.stat(sys.argv[1]).st_blocks * 512 <= 2 * used, (os.stat(sys.argv[1]).st_blocks * 512, used)
PY
