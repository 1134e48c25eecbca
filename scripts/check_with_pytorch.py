#!/usr/bin/env python3
"""Loads a model that attnviz has trained into PyTorch and compares what the two compute.

    scripts/check_with_pytorch.py runs/reverse
    scripts/check_with_pytorch.py runs/reverse monojitcnn abc
    scripts/check_with_pytorch.py --explain runs/reverse

MODEL is a run folder or a model file. The texts are inputs for the model; without any, twenty
examples of its task are drawn. Both sides answer each input greedily; the logits and the attention
of every step must agree to 1e-5 (for logits outside -1..1: 1e-5 of their size), and with hard attention
the posterior. With --explain the
two explain three examples, or the given texts: by gradients and integrated gradients from automatic
differentiation, by occlusion and, up to five symbols, by Shapley values, all with the mean embedding
as what is absent; values must agree to 1e-4 (of their size, above 1). Exit codes: 0 they
agree, 1 they differ, 2 nothing could be compared.

Needs Python 3.9, NumPy and PyTorch 1.11 or later and nothing else. On Debian and Ubuntu,
`apt-get install python3-torch` installs both for /usr/bin/python3.

This file is also the description of the model format. A model is one safetensors file, which
read_safetensors() below reads whole. Its tensors are the parameters of class Model, under the names
that PyTorch gives them, so that load_state_dict() finds everything. Its metadata has, as strings:

    format          "attnviz-model"
    config          JSON: embedding, hidden, decoder_hidden, attention_units: sizes; query: see Model;
                    coverage: see Attention; hard and copy, true or left out: see Decoder; cell: "lstm", or "gru"
                    or left out
    source_symbols  JSON list: the symbols of the input, numbered from 4
    target_symbols  JSON list: the symbols of the output, numbered from 4
    task            JSON: the name of the task and its settings
    text            JSON, of a model of pairs: how it reads, and longest, the symbols of an answer

The numbers 0..3 are reserved on both sides for PAD, START, END and UNKNOWN. An input ends with END.
With a copy gate an answer may also hold symbols of its input that target_symbols lack, numbered on
from those, and the numbers that are compared as logits are logarithms of probabilities.
"""

import argparse
import itertools
import json
import struct
import subprocess
import sys
from pathlib import Path

try:
    import numpy as np
    import torch
    from torch import nn
except ImportError as error:
    print(f"check_with_pytorch: {error}: PyTorch is needed here (and nowhere else in attnviz).\n"
          "On Debian and Ubuntu: apt-get install python3-torch, then\n"
          f"  /usr/bin/python3 {' '.join(sys.argv)}", file=sys.stderr)
    sys.exit(2)

TOLERANCE = 1e-5
EXPLAIN_TOLERANCE = 1e-4
START, END, UNKNOWN, FIRST_SYMBOL = 1, 2, 3, 4
LABELS = {"</s>": END, "<unk>": UNKNOWN}


class CannotCompare(Exception):
    """Nothing could be compared, for the reason in the message."""


# ---- the file ------------------------------------------------------------------------------------


def read_safetensors(path):
    """The metadata and the tensors of a file: a length, a JSON header of that length, numbers."""
    data = Path(path).read_bytes()
    if len(data) < 8:
        raise CannotCompare(f"{path}: not a safetensors file")
    (length,) = struct.unpack("<Q", data[:8])
    try:
        header = json.loads(data[8:8 + length])
    except ValueError as error:
        raise CannotCompare(f"{path}: not a safetensors file: {error}") from error
    numbers = data[8 + length:]

    metadata = header.pop("__metadata__", {})
    tensors = {}
    for name, entry in header.items():
        if entry["dtype"] != "F32":
            raise CannotCompare(f"{path}: {name} is {entry['dtype']}, expected F32")
        begin, end = entry["data_offsets"]
        tensors[name] = np.frombuffer(numbers[begin:end], "<f4").reshape(entry["shape"])
    return metadata, tensors


# ---- the model -----------------------------------------------------------------------------------


