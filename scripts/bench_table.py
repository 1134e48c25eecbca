#!/usr/bin/env python3
"""scripts/bench_table.py [--quick]

Runs what scripts/bench.sh has built and prints its tables as Markdown. What is compared runs in turn,
one after the other, several times over; every figure is the median of its runs."""

import csv
import json
import os
import platform
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

sys.dont_write_bytecode = True
from bench_details import show_lengths, show_parts, show_products, show_profile, show_rest, \
    show_roofline
from bench_runs import BOTH, CORE, PROGRAM, PYTHON, QUICK, ROOT, SIZES, TASKS, Run, benchmarks, cpu, \
    has_module, in_turn, median, peak_memory, per_symbol, pytorch, say, unset_what_slows, wall

# ---- the table -----------------------------------------------------------------------------------


class Table:
    def __init__(self):
        self.lines = []

    def row(self, what, target, measured, met, against="", ratio=None):
        times = "" if ratio is None else f"{ratio:.3g}x"
        verdict = {True: "yes", False: "**no**", None: ""}[met]
        self.lines.append(f"| {what} | {target} | {measured} | {against} | {times} | {verdict} |")

    def show(self):
        print("| what | target | measured | compared with | ratio | met |\n|---|---|---|---|---|---|")
        print("\n".join(self.lines))


def both(runs):
    """Wall-clock and, in brackets, processor time, which differ where the machine had other work."""
    unit, factor = ("s", 1) if wall(runs) >= 0.1 else ("ms", 1e3)
    return f"{factor * wall(runs):.3g} {unit} ({factor * cpu(runs):.3g} of a core)"


# Seconds from start to saved model, exact match, gold mass.
LETTERS = (0.38, 0.9997, 0.985)
TRAINING = {"reverse": LETTERS, "left-shift": LETTERS, "right-shift": LETTERS,
            "sort": (1.9, 0.9997, 0.93), "dates": (0.95, 0.999, 0.90)}


def measure_training(table, folder):
    say("training the five tasks")

    def train(task, *more):
        return Run([PROGRAM, "train", "--task", task, "--out", folder / task, "--force", "--quiet",
                    "--json", *more])

    runs = in_turn({task: lambda task=task: train(task) for task in TASKS}, 2 if QUICK else 5)
    reports = {task: json.loads(runs[task][0].output) for task in TASKS}
    for task in TASKS:
        limit, exact, mass = TRAINING[task]
        test = reports[task]["test"]
        reached = test["exact_match"] >= exact and test["gold_mass"] >= mass
        table.row(f"`train --task {task}`, {reports[task]['steps']} steps, exact "
                  f"{100 * test['exact_match']:.2f} %, gold mass {test['gold_mass']:.3f}",
                  f"<= {limit} s", both(runs[task]), reached and wall(runs[task]) <= limit)

    say("training all of them, with one thread and with two")
    os.sched_setaffinity(0, BOTH)
    all_runs = in_turn({
        1: lambda: train_all(folder, 1), 2: lambda: train_all(folder, 2)}, 1 if QUICK else 3)
    os.sched_setaffinity(0, {CORE})
    table.row("`train --task all`", "<= 4 s", both(all_runs[1]), wall(all_runs[1]) <= 4)
    table.row("the same, two threads", "<= 2.6 s", both(all_runs[2]), wall(all_runs[2]) <= 2.6,
              "one thread", wall(all_runs[1]) / wall(all_runs[2]))
    return {task: (cpu(runs[task]), reports[task]["steps"]) for task in TASKS}


def train_all(folder, threads):
    return Run([PROGRAM, "train", "--task", "all", "--out", folder / "all", "--force", "--quiet",
                "--threads", threads])


