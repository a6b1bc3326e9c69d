#!/usr/bin/env python3
"""Writes a HEIF still (HEIC, AVIF) from the first frames of an MP4 file.

Arguments: OUT IN COLUMNS ROWS. Each frame is one tile of a grid; with one column and one row the
first frame is the picture. ISO/IEC 23008-12.
"""

import struct
import sys

import boxes
from movie import Track


def full(kind, version, payload, flags=0):
    return boxes.Box(kind, struct.pack(">I", version << 24 | flags) + payload).bytes()


def box(kind, *payload):
    return boxes.Box(kind, b"".join(payload)).bytes()


def main():
    out, path, columns, rows = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
    track = Track(path)
    count = columns * rows
    tiles = [sample[0] for sample in track.samples(path)[:count]]
    width, height = struct.unpack_from(">HH", track.entry.payload, 24)
    config = next(inner for inner in boxes.inner(track.entry) if inner.kind in (b"hvcC", b"av1C"))
    av1 = config.kind == b"av1C"
    code = b"av01" if av1 else b"hvc1"

    items, data = [(n + 1, code, tile) for n, tile in enumerate(tiles)], b""
    if count > 1:
        grid = struct.pack(">BBBBHH", 0, 0, rows - 1, columns - 1, columns * width, rows * height)
        items.append((count + 1, b"grid", grid))
    primary = items[-1][0]
    infos = b"".join(
        full(b"infe", 2, struct.pack(">HH4sB", id, 0, kind, 0), flags=int(id != primary)) for id, kind, _ in items
    )
    properties = box(b"ipco", full(b"ispe", 0, struct.pack(">II", width, height)), config.bytes(),
                     full(b"ispe", 0, struct.pack(">II", columns * width, rows * height)),
                     full(b"pixi", 0, b"\3\x08\x08\x08"))
    uses = b"".join(
        struct.pack(">HBBB", id, 2, 3, 4) if kind == b"grid" else struct.pack(">HBBBB", id, 3, 1, 0x82, 4)
        for id, kind, _ in items
    )
    places, at = b"", 0

    def meta(base):
        nonlocal places, at
        places, at = b"", base
        for id, _, payload in items:
            places += struct.pack(">HHHII", id, 0, 1, at, len(payload))
            at += len(payload)
        references = b""
        if count > 1:
            tiles_of = struct.pack(f">HH{count}H", primary, count, *range(1, count + 1))
            references = full(b"iref", 0, box(b"dimg", tiles_of))
        return full(
            b"meta", 0,
            full(b"hdlr", 0, struct.pack(">I4s12sB", 0, b"pict", bytes(12), 0))
            + full(b"pitm", 0, struct.pack(">H", primary))
            + full(b"iloc", 0, struct.pack(">BBH", 0x44, 0, len(items)) + places)
            + full(b"iinf", 0, struct.pack(">H", len(items)) + infos)
            + references
            + box(b"iprp", properties, full(b"ipma", 0, struct.pack(">I", len(items)) + uses)),
        )

    brands = b"avif" + bytes(4) + b"avifmif1miaf" if av1 else b"heic" + bytes(4) + b"mif1heic"
    head = box(b"ftyp", brands)
    size = len(head) + len(meta(0)) + 8
    data = b"".join(payload for _, _, payload in items)
    with open(out, "wb") as written:
        written.write(head + meta(size) + box(b"mdat", data))


if __name__ == "__main__":
    main()
