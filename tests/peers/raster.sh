#!/bin/sh
# How fast views are drawn, beside other renderers, on one thread: depth and unit normals of 224 x 224 as floats. For people; not among
# the tests.
#   OSMESA=1 EMBREE=1 MOC=folder tests/peers/raster.sh [ROUNDS]
# OSMESA=1 takes Mesa's llvmpipe and EMBREE=1 Embree 3 from the system (Debian: libosmesa6-dev, libembree-dev); MOC is a folder with the
# sources of Intel's Masked Occlusion Culling (MaskedOcclusionCulling.h and its .cpp). Each may be left out. BUILD is Facet's build,
# build/release unless given; SHUFFLE=1 puts every face's triangles in no order, which no mesh is as bad as. The
# benchmark links the rasteriser's objects in BUILD.
set -eu
source=$(cd "$(dirname "$0")/../.." && pwd)
build=${BUILD:-$source/build/release}
here=$source/tests/peers
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
flags='' libraries=''

if [ -n "${OSMESA:-}" ]; then flags="$flags -DPEER_OSMESA" libraries="$libraries -lOSMesa"; else echo "OSMesa is left out: no OSMESA=1" >&2; fi
if [ -n "${EMBREE:-}" ]; then flags="$flags -DPEER_EMBREE" libraries="$libraries -lembree3"; else echo "Embree is left out: no EMBREE=1" >&2; fi
if [ -n "${MOC:-}" ]; then
    # Two functions that it defines, compilers have meanwhile: its own get other names.
    moc() {
        name=$1
        shift
        printf '#include <cpuid.h>\n#include <immintrin.h>\n#define __cpuidex moc_cpuidex\n#define _xgetbv moc_xgetbv\n#include "%s.cpp"\n' \
            "$name" | ${CXX:-c++} -std=c++11 -O3 -w -I"$MOC" -msse4.1 "$@" -x c++ -c - -o "$work/$name.o"
    }
    moc MaskedOcclusionCulling
    moc MaskedOcclusionCullingAVX2 -mavx2 -mfma
    moc MaskedOcclusionCullingAVX512 -DUSE_AVX512=1 -mavx512f -mavx512bw -mavx512dq -mavx2 -mfma
    flags="$flags -DPEER_MOC -I$MOC" libraries="$work/MaskedOcclusionCulling.o $work/MaskedOcclusionCullingAVX2.o
        $work/MaskedOcclusionCullingAVX512.o $libraries"
else
    echo "Masked Occlusion Culling is left out: MOC names no folder with its sources" >&2
fi

# shellcheck disable=SC2086 # flags and libraries are lists
{
    for part in raster raster_face raster_facet raster_stage raster_plain; do
        ${CC:-cc} -std=gnu17 -O3 -ffp-contract=off -fno-math-errno -fno-trapping-math -Wall -Wextra $flags -I"$source/plugins" \
            -I"$source/pipeline/include" -c "$here/$part.c" -o "$work/$part.o"
    done
    ${CXX:-c++} -std=c++17 -O3 -Wall -Wextra $flags -c "$here/raster_peers.cpp" -o "$work/peers.o"
    for part in "$source"/plugins/render/*.c; do
        libraries="$build/CMakeFiles/facet_builtin.dir/plugins/render/$(basename "$part").o $libraries"
    done
    ${CXX:-c++} "$work/raster.o" "$work/raster_face.o" "$work/raster_facet.o" "$work/raster_stage.o" \
        "$work/raster_plain.o" "$work/peers.o" $libraries -L"$build" -lfacet -Wl,-rpath,"$build" -lpthread -lm -o "$work/raster"
}
OMP_NUM_THREADS=1 LP_NUM_THREADS=0 "$work/raster" "${1:-9}"
