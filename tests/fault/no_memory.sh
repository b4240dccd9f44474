#!/bin/sh
# One allocation of the engine or a plugin fails on one rank: the run ends soon with one sentence, and the next one with
# the content of an undisturbed run. FACET_FAULT_SEED (1) chooses which; FACET_FAULT_ALL=1 takes every fifth of all.
# ranks: 1 3
# timeout: 600
set -eu
. "$FACET_SOURCE/tests/lib.sh"
[ -n "${FACET_TEST_PRELOAD:-}" ] || { echo "skipped: sanitizers allocate in their own way"; exit 77; }
export FACET_PLUGIN_PATH="$FACET_TEST_PLUGINS" FACET_PATIENCE=1
ranks=$FACET_TEST_RANKS last=$((FACET_TEST_RANKS - 1))

cat >"$scratch/a.cfg" <<CFG
name = "numbers";
workspace = "$scratch/run";
unit_rows = 4;
sources = ( { plugin = "numbers"; rows = 24; bad_every = 12; } );
stages = ( { plugin = "affine"; keep = true; }, { plugin = "total"; }, { plugin = "services"; } );
CFG

run() {
    rm -f "$scratch/count"
    status=0
    timeout -k 5 150 mpirun -n "$ranks" --oversubscribe --bind-to none -x FACET_NO_MEMORY_COUNT="$scratch/count" \
        env LD_PRELOAD="$FACET_TEST_PRELOAD/no_memory.so" "$FACET" run --quiet "$scratch/a.cfg" --set max_bad=0.5 \
        >"$scratch/said" 2>&1 || status=$?
}

run
[ "$status" -eq 0 ] || { cat "$scratch/said"; die "the undisturbed run"; }
contents "$scratch/run" >"$scratch/expected"

# Lines "N:RANK", by chance.
awk -v last="$last" -v all="${FACET_FAULT_ALL:-}" -v seed="${FACET_FAULT_SEED:-1}" '
    function chance(n) { seed = (seed * 16807) % 2147483647; return seed % n }
    BEGIN { seed = (seed * 48271 + 11) % 2147483647 }
    NF != 2 || ($1 != 0 && $1 != last) || $2 < 100 { next }
    all { for (n = 1; n <= $2; n += 5) print n ":" $1; next }
    { for (i = 0; i < 8; i++) print int((i + chance(1000) / 1000) * $2 / 8) + 1 ":" $1 }' "$scratch/count" >"$scratch/cases"
[ -s "$scratch/cases" ] || die "no allocation was seen"

struck=0
for case in $(cat "$scratch/cases"); do
    rm -rf "$scratch/run"
    export FACET_NO_MEMORY="$case"
    run
    unset FACET_NO_MEMORY
    if ! grep -q failed "$scratch/count" && [ "$status" -eq 0 ]; then continue; fi # it asked less often this time
    struck=$((struck + 1))
    [ "$status" -eq 1 ] || [ "$status" -eq 2 ] || { cat "$scratch/said"; die "allocation $case: exit status $status"; }
    [ "$(grep -c '^facet: ' "$scratch/said")" -eq 1 ] || { cat "$scratch/said"; die "allocation $case: not one sentence"; }
    expect 0 "" timeout 150 "$FACET" run --quiet "$scratch/a.cfg" --set max_bad=0.5
    contents "$scratch/run" | diff "$scratch/expected" - || die "allocation $case: other bits"
done
[ "$struck" -gt 0 ] || die "no allocation failed"
echo "$struck allocations"
