#!/bin/sh
# A run begun on 4 ranks goes on with 1, 3 or 2, and a training from those on 4 and back: the same bits, and nothing that
# was finished is done again.
# timeout: 600
set -eu
. "$FACET_SOURCE/tests/lib.sh"

small_pipeline "$scratch/small.cfg" "$scratch/whole" "$learning_stages"
FACET_TRACE="$scratch/whole.trace" "$FACET" run --quiet "$scratch/small.cfg" >/dev/null
hashes "$scratch/whole" >"$scratch/expected"

# done_in STAGE EVENT FILE: how many such events a trace has.
done_in() {
    if [ -e "$3" ]; then awk -v stage="$1" -v event="$2" '$3 == stage && $4 == event { n++ } END { print n + 0 }' "$3"; else echo 0; fi
}

# stop_in STAGE EVENT COUNT RANKS: runs until so many events are in the trace, then asks the last rank to stop.
stop_in() {
    before=$(done_in "$1" "$2" "$trace")
    FACET_TRACE=$trace mpirun -n "$4" --oversubscribe --bind-to none "$FACET" run --quiet "$scratch/small.cfg" \
        --set "workspace=$scratch/moved" >"$scratch/log" 2>&1 &
    launcher=$!
    while [ "$(done_in "$1" "$2" "$trace")" -lt $((before + $3)) ] && [ -e "/proc/$launcher/fd/0" ]; do sleep 0.02; done
    pkill -TERM -n -P "$launcher" || true
    status=0
    wait "$launcher" || status=$?
    [ "$status" -eq 75 ] || { cat "$scratch/log"; die "stopped in $1 on $4 ranks: exit status $status"; }
}

for ranks in 1 3 2; do
    trace=$scratch/trace.$ranks
    rm -rf "$scratch/moved"
    stop_in render end 8 4
    stop_in train step 2 "$ranks"
    stop_in train step 3 4
    FACET_TRACE=$trace on_ranks "$ranks" "$FACET" run --quiet "$scratch/small.cfg" --set "workspace=$scratch/moved" >/dev/null
    hashes "$scratch/moved" >"$scratch/actual"
    diff "$scratch/expected" "$scratch/actual" || die "begun on 4 ranks and ended on $ranks, the bits are others"
    for work in "render end" "fuse end" "train step"; do
        # shellcheck disable=SC2086  # two words
        needed=$(done_in $work "$scratch/whole.trace")
        # shellcheck disable=SC2086
        [ "$(done_in $work "$trace")" -eq "$needed" ] || die "$work: $(done_in $work "$trace") on 4 and $ranks ranks, needed are $needed"
    done
done
