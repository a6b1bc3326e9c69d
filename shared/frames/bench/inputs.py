#!/usr/bin/env python3
"""Makes the benchmark's inputs, each once: `inputs.py [SUBSTRING of their names]`.

They are in $FRAMEZIP_CACHE/bench. A file's name has a hash of the commands that made it, so changed
commands make a new file. Encoding takes a quarter of an hour on two cores, so each codec gets one
clip of half a minute, and an input repeats its clip without encoding it again.
"""

import dataclasses
import hashlib
import os
import pathlib
import subprocess
import sys

import picture

# Coprime to the 20 s and 120 s between frames: 30 frames come from 29 different places of the clip,
# some right after a keyframe, some far from one. With 30 s they would come from three places or one.
CLIP_SECONDS = 29
FFMPEG = ["ffmpeg", "-hide_banner", "-loglevel", "error", "-nostdin", "-y"]
# The defaults of ffmpeg, except for the number of threads: the output of some encoders depends on it.
X264 = "-c:v libx264 -threads 2"
X265 = "-c:v libx265 -x265-params pools=2:frame-threads=2:log-level=error"
VP9 = (
    "-c:v libvpx-vp9 -b:v 0 -crf 34 -deadline good -cpu-used 5 -row-mt 1 -tile-columns 2 -threads 2"
)
AV1 = "-c:v libsvtav1 -preset 10 -crf 38 -svtav1-params lp=2"


@dataclasses.dataclass(frozen=True)
class Recipe:
    """A file and the command that makes it. `INPUT` in the command is the file of `source`."""

    name: str
    suffix: str
    arguments: tuple
    source: "Recipe | None" = None
    kept: bool = True

    @property
    def file(self):
        return f"{self.name}-{self.digest()}{self.suffix}"

    def digest(self):
        above = self.source.digest() if self.source else ""
        return hashlib.sha256("\0".join([above, *self.arguments]).encode()).hexdigest()[:10]

    def command(self):
        source = self.source.file if self.source else ""
        return [*FFMPEG, *(source if word == "INPUT" else word for word in self.arguments)]

    def steps(self):
        """The recipes in the order in which they are made, this one last."""
        return [*(self.source.steps() if self.source else ()), self]


@dataclasses.dataclass(frozen=True)
class Input:
    """A file to extract from, and the `step` in seconds between the frames."""

    name: str
    codec: str
    seconds: int
    step: int
    recipe: Recipe
    size: tuple = (1920, 1080)

    @property
    def path(self):
        return folder() / self.recipe.file

    @property
    def images(self):
        return -(-self.seconds // self.step)

    @property
    def interval(self):
        """In words: `a frame every 20 s`."""
        if self.step == 1:
            return "a frame every second"
        if self.step > 60 and self.step % 60 == 0:
            return f"a frame every {self.step // 60} minutes"
        return f"a frame every {self.step} s"


def drawn(name, width, height, seconds):
    """The source picture, encoded without loss. The file is large and is not kept."""
    graph = picture.moving_picture(width, height, seconds)
    arguments = ["-filter_complex", graph, "-map", "[picture]", "-c:v", "libx264", "-qp", "0"]
    arguments += ["-preset", "ultrafast", "-threads", "2"]
    return Recipe(name, ".mkv", tuple(arguments), kept=False)


def encoded(name, suffix, source, options):
    return Recipe(name, suffix, ("-i", "INPUT", *options.split()), source)


def repeated(clip, name, seconds):
    # -t cuts by decode time: pictures of the last packets are shown up to 0.2 s later.
    words = ("-stream_loop", "-1", "-i", "INPUT", "-c", "copy", "-t", str(seconds - 0.2))
    return Recipe(name, clip.suffix, words, clip)


def test_card(name, options):
    """FFmpeg's test card. It has no cuts, so all GOPs are as long as the encoder's defaults allow."""
    card = ("-f", "lavfi", "-i", f"testsrc2=size=1920x1080:rate=30:duration={CLIP_SECONDS}")
    return Recipe(name, ".mp4", (*card, "-pix_fmt", "yuv420p", *options.split()))


def inputs():
    """Returns all inputs: 1 and 10 minutes of each codec and of the test card, 1 hour of H.264,
    10 s of 4K, and raw pictures.
    """
    film = drawn("picture-1080p", 1920, 1080, CLIP_SECONDS)
    clips = [
        ("h264", encoded("clip-h264", ".mp4", film, X264)),
        ("h264-gop2s", encoded("clip-h264-gop2s", ".mp4", film, f"{X264} -g 60")),
        ("hevc", encoded("clip-hevc", ".mp4", film, X265)),
        ("vp9", encoded("clip-vp9", ".webm", film, VP9)),
        ("av1", encoded("clip-av1", ".mp4", film, AV1)),
        ("h264-testsrc2", test_card("clip-h264-testsrc2", X264)),
        ("hevc-testsrc2", test_card("clip-hevc-testsrc2", X265)),
    ]
    # Raw pictures need almost no decoding, so encoding JPEGs is nearly all of the work.
    raw = encoded("clip-raw", ".avi", clips[0][1], "-vf fps=1 -c:v rawvideo -pix_fmt yuv420p")
    found = [Input("raw-60s", "raw", 60, 1, repeated(raw, "raw-60s", 60))]
    # Only one codec for an hour, to show how memory depends on the length: ffmpeg decodes all of it.
    lengths = ((60, "60s", 1, clips), (600, "10min", 20, clips), (3600, "60min", 120, clips[:1]))
    for seconds, length, step, repeatable in lengths:
        for name, clip in repeatable:
            whole = repeated(clip, f"{name}-{length}", seconds)
            found.append(Input(whole.name, name.split("-")[0], seconds, step, whole))
    options = f"-pix_fmt yuv420p10le -preset fast {X265}"
    uhd = encoded("hevc-4k10-10s", ".mp4", drawn("picture-4k", 3840, 2160, 10), options)
    found.append(Input("hevc-4k10-10s", "hevc", 10, 1, uhd, (3840, 2160)))
    return found


def folder():
    cache = os.environ.get("FRAMEZIP_CACHE") or pathlib.Path.home() / ".cache" / "framezip"
    return pathlib.Path(cache) / "bench"


def make(recipe, temporary):
    """Makes the file of a recipe, complete or not at all, unless it exists.

    Appends files that must not be kept to `temporary`.
    """
    path = folder() / recipe.file
    if not recipe.kept:
        temporary.append(path)
    if path.exists():
        return
    if recipe.source:
        make(recipe.source, temporary)
    print(f"making {recipe.file}", file=sys.stderr, flush=True)
    partial = folder() / f"partial-{recipe.file}"
    try:
        quiet = {**os.environ, "SVT_LOG": "1"}  # SVT-AV1 has its own log level
        subprocess.run([*recipe.command(), partial.name], cwd=folder(), env=quiet, check=True)
        partial.rename(path)
    finally:
        partial.unlink(missing_ok=True)


def prepare(wanted):
    """Makes the files that are missing."""
    folder().mkdir(parents=True, exist_ok=True)
    temporary = []
    try:
        for item in wanted:
            make(item.recipe, temporary)
    finally:
        for path in temporary:
            path.unlink(missing_ok=True)


if __name__ == "__main__":
    part = sys.argv[1] if len(sys.argv) > 1 else ""
    prepare([item for item in inputs() if part in item.name])
