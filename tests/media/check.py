#!/usr/bin/env python3
"""Proves the fixtures: decodes every file of truth.json to its end and reads the number drawn in
each frame, first as decoded, then from a half-size JPEG of it. Needs ffmpeg and nothing else.

Without arguments it checks every file; with arguments, those files.
"""

import json
import pathlib
import subprocess
import sys

FOLDER = pathlib.Path(__file__).resolve().parent
COLUMNS, BITS = 14, 12
FFMPEG = ["ffmpeg", "-hide_banner", "-loglevel", "error", "-nostdin"]
GRAY = ["-f", "rawvideo", "-pix_fmt", "gray", "-"]


def number(picture, width, height):
    """The number in a gray picture's code, or None where the two reference blocks are missing."""
    rows = range(height // 16, height * 3 // 16)

    def level(column):
        left = (4 * column + 1) * width // (4 * COLUMNS)
        right = (4 * column + 3) * width // (4 * COLUMNS)
        return sum(sum(picture[y * width + left : y * width + right]) for y in rows) / (
            len(rows) * (right - left)
        )

    white, black = level(0), level(COLUMNS - 1)
    if white - black < 100:
        return None
    middle = (white + black) / 2
    return sum(1 << bit for bit in range(BITS) if level(1 + bit) > middle)


def numbers(raw, width, height):
    size = width * height
    return [number(raw[at : at + size], width, height) for at in range(0, len(raw) - size + 1, size)]


def decode(path, width, height, strict=True):
    """Every frame as gray, upright and square-pixelled, none dropped or repeated."""
    command = [*FFMPEG, "-i", path, "-map", "0:v:0", "-vsync", "passthrough"]
    command += ["-vf", f"scale={width}:{height}", *GRAY]
    return subprocess.run(command, capture_output=True, check=strict).stdout


def through_jpeg(path, width, height):
    """Every frame after the trip through a JPEG of the given size."""
    shrink = [*FFMPEG, "-i", path, "-map", "0:v:0", "-vsync", "passthrough"]
    shrink += ["-vf", f"scale={width}:{height}", "-pix_fmt", "yuvj420p"]
    shrink += ["-c:v", "mjpeg", "-q:v", "10", "-f", "mjpeg", "-"]
    jpegs = subprocess.run(shrink, capture_output=True, check=True).stdout
    read = [*FFMPEG, "-f", "mjpeg", "-i", "-", "-vsync", "passthrough", *GRAY]
    return subprocess.run(read, input=jpegs, capture_output=True, check=True).stdout


def faults(name, truth):
    path, width, height = FOLDER / name, truth["displayWidth"], truth["displayHeight"]
    pts, wanted = truth["pts"], truth["numbers"]
    if not pts or len(pts) != len(wanted):
        yield f"{len(pts)} times for {len(wanted)} numbers"
    if pts[:1] != [0] or any(b <= a for a, b in zip(pts, pts[1:])):
        yield "times do not rise from 0"
    small = (width // 2, height // 2)
    for how, found in (
        ("decoded", numbers(decode(path, width, height), width, height)),
        ("half-size JPEG", numbers(through_jpeg(path, *small), *small)),
    ):
        if len(found) != len(wanted):
            yield f"{how}: {len(found)} frames, not {len(wanted)}"
        wrong = [(i, f, w) for i, (f, w) in enumerate(zip(found, wanted)) if f != w]
        if wrong:
            yield f"{how}: {len(wrong)} wrong, the first is frame %d: read %s, not %s" % wrong[0]


def damaged():
    """The damaged files hold what README.md promises: some readable frames, or none at all."""
    for name, some in (("truncated-head.mp4", True), ("garbage.mp4", True), ("truncated-moov.mp4", False)):
        found = numbers(decode(FOLDER / name, 320, 180, strict=False), 320, 180)
        yield name, len(found), (len(found) > 0) == some


def main():
    truths = json.loads((FOLDER / "truth.json").read_text())
    names = sys.argv[1:] or list(truths)
    failed = False
    for name in names:
        found = list(faults(name, truths[name]))
        failed |= bool(found)
        print(f"{name}: {'; '.join(found) or 'ok, %d frames' % len(truths[name]['numbers'])}")
    if not sys.argv[1:]:
        for name, count, right in damaged():
            failed |= not right
            print(f"{name}: {'ok' if right else 'WRONG'}, {count} frames decode")
    return failed


if __name__ == "__main__":
    sys.exit(main())