def measure_sort(table, folder):
    seeds = range(501, 504 if QUICK else 531)
    say(f"sort, seeds {seeds[0]} to {seeds[-1]}")
    os.sched_setaffinity(0, BOTH)
    subprocess.run([ROOT / "scripts/study.sh", "--seeds", str(seeds[0]), str(seeds[-1]), "--task",
                    "sort"], check=False, stdout=subprocess.DEVNULL,  # fails if a target is missed
                   env={**os.environ, "ATTNVIZ_PROGRAM": str(PROGRAM),
                        "ATTNVIZ_STUDY": str(folder / "study")})
    os.sched_setaffinity(0, {CORE})
    with open(folder / "study/study.csv", encoding="utf-8") as file:
        models = list(csv.DictReader(file))
    if len(models) != len(seeds):
        raise SystemExit(f"bench_table: study.csv has {len(models)} models, expected {len(seeds)}")
    wrong = [round(10_000 * (1 - float(model["exact_match"]))) for model in models]
    masses = [float(model["gold_mass"]) for model in models]
    hit = min(float(model["hit_rate"]) for model in models)
    what = f"sort, seeds {seeds[0]} to {seeds[-1]}"
    mean = statistics.mean(wrong)
    target = "most <= 3" if QUICK else "mean <= 0.7, most <= 3"  # three seeds say little of a mean
    table.row(f"{what}: wrong of 10,000, mean and most", target, f"{mean:.2f}, {max(wrong)}",
              (QUICK or mean <= 0.7) and max(wrong) <= 3)
    mean = statistics.mean(masses)
    table.row(f"{what}: gold mass", "mean >= .95, worst >= .93", f"{mean:.4f}, {min(masses):.4f}",
              mean >= 0.95 and min(masses) >= 0.93)
    table.row(f"{what}: hit rate", "worst >= .995", f"{hit:.4f}", hit >= 0.995)


def measure_pytorch_training(table, trained):
    for task in TASKS[:1] if QUICK else TASKS:
        say(f"PyTorch: {task}")
        seconds, steps = trained[task]
        theirs = pytorch("--train", task, "--steps", str(steps))
        ratio = theirs["seconds"] / seconds
        table.row(f"time to that of {task}, seconds of a core", ">= 20x", f"{seconds:.3g} s",
                  ratio >= 20, f"PyTorch, steps alone: {theirs['seconds']:.3g} s, exact "
                  f"{100 * theirs['exact_match']:.1f} %", ratio)


def measure_steps(table, with_pytorch):
    targets = {"XS": (22, 0.65), "S": (6.5, 0.78), "M": (4.5, 0.75), "L": (2.3, 0.68)}
    commands = {}
    for size in SIZES:
        commands[size] = lambda size=size: benchmarks("roofline_bench", f"roofline/{size}$")[
            f"roofline/{size}"]
        if with_pytorch:
            commands["PyTorch " + size] = lambda size=size: pytorch("--size", size, "--seconds", "1")
    say("training steps" + (", and PyTorch's" if with_pytorch else ""))
    runs = in_turn(commands)

    def middle(size, name):
        return median(runs[size], lambda run: run[name])

    for size in SIZES:
        target, fraction = targets[size]
        step = middle(size, "step_ms")
        if with_pytorch:
            theirs = {variant: median(runs["PyTorch " + size], lambda run: run[variant])
                      for variant in runs["PyTorch " + size][0]}
            best = min(theirs, key=theirs.get)
            ratio = theirs[best] / step
            table.row(f"training step, {size}", f">= {target}x", f"{step:.3g} ms", ratio >= target,
                      f"PyTorch ({best}): {theirs[best]:.3g} ms", ratio)
        else:
            table.row(f"training step, {size}", f">= {target}x", f"{step:.3g} ms", None,
                      "no PyTorch here")
    for size in SIZES:
        target = targets[size][1]
        reached = middle(size, "fraction")
        table.row(f"part of the roofline, {size}", f">= {100 * target:.0f} %",
                  f"{100 * reached:.0f} %", reached >= target,
                  f"roofline: {middle(size, 'roofline_ms'):.3g} ms")
    return {size: {name: middle(size, name) for name in runs[size][0] if
                   isinstance(runs[size][0][name], float)} for size in SIZES}


