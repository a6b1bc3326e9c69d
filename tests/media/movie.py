#!/usr/bin/env python3
"""Joins the samples of several MP4 files, each with one video track, into one file.

Arguments: OUT HOW PART…

    descriptions   each different sample description is kept, and each sample refers to its own
    in-band        only the first one is kept; the first sample of every later file begins with that
                   file's parameter sets (H.264), and no other sample does
    short-lengths  as `descriptions`; the NAL units of all files but the first have lengths of 2 bytes

All files have the same timescale. Presentation times continue where the previous file ends.
"""

import struct
import sys

import boxes


class Track:
    def __init__(self, path):
        self.file = boxes.read(path)
        self.trak = boxes.video(self.file)
        self.stbl = self.trak.find(b"mdia", b"minf", b"stbl")
        (self.entry,) = boxes.entries(self.trak)

    def samples(self, path):
        """Returns data, duration, composition offset and sync flag of each sample."""
        data = open(path, "rb").read()
        sizes, at, found = self.sizes(), None, []
        chunks = self.table(b"stco", "I")
        per_chunk = self.table(b"stsc", "III")
        durations = [row[1] for row in self.table(b"stts", "II") for _ in range(row[0])]
        ctts = self.stbl.find(b"ctts")
        offsets = [row[1] for row in self.table(b"ctts", "Ii") for _ in range(row[0])] if ctts else [0] * len(sizes)
        stss = self.stbl.find(b"stss")
        sync = {row[0] for row in self.table(b"stss", "I")} if stss else set(range(1, len(sizes) + 1))
        for number, (place,) in enumerate(chunks, 1):
            count = next(row[1] for row in reversed(per_chunk) if row[0] <= number)
            at = place
            for _ in range(count):
                n = len(found)
                found.append([data[at : at + sizes[n]], durations[n], offsets[n], n + 1 in sync])
                at += sizes[n]
        return found

    def table(self, kind, form):
        payload = self.stbl.find(kind).payload
        end = 8 + struct.unpack_from(">I", payload, 4)[0] * struct.calcsize(">" + form)
        return list(struct.iter_unpack(">" + form, payload[8:end]))

    def sizes(self):
        payload = self.stbl.find(b"stsz").payload
        size, count = struct.unpack_from(">II", payload, 4)
        return [size] * count if size else list(struct.unpack_from(f">{count}I", payload, 12))


def lengthened(data, size):
    """Returns the NAL units of a sample with lengths of `size` bytes."""
    out, at = b"", 0
    while at < len(data):
        length = struct.unpack_from(">I", data, at)[0]
        out += length.to_bytes(size) + data[at + 4 : at + 4 + length]
        at += 4 + length
    return out


def parameter_sets(entry):
    """Returns the parameter sets in an avcC, each with its length in 4 bytes."""
    avcc = next(box for box in boxes.inner(entry) if box.kind == b"avcC").payload
    out, at = b"", 5
    for mask in (31, 255):
        count, at = avcc[at] & mask, at + 1
        for _ in range(count):
            length = struct.unpack_from(">H", avcc, at)[0]
            out += struct.pack(">I", length) + avcc[at + 2 : at + 2 + length]
            at += 2 + length
    return out


def halve_lengths(entry):
    found = boxes.inner(entry)
    for box in found:
        if box.kind == b"avcC":
            boxes.set_field(box, 4, "B", box.payload[4] & 0xFC | 1)
    boxes.set_inner(entry, found)


def rows(values):
    """Returns runs of equal values."""
    found = []
    for value in values:
        if found and found[-1][1] == value:
            found[-1][0] += 1
        else:
            found.append([1, value])
    return found


def table(kind, rows, form, version=0):
    payload = b"".join(struct.pack(">" + form, *row) for row in rows)
    return boxes.Box(kind, struct.pack(">B3xI", version, len(rows)) + payload)


def merge(out, how, paths):
    """Writes the first file with the samples of all files in one mdat."""
    tracks = [Track(path) for path in paths]
    entries, parts, first = [], [], None
    for path, track in zip(paths, tracks):
        samples = track.samples(path)
        if how == "short-lengths" and parts:
            halve_lengths(track.entry)
            samples = [[lengthened(data, 2), *rest] for data, *rest in samples]
        if how == "in-band" and parts:
            samples[0][0] = parameter_sets(track.entry) + samples[0][0]
        if track.entry.payload not in [entry.payload for entry in entries] and not (entries and how == "in-band"):
            entries.append(track.entry)
        kept = [entry.payload for entry in entries]
        index = kept.index(track.entry.payload) + 1 if track.entry.payload in kept else 1
        # so that the pictures continue where the previous file ends
        begin = min(sum(s[1] for s in samples[:n]) + s[2] for n, s in enumerate(samples))
        first = begin if first is None else first
        for sample in samples:
            sample[2] += first - begin
        parts.append((index, samples))

    file, every = tracks[0].file, [sample for _, samples in parts for sample in samples]
    media = b"".join(sample[0] for sample in every)
    head = file.children[0].bytes()
    places, at = [], len(head) + 8
    for _, samples in parts:
        places.append((at,))
        at += sum(len(sample[0]) for sample in samples)
    sizes = struct.pack(f">III{len(every)}I", 0, 0, len(every), *(len(sample[0]) for sample in every))
    offsets = rows(sample[2] for sample in every)
    new = {
        b"stts": table(b"stts", rows(sample[1] for sample in every), "II"),
        b"ctts": table(b"ctts", offsets, "Ii", version=int(any(row[1] < 0 for row in offsets))),
        b"stss": table(b"stss", [(n,) for n, sample in enumerate(every, 1) if sample[3]], "I"),
        b"stsc": table(b"stsc", [(n, len(part[1]), part[0]) for n, part in enumerate(parts, 1)], "III"),
        b"stsz": boxes.Box(b"stsz", sizes),
        b"stco": table(b"stco", places, "I"),
    }
    boxes.set_entries(tracks[0].trak, entries)
    stbl = tracks[0].stbl
    stbl.children = [stbl.find(b"stsd"), *new.values()]
    longer(file, sum(sample[1] for sample in every))
    file.children = [file.children[0], boxes.Box(b"mdat", media), file.find(b"moov")]
    with open(out, "wb") as written:
        written.write(boxes.joined(file.children))


def longer(file, ticks):
    """Sets this length in all headers. It is in units of the media's timescale."""
    moov, trak = file.find(b"moov"), boxes.video(file)
    mdhd, mvhd, elst = trak.find(b"mdia", b"mdhd"), moov.find(b"mvhd"), trak.find(b"edts", b"elst")
    length = ticks * boxes.timescale(mvhd) // boxes.timescale(mdhd)
    boxes.set_field(mdhd, 16, "I", ticks)
    boxes.set_field(mvhd, 16, "I", length)
    boxes.set_field(trak.find(b"tkhd"), 20, "I", length)
    if elst:
        boxes.set_field(elst, 8, "I", length)


def main():
    out, how, *paths = sys.argv[1:]
    merge(out, how, paths)


if __name__ == "__main__":
    main()
