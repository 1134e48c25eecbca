#!/usr/bin/env python3
"""scripts/study_cells.py FOLDER

Makes the table of scripts/study.sh --cells from its raw lines in FOLDER (data, cell, seed, report of
`train --json`, scores of `eval --json` or {}, tab-separated; a file for the two cells of a seed): a row for each
task or corpus, on standard output as Markdown. A difference is LSTM minus GRU, its mean over the seeds and
the standard error of that; the time is that of a step, validation and test included, the LSTM's divided by
the GRU's, the median over the seeds. For dates, mass and hit rate are those of the worst field."""

import json
import math
import pathlib
import statistics
import sys
from collections import defaultdict


def figures(report, scores):
    """Exact match, gold mass, hit rate and seconds a step of one model."""
    scores = scores or report["test"]  # of pairs: the held-out ones
    fields = list(scores.get("by_field", {"all": scores}).values())
    return (scores["exact_match"], min(field["gold_mass"] for field in fields),
            min(field["hit_rate"] for field in fields), report["seconds"] / report["steps"])


def read(folder):
    """The figures of all seeds by data, then by cell, in the order of the seeds."""
    runs = defaultdict(lambda: defaultdict(dict))
    for path in sorted(pathlib.Path(folder).glob("*-[0-9]*.tsv")):
        for line in path.read_text(encoding="utf-8").splitlines():
            data, cell, seed, report, scores = line.split("\t")
            runs[data][cell][int(seed)] = figures(json.loads(report), json.loads(scores))
    return {data: {cell: list(zip(*(of[cell][seed] for seed in sorted(of[cell]))))
                   for cell in ("gru", "lstm")} for data, of in runs.items()}


def compared(gru, lstm, digits, scale=1, unit=""):
    """The cells "GRU / LSTM" and "difference ± its error" of a row."""
    each = [b - a for a, b in zip(gru, lstm)]
    error = statistics.stdev(each) / math.sqrt(len(each)) if len(each) > 1 else math.nan
    means = [f"{scale * statistics.mean(of):.{digits}f}" for of in (gru, lstm)]
    return [" / ".join(means) + unit, f"{scale * statistics.mean(each):+.{digits}f} ± {scale * error:.{digits}f}"]


def main():
    print("| data | seeds | exact, GRU / LSTM | difference | gold mass | difference | hit rate | difference | time |")
    print("|---|---|---|---|---|---|---|---|---|")
    order = ["reverse", "left-shift", "right-shift", "sort", "dates"]
    for data, cells in sorted(read(sys.argv[1]).items(),
                              key=lambda item: (order + [item[0]]).index(item[0])):
        (gru_exact, gru_mass, gru_hit, gru_time), (lstm_exact, lstm_mass, lstm_hit, lstm_time) = \
            cells["gru"], cells["lstm"]
        ratio = statistics.median(b / a for a, b in zip(gru_time, lstm_time))
        row = [data, str(len(gru_exact)), *compared(gru_exact, lstm_exact, 3, 100, " %"),
               *compared(gru_mass, lstm_mass, 4), *compared(gru_hit, lstm_hit, 4), f"{ratio:.2f}"]
        print("| " + " | ".join(row) + " |")


main()
