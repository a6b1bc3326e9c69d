#!/usr/bin/env python3
"""Draws the clips of colour.sh, as raw 4:2:0 frames of known colours, and prints colours.json.

Argument: the folder to draw into. Every sample is calculated here by the standards' formulas, so that a
patch's value does not depend on a filter:

- ITU-R BT.601, BT.709 and BT.2020: primaries, luma weights, quantisation
- IEC 61966-2-1 (sRGB): the transfer function of the standard-range clips
- SMPTE ST 2084, as in ITU-R BT.2100 table 4: PQ
- ITU-R BT.2100 table 5: HLG, on its reference display of 1000 cd/m² and system gamma 1.2
"""

import json
import pathlib
import sys
from array import array
from math import log, sqrt

COLUMN, HEIGHT, FRAMES, CODE_COLUMNS = 32, 144, 25, 14

D65 = (0.3127, 0.3290)
PRIMARIES = {
    "601": ((0.630, 0.340), (0.310, 0.595), (0.155, 0.070)),
    "709": ((0.640, 0.330), (0.300, 0.600), (0.150, 0.060)),
    "2020": ((0.708, 0.292), (0.170, 0.797), (0.131, 0.046)),
}
# The weights of red and blue in luma.
WEIGHTS = {"601": (0.299, 0.114), "709": (0.2126, 0.0722), "2020": (0.2627, 0.0593)}

BLACK, WHITE, RED, GREEN, BLUE = (0, 0, 0), (255,) * 3, (255, 0, 0), (0, 255, 0), (0, 0, 255)
STANDARD = [BLACK, (64,) * 3, (128,) * 3, (191,) * 3, WHITE, RED, GREEN, BLUE]
DIFFUSE_WHITE = 203  # cd/m², by ITU-R BT.2408
HIGH = [(nits,) * 3 for nits in (0, 10, 50, 100, DIFFUSE_WHITE)]
HIGH += [(DIFFUSE_WHITE, 0, 0), (0, DIFFUSE_WHITE, 0), (0, 0, DIFFUSE_WHITE), (1000,) * 3]


# ---- colour spaces -----------------------------------------------------------------------------


def inverse(m):
    (a, b, c), (d, e, f), (g, h, i) = m
    scale = 1 / (a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g))
    rows = (
        (e * i - f * h, c * h - b * i, b * f - c * e),
        (f * g - d * i, a * i - c * g, c * d - a * f),
        (d * h - e * g, b * g - a * h, a * e - b * d),
    )
    return tuple(tuple(scale * x for x in row) for row in rows)


def times(m, v):
    return tuple(sum(x * y for x, y in zip(row, v)) for row in m)


def to_xyz(primaries):
    """Returns the matrix from linear RGB to CIE XYZ."""
    columns = [(x / y, 1, (1 - x - y) / y) for x, y in (*primaries, D65)]
    unscaled = tuple(zip(*columns[:3]))
    strengths = times(inverse(unscaled), columns[3])
    return tuple(tuple(x * s for x, s in zip(row, strengths)) for row in unscaled)


def convert(linear, source, target):
    """Converts linear RGB from one set of primaries to another."""
    if source == target:
        return linear
    return times(inverse(to_xyz(PRIMARIES[target])), times(to_xyz(PRIMARIES[source]), linear))


# ---- transfer functions ------------------------------------------------------------------------


def srgb_linear(x):
    return x / 12.92 if x <= 0.04045 else ((x + 0.055) / 1.055) ** 2.4


def srgb_signal(x):
    x = min(max(x, 0), 1)
    return 12.92 * x if x <= 0.0031308 else 1.055 * x ** (1 / 2.4) - 0.055


def pq(rgb):
    """Returns the signal for light in cd/m²."""
    m1, m2, c1, c2, c3 = 2610 / 16384, 2523 / 32, 3424 / 4096, 2413 / 128, 2392 / 128
    powers = [(max(x, 0) / 10000) ** m1 for x in rgb]
    return tuple(((c1 + c2 * y) / (1 + c3 * y)) ** m2 for y in powers)


def hlg(rgb):
    """Returns the signal for light in cd/m²: the inverse of the display's OOTF, then the OETF."""
    peak, gamma, a = 1000, 1.2, 0.17883277
    b, c = 1 - 4 * a, 0.5 - a * log(4 * a)
    red, blue = WEIGHTS["2020"]
    luminance = red * rgb[0] + (1 - red - blue) * rgb[1] + blue * rgb[2]
    scale = (luminance / peak) ** ((1 - gamma) / gamma) / peak if luminance else 0
    scene = [max(x, 0) * scale for x in rgb]
    return tuple(sqrt(3 * x) if x <= 1 / 12 else a * log(12 * x - b) + c for x in scene)


