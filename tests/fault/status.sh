#!/bin/sh
# timeout: 120
# facet status tells the truth while a run is at work, after it was killed, stopped, failed and finished, and changes nothing.
set -eu
. "$FACET_SOURCE/tests/lib.sh"
export FACET_PLUGIN_PATH="$FACET_TEST_PLUGINS"
w=$scratch/w
cat >"$scratch/t.cfg" <<C
name = "arith"; workspace = "$w"; seed = 3; unit_rows = 2; max_bad = 0.5;
sources = ( { plugin = "numbers"; name = "a"; rows = 192; sleep_ms = 60; bad_every = 6; } );
stages = ( { plugin = "affine"; keep = true; }, { plugin = "total"; } );
C
# field EXPRESSION: of the status as JSON, s; prints its value.
field() { "$FACET" status "$w" --json | /usr/bin/python3 -c "import json,sys; s=json.load(sys.stdin); st={x['name']:x for x in s['stages']}; print(($1))"; }
is() { [ "$(field "$1")" = "$2" ] || { "$FACET" status "$w" --json; die "$1 is not $2"; }; }

expect 2 "no such workspace" "$FACET" status "$scratch/nowhere"
mkdir "$scratch/empty" && expect 2 "is no workspace" "$FACET" status "$scratch/empty"

on_ranks 2 "$FACET" run --quiet "$scratch/t.cfg" >"$scratch/out" 2>&1 & launcher=$!
tries=0
until [ -e "$w/run.json" ] && [ "$(field "s['run']['now'] is not None and s['run']['now']['done'] >= 4")" = True ]; do
    tries=$((tries + 1)) && [ "$tries" -lt 200 ] || die "run.json never tells of 4 units done"
    sleep 0.1
done
is "s['state'], s['alive']" "('running', True)"
is "st['affine']['state'], st['total']['state'], s['run']['ranks'], s['run']['rows']" "('running', 'not begun', 2, 192)"
[ "$(field "s['run']['now']['rate'] > 0 and s['run']['now']['seconds_left'] >= 0")" = True ] || die "no rate"
before=$(ls -l --time-style=full-iso "$w"/*.h5)
seen=$(field "st['affine']['done']")
[ "$seen" -lt 96 ] || die "$seen of 96 units done while the run is at work"
expect 0 "at work on affine" "$FACET" status "$w"
victim=$(field "s['run']['pid']")
kill -9 "$victim" && wait "$launcher" 2>/dev/null || true
is "s['state'], s['alive'], st['affine']['state'], st['total']['state']" "('no sign of life', False, 'begun', 'not begun')"
[ "$(field "0 < st['affine']['done'] < 96")" = True ] || die "the container does not tell how far it came"
aside=$(field "st['source']['set_aside']")
expect 0 "no sign of life since" "$FACET" status "$w"
hashes "$w" >"$scratch/before" && "$FACET" status "$w" >/dev/null && hashes "$w" >"$scratch/after"
cmp "$scratch/before" "$scratch/after" || die "status changed a container"

"$FACET" run --quiet "$scratch/t.cfg" >"$scratch/out" 2>&1 & victim=$!
until [ "$(field "s['run']['pid']")" = "$victim" ] && [ "$(field "(s['run']['now'] or {}).get('total', 0)")" = 96 ]; do sleep 0.1; done
[ "$(field "s['run']['set_aside'] >= $aside > 0")" = True ] || die "rows set aside before are not counted"
kill -TERM "$victim" && status=0 && wait "$victim" || status=$?
[ "$status" -eq 75 ] || { cat "$scratch/out"; die "SIGTERM: exit status $status"; }
is "s['state'], s['run']['exit_status'], st['affine']['state']" "('stopped', 75, 'begun')"

expect 0 "" "$FACET" run --quiet "$scratch/t.cfg" --set a.sleep_ms=60
is "s['state'], [x['state'] for x in s['stages']]" "('finished', ['done', 'done', 'done'])"
is "st['source']['reasons'], st['source']['set_aside'], s['run']['set_aside']" "({'FACET_ERROR_DATA': 32}, 32, 32)"
[ "$(field "st['source']['core_hours_all_runs'] > st['source']['core_hours']")" = True ] || die "earlier runs are not counted"
expect 0 "FACET_ERROR_DATA       32 rows" "$FACET" status "$w"

rm "$w/run.json"
is "s['state'], [x['state'] for x in s['stages'] if x['name'] != 'source']" "('unknown', ['done', 'done'])"
expect 1 "row 9 is fatal" "$FACET" run --quiet "$scratch/t.cfg" --fresh --set a.fatal_row=9 --set a.sleep_ms=0
is "s['state'], 'row 9 is fatal' in s['run']['message'], s['run']['exit_status']" "('failed', True, 1)"
truncate -s 300 "$w/affine.h5"
[ "$(field "'problem' in st['affine']")" = True ] || die "a broken container is no problem"
expect 0 "cannot be read now" "$FACET" status "$w"
