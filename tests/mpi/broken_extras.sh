#!/bin/bash
# ranks: 1 2 3
# timeout: 200
# Landmarks and pictures that are broken or missing: the scan is kept without them and told of, or set aside, as one likes.
set -eu
. "$FACET_SOURCE/tests/lib.sh"
. "$FACET_SOURCE/tests/datasets.sh"
root=$scratch/BU_3DFE
for scan in AN01 AN02 AN03 AN04 DI01 DI02; do
    at=$root/F0001/F0001_${scan}WH_F3D
    echo "1 1 0.5 $at.wrl $at.bnd $at.bmp"
done | "$FACET_LAYOUT_FILES"
truncate -s 100 "$root/F0001/F0001_AN02WH_F3D.bmp"
printf 'these are no points\n' >"$root/F0001/F0001_AN03WH_F3D.bnd"
: >"$root/F0001/F0001_AN04WH_F3D.bnd"
truncate -s 10 "$root/F0001/F0001_AN04WH_F3D.bmp"
truncate -s 900 "$root/F0001/F0001_DI01WH_F3D.wrl" # no scan at all, and never kept

valid_and_code="landmarks colours valid"
read_dataset kept bu3dfe "root = \"$root\"; textures = true;"
said kept "warning: 3 rows are kept without something of theirs that is broken or missing; facet info names them"
all=$(rows "$scratch/kept/carry.h5" $valid_and_code | awk '{print $1, ($2 > 0), $3}')
same "what is kept" "12 1 1
12 0 1
0 1 1
0 0 1
0 0 0
12 1 1" "$all"
"$FACET" info "$scratch/kept/carry.h5" >"$scratch/said"
grep -q 'set aside: 1 rows' "$scratch/said" || die "not one row is set aside"
grep -q 'kept with a note: 3 rows' "$scratch/said" || die "not three rows have a note"
grep -q 'AN02WH_F3D.wrl  kept without a picture: .*AN02WH_F3D.bmp' "$scratch/said" || die "which picture?"
grep -q 'AN03WH_F3D.wrl  kept without landmarks: .*AN03WH_F3D.bnd' "$scratch/said" || die "which landmarks?"
grep -q 'AN04WH_F3D.wrl  kept without landmarks: .*; kept without a picture' "$scratch/said" || die "not both"
"$FACET" status --json "$scratch/kept" >"$scratch/said" || true
! grep -q FACET_NOTED "$scratch/said" || die "a row that is kept is counted as set aside"

# The same on one rank, and in two steps, the second from what the first kept.
"$FACET" run --quiet "$scratch/kept.cfg" --set "workspace=$scratch/one" >"$scratch/said" 2>&1
same "on one rank" "$(hashes "$scratch/one")" "$(hashes "$scratch/kept")"
steps='{ plugin = "carry"; keep = true; }, { plugin = "preprocess"; keep = true; }'
sed "s|max_bad = 0.5|max_bad = 1.0|; s|stages = .*|stages = ( $steps );|" "$scratch/kept.cfg" >"$scratch/steps.cfg"
for workspace in whole steps; do
    [ $workspace = whole ] || "$FACET" run --quiet "$scratch/kept.cfg" --set "workspace=$scratch/steps" >"$scratch/said" 2>&1
    expect 0 "" on_ranks "$FACET_TEST_RANKS" "$FACET" run "$scratch/steps.cfg" --set "workspace=$scratch/$workspace"
done
same "in two steps" "$(hashes "$scratch/whole")" "$(hashes "$scratch/steps")"
"$FACET" diff "$scratch/whole/carry.h5" "$scratch/kept/carry.h5" >/dev/null || die "later stages change what was told"

# Mended files are read when it is asked to try again.
cp "$root/F0001/F0001_AN01WH_F3D.bnd" "$root/F0001/F0001_AN03WH_F3D.bnd"
expect 0 "" on_ranks "$FACET_TEST_RANKS" "$FACET" run --retry-quarantined "$scratch/kept.cfg"
same "landmarks after mending" 12 "$(rows "$scratch/kept/carry.h5" landmarks | sed -n "3p;")"
printf 'these are no points\n' >"$root/F0001/F0001_AN03WH_F3D.bnd"

# The index says it too, and a report counts it.
expect 0 "noted                 3" on_ranks "$FACET_TEST_RANKS" "$FACET" index bu3dfe "$root" --out "$scratch/i.h5" --set textures=true
grep -q 'broken                1' "$scratch/said" || { cat "$scratch/said"; die "the index counts otherwise"; }
read_dataset told bu3dfe "root = \"$root\"; textures = true; max_vertices = 9999; max_triangles = 19999;" \
    '{ plugin = "carry"; keep = true; }, { plugin = "report"; }'
grep -q '3 of 6 scans were kept though' "$scratch/told/report.html" "$scratch/told"/report/*.html 2>/dev/null ||
    die "the report does not count them"

# And set aside where that is wanted.
sed -i 's/max_bad = 0.5/max_bad = 1.0/' "$scratch/kept.cfg"
expect 0 "" "$FACET" run "$scratch/kept.cfg" --set bu3dfe.broken_extras=set-aside --set "workspace=$scratch/strict"
same "what is set aside" "1
0
0
0
0
1" "$(rows "$scratch/strict/carry.h5" valid)"
! grep -q 'are kept without' "$scratch/said" || die "nothing is kept here"

# In a folder: files that are named but not there.
cat >"$root/faces.csv" <<CSV
path,subject,label,landmarks,texture
F0001/F0001_AN01WH_F3D.wrl,F0001,anger,F0001/gone.bnd,F0001/F0001_AN01WH_F3D.bmp
F0001/F0001_AN02WH_F3D.wrl,F0001,anger,F0001/F0001_AN02WH_F3D.bnd,F0001/F0001_AN02WH_F3D.bmp
F0001/F0001_DI02WH_F3D.wrl,F0001,disgust,F0001/F0001_DI02WH_F3D.bnd,F0001/F0001_DI02WH_F3D.bmp
CSV
folder="root = \"$root\"; labels = \"faces.csv\"; textures = true; landmark_names = [ \"5=eye_left_outer\" ];"
read_dataset own folder "$folder"
said own "warning: 2 rows are kept without something of theirs"
same "rows of the folder" "0 1 1
1 0 1
1 1 1" "$(rows "$scratch/own/carry.h5" $valid_and_code | awk '{print $1, ($2 > 0), $3}')"
expect 0 "kept without landmarks: faces.csv line 2 names F0001/gone.bnd, which does not exist" \
    "$FACET" info "$scratch/own/carry.h5"
sed -i 's/max_bad = 0.5/max_bad = 1.0/' "$scratch/own.cfg"
expect 0 "" "$FACET" run "$scratch/own.cfg" --set folder.broken_extras=set-aside --set "workspace=$scratch/none"
same "rows of the folder set aside" "0
0
1" "$(rows "$scratch/none/carry.h5" valid)"
