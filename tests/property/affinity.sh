#!/bin/sh
# Ranks and threads stay on cores of their own, inside what the process was given, and where they do not is said.
# timeout: 120
set -eu
. "$FACET_SOURCE/tests/lib.sh"
export FACET_PLUGIN_PATH="$FACET_TEST_PLUGINS"
unset OMP_NUM_THREADS OMP_PROC_BIND OMP_PLACES

all=$(taskset -cp $$ | sed 's/.*: //' | tr ',' '\n' | sed 's/\(.*\)-\(.*\)/\1 \2/' | while read -r a b; do seq "$a" "${b:-$a}"; done)
[ "$(echo "$all" | wc -l)" -ge 2 ] || { echo "needs two processors"; exit 77; }
one=$(echo "$all" | sed -n 1p)
two=$(echo "$all" | sed -n 2p)
[ "$(cat "/sys/devices/system/cpu/cpu$one/topology/core_id")" != "$(cat "/sys/devices/system/cpu/cpu$two/topology/core_id")" ] ||
    { echo "needs two cores"; exit 77; }

cat >"$scratch/where.cfg" <<CFG
name = "where"; workspace = "$scratch/run"; unit_rows = 2;
sources = ( { plugin = "numbers"; rows = 300; sleep_ms = 1; } );
stages = ( { plugin = "where"; notes = "$scratch/notes"; keep = true; } );
CFG

# places SAYS COMMAND...: runs the pipeline and leaves the different lines of its notes in $scratch/places.
places() {
    says=$1
    shift
    rm -rf "$scratch/run" "$scratch/notes"
    "$@" >/dev/null
    sort -u "$scratch/notes" >"$scratch/places"
    grep -qF "$says" "$scratch/run/user.log" || { cat "$scratch/run/user.log"; die "the log does not say \"$says\""; }
}

run="$FACET run --quiet $scratch/where.cfg"
# shellcheck disable=SC2086  # the command is several words
{
    places "2 ranks on this node, 1 thread each, on processors $one / $two" taskset -c "$one,$two" mpirun -n 2 --oversubscribe --bind-to none $run
    [ "$(cut -d' ' -f2,3 "$scratch/places" | sort -u)" = "$(printf '%s 1\n%s 1' "$one" "$two" | sort)" ] ||
        { cat "$scratch/places"; die "two ranks are not on a core each"; }
    [ "$(wc -l <"$scratch/places")" -eq 2 ] || die "a rank wanders"

    places "2 threads" taskset -c "$one,$two" $run
    [ "$(cut -d' ' -f2,3 "$scratch/places" | sort -u)" = "$(printf '%s 1\n%s 1' "$one" "$two" | sort)" ] ||
        { cat "$scratch/places"; die "two threads are not on a core each"; }

    places "1 rank on this node, 1 thread, on processors $two" taskset -c "$two" $run
    [ "$(cut -d' ' -f2,3 "$scratch/places")" = "$two 1" ] || die "the mask of the process is not kept to"

    places "not bound" taskset -c "$one,$two" $run --set affinity=none
    [ "$(cut -d' ' -f3 "$scratch/places" | sort -u)" = 2 ] || die "affinity = none binds"

    places "not bound" taskset -c "$one,$two" mpirun -n 3 --oversubscribe --bind-to none $run
    [ "$(cut -d' ' -f3 "$scratch/places" | sort -u)" = 2 ] || die "more ranks than cores are bound"

    places "1 thread, on processors" taskset -c "$one,$two" env OMP_NUM_THREADS=1 $run
    places "not bound" taskset -c "$one,$two" env OMP_PROC_BIND=true $run
}
