#!/usr/bin/env python3
"""Prints a Markdown table from the metrics.json of several workspaces: jobs/ablation_table.py FOLDER NAME..."""
import json
import sys


def share(metric):
    if metric["low"] is None:
        return f"{100 * metric['value']:.1f}"
    return f"{100 * metric['value']:.1f} [{100 * metric['low']:.1f}, {100 * metric['high']:.1f}]"


def row(name, cells, columns):
    found = {(c["fold"], c["dataset"]): c for c in cells}
    return f"| {name} | " + " | ".join(share(found[c]["accuracy"]) if c in found else "" for c in columns) + " |"


def main():
    folder, names = sys.argv[1], sys.argv[2:]
    runs = {name: json.load(open(f"{folder}/{name}/metrics.json")) for name in names}
    first = runs[names[0]]
    cells = [c for c in first["cells"] if c["method"] == "model"]
    columns = [(c["fold"], c["dataset"]) for c in cells]
    title = {
        (c["fold"], c["dataset"]): f"{'+'.join(first['folds'][c['fold']]['trained_on'])} → {c['dataset']}"
        f" ({'within' if c['within'] else 'across'}, n = {c['n']})"
        for c in cells
    }
    print("| accuracy, % [95 % interval] | " + " | ".join(title[c] for c in columns) + " |")
    print("|---" * (len(columns) + 1) + "|")
    print(row("baseline", [c for c in first["cells"] if c["method"] == "baseline"], columns))
    for name in names:
        print(row(name, [c for c in runs[name]["cells"] if c["method"] == "model"], columns))


if __name__ == "__main__":
    main()
