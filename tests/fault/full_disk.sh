#!/bin/sh
# A full disk ends the run with a sentence; what was done stays done, and the run goes on once there is room.
# timeout: 300
set -eu
. "$FACET_SOURCE/tests/lib.sh"

mkdir "$scratch/disk"
mount -t tmpfs -o size=3m none "$scratch/disk" 2>/dev/null || { echo "skipped: a small file system cannot be mounted here"; exit 77; }
trap 'umount "$scratch/disk"; rm -rf "$scratch"' EXIT

small_pipeline "$scratch/whole.cfg" "$scratch/whole"
small_pipeline "$scratch/disk.cfg" "$scratch/disk/run"
"$FACET" run --quiet "$scratch/whole.cfg" >/dev/null
hashes "$scratch/whole" >"$scratch/expected"

# However early it comes: while the container is made, while its structure is flushed, while rows are written.
for size in 4k 16k 64k 128k 200k 400k; do
    mount -o remount,size=$size "$scratch/disk" 2>/dev/null || continue
    expect 1 "" timeout 150 mpirun -n 2 --oversubscribe --bind-to none "$FACET" run --quiet "$scratch/disk.cfg"
    rm -rf "$scratch/disk/run"
done
mount -o remount,size=3m "$scratch/disk"

expect 1 "No space left on device" on_ranks 2 "$FACET" run --quiet "$scratch/disk.cfg"
mount -o remount,size=400m "$scratch/disk"
expect 0 "" on_ranks 2 "$FACET" run --quiet "$scratch/disk.cfg"
hashes "$scratch/disk/run" >"$scratch/actual"
diff "$scratch/expected" "$scratch/actual" || die "the run after a full disk ends with other bits"
