#!/bin/sh
# facet bench io at a size of no meaning: what it prints hangs together, and it leaves nothing behind.
# ranks: 1 2
# timeout: 300
set -u
. "$FACET_SOURCE/tests/lib.sh"
mkdir "$scratch/here"

on_ranks "$FACET_TEST_RANKS" "$FACET" bench io --dir "$scratch/here" --bytes 200K --unit-rows 3 --repeats 2 --json \
    >"$scratch/out.json" || die "bench io failed"
[ -z "$(ls -A "$scratch/here")" ] || die "files are left: $(ls -A "$scratch/here")"
python3 - "$scratch/out.json" "$FACET_TEST_RANKS" <<'PY' || die "the numbers do not hang together: $(cat "$scratch/out.json")"
import json, sys
out = json.load(open(sys.argv[1]))
assert out["ranks"] == int(sys.argv[2]) and out["pairs"] == 2
assert len(out["stages"]) >= 4
for stage in out["stages"]:
    assert stage["units"] == -(-stage["rows"] // 3)
    assert 0 < stage["unit_bytes"] <= stage["bytes"] and stage["bytes"] > 50000
    for phase in "write", "flush", "read":
        times = stage[phase]
        assert times["facet_seconds"] > 0 and times["plain_seconds"] > 0 and times["ratio"] > 0
    assert stage["flush"]["facet_seconds"] >= stage["write"]["facet_seconds"]
PY

expect 0 "rows " on_ranks "$FACET_TEST_RANKS" "$FACET" bench io --dir "$scratch" --row-bytes 5000 --rows 7 --repeats 1
expect 0 "MPI_File_sync" "$FACET" bench io --help
expect 2 "expected a whole number" "$FACET" bench io --bytes 12Q
expect 2 "there is no bench" "$FACET" bench oi
expect 1 "nowhere/facet-bench" on_ranks "$FACET_TEST_RANKS" "$FACET" bench io --dir "$scratch/nowhere" --bytes 1K
