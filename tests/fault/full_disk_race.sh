#!/bin/sh
# Somebody takes every byte of a disk as soon as it becomes free, also the room that a container sets free just before
# HDF5 writes its structure. The run ends, and goes on once there is room.
# timeout: 300
set -eu
. "$FACET_SOURCE/tests/lib.sh"
export FACET_PLUGIN_PATH="$FACET_TEST_PLUGINS" FACET_PATIENCE=1

mkdir "$scratch/disk"
mount -t tmpfs -o size=8m none "$scratch/disk" 2>/dev/null || { echo "skipped: a small file system cannot be mounted here"; exit 77; }
taker=
trap '[ -z "$taker" ] || kill "$taker" 2>/dev/null; umount "$scratch/disk" || umount -l "$scratch/disk"; rm -rf "$scratch"' EXIT

cat >"$scratch/a.cfg" <<CFG
name = "numbers";
workspace = "$scratch/disk/run";
unit_rows = 4;
sources = ( { plugin = "numbers"; rows = 200; sleep_ms = 10; } );
stages = ( { plugin = "affine"; keep = true; }, { plugin = "total"; } );
CFG
expect 0 "" on_ranks 2 "$FACET" run --quiet "$scratch/a.cfg" --set "workspace=$scratch/whole"
hashes "$scratch/whole" >"$scratch/expected"

for ranks in 1 2 3; do
    for units in 1 10 40; do
        rm -rf "$scratch/disk/run"
        # Waits for the container, then takes all room, again and again.
        (
            until [ -e "$scratch/disk/run/affine.h5" ]; do sleep 0.05; done
            sleep "$(echo "$units" | awk '{ print 0.01 * $1 }')"
            while :; do cat /dev/zero >>"$scratch/disk/taken" 2>/dev/null || true; done
        ) &
        taker=$!
        expect 1 "" timeout 150 mpirun -n "$ranks" --oversubscribe --bind-to none "$FACET" run --quiet "$scratch/a.cfg"
        [ "$(grep -c '^facet: ' "$scratch/said")" -eq 1 ] || { cat "$scratch/said"; die "not one sentence"; }
        kill "$taker"
        wait "$taker" 2>/dev/null || true
        taker=
        rm -f "$scratch/disk/taken"
        expect 0 "" on_ranks 2 "$FACET" run --quiet "$scratch/a.cfg"
        hashes "$scratch/disk/run" | diff "$scratch/expected" - || die "the run after a full disk ends with other bits"
    done
done
