#!/usr/bin/env python3
"""Checks from the files of `attnviz predict --trace` and `--trace-full` alone, with Python's standard library,
that softmax(e) = a and sum_j a_j h_j = c.

    tests/infer/trace_check.py build/release/attnviz

Trains small models of several kinds in a temporary folder. Exit codes: 0 all adds up, 1 it does not."""

import ast
import json
import math
import os
import struct
import subprocess
import sys
import tempfile
import zipfile

TOLERANCE = 2e-6  # of floats that are at most 1
KINDS = [
    ("reverse", []),
    ("reverse", ["--score", "dot"]),
    ("reverse", ["--score", "scaled-dot"]),
    ("reverse", ["--score", "bilinear", "--query", "previous"]),
    ("reverse", ["--attention", "uniform"]),
    ("reverse", ["--cell", "lstm"]),
    ("sort", []),  # with coverage
    ("dates", []),  # with a hidden readout
]
SMALL = ["--steps", "60", "--hidden", "8", "--decoder-hidden", "8", "--attention-units", "8", "--quiet"]


def softmax(scores):
    powers = [math.exp(e - max(scores)) for e in scores]
    return [power / sum(powers) for power in powers]


def weighted_sum(weights, vectors):
    return [sum(a * h[k] for a, h in zip(weights, vectors)) for k in range(len(vectors[0]))]


def distance(one, other):
    assert len(one) == len(other), (len(one), len(other))
    return max(abs(a - b) for a, b in zip(one, other))


def read_npy(bytes_):
    """Rows of an array of floats in NumPy's format, version 1."""
    length = struct.unpack("<H", bytes_[8:10])[0]
    header = ast.literal_eval(bytes_[10:10 + length].decode("latin-1"))
    assert header["descr"] == "<f4" and not header["fortran_order"], header
    rows, columns = header["shape"]
    numbers = struct.unpack(f"<{rows * columns}f", bytes_[10 + length:])
    return [numbers[row * columns:(row + 1) * columns] for row in range(rows)]


def check_outputs(h, e, a, c):
    """The greatest deviation over all outputs."""
    most = 0.0
    for scores, weights, context in zip(e, a, c):
        most = max(most, distance(softmax(scores), weights), distance(weighted_sum(weights, h), context))
    return most


def check_json(path):
    lines = [json.loads(line) for line in open(path, encoding="utf-8")]
    most = 0.0
    inputs = 0
    while lines:
        head = lines.pop(0)
        outputs = [lines.pop(0) for _ in head["target"]]
        inputs += 1
        assert head["input"] == inputs
        assert head["shapes"]["h"] == [len(head["source"]), head["sizes"]["K"]]
        assert [output["output"] for output in outputs] == list(range(1, len(outputs) + 1))
        assert [output["symbol"] for output in outputs] == head["target"]
        for output in outputs:
            probabilities = [p for _, p in output["top"]]
            assert len(probabilities) == 5 and probabilities == sorted(probabilities, reverse=True)
            assert sum(probabilities) <= 1.0 + 1e-6
            assert output["top"][0][0] == output["symbol"], output  # greedy
        most = max(most, check_outputs(head["h"], *([output[name] for output in outputs] for name in "eac")))
    assert inputs == 2, inputs
    return most


def check_npz(path):
    with zipfile.ZipFile(path) as archive:
        h, e, a, c, q, s, logits = (
            read_npy(archive.read(f"{name}.npy")) for name in ["h", "e", "a", "c", "q", "s", "logits"])
    assert len(q) == len(s) == len(logits) == len(e)
    assert len(q[0]) == len(s[0]) == 8
    return check_outputs(h, e, a, c)


def main():
    program = os.path.abspath(sys.argv[1])
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)

        def run(*arguments):
            subprocess.run([program, *arguments], check=True, stdout=subprocess.DEVNULL)

        failed = False
        for number, (task, options) in enumerate(KINDS):
            model = f"run{number}"
            run("train", "--task", task, "--out", model, *SMALL, *options)
            texts = {"reverse": ["abc", "hello"], "sort": ["31", "2213"], "dates": ["28 March 2005", "7 30 21"]}[task]
            run("predict", "--quiet", "--model", model, "--trace", "trace.jsonl", *texts)
            run("predict", "--quiet", "--model", model, "--trace-full", "trace.npz", texts[0])
            deviation = max(check_json("trace.jsonl"), check_npz("trace.npz"))
            failed = failed or deviation > TOLERANCE
            print(f"{task} {' '.join(options)}: softmax(e) = a and sum a h = c to {deviation:.1e}")
        return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
