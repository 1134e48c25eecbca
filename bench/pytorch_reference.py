#!/usr/bin/env python3
"""Measures the model of attnviz in PyTorch, to compare training with. One thread.

    bench/pytorch_reference.py --size S [--variant cell]
    bench/pytorch_reference.py --pairs 128
    bench/pytorch_reference.py --train sort --steps 1100 --program build/bench/attnviz
    bench/pytorch_reference.py --describe

--size: CPU milliseconds of a full training step (forward, backward, clipping, Adam), for every fast way of
writing the decoder's loop or the one given. --pairs: the same for the model of sentence pairs with states
of that size, and for the plain way too (bench/pytorch_plain.py). --train: the same model on a task's own
data with its default recipe; the seconds of its steps alone, without drawing and padding batches, and the
share of held-out answers that came out right (of teacher forcing). Only forgetting is left out of the
recipe. --describe: version, instructions, and the library of its products with its rate. All print JSON.

Needs PyTorch 1.13 or later (Debian: python3-torch, for /usr/bin/python3).
"""

import argparse
import json
import math
import re
import statistics
import subprocess
import sys
import time
from pathlib import Path

sys.dont_write_bytecode = True
try:
    import torch
    from torch import nn

    from pytorch_model import END, FAST, FIRST_SYMBOL, IGNORED, VARIANTS, Model, Trainer, make_batch
    from pytorch_plain import PlainModel, PlainTrainer
except ImportError as error:
    print(f"pytorch_reference: {error}; on Debian and Ubuntu: apt-get install python3-torch",
          file=sys.stderr)
    sys.exit(2)

SIZES = {"XS": (32, 32, 64, 16), "S": (32, 64, 64, 64), "M": (64, 128, 128, 64),
         "L": (128, 256, 256, 128)}
PAIRS = (64, 64, 128, 64)  # embedding, attention units, readout units, batch: the recipe of pairs
VOCABULARY = 30


# ---- what PyTorch multiplies with ---------------------------------------------------------------

def product_rate():
    """GFLOP/s of a product of 512 x 512, the best of three."""
    a = torch.rand(512, 512)
    seconds = math.inf
    for _ in range(3):
        start = time.process_time()
        torch.mm(a, a)
        seconds = min(seconds, time.process_time() - start)
    return 2e-9 * 512 ** 3 / seconds


def name_of_blas():
    """The library that is in this process once products were computed."""
    maps = Path("/proc/self/maps")
    lines = maps.read_text(encoding="utf-8").splitlines() if maps.exists() else []
    names = sorted({Path(line.split()[-1]).name for line in lines if ".so" in line})
    for title, pattern in (("OpenBLAS", "openblas"), ("MKL", "mkl_"), ("BLIS", "blis"),
                           ("ATLAS", "atlas|tatlas|satlas"), ("the reference BLAS", "^libblas")):
        found = next((name for name in names if re.search(pattern, name)), None)
        if found:
            return f"{title} ({found})"
    return "MKL (built in)" if torch.backends.mkl.is_available() else "an unknown BLAS"


def describe():
    rate = product_rate()
    chosen = re.search(r"CPU capability usage: (\S+)", torch.__config__.show())
    return {"version": torch.__version__, "blas": name_of_blas(), "GFLOP/s": rate,
            "instructions": chosen.group(1) if chosen else "unknown instructions"}


def warn_of_slow_products():
    """Debian's python3-torch uses the BLAS that is installed; the reference BLAS is too slow."""
    rate = product_rate()
    if rate < 20:
        print(f"pytorch_reference: warning: products at {rate:.1f} GFLOP/s by {name_of_blas()}, a fast "
              "BLAS is missing; on Debian and Ubuntu: apt-get install libopenblas0-pthread",
              file=sys.stderr)


# ---- a step's time -------------------------------------------------------------------------------

def random_reversals(count, shortest, longest):
    """Lengths run through shortest..longest again and again."""
    lengths = [shortest + i % (longest - shortest + 1) for i in range(count)]
    words = [torch.randint(FIRST_SYMBOL, VOCABULARY, (length,)).tolist() for length in lengths]
    return [(word + [END], word[::-1] + [END]) for word in words]


def make_trainer(variant, *sizes):
    if variant == "plain":
        return PlainTrainer(PlainModel(VOCABULARY, VOCABULARY, *sizes), IGNORED)
    return Trainer(Model(VOCABULARY, VOCABULARY, *sizes, variant=variant))


def time_steps(variants, sizes, pairs, seconds):
    batch = make_batch(pairs)
    trainers = {}
    for variant in variants:
        trainer = make_trainer(variant, *sizes)
        for _ in range(5):  # TorchScript compiles in the first calls
            trainer.step(batch, 1e-3)
        trainers[variant] = trainer
    times = {variant: [] for variant in variants}
    end = time.process_time() + seconds
    while time.process_time() < end or not times[variants[-1]]:
        for variant, trainer in trainers.items():
            start = time.process_time()
            trainer.step(batch, 1e-3)
            times[variant].append(1e3 * (time.process_time() - start))
    return {variant: statistics.median(t) for variant, t in times.items()}


def time_size(size, variants, seconds):
    E, H, A, B = SIZES[size]
    return time_steps(variants, (E, H, H, A), random_reversals(B, 10, 10), seconds)


