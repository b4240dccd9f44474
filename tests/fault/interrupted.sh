#!/bin/sh
# SIGTERM stops a run cleanly with exit status 75; kill -9 stops it anyhow; the next run, on another number of ranks, ends
# with the same content as one that was never disturbed.
# timeout: 600
set -eu
. "$FACET_SOURCE/tests/lib.sh"

small_pipeline "$scratch/whole.cfg" "$scratch/whole" "$learning_stages"
"$FACET" run --quiet "$scratch/whole.cfg" >/dev/null
hashes "$scratch/whole" >"$scratch/expected"

# stop_after SECONDS SIGNAL: starts a run, sends the signal to every rank, and gives the launcher's exit status in $ended.
stop_after() {
    mpirun -n 2 --oversubscribe --bind-to none "$FACET" run --quiet "$scratch/cut.cfg" >"$scratch/log" 2>&1 &
    launcher=$!
    sleep "$1"
    pkill "-$2" -P "$launcher" 2>/dev/null || true
    ended=0
    wait "$launcher" || ended=$?
}

small_pipeline "$scratch/cut.cfg" "$scratch/cut" "$learning_stages"
clean=0
for seconds in 0.5 0.9 1.3 2.0 3.0; do
    stop_after "$seconds" TERM
    [ -e "$scratch/cut" ] || continue # the signal came before the program was there to see it
    [ "$ended" -eq 0 ] || [ "$ended" -eq 75 ] || { cat "$scratch/log"; die "SIGTERM after $seconds s: exit status $ended"; }
    [ "$ended" -ne 75 ] || clean=$((clean + 1))
done
[ "$clean" -gt 0 ] || die "no run was interrupted: the test is too slow to see anything"
for seconds in 0.4 0.8 1.5; do
    stop_after "$seconds" KILL
done
on_ranks 3 "$FACET" run --quiet "$scratch/cut.cfg" >/dev/null
hashes "$scratch/cut" >"$scratch/actual"
diff "$scratch/expected" "$scratch/actual" || die "the interrupted run ends with other bits"

rm -rf "$scratch/cut"
for seconds in 0.4 0.7 1.0 1.4 2.0 2.5; do
    stop_after "$seconds" KILL
    "$FACET" info "$scratch/cut" >/dev/null 2>&1 || true
done
on_ranks 2 "$FACET" run --quiet "$scratch/cut.cfg" >/dev/null
hashes "$scratch/cut" >"$scratch/actual"
diff "$scratch/expected" "$scratch/actual" || die "the killed run ends with other bits"
