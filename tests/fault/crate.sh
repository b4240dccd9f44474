#!/bin/sh
# timeout: 120
# The RO-Crate of a workspace after a run that was stopped and one that ended: every reference leads somewhere, and what the
# profiles ask for is there. debug.log has a line of every rank.
set -eu
. "$FACET_SOURCE/tests/lib.sh"
export FACET_PLUGIN_PATH="$FACET_TEST_PLUGINS"
w=$scratch/w
cat >"$scratch/t.cfg" <<C
name = "arith"; workspace = "$w"; seed = 3; unit_rows = 2;
sources = ( { plugin = "numbers"; name = "a"; rows = 64; sleep_ms = 40; },
            { plugin = "numbers"; name = "b"; rows = 8; } );
stages = ( { plugin = "affine"; keep = true; }, { plugin = "total"; } );
C
"$FACET" run --quiet "$scratch/t.cfg" >"$scratch/out" 2>&1 & victim=$!
until grep -q '"state": "running"' "$w/run.json" 2>/dev/null && [ -e "$w/affine.h5" ]; do sleep 0.1; done
kill -TERM "$victim" && status=0 && wait "$victim" || status=$?
[ "$status" -eq 75 ] || { cat "$scratch/out"; die "SIGTERM: exit status $status"; }
on_ranks 2 "$FACET" run --quiet "$scratch/t.cfg" --set b.sleep_ms=0 >"$scratch/out" 2>&1 || { cat "$scratch/out"; die "the second run"; }
hash=$("$FACET" info --hash "$w/total.h5")

/usr/bin/python3 - "$w" "$hash" <<'PY'
import json, os, sys
w, total = sys.argv[1:]
crate = json.load(open(w + "/ro-crate-metadata.json"))
graph = {e["@id"]: e for e in crate["@graph"]}
assert len(graph) == len(crate["@graph"]), "an @id stands twice"
assert crate["@context"][0] == "https://w3id.org/ro/crate/1.1/context"

def references(value):
    if isinstance(value, list):
        return [r for v in value for r in references(v)]
    return [value["@id"]] if isinstance(value, dict) else []

outside = {"https://w3id.org/ro/crate/1.1", "https://bioschemas.org/profiles/FormalParameter/1.0-RELEASE",
           "https://bioschemas.org/profiles/ComputationalWorkflow/1.0-RELEASE"}
for e in graph.values():
    assert "@type" in e, e
    for key, value in e.items():
        for r in references(value):
            assert r in graph or r in outside, f"{e['@id']} {key} leads to {r}, which is not there"

def all_of(kind):
    return [e for e in graph.values() if kind in (e["@type"] if isinstance(e["@type"], list) else [e["@type"]])]

def many(value):
    return value if isinstance(value, list) else [value]

root = graph["./"]
for key in ("name", "description", "datePublished", "license", "conformsTo", "hasPart", "mainEntity", "mentions"):
    assert root.get(key), f"the root has no {key}"
profiles = {r["@id"] for r in many(root["conformsTo"])}
assert {f"https://w3id.org/ro/wfrun/{p}/0.5" for p in ("process", "workflow", "provenance")} <= profiles, profiles
workflow = graph[root["mainEntity"]["@id"]]
assert {"File", "SoftwareSourceCode", "ComputationalWorkflow", "HowTo"} == set(workflow["@type"])
for key in ("programmingLanguage", "step", "hasPart", "input", "output", "name", "version"):
    assert workflow.get(key), f"the workflow has no {key}"
assert [graph[s["@id"]]["name"] for s in workflow["step"]] == ["source", "affine", "total"]
for step in workflow["step"]:
    assert graph[graph[step["@id"]]["workExample"]["@id"]]["@type"] == "SoftwareApplication"

runs = [a for a in all_of("CreateAction") if a["instrument"]["@id"] == "pipeline.cfg"]
assert len(runs) == 2, f"{len(runs)} runs in the crate, expected 2"
ends = sorted((a["actionStatus"].rsplit("/")[-1], "error" in a) for a in runs)
assert ends == [("CompletedActionStatus", False), ("FailedActionStatus", True)], ends
for a in all_of("CreateAction"):
    assert a["startTime"] and "instrument" in a and a["@id"] in [r["@id"] for r in many(root["mentions"])]
for o in all_of("OrganizeAction"):
    assert graph[o["result"]["@id"]] in runs and graph[o["instrument"]["@id"]]["softwareVersion"]
    for control in many(o["object"]):
        c = graph[control["@id"]]
        assert c["@type"] == "ControlAction" and graph[c["instrument"]["@id"]]["@type"] == "HowToStep"
        assert graph[c["object"]["@id"]]["@type"] == "CreateAction"
good = next(a for a in runs if "error" not in a)
results = {r["@id"] for r in many(good["result"])}
assert {"affine.h5", "total.h5"} <= results and f"#content/{total}" in results, results
objects = [graph[r["@id"]] for r in many(good["object"])]
values = {o["name"]: o["value"] for o in objects if o["@type"] == "PropertyValue"}
assert float(values["affine.factor"]) == 2 and values["sources.a.rows"] == "64", values
assert {o["name"] for o in objects if o["@type"] == "CreativeWork"} == {"a", "b"}
assert graph[many(graph["#source/a"]["license"])[0]["@id"]]["name"] == "none"
for f in all_of("File"):
    assert os.path.exists(os.path.join(w, f["@id"])), f["@id"]
    assert f["@id"] in [r["@id"] for r in many(root["hasPart"])], f["@id"]
    if f["@id"].endswith(".h5"):
        assert int(f["contentSize"]) == os.path.getsize(os.path.join(w, f["@id"]))

lines = [l.split(" ", 3) for l in open(w + "/debug.log")]
assert all(len(l) == 4 and l[0].endswith("Z") and l[1] in "01" for l in lines), "debug.log has a line that is none"
for rank in "01":
    assert any(l[1] == rank and "affine.h5 for writing, gone on with" in l[3] for l in lines), f"rank {rank} says nothing"
assert any("units to do" in l[3] for l in lines) and any("stopped on" in l[3] for l in lines)
PY
status=0
on_ranks 2 "$FACET" run --quiet "$scratch/t.cfg" --fresh --set a.fatal_row=1 --set a.sleep_ms=0 >"$scratch/out" 2>&1 || status=$?
[ "$status" -eq 1 ] || { cat "$scratch/out"; die "a fatal row: exit status $status"; }
grep -q ' [01] affine FACET_ERROR_INTERNAL: .*row 1 is fatal' "$w/debug.log" || die "debug.log does not tell which rank failed"
expect 0 "nothing to cite" "$FACET" cite "$w"
printf '{' >"$w/ro-crate-metadata.json"
expect 1 "" "$FACET" run --quiet "$scratch/t.cfg" --set a.fatal_row=1 --set a.sleep_ms=0
/usr/bin/python3 -c "import json; json.load(open('$w/ro-crate-metadata.json'))" || die "a broken crate stays broken"
