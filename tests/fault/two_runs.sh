#!/bin/sh
# Two runs never write to one workspace at once; a killed one lets go of it.
# timeout: 120
set -eu
. "$FACET_SOURCE/tests/lib.sh"

small_pipeline "$scratch/a.cfg" "$scratch/run"
expect 0 "" "$FACET" run --quiet "$scratch/a.cfg" --until preprocess

# Somebody is at work: the file is held by a process of another kind, as the system sees it.
echo "facet run, process 7 on elsewhere" >"$scratch/run/.lock"
(flock 9 && exec sleep 60) 9>>"$scratch/run/.lock" >/dev/null 2>&1 &
holder=$!
sleep 0.5
hashes "$scratch/run" >"$scratch/expected"
expect 2 "facet run, process 7 on elsewhere is at work here" "$FACET" run --quiet "$scratch/a.cfg" --fresh
hashes "$scratch/run" >"$scratch/actual"
diff "$scratch/expected" "$scratch/actual" || die "a refused run changed the workspace"
expect 0 "done" "$FACET" run "$scratch/a.cfg" --until preprocess --dry-run

kill -9 "$holder"
wait "$holder" 2>/dev/null || true
expect 0 "" on_ranks 2 "$FACET" run --quiet "$scratch/a.cfg"
grep -q "facet run, process" "$scratch/run/.lock" || die "the lock does not say who held it"
