#!/bin/sh
# timeout: 300
# A 4D pipeline on made-up sequences: views in one frame of reference, dynamic images of them, and a recogniser that is asked once a
# sequence; the same bits on any number of ranks and threads and in units of any size.
set -eu
. "$FACET_SOURCE/tests/lib.sh"

cat >"$scratch/faces.cfg" <<CFG
name = "faces"; workspace = "set below"; seed = 5; max_bad = 0.2;
sources = ( { plugin = "synth"; subjects = 3; frames = 5; rest = 0.2; density = 0.3; noise_mm = 0.3; bad = 0.06;
              motion_mm = 10.0; intensity = [ 0.8, 1.0 ]; } );
stages = ( { plugin = "preprocess"; curvatures = false; },
           { plugin = "render"; name = "own"; size = 32; views = ( { }, { yaw = 40.0; } ); keep = true; },
           { plugin = "steady"; keep = true; },
           { plugin = "render"; size = 32; views = ( { }, { yaw = 40.0; } ); keep = true; },
           { plugin = "dynamic"; images = [ "pooled", "onset-apex" ]; },
           { plugin = "split"; protocol = "subject-k-fold"; folds = 3; },
           { plugin = "baseline"; components = 4; }, { plugin = "train"; epochs = 1; batch = 8; micro = 4; },
           { plugin = "encode"; keep = true; }, { plugin = "fuse"; }, { plugin = "evaluate"; } );
CFG

# content RANKS THREADS ROWS: runs the pipeline in units of so many rows and prints a line a container.
content() {
    OMP_NUM_THREADS=$2 on_ranks "$1" "$FACET" run --quiet "$scratch/faces.cfg" --set "unit_rows=$3" \
        --set "workspace=$scratch/run-$1-$2-$3" >/dev/null
    hashes "$scratch/run-$1-$2-$3"
}

content 1 1 3 >"$scratch/expected"
for stage in preprocess own steady render dynamic evaluate; do
    grep -q "^$stage.h5 [0-9a-f]" "$scratch/expected" || die "no container of stage $stage"
done
for shape in "2 1 7" "3 2 16"; do
    # shellcheck disable=SC2086  # the shape is three words
    content $shape >"$scratch/actual"
    diff "$scratch/expected" "$scratch/actual" || die "ranks, threads and units $shape give other bits"
done

/usr/bin/python3 - "$scratch/run-1-1-3" <<'PY' || die "the sequences are not what they should be"
import sys
import h5py
import numpy as np

folder = sys.argv[1]
rows = lambda stage, name: h5py.File(f"{folder}/{stage}.h5")[name][:]
valid = rows("steady", "items/valid") != 0
sequence, frame = rows("steady", "items/sequence"), rows("steady", "items/frame")
onset, apex = rows("steady", "items/onset"), rows("steady", "items/apex")
assert 0 < np.count_nonzero(~valid) < len(valid) // 5  # some frames are broken

# One pose a sequence; the nose moves with the head as it was made to, which it does not in the scans' own frames.
pose = rows("steady", "data/pose")
for s in range(18):
    there = valid & (sequence == s)
    assert np.all(pose[there] == pose[there][0])
own = rows("preprocess", "data/pose")
tip = -np.einsum("rij,ri->rj", own[:, :, :3], own[:, :, 3]) / np.sum(own[:, 0, :3] ** 2, axis=1)[:, None].clip(1e-9)
assert np.mean([np.ptp(tip[valid & (sequence == s)], axis=0).max() for s in range(18)]) > 5

# One row of each sequence carries its pictures.
carries = rows("dynamic", "data/carries")
assert np.array_equal(np.bincount(sequence, weights=carries), np.ones(18))
assert not np.any(carries[~valid])
row = np.nonzero(carries)[0]
near = [np.abs(frame[valid & (sequence == sequence[r])] - apex[r]).min() for r in row]
assert np.array_equal(np.abs(frame[row] - apex[row]), near)  # the apex, or the nearest that is there
views = rows("dynamic", "data/views").astype(int)
assert views.shape[2] == 8 and not np.any(views[carries == 0])
assert np.all(views[row][:, 0, 0].reshape(18, -1).max(axis=1) > 0)

# Onset to apex, in codes of the rendered views.
drawn = rows("render", "data/views").astype(int)
for r in row:
    there = np.nonzero(valid & (sequence == sequence[r]))[0]
    begin = there[frame[there] <= onset[r]][-1] if np.any(frame[there] <= onset[r]) else there[0]
    both = np.any(drawn[begin, 0] != 0, axis=0) & np.any(drawn[r, 0] != 0, axis=0)
    change = np.clip(127 * 4 * (drawn[r, 0, 0] - drawn[begin, 0, 0]) / 255, -127, 127)
    assert np.all(np.abs(views[r, 0, 4] - 128 - change)[both] <= 0.5)
    assert np.all(views[r, 0, 4][~both] == 0)

# Asked once a sequence, and nobody else's rows were set aside for it.
tests = rows("split", "data/test_fold")
assert np.array_equal(np.nonzero(np.any(tests >= 0, axis=1))[0], row)
assert np.array_equal(rows("encode", "items/valid") != 0, valid)
PY

# Another frame of reference is another stage.
expect 0 'steady would be made again: steady.frame was "middle", is "start"' "$FACET" run --dry-run "$scratch/faces.cfg" \
    --set unit_rows=3 --set "workspace=$scratch/run-1-1-3" --set 'steady.frame="start"'