# ---- a clip ------------------------------------------------------------------------------------


def samples(signal, weights, bits, full):
    """Returns a signal's luma and chroma samples."""
    red, blue = weights
    luma = red * signal[0] + (1 - red - blue) * signal[1] + blue * signal[2]
    chroma = (signal[2] - luma) / (2 * (1 - blue)), (signal[0] - luma) / (2 * (1 - red))
    step = 1 << (bits - 8)
    top = (1 << bits) - 1
    low, luma_scale, chroma_scale = (0, top, top) if full else (16 * step, 219 * step, 224 * step)
    found = low + luma_scale * luma, *(128 * step + chroma_scale * x for x in chroma)
    return tuple(min(max(round(x), 0), top) for x in found)


def draw(path, signals, white, matrix, bits=8, full=False):
    """Draws the code across the top quarter and the patches side by side below it."""
    width, band = COLUMN * len(signals), HEIGHT // 4
    patches = [samples(signal, WEIGHTS[matrix], bits, full) for signal in signals]
    black = samples((0, 0, 0), WEIGHTS[matrix], bits, full)
    white = samples((white,) * 3, WEIGHTS[matrix], bits, full)
    with open(path, "wb") as file:
        for number in range(FRAMES):
            blocks = [white, *(white if number >> bit & 1 else black for bit in range(12)), black]
            code = [blocks[x * CODE_COLUMNS // width] for x in range(width)]
            for plane in range(3):
                step = 1 if plane == 0 else 2
                above = [block[plane] for block in code[::step]]
                below = [patch[plane] for patch in patches for _ in range(COLUMN // step)]
                rows = above * (band // step) + below * ((HEIGHT - band) // step)
                array("B" if bits == 8 else "H", rows).tofile(file)


def standard(path, space, full=False, bits=8, wide=False):
    """Draws a standard-range clip. If its primaries include all of BT.709's (`wide`), its patches are the
    sRGB colours. Otherwise they are colours of its own primaries, and sRGB can only approximate some."""
    found, signals = [], []
    for index, patch in enumerate(STANDARD):
        linear = [srgb_linear(x / 255) for x in patch]
        if wide:
            signal, shown = map(srgb_signal, convert(linear, "709", space)), (x / 255 for x in patch)
        else:
            signal, shown = (x / 255 for x in patch), map(srgb_signal, convert(linear, space, "709"))
        signals.append(tuple(signal))
        held = [round(255 * x) for x in signals[-1]]
        found.append({"x": index, "rgb": held, "srgb": [round(255 * x) for x in shown]})
    draw(path, signals, 1, space, bits, full)
    return found


def high(path, transfer):
    """Draws a high-range clip with its code in diffuse white."""
    signals = [transfer(convert(patch, "709", "2020")) for patch in HIGH]
    draw(path, signals, transfer((DIFFUSE_WHITE,) * 3)[0], "2020", bits=10)
    return [{"x": index, "nits": patch} for index, patch in enumerate(HIGH)]


def main():
    folder = pathlib.Path(sys.argv[1])
    narrow, wide = f"{COLUMN * len(STANDARD)}x{HEIGHT}", f"{COLUMN * len(HIGH)}x{HEIGHT}"
    found = {
        "patches-601.mp4": standard(folder / f"{narrow}-601.yuv", "601"),
        "patches-709.mp4": standard(folder / f"{narrow}-709.yuv", "709"),
        "patches-709-full.mp4": standard(folder / f"{narrow}-709-full.yuv", "709", full=True),
        "patches-2020.mp4": standard(folder / f"{narrow}-2020.yuv", "2020", bits=10, wide=True),
        "patches-pq.mp4": high(folder / f"{wide}-pq.yuv", pq),
        "patches-hlg.mov": high(folder / f"{wide}-hlg.yuv", hlg),
    }
    lines = []
    for name, patches in found.items():
        for patch in patches:
            patch["x"] = round((patch["x"] + 0.5) / len(patches), 5)
        lines.append(f"{json.dumps(name)}:{json.dumps(patches, separators=(',', ':'))}")
    print("{\n" + ",\n".join(lines) + "\n}")


if __name__ == "__main__":
    main()
