#!/bin/sh
# Trains the full method and each ablation on one pipeline and prints a Markdown table of accuracy within and across
# datasets, model beside baseline. Stages before training are done once and shared.
# usage: jobs/ablation.sh PIPELINE.cfg FOLDER [RANKS] [-- extra `facet run` options]
set -eu
[ $# -ge 2 ] || { echo "usage: jobs/ablation.sh PIPELINE.cfg FOLDER [RANKS] [-- options]" >&2; exit 2; }
cfg=$1
folder=$2
ranks=2
shift 2
if [ $# -gt 0 ] && [ "$1" != -- ]; then ranks=$1 && shift; fi
[ "${1:-}" != -- ] || shift
facet=${FACET:-$(dirname "$0")/../build/release/facet}
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
export OMP_NUM_THREADS="${OMP_NUM_THREADS:-1}"

run() { mpirun -n "$ranks" --bind-to none --oversubscribe "$facet" run "$cfg" "$@" >&2; }

mkdir -p "$folder"
run --set "workspace=$folder/base" --until baseline "$@"

variants="full= no-cvsa=train.cvsa=false no-mtgf=train.mtgf=false no-mvc=train.lambda_mvc=0.0 no-itc=train.lambda_itc=0.0"
for variant in $variants; do
    name=${variant%%=*}
    setting=${variant#*=}
    [ -d "$folder/$name" ] || cp -r "$folder/base" "$folder/$name"
    run --set "workspace=$folder/$name" ${setting:+--set "$setting"} "$@"
done
/usr/bin/env python3 "$(dirname "$0")/ablation_table.py" "$folder" $(for v in $variants; do echo "${v%%=*}"; done)
