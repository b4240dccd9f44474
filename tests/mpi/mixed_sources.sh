#!/bin/sh
# Sources with different ragged fields run together, in either order; all that is known of a row stands in the item table.
# ranks: 1 2
# timeout: 120
set -eu
. "$FACET_SOURCE/tests/lib.sh"
/usr/bin/python3 -c 'import h5py' 2>/dev/null || { echo "skipped: there is no python3-h5py"; exit 77; }
export FACET_PLUGIN_PATH="$FACET_TEST_PLUGINS"

mixed() { # NAME SOURCES
    cat >"$scratch/$1.cfg" <<C
name = "mixed"; workspace = "$scratch/$1"; unit_rows = 3;
sources = ( $2 );
stages = ( { plugin = "tags"; keep = true; } );
C
    expect 0 "" on_ranks "$FACET_TEST_RANKS" "$FACET" run --quiet "$scratch/$1.cfg"
}
numbers='{ plugin = "numbers"; name = "n"; rows = 7; }'
tagged='{ plugin = "tagged"; name = "t"; }'
mixed first "$numbers, $tagged"
mixed last "$tagged, $numbers"

/usr/bin/python3 - "$scratch/first/tags.h5" "$scratch/last/tags.h5" <<'PY'
import sys, h5py, numpy as np
n = [[i, i % 5, 0] for i in range(7)]
t = [[100 + i, 9, 2] for i in range(8)]
for path, rows, first in ((sys.argv[1], n + t, 7), (sys.argv[2], t + n, 0)):
    with h5py.File(path) as f:
        assert (f["data/seen"][:] == np.array(rows, float)).all(), f["data/seen"][:]
        items = {name: f["items/" + name][:] for name in f["items"]}
    said, silent = first + 1, first + 2
    assert items["labels"][said] == b"positive+surprise" and items["au"][said] == b"?1?0" and items["split"][said] == b"train"
    assert items["valence"][said] == 0.5 and items["arousal"][said] == -0.25
    assert [items[name][said] for name in ("onset", "apex", "offset")] == [1, 2, 3]
    assert items["labels"][silent] == b"" and items["au"][silent] == b"" and items["split"][silent] == b""
    assert np.isnan(items["valence"][silent]) and np.isnan(items["arousal"][silent]) and items["onset"][silent] == -1
PY

# Who withdraws takes all of it along.
expect 0 "" "$FACET" forget "$scratch/first" --subject ben
/usr/bin/python3 - "$scratch/first/tags.h5" <<'PY'
import sys, h5py, numpy as np
with h5py.File(sys.argv[1]) as f:
    items = {name: f["items/" + name][:] for name in f["items"]}
ann, ben = 8, 12
assert items["subject"][ann] == b"ann" and items["labels"][ann] == b"positive+surprise" and items["valence"][ann] == 0.5
assert all(items[name][ben] == b"" for name in ("subject", "label", "labels", "au", "split")), items
assert np.isnan(items["valence"][ben]) and np.isnan(items["arousal"][ben])
assert [items[name][ben] for name in ("onset", "apex", "offset")] == [-1, -1, -1]
PY

# A field of a fixed shape cannot be left out, nor have two meanings.
cat >"$scratch/where.cfg" <<C
name = "mixed"; workspace = "$scratch/w"; sources = ( $numbers, { plugin = "plain"; name = "p"; } ); stages = ( { plugin = "tags"; } );
C
expect 2 "source p gives other fields than source n" "$FACET" run --quiet "$scratch/where.cfg"
