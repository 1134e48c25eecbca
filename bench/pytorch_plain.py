"""The model of attnviz as somebody would first write it in PyTorch: `nn.GRU` for the encoder, `nn.GRUCell`
and `nn.Linear` in a loop over the target, an answer at each step, PyTorch's own clipping and Adam.
bench/pytorch_reference.py measures it beside faster ways."""

import torch
from torch import nn
from torch.nn import functional as F
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence


class Attention(nn.Module):
    def __init__(self, query, key, units):
        super().__init__()
        self.query = nn.Linear(query, units, bias=False)
        self.key = nn.Linear(key, units, bias=False)
        self.score = nn.Linear(units, 1, bias=False)

    def forward(self, s, h, padding):
        e = self.score(torch.tanh(self.query(s).unsqueeze(1) + self.key(h))).squeeze(2)
        a = torch.softmax(e.masked_fill(padding, -1e9), 1)
        return torch.bmm(a.unsqueeze(1), h).squeeze(1), a


class PlainModel(nn.Module):
    """E: embedding, H: encoder state each way, D: decoder state, A: attention units, R: readout."""

    def __init__(self, source, target, E, H, D, A, R=0):
        super().__init__()
        self.source = nn.Embedding(source, E)
        self.target = nn.Embedding(target, E)
        self.encoder = nn.GRU(E, H, bidirectional=True, batch_first=True)
        self.first_state = nn.Linear(H, D)
        self.attention = Attention(D, 2 * H, A)
        self.gru = nn.GRUCell(E + 2 * H, D)
        self.combine = nn.Linear(D + 2 * H + E, R) if R else None
        self.readout = nn.Linear(R or D + 2 * H + E, target)

    def forward(self, source, lengths, mask, fed):
        """source: B x S, longest first; fed: T x B. Logits T x B x V and attention T x B x S."""
        packed = pack_padded_sequence(self.source(source), lengths or [source.shape[1]] * len(source),
                                      batch_first=True)
        h, last = self.encoder(packed)
        h, _ = pad_packed_sequence(h, batch_first=True)
        s = torch.tanh(self.first_state(last[1]))
        c = torch.zeros_like(h[:, 0])
        padding = mask < 0
        logits, weights = [], []
        for tokens in fed:
            y = self.target(tokens)
            s = self.gru(torch.cat([y, c], 1), s)
            c, a = self.attention(s, h, padding)
            read = torch.cat([s, c, y], 1)
            if self.combine:
                read = torch.tanh(self.combine(read))
            logits.append(self.readout(read))
            weights.append(a)
        return torch.stack(logits), torch.stack(weights)


class PlainTrainer:
    def __init__(self, model, ignored):
        self.model = model
        self.ignored = ignored
        self.adam = torch.optim.Adam(model.parameters(), lr=1e-3)

    def step(self, batch, rate):
        source, lengths, mask, fed, wanted = batch
        self.adam.param_groups[0]["lr"] = rate
        self.adam.zero_grad()
        logits, _ = self.model(source, lengths, mask, fed)
        loss = F.cross_entropy(logits.flatten(0, 1), wanted.flatten(), ignore_index=self.ignored)
        loss.backward()
        nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        self.adam.step()
