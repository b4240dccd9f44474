#!/bin/sh
# The session of docs/container.md gives the answers it shows.
# timeout: 120
set -eu
. "$FACET_SOURCE/tests/lib.sh"
/usr/bin/python3 -c 'import h5py' 2>/dev/null || { echo "skipped: there is no python3-h5py"; exit 77; }

page=$FACET_SOURCE/docs/container.md
cd "$scratch"
sed -n '/^```libconfig$/,/^```$/p' "$page" | sed '/^```/d' >tiny.cfg
"$FACET" run --quiet tiny.cfg >/dev/null
sed '/^```/s/.*//' "$page" >page.txt # a fence would be taken for an answer
/usr/bin/python3 - <<'PY' || die "docs/container.md shows something else"
import doctest, sys
failed, tried = doctest.testfile("page.txt", module_relative=False)
print(failed, "of", tried, "examples differ")
sys.exit(failed > 0 or tried < 20)
PY
