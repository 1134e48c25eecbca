#!/usr/bin/env python3
"""scripts/study_table.py study.tsv study.csv

Makes the tables of scripts/study.sh from its raw lines (settings, seed, report of `train --json`, scores
of `eval --json`, tab-separated): a CSV with a line a model, and on standard output a Markdown table with a
line a setting, held against the targets of the default recipes. Models with hard attention get a second
table, of their posterior. Exit 1 if a target is missed."""

import csv
import json
import sys
from collections import defaultdict

LETTERS = {"exact_worst": 0.9997, "exact_all": 0.8, "mass_mean": 0.995, "mass_worst": 0.985,
           "hit_worst": 0.9995, "offset_worst": 0.999}
LONG = {"exact_worst": 0.995, "hit_worst": 0.995}
TARGETS = {
    "reverse": LETTERS, "left-shift": LETTERS, "right-shift": LETTERS,
    "sort": {"exact_worst": 0.9997, "exact_mean": 0.99993, "mass_mean_of_ten": 0.95,
             "mass_worst": 0.93, "hit_worst": 0.995},
    "dates": {"exact_worst": 0.999, "exact_all": 0.8, "mass_mean": 0.95, "mass_worst": 0.90,
              "hit_worst": 0.95, "format_worst": 0.995, "weekday_worst": 0.01},
    "reverse --max-length 30": LONG, "left-shift --max-length 30": LONG,
    "right-shift --max-length 30": LONG,
}


def read(path):
    runs = defaultdict(list)
    with open(path, encoding="utf-8") as file:
        for line in file:
            settings, seed, report, scores = line.rstrip("\n").split("\t")
            runs[settings].append((int(seed), json.loads(report), json.loads(scores)))
    return {settings: sorted(found, key=lambda run: run[0]) for settings, found in runs.items()}


def summarise(found):
    """The figures of one setting over its seeds. For dates, mass and hit rate are those of the worst
    field: day, month or year."""
    scores = [run[2] for run in found]
    fields = [list(s.get("by_field", {"all": s}).values()) for s in scores]
    names = list(scores[0].get("by_field", {"all": None}))
    masses = [[field["gold_mass"] for field in run] for run in fields]
    offsets = [s["offsets"].get("0", 0) / max(1, sum(s["offsets"].values())) for s in scores]
    formats = [kind["exact_match"] for s in scores for kind in s.get("by_kind", {}).values()]
    mass_mean = min(sum(run[i] for run in masses) / len(masses) for i in range(len(names)))
    exact_mean = sum(s["exact_match"] for s in scores) / len(scores)
    is_judged = len(found) >= 10  # close bounds on means: three seeds say little
    return {
        "seeds": len(found),
        "exact_mean": exact_mean if is_judged else 1.0,
        "mass_mean_of_ten": mass_mean if is_judged else 1.0,
        "exact_worst": min(s["exact_match"] for s in scores),
        "exact_all": sum(s["exact_match"] == 1 for s in scores),
        "mass_mean": mass_mean,
        "mass_worst": min(min(run) for run in masses),
        "hit_worst": min(field["hit_rate"] for run in fields for field in run),
        "offset_worst": min(offsets),
        "format_worst": min(formats, default=1.0),
        "weekday_worst": max((s.get("distractor_mass", 0) for s in scores), default=0),
        "seconds": sorted(run[1]["seconds"] for run in found)[len(found) // 2],
    }


def print_posteriors(runs):
    """The maps of hard attention side by side: where it looks, and where the answer came from. For dates,
    those of the worst field."""
    rows = [(settings, found) for settings, found in runs.items()
            if all("posterior" in run[2] for run in found)]
    if not rows:
        return
    print("\n| settings | exact, mean / worst | gold mass, mean / worst | of the posterior | hit rate, worst |"
          " of the posterior |")
    print("|---|---|---|---|---|---|")
    for settings, found in rows:
        exact = [run[2]["exact_match"] for run in found]
        looks = summarise(found)
        came_from = summarise([(seed, report, {**scores, **scores["posterior"]})
                               for seed, report, scores in found])
        masses = [f"{f['mass_mean']:.4f} / {f['mass_worst']:.4f}" for f in (looks, came_from)]
        print(f"| {settings} | {100 * sum(exact) / len(exact):.2f} % / {100 * min(exact):.2f} % |"
              f" {' | '.join(masses)} | {looks['hit_worst']:.4f} | {came_from['hit_worst']:.4f} |")


def missed(figures, target):
    """Names of the targets that are missed. `exact_all` is a share of the seeds, rounded down: eight
    of ten, two of three."""
    upper = {"weekday_worst"}
    bounds = dict(target)
    if "exact_all" in bounds:
        bounds["exact_all"] = int(bounds["exact_all"] * figures["seeds"] + 1e-9)
    return [name for name, bound in bounds.items()
            if (figures[name] > bound if name in upper else figures[name] < bound)]


def main():
    raw, table = sys.argv[1:]
    runs = read(raw)
    with open(table, "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["settings", "seed", "exact_match", "token_accuracy", "gold_mass", "hit_rate",
                         "row_entropy", "steps", "seconds"])
        for settings, found in runs.items():
            for seed, report, s in found:
                writer.writerow([settings, seed, s["exact_match"], s["token_accuracy"],
                                 s["gold_mass"], s["hit_rate"], s["row_entropy"], report["steps"],
                                 round(report["seconds"], 3)])
    print("| settings | seeds | all right | exact, worst | gold mass, mean / worst | hit rate, worst |"
          " seconds, median | target |")
    print("|---|---|---|---|---|---|---|---|")
    failed = False
    for settings, found in runs.items():
        f = summarise(found)
        misses = missed(f, TARGETS.get(settings, {}))
        failed = failed or bool(misses)
        verdict = "FAIL: " + ", ".join(misses) if misses else "pass" if settings in TARGETS else ""
        print(f"| {settings} | {f['seeds']} | {f['exact_all']} |"
              f" {100 * f['exact_worst']:.2f} % | {f['mass_mean']:.4f} / {f['mass_worst']:.4f} |"
              f" {f['hit_worst']:.4f} | {f['seconds']:.2f} | {verdict} |")
    print_posteriors(runs)
    sys.exit(1 if failed else 0)


main()
