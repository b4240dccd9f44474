#!/bin/sh
# One rank failing in a plugin ends all ranks soon, with its sentence and one exit status.
# timeout: 300
set -eu
. "$FACET_SOURCE/tests/lib.sh"

export FACET_PLUGIN_PATH="$FACET_BUILD/tests/plugins/good"
one_message() {
    [ "$(grep -c "^facet: " "$scratch/said")" -eq 1 ] || { cat "$scratch/said"; die "not one message"; }
}
small_pipeline "$scratch/a.cfg" "$scratch/run" ', { plugin = "hostile"; where = "transform"; keep = true; }'
for ranks in 2 4; do
    for where in create declare transform; do
        expect 1 "stage hostile" timeout 150 mpirun -n "$ranks" --oversubscribe --bind-to none "$FACET" run --quiet "$scratch/a.cfg" \
            --set hostile.where=$where --set "workspace=$scratch/run-$ranks-$where"
        one_message
    done
done

# A collective stage that one rank leaves with a failure.
small_pipeline "$scratch/b.cfg" "$scratch/together" ', { plugin = "hostile_together"; }'
for ranks in 2 3; do
    expect 1 "hostile run" timeout 150 mpirun -n "$ranks" --oversubscribe --bind-to none "$FACET" run --quiet "$scratch/b.cfg"
    one_message
done

# A shared object that is no plugin of this version is refused by name, before anything of it runs.
mkdir "$scratch/plugins"
cp "$FACET_BUILD/tests/plugins/bad/no_plugin.so" "$scratch/plugins"
FACET_PLUGIN_PATH="$scratch/plugins" expect 1 "no_plugin.so: exports no facet_plugin" "$FACET" plugins
cp "$FACET_BUILD/tests/plugins/bad/old_interface.so" "$scratch/plugins/no_plugin.so"
FACET_PLUGIN_PATH="$scratch/plugins" expect 1 "built for plugin interface 77" "$FACET" plugins
