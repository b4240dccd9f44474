#!/bin/sh
# What is made otherwise is told of and made again, or refused when it is another pipeline's; altered bytes are found and made again; --from, --fresh and
# --dry-run do what they say.
# timeout: 300
set -eu
. "$FACET_SOURCE/tests/lib.sh"

small_pipeline "$scratch/a.cfg" "$scratch/run"
expect 0 "" "$FACET" run --quiet "$scratch/a.cfg"
hashes "$scratch/run" >"$scratch/expected"

# Another setting: a dry run says what it would make again and changes nothing; another pipeline is refused.
expect 0 "render would be made again: render.size was 32, is 48" "$FACET" run "$scratch/a.cfg" --set render.size=48 --dry-run
expect 0 "preprocess would be made again: seed was 3, is 4" "$FACET" run "$scratch/a.cfg" --set seed=4 --dry-run
sed 's/name = "small"/name = "other"/; s/subjects = 10/subjects = 9/' "$scratch/a.cfg" >"$scratch/b.cfg"
expect 2 'was made by pipeline "small"' "$FACET" run "$scratch/b.cfg"
hashes "$scratch/run" >"$scratch/actual"
diff "$scratch/expected" "$scratch/actual" || die "a dry or refused run changed the workspace"

expect 0 "done" "$FACET" run "$scratch/a.cfg" --dry-run
expect 0 "to do" "$FACET" run "$scratch/a.cfg" --dry-run --set "workspace=$scratch/nothing"
[ ! -e "$scratch/nothing/render.h5" ] || die "a dry run made a container"
expect 2 "did you mean render" "$FACET" run "$scratch/a.cfg" --from rendr

# One pixel changes behind our back.
/usr/bin/python3 - "$scratch/run/render.h5" <<'PY'
import h5py, sys
with h5py.File(sys.argv[1], "r+") as f:
    f["data/views"][5, 1, 0, 16, 16] ^= 1
PY
expect 1 "unit 2, rows 4 to 5" "$FACET" verify "$scratch/run"
expect 0 "" on_ranks 2 "$FACET" run --quiet "$scratch/a.cfg"
expect 0 "" "$FACET" verify "$scratch/run"
hashes "$scratch/run" >"$scratch/actual"
diff "$scratch/expected" "$scratch/actual" || die "an altered unit was not made again"

# So does a label: the item table is checked too, and written anew by the next run.
/usr/bin/python3 - "$scratch/run/render.h5" <<'PY'
import h5py, sys
with h5py.File(sys.argv[1], "r+") as f:
    f["items/label"][0] = b"fear"
PY
expect 1 "the item table or the list of units was altered" "$FACET" verify "$scratch/run"
expect 0 "" "$FACET" run --quiet "$scratch/a.cfg"
hashes "$scratch/run" >"$scratch/actual"
diff "$scratch/expected" "$scratch/actual" || die "an altered label was not mended"

# What a stage set aside is told under its name, wherever it stands in another pipeline file.
"$FACET" info --json "$scratch/run/render.h5" | grep -q '"stage": "preprocess"' || die "the ledger names no stage"
sed 's/stages = (/stages = ( { plugin = "split"; protocol = "subject-k-fold"; folds = 2; },/' "$scratch/a.cfg" >"$scratch/longer.cfg"
"$FACET" run --quiet "$scratch/longer.cfg" --set "workspace=$scratch/longer" >/dev/null
expect 0 "" "$FACET" diff "$scratch/run/render.h5" "$scratch/longer/render.h5"

# Other settings with --from make what follows again; --fresh begins anew.
expect 0 "" "$FACET" run --quiet "$scratch/a.cfg" --set render.size=48 --from render
expect 0 "" "$FACET" run --quiet "$scratch/a.cfg" --fresh
hashes "$scratch/run" >"$scratch/actual"
diff "$scratch/expected" "$scratch/actual" || die "--fresh gives other bits"

# A broken container is a sentence, not a crash.
truncate -s 3000 "$scratch/run/render.h5"
expect 1 "render.h5: cannot open as an HDF5 container" "$FACET" run --quiet "$scratch/a.cfg"

# A file that facet did not write is never removed.
expect 0 "" "$FACET" run --quiet "$scratch/a.cfg" --fresh
echo "my notes" >"$scratch/run/render.h5"
expect 2 "was not written by facet" "$FACET" run "$scratch/a.cfg" --fresh
grep -q "my notes" "$scratch/run/render.h5" || die "--fresh removed a file of somebody else"
expect 2 "workspace must not be empty" "$FACET" run "$scratch/a.cfg" --set 'workspace=""'

# --until keeps what it stops at.
expect 0 "" "$FACET" run --quiet "$scratch/a.cfg" --set "workspace=$scratch/until" --until preprocess
[ -e "$scratch/until/preprocess.h5" ] || die "--until preprocess kept nothing"
[ ! -e "$scratch/until/render.h5" ] || die "--until preprocess went on to render"
expect 0 "" "$FACET" run --quiet "$scratch/a.cfg" --set "workspace=$scratch/until"
hashes "$scratch/until" >"$scratch/actual"
diff "$scratch/expected" "$scratch/actual" || die "stopping on the way gives other bits"
