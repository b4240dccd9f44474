# A Slurm cluster of two nodes on this machine, for the tests in tests/slurm; lives in the folder $cluster until the script
# ends. Needs root and the packages slurm-wlm and munge; exits with 77 where they are not there.
skip() {
    echo "skipped: $*"
    exit 77
}

[ "$(id -u)" -eq 0 ] || skip "only root can start a Slurm cluster"
for program in munged slurmctld slurmd sbatch squeue unshare; do
    PATH="$PATH:/usr/sbin" command -v $program >/dev/null || skip "there is no $program; jobs/setup.sh --tests installs it"
done

unshare --mount true 2>/dev/null || skip "a node needs a mount namespace, which may not be made here"
case $FACET_BUILD in /tmp/*) skip "each node has a /tmp of its own, where a build in $FACET_BUILD is not to be seen" ;; esac

PATH="$PATH:/usr/sbin"
cluster=$(mktemp -d "$FACET_BUILD/slurm-XXXXXX") # each node has a /tmp of its own, so not there
daemons=
export SLURM_CONF="$cluster/slurm.conf"

stop_cluster() {
    scancel --user=root --quiet 2>/dev/null || true
    wait_until "no job" 20 no_jobs || true
    # shellcheck disable=SC2086  # the list is words
    [ -z "$daemons" ] || kill $daemons 2>/dev/null || true
    for daemon in $daemons; do wait "$daemon" 2>/dev/null || true; done
    rm -rf "$cluster"
}
trap 'stop_cluster; rm -rf "${scratch:-}"' EXIT

# wait_until WHAT SECONDS COMMAND...
wait_until() {
    what=$1 left=$2
    shift 2
    until "$@" >/dev/null 2>&1; do
        [ "$left" -gt 0 ] || { echo "waited in vain for $what"; return 1; }
        sleep 1 && left=$((left - 1))
    done
}

no_jobs() { jobs=$(squeue -h 2>/dev/null) && [ -z "$jobs" ]; }
nodes_idle() { [ "$(sinfo -h -N -t idle -o %N | wc -l)" -eq 2 ]; }

start_cluster() {
    chmod 755 "$cluster"
    mkdir "$cluster/state" "$cluster/munge"
    head -c 1024 /dev/urandom >"$cluster/munge/key"
    chmod 600 "$cluster/munge/key"
    port=$((20000 + $$ % 10000))
    host=$(hostname)
    cat >"$SLURM_CONF" <<CONF
ClusterName=facet
SlurmctldHost=$host(127.0.0.1)
SlurmctldPort=$port
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket=$cluster/munge/socket
CredType=cred/munge
StateSaveLocation=$cluster/state
SlurmctldPidFile=$cluster/slurmctld.pid
SlurmdPidFile=$cluster/slurmd-%n.pid
SlurmdSpoolDir=$cluster/slurmd-%n
SlurmctldLogFile=$cluster/slurmctld.log
SlurmdLogFile=$cluster/slurmd-%n.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
MpiDefault=pmix
ReturnToService=2
KillWait=5
NodeName=n1 NodeHostname=$host NodeAddr=127.0.0.1 Port=$((port + 1)) CPUs=2 State=UNKNOWN
NodeName=n2 NodeHostname=$host NodeAddr=127.0.0.1 Port=$((port + 2)) CPUs=2 State=UNKNOWN
PartitionName=all Nodes=n1,n2 Default=YES MaxTime=INFINITE State=UP
CONF
    munged --foreground --force --key-file="$cluster/munge/key" --socket="$cluster/munge/socket" \
        --pid-file="$cluster/munge/pid" --log-file="$cluster/munge/log" --seed-file="$cluster/munge/seed" >/dev/null 2>&1 &
    daemons="$!"
    wait_until "munge" 20 [ -S "$cluster/munge/socket" ]
    slurmctld -D -c >/dev/null 2>&1 &
    daemons="$! $daemons"
    for node in n1 n2; do # PMIx collides with itself where two nodes share a /tmp
        unshare --mount sh -c 'mount --make-rprivate / && mount -t tmpfs tmpfs /tmp && exec slurmd -D -N '$node >/dev/null 2>&1 &
        daemons="$! $daemons"
    done
    wait_until "the nodes" 60 nodes_idle || { tail -n 20 "$cluster"/*.log; return 1; }
}
