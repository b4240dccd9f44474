#!/bin/bash
# timeout: 200
# The pipelines of jobs/ that begin with a published dataset: understood, and the rows are those of their protocols.
set -eu
. "$FACET_SOURCE/tests/lib.sh"
data=$scratch/data
{
    for person in F0001 F0002 M0001; do
        for scan in AN01 AN03 AN04 DI04 FE04 HA04 SA04 SU04 NE00; do
            echo "1 1 0.5 $data/BU_3DFE/$person/${person}_${scan}WH_F3D.wrl"
        done
    done
    for emotion in ANGER DISGUST FEAR HAPPY SADNESS SURPRISE; do
        for person in 000 001 002; do
            [ "$person$emotion" = 002FEAR ] || echo "1 1 0.5 $data/BosphorusDB/bs$person/bs${person}_E_${emotion}_0.bnt"
        done
    done
    echo "1 1 0.5 $data/BosphorusDB/bs000/bs000_N_N_0.bnt $data/BosphorusDB/bs000/bs000_LFAU_9_0.bnt"
    for person in F001 F002 M001; do
        for expression in Angry Disgust Happy; do
            echo "1 1 0.5 $data/BU_4DFE/$person/$expression/000.wrl $data/BU_4DFE/$person/$expression/001.wrl"
        done
        for task in T1 T2 T8; do echo "1 1 0.5 $data/BP4D/$person/$task/0000.obj"; done
    done
} | "$FACET_LAYOUT_FILES"
export FACET_DATA=$data
cd "$scratch"
check() { # NAME ROWS SUBJECTS CLASSES
    expect 0 "" "$FACET" run --dry-run "$FACET_SOURCE/jobs/$1.cfg"
    [ ! -e "$scratch/run/$1/render.h5" ] || die "$1: a dry run made something"
    sed '/^stages = (/,$d' "$FACET_SOURCE/jobs/$1.cfg" >"$scratch/$1.cfg"
    echo 'stages = ( { plugin = "carry"; keep = true; } );' >>"$scratch/$1.cfg"
    expect 0 "" "$FACET" plan --json --pilot-seconds 0 "$scratch/$1.cfg"
    for what in "\"rows\": $2," "\"subjects\": $3," "\"classes\": $4,"; do
        grep -qF "$what" "$scratch/said" || { cat "$scratch/said"; die "$1: not $what"; }
    done
}
export FACET_PLUGIN_PATH="$FACET_TEST_PLUGINS"
check bu3dfe 21 3 6
check bosphorus 12 2 6
check bu4dfe 18 3 3
check bp4d 18 6 2
