#!/usr/bin/env python3
"""Makes the arrays of this folder, in the shapes that docs/recipes.md names: numbers at random, but for
mha.npy, which PyTorch's own layer returns. Debian: python3-numpy, python3-torch."""

import numpy as np
import torch

random = np.random.default_rng(16)


def attention(*shape, masked=None):
    """Softmax of random scores, higher near the diagonal."""
    rows, columns = shape[-2:]
    place = np.arange(columns) / columns - np.arange(rows)[:, None] / rows
    scores = random.normal(size=shape) - random.uniform(2, 30, shape[:-2] + (1, 1)) * place**2
    if masked is not None:
        scores[..., masked] = -np.inf
    weights = np.exp(scores - scores.max(-1, keepdims=True))
    return (weights / weights.sum(-1, keepdims=True)).astype(np.float32)


# A tuple of layers, each (batch, heads, q, k), stacked.
tokens = ["[CLS]", "an", "un", "##aff", "##able", "cat", "[SEP]"]
np.savez("bert.npz", attention=attention(2, 1, 3, 7, 7), tokens=tokens)

# generate(): a tuple of steps, each a tuple of layers, each (batch, heads, 1, k).
source = ["▁the", "▁cat", "▁sle", "eps", "</s>"]
target = ["▁die", "▁Kat", "ze", "▁schläft", "</s>"]
steps = attention(2, 1, 2, 5, 5).transpose(3, 0, 1, 2, 4)[:, :, :, :, None, :]
np.savez("generate.npz", cross=steps, source=source, target=target)

# MultiheadAttention(..., batch_first=True) with average_attn_weights=False: (batch, heads, q, k).
torch.manual_seed(16)
layer = torch.nn.MultiheadAttention(8, 4, batch_first=True)
query, key = torch.randn(1, 5, 8), torch.randn(1, 6, 8)
_, weights = layer(query, key, key, average_attn_weights=False)
np.save("mha.npy", weights.detach().numpy())

# Keras: MultiHeadAttention (batch, heads, q, k) and AdditiveAttention (batch, q, k), padded to 6 keys.
np.save("keras.npy", attention(2, 2, 4, 6))
padded = np.zeros((2, 5, 6), np.float32)
padded[0, :3, :4] = attention(3, 4)
padded[1] = attention(5, 6)
np.save("additive.npy", padded)

# Whisper: a score for each layer, head, token and frame of 20 ms; softmax makes weights of it.
words = ["<|startoftranscript|>", "<|en|>", " hello", " there", " wor", "ld", "<|endoftext|>"]
np.savez("whisper.npz", cross=attention(2, 2, 7, 40).astype(np.float16), target=words)

# Two sentences of heads, for the comparison with a GRU.
for number, (source, target) in enumerate([("abcd", "dcba"), ("efg", "gfe")]):
    heads = attention(2, 3, len(target), len(source))
    heads[1, 2] = 0.1 / (len(source) - 1)
    for i in range(len(target)):
        heads[1, 2, i, len(source) - 1 - i] = 0.9
    np.savez(f"heads{number + 1}.npz", weights=heads, source=list(source), target=list(target))
