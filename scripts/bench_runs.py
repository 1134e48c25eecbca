"""What bench_table.py and bench_details.py share: which programs run, and how they are timed."""

import json
import os
import re
import shutil
import signal
import statistics
import subprocess
import sys
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
# Variables that change the speed of what is measured.
SLOWING = re.compile(r"(OMP|GOMP|KMP|OPENBLAS|GOTO|BLIS|MKL|ONEDNN|DNNL|ATEN|MALLOC)_.*|LD_PRELOAD|"
                     r"GLIBC_TUNABLES|ATTNVIZ_CPU")


def say(text):
    print(f"== {text}", file=sys.stderr, flush=True)


def unset_what_slows():
    """The names of the variables that were set."""
    names = sorted(name for name in os.environ if SLOWING.fullmatch(name))
    for name in names:
        del os.environ[name]
    return names


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


def benchmarks(program, pattern, seconds=0.2, processor=None):
    """Name -> figures of Google Benchmark, with the kernels of that kind of processor."""
    environment = {**os.environ, "ATTNVIZ_CPU": processor} if processor else None
    output = Run([BUILD / "bench" / program, f"--benchmark_filter={pattern}",
                  f"--benchmark_min_time={seconds}", "--benchmark_format=json"],
                 environment=environment).output
    return {figures["name"]: figures for figures in json.loads(output)["benchmarks"]}


def per_symbol(figures):
    return 1e6 / figures["symbols/s"]


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
