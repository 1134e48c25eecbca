#!/usr/bin/env python3
"""scripts/bench_table.py [--quick]

Runs what scripts/bench.sh has built and prints its tables as Markdown. What is compared runs in turn,
one after the other, several times over; every figure is the median of its runs."""

import json
import os
import platform
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / "build/bench"
PROGRAM = BUILD / "attnviz"
# Debian's packages are for Debian's Python, which may not be the first on the path.
PYTHON = "/usr/bin/python3" if Path("/usr/bin/python3").exists() else sys.executable

QUICK = "--quick" in sys.argv[1:]
ROUNDS = 3 if QUICK else 7
TASKS = ("reverse", "left-shift", "right-shift", "sort", "dates")
SIZES = ("XS", "S", "M", "L")
CORE = min(os.sched_getaffinity(0))
BOTH = set(sorted(os.sched_getaffinity(0))[:2])


def say(text):
    print(f"== {text}", file=sys.stderr, flush=True)


# ---- running -------------------------------------------------------------------------------------


class Run:
    """One process: wall-clock seconds, processor seconds, and its output."""

    def __init__(self, command, stdin=None, environment=None):
        command = [str(word) for word in command]
        ours, theirs = os.pipe()
        files = [(os.POSIX_SPAWN_DUP2, theirs, 1),
                 (os.POSIX_SPAWN_OPEN, 2, os.devnull, os.O_WRONLY, 0),
                 (os.POSIX_SPAWN_DUP2, stdin.fileno(), 0) if stdin else
                 (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0)]
        start = time.perf_counter()  # includes starting the program; a row shows the time of `true`
        # Not subprocess.Popen, which takes longer to start a small program than it runs.
        process = os.posix_spawnp(command[0], command, environment or os.environ,
                                  file_actions=files, setsigdef=[signal.SIGPIPE])
        os.close(theirs)
        with open(ours, encoding="utf-8") as output:
            self.output = output.read()
        _, status, usage = os.wait4(process, 0)
        self.wall = time.perf_counter() - start
        self.cpu = usage.ru_utime + usage.ru_stime
        code = os.waitstatus_to_exitcode(status)
        if code != 0:
            raise SystemExit(f"bench_table: {' '.join(command)}: exit code {code}")


def in_turn(commands, rounds=ROUNDS):
    """Runs every command once, then every one again, and so on: name -> runs."""
    runs = {name: [] for name in commands}
    for _ in range(rounds):
        for name, command in commands.items():
            runs[name].append(command())
    return runs


def median(runs, key):
    return statistics.median(key(run) for run in runs)


def wall(runs):
    return median(runs, lambda run: run.wall)


def cpu(runs):
    return median(runs, lambda run: run.cpu)


def benchmarks(program, pattern, seconds=0.2, build=BUILD):
    """Name -> figures of Google Benchmark."""
    output = Run([build / "bench" / program, f"--benchmark_filter={pattern}",
                  f"--benchmark_min_time={seconds}", "--benchmark_format=json"]).output
    return {figures["name"]: figures for figures in json.loads(output)["benchmarks"]}


def peak_memory(command):
    """Kilobytes, by /usr/bin/time: a child of this process would start with its size."""
    if not shutil.which("time"):
        return None
    report = subprocess.run(["time", "-f", "%M", *map(str, command)], check=True,
                            capture_output=True, encoding="utf-8").stderr
    return int(report.splitlines()[-1])


def has_module(name):
    return subprocess.run([PYTHON, "-c", f"import {name}"], capture_output=True,
                          check=False).returncode == 0


def pytorch(*arguments):
    flags = Path("/proc/cpuinfo").read_text(encoding="utf-8") if Path("/proc/cpuinfo").exists() \
        else ""
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    if "avx512f" in flags:  # faster here than its own choice, AVX2
        environment["ATEN_CPU_CAPABILITY"] = "avx512"
    return json.loads(Run([PYTHON, ROOT / "bench/pytorch_reference.py", "--program", PROGRAM,
                           *arguments], environment=environment).output)


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


def measure_training(table, folder):
    say("training the five tasks")

    def train(task, *more):
        return Run([PROGRAM, "train", "--task", task, "--out", folder / task, "--force", "--quiet",
                    "--json", *more])

    runs = in_turn({task: lambda task=task: train(task) for task in TASKS}, 2 if QUICK else 5)
    reports = {task: json.loads(runs[task][0].output) for task in TASKS}
    for task in TASKS:
        limit = 1.5 if task in ("sort", "dates") else 0.6
        test = reports[task]["test"]
        reached = test["exact_match"] == 1 and (limit > 1 or test["gold_mass"] >= 0.98)
        table.row(f"`train --task {task}`, {reports[task]['steps']} steps, exact "
                  f"{100 * test['exact_match']:.2f} %, gold mass {test['gold_mass']:.3f}",
                  f"<= {limit} s", both(runs[task]), reached and wall(runs[task]) <= limit)

    say("training all of them, with one thread and with two")
    os.sched_setaffinity(0, BOTH)
    all_runs = in_turn({
        1: lambda: train_all(folder, 1), 2: lambda: train_all(folder, 2)}, 1 if QUICK else 3)
    os.sched_setaffinity(0, {CORE})
    table.row("`train --task all`", "<= 4 s", both(all_runs[1]), wall(all_runs[1]) <= 4)
    table.row("the same, two threads", "<= 2.5 s", both(all_runs[2]), wall(all_runs[2]) <= 2.5,
              "one thread", wall(all_runs[1]) / wall(all_runs[2]))
    return {task: (cpu(runs[task]), reports[task]["steps"]) for task in TASKS}


