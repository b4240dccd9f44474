#!/bin/sh
# A plugin built outside the tree against the installed package runs in a pipeline like any other.
# timeout: 240
set -eu
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

cmake --install "$FACET_BUILD" --prefix "$scratch/prefix" >"$scratch/log" 2>&1 || { cat "$scratch/log"; exit 1; }
cmake -S "$FACET_SOURCE/tests/sample" -B "$scratch/sample" -DCMAKE_PREFIX_PATH="$scratch/prefix" >"$scratch/log" 2>&1 &&
    cmake --build "$scratch/sample" >>"$scratch/log" 2>&1 || { cat "$scratch/log"; exit 1; }

facet=$scratch/prefix/bin/facet
export FACET_PLUGIN_PATH="$scratch/sample"
"$facet" plugins | grep -q '^view_mean ' || { echo "facet plugins does not list view_mean"; exit 1; }
"$facet" plugins view_mean | grep -q 'Factor on the means' || { echo "no parameter table"; exit 1; }

cat >"$scratch/sample.cfg" <<CFG
name = "sample";
workspace = "$scratch/run";
seed = 1;
sources = ( { plugin = "synth"; name = "lab"; subjects = 2; } );
stages = ( { plugin = "preprocess"; }, { plugin = "render"; size = 32; }, { plugin = "view_mean"; scale = 2.0; keep = true; } );
CFG
mpirun -n 2 --oversubscribe "$facet" run --quiet "$scratch/sample.cfg"
"$facet" info "$scratch/run/view_mean.h5" | grep -q 'view_mean' || { echo "no view_mean in the container"; exit 1; }
"$facet" verify "$scratch/run"
