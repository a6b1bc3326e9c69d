#!/usr/bin/env python3
"""Gives an MP4 or MOV file an edit list.

Arguments: FILE EDITS [moov-first] [co64] [version-1] [scale=N]. EDITS are ranges of the media such as
"10-19 40-59", in frames of 1/RATE s, counted from the first frame that the file showed before. Both ends
are shown. "_10" is an empty edit of 10 frames. "10-19*3" is an edit that is three times as long as these
frames. Frames may be fractions ("10.5-20"); the last one is still shown to its end. Every track gets the
same edits.
"""

import sys
import struct
from fractions import Fraction

import boxes

RATE = Fraction(25)


def parts(text):
    """Returns the begin (or None) and the length of each edit, in seconds."""
    for word in text.split():
        if word[0] == "_":
            yield None, Fraction(word[1:]) / RATE
            continue
        frames, _, longer = word.partition("*")
        first, _, last = (Fraction(n) if n != "-" else n for n in frames.partition("-"))
        yield first / RATE, (last + 1 - first) * Fraction(longer or 1) / RATE


def base(trak):
    """Returns the timestamp in the media of the first frame that is shown so far."""
    elst = trak.find(b"edts", b"elst")
    if not elst:
        return 0
    form, size = (">Qq", 20) if elst.payload[0] else (">Ii", 12)
    count = struct.unpack_from(">I", elst.payload, 4)[0]
    starts = [struct.unpack_from(form, elst.payload, 8 + size * n)[1] for n in range(count)]
    return next(start for start in starts if start >= 0)


def whole(fraction):
    assert fraction.denominator == 1, f"{fraction} ticks"
    return int(fraction)


def edit(trak, edits, scale, version):
    ticks, first = boxes.timescale(trak.find(b"mdia", b"mdhd")), base(trak)
    rows = b""
    sound = boxes.handler(trak) != b"vide"
    for begin, length in edits:
        start = -1 if begin is None else first + (int(begin * ticks) if sound else whole(begin * ticks))
        rows += struct.pack(">Qqi" if version else ">Iii", whole(length * scale), start, 1 << 16)
    elst = boxes.Box(b"elst", struct.pack(">B3xI", version, len(edits)) + rows)
    trak.children = [child for child in trak.children if child.kind != b"edts"]
    trak.children.insert(1, boxes.Box(b"edts", children=[elst]))


def main():
    path, text, *how = sys.argv[1:]
    file, edits = boxes.read(path), list(parts(text))
    moov = file.find(b"moov")
    mvhd = moov.find(b"mvhd")
    scale = next((int(word[6:]) for word in how if word.startswith("scale=")), boxes.timescale(mvhd))
    length = whole(sum(length for _, length in edits) * scale)
    boxes.set_field(mvhd, 12, "II", scale, length)
    for trak in moov.all(b"trak"):
        edit(trak, edits, scale, int("version-1" in how))
        boxes.set_field(trak.find(b"tkhd"), 20, "I", length)
    if "co64" in how:
        boxes.wide_places(file)
    if "moov-first" in how:
        file.children.remove(moov)
        file.children.insert(1, moov)
    boxes.write(path, file)


if __name__ == "__main__":
    main()
