#!/bin/bash
# ranks: 2
# timeout: 120
# BP4D: tasks for labels, tables of action units with frames written otherwise than the scans', and the other edition.
set -eu
. "$FACET_SOURCE/tests/lib.sh"
. "$FACET_SOURCE/tests/datasets.sh"
root=$scratch/BP4D
{
    for frame in 0 1 2 10; do
        to="$root/Sequences(2D+3D)/F001/T1/$(printf %04d $frame)"
        echo "1 4 0.5 $to.obj $to.jpg"
    done
    echo "2 6 0.5 $root/Sequences(2D+3D)/M018/T6/7.obj $root/Sequences(2D+3D)/M018/T6/8.obj"
} | "$FACET_LAYOUT_FILES"
mkdir -p "$root/AUCoding/AU_OCC" "$root/AUCoding/AU_INT/AU06"
printf '0,1,2,4,12\r\n0,0,0,0,1\r\n1,9,0,1,1\r\n2,9,9,9,9\r\n\r\n' >"$root/AUCoding/AU_OCC/F001_T1.csv"
printf '0,1,2\n7,1,0\n8,2,0\n' >"$root/AUCoding/AU_OCC/M018_T6.csv"
printf '0,6\n0,5\n' >"$root/AUCoding/AU_INT/AU06/F001_T1_AU06.csv"
touch "$root/Sequences(2D+3D)/F001/T1/.DS_Store" "$root/Sequences(2D+3D)/F001/T1/log.txt"

read_dataset whole bp4d "root = \"$root\";"
said whole "warning: bp4d: 326 of the 328 sequences of BP4D are missing: F001 T2, F001 T3, F001 T4, ..."
said whole 'warning: bp4d: annotation not used: AUCoding/AU_OCC/M018_T6.csv:3: 0, 1 or 9 expected, not "2"'
same "rows" "F001 happiness 0 0 ?00?0???????1 1
F001 happiness 0 1 ??0?1???????1 1
F001 happiness 0 2 - 1
F001 happiness 0 10 - 1
M018 pain 1 7 - 1
M018 pain 1 8 - 1" "$(rows "$scratch/whole/carry.h5" subject label sequence frame au valid)"

# In BP4D+ tables number frames from 1, and the tasks are others.
rm "$root/AUCoding/AU_OCC/M018_T6.csv"
mkdir -p "$scratch/tables/AU_OCC"
mv "$root/AUCoding/AU_OCC/F001_T1.csv" "$scratch/tables/AU_OCC"
mv "$root/Sequences(2D+3D)/M018/T6" "$root/Sequences(2D+3D)/M018/T8"
read_dataset plus bp4d "root = \"$root\"; edition = \"BP4D+\"; annotation_root = \"$scratch/tables\";
    labels = [ \"plus-T1=joy\" ];"
said plus "warning: bp4d: BP4D is not whole: only 2 of 140 subjects are there"
same "rows of BP4D+" "F001 happiness 0 ??0?1???????1
F001 happiness 1 -
F001 happiness 2 -
F001 happiness 10 -
M018 pain 7 -
M018 pain 8 -" "$(rows "$scratch/plus/carry.h5" subject label frame au)"
