"""One case on a new stack, and what it took."""

import dataclasses
import hashlib
import pathlib
import re
import sys
import tempfile
import time

from client import Client, Failed
from stack import running
from workers import Watch

# Two workers on two processors: each has about as much as a function of 1769 MB.
WORKERS = 2
SAID_EVERY = 15


@dataclasses.dataclass
class Run:
    """The figures of a case, in seconds and bytes unless the name says otherwise."""

    case: str
    file: int
    zip: int
    frames: int
    sha256: str
    uploading: float
    wall: float
    cpu: float
    stack_cpu: float
    peaks: list
    # The duration of each invocation, in the order in which they ended.
    invocations: list
    read: int
    # The bytes of each assembled segment, in the order in which they ended; empty with one worker.
    segments: list
    moved: int
    joining: float


def measured(case, program):
    """Uploads the case's video, waits for its zip and reads what was logged meanwhile."""
    with running(f"SegmentSeconds={case.segment_seconds}") as stack:
        stack.limit_workers(WORKERS)
        client = Client(program, stack)
        client.sign_up()
        say(case, "uploading")
        began = time.monotonic()
        with Watch(stack) as watch:
            video = client.upload(case.item.path, case.options)
            sent = time.monotonic()
            view = client.wait(video, progress_of(case))
            ready = time.monotonic()
            stack.settle()
        lines = stack.log()
        result = view["result"]
        run = Run(
            case=case.name,
            file=view["bytes"],
            zip=result["bytes"],
            frames=result["frames"],
            sha256=downloaded(client, video),
            uploading=sent - began,
            wall=ready - sent,
            cpu=sum(watch.cpu.values()),
            stack_cpu=watch.stack_cpu,
            peaks=sorted(watch.peaks.values()),
            **logged(lines),
        )
    words = f"ready after {run.wall:.0f} s, {run.cpu:.0f} s of CPU, {len(run.segments)} segments"
    say(case, f"{words}, peak {max(run.peaks) / 1e6:.0f} MB")
    return run


def logged(lines):
    """Returns the figures that are in the log: invocations, bytes read and segments."""
    for line in lines:
        if " ERROR " in line or " WARN " in line or "panicked" in line:
            raise Failed(f"a worker logged: {line}")
    reports = [re.search(r"\tDuration: ([\d.]+) ms", line) for line in lines]
    whole = fields(lines, "extracted a video's frames")
    segments = fields(lines, "extracted a segment of a video's frames")
    joined = fields(lines, "assembled a video's zip")
    return {
        "invocations": [float(report[1]) / 1000 for report in reports if report],
        "read": sum(int(one["source.bytes_read"]) for one in whole + segments),
        "segments": [int(segment["zip.bytes"]) for segment in segments],
        "moved": sum(int(one["moved.bytes"]) for one in joined),
        "joining": sum(int(one["duration_ms"]) / 1000 for one in joined),
    }


def fields(lines, message):
    """Returns the fields after the message in each line that has it."""
    tails = [line.split(message, 1)[1] for line in lines if message in line]
    return [dict(re.findall(r"([\w.]+)=(\S+)", tail)) for tail in tails]


def downloaded(client, video):
    """Returns the SHA-256 of the zip that the client saves."""
    with tempfile.TemporaryDirectory(prefix="framezip-scale-") as folder:
        path = pathlib.Path(folder, "frames.zip")
        client.download(video, path)
        with path.open("rb") as saved:
            return hashlib.file_digest(saved, "sha256").hexdigest()


def progress_of(case):
    said = 0

    def seen(progress):
        nonlocal said
        if progress and time.monotonic() - said > SAID_EVERY:
            said = time.monotonic()
            say(case, f"{progress['done']} of {progress['total']}")

    return seen


def say(case, text):
    print(f"{time.strftime('%H:%M:%S')} {case.name:15} {text}", file=sys.stderr, flush=True)
