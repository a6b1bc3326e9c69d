#!/usr/bin/env python3
"""Times the bench's inputs of HEVC with several builds of FFmpeg, by turns.

    gain.py FOLDER EXTRACT RUNS BUILD...      FOLDER/BUILD/installed/lib holds a build's libraries

Prints the median of the CPU seconds, and what each build gains against the first. CLIP_SECONDS=8
makes the inputs of shorter clips, which takes less time.
"""

import os
import pathlib
import statistics
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).parents[3] / "shared" / "frames" / "bench"))
import inputs  # noqa: E402

WANTED = ("hevc-60s", "hevc-testsrc2-60s", "hevc-4k10-10s")


def cpu_seconds(extract, libraries, item, out):
    """As the bench's contender `framezip`: a frame every second, 2 threads."""
    command = [extract, str(item.path), f"{out}/frames.zip", "--every", str(item.step), "--threads", "2"]
    child = subprocess.Popen(
        command, env={**os.environ, "LD_LIBRARY_PATH": str(libraries)}, stdout=subprocess.DEVNULL
    )
    _, status, usage = os.wait4(child.pid, 0)
    if status:
        sys.exit(f"{' '.join(command)}: status {status}")
    return usage.ru_utime + usage.ru_stime


def main():
    folder, extract, runs, *builds = sys.argv[1:]
    inputs.CLIP_SECONDS = int(os.environ.get("CLIP_SECONDS", inputs.CLIP_SECONDS))
    items = [item for item in inputs.inputs() if item.name in WANTED]
    inputs.prepare(items)
    print("| input | " + " | ".join(builds) + " |")
    print("| --- |" + " ---: |" * len(builds))
    for item in items:
        times = {build: [] for build in builds}
        with tempfile.TemporaryDirectory(dir="/dev/shm" if os.path.isdir("/dev/shm") else None) as out:
            for _ in range(int(runs)):
                for build in builds:
                    libraries = pathlib.Path(folder) / build / "installed" / "lib"
                    times[build].append(cpu_seconds(extract, libraries, item, out))
        medians = [statistics.median(times[build]) for build in builds]
        cells = [f"{seconds:.2f} s ({1 - seconds / medians[0]:+.1%})" for seconds in medians]
        print(f"| {item.name} | {cells[0].split(' (')[0]} | " + " | ".join(cells[1:]) + " |", flush=True)


if __name__ == "__main__":
    main()
