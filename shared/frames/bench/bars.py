"""The bars: figures that framezip must reach, each compared with what was measured."""

import dataclasses

from contenders import OURS

MEGABYTE = 1_000_000


@dataclasses.dataclass(frozen=True)
class Faster:
    """A peer's seconds are at least `least` times framezip's.

    `field` is `wall` (by the clock) or `cpu` (of all processors).
    """

    input: str
    peer: str
    field: str
    least: float

    @property
    def text(self):
        kind = "time" if self.field == "wall" else "CPU time"
        return f"{self.input}: {self.peer}'s {kind} ÷ framezip's"

    @property
    def bar(self):
        return f"≥ {self.least:g}"

    def measured(self, results):
        """The value as text and whether it passes, or None if it was not measured."""
        pair = {
            result.contender.name: result for result in results if result.item.name == self.input
        }
        if OURS not in pair or self.peer not in pair:
            return None
        value = pair[self.peer].median(self.field) / pair[OURS].median(self.field)
        return f"{value:.2f}", value >= self.least


@dataclasses.dataclass(frozen=True)
class Quicker:
    """At most `most` milliseconds of user time for each image, summed over all processors.

    Time in the kernel is left out: with raw pictures, the kernel spends more on copying them than
    framezip does on encoding them.
    """

    input: str
    most: float

    @property
    def text(self):
        return f"{self.input}: user time for each JPEG"

    @property
    def bar(self):
        return f"≤ {self.most:g} ms"

    def measured(self, results):
        for result in results:
            if result.contender.name == OURS and result.item.name == self.input:
                value = result.median("user") / result.item.images * 1000
                return f"{value:.1f} ms", value <= self.most
        return None


@dataclasses.dataclass(frozen=True)
class Smaller:
    """At most `most` MB of memory at the peak, over all inputs whose names match."""

    text: str
    has: str
    has_not: str
    most: int

    @property
    def bar(self):
        return f"≤ {self.most} MB"

    def measured(self, results):
        peaks = [
            run.peak
            for result in results
            if result.contender.name == OURS and self.has in result.item.name
            if not self.has_not or self.has_not not in result.item.name
            for run in result.runs
        ]
        if not peaks:
            return None
        value = max(peaks) / MEGABYTE
        return f"{value:.0f} MB", value <= self.most


BARS = [
    Faster("h264-60s", "ffmpeg-fps", "wall", 2.2),
    Faster("hevc-60s", "ffmpeg-fps", "wall", 2.5),
    Faster("h264-testsrc2-60s", "ffmpeg-fps", "wall", 2.2),
    Faster("hevc-testsrc2-60s", "ffmpeg-fps", "wall", 2.5),
    Faster("vp9-60s", "ffmpeg-fps", "wall", 1.5),
    Faster("av1-60s", "ffmpeg-fps", "wall", 1.3),
    Faster("h264-60s", "ffmpeg-seek", "wall", 5),
    Faster("h264-60s", "ffmpeg-fps", "cpu", 2),
    Faster("hevc-60s", "ffmpeg-fps", "cpu", 2),
    Faster("h264-10min", "ffmpeg-fps", "wall", 25),
    Faster("hevc-10min", "ffmpeg-fps", "wall", 25),
    Faster("h264-testsrc2-10min", "ffmpeg-fps", "wall", 25),
    Faster("hevc-testsrc2-10min", "ffmpeg-fps", "wall", 25),
    Faster("vp9-10min", "ffmpeg-fps", "wall", 10),
    Faster("av1-10min", "ffmpeg-fps", "wall", 10),
    Faster("h264-10min", "ffmpeg-seek", "wall", 2.5),
    Quicker("raw-60s", 7),
    Smaller("peak memory, every 1080p input", "", "4k", 160),
    Smaller("peak memory, 4K with 10 bits", "4k", "", 450),
]