class Encoder(nn.Module):
    """Reads the embedded input from both sides: J x E -> one annotation per symbol, J x 2H."""

    def __init__(self, cell, symbols, E, H):
        super().__init__()
        self.embedding = nn.Embedding(symbols, E)
        if cell == "lstm":
            self.lstm = nn.LSTM(E, H, bidirectional=True)
        else:
            self.gru = nn.GRU(E, H, bidirectional=True)

    def forward(self, x):
        annotations, _ = (self.lstm if hasattr(self, "lstm") else self.gru)(x)
        return annotations  # h_j = [forward state ; backward state]


class Attention(nn.Module):
    """Additive attention (Bahdanau, Cho, Bengio 2015), with coverage (Tu et al. 2016) if asked for."""

    def __init__(self, D, H, A, coverage):
        super().__init__()
        self.query = nn.Linear(D, A, bias=False)
        self.key = nn.Linear(2 * H, A, bias=False)
        self.score = nn.ParameterDict({"weight": nn.Parameter(torch.empty(A))})
        if coverage:
            self.coverage = nn.ParameterDict({"weight": nn.Parameter(torch.empty(A))})

    def forward(self, q, annotations, k):
        # e_j = v . tanh(W q + U h_j + w k_j),   a = softmax(e),   c = sum_j a_j h_j
        # k: the sum of a over all steps before; without coverage there is no w
        u = self.query(q) + self.key(annotations)
        if hasattr(self, "coverage"):
            u = u + torch.outer(k, self.coverage["weight"])
        e = torch.tanh(u) @ self.score["weight"]
        a = torch.softmax(e, dim=0)
        return a, a @ annotations


class Decoder(nn.Module):
    """With hard attention no context enters the state, the readout reads each annotation on its own, and
    the "logits" are the logarithm of the mixture: log sum_j a_j softmax(readout of [s ; h_j ; y])."""

    def __init__(self, cell, symbols, E, H, D, R, hard, copy):
        super().__init__()
        self.embedding = nn.Embedding(symbols, E)
        self.initial_state = nn.Linear(H, D)
        self.hard = hard
        read = E if hard else E + 2 * H
        if cell == "lstm":
            self.lstm = nn.LSTMCell(read, D)
        else:
            self.gru = nn.GRUCell(read, D)
        if R > 0:  # a hidden layer between what is read and the logits
            self.combine = nn.Linear(D + 2 * H + E, R)
        self.readout = nn.Linear(R or D + 2 * H + E, symbols)
        if copy:
            self.copy = nn.Linear(D + 2 * H + E, 1)

    def update(self, y, c, s):
        """The state and memory after a step, given those before it; a GRU has no memory, None."""
        read = y if self.hard else torch.cat([y, c])
        if hasattr(self, "lstm"):
            return self.lstm(read, s)
        return self.gru(read, s[0]), None

    def logits(self, s, c, y, a=None, copies=None):
        read = torch.cat([s, c, y])
        l = self.readout(torch.tanh(self.combine(read)) if hasattr(self, "combine") else read)
        if not hasattr(self, "copy"):
            return l
        # See, Liu, Manning 2017: p(y) = g p_vocab(y) + (1 - g) sum_j a_j [x_j = y]
        g = torch.sigmoid(self.copy(read))
        p = torch.zeros(max(len(l), int(copies.max()) + 1), dtype=l.dtype)
        p[:len(l)] = g * torch.softmax(l, dim=0)
        return torch.log(p.index_add(0, copies, (1 - g) * a))

    def joint(self, s, a, h, y):
        """log a_j p_j(y) for every input and symbol, J x V."""
        return torch.stack([torch.log(a_j) + torch.log_softmax(self.logits(s, h_j, y), dim=0)
                            for a_j, h_j in zip(a, h)])


