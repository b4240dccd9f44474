#!/bin/sh
# What hangs is named, by rank, stage and unit, and after a limit all ranks end with one message; what moves is let be.
# timeout: 240
set -eu
. "$FACET_SOURCE/tests/lib.sh"

export FACET_PLUGIN_PATH="$FACET_TEST_PLUGINS:$FACET_BUILD/tests/plugins/good"
cat >"$scratch/a.cfg" <<'C'
name = "hangs"; workspace = "unset"; unit_rows = 4; watchdog_warn = 1; watchdog_abort = 3;
sources = ( { plugin = "numbers"; name = "a"; rows = 24; } );
stages = ( { plugin = "hang"; rank = -1; keep = true; }, { plugin = "hang_together"; rank = -1; } );
C

# hangs NAME TEXT RANKS OPTION...: told of once as a warning and once at the end, in these words, on stderr and in the log.
hangs() {
    name=$1 text=$2 ranks=$3
    shift 3
    actual=0
    timeout 150 mpirun -n "$ranks" --oversubscribe --bind-to none "$FACET" run --quiet "$scratch/a.cfg" \
        --set "workspace=$scratch/$name" "$@" >"$scratch/said" 2>&1 || actual=$?
    told "$actual"
}
told() { # EXIT STATUS
    [ "$1" -eq 1 ] || { cat "$scratch/said"; die "$name: exit status $1 instead of 1"; }
    [ "$(grep -c "^facet: " "$scratch/said")" -eq 2 ] || { cat "$scratch/said"; die "$name: not one warning and one end"; }
    grep -q "^facet: watchdog: $text\$" "$scratch/said" || { cat "$scratch/said"; die "$name: no warning of $text"; }
    for file in "$scratch/said" "$scratch/$name/user.log"; do
        grep -q "watchdog: $text; all ranks end, as watchdog_abort = 3 says\$" "$file" || { cat "$file"; die "$name: no word of $text"; }
    done
}

here="on [^ ]* has not moved for [0-9]* s"
hangs alone "rank 0 $here: stage hang, unit 0 (rows 0 to 3)" 1 --set hang.rank=0
hangs map "rank 1 $here: stage hang, unit [0-9]* (rows [0-9]* to [0-9]*)" 3 --set hang.rank=1 --set a.rows=48 --set a.sleep_ms=50
hangs together "rank 2 $here: stage hang_together" 3 --set hang_together.rank=2

# A rank that the system stopped cannot speak for itself.
name=frozen
text="rank 1 on [^ ]* has shown no sign of life for [0-9]* s: stage [a-z]*\(, unit [0-9]* (rows [0-9]* to [0-9]*)\)\{0,1\}"
mpirun -n 3 --oversubscribe --bind-to none sh -c 'echo $$ >"$0-$OMPI_COMM_WORLD_RANK"; exec "$@"' "$scratch/pid" \
    "$FACET" run --quiet "$scratch/a.cfg" --set "workspace=$scratch/frozen" --set a.rows=400 --set a.sleep_ms=200 >"$scratch/said" 2>&1 &
run=$!
until [ -e "$scratch/frozen/hang.h5" ]; do sleep 0.1; done
sleep 1
kill -STOP "$(cat "$scratch/pid-1")"
actual=0
wait "$run" || actual=$?
told "$actual"

# Slow but moving: a unit takes longer than the limit, its rows do not. One rank works on while the other has long ended.
expect 0 "" mpirun -n 2 --oversubscribe --bind-to none "$FACET" run --quiet "$scratch/a.cfg" \
    --set "workspace=$scratch/slow" --set a.rows=12 --set unit_rows=8 --set a.sleep_ms=1200 --set watchdog_abort=4
! grep -q "no sign\|not moved for [4-9]" "$scratch/said" || die "what moves was told of"

# A whole run that was suspended and goes on is none that hangs.
"$FACET" run --quiet "$scratch/a.cfg" --set "workspace=$scratch/suspended" --set a.sleep_ms=100 >"$scratch/said" 2>&1 &
run=$!
until [ -e "$scratch/suspended/hang.h5" ]; do sleep 0.1; done
kill -STOP $run && sleep 5 && kill -CONT $run
wait "$run" || { cat "$scratch/said"; die "a run that was suspended did not end well"; }
! grep -q watchdog "$scratch/said" || die "a run that was suspended was told of"
