#!/bin/sh
# ranks: 1 2 3 4
# timeout: 120
# A pipeline of sources, a map and a collective stage: one content hash a stage for any number of ranks and threads.
set -eu
work=$(mktemp -d) && trap 'rm -rf "$work"' EXIT
export FACET_PLUGIN_PATH="$FACET_TEST_PLUGINS"
cat >"$work/t.cfg" <<'C'
name = "arith"; workspace = "unset"; seed = 3; unit_rows = 4; max_bad = 0.5;
sources = ( { plugin = "numbers"; name = "a"; rows = 37; bad_every = 7; }, { plugin = "numbers"; name = "b"; rows = 11; } );
stages = ( { plugin = "affine"; keep = true; }, { plugin = "total"; } );
C
"$FACET" run "$work/t.cfg" --quiet --set workspace="$work/one" >/dev/null
for threads in 1 2; do
    OMP_NUM_THREADS=$threads timeout 40 mpirun -n "$FACET_TEST_RANKS" "$FACET" run "$work/t.cfg" --quiet \
        --set workspace="$work/many$threads" >/dev/null
    for stage in affine total; do "$FACET" diff "$work/one/$stage.h5" "$work/many$threads/$stage.h5"; done
done
"$FACET" run "$work/t.cfg" --quiet --set workspace="$work/other" --set affine.factor=3 >/dev/null
if "$FACET" diff "$work/one/total.h5" "$work/other/total.h5" >/dev/null; then
    echo "diff sees no difference between other numbers" && exit 1
fi
