#!/bin/bash
# ranks: 2
# timeout: 120
# Bosphorus: range images with points and pictures, names of many kinds, files missing and broken.
set -eu
. "$FACET_SOURCE/tests/lib.sh"
. "$FACET_SOURCE/tests/datasets.sh"
root=$scratch/BosphorusDB
scan() { # PERSON EXPRESSION NAME
    to=$root/bs$(printf %03d "$1")/$3
    echo "$1 $2 0.9 $to.bnt $to.png $to.lm2 $to.lm3"
}
{
    for emotion in ANGER DISGUST FEAR HAPPY SADNESS SURPRISE; do
        scan 0 1 "bs000_E_${emotion}_0"
        [ $emotion = FEAR ] || scan 7 1 "bs007_E_${emotion}_0"
    done
    scan 0 0 bs000_N_N_0
    scan 0 0 bs000_N_N_1
    scan 0 2 bs000_LFAU_12LW_0
    scan 0 2 bs000_LFAU_9_0
    scan 0 3 bs000_CAU_22A25_0
    scan 0 0 bs000_YR_R20_0
    scan 0 0 bs000_O_EYEGLASSES_0
    scan 0 0 bs000_O_A_B_2
    scan 0 0 bs000_IGN_X_0
} | "$FACET_LAYOUT_FILES"
rm "$root/bs000/bs000_E_HAPPY_0.lm3" "$root/bs000/bs000_YR_R20_0.bnt"
truncate -s 5000 "$root/bs000/bs000_N_N_1.bnt"
sed -i 's/$/\r/' "$root/bs000/bs000_E_ANGER_0.lm3"
touch "$root/readme.txt" "$root/bs000/notes_E_ANGER_0.bnt" "$root/bs000/bs000.bnt"

read_dataset whole bosphorus "root = \"$root\"; textures = true;"
said whole "warning: bosphorus: Bosphorus is not whole: only 2 of 105 subjects, 18 of 4666 scans are there"
said whole "warning: bosphorus: 1 scans are missing whose other files are there: first that of bs000/bs000_YR_R20_0.lm3"
said whole "warning: bosphorus: 1 of 18 scans have no landmarks: first bs000/bs000_E_HAPPY_0.bnt"
all=$(rows "$scratch/whole/carry.h5" subject path label au valid landmarks)
same "rows of bs000" "bs000 bs000/bs000_CAU_22A25_0.bnt - ??????????????????????1??1 1 12
bs000 bs000/bs000_E_ANGER_0.bnt anger - 1 12
bs000 bs000/bs000_E_DISGUST_0.bnt disgust - 1 12
bs000 bs000/bs000_E_FEAR_0.bnt fear - 1 12
bs000 bs000/bs000_E_HAPPY_0.bnt happiness - 1 0
bs000 bs000/bs000_E_SADNESS_0.bnt sadness - 1 12
bs000 bs000/bs000_E_SURPRISE_0.bnt surprise - 1 12
bs000 bs000/bs000_LFAU_12LW_0.bnt - ????????????1 1 12
bs000 bs000/bs000_LFAU_9_0.bnt - ?????????1 1 12
bs000 bs000/bs000_N_N_0.bnt neutral - 1 12
bs000 bs000/bs000_N_N_1.bnt neutral - 0 0
bs000 bs000/bs000_O_A_B_2.bnt - - 1 12
bs000 bs000/bs000_O_EYEGLASSES_0.bnt - - 1 12" "$(echo "$all" | grep ^bs000)"
same "rows of bs007" 5 "$(echo "$all" | grep -c ^bs007)"

# The protocol of six emotions: only people who showed all of them, nothing without a label.
read_dataset six bosphorus "root = \"$root\"; emotions_complete = true; labels = [ \"*=\", \"N_N=\" ]; complete = \"ignore\";"
same "rows of six emotions" "bs000 anger
bs000 disgust
bs000 fear
bs000 happiness
bs000 sadness
bs000 surprise" "$(rows "$scratch/six/carry.h5" subject label)"

# Extended by action units, as some do: one's own mapping.
read_dataset own bosphorus "root = \"$root\"; labels = [ \"*=\", \"LFAU_12*=Happy\", \"LFAU_9=disgust\" ]; complete = \"ignore\";
    subjects = [ \"bs000\" ];"
same "one's own labels" "bs000/bs000_LFAU_12LW_0.bnt happiness
bs000/bs000_LFAU_9_0.bnt disgust" "$(rows "$scratch/own/carry.h5" path label | grep FAU)"
expect 2 'labels: "E_ANGER"; a code, = and a label expected' "$FACET" run "$scratch/own.cfg" \
    --set 'bosphorus.labels=["E_ANGER"]' --set "workspace=$scratch/none"
