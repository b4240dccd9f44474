#!/bin/sh
# Whatever fails on one rank alone ends all ranks with one message and one status: another pipeline file, a slip that one
# rank sees, a wrong option, no memory, a rank that is killed.
# timeout: 240
set -eu
. "$FACET_SOURCE/tests/lib.sh"

export FACET_PLUGIN_PATH="$FACET_TEST_PLUGINS:$FACET_BUILD/tests/plugins/good"
cat >"$scratch/good.cfg" <<'C'
name = "one"; workspace = "unset"; unit_rows = 4;
sources = ( { plugin = "numbers"; name = "a"; rows = 48; } );
stages = ( { plugin = "affine"; keep = true; } );
C

# alike STATUS TEXT SCRIPT OPTION...: three ranks run SCRIPT, which sees its rank as $RANK and the rest as "$@".
alike() {
    status=$1 text=$2 script=$3
    shift 3
    actual=0
    timeout 150 mpirun -n 3 --oversubscribe --bind-to none sh -c "RANK=\$OMPI_COMM_WORLD_RANK; $script" \
        sh "$@" --set "workspace=$scratch/run" >"$scratch/said" 2>&1 || actual=$?
    [ "$actual" -eq "$status" ] || { cat "$scratch/said"; die "exit status $actual instead of $status: $text"; }
    [ "$(grep -c "^facet: " "$scratch/said")" -eq 1 ] || { cat "$scratch/said"; die "not one message: $text"; }
    grep -qF -- "$text" "$scratch/said" || { cat "$scratch/said"; die "did not say: $text"; }
}

# The file of one node is not the others': gone, wrong, or merely another.
cp "$scratch/good.cfg" "$scratch/node-0.cfg" && cp "$scratch/good.cfg" "$scratch/node-1.cfg"
alike 2 "rank 2: $scratch/node-2.cfg: No such file" "exec \"\$FACET\" run --quiet $scratch/node-\$RANK.cfg \"\$@\""
sed 's/keep = true/kepe = true/' "$scratch/good.cfg" >"$scratch/node-2.cfg"
alike 2 "rank 2: $scratch/node-2.cfg has 1 problem" "exec \"\$FACET\" run --quiet $scratch/node-\$RANK.cfg \"\$@\""
grep -q "node-2.cfg:3: .*kepe" "$scratch/said" || { cat "$scratch/said"; die "the slip itself is not told"; }
sed 's/keep = true/keep = true; factor = 3.0/' "$scratch/good.cfg" >"$scratch/node-2.cfg"
alike 2 "rank 2: $scratch/node-2.cfg, or a plugin it names, is not what rank 0 finds" \
    "exec \"\$FACET\" run --quiet $scratch/node-\$RANK.cfg \"\$@\""

# A slip that all ranks see is told once too.
for command in run plan "bench io"; do
    alike 2 "unknown option or missing value: --nonsense" "exec \"\$FACET\" $command --nonsense \"\$@\"" "$scratch/good.cfg"
done
alike 2 "$scratch/good.cfg has 1 problem" 'exec "$FACET" run --quiet "$@"' "$scratch/good.cfg" --set affine.fcator=3
[ "$(grep -c "fcator" "$scratch/said")" -eq 1 ] || die "a slip is told by several ranks"

# Too little memory on one rank. The sanitizers want address space without end.
if ! grep -q "FACET_SANITIZE:BOOL=ON" "$FACET_BUILD/CMakeCache.txt"; then
    sed 's/plugin = "affine"/plugin = "greedy"/' "$scratch/good.cfg" >"$scratch/greedy.cfg"
    alike 1 "rank 1: stage greedy, rows " '[ $RANK -ne 1 ] || ulimit -v 1500000; exec "$FACET" run --quiet "$@"' "$scratch/greedy.cfg"
    grep -q "out of memory for 2 GiB" "$scratch/said" || die "the reason is not told"
fi

# A rank that is killed takes the others along, and leaves nothing that a second run could not go on from.
sed 's/rows = 48/rows = 300; sleep_ms = 100/' "$scratch/good.cfg" >"$scratch/slow.cfg"
mpirun -n 3 --oversubscribe --bind-to none sh -c 'echo $$ >"$0-$OMPI_COMM_WORLD_RANK"; exec "$@"' "$scratch/pid" \
    "$FACET" run --quiet "$scratch/slow.cfg" --set "workspace=$scratch/killed" >"$scratch/said" 2>&1 &
run=$!
until [ -e "$scratch/killed/affine.h5" ]; do sleep 0.1; done
kill -KILL "$(cat "$scratch/pid-1")"
actual=0
wait "$run" || actual=$?
[ "$actual" -ne 0 ] && [ "$actual" -ne 75 ] || die "a run with a killed rank ends with $actual"
for rank in 0 1 2; do
    tries=0 # MPI does not wait for the last of them
    while kill -0 "$(cat "$scratch/pid-$rank")" 2>/dev/null; do
        sleep 0.1 && tries=$((tries + 1))
        [ $tries -lt 200 ] || die "rank $rank outlives the run"
    done
done
! grep -q "^facet: " "$scratch/said" || { cat "$scratch/said"; die "more is said than what MPI says of a killed rank"; }
