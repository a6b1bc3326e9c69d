#!/usr/bin/env python3
"""Prints one line of truth.json or special.json: ffprobe's facts about a file's video, and the numbers that
its frames show, calculated from their times.

Arguments: FILE RATE FIRST STREAM [FIELDS]. kit.sh and README.md explain them.
"""

import json
import subprocess
import sys
from fractions import Fraction

STREAM = "codec_name,width,height,sample_aspect_ratio,time_base:stream_side_data=rotation"
FRAME = "key_frame,best_effort_timestamp,width,height,interlaced_frame,top_field_first"


def probe(file, stream):
    command = ["ffprobe", "-v", "error", "-select_streams", f"v:{stream}", "-of", "json"]
    command += ["-show_entries", f"stream={STREAM}:frame={FRAME}", file]
    found = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)
    return found["streams"][0], found["frames"]


def times(frames, length):
    """Returns every frame's timestamp. In AVI and PS the last frame has none: it continues the frame rate. In
    a raw stream no frame has one: they follow at the nominal rate, from 0."""
    found = []
    for frame in frames:
        at = frame.get("best_effort_timestamp")
        if at is None:
            at = 2 * found[-1] - found[-2] if len(found) > 1 else round(len(found) * length)
        found.append(at)
    return found


def size(stream, rotation):
    """Returns the pixel aspect, and width and height of the upright, square-pixelled picture."""
    aspect = [int(part) for part in stream.get("sample_aspect_ratio", "1:1").split(":")]
    if 0 in aspect:
        aspect = [1, 1]
    width, height = int(stream["width"] * aspect[0] / aspect[1] + 0.5), stream["height"]
    return aspect, (height, width) if rotation % 180 else (width, height)


def changes(frames):
    """Returns the coded sizes, each after the first frame that has it."""
    sizes = []
    for index, frame in enumerate(frames):
        now = [frame["width"], frame["height"]]
        if not sizes or sizes[-1][1:] != now:
            sizes.append([index, *now])
    return sizes


def main():
    file, rate, first, number = sys.argv[1], Fraction(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
    further = json.loads(sys.argv[5]) if len(sys.argv) > 5 else {}
    stream, frames = probe(file, number)
    base = Fraction(stream["time_base"])
    rotation = next((d["rotation"] for d in stream.get("side_data_list", []) if "rotation" in d), 0)
    aspect, (width, height) = size(stream, rotation)
    at = times(frames, 1 / rate / base)
    pts = [time - at[0] for time in at]
    numbers = [first + int(time * base * rate + Fraction(1, 2)) for time in pts]
    for begin, end, _ in further.get("blank", []):
        numbers[begin : end + 1] = [None] * (end + 1 - begin)
    facts = {
        "codec": stream["codec_name"],
        "width": stream["width"],
        "height": stream["height"],
        "pixelAspect": "%d/%d" % tuple(aspect),
        "rotation": rotation,
        "displayWidth": width,
        "displayHeight": height,
        "timebase": stream["time_base"],
        "start": at[0],
        "pts": pts,
        "keyframes": [index for index, frame in enumerate(frames) if frame["key_frame"]],
        "numbers": numbers,
    }
    if number:
        facts["stream"] = number
    if any(frame["interlaced_frame"] for frame in frames):
        facts["firstField"] = "top" if frames[0]["top_field_first"] else "bottom"
    if len(changes(frames)) > 1:
        facts["sizes"] = changes(frames)
    print(json.dumps({file: {**facts, **further}}, separators=(",", ":"))[1:-1])


if __name__ == "__main__":
    main()
