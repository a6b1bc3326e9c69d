"""The measured cases: a video, its options, and when a worker splits it."""

import dataclasses

import inputs

SEGMENT_SECONDS = 60
# The greatest value that the template accepts.
LONGEST_SEGMENT_SECONDS = 600


@dataclasses.dataclass(frozen=True)
class Case:
    """`options` are those of `framezip upload`, `segment_seconds` is the template's parameter."""

    name: str
    what: str
    item: inputs.Input
    options: tuple
    segment_seconds: int = SEGMENT_SECONDS


def film():
    """Returns the picture of the other inputs at a bit rate at which two hours of it fit into one PUT."""
    picture = inputs.drawn("picture-1080p", 1920, 1080, inputs.CLIP_SECONDS)
    return inputs.encoded("clip-h264-crf27", ".mp4", picture, f"{inputs.X264} -crf 27")


def repeated(name, seconds, step):
    return inputs.Input(name, "h264", seconds, step, inputs.repeated(film(), name, seconds))


def cases(to):
    """Returns all cases, the short ones first. The film ends at `to` seconds."""
    two_hours = repeated("h264-2h", 7200, 1)
    five_minutes = repeated("h264-5min", 300, 5)
    ten_minutes = next(item for item in inputs.inputs() if item.name == "h264-gop2s-10min")
    every_second = ("--every", "1") if to is None else ("--every", "1", "--to", str(to))
    return [
        Case("clip", "5 minutes, every 5 s", five_minutes, ("--every", "5")),
        Case("sparse", "10 minutes, every 20 s", ten_minutes, ("--every", "20")),
        Case("alone", "2 hours, one worker", two_hours, every_second, LONGEST_SEGMENT_SECONDS),
        Case("fan-out", "2 hours, in segments", two_hours, every_second),
    ]
