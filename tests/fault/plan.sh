#!/bin/sh
# timeout: 120
# `facet plan` leaves nothing behind, however it ends, and says of a bad file what a run says.
set -eu
. "$FACET_SOURCE/tests/lib.sh"
export FACET_PLUGIN_PATH="$FACET_TEST_PLUGINS"

mkdir "$scratch/beside"
cat >"$scratch/p.cfg" <<CFG
name = "arith"; workspace = "$scratch/beside/deep/workspace"; seed = 3; unit_rows = 4;
sources = ( { plugin = "numbers"; name = "a"; rows = 400; } );
stages = ( { plugin = "affine"; keep = true; }, { plugin = "total"; } );
CFG
nothing_left() { # after $1
    for _ in $(seq 50); do
        [ -n "$(ls -A "$scratch/beside")" ] || return 0
        sleep 0.1
    done
    ls -lA "$scratch/beside"
    die "something is left after $1"
}

expect 0 "" "$FACET" plan "$scratch/p.cfg"
nothing_left "a plan"
for word in source affine total "400 rows" "pilot:" "--time="; do
    grep -qF -- "$word" "$scratch/said" || { cat "$scratch/said"; die "no word of $word"; }
done

# The workspace of an earlier run is not touched.
"$FACET" run --quiet "$scratch/p.cfg" --set workspace="$scratch/done" >/dev/null
find "$scratch/done" -type f -exec stat -c '%n %Y %s' {} + | sort >"$scratch/before"
expect 0 "" "$FACET" plan "$scratch/p.cfg" --set workspace="$scratch/done"
find "$scratch/done" -type f -exec stat -c '%n %Y %s' {} + | sort >"$scratch/after"
diff "$scratch/before" "$scratch/after" || die "the workspace was touched"

# What is wrong with a file, or with a row, is said as a run says it.
same_sentence() { # STATUS OPTION...
    wanted=$1
    shift
    expect "$wanted" "facet: " "$FACET" run --quiet "$scratch/p.cfg" "$@"
    mv "$scratch/said" "$scratch/run_said"
    rm -rf "$scratch/beside/deep"
    expect "$wanted" "facet: " "$FACET" plan "$scratch/p.cfg" "$@"
    diff "$scratch/run_said" "$scratch/said" || die "plan says something else than run: $*"
    nothing_left "plan $*"
}
same_sentence 2 --set affine.factr=2
same_sentence 2 --set a.rows=0
same_sentence 2 --set 'stages=( { plugin = "total"; } )'
expect 1 "is fatal" "$FACET" plan "$scratch/p.cfg" --set a.rows=24 --set a.fatal_row=9
nothing_left "a failure"
expect 2 "expected a whole number above 0" "$FACET" plan "$scratch/p.cfg" --ranks 0
expect 2 "expected one pipeline file" "$FACET" plan
expect 1 "scratch folder" "$FACET" plan "$scratch/p.cfg" --set workspace=/proc/self/none

# stopped SIGNAL STATUS: a plan that is told to end in the middle of its pilot.
stopped() {
    "$FACET" plan "$scratch/p.cfg" --set a.sleep_ms=20 >"$scratch/said" 2>&1 &
    victim=$!
    for _ in $(seq 600); do
        ls "$scratch/beside"/.facet-plan-*/0/*.h5 >/dev/null 2>&1 && break
        sleep 0.05
    done
    [ -n "$(ls -A "$scratch/beside")" ] || die "there was no scratch folder to leave behind"
    kill "-$1" "$victim"
    ended=0
    wait "$victim" || ended=$?
    [ "$ended" -eq "$2" ] || { cat "$scratch/said"; die "exit status $ended after signal $1"; }
    nothing_left "signal $1"
}
stopped TERM 75
stopped KILL 137