def time_pairs(H, variants, seconds):
    E, A, R, B = PAIRS
    return time_steps(variants, (E, H, H, A, R), random_reversals(B, 5, 20), seconds)


# ---- a task --------------------------------------------------------------------------------------

def run(command):
    return subprocess.run(command, check=True, capture_output=True, encoding="utf-8").stdout


def draw(program, task, count, kind):
    lines = run([program, "tasks", f"--task={task}", f"--sample={count}", kind])
    return [line.split("\t")[:2] for line in lines.splitlines()]


def number(symbols, text):
    return [symbols[symbol] for symbol in text] + [END]


def rate_at(recipe, step):
    warm_up, steps = recipe["warm_up"], recipe["steps"]
    if step < warm_up:
        return recipe["learning_rate"] * (step + 1) / warm_up
    left = (steps - step) / max(1, steps - warm_up)
    return recipe["learning_rate"] * (recipe["final_rate"] + (1 - recipe["final_rate"]) * left)


def penalty_at(recipe, step):
    begin, full = recipe["penalty_from"], recipe["penalty_full"]
    return recipe["entropy_penalty"] * min(1.0, max(0.0, (step / recipe["steps"] - begin)
                                                    / (full - begin)))


def initialise(model, recipe):
    for name, tensor in model.named_parameters():
        if name in ("source.weight", "target.weight"):
            nn.init.normal_(tensor, std=recipe["embedding_std"])
        elif name == "score":
            nn.init.normal_(tensor, std=recipe["score_scale"] / math.sqrt(len(tensor)))
        elif name == "coverage":
            nn.init.normal_(tensor, std=recipe["coverage_std"])
        elif tensor.dim() == 1:
            nn.init.zeros_(tensor)
        else:
            gates = 3 if "gru" in name or "encoder" in name else 1
            for gate in tensor.chunk(gates):
                nn.init.xavier_uniform_(gate)
    for layer in (model.query, model.key):
        layer.weight *= recipe["attention_gain"]
    for bias, value in ((model.encoder.bias_ih_l0, "update_bias"),
                        (model.encoder.bias_ih_l0_reverse, "update_bias"),
                        (model.gru.bias_ih, "decoder_update_bias")):
        bias.chunk(3)[1].fill_(recipe[value])  # r, z, n


def train(program, task, steps, variant):
    recipe = json.loads(run([program, "tasks", f"--task={task}", "--json"]))[0]["recipe"]
    training = draw(program, task, 60000, "--as-trained")
    held_out = draw(program, task, 500, "--part=validation")
    sides = [{symbol: FIRST_SYMBOL + i for i, symbol in
              enumerate(sorted(set("".join(pair[side] for pair in training + held_out))))}
             for side in (0, 1)]
    encode = [tuple(number(symbols, text) for symbols, text in zip(sides, pair))
              for pair in training + held_out]
    training, held_out = encode[:len(training)], encode[len(training):]

    model = Model(*(FIRST_SYMBOL + len(symbols) for symbols in sides), recipe["embedding"],
                  recipe["hidden"], recipe["decoder_hidden"], recipe["attention_units"],
                  recipe["readout_units"], recipe["coverage"], variant)
    with torch.no_grad():
        initialise(model, recipe)
    trainer = Trainer(model, (recipe["beta1"], recipe["beta2"]), recipe["epsilon"], recipe["clip"])
    seconds, at = 0.0, 0
    for step in range(steps):
        size = recipe["batch" if step < recipe["late_batch_from"] * recipe["steps"] else
                      "late_batch"]
        if at + size > len(training):
            at = 0
        batch = make_batch(training[at:at + size])
        at += size
        rate, penalty = rate_at(recipe, step), penalty_at(recipe, step)
        start = time.process_time()
        trainer.step(batch, rate, penalty)
        if recipe["average"]:
            trainer.average(step, recipe["average"])
        seconds += time.process_time() - start

    with torch.no_grad():
        if recipe["average"]:
            torch._foreach_zero_(trainer.parameters)
            torch._foreach_add_(trainer.parameters, trainer.averages)
        source, lengths, mask, fed, wanted = make_batch(held_out)
        answers = model(source, lengths, mask, fed)[0].argmax(2)
    right = ((answers == wanted) | (wanted == IGNORED)).all(0).float().mean().item()
    return {"task": task, "steps": steps, "seconds": seconds, "exact_match": right}


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--size", choices=SIZES)
    what.add_argument("--pairs", type=int, metavar="STATES")
    what.add_argument("--train", metavar="TASK")
    what.add_argument("--describe", action="store_true")
    parser.add_argument("--steps", type=int, default=1300)
    parser.add_argument("--variant", choices=VARIANTS)
    parser.add_argument("--seconds", type=float, default=2.0, help="how long to measure a size")
    parser.add_argument("--program", default="build/bench/attnviz")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(1)
    warn_of_slow_products()
    chosen = (arguments.variant,) if arguments.variant else None
    if arguments.describe:
        result = describe()
    elif arguments.size:
        result = time_size(arguments.size, chosen or FAST, arguments.seconds)
    elif arguments.pairs:
        result = time_pairs(arguments.pairs, chosen or VARIANTS, arguments.seconds)
    else:
        variant = arguments.variant or "cell, summed"
        if variant == "plain":
            parser.error("--train takes a fast variant")
        result = train(arguments.program, arguments.train, arguments.steps, variant)
    print(json.dumps(result))


if __name__ == "__main__":
    main()
