#!/usr/bin/env python3
"""Checks the fixtures: decodes every file of truth.json and special.json to its end and reads the number
drawn in each frame, first as decoded, then from a half-size JPEG of it. Then checks the other facts in
special.json and colours.json. Needs only ffmpeg.

Without arguments it checks every file; with arguments, those files.
"""

import json
import pathlib
import subprocess
import sys
from array import array

FOLDER = pathlib.Path(__file__).resolve().parent
COLUMNS, BITS = 14, 12
FFMPEG = ["ffmpeg", "-hide_banner", "-loglevel", "error", "-nostdin"]
GRAY = ["-f", "rawvideo", "-pix_fmt", "gray", "-"]


def number(picture, width, height):
    """Returns the number in a gray picture's code, or None if the two reference columns are missing."""
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


def pictures(raw, size):
    return [raw[at : at + size] for at in range(0, len(raw) - size + 1, size)]


def numbers(raw, width, height):
    return [number(picture, width, height) for picture in pictures(raw, width * height)]


def scaled(truth, width, height):
    """Returns the arguments for the video that counts: upright, square-pixelled, with no frame dropped or
    repeated. If two fields make a frame, the first of them."""
    first = truth.get("firstField")
    field = f"field={first}," if first and not truth.get("segmented") else ""
    chosen = ["-map", f"0:v:{truth.get('stream', 0)}", "-vsync", "passthrough"]
    return [*chosen, "-vf", f"{field}scale={width}:{height}"]


def decode(path, truth, strict=True):
    """Decodes every frame to gray."""
    scale = scaled(truth, truth["displayWidth"], truth["displayHeight"])
    command = [*FFMPEG, "-i", path, *scale, *GRAY]
    return subprocess.run(command, capture_output=True, check=strict).stdout


def through_jpeg(path, truth, width, height):
    """Converts every frame to a JPEG of the given size, and that to gray."""
    shrink = [*FFMPEG, "-i", path, *scaled(truth, width, height), "-pix_fmt", "yuvj420p"]
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
    decoded = decode(path, truth)
    for how, found in (
        ("decoded", numbers(decoded, width, height)),
        ("half-size JPEG", numbers(through_jpeg(path, truth, *small), *small)),
    ):
        if len(found) != len(wanted):
            yield f"{how}: {len(found)} frames, not {len(wanted)}"
        wrong = [(i, f, w) for i, (f, w) in enumerate(zip(found, wanted)) if f != w]
        if wrong:
            yield f"{how}: {len(wrong)} wrong, the first is frame %d: read %s, not %s" % wrong[0]
    yield from blank_faults(truth, pictures(decoded, width * height))
    if "transparent" in truth:
        yield from transparency_faults(path, width, height, truth["transparent"])


def blank_faults(truth, decoded):
    for first, last, colour in truth.get("blank", []):
        level = {"black": 0, "white": 255}[colour]
        for index in range(first, last + 1):
            if any(abs(extreme(decoded[index]) - level) > 3 for extreme in (min, max)):
                yield f"frame {index} is not {colour}"


def transparency_faults(path, width, height, transparent):
    command = [*FFMPEG, "-i", path, "-f", "rawvideo", "-pix_fmt", "rgba", "-"]
    raw = subprocess.run(command, capture_output=True, check=True).stdout
    hidden = transparent["hidden"]
    for index, picture in enumerate(pictures(raw, 4 * width * height)):
        for x, y, alpha in ((0.25, 0.125, 255), (0.75, 0.125, 255), (0.25, 0.625, 0), (0.75, 0.625, 255)):
            at = 4 * (int(y * height) * width + int(x * width))
            *colour, found = picture[at : at + 4]
            if found != alpha:
                yield f"frame {index} at {x}, {y}: alpha is {found}, not {alpha}"
            if hidden and not alpha and any(abs(f - w) > 3 for f, w in zip(colour, hidden)):
                yield f"frame {index} at {x}, {y}: {colour} is hidden, not {hidden}"


def system_gamma(rgb):
    """Returns HLG's display light. In this ffmpeg zimg raises each channel to the power of 1.2. In BT.2100
    the luminance is raised, and the channels keep their proportions."""
    scene = [max(x, 0) ** (1 / 1.2) for x in rgb]
    luminance = 0.2627 * scene[0] + 0.6780 * scene[1] + 0.0593 * scene[2]
    return [luminance**0.2 * x for x in scene]


def narrowed(rgb):
    """Converts linear light in BT.2020's primaries, where 1 is 1000 cd/m², to cd/m² in BT.709's (BT.2407)."""
    rows = ((1.6605, -0.5876, -0.0728), (-0.1246, 1.1329, -0.0083), (-0.0182, -0.1006, 1.1187))
    return [1000 * sum(x * y for x, y in zip(row, rgb)) for row in rows]


def colour_faults(name, truth, patches):
    """Compares patches. Standard range: the R′G′B′ that the tagged matrix and range give. High range: the
    light in cd/m² that zimg calculates by the tagged transfer."""
    path, width, height = FOLDER / name, truth["width"], truth["height"]
    light = "nits" in patches[0]
    convert = "zscale=transfer=linear:npl=1000:matrix=gbr" if light else "null"
    pixels = "gbrpf32le" if light else "gbrp"
    command = [*FFMPEG, "-i", path, "-vf", f"{convert},format={pixels}", "-f", "rawvideo", "-"]
    raw = subprocess.run(command, capture_output=True, check=True).stdout
    values = array("f" if light else "B", raw)
    for index, planes in enumerate(pictures(values, 3 * width * height)):
        for patch in patches:
            at = int(0.625 * height) * width + int(patch["x"] * width)
            green, blue, red = (planes[at + plane * width * height] for plane in range(3))
            wanted = patch["nits"] if light else patch["rgb"]
            found = red, green, blue
            if light:
                found = narrowed(system_gamma(found) if "hlg" in name else found)
            allowed = 1 + 0.03 * max(wanted) if light else 3
            if any(abs(f - w) > allowed for f, w in zip(found, wanted)):
                found = [round(x) for x in found]
                yield f"frame {index} at {patch['x']}: {found}, not {wanted}"


def damaged():
    """Checks that the damaged files have what README.md says: some readable frames, or no frames."""
    size = {"displayWidth": 320, "displayHeight": 180}
    for name, some in (("truncated-head.mp4", True), ("garbage.mp4", True), ("truncated-moov.mp4", False)):
        found = numbers(decode(FOLDER / name, size, strict=False), 320, 180)
        yield name, len(found), (len(found) > 0) == some


def main():
    truths, special, colours = (
        json.loads((FOLDER / f"{name}.json").read_text()) for name in ("truth", "special", "colours")
    )
    truths.update(special)
    names = sys.argv[1:] or list(truths)
    failed = False
    for name in names:
        found = list(faults(name, truths[name]))
        if name in colours:
            found += colour_faults(name, truths[name], colours[name])
        failed |= bool(found)
        print(f"{name}: {'; '.join(found) or 'ok, %d frames' % len(truths[name]['numbers'])}")
    if not sys.argv[1:]:
        for name, count, right in damaged():
            failed |= not right
            print(f"{name}: {'ok' if right else 'WRONG'}, {count} frames decode")
    return failed


if __name__ == "__main__":
    sys.exit(main())
