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
expect 2 'which row? say --row I' "$folder/text.h5"
expect 2 '"1,x" is no row number' "$folder/text.h5" --rows 1,x
expect 2 '"0," is no row number' "$folder/text.h5" --rows 0,
expect 2 '"-1" is no row number' "$folder/text.h5" --row -1
expect 2 '--row needs a value' "$folder/text.h5" --row
expect 2 '--rox is no option of view' --rox 3 "$folder/text.h5"
expect 2 'one container is needed, 2 are named' a.h5 b.h5 --row 1
expect 1 'none.h5' "$folder/none.h5" --row 0
expect 1 'text.h5' "$folder/text.h5" --row 0
[ -e "$folder/text.png" ] && echo "a picture was left behind" && failures=$((failures + 1))
"$FACET" view --help | grep -q 'Usage: facet view' || { echo "no help"; failures=$((failures + 1)); }
exit "$((failures > 0))"
