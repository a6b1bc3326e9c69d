#!/usr/bin/env python3
"""Makes the clock of a file jump.

Arguments, by kind of file:

    ts FILE FRAME SECONDS        a transport stream with one video: the clock jumps by SECONDS before a
                                 frame. That is the first one from FRAME on (in decode order) for which
                                 all earlier frames are also shown earlier
    fragments FILE NTH SECONDS   MP4: it jumps before the NTH fragment (from 0)
    clusters FILE NTH SECONDS    Matroska: it jumps before the NTH cluster, to SECONDS from the start
    flv FILE FRAME SECONDS       it jumps before a frame, in decode order
    unknown FILE                 Matroska: segment and clusters get unknown sizes, as a browser
                                 writes them
    tags FILE                    FLV: prints the tags without the header of the file
"""

import struct
import sys

import boxes
import ebml

PACKET = 188


# ---- transport stream --------------------------------------------------------------------------


def timestamp(data, at):
    """Returns a presentation or decode time of 33 bits."""
    a, b, c = data[at], *struct.unpack_from(">HH", data, at + 1)
    return (a >> 1 & 7) << 30 | b >> 1 << 15 | c >> 1


def set_timestamp(data, at, time):
    time %= 1 << 33
    data[at] = data[at] & 0xF1 | time >> 30 << 1
    struct.pack_into(">HH", data, at + 1, time >> 14 & 0xFFFE | 1, time << 1 & 0xFFFE | 1)


def payload(data, packet):
    return packet + 4 + (1 + data[packet + 4] if data[packet + 3] & 0x20 else 0)


def pes(data):
    """Returns packet and payload of every packet in which a video frame begins."""
    for packet in range(0, len(data), PACKET):
        start = payload(data, packet)
        if data[packet + 1] & 0x40 and data[start : start + 3] == b"\0\0\1" and data[start + 3] >> 4 == 0xE:
            yield packet, start


def shift_frame(data, start, by):
    flags = data[start + 7] >> 6
    places = [start + 9] * (flags > 1) + [start + 14] * (flags == 3)
    for place in places:
        set_timestamp(data, place, timestamp(data, place) + by)


def shift_pcr(data, packet, by):
    if data[packet + 3] & 0x20 and data[packet + 4] and data[packet + 5] & 0x10:
        high, low = struct.unpack_from(">IH", data, packet + 6)
        base = ((high << 1 | low >> 15) + by) % (1 << 33)
        struct.pack_into(">IH", data, packet + 6, base >> 1, (base & 1) << 15 | low & 0x7FFF)


def ts(path, frame, seconds):
    data, by = bytearray(open(path, "rb").read()), round(90000 * seconds)
    frames = list(pes(data))
    times = [timestamp(data, start + 9) for _, start in frames]
    chosen = next(n for n in range(frame, len(times)) if max(times[:n]) < min(times[n:]))
    for packet in range(frames[chosen][0], len(data), PACKET):
        shift_pcr(data, packet, by)
    for _, start in frames[chosen:]:
        shift_frame(data, start, by)
    open(path, "wb").write(data)


# ---- others ------------------------------------------------------------------------------------


def fragments(path, nth, seconds):
    file = boxes.read(path)
    ticks = boxes.timescale(boxes.video(file).find(b"mdia", b"mdhd"))
    for moof in file.all(b"moof")[nth:]:
        tfdt = moof.find(b"traf", b"tfdt")
        assert tfdt.payload[0] == 1
        time = struct.unpack_from(">Q", tfdt.payload, 4)[0]
        boxes.set_field(tfdt, 4, "Q", time + round(seconds * ticks))
    boxes.write(path, file)


def clusters(path, nth, seconds):
    file = ebml.read(path)
    later = [cluster.find(ebml.TIMESTAMP) for cluster in file.find(ebml.SEGMENT).all(ebml.CLUSTER)][nth:]
    by = round(1000 * seconds) - int.from_bytes(later[0].payload)
    for time in later:
        time.payload = (int.from_bytes(time.payload) + by).to_bytes(8)
    ebml.write(path, file)


def unknown(path):
    file = ebml.read(path)
    for segment in file.all(ebml.SEGMENT):
        segment.unknown = True
        for cluster in segment.all(ebml.CLUSTER):
            cluster.unknown = True
    ebml.write(path, file)


def flv_tags(data, at=13):
    while at + 11 <= len(data):
        yield at
        at += 15 + int.from_bytes(data[at + 1 : at + 4])


def flv(path, frame, seconds):
    data, seen = bytearray(open(path, "rb").read()), -1
    for at in flv_tags(data):
        seen += data[at] == 9 and data[at + 12] == 1
        if seen >= frame:
            time = (int.from_bytes(data[at + 4 : at + 7]) | data[at + 7] << 24) + round(1000 * seconds)
            data[at + 4 : at + 7], data[at + 7] = (time & 0xFFFFFF).to_bytes(3), time >> 24
    open(path, "wb").write(data)


def main():
    what, path, *how = sys.argv[1:]
    if what == "unknown":
        unknown(path)
    elif what == "tags":
        sys.stdout.buffer.write(open(path, "rb").read()[13:])
    else:
        jump = {"ts": ts, "fragments": fragments, "clusters": clusters, "flv": flv}[what]
        jump(path, int(how[0]), float(how[1]))


if __name__ == "__main__":
    main()
