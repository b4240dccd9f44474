#!/bin/sh
# Each point where a call of mpi/ or io/ can fail (fault/fault.h) has one of its passings fail: the run must end soon and
# with one sentence, and the next one with the content of a run that was never disturbed. FACET_FAULT_ALL=1 takes the
# first, a middle and the last passing on the first and on the last rank; otherwise FACET_FAULT_SEED (1) chooses.
# ranks: 1 3
# timeout: 600
set -eu
. "$FACET_SOURCE/tests/lib.sh"
export FACET_PLUGIN_PATH="$FACET_TEST_PLUGINS" FACET_PATIENCE=1
ranks=$FACET_TEST_RANKS last=$((FACET_TEST_RANKS - 1))

cat >"$scratch/a.cfg" <<CFG
name = "numbers";
workspace = "$scratch/whole";
unit_rows = 4;
sources = ( { plugin = "numbers"; rows = 24; } );
stages = ( { plugin = "affine"; keep = true; compress = "deflate"; }, { plugin = "total"; }, { plugin = "services"; } );
CFG

run() { # without the loop's input, which mpirun would read
    if [ "$ranks" -gt 1 ]; then
        timeout -k 5 150 mpirun -n "$ranks" --oversubscribe --bind-to none "$FACET" run --quiet "$scratch/a.cfg" "$@" </dev/null
    else
        timeout -k 5 150 "$FACET" run --quiet "$scratch/a.cfg" "$@" </dev/null
    fi
}

# What passes in a run from the beginning, and in one that finds all done.
FACET_FAULT="count:$scratch/first" run >"$scratch/said" 2>&1 || { cat "$scratch/said"; die "the undisturbed run"; }
FACET_FAULT="count:$scratch/again" run >"$scratch/said" 2>&1 || { cat "$scratch/said"; die "the undisturbed second run"; }
contents "$scratch/whole" >"$scratch/expected"

# Lines "WHEN POINT@N:RANK". By chance, those of a run from the beginning come first, as they are the harder ones.
awk -v last="$last" -v all="${FACET_FAULT_ALL:-}" -v seed="${FACET_FAULT_SEED:-1}" '
    function chance(n) { seed = (seed * 16807) % 2147483647; return seed % n }
    BEGIN { seed = (seed * 48271 + 11) % 2147483647 }
    !last && $3 == "mpi.board" { next } # a rank alone has nobody to share a board with
    $1 != "passed" || !$4 || ($2 != 0 && $2 != last) { next }
    { when = FILENAME ~ /first$/ ? "first" : "again"; key = when " " $3 }
    !all && when == "again" && ("first " $3) in seen { next }
    { if (!(key in seen)) keys[++n] = key; seen[key]; count[key, $2] = $4 }
    END {
        for (i = 1; i <= n; i++) {
            cases = 0
            for (rank = 0; rank <= last; rank += last ? last : 1) {
                c = count[keys[i], rank]
                if (!c) continue
                split("", take)
                take[1]; take[int((c + 1) / 2)]; take[c]
                for (passing in take) list[++cases] = keys[i] "@" passing ":" rank
            }
            if (all) for (k = 1; k <= cases; k++) print list[k]
            else print list[1 + chance(cases)]
        }
    }' "$scratch/first" "$scratch/again" >"$scratch/cases"
# Points behind a failure, which takes two.
if [ "$ranks" -gt 1 ]; then
    echo "first file.make@1:0,mpi.share@1:$last" >>"$scratch/cases"
    echo "first file.make@2:0,mpi.share@1:0" >>"$scratch/cases"
fi
echo "first mpi.tally@1:0" >>"$scratch/cases" # how often it is passed depends on who is quicker, but once it is
echo "first mpi.barrier@1:$last,mpi.error_text@1:$last" >>"$scratch/cases"

complain() {
    cat "$at/said"
    echo "FAILED: $ranks ranks, $when, $fault: $*"
    exit 1
}

# How often a unit is asked for depends on who is quicker, so a late passing may not come.
struck() {
    cat "$at/log" >>"$at/logs"
    grep -q '^failed' "$at/log"
}

attempt() {
    rm -rf "$at/run" "$at/log"
    [ "$when" = first ] || cp -r "$scratch/whole" "$at/run"
    status=0
    FACET_FAULT="$fault,count:$at/log" run --set "workspace=$at/run" >"$at/said" 2>&1 || status=$?
    struck || [ "$status" -ne 0 ]
}

one_case() {
    if ! attempt; then # the first passing always comes
        fault="${fault%%@*}@1:${fault##*:}"
        attempt || return 0
    fi
    [ "$status" -eq 1 ] || [ "$status" -eq 2 ] || complain "exit status $status"
    [ "$(grep -c '^facet: ' "$at/said")" -eq 1 ] || complain "not one sentence"
    grep -q '^facet: .*\(/.*: \|MPI failed in \|MPI cannot \|memory for \)' "$at/said" ||
        complain "the sentence names neither a file nor what was done"
}

go_on() {
    status=0
    timeout -k 5 150 "$FACET" run --quiet "$scratch/a.cfg" --set "workspace=$at/run" >"$at/said" 2>&1 </dev/null || status=$?
    [ "$status" -eq 0 ] || complain "the next run: exit status $status"
    contents "$at/run" | diff "$scratch/expected" - || complain "the next run ends with other bits"
}

# lane NUMBER: every second case; two lanes fill two cores.
lane() {
    at=$scratch/lane$1
    mkdir "$at"
    awk -v lane="$1" 'NR % 2 == lane' "$scratch/cases" | while read -r when fault; do
        one_case
        go_on
        echo "$when $fault" >>"$at/done"
    done
}
lane 0 >"$scratch/out0" 2>&1 &
other=$!
failed=0
lane 1 || failed=1
wait "$other" || failed=1
cat "$scratch/out0"
[ "$failed" -eq 0 ] || die "some faults"
done=$(cat "$scratch"/lane*/done | wc -l)
[ "$done" -eq "$(wc -l <"$scratch/cases")" ] || die "only $done faults were tried"
echo "$done faults"

# No point may be left that no test fails: here, or in tests/unit/fault.c those of single files.
[ "$ranks" -gt 1 ] || exit 0
awk '$1 == "failed" { print $3 }' "$scratch"/lane*/logs | sort -u >"$scratch/failed"
for point in $(awk '{ print $3 }' "$scratch/first" | sort -u); do
    grep -qx "$point" "$scratch/failed" || grep -q "\b$point\b" "$FACET_SOURCE/tests/unit/fault.c" ||
        die "no test lets $point fail"
done
