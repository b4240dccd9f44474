#!/bin/sh
# A job whose time is too short for its run: the run stops by itself before the job's end, with 75, and the next job, held
# back until then, completes it.
# timeout: 300
set -eu
. "$FACET_SOURCE/tests/lib.sh"
. "$FACET_SOURCE/tests/slurm_cluster.sh"
start_cluster

export FACET_PLUGIN_PATH="$FACET_TEST_PLUGINS"
# Nodes that are one machine must talk as if they were not. Debian turns off the one-sided operations that TCP has.
export OMPI_MCA_btl=self,tcp OMPI_MCA_btl_tcp_if_include=lo OMPI_MCA_osc=^ucx,rdma
cat >"$cluster/slow.cfg" <<CFG
name = "arith"; workspace = "$cluster/run"; unit_rows = 2; stop_before_end = 35;
sources = ( { plugin = "numbers"; name = "a"; rows = 80; sleep_ms = 1000; } );
stages = ( { plugin = "affine"; keep = true; }, { plugin = "total"; } );
CFG
cat >"$cluster/job.sh" <<'JOB'
#!/bin/sh
#SBATCH --time=1 --nodes=2 --ntasks=2
status=0
srun --mpi=pmix "$FACET" run "$1/slow.cfg" || status=$?
echo "$status" >"$1/status-$2"
exit "$status"
JOB

first=$(sbatch --parsable --output="$cluster/first.txt" "$cluster/job.sh" "$cluster" first)
second=$(sbatch --parsable --time=5 --output="$cluster/second.txt" --dependency="afternotok:$first" "$cluster/job.sh" "$cluster" second)
wait_until "the jobs $first and $second" 250 no_jobs || { cat "$cluster"/*.txt; die "the jobs do not end"; }
[ "$(cat "$cluster/status-first")" -eq 75 ] || { cat "$cluster/first.txt"; die "the first job did not stop by itself"; }
grep -q "^facet: stopped: the batch job ends in [0-9]* s with [0-9]* of 40 units of stage affine to do" "$cluster/first.txt" ||
    { cat "$cluster/first.txt"; die "the first job does not say why it stopped"; }
[ "$(cat "$cluster/status-second")" -eq 0 ] || { cat "$cluster/second.txt"; die "the second job did not complete the run"; }
"$FACET" verify "$cluster/run" >/dev/null || die "what two jobs made is not in order"
