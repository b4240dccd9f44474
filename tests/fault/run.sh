#!/bin/sh
# timeout: 180
# What ends a run early loses nothing done: killed, stopped, damaged, too many bad rows, a failure on one rank.
set -eu
work=$(mktemp -d) && trap 'rm -rf "$work"' EXIT
export FACET_PLUGIN_PATH="$FACET_TEST_PLUGINS"
cat >"$work/t.cfg" <<'C'
name = "arith"; workspace = "unset"; seed = 3; unit_rows = 4;
sources = ( { plugin = "numbers"; name = "a"; rows = 48; sleep_ms = 40; } );
stages = ( { plugin = "affine"; keep = true; }, { plugin = "total"; } );
C
fail() { echo "$*" && exit 1; }
run() { # workspace, then options; the exit status is left in $status
    where=$1 && shift && status=0
    "$FACET" run "$work/t.cfg" --quiet --set workspace="$work/$where" "$@" >"$work/out" 2>"$work/err" || status=$?
}
expect() { # status, what, text on stderr
    [ "$status" -eq "$1" ] || { cat "$work/err" && fail "$2: exit status $status, expected $1"; }
    [ -z "${3-}" ] || grep -q "$3" "$work/err" || { cat "$work/err" && fail "$2: no word of: $3"; }
}
same() { for s in affine total; do "$FACET" diff "$work/whole/$s.h5" "$work/$1/$s.h5" || fail "$1: another answer"; done; }

begun() { until [ -e "$work/$1/affine.h5" ]; do sleep 0.05; done; }

run whole && expect 0 "a whole run"

"$FACET" run "$work/t.cfg" --quiet --set workspace="$work/killed" >/dev/null 2>&1 & victim=$!
begun killed && kill -9 $victim && wait $victim 2>/dev/null || true
[ ! -e "$work/killed/total.h5" ] || fail "the run was over before it was killed"
run killed && expect 0 "after kill -9" && same killed

"$FACET" run "$work/t.cfg" --quiet --set workspace="$work/stopped" >/dev/null 2>&1 & victim=$!
begun stopped && kill -TERM $victim && status=0 && wait $victim || status=$?
[ "$status" -eq 75 ] || fail "SIGTERM: exit status $status, expected 75"
run stopped && expect 0 "after SIGTERM" && same stopped

cp -r "$work/whole" "$work/damaged"
printf 'X' | dd of="$work/damaged/affine.h5" bs=1 seek=4100 conv=notrunc 2>/dev/null
! cmp -s "$work/whole/affine.h5" "$work/damaged/affine.h5" || fail "nothing was damaged"
! "$FACET" verify "$work/damaged" >/dev/null || fail "verify sees no damage"
run damaged && expect 0 "a damaged unit" && same damaged

run whole --set affine.factor=3 --dry-run && expect 0 "a stale workspace" "affine would be made again: affine.factor was 2, is 3"
run bad --set a.bad_every=4 --set max_bad=0.1 && expect 3 "too many bad rows" "12 of 48 rows"
run bad --set a.bad_every=4 --set max_bad=0.3 && expect 0 "bad rows allowed"
status=0
timeout 120 mpirun -n 3 "$FACET" run "$work/t.cfg" --quiet --set workspace="$work/fatal" --set a.fatal_row=9 \
    >"$work/out" 2>"$work/err" || status=$?
expect 1 "a failure on one rank" "row 9 is fatal"
