#!/bin/sh
# The main job on the built-in faces: installs what is missing, builds, runs jobs/demo.cfg on two ranks, and ends with
# the path of the HTML report. Arguments are handed to `facet run` (for instance --fresh, or --set train.epochs=5).
set -eu
cd "$(dirname "$0")/.."
jobs/setup.sh

# A container or a machine used as root needs Open MPI's word for it; bindings would put both ranks' threads on one core.
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
export OMP_NUM_THREADS="${OMP_NUM_THREADS:-1}"
mpirun -n 2 --bind-to none --oversubscribe build/release/facet run jobs/demo.cfg "$@"
workspace=run/demo
for argument in "$@"; do
    case $argument in workspace=* | --set=workspace=*) workspace=${argument##*workspace=} ;; esac
done
[ ! -e "$workspace/metrics.txt" ] || cat "$workspace/metrics.txt"
case $workspace in /*) ;; *) workspace=$(pwd)/$workspace ;; esac
[ ! -e "$workspace/report/index.html" ] || echo "report: $workspace/report/index.html"
