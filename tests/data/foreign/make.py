#!/usr/bin/env python3
"""Writes the foreign files that the readers are tested on, as the real programs write them.

Run in this folder: python3 make.py (Debian: python3-numpy). The files are kept with the tests, so that
these need no Python.
"""
import numpy as np

# Sixteenths, exact in every float type.
weights = np.array([[0.5, 0.25, 0.25], [0.0625, 0.9375, 0.0]])
whole = np.array([[1, 0, 0], [0, 0, 1]])

for kind in ("float16", "float32", "float64"):
    np.save(f"{kind}.npy", weights.astype(kind))
for size in (8, 16, 32, 64):
    np.save(f"int{size}.npy", whole.astype(f"int{size}") * -2)
    np.save(f"uint{size}.npy", whole.astype(f"uint{size}") * (2 ** size - 1))
np.save("bool.npy", whole.astype(bool))
np.save("big_endian.npy", weights.astype(">f8"))
np.save("big_endian_int.npy", whole.astype(">i2") * -300)
np.save("fortran.npy", np.asfortranarray(weights, dtype="float32"))
np.save("fortran_big_endian.npy", np.asfortranarray(weights, dtype=">f4"))
for version in (2, 3):
    with open(f"version{version}.npy", "wb") as file:
        np.lib.format.write_array(file, weights, version=(version, 0))

# As exported from Transformers: layers x heads x rows x columns. Item = 1000 layer + 100 head + ...
layers, heads, rows, columns = np.ogrid[:2, :3, :4, :4]
stacked = (1000 * layers + 100 * heads + 10 * rows + columns).astype("float32")
np.save("stacked.npy", stacked)
np.save("stacked_fortran.npy", np.asfortranarray(stacked))

np.savez("stored.npz", attention=stacked, other=weights)
np.savez_compressed("deflated.npz", attention=stacked, other=weights)
np.savez("one.npz", only=weights)
np.savez("labelled.npz", weights=weights, source=np.array(["a", "b\u0915", "</s>"]),
         target=np.array(["x", "yy"]), gold=whole.astype(bool))
# Labels under names of the user's own, and of one side.
np.savez("foreign_names.npz", attn=weights, src=np.array(["a", "b", "c"]), words_out=np.array(["x", "y"]))
np.savez("one_side.npz", attn=weights, words=np.array(["a", "b", "c"]))

# What is refused.
np.save("object.npy", np.array([["a", 1.5]], dtype=object))
np.save("complex.npy", weights.astype("complex64"))
np.save("record.npy", np.zeros((2, 2), dtype=[("x", "f4"), ("y", "f4")]))
np.save("text.npy", np.array([["a", "b"]]))
np.save("vector.npy", np.array([1.0, 2.0]))
np.save("empty.npy", np.zeros((0, 3)))
np.save("nan.npy", np.array([[1.0, np.nan]]))
np.save("beyond_float.npy", np.array([[1.0, 1e300]]))

# marian-decoder --alignment soft: words, then a group of weights a row, END last, in the six digits of a
# C++ stream. --n-best adds number, features and score.
with open("marian.txt", "w", encoding="utf-8") as file:
    file.write("hello world ||| 0.75,0.125,0.125 1e-05,0.99998,1e-05 0.25,0.25,0.5\n")
    file.write("caf\u00e9 ||| 0.9,0.1 0.2,0.8 ||| WordScores= -0.1 -0.2\n")
    file.write(" ||| 1\n")
    file.write("joined ||| 0.5,0.5 1,0 0,1\n")
with open("marian-nbest.txt", "w", encoding="utf-8") as file:
    file.write("0 ||| hi ||| 0.9,0.1 0.2,0.8 ||| F0= -1.5 ||| -0.75\n")
    file.write("0 ||| ho ||| 0.8,0.2 0.1,0.9 ||| WordScores= -0.1 ||| F0= -1.9 ||| -0.95\n")

# nematus/translate.py --output_alignment: a header, a line a row (older versions end it with a space), a
# blank line or two between sentences.
with open("nematus.txt", "w", encoding="utf-8") as file:
    file.write("0 ||| hi there ||| 0 ||| guten tag ||| 3 3\n")
    file.write("0.5 0.25 0.25 \n0.125 0.75 0.125 \n1e-05 0.0 0.99999 \n\n")
    file.write("1 ||| ja ||| -1.25 ||| yes ||| 2 2\n0.75 0.25\n0.25 0.75\n\n\n")
