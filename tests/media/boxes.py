"""MP4 and MOV files as trees of boxes, for the scripts that change them."""

import struct

INSIDE = {b"moov", b"trak", b"mdia", b"minf", b"stbl", b"edts", b"mvex", b"moof", b"traf"}


class Box:
    """A box: its `kind`, and either its `payload` or its `children`, the boxes inside it."""

    def __init__(self, kind, payload=b"", children=None):
        self.kind, self.payload, self.children = kind, payload, children
        self.at = 0  # the position of its payload in the file

    def find(self, *kinds):
        """Returns the first box of each kind inside the previous one, or None."""
        found = self
        for kind in kinds:
            found = next((child for child in found.children if child.kind == kind), None)
            if found is None:
                return None
        return found

    def all(self, kind):
        return [child for child in self.children if child.kind == kind]

    def bytes(self):
        payload = self.payload if self.children is None else joined(self.children)
        return struct.pack(">I4s", len(payload) + 8, self.kind) + payload


def joined(boxes):
    return b"".join(box.bytes() for box in boxes)


def parse(data, at=0, end=None):
    """Returns the boxes of a range of a file."""
    found, end = [], len(data) if end is None else end
    while at + 8 <= end:
        size, kind = struct.unpack_from(">I4s", data, at)
        header = 8
        if size == 1:
            size, header = struct.unpack_from(">Q", data, at + 8)[0], 16
        size = size or end - at
        start, stop = at + header, at + size
        if kind in INSIDE:
            box = Box(kind, children=parse(data, start, stop))
        else:
            box = Box(kind, data[start:stop])
        box.at = start
        found.append(box)
        at = stop
    return found


def read(path):
    """Returns a file as one box without a kind."""
    with open(path, "rb") as file:
        return Box(b"", children=parse(file.read()))


def write(path, file):
    """Writes a file. Adapts the chunk offsets to the new position of the media data."""
    moved, at = [], 0
    for box in file.children:
        size = len(box.bytes())
        if box.kind == b"mdat":
            moved.append((box.at, box.at + len(box.payload), at + 8 - box.at))
        at += size
    for trak in file.find(b"moov").all(b"trak"):
        stbl = trak.find(b"mdia", b"minf", b"stbl")
        for kind, form in ((b"stco", "I"), (b"co64", "Q")):
            table = stbl.find(kind)
            if table:
                count = struct.unpack_from(">I", table.payload, 4)[0]
                places = struct.unpack_from(f">{count}{form}", table.payload, 8)
                places = [follow(place, moved) for place in places]
                table.payload = table.payload[:8] + struct.pack(f">{count}{form}", *places)
    with open(path, "wb") as out:
        out.write(joined(file.children))


def follow(place, moved):
    return place + next((by for start, end, by in moved if start <= place < end), 0)


def wide_places(file):
    """Converts all chunk offsets to 64 bits."""
    for trak in file.find(b"moov").all(b"trak"):
        table = trak.find(b"mdia", b"minf", b"stbl", b"stco")
        if table:
            count = struct.unpack_from(">I", table.payload, 4)[0]
            places = struct.unpack_from(f">{count}I", table.payload, 8)
            table.kind = b"co64"
            table.payload = table.payload[:8] + struct.pack(f">{count}Q", *places)


def handler(trak):
    return trak.find(b"mdia", b"hdlr").payload[8:12]


def video(file):
    """Returns the first video track."""
    return next(trak for trak in file.find(b"moov").all(b"trak") if handler(trak) == b"vide")


def timescale(box):
    """Returns the timescale in an mvhd or mdhd."""
    return struct.unpack_from(">I", box.payload, 20 if box.payload[0] else 12)[0]


def set_field(box, offset, form, *values):
    payload = bytearray(box.payload)
    struct.pack_into(">" + form, payload, offset, *values)
    box.payload = bytes(payload)


# ---- sample descriptions -----------------------------------------------------------------------

VISUAL = 78  # bytes of a VisualSampleEntry before the boxes in it


def entries(trak):
    """Returns the sample descriptions of a track as boxes with a payload."""
    return parse(trak.find(b"mdia", b"minf", b"stbl", b"stsd").payload, 8)


def set_entries(trak, found):
    stsd = trak.find(b"mdia", b"minf", b"stbl", b"stsd")
    stsd.payload = struct.pack(">II", 0, len(found)) + joined(found)


def inner(entry):
    """Returns the boxes in a visual sample entry."""
    return parse(entry.payload, VISUAL)


def set_inner(entry, boxes):
    entry.payload = entry.payload[:VISUAL] + joined(boxes)
