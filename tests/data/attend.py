#!/usr/bin/env python3
"""tests/data/attend.py > tests/data/attend.json

Attention of random queries, keys and values by torch.nn.functional.scaled_dot_product_attention in
double, with each kind of mask: what tests/cli/attend_command_test.cpp compares with. PyTorch 1.13,
which is Debian's python3-torch and which the numbers are from, has that function under a private name.
Weights are the output for the unit vectors as values. null in a mask is -infinity.
"""

import json
import math

import torch
from torch.nn import functional


def attend(query, key, value, mask=None, scale=None, causal=False):
    """The output. Other scales than 1 / sqrt(d), which PyTorch 2.1 takes, go into the query."""
    if scale is not None:
        query = query * (scale * math.sqrt(query.shape[1]))
    if hasattr(functional, "scaled_dot_product_attention"):
        return functional.scaled_dot_product_attention(query, key, value, mask, is_causal=causal)
    each = [tensor[None, None] for tensor in (query, key, value)]  # batch, heads
    return functional._scaled_dot_product_attention(*each, mask, is_causal=causal)[0][0, 0]


def numbers(tensor):
    """Nested lists, null for what is infinite."""
    if tensor.dim() > 0:
        return [numbers(row) for row in tensor]
    value = tensor.item()
    return value if isinstance(value, bool) or math.isfinite(value) else None


def case(name, options, queries, keys, mask=None, **arguments):
    query, key, value = (torch.randn(n, d, dtype=torch.float64) for n, d in [(queries, 3), (keys, 3), (keys, 4)])
    found = {"name": name, "options": options, "query": query, "key": key, "value": value, "mask": mask,
             "weights": attend(query, key, torch.eye(keys, dtype=torch.float64), mask, **arguments),
             "output": attend(query, key, value, mask, **arguments)}
    return {k: numbers(v) if isinstance(v, torch.Tensor) else v for k, v in found.items()}


torch.manual_seed(1)
ones = torch.ones(5, 7, dtype=torch.bool)
some = torch.rand(5, 7) < 0.6
some[:, 3] = True
added = torch.randn(5, 7, dtype=torch.float64)
cases = [
    case("no mask", "", 5, 7),
    case("another scale", "--scale 0.3", 5, 7, scale=0.3),
    case("causal, more keys than queries", "--mask causal", 5, 7, causal=True),
    case("causal, more queries than keys", "--mask causal", 7, 5, causal=True),
    case("a window of two keys", "--mask causal:2", 5, 7, ones.tril() & ones.triu(-1)),
    case("logical", "", 5, 7, some),
    case("logical, one row for all", "", 5, 7, some[2]),
    case("logical, one column for all", "", 5, 7, torch.ones(5, 1, dtype=torch.bool)),
    case("added", "", 5, 7, added),
    case("added, some infinite", "", 5, 7, added.masked_fill(~some, -math.inf)),
    case("added, very low", "", 5, 7, added.masked_fill(~some, -1e9)),
]
print("[\n" + ",\n".join(json.dumps(c) for c in cases) + "\n]")
