#!/usr/bin/env python3
"""The model of attnviz in PyTorch, written to be fast, to compare training with. One thread.

    bench/pytorch_reference.py --size S [--variant cell]
    bench/pytorch_reference.py --train reverse --steps 1300 --program build/bench/attnviz

--size: CPU milliseconds of a full training step (forward, backward, clipping, Adam), for every way of
writing the decoder's loop or the one given. --train: the same model on a task's own data with its
default recipe; the seconds of its steps alone, without drawing and padding batches, and the share of
held-out answers that came out right (of teacher forcing). What the recipe has besides weights, rate,
penalty and batch sizes (forgetting, averaging, harder examples) is left out. Both print JSON.

Needs PyTorch 1.13 or later (Debian: python3-torch, for /usr/bin/python3).
"""

import argparse
import json
import math
import statistics
import subprocess
import sys
import time

try:
    import torch
    from torch import nn
    from torch.nn import functional as F
    from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence
except ImportError as error:
    print(f"pytorch_reference: {error}; on Debian and Ubuntu: apt-get install python3-torch",
          file=sys.stderr)
    sys.exit(2)

START, END, FIRST_SYMBOL = 1, 2, 4
IGNORED = -100
SIZES = {"XS": (32, 32, 64, 16), "S": (32, 64, 64, 64), "M": (64, 128, 128, 64),
         "L": (128, 256, 256, 128)}
VOCABULARY = 30
LENGTH = 10


# ---- the decoder's loop, several ways --------------------------------------------------------------

def fused(tokens, s, keys, h, mask, v, W_a, W_c, W_hh, b_hh):
    """What y adds to the gates comes in `tokens` (T x B x 3D), for all steps from one product."""
    c = torch.zeros_like(h[:, 0])
    D = s.shape[1]
    states, contexts, weights = [], [], []
    for t in range(tokens.shape[0]):
        x = torch.addmm(tokens[t], c, W_c)
        g = torch.addmm(b_hh, s, W_hh)
        r, z = torch.sigmoid(x[:, :2 * D] + g[:, :2 * D]).chunk(2, 1)
        n = torch.tanh(torch.addcmul(x[:, 2 * D:], r, g[:, 2 * D:]))
        s = torch.lerp(n, s, z)
        e = torch.matmul(torch.tanh(keys + torch.mm(s, W_a).unsqueeze(1)), v) + mask
        a = torch.softmax(e, 1)
        c = torch.bmm(a.unsqueeze(1), h).squeeze(1)
        states.append(s)
        contexts.append(c)
        weights.append(a)
    return torch.stack(states), torch.stack(contexts), torch.stack(weights)


def by_cell(tokens, s, keys, h, mask, v, W_a, W_ih, W_hh, b_ih, b_hh, summed):
    """With PyTorch's own GRU cell; `tokens` are the embeddings (T x B x E). `summed`: the context as
    a sum instead of a batch of products, which is faster for small models."""
    c = torch.zeros_like(h[:, 0])
    states, contexts, weights = [], [], []
    for t in range(tokens.shape[0]):
        s = torch.gru_cell(torch.cat([tokens[t], c], 1), s, W_ih, W_hh, b_ih, b_hh)
        e = torch.matmul(torch.tanh(keys + torch.mm(s, W_a).unsqueeze(1)), v) + mask
        a = torch.softmax(e, 1)
        if summed:
            c = (a.unsqueeze(2) * h).sum(1)
        else:
            c = torch.bmm(a.unsqueeze(1), h).squeeze(1)
        states.append(s)
        contexts.append(c)
        weights.append(a)
    return torch.stack(states), torch.stack(contexts), torch.stack(weights)


scripted = torch.jit.script(fused)
VARIANTS = ("fused", "scripted", "cell", "cell, summed")


