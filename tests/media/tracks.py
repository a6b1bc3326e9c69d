#!/usr/bin/env python3
"""Makes a container state something about its video track.

Arguments: FILE WHAT VALUES…

    clap WIDTH HEIGHT X Y    MP4: crops to a rectangle; all may be fractions
    pasp WIDTH HEIGHT        MP4: the shape of a pixel
    shown WIDTH HEIGHT       MP4: the size to show, in the track's header
    turned                   MP4: to be rotated left by 90°
    nclx P T M RANGE         MP4: colour, by the numbers of ITU-T H.273; RANGE is 1 for full
    nclc P T M               the same in QuickTime's form, without a range
    light MAX MIN CLL FALL   MP4: a BT.2020 mastering display of MAX and MIN cd/m², and light levels
    crop L T R B             Matroska: crops from the left, top, right and bottom
    display WIDTH HEIGHT [UNIT]
    colour P T M RANGE       Matroska: colour; RANGE is 1 for limited, 2 for full
    mastering MAX MIN CLL FALL
    encrypted                Matroska: says that the blocks are encrypted, and adds their prefix
    stripped HEX             Matroska: states the bytes with which all blocks begin, and removes them
    protect NAME             MP4: renames the sample entry and says that it is protected (`encv`, `drmi`)
"""

import struct
import sys
from fractions import Fraction

import boxes
import ebml

# BT.2020's primaries and D65, in steps of 0.00002: green, blue, red, white
SCREEN = ((8500, 39850), (6550, 2300), (35400, 14600), (15635, 16450))


def entry_boxes(file, *new):
    """Puts boxes into the sample entry, replacing those of the same kind."""
    trak = boxes.video(file)
    (entry,) = boxes.entries(trak)
    kept = [box for box in boxes.inner(entry) if box.kind not in {box.kind for box in new}]
    boxes.set_inner(entry, kept + list(new))
    boxes.set_entries(trak, [entry])


def clap(file, width, height, x, y):
    trak = boxes.video(file)
    coded = struct.unpack_from(">HH", boxes.entries(trak)[0].payload, 24)
    width, height, x, y = map(Fraction, (width, height, x, y))
    # offsets are from middle to middle
    numbers = width, height, x + (width - coded[0]) / 2, y + (height - coded[1]) / 2
    payload = b"".join(struct.pack(">iI", n.numerator, n.denominator) for n in numbers)
    entry_boxes(file, boxes.Box(b"clap", payload))


def pasp(file, width, height):
    entry_boxes(file, boxes.Box(b"pasp", struct.pack(">II", int(width), int(height))))


def shown(file, width, height):
    boxes.set_field(boxes.video(file).find(b"tkhd"), 76, "II", int(width) << 16, int(height) << 16)


def turned(file):
    tkhd = boxes.video(file).find(b"tkhd")
    width = struct.unpack_from(">I", tkhd.payload, 76)[0]
    boxes.set_field(tkhd, 40, "9i", 0, -1 << 16, 0, 1 << 16, 0, 0, 0, width, 1 << 30)


def nclx(file, *values):
    p, t, m, full = map(int, values)
    entry_boxes(file, boxes.Box(b"colr", b"nclx" + struct.pack(">HHHB", p, t, m, full << 7)))


def nclc(file, *values):
    entry_boxes(file, boxes.Box(b"colr", b"nclc" + struct.pack(">HHH", *map(int, values))))


def light(file, *values):
    most, least, cll, fall = map(float, values)
    screen = b"".join(struct.pack(">HH", *point) for point in SCREEN)
    screen += struct.pack(">II", round(10000 * most), round(10000 * least))
    levels = struct.pack(">HH", round(cll), round(fall))
    entry_boxes(file, boxes.Box(b"mdcv", screen), boxes.Box(b"clli", levels))


def protect(file, name):
    """Marks a file as protected, like a file from a shop. The samples do not change."""
    trak = boxes.video(file)
    (entry,) = boxes.entries(trak)
    original, entry.kind = entry.kind, name.encode()
    scheme = boxes.Box(b"schm", struct.pack(">I4sI", 0, b"itun" if name == "drmi" else b"cbcs", 0x10000))
    inside = boxes.Box(b"sinf", children=[boxes.Box(b"frma", original), scheme, boxes.Box(b"schi", bytes(16))])
    boxes.set_inner(entry, boxes.inner(entry) + [inside])
    boxes.set_entries(trak, [entry])


