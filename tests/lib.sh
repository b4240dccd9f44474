# Shared by the test scripts: a scratch folder that goes away, a small pipeline, and checks that say what they saw.
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
export OMP_NUM_THREADS="${OMP_NUM_THREADS:-1}"

die() {
    echo "FAILED: $*"
    exit 1
}

# expect STATUS TEXT COMMAND...: the command exits so and says so (on stdout or stderr; TEXT may be empty).
expect() {
    status=$1
    text=$2
    shift 2
    actual=0
    "$@" >"$scratch/said" 2>&1 || actual=$?
    [ "$actual" -eq "$status" ] || { cat "$scratch/said"; die "exit status $actual instead of $status: $*"; }
    [ -z "$text" ] || grep -qF -- "$text" "$scratch/said" || { cat "$scratch/said"; die "did not say \"$text\": $*"; }
}

on_ranks() {
    ranks=$1
    shift
    mpirun -n "$ranks" --oversubscribe --bind-to none "$@"
}

# hashes WORKSPACE: a line a container, "name content".
hashes() {
    for container in "$1"/*.h5; do
        case $container in *.checkpoint.h5) continue ;; esac
        echo "$(basename "$container") $("$FACET" info --hash "$container")"
    done
}

# contents WORKSPACE: a line a container, its content, read back whole; one process, for tests that ask often.
contents() {
    "$FACET" info --json "$1" | grep '"content"' || die "$1 has no contents"
}

# small_pipeline FILE WORKSPACE [MORE STAGES]: faces to views in many small units.
small_pipeline() {
    cat >"$1" <<CFG
name = "small";
workspace = "$2";
seed = 3;
unit_rows = 2;
max_bad = 0.2;
sources = ( { plugin = "synth"; name = "lab"; subjects = 10; },
            { plugin = "synth"; name = "wild"; subjects = 10; seed = 1; noise_mm = 0.4; yaw_deg = [ -20.0, 20.0 ]; bad = 0.05; } );
stages = ( { plugin = "preprocess"; keep = true; },
           { plugin = "render"; size = 32; channels = [ "depth", "normal" ]; keep = true; }${3:-} );
CFG
}

learning_stages=',
           { plugin = "split"; protocol = "leave-one-dataset-out"; within = 0.4; },
           { plugin = "baseline"; components = 8; },
           { plugin = "train"; epochs = 2; batch = 16; micro = 4; },
           { plugin = "encode"; keep = true; }, { plugin = "fuse"; keep = true; },
           { plugin = "evaluate"; }'
