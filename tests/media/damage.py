#!/usr/bin/env python3
"""Damages a file, or makes it state too small a length.

Arguments: FILE WHAT…

    shorter SECONDS [elst]   MP4: the headers of movie, track and media state this length, and with `elst`
                             the only edit does too (0 means up to the end of the media)
    info SECONDS             Matroska: the segment's information states this length
    count TABLE NUMBER       MP4: a table in stbl says that it has NUMBER entries
    zeros TABLE              MP4: the table's kind is overwritten
    size ID NUMBER           Matroska: the first element of this id (hexadecimal) says that it has NUMBER
                             bytes
    riff CHUNK NUMBER        AVI: the last chunk of this name says that it has NUMBER bytes
    dv FILE                  writes the frames of a raw DV file as an AVI of type 1
"""

import struct
import sys

import boxes
import ebml


def shorter(path, seconds, elst=None):
    file, seconds = boxes.read(path), float(seconds)
    moov = file.find(b"moov")
    mvhd, trak = moov.find(b"mvhd"), boxes.video(file)
    mdhd = trak.find(b"mdia", b"mdhd")
    length = round(seconds * boxes.timescale(mvhd))
    boxes.set_field(mvhd, 16, "I", length)
    boxes.set_field(trak.find(b"tkhd"), 20, "I", length)
    boxes.set_field(mdhd, 16, "I", round(seconds * boxes.timescale(mdhd)))
    if elst:
        boxes.set_field(trak.find(b"edts", b"elst"), 8, "I", length)
    boxes.write(path, file)


def info(path, seconds):
    file = ebml.read(path)
    element = file.find(ebml.SEGMENT, 0x1549A966)
    inside = ebml.parse(element.payload)
    for child in inside:
        if child.id == 0x4489:
            child.payload = struct.pack(">d", 1000 * float(seconds))
    element.payload = ebml.joined(inside)
    ebml.write(path, file)


def changed(path, find, form, number, after=0):
    data = bytearray(open(path, "rb").read())
    struct.pack_into(form, data, find(data) + after, number)
    open(path, "wb").write(data)


def count(path, table, number):
    after = {b"stsz": 12}.get(table.encode(), 8)
    changed(path, lambda data: data.rindex(table.encode()), ">I", int(number, 0), after)


def zeros(path, table):
    changed(path, lambda data: data.rindex(table.encode()), ">I", 0)


def size(path, id, number):
    """Writes a size of 8 bytes over the element's beginning, which damages its content as well."""
    id = bytes.fromhex(id)
    changed(path, lambda data: data.index(id), ">Q", int(number, 0) | 1 << 56, len(id))


def riff(path, chunk, number):
    changed(path, lambda data: data.rindex(chunk.encode()), "<I", int(number, 0), 4)


def chunked(kind, data):
    return kind + struct.pack("<I", len(data)) + data + bytes(len(data) % 2)


def dv(path, raw):
    data = open(raw, "rb").read()
    pal = bool(data[3] & 0x80)
    each, rate, scale, height = (144000, 25, 1, 576) if pal else (120000, 30000, 1001, 480)
    frames = [data[at : at + each] for at in range(0, len(data), each)]
    movi = b"".join(chunked(b"00__", frame) for frame in frames)
    index = b"".join(struct.pack("<4sIII", b"00__", 0x10, 4 + n * (each + 8), each) for n in range(len(frames)))
    avih = struct.pack("<14I", 1000000 * scale // rate, 0, 0, 0x10, len(frames), 0, 1, each, 720, height, 0, 0, 0, 0)
    strh = struct.pack("<4s4sIHHIIII", b"iavs", b"dvsd", 0, 0, 0, 0, scale, rate, 0)
    strh += struct.pack("<4I4h", len(frames), each, 0, 0, 0, 0, 720, height)
    stream = chunked(b"LIST", b"strl" + chunked(b"strh", strh) + chunked(b"strf", bytes(32)))
    header = chunked(b"LIST", b"hdrl" + chunked(b"avih", avih) + stream)
    with open(path, "wb") as out:
        out.write(chunked(b"RIFF", b"AVI " + header + chunked(b"LIST", b"movi" + movi) + chunked(b"idx1", index)))


def main():
    path, what, *how = sys.argv[1:]
    next(f for f in (shorter, info, count, zeros, size, riff, dv) if f.__name__ == what)(path, *how)


if __name__ == "__main__":
    main()
