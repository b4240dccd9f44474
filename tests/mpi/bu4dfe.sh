#!/bin/bash
# ranks: 2
# timeout: 120
# BU-4DFE: sequences of different lengths, names padded in different ways, landmarks in a tree of their own, and archives.
set -eu
. "$FACET_SOURCE/tests/lib.sh"
. "$FACET_SOURCE/tests/datasets.sh"
root=$scratch/BU_4DFE
sequence() { # PERSON NAME EXPRESSION CODE FRAMES
    for frame in $(seq 0 $(($5 - 1))); do
        padded=$(printf %03d "$frame")
        echo "$1 $3 0.$frame $root/$2/$4/$padded.wrl $root/$2/$4/$padded.jpg $scratch/BND/$2/$4/$padded.bnd"
    done
}
{
    sequence 1 F001 1 Angry 5
    sequence 1 F001 4 Happy 3
    sequence 2 M043 4 Happy 4
    echo "2 1 0.5 $root/M043/Angry/2.wrl $root/M043/Angry/10.wrl $root/M043/Angry/9.wrl"
} | "$FACET_LAYOUT_FILES"
mkdir -p "$root/BU_WrlViewer_V2/Angry" "$root/F001/thumbs" "$root/F059/Angry"
cp "$root/F001/Angry/000.wrl" "$root/F059/Angry/000.wrl"
cp "$root/F001/Angry/000.wrl" "$root/F001/Angry/0.wrl"
cp "$root/F001/Angry/000.jpg" "$root/F001/thumbs/000.jpg"
rm "$root/F001/Angry/003.wrl"
echo "nothing" >"$root/F001/Happy/001.wrl"

read_dataset whole bu4dfe "root = \"$root\"; landmark_root = \"$scratch/BND\"; textures = true;"
said whole "warning: bu4dfe: 602 of the 606 sequences of BU-4DFE are missing: F001 Disgust, F001 Fear, F001 Sad, ..."
said whole "warning: bu4dfe: 7 frames lack inside of sequences, in 2 places: first F001 Angry frame 3"
said whole "warning: bu4dfe: 1 scans are there more than once and one is used: first not used F001/Angry/000.wrl"
expected="F001 anger 0 0 1 12
F001 anger 0 1 1 12
F001 anger 0 2 1 12
F001 anger 0 4 1 12
F001 happiness 1 0 1 12
F001 happiness 1 1 0 0
F001 happiness 1 2 1 12
M043 anger 2 2 1 0
M043 anger 2 9 1 0
M043 anger 2 10 1 0
M043 happiness 3 0 1 12
M043 happiness 3 1 1 12
M043 happiness 3 2 1 12
M043 happiness 3 3 1 12"
same "rows" "$expected" "$(rows "$scratch/whole/carry.h5" subject label sequence frame valid landmarks)"
[ "$(rows "$scratch/whole/carry.h5" colours | sed -n 1p)" -gt 300 ] || die "no colour a vertex"

# Without the tree of landmarks, and with one person asked for.
read_dataset bare bu4dfe "root = \"$root\"; subjects = [ \"M043\" ];"
said bare "warning: bu4dfe: 4 of the 6 sequences of BU-4DFE are missing: M043 Disgust, M043 Fear, M043 Sad, ..."
same "rows without landmarks" "$(echo "$expected" | grep M043 | cut -d' ' -f1,2,4 | sed 's/$/ 0/')" \
    "$(rows "$scratch/bare/carry.h5" subject label frame landmarks)"
