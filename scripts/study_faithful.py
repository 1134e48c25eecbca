#!/usr/bin/env python3
"""scripts/study_faithful.py FOLDER [PAGE]

Makes the tables of scripts/study.sh --faithful from its raw lines in FOLDER (settings, seed, scores of
`eval --explain --json`, tab-separated; a file a model). They are printed as Markdown or, with PAGE, take
the place of what stands there between the lines <!-- study --> and <!-- end of study -->."""

import json
import pathlib
import statistics
import sys
from collections import defaultdict

TABLES = [
    ("overlap", "**Overlap with the truth**: 1 where the row has the truth's shares"),
    ("distance", "**Distance from the truth** (Jensen-Shannon): 0 where the row has the truth's shares"),
    ("gold_mass", "**Gold mass**: share on the gold alignment"),
    ("hit_rate", "**Hit rate**: rows whose largest value is on the gold alignment"),
    ("comprehensiveness", "**Comprehensiveness**: fall of p without the 1 to 5 largest inputs; high is good"),
    ("sufficiency", "**Sufficiency**: fall of p with these inputs alone; low is good"),
    ("tau", "**As in the literature**: Kendall's tau with occlusion by swap"),
]
NECESSITY = [("uniform", "uniform"), ("permuted", "permuted"), ("without_largest", "without the largest"),
             ("wrong", "all on a wrong input, mean"), ("some_wrong", "all on some wrong input")]


def read(folder):
    """Scores by task, variant ("" for the default recipe) and seed."""
    runs = defaultdict(dict)
    for path in sorted(pathlib.Path(folder).glob("*.tsv")):
        settings, seed, scores = path.read_text(encoding="utf-8").rstrip("\n").split("\t")
        task, _, variant = settings.partition(" ")
        runs[task, variant][int(seed)] = json.loads(scores)
    return runs


def cell(values):
    """Mean and standard deviation over seeds: ".958 ± .003"."""
    values = [value for value in values if value is not None]
    if not values:
        return "–"

    def short(value):
        text = f"{value:.3f}".replace("-0.000", "0.000")
        return text.replace("0.", ".", 1) if abs(value) < 0.9995 else text
    spread = f" ± {short(statistics.stdev(values))}" if len(values) > 1 else ""
    return short(statistics.fmean(values)) + spread


def table(header, rows):
    return ["", "| " + " | ".join(header) + " |", "|---" * len(header) + "|",
            *("| " + " | ".join(row) + " |" for row in rows)]


def title(name, method):
    return f"{name}, {method['baseline']}" if "baseline" in method else name


def methods_of(runs):
    first = next(iter(next(iter(runs.values())).values()))
    return {name: title(name, method) for name, method in first["methods"].items()}


def report(runs):
    order = ["reverse", "left-shift", "right-shift", "sort", "dates"]
    tasks = sorted({task for task, _ in runs}, key=order.index)
    variants = list(dict.fromkeys(variant for _, variant in sorted(runs)))
    methods = methods_of(runs)
    counts = {len(found) for found in runs.values()}
    examples = {scores["examples"] for found in runs.values() for scores in found.values()}
    seeds = " to ".join(map(str, sorted({min(counts), max(counts)})))
    lines = [f"Means over {seeds} seeds with their standard deviation,"
             f" {' or '.join(map(str, sorted(examples)))} held-out inputs a model. Default recipes:"]

    def of(task, variant, pick):
        return cell([pick(scores) for scores in runs.get((task, variant), {}).values()])

    for key, heading in TABLES:
        lines += ["", heading + "."]
        lines += table(["method", *tasks], [
            [label, *(of(task, "", lambda s, n=name: s["methods"][n].get(key)) for task in tasks)]
            for name, label in methods.items()])
    lines += ["", "**Other settings**: gold mass of attention, then the overlap of attention, of occlusion "
              "and of Shapley values with the truth, and exact match."]
    lines += table(["task", "settings", "gold mass", "attention", "occlusion", "Shapley", "exact match"], [
        [task, variant or "default",
         of(task, variant, lambda s: s["methods"]["attention"].get("gold_mass")),
         *(of(task, variant, lambda s, n=name: s["methods"][n].get("overlap"))
           for name in ("attention", "occlusion", "shapley")),
         of(task, variant, lambda s: s["exact_match"])]
        for task in tasks for variant in variants if (task, variant) in runs])
    lines += ["", "**Necessity**: share of outputs whose most probable symbol stays when the attention of "
              "their step alone is replaced."]
    lines += table(["task", "settings", *(name for _, name in NECESSITY)], [
        [task, variant or "default",
         *(of(task, variant, lambda s, k=key: s["necessity"].get(k)) for key, _ in NECESSITY)]
        for task in tasks for variant in variants if (task, variant) in runs])
    return "\n".join(lines) + "\n"


def replace_block(page, text):
    begin, end = "<!-- study -->\n", "<!-- end of study -->"
    path = pathlib.Path(page)
    old = path.read_text(encoding="utf-8")
    if old.count(begin) != 1 or old.count(end) != 1:
        sys.exit(f"{page}: expected the lines {begin.strip()} and {end} once each")
    before, rest = old.split(begin)
    path.write_text(before + begin + text + end + rest.split(end)[1], encoding="utf-8")


def main():
    folder, *page = sys.argv[1:]
    runs = read(folder)
    if not runs:
        sys.exit(f"{folder}: no models were measured")
    text = report(runs)
    if page:
        replace_block(page[0], text)
    else:
        sys.stdout.write(text)


main()
