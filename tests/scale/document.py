"""The text of docs/SCALE.md: the figures, and what follows from them for AWS."""

import on_aws
import report
from cases import LONGEST_SEGMENT_SECONDS, SEGMENT_SECONDS
from promises import MEGABYTE, promises
from report import table
from runs import WORKERS


def text(cases, runs, machine):
    """Returns the whole file."""
    paragraphs = [
        "# Big videos",
        "`make scale` sends long videos through the real functions, each on a local stack of its own, "
        "and writes this file. The second half calculates from the figures what that takes on AWS. "
        "The kernel counted CPU time and peak memory of the processes of `extract` (`/proc`), "
        "Lambda reported the times of invocations, and `extract` logged the bytes. The client "
        "looks once a second whether the video is ready. 1 MB is 1,000,000 bytes.",
        "## Against the bars",
        bars_table(runs),
        "## Two hours, a frame every second",
        film_text(cases),
        film_table(runs),
        "## Few frames of a long file",
        "The video of `sparse` has a keyframe at least every 2 s, and its frames are anywhere between "
        "two keyframes. `clip` has the picture of the 2 hours. The second half uses it as an "
        "everyday video.",
        few_table(cases, runs),
        "## Machine and versions",
        machine,
        "`make scale` measures all of this in about 15 minutes. The first time it makes the inputs, in "
        "a minute or two. Nothing else should run on the machine meanwhile. "
        '`make scale SCALE="--only sparse"` measures and prints some cases. `SCALE=--figures` '
        "writes this file again from the last figures, for example with other prices.",
        "## Inputs",
        report.inputs_table(list({case.item.name: case.item for case in cases}.values())),
        "These commands make them. `picture.py` draws the picture from which both clips are encoded:",
        report.fenced(commands(cases)),
        on_aws.text(runs),
    ]
    return "\n\n".join(paragraphs) + "\n"


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
    range_text = f" Both cases extracted its first {ends} s." if ends else ""
    return (
        f"{film.item.seconds / 3600:g} hours of 1080p30 H.264, {size:.2f} GB, its index (moov) at "
        f"the end.{range_text} `fan-out` has `SegmentSeconds` {SEGMENT_SECONDS}. `alone` has "
        f"{LONGEST_SEGMENT_SECONDS}, which is enough for the first worker to do everything. At "
        f"most {WORKERS} jobs run at once (`ExtractConcurrency`), so on this machine each worker "
        "has about as much of a processor as a function of 1769 MB, without what the stack itself "
        "takes. Each worker decodes in one thread per processor of the machine. In `fan-out` the "
        "first worker is alone on the machine and measures a throughput that later workers do not "
        "reach. Its segments are too long and are split once more, so there are more segments "
        "than there would be on AWS."
    )


def film_table(runs):
    chosen = [runs["fan-out"], runs["alone"]]
    longest = [max(run.invocations) for run in chosen]
    rows = [
        ["upload, s", *(f"{run.uploading:.0f}" for run in chosen)],
        ["from the end of the upload to ready, s", *(f"{run.wall:.0f}" for run in chosen)],
        ["invocations of `extract`", *(len(run.invocations) for run in chosen)],
        ["segments that were assembled", *(len(run.segments) for run in chosen)],
        ["longest invocation, s", *(f"{seconds:.1f}" for seconds in longest)],
        ["all invocations, s", *(f"{sum(run.invocations):.0f}" for run in chosen)],
        ["CPU of `extract`, s", *(f"{run.cpu:.0f}" for run in chosen)],
        ["CPU of the stack, s", *(f"{run.stack_cpu:.0f}" for run in chosen)],
        ["peak of each worker, MB", *(", ".join(map(megabytes, run.peaks)) for run in chosen)],
        ["read, MB", *(megabytes(run.read) for run in chosen)],
        ["read ÷ file", *(f"{run.read / run.file:.0%}" for run in chosen)],
        ["frames", *(run.frames for run in chosen)],
        ["zip, MB", *(megabytes(run.zip) for run in chosen)],
        ["assembling, s", *(f"{run.joining:.1f}" if run.segments else "–" for run in chosen)],
        ["moved to assemble, MB", *(f"{run.moved / MEGABYTE:.1f}" for run in chosen)],
        ["SHA-256 of the zip", *(f"`{run.sha256[:16]}…`" for run in chosen)],
    ]
    return table(["", "`fan-out`", "`alone`"], rows)


def few_table(cases, runs):
    rows = []
    for case in cases:
        run = runs[case.name]
        if not run.segments and case.name != "alone":
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