class Model(nn.Module):
    """E: embedding, H: encoder state each way, D: decoder state, A: attention units, R: readout."""

    def __init__(self, config, source_symbols, target_symbols):
        super().__init__()
        E, H = config["embedding"], config["hidden"]
        D, A = config["decoder_hidden"], config["attention_units"]
        self.query = config["query"]
        cell = config.get("cell", "gru")
        self.encoder = Encoder(cell, source_symbols, E, H)
        self.attention = Attention(D, H, A, config.get("coverage", False))
        self.decoder = Decoder(cell, target_symbols, E, H, D, config["readout_units"],
                               config.get("hard", False), config.get("copy", False))
        if config["attention"] != "additive":
            raise CannotCompare(f"attention is {config['attention']}, expected additive")

    def start(self, x):
        """The start of decoding from embeddings: the annotations, and a state with its memory, a
        context and the coverage before step 1."""
        h = self.encoder(x)
        first_backward = h[0, h.shape[1] // 2:]
        s = torch.tanh(self.decoder.initial_state(first_backward))
        return h, (s, torch.zeros_like(s)), h.new_zeros(h.shape[1]), h.new_zeros(h.shape[0])

    def step(self, token, s, c, k, h, copies=None):
        """One output symbol, after `token`: its logits, its attention, and the new state with its memory,
        context and coverage. The config's "query" says what the attention asks with: the "previous" state,
        as in the paper, or the "current" one, which has already seen the token. A copy gate needs
        `copies`, the number of each input symbol in an answer."""
        y = self.decoder.embedding(token)
        if self.query == "previous":
            a, c = self.attention(s[0], h, k)
            s = self.decoder.update(y, c, s)
        else:
            s = self.decoder.update(y, c, s)
            a, c = self.attention(s[0], h, k)
        if self.decoder.hard:
            logits = torch.logsumexp(self.decoder.joint(s[0], a, h, y), dim=0)
        else:
            logits = self.decoder.logits(s[0], c, y, a, copies)
        return logits, a, s, c, k + a

    @torch.no_grad()
    def posterior(self, source, answer):
        """Where each symbol of an answer came from, P(j | y_i) (rows x J), with hard attention."""
        h, s, c, k = self.start(self.encoder.embedding(source))
        rows = []
        for before, symbol in zip([START, *answer], answer):
            y = self.decoder.embedding(torch.tensor(before))
            _, a, s, c, k = self.step(torch.tensor(before), s, c, k, h)
            rows.append(torch.softmax(self.decoder.joint(s[0], a, h, y)[:, symbol], dim=0))
        return torch.stack(rows).numpy()

    @torch.no_grad()
    def answer(self, source, copies, longest):
        """The ids of the most probable answer, symbol by symbol, with the logits (rows x symbols)
        and the attention (rows x J) of each. It ends with END or after `longest` symbols."""
        h, s, c, k = self.start(self.encoder.embedding(source))
        token = torch.tensor(START)
        ids, logits, attention = [], [], []
        symbols = self.decoder.embedding.num_embeddings
        while token != END and len(ids) < longest:
            fed = token if token < symbols else torch.tensor(UNKNOWN)
            l, a, s, c, k = self.step(fed, s, c, k, h, copies)
            token = END + l[END:].argmax()  # PAD and START are no answers
            ids.append(int(token))
            logits.append(l)
            attention.append(a)
        return ids, torch.stack(logits).numpy(), torch.stack(attention).numpy()


    def log_probabilities(self, x, answer):
        """log p(y_i | y_<i, x) of each symbol of an answer, given the embedded input."""
        h, s, c, k = self.start(x)
        f = []
        for before, symbol in zip([START, *answer], answer):
            l, _, s, c, k = self.step(torch.tensor(before), s, c, k, h)
            f.append(torch.log_softmax(l, dim=0)[symbol])
        return torch.stack(f)


def load(path):
    """The model in a file, and its metadata."""
    metadata, tensors = read_safetensors(path)
    if metadata.get("format") != "attnviz-model":
        raise CannotCompare(f"{path}: not a model of attnviz")
    facts = {key: json.loads(metadata[key]) for key in ("config", "source_symbols", "target_symbols")}
    facts["task"] = json.loads(metadata.get("task", "null"))
    facts["longest"] = json.loads(metadata.get("text", "{}")).get("longest", 0)
    model = Model(facts["config"], FIRST_SYMBOL + len(facts["source_symbols"]),
                  FIRST_SYMBOL + len(facts["target_symbols"]))
    # strict: exactly these names and shapes, none missing, none extra. The file has 32-bit
    # numbers; calculating with 64 bits leaves attnviz's own rounding as the only difference.
    try:
        model.load_state_dict({name: torch.tensor(t) for name, t in tensors.items()}, strict=True)
    except RuntimeError as error:
        raise CannotCompare(f"{path}: {error}") from error
    return model.double(), facts


# ---- attnviz's side ------------------------------------------------------------------------------


def run(command):
    try:
        return subprocess.run(command, check=True, capture_output=True, encoding="utf-8").stdout
    except OSError as error:
        raise CannotCompare(f"{command[0]}: {error.strerror}; has it been built?") from error
    except subprocess.CalledProcessError as error:
        raise CannotCompare(f"{' '.join(command)}\n{error.stderr.strip()}") from error


def draw_examples(program, task):
    """Inputs that a model of this task has not been trained on."""
    if not task:
        raise CannotCompare("the model names no task; give some inputs for it")
    command = [program, "tasks", f"--task={task['name']}"]
    takes = json.loads(run([*command, "--json"]))[0]["options"]
    settings = [f"--{key.replace('_', '-')}={task[key]}" for key in takes]
    lines = run([*command, *settings, "--sample=20", "--seed=7", "--part=test"])
    return [line.split("\t")[0] for line in lines.splitlines()]


def ask_program(program, path, texts, hard):
    """attnviz's answers: an object per text, with its labels, weights and logits; with hard attention also
    the posterior."""
    def ask(*options):
        lines = run([program, "predict", "--model", str(path), "--json", "--logits", *options, "--", *texts])
        return [json.loads(line) for line in lines.splitlines()]

    answers = ask()
    if hard:
        for answer, other in zip(answers, ask("--map", "posterior")):
            answer["posterior"] = other["weights"]
    return answers


# ---- the comparison ------------------------------------------------------------------------------


def numbers_of(labels, symbols, others=()):
    """Of the labels; `others` are numbered on from the symbols, all else is unknown."""
    numbers = {**LABELS, **{symbol: FIRST_SYMBOL + i for i, symbol in enumerate(symbols)}}
    for label in others:
        numbers.setdefault(label, len(numbers) + FIRST_SYMBOL - len(LABELS))
    return [numbers.get(label, UNKNOWN) for label in labels]


def compare(model, facts, theirs):
    """The largest differences of logits and maps on one input; None if the answers differ."""
    source = torch.tensor(numbers_of(theirs["source"], facts["source_symbols"]))
    symbols = facts["target_symbols"]
    others = theirs["source"] if "copied" in theirs else ()
    copies = torch.tensor(numbers_of(theirs["source"], symbols, others))
    longest = facts["longest"] or 2 * len(source) + 10
    ids, logits, attention = model.answer(source, copies, longest)
    if ids != numbers_of(theirs["target"], symbols, others):
        return None
    logits = logits[:, :FIRST_SYMBOL + len(symbols)]
    d_logits = np.abs(np.array(theirs["logits"]) - logits)
    d_attention = np.abs(np.array(theirs["weights"]) - attention)
    agree = (d_logits <= TOLERANCE * np.maximum(1, np.abs(logits))).all() and \
        (d_attention <= TOLERANCE).all()
    d_posterior = np.zeros(1)
    if "posterior" in theirs:
        d_posterior = np.abs(np.array(theirs["posterior"]) - model.posterior(source, ids))
    agree = agree and (d_posterior <= TOLERANCE).all()
    return d_logits.max(), d_attention.max(), agree, d_posterior.max()


# ---- explanations --------------------------------------------------------------------------------


class Explanations:
    """What each method says of an answer: outputs x inputs, END's column left out."""

    def __init__(self, model, source, answer):
        self.model, self.answer = model, answer
        embedding = model.encoder.embedding.weight.detach()
        self.x = embedding[source]
        self.absent = self.x.clone()
        self.absent[:-1] = embedding[FIRST_SYMBOL:].mean(dim=0)

    def f(self, x):
        with torch.no_grad():
            return self.model.log_probabilities(x, self.answer)

    def slopes(self, x, direction):
        """The dot products of df_i / dx_j and the direction at j."""
        x = x.clone().requires_grad_()
        f = self.model.log_probabilities(x, self.answer)
        gradients = [torch.autograd.grad(f_i, x, retain_graph=True)[0] for f_i in f]
        return torch.stack([(g * direction).sum(dim=1)[:-1] for g in gradients])

    def gradient(self, _):
        return self.slopes(self.x, self.x)

    def ig(self, check):
        nodes, weights = np.polynomial.legendre.leggauss(int(check.split(" ")[0]))
        direction = self.x - self.absent
        return sum(w / 2 * self.slopes(self.absent + (t + 1) / 2 * direction, direction)
                   for t, w in zip(nodes, weights))

    def with_inputs(self, present):
        keep = torch.tensor([*present, True]).unsqueeze(1)
        return self.f(torch.where(keep, self.x, self.absent))

    def occlusion(self, _):
        n = len(self.x) - 1
        return torch.stack([self.f(self.x) - self.with_inputs([k != j for k in range(n)])
                            for j in range(n)], dim=1)

    def shapley(self, _):
        """The mean over all orders of what each input changes when it joins those before it."""
        n = len(self.x) - 1
        values = {}
        total = torch.zeros(len(self.answer), n, dtype=self.x.dtype)
        orders = list(itertools.permutations(range(n)))
        for order in orders:
            present = [False] * n
            for j in order:
                before = tuple(present)
                present[j] = True
                for key in (before, tuple(present)):
                    if key not in values:
                        values[key] = self.with_inputs(key)
                total[:, j] += values[tuple(present)] - values[before]
        return total / len(orders)


def compare_explanations(model, facts, program, path, text):
    """The largest difference of each method on one input."""
    methods = ["gradient", "ig", "occlusion", "shapley"]
    lines = run([program, "explain", "--model", str(path), "--json", "--method", ",".join(methods),
                 "--baseline", "mean", "--", text])
    differences = {}
    for theirs in map(json.loads, lines.splitlines()):
        method, check = theirs["facts"]["method"], theirs["facts"]["check"]
        source = numbers_of(theirs["source"], facts["source_symbols"])
        if method == "shapley" and len(source) > 6:
            continue
        answer = numbers_of(theirs["target"], facts["target_symbols"])
        ours = getattr(Explanations(model, source, answer), method)(check).numpy()
        their = np.array([row[:-1] for row in theirs["weights"]], dtype=float)
        differences[method] = (np.abs(their - ours) / np.maximum(1, np.abs(ours))).max()
    return differences


def check_explanations(model, facts, program, path, texts):
    most = {}
    for text in texts:
        for method, difference in compare_explanations(model, facts, program, path, text).items():
            most[method] = max(most.get(method, 0.0), difference)
    print(f"inputs: {len(texts)}")
    for method, difference in most.items():
        print(f"{method}: max difference {difference:.1e}")
    agree = bool(most) and all(d <= EXPLAIN_TOLERANCE for d in most.values())
    print("agree" if agree else "DIFFER")
    return 0 if agree else 1


def main():
    root = Path(__file__).resolve().parent.parent
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("model", metavar="MODEL", type=Path, help="a run folder or a model file")
    parser.add_argument("texts", metavar="TEXT", nargs="*", help="inputs (default: drawn examples)")
    parser.add_argument("--explain", action="store_true", help="compare explanations")
    parser.add_argument("--program", default=root / "build/release/attnviz", type=Path)
    arguments = parser.parse_args()
    path = arguments.model
    if path.is_dir():
        path = path / "model.safetensors"
    program = str(arguments.program)

    model, facts = load(path)
    texts = arguments.texts or draw_examples(program, facts["task"])
    if arguments.explain:
        return check_explanations(model, facts, program, path, arguments.texts or texts[:3])
    hard = model.decoder.hard
    answers = ask_program(program, path, texts, hard)
    if len(answers) != len(texts):
        raise CannotCompare(f"{len(texts)} inputs, but {len(answers)} answers")

    results = [compare(model, facts, theirs) for theirs in answers]
    for text, result in zip(texts, results):
        if result is None:
            print(f"another answer: {text}")
    compared = [result for result in results if result is not None]
    if compared:
        print(f"inputs: {len(texts)}")
        print(f"logits: max difference {max(r[0] for r in compared):.1e}")
        print(f"attention: max difference {max(r[1] for r in compared):.1e}")
        if hard:
            print(f"posterior: max difference {max(r[3] for r in compared):.1e}")
    agree = len(compared) == len(texts) and all(r[2] for r in compared)
    print("agree" if agree else "DIFFER")
    return 0 if agree else 1


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (CannotCompare, OSError) as problem:
        print(f"check_with_pytorch: {problem}", file=sys.stderr)
        sys.exit(2)
