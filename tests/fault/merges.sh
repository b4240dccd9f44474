#!/bin/sh
# Merges that cannot be used end the run before any training; used once, they are never needed again.
# timeout: 300
set -eu
. "$FACET_SOURCE/tests/lib.sh"

merges=$scratch/tiny_merges.txt
# cfg STAGES-AFTER-TRAIN: the pipeline file, of few faces.
cfg() {
    cat >"$scratch/run.cfg" <<CFG
name = "merges";
workspace = "$scratch/run";
sources = ( { plugin = "synth"; name = "lab"; subjects = 4; } );
stages = ( { plugin = "preprocess"; keep = true; }, { plugin = "render"; size = 32; channels = [ "depth" ]; keep = true; },
           { plugin = "split"; protocol = "subject-k-fold"; folds = 2; },
           { plugin = "train"; epochs = 1; batch = 16; merges = "$merges"; }$1 );
CFG
}

cfg ""
expect 1 "cannot open the merges file $merges" "$FACET" run --quiet "$scratch/run.cfg"
printf 'heading\nf a\nfa zz\n' >"$merges"
expect 1 "$merges, line 3: \"zz\" is neither a byte nor made further up" "$FACET" run --quiet "$scratch/run.cfg"
: >"$merges"
expect 1 "$merges holds no merges" "$FACET" run --quiet "$scratch/run.cfg"
[ ! -e "$scratch/run/train.h5" ] && [ ! -e "$scratch/run/train.checkpoint.h5" ] || die "something was trained"

printf 'heading\nf a\nc e</w>\nfa ce</w>\n' >"$merges"
expect 0 "" "$FACET" run --quiet "$scratch/run.cfg"
rm "$merges"
cfg ', { plugin = "encode"; keep = true; }, { plugin = "fuse"; keep = true; }'
expect 0 "" "$FACET" run --quiet "$scratch/run.cfg"
expect 0 "" "$FACET" verify "$scratch/run"
