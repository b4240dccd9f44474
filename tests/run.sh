#!/bin/sh
# Installs what is missing, builds with warnings as errors, and runs every test; ends with ctest's own summary.
# Before that, each parser is fuzzed for a minute, and unit and fault tests run under AddressSanitizer and
# UndefinedBehaviorSanitizer. FACET_DATA names the folders
# of optional test data (see docs/testing.md); tests that need data which is not there are shown as skipped.
set -eu
cd "$(dirname "$0")/.."
jobs/setup.sh release --tests

export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
if [ -z "${FACET_DATA:-}" ] && [ -d ../shared/data ]; then
    FACET_DATA=$(find "$(cd ../shared/data && pwd)" -mindepth 1 -maxdepth 1 -type d | paste -sd:)
    export FACET_DATA
fi

files=$(git -c safe.directory='*' ls-files '*.c' '*.h' 2>/dev/null || true)
if [ -n "$files" ]; then
    # shellcheck disable=SC2086  # the list is words
    clang-format --dry-run -Werror $files
else
    echo "tests/run.sh: this is no git checkout; the formatting is NOT checked" >&2
fi

jobs/setup.sh fuzz --tests
ctest --preset fuzz
jobs/setup.sh sanitize --tests
ctest --preset sanitize
ctest --preset release
