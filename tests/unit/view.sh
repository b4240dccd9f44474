#!/bin/sh
# facet view: what is wrong with the command line or the file is said in one sentence, with the right exit status.
set -u
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
failures=0

expect() { # status, words in the sentence, arguments
    status=$1 words=$2
    shift 2
    "$FACET" view "$@" >"$folder/out" 2>"$folder/err"
    got=$?
    if [ "$got" -ne "$status" ] || [ "$(grep -cF -- "$words" "$folder/err")" -ne 1 ]; then
        echo "facet view $*: exit $got, wanted $status and \"$words\":"
        cat "$folder/err"
        failures=$((failures + 1))
    fi
}

echo "not a container" >"$folder/text.h5"
expect 2 'which rows? say --row I or --rows I,J-K' "$folder/text.h5"
expect 2 '"1,x" is no row number' "$folder/text.h5" --rows 1,x
expect 2 '"0," is no row number' "$folder/text.h5" --rows 0,
expect 2 '"-1" is no row number' "$folder/text.h5" --row -1
expect 2 '"7-3" is no row number' "$folder/text.h5" --rows 7-3
expect 2 '"1--3" is no row number' "$folder/text.h5" --rows 1--3
expect 2 '"99999999999999999999" is no row number' "$folder/text.h5" --row 99999999999999999999
expect 2 'more than 100000 rows' "$folder/text.h5" --rows 0-100000
expect 2 '"" is no view number' "$folder/text.h5" --row 0 --views ''
expect 2 'more than 256 views' "$folder/text.h5" --row 0 --views 0-256
expect 2 '--columns "0" is no number from 1 to 100' "$folder/text.h5" --row 0 --columns 0
expect 2 '--page "x" is no number' "$folder/text.h5" --row 0 --page x
expect 2 '--zoom "1/0" is neither N nor 1/N' "$folder/text.h5" --row 0 --zoom 1/0
expect 2 '--zoom "2x" is neither N nor 1/N' "$folder/text.h5" --row 0 --zoom 2x
expect 2 '--row needs a value' "$folder/text.h5" --row
expect 2 '--range "depth=5" is no NAME=LOW:HIGH' "$folder/text.h5" --row 0 --range depth=5
expect 2 '--range "depth=5:5" is no NAME=LOW:HIGH' "$folder/text.h5" --row 0 --range depth=5:5
expect 2 '--fps "0" is no number from 0.1 to 100' "$folder/text.h5" --sequence 0 --fps 0
expect 2 '--frames "0" is no number from 1 to 3600' "$folder/text.h5" --turntable --row 0 --frames 0
expect 2 '--sequence goes with neither --rows nor --turntable' "$folder/text.h5" --sequence 0 --row 1
expect 2 '--dataset says whose --sequence it is' "$folder/text.h5" --row 0 --dataset lab
expect 2 '--turntable draws anew' "$folder/text.h5" --turntable --row 0 --zoom 2
expect 2 '--size, --frames and --pitch are for a --turntable' "$folder/text.h5" --row 0 --frames 9
expect 2 '--fps is for what moves' "$folder/text.h5" --row 0 --fps 9
expect 2 'x.gif" does not end in .png, as' "$folder/text.h5" --row 0 --out "$folder/x.gif"
expect 2 'x.jpg" does not end in .png or .gif' "$folder/text.h5" --sequence 0 --out "$folder/x.jpg"
expect 2 'what moves has no pages' "$folder/text.h5" --sequence 0 --page 2
expect 2 '--rox is no option of view' --rox 3 "$folder/text.h5"
expect 2 'one container is needed, 2 are named' a.h5 b.h5 --row 1
expect 1 'none.h5' "$folder/none.h5" --row 0
expect 1 'text.h5' "$folder/text.h5" --row 0
[ -e "$folder/text.png" ] && echo "a picture was left behind" && failures=$((failures + 1))

# A container as runs leave it: 4 rows, 3 views of depth and normals.
cat >"$folder/a.cfg" <<CFG
name = "a"; workspace = "$folder/a"; seed = 1;
sources = ( { plugin = "synth"; name = "łab"; subjects = 1; frames = 2; } );
stages = ( { plugin = "preprocess"; keep = true; }, { plugin = "render"; size = 16; keep = true; } );
CFG
"$FACET" run --quiet "$folder/a.cfg" >"$folder/out" 2>&1 || { cat "$folder/out"; exit 1; }
rows="$folder/a/render.h5"

size() { # of a PNG picture, "width height"
    od -An -tu1 -j16 -N8 "$1" | awk '{ print ($3 * 256 + $4), ($7 * 256 + $8) }'
}

