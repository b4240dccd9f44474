#!/bin/bash
# ranks: 3
# timeout: 200
# Two folders of scans with defects that are known: the report's section on quality, and quality.json, against what was planted
# and what lies in the containers. One rank and several write the same.
set -eu
. "$FACET_SOURCE/tests/lib.sh"
cat >"$scratch/faces.cfg" <<CFG
name = "faces";
workspace = "$scratch/faces";
sources = ( { plugin = "synth"; name = "faces"; subjects = 3; samples = 1; } );
stages = ( { plugin = "preprocess"; keep = true; } );
CFG
expect 0 "" "$FACET" run --quiet "$scratch/faces.cfg"
/usr/bin/python3 - "$scratch/faces/preprocess.h5" "$scratch" <<'PY'
import sys, os, csv, h5py, numpy
file, scratch = h5py.File(sys.argv[1]), sys.argv[2]
def value(name, row):
    start, count = file[f"data/{name}_start"][row], file[f"data/{name}_count"][row]
    return file[f"data/{name}"][start:start + count].reshape(count, 3)
def write(path, vertices, triangles):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w") as out:
        out.writelines("v %.7g %.7g %.7g\n" % tuple(v) for v in vertices)
        out.writelines("f %d %d %d\n" % tuple(t + 1) for t in triangles)
lines = {"clinic": [], "street&co": []}
for row in range(18):
    name = "clinic" if row < 10 else "street&co"
    vertices, triangles = value("vertices", row).astype(float), value("triangles", row)
    if row == 2:  # three spikes
        for v in (100, 900, 2000): vertices[v] += (0, 0, 60)
    if row == 4:  # cut beside the nose
        triangles = triangles[(vertices[triangles][:, :, 0] < 15).all(axis=1)]
    if row == 11:  # noise
        vertices += numpy.random.default_rng(1).normal(0, 0.3, vertices.shape)
    path = f"{row}/scan.obj" if row != 2 else "<b>2 & \"'</b>.obj"
    write(f"{scratch}/{name}/{path}", vertices, triangles)
    lines[name].append((path, "p<i>1" if row == 2 else f"p{row // 6}", "anger" if row % 2 else "fear"))
for row, bad in ((5, "v 1 2\n"), (6, "v 1 2 x\n"), (12, "v 1 2 y\n")):  # unreadable
    name, path = ("clinic", f"{row}/scan.obj") if row < 10 else ("street&co", f"{row}/scan.obj")
    with open(f"{scratch}/{name}/{path}", "w") as out: out.write("v 0 0 0\n" * row + bad)
os.remove(f"{scratch}/street&co/17/scan.obj")  # gone
for name, rows in lines.items():
    with open(f"{scratch}/{name}/faces.csv", "w", newline="") as out:
        csv.writer(out).writerows([("path", "subject", "label")] + rows)
PY

# quality NAME RANKS STAGES
quality() {
    cat >"$scratch/$1.cfg" <<CFG
name = "$1";
workspace = "$scratch/$1";
unit_rows = 4;
max_bad = 0.5;
sources = ( { plugin = "folder"; name = "clinic"; root = "$scratch/clinic"; labels = "faces.csv"; licence = "ask"; },
            { plugin = "folder"; name = "street&co"; root = "$scratch/street&co"; labels = "faces.csv"; licence = "ask"; } );
stages = ( $3, { plugin = "render"; size = 32; keep = true; }, { plugin = "report"; } );
CFG
    expect 0 "" on_ranks "$2" "$FACET" run --quiet "$scratch/$1.cfg"
}
kept='{ plugin = "preprocess"; keep = true; min_coverage = 0.8; max_hole_mm2 = 1e5; }'
quality one 1 "$kept"
quality several "$FACET_TEST_RANKS" "$kept"
cmp "$scratch/one/report/quality.json" "$scratch/several/report/quality.json" || die "quality.json depends on the ranks"

/usr/bin/python3 - "$scratch/several" <<'PY' || die "the section on quality is wrong"
import sys, json, h5py, numpy, re, os
from html.parser import HTMLParser
workspace = sys.argv[1]
found = json.load(open(workspace + "/report/quality.json"))
file = h5py.File(workspace + "/preprocess.h5")
quality, valid = file["data/quality"][...], file["items/valid"][...] == 1
dataset = numpy.array([0] * 10 + [1] * 8)
def check(what, is_, wanted):
    if is_ != wanted: sys.exit(f"{what}: {is_}, not {wanted}")
check("datasets", found["datasets"], [
    {"name": "clinic", "found": 10, "used": 7, "set_aside": 3},
    {"name": "street&co", "found": 8, "used": 6, "set_aside": 2}])