class Model(nn.Module):
    """E: embedding, H: encoder state each way, D: decoder state, A: attention units, R: readout."""

    def __init__(self, source, target, E, H, D, A, R=0, variant="fused"):
        super().__init__()
        self.variant = variant
        self.source = nn.Embedding(source, E)
        self.target = nn.Embedding(target, E)
        self.encoder = nn.GRU(E, H, bidirectional=True, batch_first=True)
        self.first_state = nn.Linear(H, D)
        self.query = nn.Linear(D, A, bias=False)
        self.key = nn.Linear(2 * H, A, bias=False)
        self.score = nn.Parameter(torch.randn(A) / math.sqrt(A))
        self.gru = nn.GRUCell(E + 2 * H, D)
        self.combine = nn.Linear(D + 2 * H + E, R) if R else None
        self.readout = nn.Linear(R or D + 2 * H + E, target)

    def encode(self, source, lengths):
        x = self.source(source)
        if lengths is None:  # all equal: nothing to pack
            return self.encoder(x)
        packed = pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=True)
        h, last = self.encoder(packed)
        return pad_packed_sequence(h, batch_first=True)[0], last

    def forward(self, source, lengths, mask, fed):
        """source: B x S, longest first; fed: T x B. Logits T x B x V and attention T x B x S."""
        h, last = self.encode(source, lengths)
        s = torch.tanh(self.first_state(last[1]))
        y = self.target(fed)
        attention = (self.key(h), h, mask, self.score, self.query.weight.t())
        cell = self.gru
        if self.variant.startswith("cell"):
            s, c, a = by_cell(y, s, *attention, cell.weight_ih, cell.weight_hh, cell.bias_ih,
                              cell.bias_hh, self.variant.endswith("summed"))
        else:
            loop = scripted if self.variant == "scripted" else fused
            E = y.shape[2]
            tokens = F.linear(y, cell.weight_ih[:, :E], cell.bias_ih)
            s, c, a = loop(tokens, s, *attention, cell.weight_ih[:, E:].t(), cell.weight_hh.t(),
                           cell.bias_hh)
        read = torch.cat([s, c, y], 2)
        return self.readout(torch.tanh(self.combine(read)) if self.combine else read), a


def make_batch(pairs):
    """Pairs of lists of numbers, END last, as padded tensors; the longest source first."""
    pairs = sorted(pairs, key=lambda pair: -len(pair[0]))
    lengths = [len(source) for source, _ in pairs]
    S, T = lengths[0], max(len(target) for _, target in pairs)
    source = torch.tensor([s + [0] * (S - len(s)) for s, _ in pairs])
    fed = torch.tensor([[START] + t[:-1] + [0] * (T - len(t)) for _, t in pairs]).t().contiguous()
    wanted = torch.tensor([t + [IGNORED] * (T - len(t)) for _, t in pairs]).t().contiguous()
    if lengths[-1] == S:
        return source, None, torch.zeros(1, S), fed, wanted
    real = torch.arange(S).unsqueeze(0) < torch.tensor(lengths).unsqueeze(1)
    return source, lengths, torch.zeros(real.shape).masked_fill(~real, -1e9), fed, wanted


class Trainer:
    def __init__(self, model, betas=(0.9, 0.98), clip=1.0, multi_tensor=True):
        self.model = model
        self.clip = clip
        self.parameters = list(model.parameters())
        self.adam = torch.optim.Adam(self.parameters, lr=1e-3, betas=betas, foreach=multi_tensor)

    def step(self, batch, rate, penalty=0.0):
        source, lengths, mask, fed, wanted = batch
        logits, a = self.model(source, lengths, mask, fed)
        loss = F.cross_entropy(logits.flatten(0, 1), wanted.flatten(), ignore_index=IGNORED)
        if penalty:
            entropy = -torch.xlogy(a, a.clamp_min(1e-30)).sum(2)
            loss = loss + penalty * entropy[wanted != IGNORED].mean()
        self.adam.zero_grad(set_to_none=True)
        loss.backward()
        self.clip_gradients()
        self.adam.param_groups[0]["lr"] = rate
        self.adam.step()

    def clip_gradients(self):
        gradients = [p.grad for p in self.parameters]
        norm = torch.stack(torch._foreach_norm(gradients)).norm()
        torch._foreach_mul_(gradients, float(min(1.0, self.clip / (norm + 1e-6))))


# ---- what PyTorch multiplies with ---------------------------------------------------------------

