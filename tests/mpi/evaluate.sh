#!/bin/sh
# ranks: 1 3
# timeout: 200
# From made-up faces to metrics: folds, baseline and metrics come out the same for any number of ranks and threads.
set -eu
work=$(mktemp -d) && trap 'rm -rf "$work"' EXIT
cat >"$work/t.cfg" <<'C'
name = "measured"; workspace = "unset"; seed = 5; unit_rows = 16;
sources = ( { plugin = "synth"; name = "lab"; subjects = 6; density = 0.2; },
            { plugin = "synth"; name = "wild"; subjects = 5; density = 0.2; style = 0.5; } );
stages = ( { plugin = "preprocess"; }, { plugin = "render"; size = 32; }, { plugin = "split"; within = 0.3; validation = 0.3; },
           { plugin = "baseline"; }, { plugin = "train"; epochs = 1; batch = 16; }, { plugin = "encode"; },
           { plugin = "fuse"; }, { plugin = "evaluate"; resamples = 200; } );
C
"$FACET" run "$work/t.cfg" --quiet --set workspace="$work/one" >/dev/null
OMP_NUM_THREADS=2 mpirun -n "$FACET_TEST_RANKS" "$FACET" run "$work/t.cfg" --quiet --set workspace="$work/many" >/dev/null
for stage in split baseline evaluate; do "$FACET" diff "$work/one/$stage.h5" "$work/many/$stage.h5"; done
cmp "$work/one/metrics.json" "$work/many/metrics.json"
grep -q '"subject_disjoint": true' "$work/one/metrics.json"
grep -q '"method": "baseline"' "$work/one/metrics.json"
