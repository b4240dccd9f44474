#!/bin/sh
# A rank ends when the launcher that started it is killed; a run that a shell started goes on when the shell ends.
# timeout: 180
set -eu
. "$FACET_SOURCE/tests/lib.sh"

export FACET_PLUGIN_PATH="$FACET_TEST_PLUGINS"
cat >"$scratch/slow.cfg" <<'C'
name = "slow"; workspace = "unset"; unit_rows = 4;
sources = ( { plugin = "numbers"; name = "a"; rows = 120; sleep_ms = 50; } );
stages = ( { plugin = "affine"; keep = true; } );
C

# orphan NAME VARIABLE...: starts a run from a shell, with these variables, and kills the shell while it works.
orphan() {
    name=$1
    shift
    env "$@" FACET_TRACE="$scratch/$name.trace" sh -c '"$FACET" run --quiet "$1" --set "workspace=$2" >/dev/null 2>&1 &
        echo $! >"$2.pid"
        wait' sh "$scratch/slow.cfg" "$scratch/$name" &
    parent=$!
    until grep -q " end " "$scratch/$name.trace" 2>/dev/null; do sleep 0.05; done
    kill -KILL "$parent"
    child=$(cat "$scratch/$name.pid")
    # Until it is gone, or left in the table by a parent that does not look.
    while state=$(sed 's/^.*) //; s/ .*//' "/proc/$child/stat" 2>/dev/null) && [ "$state" != Z ]; do sleep 0.05; done
    done=$(grep -c " end " "$scratch/$name.trace")
}

orphan launched PMI_RANK=0
[ "$done" -lt 30 ] || die "a rank went on without its launcher"
orphan started
[ "$done" -eq 30 ] || die "a run without a launcher ended with its shell, $done of 30 units done"