def train_all(folder, threads):
    return Run([PROGRAM, "train", "--task", "all", "--out", folder / "all", "--force", "--quiet",
                "--threads", threads])


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
    targets = {"XS": (20, 0.6), "S": (5, 0.75), "M": (3.3, 0.75), "L": (2.3, 0.75)}
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


def measure_threads(table):
    say("one thread and two")
    os.sched_setaffinity(0, BOTH)
    runs = in_turn({size: lambda size=size: benchmarks("train_step_bench", f"step/{size}/")
                    for size in SIZES})
    os.sched_setaffinity(0, {CORE})
    for size in SIZES:
        one, two = (median(runs[size], lambda run: run[f"step/{size}/threads:{n}"]["real_time"])
                    for n in (1, 2))
        target = 1.4 if size == "XS" else 1.8
        table.row(f"two threads, step of {size}", f">= {target}x", f"{two:.3g} ms",
                  one / two >= target, f"one thread: {one:.3g} ms", one / two)


def per_symbol(figures):
    return 1e6 / figures["symbols/s"]


def measure_padding(table):
    say("padding")
    runs = in_turn({size: lambda size=size: benchmarks("train_step_bench", f"padding/{size}/")
                    for size in SIZES})
    for size in SIZES:
        mixed, alike = (median(runs[size], lambda run: per_symbol(run[f"padding/{size}/{name}"]))
                        for name in ("lengths:4-12", "lengths:8"))
        table.row(f"lengths 4..12, {size}, a symbol", "<= 1.08x", f"{mixed:.3g} us",
                  mixed / alike <= 1.08, f"all of length 8: {alike:.3g} us", mixed / alike)


def measure_lengths():
    say("lengths 10 to 60")
    lengths = range(10, 61, 10)
    runs = in_turn({size: lambda size=size: benchmarks("train_step_bench", f"length/{size}/", 0.1)
                    for size in SIZES}, 2 if QUICK else 5)
    print("\n### Cost of a symbol by length\n\nMicroseconds of a training step for each input symbol. "
          "The attention compares every output with\nevery input, so the cost must be a constant "
          "plus a term in proportion to the length; the last column is\nthe greatest deviation from "
          "the best such line.\n")
    print("| size | " + " | ".join(map(str, lengths)) + " | constant + per length | off by |")
    print("|---|" + "---|" * (len(lengths) + 2))
    for size in SIZES:
        costs = [median(runs[size], lambda run: per_symbol(run[f"length/{size}/{length}"]))
                 for length in lengths]
        slope, constant = statistics.linear_regression(list(lengths), costs)
        off = max(abs(cost / (constant + slope * length) - 1)
                  for length, cost in zip(lengths, costs))
        print(f"| {size} | " + " | ".join(f"{cost:.3g}" for cost in costs) +
              f" | {constant:.3g} + {slope:.3g} n | {100 * off:.0f} % |")


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

    table.row("`predict` one word, process", "<= 4 ms", both(runs["word"]),
              wall(runs["word"]) <= 0.004, f"`true`: {1e3 * wall(runs['nothing']):.2g} ms")
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


def measure_portable(table):
    builds = {level: ROOT / f"build/bench-{level}" for level in ("x86-64-v3", "x86-64")}
    if not all((build / "bench/train_step_bench").exists() for build in builds.values()):
        return
    say("portable builds")
    commands = {}
    for size in SIZES:
        for level, build in {"native": BUILD, **builds}.items():
            commands[size, level] = lambda size=size, build=build: benchmarks(
                "train_step_bench", f"step/{size}/threads:1$", build=build)[
                    f"step/{size}/threads:1"]["cpu_time"]
    runs = in_turn(commands)
    for level in builds:
        for size in SIZES:
            ours, native = (statistics.median(runs[size, name]) for name in (level, "native"))
            ratio = ours / native
            table.row(f"{level} build, step of {size}", "<= 1.5x" if level != "x86-64" else "runs",
                      f"{ours:.3g} ms", ratio <= 1.5 if level != "x86-64" else True,
                      f"native: {native:.3g} ms", ratio)


# ---- the tables behind it ------------------------------------------------------------------------


