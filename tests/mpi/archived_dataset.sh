#!/bin/sh
# A dataset with one person in a zip file and one in a tar.gz gives the rows, values and notes of the unpacked tree.
# timeout: 60
set -eu
. "$FACET_SOURCE/tests/lib.sh"
/usr/bin/python3 -c 'import h5py' 2>/dev/null || { echo "skipped: there is no python3-h5py"; exit 77; }

cd "$scratch"
mkdir packed
for person in F0001 M0002; do
    mkdir -p "tree/$person"
    "$FACET_LAYOUT_FILES" "$person" happiness 1 tree/$person/${person}_HA01WH_F3D.wrl tree/$person/${person}_HA01WH_F3D.bnd \
        tree/$person/${person}_HA01WH_F3D.bmp >/dev/null
    "$FACET_LAYOUT_FILES" "$person" anger 0.5 tree/$person/${person}_AN02WH_F3D.wrl >/dev/null
done
/usr/bin/python3 - <<'PY'
import os, tarfile, zipfile
with zipfile.ZipFile("packed/F0001.zip", "w", zipfile.ZIP_DEFLATED) as z:
    for name in os.listdir("tree/F0001"): z.write("tree/F0001/" + name, "F0001/" + name)  # in a folder of its name
with tarfile.open("packed/M0002.tar.gz", "w:gz") as t:
    for name in os.listdir("tree/M0002"): t.add("tree/M0002/" + name, name)  # without
PY
for root in tree packed; do
    "$FACET" index bu3dfe "$root" --set textures=true --quiet | grep -v "^index:\|^bytes" >"$root.said"
done
diff tree.said packed.said || die "the archives are told of otherwise"
/usr/bin/python3 - <<'PY' || die "the archives give other rows"
import h5py
tree, packed = (h5py.File(name + ".index.h5")["scans"] for name in ("tree", "packed"))
for name in ("path", "subject", "label", "counts", "code", "hash"):
    assert (tree[name][:] == packed[name][:]).all(), name
assert len(tree["code"]) == 4 and not tree["code"][:].any() and tree["counts"][:].max(0).all(), tree["counts"][:]
PY
