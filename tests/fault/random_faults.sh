#!/bin/sh
# Runs in which every call that can fail does so at random (FACET_FAULT=seed:S:RATE), one after the other in the same
# workspace: each ends soon, with one sentence or with success, and what they leave behind is the content of a run that
# was never disturbed. FACET_FAULT_SEED (1) chooses; FACET_FAULT_ALL=1 takes more of them.
# ranks: 1 3
# timeout: 600
set -eu
. "$FACET_SOURCE/tests/lib.sh"
export FACET_PLUGIN_PATH="$FACET_TEST_PLUGINS" FACET_PATIENCE=1
ranks=$FACET_TEST_RANKS

cat >"$scratch/a.cfg" <<CFG
name = "numbers";
workspace = "$scratch/run";
unit_rows = 4;
sources = ( { plugin = "numbers"; rows = 24; } );
stages = ( { plugin = "affine"; keep = true; }, { plugin = "total"; }, { plugin = "services"; } );
CFG

run() {
    status=0
    timeout -k 5 150 mpirun -n "$ranks" --oversubscribe --bind-to none "$FACET" run --quiet "$scratch/a.cfg" "$@" \
        >"$scratch/said" 2>&1 || status=$?
}

run --set "workspace=$scratch/whole"
[ "$status" -eq 0 ] || { cat "$scratch/said"; die "the undisturbed run"; }
hashes "$scratch/whole" >"$scratch/expected"

runs=10
[ -z "${FACET_FAULT_ALL:-}" ] || runs=100
seed=$((${FACET_FAULT_SEED:-1} * 1000)) failed=0 good=0
while [ $((failed + good)) -lt "$runs" ]; do
    seed=$((seed + 1))
    rate=$((seed % 4 + 1))
    export FACET_FAULT="seed:$seed:0.00$rate"
    run
    unset FACET_FAULT
    sentences=$(grep -c '^facet: ' "$scratch/said" || true)
    case $status:$sentences in
    0:0)
        good=$((good + 1))
        hashes "$scratch/run" | diff "$scratch/expected" - || die "seed $seed: other bits"
        rm -rf "$scratch/run"
        ;;
    [12]:1) failed=$((failed + 1)) ;;
    *) cat "$scratch/said" && die "seed $seed, rate 0.00$rate: exit status $status, $sentences sentences" ;;
    esac
done
[ "$failed" -gt 0 ] || die "no run failed: the test is too mild to see anything"
echo "$failed runs failed, $good did not"
run
[ "$status" -eq 0 ] || { cat "$scratch/said"; die "the last run, without faults"; }
hashes "$scratch/run" | diff "$scratch/expected" - || die "the last run ends with other bits"
