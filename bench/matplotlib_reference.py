#!/usr/bin/env python3
"""Draws an attention map with matplotlib as attnviz would, to compare the whole process.

    bench/matplotlib_reference.py map.json map.png WIDTH HEIGHT STRIDE

WIDTH and HEIGHT are the picture's pixels; every STRIDE-th label is drawn.
Needs matplotlib (Debian: python3-matplotlib, for /usr/bin/python3).
"""

import json
import sys

import matplotlib

matplotlib.use("Agg")
from matplotlib import pyplot as plt  # noqa: E402 (the backend comes first)


def main():
    path, out, width, height, stride = sys.argv[1:]
    with open(path, encoding="utf-8") as file:
        attention = json.load(file)
    dpi = 100
    figure, axes = plt.subplots(figsize=(int(width) / dpi, int(height) / dpi), dpi=dpi)
    image = axes.imshow(attention["weights"], vmin=0, vmax=1, interpolation="nearest")
    step = int(stride)
    axes.set_xticks(range(0, len(attention["source"]), step), attention["source"][::step])
    axes.set_yticks(range(0, len(attention["target"]), step), attention["target"][::step])
    axes.xaxis.tick_top()
    axes.set_xlabel("input")
    axes.set_ylabel("output")
    figure.colorbar(image)
    figure.savefig(out)


main()
