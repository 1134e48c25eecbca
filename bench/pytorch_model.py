"""The model of attnviz in PyTorch, written to be fast, and its training step.
bench/pytorch_reference.py measures it."""

import math
from typing import Optional

import torch
from torch import nn
from torch.nn import functional as F
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

START, END, FIRST_SYMBOL = 1, 2, 4
IGNORED = -100


# ---- the decoder's loop, several ways --------------------------------------------------------------

def attend(s, k, keys, mask, v, w: Optional[torch.Tensor], W_a):
    """The attention of a step. `w`: how the coverage k enters the score, if it does."""
    u = keys + torch.mm(s, W_a).unsqueeze(1)
    if w is not None:
        u = torch.addcmul(u, k.unsqueeze(2), w)
    return torch.softmax(torch.matmul(torch.tanh(u), v) + mask, 1)


def fused(tokens, s, keys, h, mask, v, w: Optional[torch.Tensor], W_a, W_c, W_hh, b_hh):
    """What y adds to the gates comes in `tokens` (T x B x 3D), for all steps from one product."""
    c = torch.zeros_like(h[:, 0])
    k = torch.zeros_like(h[:, :, 0])
    D = s.shape[1]
    states, contexts, weights = [], [], []
    for t in range(tokens.shape[0]):
        x = torch.addmm(tokens[t], c, W_c)
        g = torch.addmm(b_hh, s, W_hh)
        r, z = torch.sigmoid(x[:, :2 * D] + g[:, :2 * D]).chunk(2, 1)
        n = torch.tanh(torch.addcmul(x[:, 2 * D:], r, g[:, 2 * D:]))
        s = torch.lerp(n, s, z)
        a = attend(s, k, keys, mask, v, w, W_a)
        if w is not None:
            k = k + a
        c = torch.bmm(a.unsqueeze(1), h).squeeze(1)
        states.append(s)
        contexts.append(c)
        weights.append(a)
    return torch.stack(states), torch.stack(contexts), torch.stack(weights)


def by_cell(tokens, s, keys, h, mask, v, w, W_a, W_ih, W_hh, b_ih, b_hh, summed):
    """With PyTorch's own GRU cell; `tokens` are the embeddings (T x B x E). `summed`: the context as
    a sum instead of a batch of products, which is faster for small models."""
    c = torch.zeros_like(h[:, 0])
    k = torch.zeros_like(h[:, :, 0])
    states, contexts, weights = [], [], []
    for t in range(tokens.shape[0]):
        s = torch.gru_cell(torch.cat([tokens[t], c], 1), s, W_ih, W_hh, b_ih, b_hh)
        a = attend(s, k, keys, mask, v, w, W_a)
        if w is not None:
            k = k + a
        if summed:
            c = (a.unsqueeze(2) * h).sum(1)
        else:
            c = torch.bmm(a.unsqueeze(1), h).squeeze(1)
        states.append(s)
        contexts.append(c)
        weights.append(a)
    return torch.stack(states), torch.stack(contexts), torch.stack(weights)


scripted = torch.jit.script(fused)
FAST = ("fused", "scripted", "cell", "cell, summed")
VARIANTS = (*FAST, "plain")


class Model(nn.Module):
    """E: embedding, H: encoder state each way, D: decoder state, A: attention units, R: readout."""

    def __init__(self, source, target, E, H, D, A, R=0, covered=False, variant="fused"):
        super().__init__()
        self.variant = variant
        self.source = nn.Embedding(source, E)
        self.target = nn.Embedding(target, E)
        self.encoder = nn.GRU(E, H, bidirectional=True, batch_first=True)
        self.first_state = nn.Linear(H, D)
        self.query = nn.Linear(D, A, bias=False)
        self.key = nn.Linear(2 * H, A, bias=False)
        self.score = nn.Parameter(torch.randn(A) / math.sqrt(A))
        self.coverage = nn.Parameter(torch.randn(A)) if covered else None
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
        attention = (self.key(h), h, mask, self.score, self.coverage, self.query.weight.t())
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
    def __init__(self, model, betas=(0.9, 0.98), epsilon=1e-8, clip=1.0):
        self.model = model
        self.clip = clip
        self.parameters = list(model.parameters())
        self.adam = torch.optim.Adam(self.parameters, lr=1e-3, betas=betas, eps=epsilon,
                                     foreach=True)

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

    def average(self, step, share):
        """The moving average of the weights; young ones forget faster."""
        share = min(share, 1 - 1 / (step + 1))
        if step == 0:
            self.averages = [p.detach().clone() for p in self.parameters]
        torch._foreach_mul_(self.averages, share)
        torch._foreach_add_(self.averages, [p.detach() for p in self.parameters], alpha=1 - share)

    def clip_gradients(self):
        gradients = [p.grad for p in self.parameters]
        norm = torch.stack(torch._foreach_norm(gradients)).norm()
        torch._foreach_mul_(gradients, float(min(1.0, self.clip / (norm + 1e-6))))
