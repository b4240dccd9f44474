#!/bin/sh
# How fast scans are read, beside other readers, on one thread. For people; not among the tests.
#   FAST_OBJ=folder MINIPLY=folder COIN=1 tests/peers/scan.sh [TURNS]
# FAST_OBJ and MINIPLY are folders with the sources of fast_obj (fast_obj.c, fast_obj.h) and miniply (miniply.cpp, miniply.h);
# COIN=1 takes Coin from the system (Debian: libcoin-dev). Each may be left out. BUILD is Facet's build, build/release unless given;
# FOLDER holds the generated files, a temporary folder unless given.
set -eu
source=$(cd "$(dirname "$0")/../.." && pwd)
build=${BUILD:-$source/build/release}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
flags= libraries=

if [ -n "${FAST_OBJ:-}" ]; then
    ${CC:-cc} -O3 -c "$FAST_OBJ/fast_obj.c" -o "$work/fast_obj.o"
    flags="$flags -DPEER_FAST_OBJ -I$FAST_OBJ" libraries="$libraries $work/fast_obj.o"
fi
if [ -n "${MINIPLY:-}" ]; then
    ${CXX:-c++} -O3 -c "$MINIPLY/miniply.cpp" -o "$work/miniply.o"
    flags="$flags -DPEER_MINIPLY -I$MINIPLY" libraries="$libraries $work/miniply.o"
fi
if [ -n "${COIN:-}" ]; then flags="$flags -DPEER_COIN" libraries="$libraries -lCoin"; fi

# shellcheck disable=SC2086 # flags and libraries are lists
{
    ${CXX:-c++} -O3 $flags -c "$source/tests/peers/scan_peers.cpp" -o "$work/peers.o"
    ${CC:-cc} -std=gnu17 -O3 -Wall -Wextra $flags -I"$source/pipeline/include" -c "$source/tests/peers/scan.c" -o "$work/scan.o"
    ${CXX:-c++} "$work/scan.o" "$work/peers.o" $libraries -L"$build" -lfacet -Wl,-rpath,"$build" -lm -o "$work/scan"
}
OMP_NUM_THREADS=1 "$work/scan" "${FOLDER:-$work}" "${1:-15}"
