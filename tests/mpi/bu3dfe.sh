#!/bin/bash
# ranks: 2
# timeout: 120
# BU-3DFE as it is handed out, with what people leave in it: from files to rows.
set -eu
. "$FACET_SOURCE/tests/lib.sh"
. "$FACET_SOURCE/tests/datasets.sh"
root=$scratch/BU_3DFE
person() {
    number=$1 name=$2 descent=$3 expression=0
    for code in AN DI FE HA SA SU; do
        expression=$((expression + 1))
        for level in 1 2 3 4; do
            scan=$root/$name/${name}_${code}0$level$descent
            echo "$number $expression 0.$((2 * level)) ${scan}_F3D.wrl ${scan}_F3D.bnd ${scan}_F3D.bmp ${scan}_F2D.bmp"
            echo "$number $expression 0.$((2 * level)) ${scan}_RAW.wrl ${scan}_RAW.pse"
        done
    done
    echo "$number 0 0 $root/$name/${name}_NE00${descent}_F3D.wrl $root/$name/${name}_NE00${descent}_F3D.bnd"
}
{ person 1 M0002 AE; person 2 F0001 WH; } | "$FACET_LAYOUT_FILES"
# A viewer, what desktops leave, a name out of range, a scan that is not there, one that is cut, one with CRLF.
mkdir -p "$root/BU_WrlViewer_V2" "$root/F0099"
cp "$root/F0001/F0001_AN01WH_F3D.wrl" "$root/BU_WrlViewer_V2/F0002_AN01WH_F3D.wrl"
cp "$root/F0001/F0001_AN01WH_F3D.wrl" "$root/F0099/F0099_AN01WH_F3D.wrl"
touch "$root/.DS_Store" "$root/F0001/Thumbs.db" "$root/F0001/._F0001_AN02WH_F3D.wrl" "$root/readme.txt"
rm "$root/F0001/F0001_AN02WH_F3D.wrl"
truncate -s 900 "$root/M0002/M0002_SU04AE_F3D.wrl"
sed -i 's/$/\r/' "$root/F0001/F0001_AN03WH_F3D.wrl" "$root/F0001/F0001_AN03WH_F3D.bnd"

read_dataset whole bu3dfe "root = \"$root\"; textures = true; licence = \"agreement 7\";"
said whole "warning: bu3dfe: 2451 of the 2500 scans of BU-3DFE are missing: F0001 AN02, F0002 AN01, F0002 AN02, ..."
all=$(rows "$scratch/whole/carry.h5" subject label intensity frame licence valid landmarks colours)
same "rows" 49 "$(echo "$all" | wc -l)"
same "the first rows" "F0001 anger 0.25 0 agreement 7 1 12
F0001 anger 0.75 0 agreement 7 1 12" "$(echo "$all" | sed -n 1,2p | cut -d' ' -f1-8)"
same "the neutral face" "F0001 neutral 0 0 agreement 7 1 12 0" "$(echo "$all" | grep 'F0001 neutral')"
same "what is set aside" "M0002 surprise 1" "$(echo "$all" | grep ' agreement 7 0 ' | cut -d' ' -f1-3)"
same "labels" "anger 7
disgust 8
fear 8
happiness 8
neutral 2
sadness 8
surprise 8" "$(echo "$all" | cut -d' ' -f2 | sort | uniq -c | awk '{print $2, $1}')"
[ "$(rows "$scratch/whole/carry.h5" colours | sed -n 1p)" -gt 300 ] || die "no colour a vertex"

# RAW is another set, and the landmarks of F3D are not its own.
read_dataset raw bu3dfe "root = \"$root\"; kind = \"RAW\"; levels = [ 3, 4 ]; labels = [ \"NE=\", \"HA=Happy+surprise\" ];
    subjects = [ \"F*\" ];"
said raw "warning: bu3dfe: 716 of the 728 scans of BU-3DFE are missing: F0001 NE00, F0002 AN03, F0002 AN04, ..."
all=$(rows "$scratch/raw/carry.h5" subject label labels intensity landmarks)
same "rows of RAW" 12 "$(echo "$all" | wc -l)"
same "a row of two labels" "F0001 happiness happiness+surprise 0.75 0" "$(echo "$all" | grep happiness | sed -n 1p)"

# Whoever needs all of it says so.
expect 1 "2451 of the 2500 scans of BU-3DFE are missing" "$FACET" run "$scratch/whole.cfg" \
    --set bu3dfe.complete=require --set workspace="$scratch/none"
"$FACET" plan --json --pilot-seconds 0 "$scratch/whole.cfg" | grep -q '"bu3dfe: 2451 of the 2500' || die "plan does not warn"

read_dataset ignored bu3dfe "root = \"$root\"; complete = \"ignore\";"
! grep -q warning "$scratch/said" || die "ignore is not heard"
