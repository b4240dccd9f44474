#!/bin/sh
# A hundred thousand rows: the same content on any ranks, threads and units, and the ledger has every row set aside, in order.
# timeout: 300
set -eu
. "$FACET_SOURCE/tests/lib.sh"
export FACET_PLUGIN_PATH="$FACET_TEST_PLUGINS"

cat >"$scratch/many.cfg" <<CFG
name = "many"; workspace = "$scratch/one"; max_bad = 0.1;
sources = ( { plugin = "numbers"; rows = 100000; bad_every = 97; frames = 3; } );
stages = ( { plugin = "affine"; keep = true; }, { plugin = "ledger"; } );
CFG
"$FACET" run --quiet "$scratch/many.cfg" >/dev/null
for row in $(seq 0 97 99999); do
    echo "$row source FACET_ERROR_DATA row $row is broken on purpose"
done >"$scratch/expected"
sed 's/ source numbers: / source /' "$scratch/one/ledger.txt" | diff "$scratch/expected" - || die "the ledger is another"

hashes "$scratch/one" >"$scratch/expected"
for shape in "2 1" "2 2" "3 1"; do
    # shellcheck disable=SC2086  # the shape is two words
    set -- $shape
    OMP_NUM_THREADS=$2 on_ranks "$1" "$FACET" run --quiet "$scratch/many.cfg" --set "workspace=$scratch/run" --fresh >/dev/null
    hashes "$scratch/run" | diff "$scratch/expected" - || die "ranks and threads $shape give other bits"
done
OMP_NUM_THREADS=2 "$FACET" run --quiet "$scratch/many.cfg" --set "workspace=$scratch/wide" --set unit_rows=5000 >/dev/null
hashes "$scratch/wide" | diff "$scratch/expected" - || die "units of another size give other bits"
"$FACET" verify "$scratch/run/affine.h5" >/dev/null || die "facet verify finds fault"
