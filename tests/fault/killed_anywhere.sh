#!/bin/sh
# A run killed anywhere, on any number of ranks, again and again: what comes out in the end is what an undisturbed run
# makes, no finished unit is made twice, and of a training only the steps since the last checkpoint.
# timeout: 600
# FACET_KILLS (6): how often; FACET_SEED (1): of the moments and victims; FACET_PIPELINE and
# FACET_OPTIONS: another pipeline file, more options of facet run.
set -eu
. "$FACET_SOURCE/tests/lib.sh"

kills_wanted=${FACET_KILLS:-6}
seed=${FACET_SEED:-1}
pipeline=${FACET_PIPELINE:-$scratch/small.cfg}
options=${FACET_OPTIONS:-}
patience=120 # seconds; a run that takes longer to end than this hangs
small_pipeline "$scratch/small.cfg" "unset" "$learning_stages, { plugin = \"report\"; }"

alive() { # PID: still there, and not only its entry in the table
    state=$(sed 's/^.*) //; s/ .*//' "/proc/$1/stat" 2>/dev/null) && [ "$state" != Z ]
}

ended_in_time() { # PID...: all are gone before patience ends
    for pid; do
        tick=0
        while alive "$pid"; do
            [ "$tick" -lt $((patience * 20)) ] || return 1
            sleep 0.05
            tick=$((tick + 1))
        done
    done
}

lines() { # FILE: how many, 0 when there is none yet
    if [ -e "$1" ]; then wc -l <"$1"; else echo 0; fi
}

# dice WHAT SIDES: a number from 0, the same for the same seed.
dice() {
    echo $((0x$(echo "$seed $1" | sha256sum | cut -c1-12) % $2))
}

# draw ATTEMPT: ranks, threads, events to wait for, seconds to wait then, victim, which rank.
draw() {
    ranks=$((1 + $(dice "ranks $1" 4)))
    victim=$((1 + $(dice "victim $1" 10)))
    echo "$ranks $((1 + $(dice "threads $1" 2))) $(dice "events $1" "$((4 * events / (kills_wanted + 2) + 1))")" \
        "0.$(dice "seconds $1" 3)$(dice "hundredths $1" 10)" \
        "$(echo rank rank rank all all launcher launcher TERM USR1 TERM_all | cut -d' ' -f "$victim")" "$((1 + $(dice "which $1" "$ranks")))"
}

# strike VICTIM WHICH: kills or signals; the launcher itself when it has started no rank yet.
strike() {
    ranks_running=$(pgrep -P "$launcher" || true)
    one=$(echo "$ranks_running" | sed -n "$2p")
    # shellcheck disable=SC2086  # lists of processes
    case $1 in
    launcher) kill -KILL "$launcher" ;;
    all) kill -KILL ${ranks_running:-"$launcher"} ;;
    TERM_all) kill -TERM ${ranks_running:-"$launcher"} ;;
    rank) kill -KILL "${one:-$launcher}" ;;
    *) kill "-$1" "${one:-$launcher}" ;;
    esac 2>/dev/null || true # it may end at this very moment
}

# attempt RANKS THREADS EVENTS SECONDS VICTIM WHICH: one run, disturbed; its exit status is left in $status.
attempt() {
    trace=$scratch/trace.$attempts
    # shellcheck disable=SC2086  # options are words
    FACET_TRACE=$trace OMP_NUM_THREADS=$2 mpirun -n "$1" --oversubscribe --bind-to none "$FACET" run --quiet "$pipeline" \
        --set "workspace=$scratch/cut" $options >"$scratch/log" 2>&1 &
    launcher=$!
    while alive "$launcher" && [ "$(lines "$trace")" -lt "$3" ]; do sleep 0.05; done
    sleep "$4"
    struck=false
    ranks_running=
    if alive "$launcher"; then
        strike "$5" "$6"
        struck=true
    fi
    began=$(date +%s.%N)
    # shellcheck disable=SC2086  # a list of processes
    ended_in_time "$launcher" ${ranks_running:-} || { cat "$scratch/log"; die "attempt $attempts ($*) does not end"; }
    ended_after=$(awk -v a="$began" -v b="$(date +%s.%N)" 'BEGIN { printf "%.2f", b - a }')
    status=0
    wait "$launcher" 2>/dev/null || status=$?
    touch "$trace"
}

