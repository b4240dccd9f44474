#!/bin/sh
# Who may know whom: plugins know the public headers (and plugins/nn), and neither MPI nor HDF5; only mpi/ and io/h5/ call those.
set -u
cd "$FACET_SOURCE" || exit 1
broken=$(grep -rnE '#include "(fault|io|mpi|pipeline)/|#include <(mpi|hdf5)\.h>' plugins
    grep -rnE '#include <hdf5\.h>' pipeline mpi io/scan
    grep -rnE '#include "(pipeline|plugins)/' fault mpi io
    grep -rnE '#include "(io|mpi)/' fault
    grep -rnE '\b(MPI_[A-Z][a-z_]+|H5[A-Z][a-z_0-9]+) ?\(' pipeline plugins io/scan --include=*.c)
[ -z "$broken" ] || { echo "$broken"; exit 1; }