check("rows", sorted(numpy.flatnonzero(~valid)), [4, 5, 6, 12, 17])
reasons = {r["text"]: (r["code"], r["scans"], r["by_dataset"]) for r in found["reasons"]}
coverage = [r for r in reasons if re.fullmatch(r"coverage is 0[.]\d+, beyond min_coverage = 0[.]8", r)]
check("told of the coverage", len(coverage), 1)
check("reasons", reasons, {
    "…: line …: a coordinate expected, found …": ("FACET_ERROR_DATA", 2, [1, 1]),  # lines 7 and 13, "x" and "y"
    "…: line 6: a coordinate expected, but the line ends": ("FACET_ERROR_DATA", 1, [1, 0]),
    "faces.csv line 9 names …, which does not exist": ("FACET_ERROR_IO", 1, [0, 1]),
    coverage[0]: ("FACET_ERROR_DATA", 1, [1, 0])})

names = [m["name"] for m in found["metrics"]]
check("metrics", len(names), quality.shape[1])
for m, metric in enumerate(found["metrics"]):
    values = quality[:, m].astype(float)
    for d in (0, 1):
        of, seen = metric["by_dataset"][d], values[valid & (dataset == d)]
        here = numpy.sort(seen[numpy.isfinite(seen)])
        check("measured", (of["measured"], of["missing"]), (len(here), len(seen) - len(here)))
        if not len(here):
            check("none", (of["smallest"], of["median"], of["largest"]), (None, None, None))
            continue
        if abs(of["smallest"] - here[0]) > 1e-6 * abs(here[0]) or abs(of["largest"] - here[-1]) > 1e-6 * abs(here[-1]):
            sys.exit(f"{metric['name']}: {of} of {here}")
        at = (here - metric["low"]) / metric["step"]
        for off in (-1e-9, 1e-9): # a value on the edge of two bars may stand in either
            bars = numpy.bincount(numpy.clip(numpy.floor(at + off), 0, len(of["bars"]) - 1).astype(int), minlength=len(of["bars"]))
            if of["bars"] == bars.tolist(): break
        check(metric["name"], (of["below"], of["bars"], of["above"]), (0, bars.tolist(), 0))
        if abs(of["median"] - here[(len(here) - 1) // 2]) > metric["step"] / 25: sys.exit(f"median {of} of {here}")
limits = {m["name"]: m["limit"] and (m["limit"]["setting"], m["limit"]["value"]) for m in found["metrics"] if m["limit"]}
check("limits", limits, {"coverage": ("min_coverage", 0.8), "hole_area_mm2": ("max_hole_mm2", 1e5)})

worst = {m["name"]: m["worst"] for m in found["metrics"]}
check("spikes", (worst["spikes"][0]["row"], worst["spikes"][0]["path"]), (2, "<b>2 & \"'</b>.obj"))
check("noise", worst["noise_mm"][0]["row"], 11)
for name, score in (("noise_mm", lambda v: -v), ("agreement", lambda v: v), ("yaw_deg", lambda v: -abs(v))):
    values = quality[:, names.index(name)]
    wanted = sorted((r for r in range(18) if valid[r]), key=lambda r: score(values[r]))[:6]
    check(name, [w["row"] for w in worst[name]], wanted)

text = open(workspace + "/report/index.html", encoding="utf-8").read()
section = text[text.index("<section id=quality>"):]
section = section[:section.index("</section>")]
class Words(HTMLParser):
    def __init__(self):
        super().__init__()
        self.said, self.tags, self.pictures = [], set(), []
    def handle_data(self, data): self.said.append(data)
    def handle_starttag(self, tag, attributes):
        self.tags.add(tag)
        if tag == "img": self.pictures.append(dict(attributes)["src"])
words = Words()
words.feed(section)
said = re.sub(r"\s+", " ", " ".join(words.said))
for wanted in ("5 of 18 scans could not be used", "<b>2 & \"'</b>.obj", "clinic, p<i>1", "max_hole_mm2 = 100000, off this axis",
               "Not measured in any scan: landmark_gap_mm", "min_coverage = 0.8"):
    if wanted not in said: sys.exit(f"the page does not say {wanted}: {said}")
if "i" in words.tags: sys.exit("a subject's name became markup")
if not 10 < len(words.pictures) <= 8 * 6: sys.exit(f"{len(words.pictures)} pictures")
for picture in words.pictures:
    if not os.path.getsize(f"{workspace}/report/{picture}"): sys.exit(picture)
PY

# Nothing is kept for the report's sake; without metrics the page says how to have them.
quality bare 1 '{ plugin = "preprocess"; }'
[ ! -e "$scratch/bare/preprocess.h5" ] || die "the report made preprocess keep its meshes"
grep -q "No stage kept the metrics" "$scratch/bare/report/index.html" || die "the page does not say why there are no metrics"
grep -q '"metrics": \[\]' "$scratch/bare/report/quality.json" || die "metrics without any"