def measure_pairs(table, with_pytorch):
    say("steps of sentence pairs" + (", and PyTorch's" if with_pytorch else ""))
    target = 4.5
    commands = {}
    for states in (128, 256):
        commands[states] = lambda states=states: benchmarks("train_step_bench", f"pairs/{states}$")[
            f"pairs/{states}"]["cpu_time"]
        if with_pytorch:
            commands["PyTorch", states] = lambda states=states: pytorch(
                "--pairs", str(states), "--seconds", "1")
    runs = in_turn(commands, 1 if QUICK else 3)
    for states in (128, 256):
        step = statistics.median(runs[states])
        what = f"training step of pairs, states of {states}"
        if not with_pytorch:
            table.row(what, f">= {target}x", f"{step:.3g} ms", None, "no PyTorch here")
            continue
        theirs = {variant: median(runs["PyTorch", states], lambda run: run[variant])
                  for variant in runs["PyTorch", states][0]}
        plain = theirs.pop("plain")
        best = min(theirs, key=theirs.get)
        table.row(what, f">= {target}x", f"{step:.3g} ms", plain / step >= target,
                  f"plain PyTorch: {plain:.3g} ms; PyTorch ({best}): {theirs[best]:.3g} ms",
                  plain / step)


def measure_readout(table):
    say("readout of a large vocabulary")
    figures = in_turn({"readout": lambda: benchmarks("readout_bench", "readout/5000$")[
        "readout/5000"]})["readout"]
    rate, limit = (median(figures, lambda run: run[name]) for name in ("GFLOP/s", "limit_GFLOP/s"))
    table.row("readout, 5,000 words", ">= 80 % of its products' best rate",
              f"{rate:.0f} GFLOP/s, {100 * rate / limit:.0f} %", rate / limit >= 0.8,
              f"the products alone, any library: {limit:.0f} GFLOP/s")


def measure_threads(table):
    say("one thread and two")
    targets = {"XS": 1.6, "S": 1.85, "M": 1.85, "L": 1.8}
    os.sched_setaffinity(0, BOTH)
    runs = in_turn({size: lambda size=size: benchmarks("train_step_bench", f"step/{size}/")
                    for size in SIZES})
    os.sched_setaffinity(0, {CORE})
    for size in SIZES:
        one, two = (median(runs[size], lambda run: run[f"step/{size}/threads:{n}"]["real_time"])
                    for n in (1, 2))
        target = targets[size]
        table.row(f"two threads, step of {size}", f">= {target}x", f"{two:.3g} ms",
                  one / two >= target, f"one thread: {one:.3g} ms", one / two)


def measure_padding(table):
    say("padding")
    runs = in_turn({size: lambda size=size: benchmarks("train_step_bench", f"padding/{size}/")
                    for size in SIZES})
    for size in SIZES:
        mixed, alike = (median(runs[size], lambda run: per_symbol(run[f"padding/{size}/{name}"]))
                        for name in ("lengths:4-12", "lengths:8"))
        table.row(f"lengths 4..12, {size}, a symbol", "<= 1.08x", f"{mixed:.3g} us",
                  mixed / alike <= 1.08, f"all of length 8: {alike:.3g} us", mixed / alike)


def write_map(path, side):
    """A soft diagonal whose rows sum to one."""
    weights = [[1 / (1 + (i - j) ** 2) for j in range(side)] for i in range(side)]
    weights = [[round(w / sum(row), 6) for w in row] for row in weights]
    labels = [chr(ord("a") + i % 26) for i in range(side)]
    path.write_text(json.dumps({
        "format": "attnviz-attention", "version": 1, "orientation": "rows=output,columns=input",
        "source": labels, "target": labels, "weights": weights}), encoding="utf-8")


