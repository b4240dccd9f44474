#!/bin/sh
# Pictures have the same bits whichever instructions of the processor draw them.
# timeout: 300
set -eu
. "$FACET_SOURCE/tests/lib.sh"

cat >"$scratch/paths.cfg" <<CFG
name = "paths";
workspace = "$scratch/run";
seed = 3;
sources = ( { plugin = "synth"; name = "lab"; subjects = 2; } );
stages = ( { plugin = "preprocess"; keep = true; },
           { plugin = "render"; size = 96; channels = [ "depth", "normal", "mean_curvature", "shape_index", "shaded" ];
             views = ( { yaw = -50.0; pitch = 10.0; }, { yaw = 5.0; roll = 20.0; } ); outputs = [ "u8", "u16", "f32" ];
             keep = true; } );
CFG
"$FACET" run --quiet "$scratch/paths.cfg" --until preprocess >/dev/null

# drawn PATH: the pictures' content hash, by one path of the rasteriser.
drawn() {
    rm -f "$scratch/run/render.h5"
    FACET_ISA=$1 "$FACET" run --quiet "$scratch/paths.cfg" >/dev/null
    "$FACET" info --hash "$scratch/run/render.h5"
}

expected=$(drawn portable)
compared=0
for path in avx2 avx512; do
    grep -qw "$path\(f\|\)" /proc/cpuinfo || continue
    [ "$(drawn $path)" = "$expected" ] || die "$path draws other bits than the portable path"
    compared=$((compared + 1))
done
rm -f "$scratch/run/render.h5"
expect 2 "FACET_ISA=abacus" env FACET_ISA=abacus "$FACET" run --quiet "$scratch/paths.cfg"
[ "$compared" -gt 0 ] || { echo "no other path on this processor: nothing was compared"; exit 77; }
