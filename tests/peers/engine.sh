#!/bin/sh
# What the engine itself costs: a no-op map stage over a million rows, planning them, and the balance of units that take
# log-normal times. Prints tables; asserts nothing. Usage: tests/peers/engine.sh [BUILD], by default build/release.
# ROWS, TIMES (repetitions, of which medians are told), NAPS (units that sleep) and PYTHON (one that has h5py) can be set.
set -eu
here=$(cd "$(dirname "$0")/../.." && pwd)
build=$(cd "${1:-$here/build/release}" && pwd)
export FACET="$build/facet" FACET_PLUGIN_PATH="$build/tests/plugins"
export ROWS="${ROWS:-1000000}" TIMES="${TIMES:-5}" NAPS="${NAPS:-800}"
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

cat >"$scratch/copy.cfg" <<CFG
name = "engine"; workspace = "$scratch/copy";
sources = ( { plugin = "plain"; rows = $ROWS; } );
stages = ( { plugin = "copy"; keep = true; } );
CFG
cat >"$scratch/nap.cfg" <<CFG
name = "engine"; workspace = "$scratch/nap"; unit_rows = 4;
sources = ( { plugin = "plain"; rows = $((NAPS * 4)); } );
stages = ( { plugin = "nap"; mean_ms = 20.0; sigma = 1.0; keep = true; } );
CFG

exec "${PYTHON:-/usr/bin/python3}" - "$scratch" <<'PYTHON'
import os, shutil, statistics, subprocess, sys, time
import h5py, numpy

scratch, facet = sys.argv[1], os.environ["FACET"]
rows, times, naps = int(os.environ["ROWS"]), int(os.environ["TIMES"]), int(os.environ["NAPS"])
# A rank's wrapper: notes its peak memory (KiB) and processor time.
wrapper = """
import resource, subprocess, sys
code = subprocess.run(sys.argv[2:], stdout=subprocess.DEVNULL).returncode
used = resource.getrusage(resource.RUSAGE_CHILDREN)
open(sys.argv[1], "a").write(f"{used.ru_maxrss} {used.ru_utime + used.ru_stime}\\n")
sys.exit(code)
"""


def run(ranks, config, *options, threads=1):
    notes = scratch + "/notes"
    if os.path.exists(notes):
        os.unlink(notes)
    launch = ["mpirun", "-n", str(ranks), "--oversubscribe", "--bind-to", "none"] if ranks > 1 else []
    command = [*launch, sys.executable, "-c", wrapper, notes, facet, "run", f"{scratch}/{config}.cfg", "--quiet",
               *options]
    shutil.rmtree(f"{scratch}/{config}", ignore_errors=True)
    began = time.monotonic()
    subprocess.run(command, check=True, env={**os.environ, "OMP_NUM_THREADS": str(threads)})
    wall = time.monotonic() - began
    ranks_used = [[float(x) for x in line.split()] for line in open(notes)]
    return wall, max(r[0] for r in ranks_used) / 1024, sum(r[1] for r in ranks_used)


def alternated(*runs):
    """Medians of (wall, MiB, processor seconds) of each run, taken in turns."""
    taken = [[] for _ in runs]
    for _ in range(times):
        for mine, one in zip(taken, runs):
            mine.append(one())
    return [[statistics.median(x[i] for x in mine) for i in range(3)] for mine in taken]


few = ("--set", "plain.rows=100")
print(f"{rows} rows, no-op map stage, kept; medians of {times}; start of MPI and of an empty run taken off")
print("| ranks | us a row a rank | of it processor | peak memory a rank | planning |")
print("|---|---|---|---|---|")
for ranks in 1, 2:
    empty, full, idle, planned = alternated(
        lambda: run(ranks, "copy", *few), lambda: run(ranks, "copy"),
        lambda: run(ranks, "copy", "--dry-run", *few), lambda: run(ranks, "copy", "--dry-run"))
    each = (full[0] - empty[0]) * ranks / rows * 1e6
    busy = (full[2] - empty[2]) / rows * 1e6
    print(f"| {ranks} | {each:.2f} | {busy:.2f} | {full[1]:.0f} MiB | {planned[0] - idle[0]:.2f} s |")


def balance(ranks, threads):
    run(ranks, "nap", threads=threads)
    with h5py.File(f"{scratch}/nap/nap.h5") as f:
        began, ended, meant = (f["data/" + name][::4] for name in ("began", "ended", "meant"))
    return (ended.max() - began.min()) / max(meant.sum() / (ranks * threads), meant.max()), meant.sum(), meant.max()


print(f"\n{naps} units that sleep for log-normal times, sigma 1, mean 20 ms; medians of {times}")
print("| ranks | threads | makespan over the best possible | sum of units | longest |")
print("|---|---|---|---|---|")
for ranks, threads in (4, 1), (4, 2):
    ratio, total, longest = (statistics.median(x) for x in zip(*(balance(ranks, threads) for _ in range(times))))
    print(f"| {ranks} | {threads} | {ratio:.3f} | {total:.1f} s | {longest * 1e3:.0f} ms |")
PYTHON