def measure_processes(table, folder, with_matplotlib):
    say("predict and render" + (", and matplotlib" if with_matplotlib else ""))
    model = folder / "reverse"
    lines = folder / "lines.txt"
    drawn = Run([PROGRAM, "tasks", "--task", "reverse", "--sample", 10000, "--part", "test"]).output
    lines.write_text("".join(line.split("\t")[0] + "\n" for line in drawn.splitlines()),
                     encoding="utf-8")
    symbols = sum(len(line) for line in lines.read_text(encoding="utf-8").splitlines(True))

    def predict_lines():
        with lines.open() as file:
            return Run([PROGRAM, "predict", "--model", model, "-"], stdin=file)

    # side -> size of attnviz's picture and its symbols per label
    sides = {10: (466, 412, 1), 1000: (3308, 3176, 4)}
    commands = {"nothing": lambda: Run(["true"]),
                "word": lambda: Run([PROGRAM, "predict", "--model", model, "monojitcnn"]),
                "lines": predict_lines}
    for side, picture in sides.items():
        path = folder / f"{side}.json"
        write_map(path, side)
        commands[f"render {side}"] = lambda path=path: Run(
            [PROGRAM, "render", "--matrix", path, "--out", path.with_suffix(".png"), "--quiet"])
        if with_matplotlib:
            commands[f"matplotlib {side}"] = lambda path=path, picture=picture: Run(
                [PYTHON, ROOT / "bench/matplotlib_reference.py", path, folder / "theirs.png",
                 *picture])
    runs = in_turn(commands)

    table.row("`predict` one word, process", "<= 3.5 ms", both(runs["word"]),
              wall(runs["word"]) <= 0.0035, f"`true`: {1e3 * wall(runs['nothing']):.2g} ms")
    rate = symbols / cpu(runs["lines"])
    table.row("`predict` 10,000 lines, process", ">= 200,000 symbols/s of a core",
              f"{both(runs['lines'])}: {rate:,.0f} symbols/s", rate >= 200_000)
    for side, limit, least in ((10, 0.02, 20), (1000, 1.0, None)):
        ours = runs[f"render {side}"]
        against, ratio = "no matplotlib here", None
        if with_matplotlib:
            theirs = runs[f"matplotlib {side}"]
            against, ratio = f"matplotlib: {both(theirs)}", cpu(theirs) / cpu(ours)
        also = f", >= {least}x" if least else ""
        met = wall(ours) <= limit and (not least or ratio is None or ratio >= least)
        table.row(f"`render` {side}x{side}, process", f"<= {1000 * limit:.0f} ms{also}", both(ours),
                  met, against, ratio)


def measure_memory(table, folder):
    say("memory")
    command = [PROGRAM, "train", "--task", "reverse", "--out", folder / "memory", "--force",
               "--quiet"]
    usual = peak_memory(command)
    if usual is None:
        table.row("peak memory of `train --task reverse`", "<= 25 MB", "", None,
                  "no `time` here")
        return
    more = peak_memory([*command, "--seed", 2])
    table.row("peak memory of `train --task reverse`", "<= 25 MB", f"{usual / 1000:.1f} MB",
              usual <= 25_000, f"another seed: {more / 1000:.1f} MB")
    fewer, many = (peak_memory([*command, "--steps", steps]) for steps in (300, 1200))
    table.row("the same, 1200 steps", "not more than 300 steps", f"{many / 1000:.1f} MB",
              many <= 1.05 * fewer, f"300 steps: {fewer / 1000:.1f} MB", many / fewer)