def warn_of_slow_products():
    """Debian's python3-torch uses the BLAS that is installed; the reference BLAS is too slow."""
    a = torch.rand(512, 512)
    seconds = math.inf
    for _ in range(3):
        start = time.process_time()
        torch.mm(a, a)
        seconds = min(seconds, time.process_time() - start)
    rate = 2e-9 * 512 ** 3 / seconds
    if rate < 20:
        print(f"pytorch_reference: warning: products at {rate:.1f} GFLOP/s, a fast BLAS is missing; "
              "on Debian and Ubuntu: apt-get install libopenblas0-pthread", file=sys.stderr)


# ---- a step's time -------------------------------------------------------------------------------

def random_reversals(count):
    words = torch.randint(FIRST_SYMBOL, VOCABULARY, (count, LENGTH)).tolist()
    return [(word + [END], word[::-1] + [END]) for word in words]


def time_steps(size, variants, seconds):
    E, H, A, B = SIZES[size]
    batch = make_batch(random_reversals(B))
    trainers = {}
    for variant in variants:
        trainer = Trainer(Model(VOCABULARY, VOCABULARY, E, H, H, A, variant=variant))
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


# ---- a task --------------------------------------------------------------------------------------

def run(command):
    return subprocess.run(command, check=True, capture_output=True, encoding="utf-8").stdout


def draw(program, task, count, part):
    lines = run([program, "tasks", f"--task={task}", f"--sample={count}", f"--part={part}"])
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
        if name.endswith("get.weight") or name == "source.weight":
            nn.init.normal_(tensor, std=recipe["embedding_std"])
        elif name == "score":
            nn.init.normal_(tensor, std=recipe["score_scale"] / math.sqrt(len(tensor)))
        elif tensor.dim() == 1:
            nn.init.zeros_(tensor)
        else:
            gates = 3 if "gru" in name or "encoder" in name else 1
            for gate in tensor.chunk(gates):
                nn.init.xavier_uniform_(gate)


def train(program, task, steps, variant):
    recipe = json.loads(run([program, "tasks", f"--task={task}", "--json"]))[0]["recipe"]
    training, held_out = draw(program, task, 60000, "train"), draw(program, task, 500, "validation")
    sides = [{symbol: FIRST_SYMBOL + i for i, symbol in
              enumerate(sorted(set("".join(pair[side] for pair in training + held_out))))}
             for side in (0, 1)]
    encode = [tuple(number(symbols, text) for symbols, text in zip(sides, pair))
              for pair in training + held_out]
    training, held_out = encode[:len(training)], encode[len(training):]

    model = Model(*(FIRST_SYMBOL + len(symbols) for symbols in sides), recipe["embedding"],
                  recipe["hidden"], recipe["decoder_hidden"], recipe["attention_units"],
                  recipe["readout_units"], variant)
    with torch.no_grad():
        initialise(model, recipe)
    trainer = Trainer(model, (recipe["beta1"], recipe["beta2"]), recipe["clip"])
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
        seconds += time.process_time() - start

    with torch.no_grad():
        source, lengths, mask, fed, wanted = make_batch(held_out)
        answers = model(source, lengths, mask, fed)[0].argmax(2)
    right = ((answers == wanted) | (wanted == IGNORED)).all(0).float().mean().item()
    return {"task": task, "steps": steps, "seconds": seconds, "exact_match": right}


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--size", choices=SIZES)
    what.add_argument("--train", metavar="TASK")
    parser.add_argument("--steps", type=int, default=1300)
    parser.add_argument("--variant", choices=VARIANTS)
    parser.add_argument("--seconds", type=float, default=2.0, help="how long to measure a size")
    parser.add_argument("--program", default="build/bench/attnviz")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(1)
    warn_of_slow_products()
    if arguments.size:
        variants = (arguments.variant,) if arguments.variant else VARIANTS
        print(json.dumps(time_steps(arguments.size, variants, arguments.seconds)))
    else:
        print(json.dumps(train(arguments.program, arguments.train, arguments.steps,
                               arguments.variant or "cell, summed")))


main()