drawn() { # arguments; the picture is $folder/p.png
    "$FACET" view "$rows" --out "$folder/p.png" "$@" >"$folder/out" 2>&1 ||
        { echo "facet view $*:"; cat "$folder/out"; failures=$((failures + 1)); }
    size "$folder/p.png"
}

same() { # what is checked, and two values that must be the same
    [ "$2" = "$3" ] || { echo "$1: $2, wanted $3"; failures=$((failures + 1)); }
}

expect 2 'row 12: data/views has rows 0 to 11' "$rows" --rows 1-12
expect 2 'view 3: data/views has views 0 to 2' "$rows" --row 0 --views 3
expect 2 'channel "k1": data/views has depth, normal' "$rows" --row 0 --channels k1
expect 2 'take fewer views, channels or columns, or a smaller zoom' "$rows" --rows 0-11 --zoom 64 --columns 12
expect 2 'range of "k1": no such channel is shown' "$rows" --row 0 --range k1=0:1
expect 2 'no row is of sequence 6' "$rows" --sequence 6
expect 2 'no row is of sequence 0 of dataset lab' "$rows" --sequence 0 --dataset lab
expect 1 'a turntable is made of meshes' "$rows" --turntable --row 0
expect 2 'row 12: data/vertices_start has rows 0 to 11' "$folder/a/preprocess.h5" --turntable --row 12
expect 2 'channel "K1": there are depth, normal' "$folder/a/preprocess.h5" --turntable --row 0 --channels K1
expect 2 'the mesh of row 0 has no colours' "$folder/a/preprocess.h5" --turntable --row 0 --channels colour
expect 2 '"depth" is named more than once' "$folder/a/preprocess.h5" --turntable --row 0 --channels depth,depth
expect 1 'data/view_mask holds no pictures' "$rows" --row 0 --field view_mask
set -- $(drawn --row 0)
width=$1 height=$2
set -- $(drawn --rows 0-3)
same "four rows' width" "$1" "$width"
[ "$2" -gt $((height + 3 * 128)) ] || { echo "four rows are $2 high, one is $height"; failures=$((failures + 1)); }
set -- $(drawn --row 0 --views 1)
[ "$1" -lt $((width / 2)) ] || { echo "one view is $1 wide, three are $width"; failures=$((failures + 1)); }
set -- $(drawn --row 0 --zoom 16)
[ "$1" -gt $((width + 6 * 100)) ] || { echo "twice as large is $1 wide, not $width"; failures=$((failures + 1)); }
same "dark paper's size" "$(drawn --row 0 --dark)" "$width $height"
"$FACET" view "$rows" --rows 0-11 --page 5 --out "$folder/page.png" >"$folder/out"
same "the pages" "$(tr '\n' ' ' <"$folder/out")" "$folder/page-1.png $folder/page-2.png $folder/page-3.png "
[ -s "$folder/page-3.png" ] && [ ! -e "$folder/page-4.png" ] || { echo "not three pages"; failures=$((failures + 1)); }
first=$(drawn --row 3 && cksum <"$folder/p.png")
same "the same sheet again" "$(FREETYPE_PROPERTIES=autofitter:no-stem-darkening=0 drawn --row 3 && cksum <"$folder/p.png")" "$first"

# What moves: as large as a still sheet of the same rows, and of as many frames as were asked for.
frames() { # of an animated PNG
    od -An -tu1 -j41 -N4 "$1" | awk '{ print $4 }'
}
moving="--zoom 4 --views 1"
still=$(drawn --rows 2,4 $moving)
same "two sequences" "$(drawn --sequence 1,2 --dataset łab $moving), $(frames "$folder/p.png")" "$still, 2"
"$FACET" view "$folder/a/preprocess.h5" --turntable --rows 0,3 --columns 2 --size 40 --frames 5 --pitch 10 \
    --channels shaded,depth,k1 --out "$folder/t.png" >"$folder/out" 2>&1 || cat "$folder/out"
same "a turntable's frames" "$(frames "$folder/t.png")" 5
"$FACET" view "$folder/a/preprocess.h5" --turntable --row 0 --size 40 --frames 3 --out "$folder/t.gif" >"$folder/out"
same "a GIF" "$(head -c 6 "$folder/t.gif")" GIF89a
"$FACET" view "$rows" --row 1 >"$folder/out"
same "the sheet beside the container" "$(cat "$folder/out")" "$folder/a/render.png"

"$FACET" view --help | grep -q 'Usage: facet view' || { echo "no help"; failures=$((failures + 1)); }
exit "$((failures > 0))"
