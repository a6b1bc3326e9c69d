"""Measures runs, with the same clock and the same counters for every contender."""

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
class Spent:
    """The time and the memory that a sequence of commands took."""

    wall: float  # seconds
    cpu: float  # seconds of all processors
    user: float  # the share of `cpu` outside the kernel
    peak: int  # bytes of the process with the greatest peak


@dataclasses.dataclass(frozen=True)
class Run(Spent):
    """One run of one contender on one input. Only framezip reports facts."""

    written: int  # bytes
    facts: dict = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True)
class Result:
    """All runs of one contender on one input."""

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
    """A contender failed, or its frames are not those that were requested."""


def run_all(commands, errors):
    """Runs the commands in sequence. Returns what they took and the output of the last one.

    `wait4` reports each process together with the children that it waited for.
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
            raise Failed(f"{words} exited with {child.returncode}")
    return Spent(time.perf_counter() - started, cpu, user, peak), output


def measured(item, contender):
    """Does one run. It writes to a folder in memory if the system has one; the files are deleted."""
    memory = pathlib.Path("/dev/shm")
    usable = memory.is_dir() and os.access(memory, os.W_OK)
    folder = pathlib.Path(
        tempfile.mkdtemp(prefix="framezip-bench-", dir=memory if usable else None)
    )
    try:
        commands = contender.commands(item.path, folder, item.step, item.images)
        with tempfile.TemporaryFile() as errors:
            try:
                spent, output = run_all(commands, errors)
            except Failed as failure:
                errors.seek(0)
                log = errors.read().decode(errors="replace")[-2000:]
                raise Failed(f"{item.name}, {contender.name}: {failure}\n{log}") from None
        try:
            images, size = written(folder, item.size)
        except ValueError as wrong:
            raise Failed(f"{item.name}, {contender.name}: {wrong}") from None
        if images != item.images:
            raise Failed(f"{item.name}, {contender.name}: {images} images, not {item.images}")
        facts = json.loads(output) if contender.name == OURS else {}
        if facts.get("warnings"):
            raise Failed(f"{item.name}, {contender.name}: {facts['warnings']} warnings")
        return Run(**dataclasses.asdict(spent), written=size, facts=facts)
    finally:
        shutil.rmtree(folder)


def compared(item, contenders, asked):
    """Runs all contenders on one input, in alternation, so that a disturbance affects all alike."""
    with open(item.path, "rb") as file:
        while file.read(1 << 24):
            pass  # loads the page cache, so that the first run has it like the others
    suitable = [contender for contender in contenders if contender.suits(item)]
    runs = {contender.name: [] for contender in suitable}
    for turn in range(asked):
        for contender in suitable:
            if turn < contender.runs(item, asked):
                run = measured(item, contender)
                runs[contender.name].append(run)
                line = f"{item.name:18} {contender.name:12} {run.wall:7.2f} s {run.cpu:7.2f} s CPU"
                print(f"{line} {run.peak / 1e6:6.0f} MB", file=sys.stderr, flush=True)
    return [Result(item, contender, runs[contender.name]) for contender in suitable]
