#!/bin/sh
# What audit costs on a million rows of made-up descriptors, ten datasets, on 1 and on 2 ranks: time of the stage and peak memory of the
# largest rank. Prints; asserts nothing. Usage: tests/peers/audit.sh [BUILD], by default build/release. ROWS (at most 1,000,000) can be set.
set -eu
here=$(cd "$(dirname "$0")/../.." && pwd)
build=$(cd "${1:-$here/build/release}" && pwd)
rows=${ROWS:-1000000}
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
export FACET_PLUGIN_PATH="$build/tests/plugins" OMP_NUM_THREADS=1
sources=
for name in a b c d e f g h i j; do
    sources="$sources${sources:+, }{ plugin = \"numbers\"; name = \"$name\"; rows = $((rows / 10)); }"
done
cat >"$scratch/audit.cfg" <<CFG
name = "audit"; workspace = "$scratch/run";
sources = ( $sources );
stages = ( { plugin = "described"; keep = true; }, { plugin = "audit"; } );
CFG
"$build/facet" run --quiet --until described "$scratch/audit.cfg" >"$scratch/said"
for ranks in 1 2; do
    rm -f "$scratch"/run/audit.h5 "$scratch"/rank*
    mpirun -n $ranks --oversubscribe --bind-to none sh -c '/usr/bin/time -o "$0/rank$OMPI_COMM_WORLD_RANK" -f "%M KiB" "$@"' "$scratch" \
        "$build/facet" run --quiet "$scratch/audit.cfg" >"$scratch/said" 2>"$scratch/told"
    echo "$ranks ranks: $(awk '$1 == "audit" { print $4 " s" }' "$scratch/said"), $(sort -n "$scratch"/rank? | tail -1)," \
        "$(($(wc -l <"$scratch/run/duplicates.csv") - 1)) pairs, $(cksum <"$scratch/run/duplicates.csv")"
done
