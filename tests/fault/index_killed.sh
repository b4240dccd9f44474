#!/bin/sh
# timeout: 300
# facet index under kill -9: of one rank or of all of them and the launcher, at random rows, again and again, on changing numbers of
# ranks. No row that was seen is looked at again, but for those that were in flight; the end is the undisturbed one, byte for byte.
set -u
. "$FACET_SOURCE/tests/lib.sh"
cd "$scratch" || exit 1
export FACET_PLUGIN_PATH="$FACET_TEST_PLUGINS"

rows=300
mkdir many
for i in $(seq 1000 $((1000 + rows - 1))); do echo "file $i" >many/$i; done
echo '!' >many/1130
index() { "$FACET" index filed many --set 'hold="hold"' --set "trace=\"$PWD/trace\"" --quiet "$@"; }
index --out whole.h5 >said 2>&1 || { cat said; die "an undisturbed run"; }
: >trace

# Rows wait while there is a file `hold`, from the row on that stands in it: a run never ends before it is killed.
in_flight=0
for at in $(/usr/bin/python3 -c "import random; random.seed(5); print(*sorted(random.sample(range(5, $rows - 60), 6)))"); do
    echo "$at" >hold
    ranks=$((at % 3 + 1))
    mpirun -n $ranks --oversubscribe --bind-to none sh -c 'echo $$ >pid-$OMPI_COMM_WORLD_RANK; exec "$@"' sh \
        "$FACET" index filed many --set 'hold="hold"' --set "trace=\"$PWD/trace\"" --quiet --out cut.h5 >said 2>&1 &
    run=$!
    tries=0
    until [ "$(wc -l <trace)" -ge "$at" ] && [ "$(cat pid-* 2>/dev/null | wc -l)" -eq $ranks ]; do # the rows before it are done
        sleep 0.05 && tries=$((tries + 1))
        [ $tries -lt 1200 ] || { cat said; die "row $at is not reached"; }
    done
    if [ $((at % 2)) = 0 ]; then
        kill -KILL "$(cat pid-$((ranks - 1)))"
    else
        kill -KILL $run $(cat pid-*)
    fi
    wait $run 2>/dev/null
    for pid in $(cat pid-*); do
        while kill -0 "$pid" 2>/dev/null; do sleep 0.05; done # none of them writes any more
    done
    rm pid-*
    [ ! -e cut.h5 ] || die "there is an index after a kill"
    in_flight=$((in_flight + ranks))
done
rm hold
on_ranks 2 "$FACET" index filed many --set 'hold="hold"' --set "trace=\"$PWD/trace\"" --quiet --json --out cut.h5 >said.json ||
    die "the last run"
cmp whole.h5 cut.h5 || die "other bytes after the kills"
looked=$(wc -l <trace)
[ "$looked" -ge $rows ] && [ "$looked" -le $((rows + in_flight)) ] ||
    die "$looked rows were looked at, of $rows, where at most $in_flight can have been in flight"
[ "$(sort -u trace | wc -l)" = $rows ] || die "not every row was looked at"
[ "$(ls)" = "$(printf '%s\n' cut.h5 many said said.json trace whole.h5)" ] || { ls; die "something is left behind"; }
echo "passed: $looked rows looked at, of $rows"
