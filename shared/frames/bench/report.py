"""Writes docs/BENCH.md: what was measured, on which machine, and how."""

import os
import pathlib
import platform
import re
import shlex
import subprocess

from bars import BARS, MEGABYTE
from contenders import HERE, OURS, contenders

REPOSITORY = HERE.parents[2]


def text(results, python):
    """Returns the whole file, for the inputs and contenders that were measured."""
    items = list({result.item.name: result.item for result in results}.values())
    parts = [
        "# Benchmark",
        "`make bench` compares framezip with what people use instead, and writes this file and "
        "the charts of its [times](charts/time.svg) and [memory](charts/memory.svg). Every "
        "contender gets the same video and 2 threads, writes its JPEGs to a folder in memory if "
        "the system has one, and must write the same number of them. Times are medians of the "
        "runs, in which the contenders alternate; if ffmpeg decodes ten minutes or more, it runs "
        "once. The kernel counts CPU time and peak memory of all processes in the same way "
        "(`wait4`); if a contender runs several processes, the peak is the greatest of theirs. "
        "1 MB is 1,000,000 bytes.",
        "## Against the bars",
        bars_table(results),
        *sections(results),
        "## What framezip read",
        "ffmpeg decodes all packets. framezip starts at the keyframe before a wanted frame and "
        "decodes only the packets that the frame depends on. The saving depends on the distance "
        "between keyframes: by default, x264 and x265 make one every 250 pictures and at cuts.",
        facts_table(results),
        "## Machine and versions",
        versions(python),
        "## Inputs",
        inputs_table(items),
        commands(results),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def table(head, rows, texts=1):
    """Returns a table in Markdown. All columns but the first `texts` are numbers."""
    line = ["---" if at < texts else "---:" for at in range(len(head))]
    return "\n".join(f"| {' | '.join(map(str, row))} |" for row in [head, line, *rows])


def bars_table(results):
    rows = []
    for bar in BARS:
        value, passes = bar.measured(results) or ("not measured", None)
        mark = {True: "pass", False: "**below**", None: "–"}[passes]
        rows.append([bar.text, bar.bar, value, mark])
    return table(["what", "bar", "measured", ""], rows)


def sections(results):
    """One section for each interval between frames, the shortest first."""
    head = ["input", "contender", "runs", "time s", "least–most", "÷ framezip's", "CPU s"]
    head += ["÷ framezip's", "peak MB", "JPEGs MB"]
    rows = {}
    for result in sorted(results, key=lambda result: result.item.step):
        ours = next((other for other in results if is_ours_of(result.item, other)), None)
        rows.setdefault(result.item.interval, []).append(row(result, ours))
    return [
        f"## {interval.capitalize()}\n\n{table(head, of_interval, texts=2)}"
        for interval, of_interval in rows.items()
    ]


def is_ours_of(item, result):
    return result.item.name == item.name and result.contender.name == OURS


def row(result, ours):
    def ratio(field):
        return f"{result.median(field) / ours.median(field):.2f}" if ours else "–"

    least, most = result.spread
    return [
        result.item.name,
        result.contender.name,
        len(result.runs),
        f"{result.median('wall'):.2f}",
        f"{least:.2f}–{most:.2f}",
        ratio("wall"),
        f"{result.median('cpu'):.2f}",
        ratio("cpu"),
        f"{result.median('peak') / MEGABYTE:.0f}",
        f"{result.median('written') / MEGABYTE:.1f}",
    ]


def facts_table(results):
    head = ["input", "frames", "file MB", "read MB", "of the file"]
    head += ["packets read", "packets decoded", "for each frame", "own peak MB"]
    rows = []
    for result in results:
        facts, size = result.facts, result.item.path.stat().st_size
        if result.contender.name == OURS:
            read = facts["bytesRead"]
            numbers = [facts["frames"], f"{size / MEGABYTE:.1f}", f"{read / MEGABYTE:.1f}"]
            numbers += [f"{read / size:.0%}", facts["packetsRead"]]
            decoded = facts["packetsDecoded"]
            numbers += [decoded, f"{decoded / facts['frames']:.1f}"]
            numbers += [f"{facts['peakResidentBytes'] / MEGABYTE:.0f}"]
            rows.append([result.item.name, *numbers])
    return table(head, rows)


def inputs_table(items):
    """Describes the inputs from their packets, as ffprobe lists them."""
    rows = []
    for item in items:
        probe = "ffprobe -v error -select_streams v -show_entries packet=flags -of csv=p=0"
        found = run([*probe.split(), item.path]).split()
        size, keys = item.path.stat().st_size, sum(flags.startswith("K") for flags in found)
        rate = size * 8 / item.seconds / 1e6
        numbers = [item.seconds, f"{size / MEGABYTE:.1f}", f"{rate:.1f}", len(found), keys]
        rows.append([item.name, item.recipe.file, *numbers])
    head = ["input", "file", "seconds", "MB", "Mbit/s", "packets", "keyframes"]
    return table(head, rows, texts=2)


def versions(python):
    script = "import av; print(av.__version__, 'with FFmpeg', av.ffmpeg_version_info)"
    rows = [*machine(), ["ffmpeg", run(["ffmpeg", "-version"]).split()[2]]]
    if python:
        rows.append(["PyAV", run([python, "-c", script])])
    return table(["", ""], rows, texts=2)


def machine():
    """The rows on the machine and on framezip, which all measurements share."""
    commit = run(["git", "-C", REPOSITORY, "describe", "--always", "--dirty", "--exclude=*"])
    kernel = re.match(r"\d+\.\d+", platform.release())
    return [
        ["processor", f"{processor()}, {platform.machine()}"],
        ["cores", len(os.sched_getaffinity(0))],
        ["memory", f"{os.sysconf('SC_PHYS_PAGES') * os.sysconf('SC_PAGE_SIZE') / 2**30:.0f} GiB"],
        ["kernel", f"{platform.system()} {kernel[0] if kernel else ''}"],
        ["framezip", f"commit {commit}"],
    ]


def processor():
    lines = pathlib.Path("/proc/cpuinfo").read_text().splitlines()
    return next((line.split(": ")[1] for line in lines if line.startswith("model name")), "unnamed")


def commands(results):
    """The commands of each contender and each input, without this machine's folders."""
    measured = {result.contender.name for result in results}
    lines = [
        "## Commands",
        "One command for each contender; `ffmpeg-seek` runs one for each frame.",
    ]
    block = []
    for contender in contenders("target/release/examples/extract", "python"):
        if contender.name in measured:
            block.append(f"# {contender.name}: {contender.what}")
            block += [shown(words) for words in contender.commands("INPUT", "FOLDER", 1, 2)]
    lines += [fenced(block)]
    lines += [
        "These commands make the inputs. `picture.py` draws the picture that most are encoded from:"
    ]
    steps = {step.file: step for result in results for step in result.item.recipe.steps()}
    made = [shown([*step.command(), step.file]) for step in steps.values()]
    lines += [fenced(made)]
    return "\n\n".join(lines)


def shown(words):
    """Returns a command as one would type it, with `PICTURE` in place of the picture's long graph."""
    short = ["PICTURE" if "[picture]" in str(word) and ";" in str(word) else word for word in words]
    return shlex.join(str(word) for word in short).replace(f"{REPOSITORY}/", "")


def fenced(lines):
    return "\n".join(["```sh", *lines, "```"])


def run(words):
    return subprocess.run(words, check=True, capture_output=True, text=True).stdout.strip()
