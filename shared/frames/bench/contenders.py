"""The contenders: framezip and what people use instead, each as the commands that it runs."""

import dataclasses
import hashlib
import pathlib
import subprocess
import sys
import zipfile
from collections.abc import Callable

HERE = pathlib.Path(__file__).resolve().parent
THREADS = 2
# The quality scale of FFmpeg's MJPEG encoder. This is close to framezip's default quality of 85.
QSCALE = 3
FFMPEG = ["ffmpeg", "-hide_banner", "-loglevel", "error", "-nostdin"]
OURS = "framezip"


@dataclasses.dataclass(frozen=True)
class Contender:
    """A program or script; what `commands(path, folder, step, images)` returns runs in sequence."""

    name: str
    what: str
    commands: Callable
    suits: Callable = lambda item: True

    def runs(self, item, asked):
        """One run if it decodes ten minutes or more: that takes a minute, so noise matters little."""
        decodes_all = self.name == "ffmpeg-fps"
        return 1 if decodes_all and item.seconds >= 600 else asked


def contenders(extract, python):
    """Returns all contenders. `extract` and `python` are the paths of two programs."""

    def framezip(path, folder, step, _images):
        words = [extract, path, f"{folder}/frames.zip", "--every", step, "--threads", THREADS]
        return [words]

    def ffmpeg_fps(path, folder, step, _images):
        rate = "fps=1" if step == 1 else f"fps=1/{step}"
        words = [*FFMPEG, "-threads", THREADS, "-i", path, "-vf", rate, "-q:v", QSCALE]
        return [[*words, f"{folder}/%06d.jpg"]]

    def ffmpeg_seek(path, folder, step, images):
        read = [
            [*FFMPEG, "-threads", THREADS, "-ss", at * step, "-i", path] for at in range(images)
        ]
        write = ["-frames:v", 1, "-q:v", QSCALE]
        return [[*words, *write, f"{folder}/{at + 1:06}.jpg"] for at, words in enumerate(read)]

    def pyav(path, folder, step, _images):
        return [[python, HERE / "pyav_frames.py", path, folder, step, THREADS, QSCALE]]

    return [
        Contender(OURS, "this project's extraction, from a file to a zip", framezip),
        Contender(
            "ffmpeg-fps", "one ffmpeg process that decodes all frames and drops most", ffmpeg_fps
        ),
        Contender(
            "ffmpeg-seek",
            "one ffmpeg process for each frame, as framezip's predecessor did",
            ffmpeg_seek,
            lambda item: item.name.startswith(("h264-60s", "h264-gop2s", "h264-10min")),
        ),
        Contender("pyav", "a Python script that seeks to keyframes and decodes from there", pyav),
    ]


def pyav_python(cache):
    """Returns the interpreter of a virtual environment with PyAV, made once for each pin."""
    pins = HERE / "requirements.txt"
    home = cache / f"venv-{hashlib.sha256(pins.read_bytes()).hexdigest()[:10]}"
    done = home / "installed"
    if not done.exists():
        print("installing PyAV", file=sys.stderr, flush=True)
        pip = [home / "bin/pip", "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run([sys.executable, "-m", "venv", "--clear", home], check=True)
        subprocess.run([*pip, "--requirement", pins], check=True)
        done.touch()
    return home / "bin/python"


def written(folder, size):
    """Returns the number of JPEGs that a run wrote, as files or into a zip, and their total bytes.

    Raises ValueError if one is truncated or is not of `size` (width and height).
    """
    pictures = [path.read_bytes() for path in folder.glob("*.jpg")]
    for archive in folder.glob("*.zip"):
        with zipfile.ZipFile(archive) as entries:
            # The poster is a copy of one of the frames.
            names = [name for name in entries.namelist() if name.startswith("frames/")]
            pictures += [entries.read(name) for name in names]
    for data in pictures:
        if not (data.startswith(b"\xff\xd8") and data.endswith(b"\xff\xd9")):
            raise ValueError("an image is not a complete JPEG")
        if jpeg_size(data) != size:
            raise ValueError(f"an image is {jpeg_size(data)}, not {size}")
    return len(pictures), sum(map(len, pictures))


def jpeg_size(data):
    """Reads width and height from the frame header, skipping marker segments by their lengths."""
    at = 2
    while data[at + 1] not in (0xC0, 0xC1, 0xC2):
        at += 2 + int.from_bytes(data[at + 2 : at + 4], "big")
    height, width = data[at + 5 : at + 7], data[at + 7 : at + 9]
    return int.from_bytes(width, "big"), int.from_bytes(height, "big")
