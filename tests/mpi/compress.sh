#!/bin/sh
# Stages that are compressed once they are complete: the same content for fewer bytes, read by later stages and by anybody's
# HDF5; altered or interrupted, a run makes good.
# ranks: 2
# timeout: 300
set -u
. "$FACET_SOURCE/tests/lib.sh"
small_pipeline "$scratch/p.cfg" "$scratch/plain"

run() {
    workspace=$1
    shift
    on_ranks "$FACET_TEST_RANKS" "$FACET" run "$scratch/p.cfg" --quiet --set workspace="$scratch/$workspace" \
        --set lab.subjects=3 --set wild.subjects=2 "$@"
}
compressed() {
    run "$@" --set preprocess.compress=deflate --set render.compress=deflate
}
same_as_plain() {
    hashes "$scratch/$1" >"$scratch/hashes"
    diff "$scratch/expected" "$scratch/hashes" || die "$2"
}
size() { stat -c %s "$scratch/$1"; }
used() { echo $(($(stat -c %b "$scratch/$1") * 512)); }

run plain >/dev/null || die "the plain run failed"
hashes "$scratch/plain" >"$scratch/expected"
expect 0 "" compressed small
same_as_plain small "compressing changed the content"
for stage in preprocess render; do
    [ "$(used small/$stage.h5)" -lt "$(used plain/$stage.h5)" ] || die "$stage.h5 did not get smaller"
    [ "$(size small/$stage.h5)" -lt "$(($(used plain/$stage.h5) + 100000))" ] || die "holes of $stage.h5 were filled"
    expect 0 "" "$FACET" diff "$scratch/plain/$stage.h5" "$scratch/small/$stage.h5"
done
expect 0 "units match" "$FACET" verify "$scratch/small"
[ -z "$(ls "$scratch/small" | grep part)" ] || die "an unfinished file is left"

/usr/bin/python3 - "$scratch/plain" "$scratch/small" <<'PY' || die "h5py reads something else"
import sys
try:
    import h5py
except ImportError:
    sys.exit(0)
for stage in "preprocess", "render":
    a, b = (h5py.File(f"{folder}/{stage}.h5") for folder in sys.argv[1:])
    deflated = 0
    for name, plain in a["data"].items():
        other = b["data"][name]
        assert plain.shape == other.shape and plain.dtype == other.dtype, name
        assert plain[...].tobytes() == other[...].tobytes(), name  # NaN is NaN
        deflated += other.compression == "gzip"
    assert deflated > 0, stage
    assert b.attrs["compress"] == b"deflate" and "compress" not in a.attrs
    assert (a["units/hash"][...] == b["units/hash"][...]).all()
PY

# Done is done: nothing is written, and a later stage reads compressed rows.
before=$(stat -c %Y.%i "$scratch/small/render.h5")
expect 0 "done" compressed small
[ "$before" = "$(stat -c %Y.%i "$scratch/small/render.h5")" ] || die "a finished container was written again"
rm "$scratch/small/render.h5"
expect 0 "" compressed small
same_as_plain small "a stage made from compressed rows differs"

# A finished workspace is compressed when it is asked for; a file begun by a killed run is no hindrance.
echo rubbish >"$scratch/plain/render.h5.part"
before=$(used plain/render.h5)
expect 0 "" compressed plain
same_as_plain plain "compressing later changed the content"
[ "$(used plain/render.h5)" -lt "$before" ] || die "a finished workspace was not compressed"

# Bytes altered inside a chunk: found, made again, compressed again.
/usr/bin/python3 - "$scratch/small/render.h5" <<'PY' || exit 77
import sys
try:
    import h5py
except ImportError:
    print("skipped: h5py is not here"); sys.exit(1)
with h5py.File(sys.argv[1], "r+") as f:
    views = f["data/views"]
    rows = views[0:1]
    rows[0, 0, 0, 10, 10] ^= 1
    views[0:1] = rows
PY
expect 1 "does not match" "$FACET" verify "$scratch/small/render.h5"
expect 0 "" compressed small
same_as_plain small "an altered unit was not made again"
expect 0 "units match" "$FACET" verify "$scratch/small"
[ "$(used small/render.h5)" -lt "$before" ] || die "the mended container was not compressed again"

expect 2 'compress must be "deflate" or "none"' run plain --set render.compress=zip