def measure_older_processors(table):
    """The same program with the kernels of older processors, beside those that it chose here."""
    chosen = re.search(r"processor: (\S+)", Run([PROGRAM, "--version"]).output).group(1)
    levels = ("x86-64-v4", "x86-64-v3", "x86-64-v2")
    older = levels[levels.index(chosen) + 1:] if chosen in levels else ()
    if not older:
        return
    say("kernels of older processors")
    commands = {}
    for size in SIZES:
        for level in (chosen, *older):
            commands[size, level] = lambda size=size, level=level: benchmarks(
                "train_step_bench", f"step/{size}/threads:1$", processor=level)[
                    f"step/{size}/threads:1"]["cpu_time"]
    runs = in_turn(commands)
    for level in older:
        for size in SIZES:
            step, best = (statistics.median(runs[size, name]) for name in (level, chosen))
            has_target = level == "x86-64-v3"
            table.row(f"with `ATTNVIZ_CPU={level}`, step of {size}",
                      "<= 1.5x" if has_target else "runs", f"{step:.3g} ms",
                      step / best <= 1.5 if has_target else True, f"{chosen}: {best:.3g} ms",
                      step / best)


# ---- all of it ------------------------------------------------------------------------------------

def describe_pytorch():
    facts = pytorch("--describe")
    slow = "" if facts["GFLOP/s"] >= 20 else \
        " (**too slow to compare with**: install libopenblas0-pthread)"
    return (f"PyTorch {facts['version']}, {facts['instructions']}, its BLAS: {facts['blas']}, "
            f"{facts['GFLOP/s']:.0f} GFLOP/s at 512x512{slow}. ")


def describe_machine(with_pytorch, unset):
    facts = {}
    if shutil.which("lscpu"):
        listing = Run(["lscpu"]).output
        facts = dict(map(str.strip, line.split(":", 1)) for line in listing.splitlines()
                     if ":" in line)
    flags = facts.get("Flags", "").split()
    vectors = next((name for flag, name in (("avx512f", "AVX-512"), ("avx2", "AVX2"))
                    if flag in flags), "no AVX2")
    built = Run([PROGRAM, "--version"]).output.strip().replace("\n", "; ")
    commit = subprocess.run(["git", "-C", str(ROOT), "rev-parse", "--short", "HEAD"], check=False,
                            capture_output=True, encoding="utf-8").stdout.strip()
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2 ** 30
    names = ", ".join(f"`{name}`" for name in unset)
    print("### Machine\n")
    print(f"{facts.get('Model name', platform.machine())}, {os.cpu_count()} cores, {vectors}, "
          f"L1d {facts.get('L1d cache', '?')}, L2 {facts.get('L2 cache', '?')}, "
          f"{memory:.0f} GiB; {platform.system()} {platform.release().split('-')[0]}. {built}; commit {commit}. "
          f"{describe_pytorch() if with_pytorch else 'No PyTorch. '}"
          f"Set in the environment and unset here: {names or 'nothing that slows'}. "
          f"Load before and after: {os.getloadavg()[0]:.1f}", end="")


def main():
    unset = unset_what_slows()
    os.sched_setaffinity(0, {CORE})
    with_pytorch, with_matplotlib = has_module("torch"), has_module("matplotlib")
    for module, there in (("torch", with_pytorch), ("matplotlib", with_matplotlib)):
        if not there:
            say(f"python3-{module} is not installed: nothing is compared with it")
    given = os.environ.get("ATTNVIZ_BENCH")
    folder = Path(given or tempfile.mkdtemp()).resolve()
    folder.mkdir(parents=True, exist_ok=True)
    os.chdir(folder)  # `runs/latest` must not move
    try:
        describe_machine(with_pytorch, unset)
        table = Table()
        trained = measure_training(table, folder)
        if with_pytorch:
            measure_pytorch_training(table, trained)
        measure_sort(table, folder)
        steps = measure_steps(table, with_pytorch)
        measure_pairs(table, with_pytorch)
        measure_readout(table)
        measure_threads(table)
        measure_padding(table)
        measure_processes(table, folder, with_matplotlib)
        measure_memory(table, folder)
        measure_older_processors(table)
        print(f", {os.getloadavg()[0]:.1f}.\n\n### Targets\n")
        table.show()
        show_roofline(steps)
        show_lengths()
        show_parts()
        show_products()
        show_rest()
        show_profile()
    finally:
        if not given:
            shutil.rmtree(folder)


main()
