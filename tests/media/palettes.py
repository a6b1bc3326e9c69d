#!/usr/bin/env python3
"""Writes videos whose frames are indices into a palette in the container.

Arguments: FILE HOW. The file is an AVI of 84x48, 12 frames, 12 a second; frame n shows n. Below the
code are seven flat patches: COLOURS. HOW is one or more of

    raw8 raw4 raw1   uncompressed, with that number of bits; with raw1 the patches are black and white
    rle              run lengths (MSRLE, 8 bits), a keyframe at every fourth frame
    change=N         from frame N on there is another palette with its entries in another order
    partly=N         the same, but the file has only the first 128 entries
    quicktime        gives FILE, an 8-bit MOV of gray QuickTime run lengths, a palette
    pixels           prints the patches of the first frame for kinds.json
"""

import json
import struct
import sys

import boxes

WIDTH, HEIGHT, FRAMES, RATE = 84, 48, 12, 12
WHITE, BLACK = (255, 255, 255), (0, 0, 0)
COLOURS = [(230, 40, 40), (40, 200, 60), (50, 60, 220), (220, 200, 40), (60, 200, 210), (190, 60, 180), (120,) * 3]


def picture(number, bits):
    """Returns rows of colours from the top: the code, and the patches below it."""
    code = [WHITE, *(WHITE if number >> bit & 1 else BLACK for bit in range(12)), BLACK]
    band = [code[x * 14 // WIDTH] for x in range(WIDTH)]
    shown = COLOURS if bits > 1 else [BLACK, WHITE] * 4
    below = [shown[x * 7 // WIDTH] for x in range(WIDTH)]
    return [band if y < HEIGHT // 4 else below for y in range(HEIGHT)]


def palette(bits, changed):
    """Returns colours by index. The used ones are spread over the indices; the others are pink."""
    size = 1 << bits
    if bits == 1:
        return [WHITE, BLACK] if not changed else [BLACK, WHITE]
    entries = [(255, 0, 160)] * size
    used = [WHITE, BLACK, *COLOURS]
    for n, colour in enumerate(reversed(used) if changed else used):
        entries[(7 * n + 3) % min(size, 128)] = colour
    return entries


def packed(row, bits):
    """Returns a row of indices, padded to four bytes."""
    bytes_, each = bytearray(), 8 // bits
    for at in range(0, len(row), each):
        value = 0
        for index in range(each):
            value = value << bits | (row[at + index] if at + index < len(row) else 0)
        bytes_.append(value)
    return bytes(bytes_) + bytes(-len(bytes_) % 4)


def rle(rows, before):
    """Returns run lengths from the bottom row up, without rows that have not changed."""
    out = bytearray()
    for y in range(HEIGHT - 1, -1, -1):
        row, at = rows[y], 0
        while at < WIDTH and (before is None or before[y] != row):
            run = next((n for n in range(at, WIDTH) if row[n] != row[at]), WIDTH) - at
            out += bytes((run, row[at]))
            at += run
        out += b"\0\0"
    return bytes(out[:-2] + b"\0\1")


def chunk(kind, data):
    return kind + struct.pack("<I", len(data)) + data + bytes(len(data) % 2)


def group(kind, *data):
    return chunk(b"LIST", kind + b"".join(data))


def avi(path, how):
    bits = next((int(word[3:]) for word in how if word.startswith("raw")), 8)
    change = {word.split("=")[0]: int(word.split("=")[1]) for word in how if "=" in word}
    switch = min(change.values(), default=FRAMES)
    movi, index, before = b"", b"", None

    def add(kind, data, flags):
        nonlocal movi, index
        index += struct.pack("<4sIII", kind, flags, 4 + len(movi), len(data))
        movi += chunk(kind, data)

    for number in range(FRAMES):
        colours = palette(bits, number >= switch)
        if number == switch:
            stated = 128 if "partly" in change else len(colours)
            entries = b"".join(bytes((*colour, 0)) for colour in colours[:stated])
            add(b"00pc", struct.pack("<BBH", 0, stated & 255, 0) + entries, 0x100)
        rows = [[colours.index(colour) for colour in row] for row in picture(number, bits)]
        if "rle" in how:
            key = number % 4 == 0
            add(b"00dc", rle(rows, None if key else before), 0x10 if key else 0)
            before = rows
        else:
            add(b"00db", b"".join(packed(row, bits) for row in reversed(rows)), 0x10)

    size = len(packed([0] * WIDTH, bits)) * HEIGHT
    avih = struct.pack("<14I", 1000000 // RATE, 0, 0, 0x10, FRAMES, 0, 1, size, WIDTH, HEIGHT, 0, 0, 0, 0)
    coded = b"mrle" if "rle" in how else b"DIB "
    strh = struct.pack("<4s4sIHHIIII", b"vids", coded, 0x10000, 0, 0, 0, 1, RATE, 0)
    strh += struct.pack("<4I4h", FRAMES, size, 0, 0, 0, 0, WIDTH, HEIGHT)
    strf = struct.pack("<IiiHHIIiiII", 40, WIDTH, HEIGHT, 1, bits, int("rle" in how), size, 0, 0, 1 << bits, 0)
    strf += b"".join(bytes((*reversed(colour), 0)) for colour in palette(bits, False))
    header = group(b"hdrl", chunk(b"avih", avih), group(b"strl", chunk(b"strh", strh), chunk(b"strf", strf)))
    with open(path, "wb") as out:
        out.write(chunk(b"RIFF", b"AVI " + header + group(b"movi", movi) + chunk(b"idx1", index)))


def quicktime(path):
    """Gives a gray file a palette. Gray run lengths store inverted levels: level n is index 255 - n. Dark
    levels become black, bright ones white, and those between them a ramp from red to blue."""
    file = boxes.read(path)
    trak = boxes.video(file)
    (entry,) = boxes.entries(trak)
    assert struct.unpack_from(">H", entry.payload, 74)[0] == 40  # 32 + 8: gray
    table = struct.pack(">IHH", 0, 0, 255)
    for index in range(256):
        level = 255 - index
        red, blue = (min(max(x, 0), 255) for x in (2 * level - 130, 380 - 2 * level))
        colour = (0, 0, 0) if level < 40 else WHITE if level > 200 else (red, 60, blue)
        table += struct.pack(">4H", index, *(257 * x for x in colour))
    payload = bytearray(entry.payload[: boxes.VISUAL])
    struct.pack_into(">HH", payload, 74, 8, 0)
    entry.payload = bytes(payload) + table
    boxes.set_entries(trak, [entry])
    boxes.write(path, file)


def main():
    path, *how = sys.argv[1:]
    if "pixels" in how:
        print(json.dumps([[(n + 0.5) / 7, 0.625, *colour] for n, colour in enumerate(COLOURS)]))
    elif "quicktime" in how:
        quicktime(path)
    else:
        avi(path, how)


if __name__ == "__main__":
    main()
