#!/bin/sh
# No two built-in plugins define a function or variable of the same name: in one archive, one would quietly call the
# other's.
set -u
for archive in "$FACET_BUILD/libfacet_builtin.a" "$FACET_BUILD/libfacet_nn.a"; do
    [ -f "$archive" ] || { echo "$archive: not there"; exit 1; }
done
command -v nm >/dev/null || { echo "no nm"; exit 77; }
# Kernels built for several instruction sets have names with a dot; T D B R: strong definitions.
twice=$(nm -g --defined-only "$FACET_BUILD/libfacet_builtin.a" "$FACET_BUILD/libfacet_nn.a" 2>/dev/null |
    awk '$2 ~ /^[TDBRi]$/ && $3 !~ /\./ { print $3 }' | sort | uniq -d)
[ -z "$twice" ] || { echo "defined twice: $twice"; exit 1; }
