"""docs/SCALE.md: what was measured, and what follows from it for AWS."""

import on_aws
import report
from cases import LONGEST_SEGMENT_SECONDS, SEGMENT_SECONDS
from promises import MEGABYTE, promises
from report import table
from runs import WORKERS


def text(cases, runs, machine):
    """The whole file, of all cases."""
    parts = [
        "# Big videos",
        "`make scale` sends long videos through the real functions on a local stack, one stack for "
        "each of them, and writes this file; the second half reckons from the figures what that "
        "takes on AWS. CPU time and peak memory are what the kernel counted for the processes of "
        "`extract` alone (`/proc`), times of invocations what Lambda reports, bytes what `extract` "
        "logs. The client's look at the video, once a second, says when it is ready. 1 MB is "
        "1,000,000 bytes.",
        "## Against the bars",
        bars_table(runs),
        "## Two hours, a frame every second",
        film_text(cases),
        film_table(runs),
        "## Few frames of a long file",
        "Of a video with a keyframe every 2 s at least, `sparse` takes frames from everywhere "
        "between two keyframes. `clip` is the picture of the 2 hours, and what the second half "
        "takes for an everyday video.",
        few_table(cases, runs),
        "## Machine and versions",
        machine,
        "`make scale` measures all of it, in about 15 minutes and, the first time, a minute or two "
        "for the inputs; nothing else should run on the machine meanwhile. "
        '`make scale SCALE="--only sparse"` measures and prints some cases; `SCALE=--figures` '
        "writes this file again from the last figures, with other prices perhaps.",
        "## Inputs",
        report.inputs_table(list({case.item.name: case.item for case in cases}.values())),
        "They are made so, `picture.py` drawing the picture that both clips are encoded from:",
        report.fenced(commands(cases)),
        on_aws.text(runs),
    ]
    return "\n\n".join(parts) + "\n"


def bars_table(runs):
    rows = [
        [what, bar, value, "pass" if passes else "**below**"]
        for what, bar, value, passes in promises(runs)
    ]
    return table(["what", "bar", "measured", ""], rows)


def film_text(cases):
    film = next(case for case in cases if case.name == "fan-out")
    size = film.item.path.stat().st_size / 1e9
    ends = next((to for word, to in zip(film.options, film.options[1:]) if word == "--to"), None)
    part = f" Of it, the first {ends} s were extracted, alike in both runs." if ends else ""
    return (
        f"{film.item.seconds / 3600:g} hours of 1080p30 H.264, {size:.2f} GB, its index (moov) at "
        f"the end.{part} `fan-out` has `SegmentSeconds` {SEGMENT_SECONDS}; `alone` has "
        f"{LONGEST_SEGMENT_SECONDS}, which is so much that the first worker does everything "
        f"itself. At most {WORKERS} jobs are under way at once (`ExtractConcurrency`), so on this "
        "machine each worker has about as much of a processor as a function of 1769 MB has, less "
        "what the stack itself takes. All workers decode in as many threads as the machine has "
        "processors. In `fan-out` the first worker is alone on the machine and measures a pace "
        "that nobody has later on: its segments turn out too long and are split once more, so "
        "there are more parts than there would be on AWS."
    )


def film_table(runs):
    chosen = [runs["fan-out"], runs["alone"]]
    longest = [max(run.invocations) for run in chosen]
    rows = [
        ["upload, s", *(f"{run.uploading:.0f}" for run in chosen)],
        ["from the upload's end to ready, s", *(f"{run.wall:.0f}" for run in chosen)],
        ["invocations of `extract`", *(len(run.invocations) for run in chosen)],
        ["parts that were joined", *(len(run.parts) for run in chosen)],
        ["longest invocation, s", *(f"{seconds:.1f}" for seconds in longest)],
        ["all invocations, s", *(f"{sum(run.invocations):.0f}" for run in chosen)],
        ["CPU of `extract`, s", *(f"{run.cpu:.0f}" for run in chosen)],
        ["CPU of the stack, s", *(f"{run.stack_cpu:.0f}" for run in chosen)],
        ["peak of each worker, MB", *(", ".join(map(megabytes, run.peaks)) for run in chosen)],
        ["read, MB", *(megabytes(run.read) for run in chosen)],
        ["read ÷ file", *(f"{run.read / run.file:.0%}" for run in chosen)],
        ["frames", *(run.frames for run in chosen)],
        ["zip, MB", *(megabytes(run.zip) for run in chosen)],
        ["joining, s", *(f"{run.joining:.1f}" if run.parts else "–" for run in chosen)],
        ["moved to join, MB", *(f"{run.moved / MEGABYTE:.1f}" for run in chosen)],
        ["SHA-256 of the zip", *(f"`{run.sha256[:16]}…`" for run in chosen)],
    ]
    return table(["", "`fan-out`", "`alone`"], rows)


def few_table(cases, runs):
    rows = []
    for case in cases:
        run = runs[case.name]
        if not run.parts and case.name != "alone":
            rows.append(
                [
                    case.name,
                    case.what,
                    f"`{' '.join(case.options)}`",
                    run.frames,
                    megabytes(run.file),
                    f"{run.read / MEGABYTE:.1f}",
                    f"{run.read / run.file:.1%}",
                    f"{run.wall:.0f}",
                    f"{run.cpu:.1f}",
                    megabytes(max(run.peaks)),
                ]
            )
    head = ["case", "video", "options", "frames", "file MB", "read MB", "of the file"]
    return table([*head, "ready after s", "CPU s", "peak MB"], rows, texts=3)


def megabytes(count):
    return f"{count / MEGABYTE:.0f}"


def commands(cases):
    steps = {step.file: step for case in cases for step in case.item.recipe.steps()}
    return [report.shown([*step.command(), step.file]) for step in steps.values()]
