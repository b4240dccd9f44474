#!/bin/sh
# ranks: 1 2
# timeout: 240
# What `facet plan` tells of rows, units, disk and memory is what a run then has. Seconds are not looked at.
set -eu
. "$FACET_SOURCE/tests/lib.sh"
export FACET_PLUGIN_PATH="$FACET_TEST_PLUGINS"

cat >"$scratch/compare.py" <<'PY'
import json, os, sys
plan, workspace, held = json.load(open(sys.argv[1])), sys.argv[2], float(sys.argv[3])
kept = {s["name"]: s for s in plan["stages"] if s["kept"] and s["bytes"] > 0}
found = {f[:-3] for f in os.listdir(workspace) if f.endswith(".h5")}
wrong = [f"kept {sorted(kept)}, found {sorted(found)}"] if set(kept) != found else []
for name in sorted(found & set(kept)):
    is_, said = 512 * os.stat(f"{workspace}/{name}.h5").st_blocks, kept[name]["bytes"]
    if not 0.75 * is_ <= said <= 1.25 * is_:
        wrong.append(f"{name} takes {is_} bytes, not {said:.0f}")
if not 0.5 * held <= plan["memory"] <= 2 * held:
    wrong.append(f"a rank holds {held:.0f} bytes, not {plan['memory']:.0f}")
if max(p["rows"] for p in plan["pilots"]) > 0.8 * plan["rows"]:
    wrong.append(f"the pilot of {plan['pilots']} foretells nothing")
print("\n".join(wrong))
sys.exit(bool(wrong))
PY

# The run's own peak: of the last child of this Python, the largest of its children's.
cat >"$scratch/held.py" <<'PY'
import resource, subprocess, sys
subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL)
print(1024 * resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
PY

compare() { # FILE WORKSPACE OPTION...
    file=$1
    workspace=$2
    shift 2
    on_ranks "$FACET_TEST_RANKS" "$FACET" plan "$file" --json --pilot-seconds 0 "$@" >"$scratch/plan.json"
    held=$(/usr/bin/python3 "$scratch/held.py" mpirun -n "$FACET_TEST_RANKS" --oversubscribe --bind-to none \
        "$FACET" run --quiet "$file" "$@")
    /usr/bin/python3 "$scratch/compare.py" "$scratch/plan.json" "$workspace" "$held" || die "$file"
}

# Plain numbers: a ragged field, units of whole sequences or not, and a stage that holds everything.
cat >"$scratch/numbers.cfg" <<CFG
name = "arith"; workspace = "$scratch/numbers"; seed = 3; unit_rows = 16;
sources = ( { plugin = "numbers"; name = "a"; rows = 3000; }, { plugin = "numbers"; name = "b"; rows = 1000; } );
stages = ( { plugin = "affine"; keep = true; }, { plugin = "total"; } );
CFG
compare "$scratch/numbers.cfg" "$scratch/numbers"

# Meshes are ragged, a model does not grow with the rows.
[ "$FACET_TEST_RANKS" -eq 1 ] || learning_stages=', { plugin = "split"; protocol = "leave-one-dataset-out"; },
           { plugin = "baseline"; components = 8; }'
small_pipeline "$scratch/faces.cfg" "$scratch/faces" "$learning_stages"
compare "$scratch/faces.cfg" "$scratch/faces" --set lab.subjects=16 --set wild.subjects=16 \
    --set lab.density=0.1 --set wild.density=0.1
