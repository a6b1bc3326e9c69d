"""Measures runs, with the same clock and counters for every contender."""

import dataclasses
import json
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

from contenders import OURS, written


@dataclasses.dataclass(frozen=True)
class Run:
    wall: float
    cpu: float
    user: float  # the part of `cpu` outside of the kernel
    peak: int  # bytes
    written: int  # bytes
    facts: dict = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True)
class Result:
    """All runs of one contender over one input."""

    item: object
    contender: object
    runs: list

    def median(self, field):
        return statistics.median(getattr(run, field) for run in self.runs)

    @property
    def spread(self):
        walls = [run.wall for run in self.runs]
        return min(walls), max(walls)

    @property
    def facts(self):
        return self.runs[-1].facts


class Failed(Exception):
    """A contender failed, or wrote other frames than requested."""


def spent(commands, errors):
    """Runs commands one after the other.

    Returns wall-clock seconds, CPU seconds, CPU seconds outside of the kernel, peak bytes and the
    last output. `wait4` reports each process with the children that it waited for; the peak is the
    greatest one.
    """
    cpu, user, peak, output = 0.0, 0.0, 0, b""
    started = time.perf_counter()
    for command in commands:
        words = [str(word) for word in command]
        child = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=errors)
        output = child.stdout.read()
        _, status, usage = os.wait4(child.pid, 0)
        child.stdout.close()
        child.returncode = os.waitstatus_to_exitcode(status)
        cpu += usage.ru_utime + usage.ru_stime
        user += usage.ru_utime
        peak = max(peak, usage.ru_maxrss * 1024)
        if child.returncode:
            raise Failed(f"{words} ended with {child.returncode}")
    return time.perf_counter() - started, cpu, user, peak, output


def measured(item, contender):
    """Measures one run. Its output goes to a folder in memory if there is one, and is deleted."""
    memory = pathlib.Path("/dev/shm")
    usable = memory.is_dir() and os.access(memory, os.W_OK)
    folder = pathlib.Path(
        tempfile.mkdtemp(prefix="framezip-bench-", dir=memory if usable else None)
    )
    try:
        commands = contender.commands(item.path, folder, item.step, item.images)
        with tempfile.TemporaryFile() as errors:
            try:
                wall, cpu, user, peak, output = spent(commands, errors)
            except Failed as failure:
                errors.seek(0)
                said = errors.read().decode(errors="replace")[-2000:]
                raise Failed(f"{item.name}, {contender.name}: {failure}\n{said}") from None
        try:
            images, size = written(folder, item.size)
        except ValueError as wrong:
            raise Failed(f"{item.name}, {contender.name}: {wrong}") from None
        if images != item.images:
            raise Failed(f"{item.name}, {contender.name}: {images} images, not {item.images}")
        facts = json.loads(output) if contender.name == OURS else {}
        if facts.get("warnings"):
            raise Failed(f"{item.name}, {contender.name}: {facts['warnings']} warnings")
        return Run(wall, cpu, user, peak, size, facts)
    finally:
        shutil.rmtree(folder)


def compared(item, field, asked):
    """Measures every contender of `field`, in turns, so that a disturbance affects all of them."""
    with open(item.path, "rb") as file:
        while file.read(1 << 24):
            pass  # fills the page cache before the first run
    field = [contender for contender in field if contender.suits(item)]
    runs = {contender.name: [] for contender in field}
    for turn in range(asked):
        for contender in field:
            if turn < contender.runs(item, asked):
                run = measured(item, contender)
                runs[contender.name].append(run)
                line = f"{item.name:18} {contender.name:12} {run.wall:7.2f} s {run.cpu:7.2f} s CPU"
                print(f"{line} {run.peak / 1e6:6.0f} MB", file=sys.stderr, flush=True)
    return [Result(item, contender, runs[contender.name]) for contender in field]
