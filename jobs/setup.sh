#!/bin/sh
# Installs what is missing (Debian packages, as root or through sudo) and builds Facet with a preset (default: release).
# Progress goes to stderr; stdout stays empty. --tests also builds the tests and installs what they need.
# usage: jobs/setup.sh [PRESET] [--tests]
set -eu
cd "$(dirname "$0")/.."

preset=release
extra=
for argument in "$@"; do
    case $argument in
    --tests) extra=tests ;;
    -*) echo "jobs/setup.sh: unknown option $argument" >&2 && exit 2 ;;
    *) preset=$argument ;;
    esac
done

packages="gcc libc6-dev cmake ninja-build pkg-config openmpi-bin libopenmpi-dev libhdf5-openmpi-dev libdnnl-dev
    libconfig-dev libexpat1-dev libjansson-dev libpng-dev libfreetype-dev fonts-open-sans libgif-dev libjpeg62-turbo-dev libxxhash-dev libssl-dev libpcre2-dev zlib1g-dev
    libdeflate-dev libzstd-dev liblapacke-dev libhwloc-dev libcmocka-dev"
[ -z "$extra" ] || packages="$packages clang clang-format libclang-rt-14-dev hdf5-tools python3-h5py procps git slurm-wlm munge"

missing=
for package in $packages; do
    status=$(dpkg-query -W -f '${Status}' "$package" 2>/dev/null || true)
    case $status in *"ok installed"*) ;; *) missing="$missing $package" ;; esac
done
if [ -n "$missing" ]; then
    as_root=
    [ "$(id -u)" -eq 0 ] || as_root=sudo
    echo "installing:$missing" >&2
    export DEBIAN_FRONTEND=noninteractive
    $as_root apt-get update -qq >&2
    # shellcheck disable=SC2086  # the list is words
    $as_root apt-get install -y -qq --no-install-recommends $missing >&2
fi

cmake --preset "$preset" >&2
if [ -n "$extra" ]; then
    cmake --build --preset "$preset" >&2
else
    cmake --build --preset "$preset" --target facet_command >&2
fi
