#!/bin/bash
# ranks: 2
# timeout: 280
# The pipeline files of jobs/ on datasets of made-up faces that lie as and are named like the real ones.
set -eu
. "$FACET_SOURCE/tests/lib.sh"
export FACET_DATA=$scratch FACET_PLUGIN_PATH=$FACET_TEST_PLUGINS
labels=(bareteeth cheeks_in mouth_open)
coma=(FaceTalk_170725_00137_TA FaceTalk_170728_03272_TA FaceTalk_170731_00024_TA FaceTalk_170809_00138_TA)
facescape=(1_neutral 2_smile 4_anger 14_sadness 10_dimpler)
units=(1+2 12 9+10+25)
shown=(anger fear happiness sadness surprise)

# Four people, five expressions, two frames each.
mkdir "$scratch/faces"
cat >"$scratch/faces.cfg" <<CFG
name = "faces";
workspace = "$scratch/made";
sources = ( { plugin = "synth"; subjects = 4; frames = 2; density = 0.1; } );
stages = ( { plugin = "scans"; folder = "$scratch/faces"; keep = true; } );
CFG
expect 0 "" "$FACET" run --quiet "$scratch/faces.cfg"
people=($(ls "$scratch/faces" | sed "s/_.*//" | sort -u))
[ "${#people[@]}" -eq 4 ] || die "${#people[@]} people"

# copy PERSON EXPRESSION FRAME PATH
copy() {
    mkdir -p "$(dirname "$scratch/$4")"
    cp "$scratch/faces/${people[$1]}_${shown[$2]}_$3.ply" "$scratch/$4"
}
for person in 0 1 2 3; do
    for frame in 0 1; do
        for e in 0 1 2; do
            copy $person $e $frame "coma/${coma[person]}/${labels[e]}/${labels[e]}.00000$frame.ply"
            copy $person $e $frame "4dme/$((person + 1))/clip_$e/000$frame.ply"
            copy $person $e $frame "d3dfacs/P$person/${units[e]}/${units[e]}_$frame.ply"
        done
    done
    for e in 0 1 2 3 4; do copy $person $e 1 "facescape/$((person + 1))/models_reg/${facescape[e]}.obj"; done
done
{
    echo "sub_ID,fold_name,Onset,Apex,Offset,AUs,Emotion,AU1,AU4"
    classes=(Negative Positive Surprise+Negative)
    for person in 1 2 3 4; do
        for e in 0 1 2; do echo "$person,clip_$e,1,2,2,4+7(k),${classes[e]},0,1"; done
    done
} >"$scratch/4dme/clips.csv"
: >"$scratch/facescape/info_list.txt"

small="--quiet --set render.size=32 --set max_bad=0"
learn="--set split.folds=2 --set baseline.components=4 --set train.epochs=1 --set train.batch=8 --set train.micro=4"
run() {
    job=$1
    shift
    expect 0 "" on_ranks "$FACET_TEST_RANKS" "$FACET" run "$FACET_SOURCE/jobs/$job.cfg" $small \
        --set "workspace=$scratch/run/$job" "$@"
}
run coma $learn --set coma.unit_mm=1.0
run facescape $learn
run 4dme $learn --set 4dme.table=clips.csv
run d3dfacs

/usr/bin/python3 - "$scratch/run" <<'PY' || die "items"
import sys, h5py
def items(job, *columns):
    file = h5py.File(f"{sys.argv[1]}/{job}/render.h5")
    return list(zip(*[[v.decode() if isinstance(v, bytes) else v for v in file["items/" + c][...].tolist()] for c in columns]))
def same(job, columns, expected):
    got = sorted(set(items(job, *columns)))
    if got != sorted(expected): sys.exit(f"{job}: {got}, not {expected}")
    if not all(v for v, in items(job, "valid")): sys.exit(f"{job}: rows set aside")
same("coma", ["label", "frame"], [(l, f) for l in ("bareteeth", "cheeks_in", "mouth_open") for f in (0, 1)])
same("facescape", ["label"], [("",), ("anger",), ("happiness",), ("neutral",), ("sadness",)])
same("4dme", ["label", "labels", "au", "onset", "apex", "offset"],
     [("negative", "", "?0??1", 1, 2, 2), ("positive", "", "?0??1", 1, 2, 2),
      ("negative", "negative+surprise", "?0??1", 1, 2, 2)])
same("d3dfacs", ["label", "au", "frame"],
     [("", au, f) for au in ("?11", "?" * 12 + "1", "?" * 9 + "11" + "?" * 14 + "1") for f in (0, 1)])
PY
for job in coma facescape 4dme; do
    [ -s "$scratch/run/$job/report.html" ] || ls -R "$scratch/run/$job" | grep -q html || die "$job has no report"
done
