#!/usr/bin/env bash
# scripts/bench_pairs.sh [--quick]
# The cost of training on sentence pairs: 100,000 character pairs of 5 to 20 symbols (one epoch: time, target tokens
# per second, memory), and time by length and by vocabulary. Prints a table; --quick takes a tenth.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

pairs=100000
if [[ ${1:-} == --quick ]]; then pairs=10000; fi
program=$root/build/release/attnviz
[[ -x $program ]] || fail "build/release/attnviz is missing: run scripts/quickstart.sh"
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

# make NAME COUNT LEAST MOST VOCABULARY UNIT: COUNT pairs whose target is the source reversed
make_pairs() {
  python3 - "$@" >"$folder/$1.tsv" <<'PYTHON'
import random, sys
name, count, least, most, vocabulary, unit = sys.argv[1], *map(int, sys.argv[2:6]), sys.argv[6]
draw = random.Random(1)
symbols = [chr(97 + i) if unit == "char" else f"w{i}" for i in range(vocabulary)]
for _ in range(count):
    words = draw.choices(symbols, k=draw.randint(least, most))
    separator = "" if unit == "char" else " "
    print(separator.join(words), separator.join(reversed(words)), sep="\t")
PYTHON
}

# measure NAME UNIT STEPS: one row of the table, of a run of that many steps (0: one epoch)
measure() {
  python3 - "$program" "$folder/$1.tsv" "$2" "$3" "$folder/run" "$1" <<'PYTHON'
import json, re, resource, subprocess, sys
program, data, unit, steps, out, name = sys.argv[1:]
limit = ["--steps", steps] if steps != "0" else ["--epochs", "1"]
command = [program, "train", "--data", data, "--tokens", unit, "--out", out, "--force", "--json",
           "--save-every", "1000000", *limit]
ran = subprocess.run(command, check=True, capture_output=True, text=True)
report = json.loads(ran.stdout)
peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
train = int(re.search(r"read (\d+) pairs", ran.stderr).group(1))
rate = max(float(x) for x in re.findall(r"(\d+) examples/s", ran.stderr))
lengths = [len(t) if unit == "char" else t.count(" ") + 1
           for t in (line.rstrip("\n").split("\t")[1] for line in open(data, encoding="utf-8"))]
tokens = sum(lengths) / len(lengths) + 1
print(f"| {name} | {rate:.0f} | {rate * tokens:.0f} | {train / rate:.1f} | {1000 * report['seconds'] / report['steps']:.1f} | {peak:.0f} |", flush=True)
PYTHON
}

echo "| pairs | pairs/s | target tokens/s | s an epoch | ms a step | MB |"
echo "|---|---|---|---|---|---|"
make_pairs chars "$pairs" 5 20 26 char
measure chars char 0
for length in 10 25 50 100; do
  make_pairs "length-$length" 4000 "$length" "$length" 26 char
  measure "length-$length" char 40
done
for vocabulary in 50 500 5000 50000; do
  make_pairs "vocabulary-$vocabulary" $((vocabulary < 5000 ? 4000 : vocabulary * 2)) 5 20 "$vocabulary" word
  measure "vocabulary-$vocabulary" word 20
done
