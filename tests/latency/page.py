"""The text of docs/LATENCY.md."""

import importlib.metadata
import platform

from figures import MEGABYTE, UNMEASURED, spread
from report import table


def text(figures, machine):
    """Returns the whole file. `machine` has the rows about the machine."""
    warm, cold = len(figures.warm), len(figures.cold)
    paragraphs = [
        "# The API alone",
        "`make latency` deploys a local stack and makes a video ready there. Then it runs the built "
        "`api` alone, with the deployed function's settings and its role's credentials, and writes "
        "this file. The script serves the Lambda Runtime API to the process and sends it one "
        "`GET /videos/{id}` at a time. A proxy between the process and the stack measures how long "
        "DynamoDB takes: from the last byte of the call to the last byte of its answer. A request "
        "lasts from the first byte of the event sent to the last byte of the function's answer "
        "read. The function's own time is that without its DynamoDB call, so it includes what the "
        "script and the proxy add. Every answer was the video as the deployed function shows it, "
        "with links, and took exactly one call, GetItem. A process makes no call before its first "
        "event. 1 MB is 1,000,000 bytes.",
        "## Against the bars",
        bars_table(figures),
        "## Times",
        times_table(figures),
        f"Warm: {warm} requests of one process, after {UNMEASURED} that were not measured. A cold "
        "start lasts from just before a process is started to its first poll. It was measured for "
        f"{cold} processes, one after the other. The binary is in memory by then; Lambda has to "
        "fetch and unpack the zip first. The first request of a process also connects to DynamoDB. "
        "The stack has no TLS: on AWS the connection takes one handshake more.",
        "## Zips",
        sizes_table(figures),
        "These are the zips that `sam deploy` uploaded to the stack, for this machine's processor.",
        "## Machine and versions",
        table(["", ""], [*machine, *versions()], texts=2),
        "`make latency` measures all of this in half a minute after the build. Nothing else should "
        "run on the machine meanwhile.",
    ]
    return "\n\n".join(paragraphs) + "\n"


def bars_table(figures):
    rows = [
        [what, bar, value, "pass" if passes else "**below**"]
        for what, bar, value, passes in figures.bars()
    ]
    return table(["what", "bar", "measured", ""], rows)


def times_table(figures):
    kinds = [("warm", figures.warm), ("the first of a process", figures.first)]
    measured = {"cold start": figures.cold}
    for kind, requests in kinds:
        measured |= {
            f"{kind}: the whole request": [request.whole for request in requests],
            f"{kind}: its DynamoDB call": [request.call for request in requests],
            f"{kind}: the function's own time": [request.own for request in requests],
        }
    rows = [
        [what, len(times), *(f"{value:.2f}" for value in spread(times))]
        for what, times in measured.items()
    ]
    return table(["", "times", "median ms", "95th percentile ms", "least ms", "most ms"], rows)


def sizes_table(figures):
    rows = [
        [f"`{name}`", f"{size:,}", f"{size / MEGABYTE:.2f}"] for name, size in figures.sizes.items()
    ]
    return table(["function", "bytes", "MB"], rows)


def versions():
    return [
        ["MiniStack", importlib.metadata.version("ministack")],
        ["Python", platform.python_version()],
    ]
