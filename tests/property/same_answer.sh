#!/bin/sh
# Every container, trained weights included, has one content hash for 1-4 ranks and 1-2 threads.
# timeout: 900
set -eu
. "$FACET_SOURCE/tests/lib.sh"

small_pipeline "$scratch/same.cfg" "set below" "$learning_stages"

# content RANKS THREADS: runs the pipeline and prints a line a container.
content() {
    OMP_NUM_THREADS=$2 on_ranks "$1" "$FACET" run --quiet "$scratch/same.cfg" --set "workspace=$scratch/run-$1-$2" >/dev/null
    hashes "$scratch/run-$1-$2"
}

content 1 1 >"$scratch/expected"
for stage in preprocess render split baseline train encode fuse evaluate; do
    grep -q "^$stage.h5 [0-9a-f]" "$scratch/expected" || die "no container of stage $stage"
done
for shape in "1 2" "2 1" "2 2" "3 1" "4 1" "4 2"; do
    # shellcheck disable=SC2086  # the shape is two words
    content $shape >"$scratch/actual"
    diff "$scratch/expected" "$scratch/actual" || die "ranks and threads $shape give other bits"
done

# The hash sees a change: another seed gives other weights.
"$FACET" run --quiet "$scratch/same.cfg" --set seed=4 --set "workspace=$scratch/other" --until train >/dev/null
[ "$("$FACET" info --hash "$scratch/other/train.h5")" != "$(sed -n 's/^train.h5 //p' "$scratch/expected")" ] ||
    die "another seed has the same hash"
