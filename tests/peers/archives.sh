#!/bin/sh
# What reading scans out of archives costs, beside a folder of them, on one thread. For people; not among the tests.
#   tests/peers/archives.sh [TURNS]
# SCANS scans (2000 unless given) of 200 KB each are written, then packed by zip, tar, gzip, zstd and pzstd into FOLDER, a temporary
# folder unless given. BUILD is Facet's build, build/release unless given.
set -eu
source=$(cd "$(dirname "$0")/../.." && pwd)
build=${BUILD:-$source/build/release}
work=$(mktemp -d "${FOLDER:-${TMPDIR:-/tmp}}/facet-archives-XXXXXX")
trap 'rm -rf "$work"' EXIT

${CC:-cc} -std=gnu17 -O3 -Wall -Wextra -I"$source/pipeline/include" "$source/tests/peers/archives.c" -o "$work/archives" \
    -L"$build" -lfacet -Wl,-rpath,"$build" -ldeflate -lz -lm
mkdir "$work/scans"
"$work/archives" write "$work/scans" "${SCANS:-2000}"
cd "$work/scans"
zip -qrX ../scans.zip .
tar --sort=name -cf ../scans.tar .
gzip -c ../scans.tar >../scans.tar.gz
zstd -q -c ../scans.tar >../one.tar.zst
pzstd -q -c -p 1 ../scans.tar >../scans.tar.zst
cd ..
OMP_NUM_THREADS=1 ./archives read "${1:-5}" scans scans.tar scans.zip scans.tar.gz scans.tar.zst one.tar.zst
