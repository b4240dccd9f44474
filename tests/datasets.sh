# For scripts that build a dataset's folders and read them with its plugin; after tests/lib.sh.
export FACET_PLUGIN_PATH="$FACET_TEST_PLUGINS"

# read_dataset NAME PLUGIN SETTINGS [STAGES]: a run; its workspace is $scratch/NAME, what it said is in $scratch/said.
read_dataset() {
    cat >"$scratch/$1.cfg" <<CFG
name = "$1";
workspace = "$scratch/$1";
unit_rows = 4;
max_bad = 0.5;
sources = ( { plugin = "$2"; $3 } );
stages = ( ${4:-{ plugin = \"carry\"; keep = true; \}} );
CFG
    expect 0 "" on_ranks "${FACET_TEST_RANKS:-1}" "$FACET" run "$scratch/$1.cfg"
}

# rows CONTAINER COLUMN...: a line a row, the columns with a blank between, "-" for an empty text.
rows() {
    /usr/bin/python3 - "$@" <<'PY'
import sys, h5py
file = h5py.File(sys.argv[1])
def text(value):
    if isinstance(value, bytes): return value.decode().rstrip("\0") or "-"
    return f"{value:.4g}" if isinstance(value, float) else str(value)
def column(name):
    if name in ("landmarks", "colours"): return file[f"data/carried_{name}_count"][...].tolist()
    return file["items/" + name][...].tolist()
print("\n".join(" ".join(map(text, row)) for row in zip(*map(column, sys.argv[2:]))))
PY
}

# same WHAT EXPECTED FOUND
same() {
    [ "$2" = "$3" ] || { echo "$1, expected:"; echo "$2"; echo "found:"; echo "$3"; die "$1"; }
}

# said TEXT: the last run said so, once, and the workspace's log keeps it.
said() {
    [ "$(grep -cF -- "$2" "$scratch/said")" -eq 1 ] || { cat "$scratch/said"; die "did not say once: $2"; }
    grep -qF -- "$2" "$scratch/$1/user.log" || { cat "$scratch/$1/user.log"; die "the log has not: $2"; }
}