# ---- Matroska ----------------------------------------------------------------------------------

CROP = (0x54CC, 0x54BB, 0x54DD, 0x54AA)  # left, top, right, bottom
DISPLAY = (0x54B0, 0x54BA, 0x54B2)
COLOUR_FIELDS = (0x55BB, 0x55BA, 0x55B1, 0x55B9)
CLL, FALL, MASTERING = 0x55BC, 0x55BD, 0x55D0
CHROMATICITIES = (0x55D3, 0x55D4, 0x55D5, 0x55D6, 0x55D1, 0x55D2, 0x55D7, 0x55D8)  # as in SCREEN


def track(file):
    return file.find(ebml.SEGMENT, ebml.TRACKS, ebml.TRACK)


def video_elements(file, *new):
    """Puts elements into the track's video, replacing those of the same kind."""
    video = track(file).find(ebml.VIDEO)
    ids = {element.id for element in new}
    video.children = [element for element in video.children if element.id not in ids] + list(new)


def crop(file, *sides):
    video_elements(file, *(ebml.number(id, int(side)) for id, side in zip(CROP, sides)))


def display(file, *values):
    video_elements(file, *(ebml.number(id, int(value)) for id, value in zip(DISPLAY, values)))


def colour(file, *values):
    found = [ebml.number(id, int(value)) for id, value in zip(COLOUR_FIELDS, values)]
    video_elements(file, ebml.Element(ebml.COLOUR, children=found))


def real(id, value):
    return ebml.Element(id, struct.pack(">d", value))


def mastering(file, *values):
    most, least, cll, fall = map(float, values)
    points = [n / 50000 for point in SCREEN for n in point]
    screen = [real(id, n) for id, n in zip(CHROMATICITIES, points)]
    screen += [real(0x55D9, most), real(0x55DA, least)]
    colour = track(file).find(ebml.VIDEO, ebml.COLOUR)
    colour.children += [ebml.number(CLL, round(cll)), ebml.number(FALL, round(fall))]
    colour.children.append(ebml.Element(MASTERING, children=screen))


def encode(file, *how):
    """States how the blocks are encoded."""
    encoding = ebml.joined([ebml.number(0x5031, 0), ebml.number(0x5032, 1), *how])
    track(file).children.append(ebml.Element(0x6D80, ebml.Element(0x6240, encoding).bytes()))


def encrypted(file):
    aes = ebml.Element(0x47E7, ebml.number(0x47E8, 1).bytes())  # counter mode
    how = [ebml.number(0x47E1, 5), ebml.Element(0x47E2, b"0123456789abcdef"), aes]
    encode(file, ebml.number(0x5033, 1), ebml.Element(0x5035, ebml.joined(how)))
    for number, cluster in enumerate(file.find(ebml.SEGMENT).all(ebml.CLUSTER)):
        for place, block in enumerate(cluster.all(ebml.SIMPLE_BLOCK)):
            # after the block's header: a signal byte (encrypted), the initial vector, the data
            vector = struct.pack(">II", number, place)
            data = bytes((byte * 167 + 5 * at + 91) & 255 for at, byte in enumerate(block.payload[4:]))
            block.payload = block.payload[:4] + b"\1" + vector + data


def stripped(file, start):
    start = bytes.fromhex(start)
    how = ebml.joined([ebml.number(0x4254, 3), ebml.Element(0x4255, start)])
    encode(file, ebml.number(0x5033, 0), ebml.Element(0x5034, how))
    for cluster in file.find(ebml.SEGMENT).all(ebml.CLUSTER):
        blocks = cluster.all(ebml.SIMPLE_BLOCK)
        blocks += [group.find(ebml.BLOCK) for group in cluster.all(ebml.BLOCK_GROUP)]
        for block in blocks:
            assert block.payload[4:].startswith(start)
            block.payload = block.payload[:4] + block.payload[4 + len(start) :]


MP4 = (clap, pasp, shown, turned, nclx, nclc, light, protect)
MATROSKA = (crop, display, colour, mastering, encrypted, stripped)


def main():
    path, what, *values = sys.argv[1:]
    container = boxes if what in [change.__name__ for change in MP4] else ebml
    change = next(change for change in MP4 + MATROSKA if change.__name__ == what)
    file = container.read(path)
    change(file, *values)
    container.write(path, file)


if __name__ == "__main__":
    main()