def show_roofline(steps):
    columns = [("MFLOP", "MFLOP"), ("peak_GFLOP/s", "best GFLOP/s"), ("products_ms", "products, ms"),
               ("transcendentals_ms", "tanh and exp, ms"), ("memory_ms", "memory, ms"),
               ("roofline_ms", "roofline, ms"), ("step_ms", "step, ms"),
               ("step_GFLOP/s", "step, GFLOP/s"), ("fraction", "reached"),
               ("shapes_fraction", "with each product's own rate")]
    print("\n### Roofline\n\n| size | " + " | ".join(title for _, title in columns) + " |")
    print("|---|" + "---|" * len(columns))
    for size in SIZES:
        cells = [f"{100 * steps[size][name]:.0f} %" if "fraction" in name else
                 f"{steps[size][name]:.3g}" for name, _ in columns]
        print(f"| {size} | " + " | ".join(cells) + " |")


def show_parts():
    say("parts of a step")
    runs = in_turn({size: lambda size=size: benchmarks("parts_bench", f"part/{size}/", 0.1)
                    for size in SIZES}, 2 if QUICK else 5)
    names = [name.split("/", 2)[2] for name in runs["S"][0]]
    print("\n### Parts of a step, microseconds\n\nThe whole batch at once. Indented parts are contained "
          "in those above them; \"all\" leaves out tables\nand optimizer.\n")
    print("| part | " + " | ".join(SIZES) + " |\n|---|" + "---|" * len(SIZES))
    for name in names:
        cells = [f"{median(runs[size], lambda run: run[f'part/{size}/{name}']['cpu_time']):.3g}"
                 for size in SIZES]
        print(f"| {name.replace('  ', '&emsp;')} | " + " | ".join(cells) + " |")


def show_products():
    say("products")
    runs = in_turn({size: lambda size=size: benchmarks("product_bench", f"product/{size}/", 0.02)
                    for size in SIZES}, 1 if QUICK else 3)
    print("\n### Products at the model's shapes, GFLOP/s\n\nOperands in the cache. The mean weighs every "
          "kind of product of a step alike.\n")
    kinds = list(dict.fromkeys(name.rsplit("/", 1)[1] for name in runs["S"][0]))
    print("| size | " + " | ".join(f"{kind}, mean (lowest, highest)" for kind in kinds) + " |")
    print("|---|" + "---|" * len(kinds))
    for size in SIZES:
        cells = []
        for kind in kinds:
            rates = [1e-9 * median(runs[size], lambda run: run[name]["flop/s"])
                     for name in runs[size][0] if name.endswith("/" + kind)]
            cells.append(f"{statistics.mean(rates):.0f} ({min(rates):.0f}, {max(rates):.0f})")
        print(f"| {size} | " + " | ".join(cells) + " |")


def show_rest():
    say("activations, decoding, pictures")
    runs = in_turn({name: lambda name=name: benchmarks(name, ".", 0.1)
                    for name in ("activation_bench", "decode_bench", "render_bench")},
                   2 if QUICK else 5)
    print("\n### Activations, decoding, pictures\n\n| what | time | rate |\n|---|---|---|")
    rates = (("elements/s", 1e-9, "elements/ns"), ("symbols/s", 1, "symbols/s"),
             ("bytes/s", 1e-6, "MB/s"))
    for program in runs.values():
        for name in program[0]:
            time_of = median(program, lambda run: run[name]["cpu_time"])
            rate = next((f"{factor * median(program, lambda run: run[name][key]):,.3g} {unit}"
                         if factor < 1 else
                         f"{median(program, lambda run: run[name][key]):,.0f} {unit}"
                         for key, factor, unit in rates if key in program[0][name]), "")
            print(f"| {name} | {time_of:.3g} {program[0][name]['time_unit']} | {rate} |")


def show_profile():
    if not shutil.which("perf"):
        say("perf is not installed: no profile")
        return
    say("profile")
    print("\n### Where the time of a run goes\n")
    for task in TASKS[:1] if QUICK else ("reverse", "dates"):
        print(Run([ROOT / "scripts/profile.py", task]).output)


def describe_machine():
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
    print("### Machine\n")
    print(f"{facts.get('Model name', platform.machine())}, {os.cpu_count()} cores, {vectors}, "
          f"L1d {facts.get('L1d cache', '?')}, L2 {facts.get('L2 cache', '?')}, "
          f"{memory:.0f} GiB; {platform.system()} {platform.release()}. {built}; commit {commit}. "
          f"Load before and after: {os.getloadavg()[0]:.1f}", end="")


def main():
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
        describe_machine()
        table = Table()
        trained = measure_training(table, folder)
        if with_pytorch:
            measure_pytorch_training(table, trained)
        steps = measure_steps(table, with_pytorch)
        measure_threads(table)
        measure_padding(table)
        measure_processes(table, folder, with_matplotlib)
        measure_memory(table, folder)
        measure_portable(table)
        print(f", {os.getloadavg()[0]:.1f}.\n\n### Targets\n")
        table.show()
        show_roofline(steps)
        measure_lengths()
        show_parts()
        show_products()
        show_rest()
        show_profile()
    finally:
        if not given:
            shutil.rmtree(folder)


main()