# What one attempt began and did not end: units in flight, steps since the last checkpoint. A clean end loses nothing.
account() { # RANKS THREADS
    clean=0
    [ "$status" -ne 0 ] && [ "$status" -ne 75 ] || clean=1
    awk -v workers="$(($1 * $2))" -v clean="$clean" -v apart="$apart" '
        $4 == "step" { lost++ }
        $4 == "saved" || $4 == "leave" { lost = 0 }
        $4 == "take" && $5 > most { most = $5 }
        $4 == "begin" { flying++ }
        $4 == "end" { flying-- }
        END {
            if (!most) most = 1
            if (clean && (flying || lost)) print "a clean end lost " flying + 0 " units and " lost + 0 " steps"
            if (flying > workers * most) print flying " units were in flight on " workers " threads, " most " at once"
            if (lost > apart) print lost " steps were lost, checkpoints are " apart " apart"
            print flying + 0, lost + 0 >"/dev/stderr"
        }' "$scratch/trace.$attempts" >"$scratch/wrong" 2>"$scratch/lost"
    [ ! -s "$scratch/wrong" ] || { cat "$scratch/log" "$scratch/wrong"; die "attempt $attempts"; }
    cat "$scratch/trace.$attempts" >>"$scratch/traces"
    awk '$4 == "end" && n[$3 " " $5]++' "$scratch/traces" >"$scratch/twice"
    [ ! -s "$scratch/twice" ] || { cat "$scratch/twice"; die "finished units were made again"; }
}

# A whole round: attempts in a fresh workspace until one comes to the end, then what it made and what was made twice.
round() {
    rm -rf "$scratch/cut" "$scratch"/trace*
    attempts=0
    status=1
    flying=0
    lost=0
    while [ "$status" -ne 0 ]; do
        attempts=$((attempts + 1))
        total=$((total + 1))
        drawn=$(draw "$total")
        # shellcheck disable=SC2086  # words
        set -- $drawn
        [ "$kills" -lt "$kills_wanted" ] || set -- "$1" "$2" "$((1000 * events))" 0 nobody 1 # enough: to the end
        attempt "$@"
        at=$(tail -n 1 "$scratch/trace.$attempts")
        echo "$* ${at:+at $(echo "$at" | cut -d' ' -f3-)}: status $status, ended $ended_after s later"
        case $status.$struck in
        0.*) ;; # it was over first
        *.true) kills=$((kills + 1)) ;;
        *) cat "$scratch/log"; die "attempt $attempts ended by itself with status $status" ;;
        esac
        account "$1" "$2"
        flying=$((flying + $(cut -d' ' -f1 "$scratch/lost")))
        lost=$((lost + $(cut -d' ' -f2 "$scratch/lost")))
    done
    steps=$(count step "$scratch/traces")
    [ "$steps" -le $((whole_steps + lost)) ] || die "$steps steps were done, $whole_steps are needed, $lost were lost"
    same_results
    echo "round over: $attempts attempts, $flying units and $lost steps done again, of $whole_units and $whole_steps"
}

count() { # EVENT FILE
    awk -v event="$1" '$4 == event { n++ } END { print n + 0 }' "$2"
}

# What must not depend on how often a run was killed: every container's content, the numbers and pictures for people, and
# which files there are.
results() { # WORKSPACE
    hashes "$1"
    (cd "$1" && find . -name 'metrics.*' -o -name '*.png' | LC_ALL=C sort | xargs sha256sum)
    (cd "$1" && find . ! -name .lock ! -name '*.marks.*' | LC_ALL=C sort)
}

same_results() {
    results "$scratch/cut" >"$scratch/actual"
    diff "$scratch/expected" "$scratch/actual" || die "after $attempts attempts the workspace holds something else"
    "$FACET" verify "$scratch/cut" >/dev/null || die "verify finds damage"
}

# shellcheck disable=SC2086  # options are words
FACET_TRACE=$scratch/whole.trace on_ranks 2 "$FACET" run --quiet "$pipeline" --set "workspace=$scratch/whole" $options >/dev/null
results "$scratch/whole" >"$scratch/expected"
events=$(lines "$scratch/whole.trace")
whole_units=$(count end "$scratch/whole.trace")
whole_steps=$(count step "$scratch/whole.trace")
# The most steps between two checkpoints.
apart=$(awk '$4 == "step" { n++ } $4 == "saved" || $4 == "leave" { n = 0 } n > most { most = n } END { print most + 0 }' "$scratch/whole.trace")
[ "$whole_units" -gt 0 ] && [ "$whole_steps" -gt "$apart" ] || die "the pipeline has nothing to lose: $events events"

kills=0
total=0 # attempts of all rounds
while [ "$kills" -lt "$kills_wanted" ]; do round; done

# Killed between the new container and the end of what was needed for it.
cp "$scratch/cut/train.h5" "$scratch/cut/train.checkpoint.h5"
cp "$scratch/cut/train.h5" "$scratch/cut/train.h5.new"
# shellcheck disable=SC2086  # options are words
"$FACET" run --quiet "$pipeline" --set "workspace=$scratch/cut" $options >/dev/null
same_results
echo "$kills kills"
