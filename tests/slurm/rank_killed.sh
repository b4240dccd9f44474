#!/bin/sh
# Slurm lets the other ranks of a step wait for one that was killed on another node; the watchdog ends them.
# timeout: 200
set -eu
. "$FACET_SOURCE/tests/lib.sh"
. "$FACET_SOURCE/tests/slurm_cluster.sh"
start_cluster

export FACET_PLUGIN_PATH="$FACET_TEST_PLUGINS"
export OMPI_MCA_btl=self,tcp OMPI_MCA_btl_tcp_if_include=lo OMPI_MCA_osc=^ucx,rdma # see time_limit.sh
cat >"$cluster/slow.cfg" <<CFG
name = "arith"; workspace = "$cluster/run"; unit_rows = 2; watchdog_warn = 1; watchdog_abort = 4;
sources = ( { plugin = "numbers"; name = "a"; rows = 100; sleep_ms = 200; } );
stages = ( { plugin = "affine"; keep = true; } );
CFG
# shellcheck disable=SC2016  # each rank is to expand it
timeout 120 srun -N2 -n2 --mpi=pmix sh -c 'echo $$ >"$0/pid-$SLURM_PROCID"; exec "$@"' "$cluster" \
    "$FACET" run "$cluster/slow.cfg" >"$cluster/said" 2>&1 &
run=$!
at_work() { grep -q "^affine: .* units" "$cluster/said"; }
wait_until "the run" 60 at_work
kill -KILL "$(cat "$cluster/pid-1")"
actual=0
wait "$run" || actual=$?
[ "$actual" -ne 0 ] && [ "$actual" -ne 124 ] || { cat "$cluster/said"; die "exit status $actual"; }
grep -q "^facet: watchdog: rank 0 on [^ ]* .* for [0-9]* s: stage .*; all ranks end" "$cluster/said" ||
    { cat "$cluster/said"; die "the watchdog did not end the run"; }
"$FACET" run --quiet "$cluster/slow.cfg" --set watchdog_abort=60 >"$cluster/said" 2>&1 || { cat "$cluster/said"; die "the run cannot be gone on with"; }
