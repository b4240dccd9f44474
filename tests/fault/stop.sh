#!/bin/sh
# Whatever asks a run to stop, on whichever rank: it stops at the next unit or step with 75, says who asked, and a second
# run completes it.
# ranks: 1 3
# timeout: 240
set -eu
. "$FACET_SOURCE/tests/lib.sh"

ranks=$FACET_TEST_RANKS
last=$((ranks - 1))
unset FACET_END_TIME SLURM_JOB_ID SLURM_JOB_END_TIME 2>/dev/null || true

# Rows take so long that the run is still under way when it is asked.
cat >"$scratch/slow.cfg" <<'C'
name = "arith"; workspace = "unset"; unit_rows = 2;
sources = ( { plugin = "numbers"; name = "a"; rows = 120; sleep_ms = 80; } );
stages = ( { plugin = "affine"; keep = true; }, { plugin = "total"; } );
C

# begin NAME OPTION...: a run in the background; each rank leaves its process id under its number.
begin() {
    name=$1 && shift
    rm -f "$scratch/said"
    FACET_PLUGIN_PATH="$FACET_TEST_PLUGINS" mpirun -n "$ranks" --oversubscribe --bind-to none sh -c \
        'echo $$ >"$0-pid-$OMPI_COMM_WORLD_RANK"; exec "$@"' "$scratch/$name" \
        "$FACET" run "$config" --set "workspace=$scratch/$name" "$@" >"$scratch/said" 2>&1 &
    run=$!
}

wait_for() { # FILE
    tries=0
    until [ -e "$1" ]; do
        sleep 0.1 && tries=$((tries + 1))
        [ $tries -lt 600 ] || die "$1 does not come into being"
    done
}

at_work() { # until the first unit is taken
    tries=0
    until grep -qs "^affine: .* units" "$scratch/said"; do
        sleep 0.1 && tries=$((tries + 1))
        [ $tries -lt 600 ] || { cat "$scratch/said"; die "no unit is taken"; }
    done
}

# ended STATUS TEXT: the run in the background ends so, and says so once.
ended() {
    actual=0
    wait "$run" || actual=$?
    [ "$actual" -eq "$1" ] || { cat "$scratch/said"; die "$name: exit status $actual, expected $1"; }
    [ "$(grep -c "^facet: " "$scratch/said")" -eq 1 ] || { cat "$scratch/said"; die "$name: not one message"; }
    grep -q "^facet: $2" "$scratch/said" || { cat "$scratch/said"; die "$name: did not say: $2"; }
}

config="$scratch/slow.cfg"
for signal in TERM INT USR1; do
    begin "$signal"
    at_work
    kill -$signal "$(cat "$scratch/$signal-pid-$last")"
    ended 75 "stopped on SIG$signal with [0-9]* of 60 units of stage affine to do; run again to go on"
done

# What was done is kept: the next run, on another number of ranks, completes it.
FACET_PLUGIN_PATH="$FACET_TEST_PLUGINS" expect 0 "" mpirun -n 2 "$FACET" run --quiet "$config" --set "workspace=$scratch/USR1"

# The signal and the status of one's own, as options and as keys.
begin USR2 --stop-signal USR2 --interrupted-exit 9
at_work
kill -USR2 "$(cat "$scratch/USR2-pid-$last")"
ended 9 "stopped on SIGUSR2 "
sed 's/unit_rows/stop_signal = "SIGHUP"; interrupted_exit = 99; unit_rows/' "$scratch/slow.cfg" >"$scratch/keys.cfg"
config="$scratch/keys.cfg"
begin HUP
at_work
kill -HUP "$(cat "$scratch/HUP-pid-$last")"
ended 99 "stopped on SIGHUP "

# A time limit, and the end of the batch job.
config="$scratch/slow.cfg"
begin limit --quiet --max-time 3 --set a.sleep_ms=200
ended 75 "stopped: the time limit of 3 s "
FACET_END_TIME=$(($(date +%s) + 3603)) begin batch --quiet --set stop_before_end=3600 --set a.sleep_ms=200
ended 75 "stopped: the batch job ends in 1:00:0"
FACET_END_TIME=$(($(date +%s) - 5)) begin over --quiet
ended 75 "stopped: the batch job ends in 0 s before stage source"

# In training all ranks leave the same step, and the checkpoint is there.
small_pipeline "$scratch/learn.cfg" unset "$learning_stages"
config="$scratch/learn.cfg"
begin train --quiet --set train.epochs=500
wait_for "$scratch/train/train.h5.new"
kill -TERM "$(cat "$scratch/train-pid-$last")"
ended 75 "stopped on SIGTERM in stage train: .*; run again to go on"
[ -e "$scratch/train/train.checkpoint.h5" ] || die "training left no checkpoint"
begin train --quiet --set train.epochs=500 --max-time 8 # in training, unless this machine is very busy
ended 75 "stopped: the time limit of 8 s .*; run again to go on"
