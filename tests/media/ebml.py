"""Matroska and WebM files as trees of elements, for the scripts that change them."""

SEGMENT, CLUSTER, TIMESTAMP, SIMPLE_BLOCK, BLOCK = 0x18538067, 0x1F43B675, 0xE7, 0xA3, 0xA1
TRACKS, TRACK, VIDEO, COLOUR, BLOCK_GROUP = 0x1654AE6B, 0xAE, 0xE0, 0x55B0, 0xA0
SEEK_HEAD, SEEK, SEEK_POSITION = 0x114D9B74, 0x4DBB, 0x53AC
CUES, CUE, CUE_PLACES, CUE_PLACE = 0x1C53BB6B, 0xBB, 0xB7, 0xF1
INSIDE = {SEGMENT, CLUSTER, TRACKS, TRACK, VIDEO, COLOUR, BLOCK_GROUP}
INSIDE |= {SEEK_HEAD, SEEK, CUES, CUE, CUE_PLACES}


class Element:
    """An element: its `id`, and either its `payload` or its `children`, the elements inside it."""

    def __init__(self, id, payload=b"", children=None):
        self.id, self.payload, self.children = id, payload, children
        self.unknown = False  # written with an unknown size
        self.at = 0  # its position in the file

    def find(self, *ids):
        """Returns the first element of each kind inside the previous one, or None."""
        found = self
        for id in ids:
            found = next((child for child in found.children if child.id == id), None)
            if found is None:
                return None
        return found

    def all(self, id):
        return [child for child in self.children if child.id == id]

    def bytes(self):
        payload = self.payload if self.children is None else joined(self.children)
        size = b"\x01" + b"\xff" * 7 if self.unknown else (len(payload) | 1 << 56).to_bytes(8)
        if not self.unknown and self.id not in (SEGMENT, CLUSTER):
            size = short(len(payload))
        return self.id.to_bytes((self.id.bit_length() + 7) // 8) + size + payload


def short(size):
    length = next(n for n in range(1, 9) if size < (1 << 7 * n) - 1)
    return (size | 1 << 7 * length).to_bytes(length)


def joined(elements):
    return b"".join(element.bytes() for element in elements)


def number(id, value, length=None):
    """Returns an element with an unsigned number."""
    return Element(id, value.to_bytes(length or max(1, (value.bit_length() + 7) // 8)))


def head(data, at):
    """Returns the id and size at a position, and the position of the payload."""
    length = 9 - data[at].bit_length()
    id, at = int.from_bytes(data[at : at + length]), at + length
    length = 9 - data[at].bit_length()
    size = int.from_bytes(data[at : at + length]) & (1 << 7 * length) - 1
    return id, size, at + length


def parse(data, at=0, end=None):
    """Returns the elements of a range of a file in which all sizes are known."""
    found, end = [], len(data) if end is None else end
    while at < end:
        id, size, start = head(data, at)
        if size >= 1 << 48:  # unknown: up to the end
            size = end - start
        stop = start + size
        if id in INSIDE:
            element = Element(id, children=parse(data, start, stop))
        else:
            element = Element(id, data[start:stop])
        element.at = at
        found.append(element)
        at = stop
    return found


def read(path):
    """Returns a file as one element without an id."""
    with open(path, "rb") as file:
        return Element(0, children=parse(file.read()))


def write(path, file):
    """Writes a file. Adapts its index to what has moved."""
    for segment in file.all(SEGMENT):
        for _ in range(3):  # until sizes no longer change
            follow(segment)
    with open(path, "wb") as out:
        out.write(joined(file.children))


def follow(segment):
    first = segment.children[0].at
    moved, at = {}, 0
    for child in segment.children:
        moved[child.at - first] = at
        at += len(child.bytes())
    places = [seek.find(SEEK_POSITION) for head in segment.all(SEEK_HEAD) for seek in head.all(SEEK)]
    for cues in segment.all(CUES):
        places += [place.find(CUE_PLACE) for cue in cues.all(CUE) for place in cue.all(CUE_PLACES)]
    for place in places:
        place.was = getattr(place, "was", int.from_bytes(place.payload))
        place.payload = moved[place.was].to_bytes(max(len(place.payload), 4))
