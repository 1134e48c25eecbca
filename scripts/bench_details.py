"""The tables of scripts/bench_table.py that show what is behind its targets."""

import shutil
import statistics

from bench_runs import QUICK, ROOT, SIZES, TASKS, Run, benchmarks, in_turn, median, per_symbol, say


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


def show_lengths():
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
