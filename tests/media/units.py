#!/usr/bin/env python3
"""Changes a bare stream.

Arguments: FILE WHAT…

    orientation CODEC TURN MIRROR WHERE   h264 or hevc: puts a display orientation SEI into the first
                            picture (WHERE is "once") or into all pictures (WHERE is "all"): to be
                            mirrored (MIRROR is "h", "v" or "-"), then rotated left by TURN degrees
    fields FIRST            MPEG-2: declares progressive intra pictures to be the fields of pictures of
                            twice the height at half the rate, with FIRST ("top" or "bottom") first
"""

import sys


def units(data):
    """Returns begin and payload of each unit after a start code 0 0 1."""
    at = data.find(b"\0\0\1")
    while at >= 0:
        yield at, at + 3
        at = data.find(b"\0\0\1", at + 3)


def escaped(payload):
    """Returns a payload with emulation prevention bytes."""
    out, zeros = bytearray(), 0
    for byte in payload:
        if zeros >= 2 and byte <= 3:
            out.append(3)
            zeros = 0
        out.append(byte)
        zeros = zeros + 1 if byte == 0 else 0
    return bytes(out)


def orientation_sei(codec, turn, mirror):
    bits = f"0{int('h' in mirror)}{int('v' in mirror)}{round(int(turn) / 360 * 65536):016b}"
    # valid until the next such message: H.264's repetition period of 1 (and no extension), HEVC's flag
    bits += "0100" if codec == "h264" else "1"
    bits += "1"
    bits += "0" * (-len(bits) % 8)
    payload = int(bits, 2).to_bytes(len(bits) // 8, "big")
    header = b"\x06" if codec == "h264" else b"\x4e\x01"
    return b"\0\0\0\1" + header + escaped(bytes((47, len(payload))) + payload + b"\x80")


def orientation(data, codec, turn, mirror, where):
    sei, out, last = orientation_sei(codec, turn, mirror), b"", 0
    for at, start in units(data):
        if codec == "h264":
            slice_, first = data[start] & 31 in (1, 5), data[start + 1] & 0x80
        else:
            slice_, first = data[start] >> 1 & 63 < 32, data[start + 2] & 0x80
        if slice_ and first and (where == "all" or not last):
            begin = at - 1 if data[at - 1] == 0 else at
            out, last = out + data[last:begin] + sei, begin
    return out + data[last:]


def fields(data, first):
    """Changes the headers by ISO/IEC 13818-2, 6.2.2.1, 6.2.2.3, 6.2.3 and 6.2.3.1. The blocks of an intra
    field picture are like those of a progressive picture."""
    data, starts = bytearray(data), [at for at, _ in units(data)] + [len(data)]
    out, picture, second = b"", -1, False
    for begin, end in zip(starts, starts[1:]):
        unit, code = data[begin:end], data[begin + 3]
        if code == 0:
            picture += 1
        second = picture % 2 == 1 if code == 0 or code == 0xB5 or code < 0xB0 else picture % 2 == 0
        extension = unit[4] >> 4 if code == 0xB5 else 0
        if code == 0xB3:
            height = 2 * ((unit[5] & 15) << 8 | unit[6])
            unit[5], unit[6] = unit[5] & 0xF0 | height >> 8, height & 255
            assert unit[7] & 15 == 6  # 50 a second
            unit[7] = unit[7] & 0xF0 | 3
        elif extension == 1:
            unit[5] &= ~0x08  # progressive_sequence
            second = picture % 2 == 0
        elif extension == 8:
            structure = 1 if (first == "top") != second else 2
            unit[6] = unit[6] & 0xFC | structure
            unit[7] &= ~0xC3  # top_field_first, frame_pred_frame_dct, repeat_first_field, chroma_420_type
            unit[8] &= ~0x80  # progressive_frame
        if code in (0xB3, 0xB8) or extension == 1:
            # before a picture: no headers between two fields
            if second:
                continue
        out += unit
    return out


def main():
    path, what, *how = sys.argv[1:]
    data = open(path, "rb").read()
    changed = {"orientation": orientation, "fields": fields}[what](data, *how)
    open(path, "wb").write(changed)


if __name__ == "__main__":
    main()
