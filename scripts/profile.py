#!/usr/bin/env python3
"""scripts/profile.py [TASK]

Where the time of `attnviz train --task TASK` (reverse) goes, with the default recipe, on one core: runs
build/bench/attnviz under `perf` and prints two Markdown tables, by what is done and by the function that
was running. Milliseconds are the share of samples times the processor time of a run without perf."""

import os
import re
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

PROGRAM = Path(__file__).resolve().parent.parent / "build/bench/attnviz"

# Phases: the first of these anywhere on the stack.
PHASES = (
    ("validation", r"\bevaluate_forced\b"),
    ("test", r"\bevaluate_greedily\b"),
    ("drawing validation and test examples", r"::held_out\b"),
    ("writing files", r"\bwrite_file\b|append_line|write_model|write_safetensors|RunFolder"),
    ("training: drawing batches", r"::next_batch\b"),
    ("training: forward", r"attnviz::forward\b"),
    ("training: backward", r"\bforward_backward\b"),
    ("training: tables, gradient sums, Adam, average", r"Trainer::step"),
    ("initial weights, buffers", r"Trainer::Trainer"),
)
# Kinds of work: by the innermost function.
KINDS = (
    ("products", r"\btile|\bmultiply|row_of_tiles|add_product|\bproduct\b|dot_each"),
    ("attention: scores, softmax, contexts", r"\battend|softmax|\badditive|annotations_backward"),
    ("gates of the recurrent layers", r"gru_gates|lstm_gates|recurrent_step"),
    ("optimizer", r"\badam|gradient_norm|squared_norm|\baverage"),
    ("sums and tanh", r"::add\b|add_columns|::tanh"),
    ("look-ups, copies, transposes", r"look_up|prepare|carry|memcpy|memmove|memset|\bencode\b|transpose"),
    ("loss", r"cross_entropy|normaliser|logf|expf"),
    ("allocation", r"malloc|free\b|operator new|operator delete|_int_|tcache"),
    ("examples and their symbols",
     r"Vocabulary|utf8proc|character|memcmp|code_point|draw_|rearrange|consonant|encode_pair|grapheme"),
)


def stacks(data):
    """Each sample's functions, innermost first."""
    text = subprocess.run(["perf", "script", "-i", data, "-F", "ip,sym,dso"], check=True,
                          capture_output=True, encoding="utf-8").stdout
    for sample in text.split("\n\n"):
        frames = [line.strip().split(" ", 1)[-1] for line in sample.splitlines() if line.strip()]
        if frames:
            yield frames


def phase_of(frames):
    for name, pattern in PHASES:
        if any(re.search(pattern, frame) for frame in frames):
            return name
    return "starting, reading options, the rest"


def kind_of(frames):
    if "kernel" in frames[0]:
        return "kernel"
    return next((name for name, pattern in KINDS if re.search(pattern, frames[0])), "the rest")


def show(title, counts, seconds):
    total = sum(counts.values())
    print(f"\n| {title} | ms | share |\n|---|---|---|")
    for name, count in counts.most_common():
        print(f"| {name} | {1e3 * seconds * count / total:.0f} | {100 * count / total:.1f} % |")


def main():
    if not PROGRAM.exists():
        sys.exit(f"{PROGRAM} is missing: run scripts/bench.sh first")
    task = sys.argv[1] if len(sys.argv) > 1 else "reverse"
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    with tempfile.TemporaryDirectory() as folder:
        data = f"{folder}/perf.data"
        train = [str(PROGRAM), "train", "--task", task, "--out", f"{folder}/run", "--force", "--quiet"]
        before = os.times()
        subprocess.run(train, check=True, capture_output=True, cwd=folder)
        after = os.times()
        seconds = (after.children_user + after.children_system - before.children_user
                   - before.children_system)
        subprocess.run(["perf", "record", "-q", "-F", "1999", "--call-graph", "dwarf,16384", "-o",
                        data, *train], check=True, capture_output=True, cwd=folder)
        samples = list(stacks(data))
    print(f"`train --task {task}`: {seconds:.2f} s of a core, {len(samples)} samples.")
    show("what is done", Counter(map(phase_of, samples)), seconds)
    show("what was running", Counter(map(kind_of, samples)), seconds)


main()
